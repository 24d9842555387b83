"""The calls that write a checkpoint: `torch.save` and what stands for it."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.ground.mentions import may_write
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project


MOST_FILES = 40


@dataclass(frozen=True, slots=True)
class Writer:
    """A call that writes a checkpoint: `what` is written to `where`."""

    call: ast.Call
    module: Module
    what: ast.expr | None
    where: ast.expr
    library: str = ""


def writers_in(module: Module) -> tuple[Writer, ...]:
    """Every call of one file that writes a checkpoint, in order."""
    known: tuple[Writer, ...] | None = module.cache.get("evidence.writers")
    if known is None:
        found = (_writer(call, module) for call in module.of(ast.Call, "save"))
        known = module.cache["evidence.writers"] = tuple(w for w in found if w is not None)
    return known


def writers_of(paths: Iterable[str], project: Project) -> Iterator[Writer]:
    """The writers of the first `MOST_FILES` of these files, parsed for it one after the other."""
    for path in itertools.islice(paths, MOST_FILES):
        module = project.module(path)
        if not isinstance(module, Unreadable):
            yield from writers_in(module)


def saving_files(project: Project) -> tuple[str, ...]:
    """The files that can hold a writer, by their bytes."""

    def find() -> tuple[str, ...]:
        saving = ((path, project.files[path]) for path in project.containing(b"save"))
        return tuple(path for path, data in saving if may_write(data))

    return remember(project, "may write", find)


def _writer(call: ast.Call, module: Module) -> Writer | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if "save" not in name:
        return None
    full = dotted(call.func, module)
    receiver = spelt(call.func.value).split(".")[-1] if isinstance(call.func, ast.Attribute) else ""
    keywords = {k.arg: k.value for k in call.keywords if k.arg}
    if full in ("torch.save", "torch.serialization.save") or (name == "save" and receiver in ("xm", "accelerator")):
        values = [*call.args, keywords.get("obj"), keywords.get("f")]
        given = [v for v in values if v is not None]
        return Writer(call, module, given[0], given[1]) if len(given) > 1 else None
    if name == "save" and receiver == "fabric" and len(call.args) > 1:
        return Writer(call, module, call.args[1], call.args[0], "fabric")
    if name == "save_checkpoint" and receiver == "trainer" and call.args:
        return Writer(call, module, None, call.args[0], "lightning")
    return None
