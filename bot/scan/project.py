"""All files of a tree, parsed only when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import Unreadable
from bot.scan.module import Module, parse_module
from bot.scan.reading import read_file


class Project:
    """`files` maps tree paths (with `/`) to bytes; it may be lazy. Modules are parsed once, on demand."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self._modules: dict[str, Module | Unreadable] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        return tuple(sorted(self.files))

    def module(self, path: str) -> Module | Unreadable:
        """The parsed file at `path`, which must be in the project."""
        known = self._modules.get(path)
        if known is None:
            source = read_file(path, self.files[path])
            known = source if isinstance(source, Unreadable) else parse_module(source, project=self)
            self._modules[path] = known
        return known

    def containing(self, *words: bytes) -> tuple[str, ...]:
        """Paths of Python files whose bytes hold every one of `words`, without parsing; sorted."""
        return tuple(p for p in self.paths if p.endswith((".py", ".pyw")) and all(w in self.files[p] for w in words))

    def find(self, dotted: str) -> str | None:
        """The path of module `dotted` (`pkg.io` -> `src/pkg/io.py`), or None where it is not of this project, or not certainly."""
        tail = dotted.replace(".", "/")
        ends = (f"{tail}.py", f"{tail}/__init__.py")
        matches = [p for p in self.files if p in ends or p.endswith(tuple(f"/{e}" for e in ends))]
        return min(matches, key=lambda p: (p.count("/"), p)) if matches else None
