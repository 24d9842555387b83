"""Under which names a project's own modules hand out torch.load: `from .compat import torch_load`."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from bot.scan.names.lookup import exported
from bot.scan.names.module import Module
from bot.scan.project import Export, Project
from bot.scan.sites.prefilter import may_hold_site
from bot.scan.sites.search import Search

_GIVES_OUT = re.compile(rb"load(?:\b(?!\s*\()(?<=\.load|['\"]load)|\s+as\s)")
"""`load` behind a dot or in quotes and not called there, or renamed on import: only then it gets a new name."""

_FROM_PACKAGE = re.compile(rb"\bfrom\s+\.+\s+import\b")
_STAR = re.compile(rb"\bimport\s+\*")
_ROUNDS = 4
"""How often a name may be passed on from module to module."""


def project_exports(project: Project, paths: Collection[str], *, giving: Iterable[str]) -> tuple[Export, ...]:
    """The names of all modules among `paths` that stand for torch.load, or for something that holds it; `giving` are
    those that may do so first (`gives_out`).
    """
    found: dict[Export, None] = {}
    fresh: Iterable[Export] = [
        e for path in giving if can_hold_site(project, path) for e in _exports(project, path, ())
    ]
    for _ in range(_ROUNDS):
        fresh = [e for e in fresh if e not in found]
        if not fresh:
            break
        found |= dict.fromkeys(fresh)
        words = {e.word for e in found}
        passing = [path for path in paths if b"import" in (data := project.files[path]) and _may_pass_on(data, fresh)]
        fresh = [e for path in passing for e in _exports(project, path, words)]
    return tuple(replace(e, used=_is_used(e, project, paths)) for e in found)


def uses_export(data: bytes, exports: Iterable[Export]) -> bool:
    """Whether a file can import one of these names: it has both words, or takes it from the package it is in."""
    return any(
        e.word.encode() in data
        and (e.stem.encode() in data or (e.path.endswith("__init__.py") and _FROM_PACKAGE.search(data)))
        and re.search(rb"(?:\b|\\[nt])%b\b" % re.escape(e.word.encode()), data)
        for e in exports
    )


def _may_pass_on(data: bytes, exports: Iterable[Export]) -> bool:
    """As `uses_export`, or it takes all names of the module: `from .readers import *`."""
    return uses_export(data, exports) or (bool(_STAR.search(data)) and any(e.stem.encode() in data for e in exports))


def resolver(project: Project, path: str) -> Callable[[str], bool]:
    """Whether an import of this file, as written, can mean one of the project's own modules."""

    def resolves(dotted: str) -> bool:
        level = len(dotted) - len(dotted.lstrip("."))
        return project.locate(dotted[level:], path, level) is not None

    return resolves


def gives_out(data: bytes) -> bool:
    """Whether a module can give torch.load a new name, by its bytes."""
    return _GIVES_OUT.search(data) is not None


def can_hold_site(project: Project, path: str) -> bool:
    """Whether a file of the project can hold a site, by its bytes and what is known of the others by now."""
    return may_hold_site(project.files[path], resolves=resolver(project, path), handed=project.handed)


def _exports(project: Project, path: str, words: Collection[str]) -> list[Export]:
    """The names of one module that other modules can call torch.load by; `words` are those of its neighbours."""
    module = project.module(path)
    if not isinstance(module, Module):
        return []
    held = names_given(module, words)
    folder, name = posixpath.split(path.rpartition(".")[0])
    stem = posixpath.basename(folder) if name == "__init__" else name
    classes = [c for c in module.tree.body if isinstance(c, ast.ClassDef) and _binds(c, held, module)]
    names = [c.name for c in classes]
    found = [Export(word, stem, path) for word in (*held, *names) if word in names or exported(word, module)]
    # a class below one of these calls it by the attribute alone: `self.reader(path)`
    return found + [Export(word, c.name, path) for c in classes for word in held if exported(word, module, c)]


def names_given(module: Module, words: Collection[str]) -> list[str]:
    """Under which names beside `load` a module has torch.load for others; `words` are names its neighbours have."""
    search = Search(module, words)
    try:
        list(search.run())
    except RecursionError:  # the scan of the file itself says so; the others must not suffer
        return []
    stored = {word for given, _ in search.stored.values() for word in given}
    taken = [a for s in module.of(ast.ImportFrom) for a in s.names]
    imported = {a.asname or a.name for a in taken if a.name == "load" or a.name in words}
    passed = set(words) if any(a.name == "*" for a in taken) else set()
    return [word for word in sorted(stored | imported | passed) if word != "load"]


def _binds(owner: ast.ClassDef, words: Iterable[str], module: Module) -> bool:
    """Whether a class of the module has one of the words in its body."""
    return any(exported(word, module, owner) for word in words)


def _is_used(export: Export, project: Project, paths: Iterable[str]) -> bool:
    others = (path for path in paths if path != export.path and not path.endswith("__init__.py"))
    return any(uses_export(project.files[path], (export,)) for path in others)
