"""Under which names a project's own modules hand out torch itself: `import torch as th` for others to import.

A file that says `compat.th.load(path)` need not have the word torch in it. Read from the text alone, so that a name
too many costs a parse of a file that has it before `.load`, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.scan.project import Handed, Project

_GIVEN = re.compile(
    rb"torch(?<![\w.]torch)(?:(?:\.serialization)?\s+(?:as\s+(?P<name>\w+)"
    rb"|import\s+(?:\*|(?:[^\n(]*|\([^)]*)\b(?:load\b|serialization\s+as\s+(?P<part>\w+))))"
    rb"|(?<=[^\w.]load = torch)\.|(?<=[^\w.]load = getattr\(torch),|(?P<itself>(?<=[=nd] torch)[ \t]*(?:#|\r?$)))",
    re.M,
)
"""`torch as th`, `from torch import load` or `serialization as ser`, `load = torch.load`, `lib = torch`,
`return torch`, `yield torch`."""
_TARGET = re.compile(rb"(\w+)\s*(?::[^=\n]*)?=\s*\Z")
_DEF = re.compile(rb"def\s+(\w+)")


def handed_torch(project: Project, paths: Collection[str]) -> Handed:
    """What the modules at `paths` can hand out."""
    names: set[bytes] = set()
    functions: set[bytes] = set()
    for path in paths:
        data = project.files[path]
        for match in _GIVEN.finditer(data) if b"torch" in data else ():
            name = match["name"] or match["part"]
            if name:
                names.add(name)
                for given in re.finditer(rb"(?<== )%b[ \t]*\r?$" % name, data, re.M):  # `backend = th`
                    _add_given(data, given.start(), names, functions)
            elif match["itself"] is not None:
                _add_given(data, match.start(), names, functions)
            else:  # its `load` is torch's
                names.update(part.encode() for part in path.rpartition(".")[0].split("/") if part != "__init__")
    return Handed(frozenset(names), frozenset(functions))


def _add_given(data: bytes, at: int, names: set[bytes], functions: set[bytes]) -> None:
    """`lib = torch` gives it the name, `return torch` the function around."""
    line = data[data.rfind(b"\n", 0, at) + 1 : at]
    target = _TARGET.search(line)
    if target:
        names.add(target[1])
    elif line.strip() in (b"return", b"yield"):
        around = _DEF.match(data, max(0, data.rfind(b"def ", 0, at)))
        functions.update([around[1]] if around else ())
