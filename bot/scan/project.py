"""All files of a tree, parsed only when somebody asks."""

from __future__ import annotations

import itertools
import posixpath
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.model import Unreadable
from bot.scan.names.module import Module, parse_module
from bot.scan.options import ScanOptions
from bot.scan.text.read import read_file
from bot.scan.words import Words, imported_words


@dataclass(frozen=True, slots=True)
class Export:
    """`word` is a name in the module at `path`, whose file or folder is called `stem`.

    `used` when another file (not only a package's `__init__`) has both words.
    """

    word: str
    stem: str
    path: str
    used: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """How modules hand out torch itself: names that stand for it or for a module with its `load`, functions that
    return it; and `takers`, the functions and classes to which it is given as an argument, each with the path of the
    file that does it.
    """

    names: frozenset[bytes] = frozenset()
    functions: frozenset[bytes] = frozenset()
    takers: frozenset[tuple[str, str]] = frozenset()


NONE_HANDED = Handed()

INDEX_AFTER = 100
"""Words after which an index of them all is cheaper than to go on searching (measured on diffusers)."""

IMPORTS_AFTER = 1
"""The same for an index of what files import, which costs as much as four searches."""

DEFINED_AFTER = 3
"""The same for an index of what files define; in many trees one name alone is asked for."""

STEP = 100
"""Files between two looks around."""

_DEF = re.compile(rb"def ([^\s()]+)\(")
_CLASS = re.compile(rb"class ([^\s():\[]+)(?:\[[^\]]*\])?(?:[ \t]*\(([^)]*))?")
"""Each begins with plain letters: the engine looks for those at the speed of memory."""
_LAST = re.compile(rb"[^\W\d]\w*(?![\w.])")


def is_source(path: str) -> bool:
    """Whether a file is one of those that evidence is looked for in: a notebook or a script is followed by no one."""
    return path.endswith((".py", ".pyw"))


