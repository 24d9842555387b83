"""Can these bytes hold a use of torch.load? Cheap enough to ask of every file of a large tree.

Of 2,089 files of diffusers nearly all have both words `torch` and `load`, and 122 matter. So the question is asked
of each whole word `load` that stands behind a dot, in quotes or by itself, and of what stands before it.
A wrong yes costs a parse; a wrong no would lose a finding, so doubt says yes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LOAD = re.compile(rb"load\b")
_BEFORE = re.compile(rb"([\w\x80-\xff)\]\"'}]?)\s*(?:\\\s*|#[^\n]*\n\s*)*\.\s*(?:\\\s*|#[^\n]*\n\s*)*\Z")
_WORD_BEFORE = re.compile(rb"(\w+)\Z")
_FROM = re.compile(rb"from(?<!\wfrom)\s+([.\w]+)\s+import\s*(\([^)]*\)|[^\n;]*(?:\\\r?\n[^\n;]*)*)")
_WORD = re.compile(rb"\w+")
_WIDE = 200
_STEPS = 4
"""How often a name is given to another before nobody would follow it."""
_CODES = frozenset(code for code in range(128) if chr(code).isalnum() or code == 0x5F)
_LETTERS = frozenset(bytes((code,)) for code in _CODES)


def may_hold_site(data: bytes, *, resolves: Callable[[str], bool]) -> bool:
    """Whether a file can hold a site. `resolves` says whether an imported module can be one of the project's own."""
    if b"load" not in data:
        return False
    receivers: set[bytes] = set()
    quoted = bare = False
    for match in _LOAD.finditer(data):
        start = match.start()
        before = data[start - 1 : start] if start else b"\n"
        if before in (b'"', b"'"):
            quoted = True
        elif before == b"." or before.isspace() or before == b"\n":
            receiver = _receiver(data, start)
            if receiver == b"any" or (
                receiver and receiver.endswith((b"torch", b"serialization"))
            ):  # also r"\ntorch.load"
                return b"torch" in data
            if receiver:
                receivers.add(receiver)
            bare = bare or receiver is None
        elif not (before.isalnum() or before == b"_"):
            bare = True
    torch = b"torch" in data
    if quoted and torch:
        return True
    return bool(receivers and _is_alias(receivers, data, torch, resolves)) or (bare and _imports_load(data, resolves))


def _receiver(data: bytes, start: int) -> bytes | None:
    """The word before `.load`, `any` for an expression that is no word, None when `load` stands by itself."""
    if data[start - 1 : start] == b"." and data[start - 2 : start - 1] in _LETTERS:  # what nearly all of them are
        begin = start - 2
        while begin > 0 and data[begin - 1] in _CODES:
            begin -= 1
        if begin and data[begin - 1] > 127:  # Python takes letters of every kind for the plain ones
            return b"any"
        return data[begin : start - 1]
    head = data[max(0, start - _WIDE) : start]
    dot = _BEFORE.search(head) if b"." in head else None
    if dot is None:
        return None
    if not (dot[1].isalnum() or dot[1] == b"_"):
        return b"any" if dot[1] else None
    word = _WORD_BEFORE.search(head[: dot.end(1)])
    return word[1] if word else b"any"


def _is_alias(receivers: set[bytes], data: bytes, torch: bool, resolves: Callable[[str], bool]) -> bool:
    """Whether a word before `.load` can stand for torch: `import torch as t`, `t = torch`, `from .compat import t`."""
    if torch:
        words = b"|".join(sorted(_with_sources(receivers, data)))
        if re.search(rb"\bas\s+(?:%b)\b" % words, data) and re.search(rb"(?:torch|serialization)\s+as\b", data):
            return True
        if re.search(
            rb"\b(?:%b)\b[^=\n]*=[^=\n][^\n]*(?:torch|import)|(?:%b)\s*=\s*\\?\s*torch" % (words, words), data
        ):
            return True
    return any(resolves(module) and names & receivers for module, names in _imports(data))


def _with_sources(words: set[bytes], data: bytes) -> set[bytes]:
    """The words, and those they are assigned from: `lib = torch`, `backend = lib`, `backend.load(...)`."""
    found = set(words)
    for _ in range(_STEPS):
        more = set(re.findall(rb"\b(?:%b)[ \t]*=[ \t]*([A-Za-z_]\w*)\s*$" % b"|".join(sorted(found)), data, re.M))
        if more <= found:
            break
        found |= more
    return found


def _imports_load(data: bytes, resolves: Callable[[str], bool]) -> bool:
    """Whether a bare `load` can be torch's: imported from torch or from the project, by name or by a star."""
    return any(
        (b"load" in names or b"*" in names) and (module.partition(".")[0] == "torch" or resolves(module))
        for module, names in _imports(data)
    )


def _imports(data: bytes) -> list[tuple[str, set[bytes]]]:
    found = []
    for match in _FROM.finditer(data):
        names = set(_WORD.findall(match[2])) | ({b"*"} if b"*" in match[2] else set())
        found.append((match[1].decode(errors="replace"), names))
    return found
