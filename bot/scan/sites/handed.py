"""Under which names a project's own modules hand out torch itself: `import torch as th` for others to import.

A file that says `compat.th.load(path)` need not have the word torch in it. Read from the text alone, so that a name
too many costs a parse of a file that has it before `.load`, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from bot.scan.project import Handed, Project
from bot.scan.sites.disguises import stands_in_for_torch

_GIVEN = re.compile(
    rb"torch(?!\.(?!s)(?<!load = torch\.))(?<![\w.]torch)(?:(?:\.serialization)?[\s\\]+(?:as\s+(?P<name>\w+)"
    rb"|import\s+(?:\*|(?:[^\n(]*|\([^)]*)\b(?:load\b|serialization\s+as\s+(?P<part>\w+))))"
    rb"|(?<=[^\w.]load = torch)\.|(?<=[^\w.]load = getattr\(torch),"
    rb"|(?P<itself>(?<=[=nd] torch)[ \t]*(?:#|\r?$))|(?P<argument>(?<=[(,= ]torch)[ \t]*[,)]))",
    re.M,
)
"""`torch as th`, `from torch import load` or `serialization as ser`, `load = torch.load`, `lib = torch`,
`return torch`, `yield torch`, `read(torch, path)`. Nearly all that a file says of torch is `torch.something`: what that
cannot be is asked first.
"""
_BY_NAME = re.compile(rb"import(?:_module|__|orskip)\(\s*[\"']torch[\"']\s*\)")
"""`th = import_module("torch")`, `return pytest.importorskip("torch")`, `__import__("torch")`."""
_TAKER = re.compile(rb"(?<!def )\b([A-Za-z_]\w*)\([^()]*\Z")
_LOOKS = frozenset(
    b"import getattr hasattr setattr delattr isinstance object reload getmembers vars dir cast print".split()
)
"""What is given torch to look something up in it, or to patch it."""
_PARAMETERS = rb"def %b\(([^)]*)"
_WIDE = 200
_DOTTED = bytes(code for code in range(128) if chr(code).isalnum() or chr(code) in "_.")
_TARGET = re.compile(rb"(\w+)\s*(?::[^=\n]*)?=\s*\Z")
_DEF = re.compile(rb"def\s+(\w+)")


def handed_torch(project: Project, paths: Collection[str]) -> Handed:
    """What the modules at `paths` can hand out."""
    names: set[bytes] = set()
    functions: set[bytes] = set()
    takers: set[tuple[str, str]] = set()
    for path in paths:
        data = project.files[path]
        if stands_in_for_torch(data):
            names.update(_words_of(path))
        shared = names if path.endswith("conftest.py") else functions
        for found in _BY_NAME.finditer(data):
            _add_given(data, _start_of(data, found.start()), names, shared)
        for match in _GIVEN.finditer(data) if b"torch" in data else ():
            name = match["name"] or match["part"]
            if name:
                names.add(name)
                for given in re.finditer(rb"(?<== )%b[ \t]*\r?$" % name, data, re.M):  # `backend = th`
                    _add_given(data, given.start(), names, functions)
                for given in re.finditer(rb"(?<=[(,=\s])%b[ \t]*[,)]" % name, data):
                    takers.update((taker, path) for taker in _taker(data, given.start()))
            elif match["itself"] is not None:
                _add_given(data, match.start(), names, shared)
            elif match["argument"] is not None:
                takers.update((taker, path) for taker in _taker(data, match.start()))
            else:  # its `load` is torch's
                names.update(_words_of(path))
    return Handed(frozenset(names), frozenset(functions), frozenset(takers))


def _start_of(data: bytes, at: int) -> int:
    """Where `importlib.import_module` begins, of which the last word stands at `at`."""
    line = data[data.rfind(b"\n", 0, at) + 1 : at]
    return at - len(line) + len(line.rstrip(_DOTTED))


def _words_of(path: str) -> list[bytes]:
    """By which words a module is imported."""
    return [part.encode() for part in path.rpartition(".")[0].split("/") if part != "__init__"]


def _taker(data: bytes, at: int) -> Iterator[str]:
    """What is called with the argument at `at`."""
    found = _TAKER.search(data, max(0, at - _WIDE), at)
    if found and found[1] not in _LOOKS:
        yield found[1].decode()


def with_parameters(handed: Handed, project: Project) -> Handed:
    """The same with what those call torch to whom it is given: parameters of the project's functions and classes."""
    names: set[bytes] = set()
    for taker in {name for name, _ in handed.takers}:
        found = [(path, taker) for path in project.defining(taker)]
        found += [(path, "__init__") for path in project.naming_class(taker)]
        for path, function in found:
            for given in re.finditer(_PARAMETERS % function.encode(), project.files[path]):
                names.update(re.findall(rb"(?:^|,)\s*\**(\w+)", given[1]))
    return replace(handed, names=handed.names | (names - {b"self", b"torch"}))


def _add_given(data: bytes, at: int, names: set[bytes], functions: set[bytes]) -> None:
    """`lib = torch` gives it the name, `return torch` the function around."""
    line = data[data.rfind(b"\n", 0, at) + 1 : at]
    target = _TARGET.search(line)
    if target:
        names.add(target[1])
    elif line.split()[-1:] in ([b"return"], [b"yield"]):
        around = _DEF.match(data, max(0, data.rfind(b"def ", 0, at)))
        functions.update([around[1]] if around else ())