class Project:
    """`files` maps tree paths (with `/`) to bytes; it may be lazy. Modules are parsed once, on demand."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self._modules: dict[str, Module | Unreadable] = {}
        self._paths: tuple[str, ...] | None = None
        self._python: list[tuple[str, bytes]] | None = None
        self._holding: dict[bytes, tuple[str, ...]] = {}
        self._common: set[tuple[bytes, int]] = set()
        self._words: Words | None = None
        self._defining: dict[str, tuple[str, ...]] = {}
        self._defined: dict[bytes, list[str]] | None = None
        self._classes: dict[bytes, dict[str, frozenset[bytes]]] | None = None
        self._lineages: dict[str, frozenset[str] | None] = {}
        self._imports: dict[bytes, list[str]] | None = None
        self._found: dict[str, str | None] = {}
        self.exports: tuple[Export, ...] = ()  # set by the engine, see `scan/sites/exports.py`
        self.handed = NONE_HANDED  # the same, see `scan/sites/handed.py`
        self.options = ScanOptions()  # set by the engine: what the evidence may ask of the policy

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        if self._paths is None:
            self._paths = tuple(sorted(self.files))
        return self._paths

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
        if not words:
            return tuple(path for path, _ in self._sources())
        # through the whole tree goes one word, if possible one that has been; a long one is in fewer files
        first = next((word for word in words if word in self._holding), max(words, key=len))
        found = self._with(first)
        for word in words:
            if word is not first:
                found = tuple(path for path in found if word in self.files[path])
        return found

    def holds(self, *words: bytes) -> bool:
        """Whether some Python file holds every one of `words`."""
        return any(all(word in data for word in words) for _, data in self._sources())

    def holders(self, word: bytes, *, most: int) -> tuple[str, ...] | None:
        """What `containing(word)` says, or None where these are more than `most`: then the search ends early."""
        if (word, most) in self._common:
            return None
        if word not in self._holding and self._words is None and len(self._holding) < INDEX_AFTER:
            held = (path for path, data in self._sources() if word in data)
            found = tuple(itertools.islice(held, most + 1))
            if len(found) > most:
                self._common.add((word, most))
                return None
            self._holding[word] = found
        found = self._with(word)
        return found if len(found) <= most else None

    def defining(self, name: str) -> tuple[str, ...]:
        """Paths of Python files whose bytes hold `def name(`, sorted: by an index of them all after the first few."""
        if name not in self._defining:
            if self._defined is not None or len(self._defining) >= DEFINED_AFTER:
                found = self._functions().get(name.encode(), [])
            else:
                begun = b"def %b(" % name.encode()
                found = [path for path, data in self._sources() if name and begun in data]
            self._defining[name] = tuple(found)
        return self._defining[name]

    def naming_class(self, name: str) -> tuple[str, ...]:
        """Paths of Python files whose bytes hold `class name`, by an index of them all; sorted."""
        return tuple(self.classes().get(name.encode(), ())) if name.isidentifier() else ()

    def classes(self) -> dict[bytes, dict[str, frozenset[bytes]]]:
        """Every class by its name: the files whose bytes hold `class name`, and the last names of its bases there."""
        if self._classes is None:
            self._classes = {}
            for path, data in self._sources():
                for name, bases in frozenset(_CLASS.findall(data)):
                    homes = self._classes.setdefault(name, {})
                    homes[path] = homes.get(path, frozenset()).union(_LAST.findall(bases) if bases else ())
        return self._classes

    def lineage(self, name: str) -> frozenset[str] | None:
        """The files in which a class called so and its bases stand, told by names alone, so that none is parsed; None
        where a base may be a class of the project under another name.
        """
        if name not in self._lineages:
            self._lineages[name] = self._lineage(name.encode())
        return self._lineages[name]

    def _lineage(self, name: bytes) -> frozenset[str] | None:
        classes, names, found = self.classes(), [name], set[str]()
        for each in names:  # grows while it is read
            for path, bases in classes.get(each, {}).items():
                data = self.files[path]
                if any(b" as %b" % base in data or b"%b = " % base in data for base in bases if base not in classes):
                    return None
                found.add(path)
                names += bases.difference(names)
        return frozenset(found)

    @property
    def asked_often(self) -> bool:
        """Whether so many words have been looked for that an index of imports costs less than to go on."""
        return self._imports is not None or len(self._holding) + len(self._common) >= IMPORTS_AFTER

    def importing(self, *names: str) -> frozenset[str]:
        """Paths of Python files in whose import statements one of `names` stands, by an index of them all."""
        if self._imports is None:
            for _ in self.learn_imports():
                pass
        known = self._imports or {}
        return frozenset(path for name in names for path in known.get(name.encode(), ()))

    def learn_imports(self) -> Iterator[None]:
        """Make the index behind `importing`, in steps for who has to look up in between."""
        index: dict[bytes, list[str]] = {}
        for number, (path, data) in enumerate(self._sources()):
            for word in imported_words(data):
                index.setdefault(word, []).append(path)
            if not number % STEP:
                yield
        self._imports = index

    def imports(self, path: str, *names: str) -> bool:
        """Whether one of `names` stands in the import statements of one file."""
        if self._imports is not None:
            return path in self.importing(*names)
        return not imported_words(self.files[path]).isdisjoint(name.encode() for name in names)

    def _functions(self) -> dict[bytes, list[str]]:
        """Where each function is defined, by its name."""
        if self._defined is None:
            self._defined = {}
            for path, data in self._sources():
                for name in frozenset(_DEF.findall(data)):
                    self._defined.setdefault(name, []).append(path)
        return self._defined

    def _with(self, word: bytes) -> tuple[str, ...]:
        """Each word is looked for once in the whole tree: in its text, and by an index once there were many words."""
        if word not in self._holding:
            if self._words is None and len(self._holding) >= INDEX_AFTER:
                self._words = Words(self._sources())
            held = self._words.holders(word) if self._words else None
            found = (path for path, data in self._sources() if (word in data if held is None else path in held))
            self._holding[word] = tuple(found)
        return self._holding[word]

    def _sources(self) -> list[tuple[str, bytes]]:
        """Every Python file with its bytes, sorted."""
        if self._python is None:
            self._python = [(path, self.files[path]) for path in self.paths if is_source(path)]
        return self._python

    def find(self, dotted: str) -> str | None:
        """The path of module `dotted` (`pkg.io` -> `src/pkg/io.py`), or None where it is not of this project."""
        if dotted not in self._found:
            tail = dotted.replace(".", "/")
            ends = (f"/{tail}.py", f"/{tail}/__init__.py")
            matches = [path for path in self.paths if f"/{path}".endswith(ends)]
            self._found[dotted] = min(matches, key=lambda path: (path.count("/"), path), default=None)
        return self._found[dotted]

    def resolve(self, dotted: str, importer: str, level: int) -> Module | None:
        """The project's module that `from <dots><dotted> import ...` in file `importer` means, if it is one and parses.

        An absolute name is looked for from the folders around the importer (a script sees its neighbours), then in the
        root and `src/`; a name of the standard library is never the project's unless it is imported with dots.
        """
        path = self.locate(dotted, importer, level)
        found = self.module(path) if path is not None else None
        return found if isinstance(found, Module) else None

    def locate(self, dotted: str, importer: str, level: int) -> str | None:
        """The path `resolve` would parse, or None."""
        return next((path for path in _candidates(dotted, importer, level) if path in self.files), None)


def _candidates(dotted: str, importer: str, level: int) -> Iterator[str]:
    tail = dotted.replace(".", "/")
    folder = posixpath.dirname(importer)
    if level:
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        yield from _files(posixpath.join(folder, tail) if tail else folder)
        return
    if not dotted or dotted.partition(".")[0] in sys.stdlib_module_names:
        return
    while folder:
        yield from _files(f"{folder}/{tail}")
        folder = posixpath.dirname(folder)
    for root in ("", "src/", "lib/", "python/"):
        yield from _files(root + tail)


def _files(stem: str) -> tuple[str, ...]:
    return (f"{stem}/__init__.py",) if not stem or stem.endswith("/") else (f"{stem}.py", f"{stem}/__init__.py")
