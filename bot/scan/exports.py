"""Under which names a project's own modules hand out torch.load: `from .compat import torch_load`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.scan.lookup import exported
from bot.scan.module import Module
from bot.scan.prefilter import may_hold_site
from bot.scan.project import Project
from bot.scan.search import Search

_GIVES_OUT = re.compile(rb"load\b(?!\s*\()(?<=\.load|['\"]load)|load\s+as\s")
"""`load` behind a dot or in quotes and not called there, or renamed on import: only then it gets a new name."""


@dataclass(frozen=True, slots=True)
class Export:
    """`word` is a name in the module whose file or folder is called `stem`."""

    word: str
    stem: str


def project_exports(project: Project, paths: Iterable[str]) -> frozenset[Export]:
    """The names of all modules among `paths` that stand for torch.load, or for something that holds it."""
    found: set[Export] = set()
    for path in paths:
        data = project.files[path]
        if _GIVES_OUT.search(data) and may_hold_site(data, resolves=resolver(project, path)):
            module = project.module(path)
            if isinstance(module, Module):
                found |= exports_of(module, frozenset(e.word for e in found))
    return frozenset(found)


def exports_of(module: Module, words: frozenset[str]) -> set[Export]:
    """The names of one module that other modules can call torch.load by."""
    search = Search(module, words)
    list(search.run())
    stored = {word for given, _ in search.stored.values() for word in given}
    folder, name = posixpath.split(module.path.rpartition(".")[0])
    stem = posixpath.basename(folder) if name == "__init__" else name
    return {Export(word, stem) for word in stored if word != "load" and exported(word, module)}


def uses_export(data: bytes, exports: Iterable[Export]) -> bool:
    """Whether a file can import one of these names: it has both words."""
    return any(
        e.word.encode() in data and e.stem.encode() in data and re.search(rb"\b%b\b" % re.escape(e.word.encode()), data)
        for e in exports
    )


def resolver(project: Project, path: str) -> Callable[[str], bool]:
    """Whether an import of this file, as written, can mean one of the project's own modules."""

    def resolves(dotted: str) -> bool:
        level = len(dotted) - len(dotted.lstrip("."))
        return project.locate(dotted[level:], path, level) is not None

    return resolves
