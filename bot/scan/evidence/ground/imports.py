"""Names by a module's import statements alone: quick, and enough to know a library's function."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from bot.scan.evidence.ground.memo import remember
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

_LIBRARIES = sys.stdlib_module_names | {"torch", "numpy"}


def dotted(expression: ast.expr, module: Module) -> str:
    """`np.load` -> `numpy.load` after `import numpy as np`; empty where the first name was never imported."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return ""
    head = _imported(module).get(expression.id)
    return ".".join((head, *reversed(parts))) if head else ""


def _imported(module: Module) -> dict[str, str]:
    known: dict[str, str] | None = module.cache.get("evidence.imports")
    if known is None:
        known = {}
        for plain in module.of(ast.Import):
            for alias in plain.names:
                known[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        for taken in module.of(ast.ImportFrom):
            for alias in taken.names:
                prefix = "." * taken.level + (taken.module or "")
                known[alias.asname or alias.name] = f"{prefix}.{alias.name}" if prefix else alias.name
        module.cache["evidence.imports"] = known
    return known


def imports_any(names: frozenset[str], module: Module) -> bool:
    """Whether one of these is imported somewhere in the file, from wherever it comes."""
    return any(full.rpartition(".")[2] in names for full in _imported(module).values())


def last_name(receiver: ast.expr, module: Module) -> str:
    """`io` of `utils.io`, and of `uio` after `import utils.io as uio`."""
    return (dotted(receiver, module) or spelt(receiver)).rpartition(".")[2]


def is_of_library(receiver: ast.expr, module: Module) -> bool:
    """`torch.distributed`, `copy`, in a project that has no folder and no file called so: what is called of it is no
    function of the project, whatever its name. One of another name may be the project itself, as it is installed.
    """
    first, project = dotted(receiver, module).partition(".")[0], module.project
    if project is None or first not in _LIBRARIES:
        return False

    def own_names() -> frozenset[str]:
        return frozenset(part for path in project.files for part in PurePosixPath(path).with_suffix("").parts)

    return first not in remember(project, "own names", own_names)


def imported_as(name: str, other: Module, home: str) -> Iterator[str]:
    """What `name` of the file `home` is called where another module imports it."""
    parts = set(PurePosixPath(home).with_suffix("").parts)
    for node in other.of(ast.ImportFrom):
        for alias in node.names:
            if alias.name in (name, "*") and (not node.module or node.module.split(".")[-1] in parts):
                yield alias.asname or name


def stem_of(path: str) -> str:
    """The name by which a file is imported: that of its folder for a package's `__init__.py`."""
    pure = PurePosixPath(path)
    return pure.parent.name if pure.name == "__init__.py" else pure.stem
