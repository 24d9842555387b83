"""Can these bytes hold a use of torch.load? Cheap enough to ask of every file of a large tree.

Of 2,089 files of diffusers nearly all have both words `torch` and `load`, and 122 matter. So the question is asked
of each whole word `load` that stands behind a dot, in quotes or by itself, and of what stands before it.
A wrong yes costs a parse; a wrong no would lose a finding, so doubt says yes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.scan.project import NONE_HANDED, Handed
from bot.scan.sites.disguises import imported_in_pieces, is_private, looked_up_in_pieces, plain, stands_in_for_torch

_LOAD = re.compile(rb"load\b")
_BEFORE = re.compile(rb"([\w\x80-\xff)\]\"'}]?)\s*(?:\\\s*|#[^\n]*\n\s*)*\.\s*(?:\\\s*|#[^\n]*\n\s*)*\Z")
_WORD_BEFORE = re.compile(rb"(\w+)\Z")
_FROM = re.compile(rb"from(?<!\wfrom)[\s\\]+([.\w]+)[\s\\]+import\s*(\([^)]*\)|[^\n;\\]*(?:\\\r?\n[^\n;\\]*)*)")
_WORD = re.compile(rb"\w+")
_NAMED = re.compile(rb"torch\s+as\s+(\w+)")
_RENAMED = (re.compile(rb"torch\s+as\b"), re.compile(rb"serialization\s+as\b"))
_SET_TO_TORCH = re.compile(rb"(?:[\"']\])?\s*=\s*\\?\s*torch|[\"']\s*:\s*torch\b(?!\s*\.)")
_LOOKS = re.compile(rb"(?:attr\(\s*|\bimport\b.*|#.*|\bisinstance\(.*|\bobject\(\s*)\Z")
_GIVEN = re.compile(rb"[^=\n]*=[^=\n]([^\n]*)")
_SET_TO_NAME = re.compile(rb"[ \t]*=[ \t]*([A-Za-z_]\w*)\s*$", re.M)
_IMPORTED_THERE = re.compile(rb"[\[(,=]\s*(?:\w+\.)*(?:import_module|__import__)\(\s*[rRuU]?[\"']torch")
_ASSIGNED = re.compile(rb"= torch[ \t]*\r?$", re.M)
_EXECUTED = re.compile(rb"exec\s*\(\s*[^)\s]|%run\s")
_ESCAPED = (b"\\n", b"\\t")
_BEFORE_PART = re.compile(rb"(\w+)[\s\\]*\.[\s\\]*serialization\b")
_WIDE = 200
_STEPS = 4
"""How often a name is given to another before nobody would follow it."""
_CODES = frozenset(code for code in range(128) if chr(code).isalnum() or code == 0x5F)
_LETTERS = frozenset(bytes((code,)) for code in _CODES)


@dataclass(slots=True)
class Uses:
    """How the whole word `load` stands in a file: behind which words (`receivers`) or something that is no word
    (`unclear`), in quotes, or by itself (`bare`); `hidden` when it may be there without being spelt out.
    """

    data: bytes
    receivers: set[bytes] = field(default_factory=set)
    unclear: bytes = b""
    quoted: bool = False
    bare: bool = False
    hidden: bool = False

    def __bool__(self) -> bool:
        return self.received or self.quoted or self.bare or self.hidden

    @property
    def received(self) -> bool:
        """Whether it stands behind anything that others could hand out."""
        return bool(self.receivers or self.unclear)

    def may_be_torch(self, *, resolves: Callable[[str], bool], handed: Handed = NONE_HANDED) -> bool:
        """Whether one of them can be torch.load. `resolves` says whether an import can mean a module of the project."""
        torch = b"torch" in self.data
        if self.hidden or (self.received and not torch and imported_in_pieces(self.data)):
            return True
        if self.unclear:
            before = _BEFORE_PART.findall(self.data) if self.unclear == b"serialization" else ()
            return torch or _is_handed({self.unclear, *before}, self.data, handed)
        if (self.quoted and torch) or (torch and self.received and stands_in_for_torch(self.data)):
            return True
        known = self.receivers and (
            _is_alias(self.receivers, self.data, torch, resolves) or _is_handed(self.receivers, self.data, handed)
        )
        return bool(known) or (self.bare and (_imports_load(self.data, resolves) or _executes(self.data)))


def may_hold_site(data: bytes, *, resolves: Callable[[str], bool], handed: Handed = NONE_HANDED) -> bool:
    """Whether a file can hold a site. `resolves` says whether an imported module can be one of the project's own."""
    return uses_of(data).may_be_torch(resolves=resolves, handed=handed)


def uses_of(data: bytes) -> Uses:
    """Every use of the word `load`, up to the first that is unclear: that one decides."""
    data = plain(data)
    found = Uses(data)
    for match in _LOAD.finditer(data) if b"load" in data else ():
        start = match.start()
        before = data[start - 1 : start] if start else b"\n"
        if before in (b'"', b"'"):
            found.quoted = True
        elif before == b"." or before.isspace():
            receiver = _receiver(data, start)
            # also r"\ntorch.load"
            if receiver == b"any" or (receiver and receiver.endswith((b"torch", b"serialization"))):
                found.unclear = receiver
                break
            if receiver:
                found.receivers.add(receiver)
            found.bare = found.bare or receiver is None
        elif data[start - 6 : start] == b"torch:":  # `resolve_name("torch:load")`
            found.quoted = True
        elif before == b"_":
            found.hidden = found.hidden or is_private(data, start)
        elif not before.isalnum() or data[start - 2 : start] in _ESCAPED:  # a notebook's cell as one text
            found.bare = True
    found.hidden = found.hidden or looked_up_in_pieces(data)
    return found


def _receiver(data: bytes, start: int) -> bytes | None:
    """The word before `.load`, `any` for an expression that is no word, None when `load` stands by itself."""
    if data[start - 1 : start] == b"." and data[start - 2 : start - 1] in _LETTERS:  # what nearly all of them are
        begin = start - 2
        while begin > 0 and data[begin - 1] in _CODES:
            begin -= 1
        if begin and data[begin - 1] > 127:  # Python takes letters of every kind for the plain ones
            return b"any"
        return data[begin + (data[begin - 1 : begin + 1] in _ESCAPED) : start - 1]
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
        renamed = any(pattern.search(data) for pattern in _RENAMED)
        ends = [(at, end) for word in _with_sources(receivers, data) for at, end in _places(word, data)]
        if any((renamed and _behind_as(at, end, data)) or _given_torch(at, end, data) for at, end in ends):
            return True
        if any(b"def %b(" % word in data for word in receivers):  # a property, a fixture
            return True
        given = [b"torch", *(found[1] for found in _NAMED.finditer(data))] if renamed else [b"torch"]
        given += [b"serialization", b"torch.serialization"] if b"serialization" in data else []
        given += [word for found in _ASSIGNED.finditer(data) if (word := _last_word(data[: found.start()]))]
        if any(
            _hands_over(at, data) for word in given for end in (b",", b")", b"]") for at, _ in _places(word + end, data)
        ):
            return True
        if (b"value" in receivers and b"Enum" in data) or b"match torch:" in data:
            return True
        if b"globals()" in data:  # `globals()["th"] = torch`
            return True
        if (b"import_module(" in data or b"__import__(" in data) and _IMPORTED_THERE.search(data):
            return True
    return any(resolves(module) and names & receivers for module, names in _imports(data))


def _last_word(head: bytes) -> bytes:
    found = _WORD_BEFORE.search(head[-_WIDE:].rstrip())
    return found[1] if found else b""


def _hands_over(at: int, data: bytes) -> bool:
    """`read(torch, path)`, `Reader(library=torch)`: an argument that is torch, which is not just looked into."""
    line = data[data.rfind(b"\n", 0, at) + 1 : at]
    return line[-1:] in b"([,= \t" and not _LOOKS.search(line)


def _is_handed(receivers: set[bytes], data: bytes, handed: Handed) -> bool:
    """Whether a word before `.load` is what a module of the project calls torch, or has it from there."""
    if receivers & handed.names:
        return True
    ways = [(word, b" as ") for word in handed.names] + [(word, b"(") for word in handed.functions]
    return any(
        word + behind in data and re.search(rb"\b%b" % re.escape(word + behind), data) is not None
        for word, behind in ways
    )


def _places(word: bytes, data: bytes) -> Iterator[tuple[int, int]]:
    """Where a word stands, also as the end of a longer one. Its own search: a pattern for each would be slower."""
    at = data.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = data.find(word, at + 1)


def _is_whole(at: int, end: int, data: bytes) -> bool:
    return _begins(at, data) and (end == len(data) or data[end] not in _CODES)


def _begins(at: int, data: bytes) -> bool:
    return at == 0 or data[at - 1] not in _CODES


def _behind_as(at: int, end: int, data: bytes) -> bool:
    """`as word`."""
    head = data[max(0, at - _WIDE) : at]
    bare = head.rstrip()
    return len(bare) < len(head) and bare.endswith(b"as") and _begins(len(bare) - 2, bare) and _is_whole(at, end, data)


def _given_torch(at: int, end: int, data: bytes) -> bool:
    """`word = ...torch...`, `word = import_module(...)` on one line, or `word = torch` over two."""
    if _SET_TO_TORCH.match(data, end):
        return True
    given = _GIVEN.match(data, end)
    return given is not None and _is_whole(at, end, data) and (b"torch" in given[1] or b"import" in given[1])


def _with_sources(words: set[bytes], data: bytes) -> set[bytes]:
    """The words, and those they are assigned from: `lib = torch`, `backend = lib`, `backend.load(...)`."""
    found, fresh = set(words), set(words)
    for _ in range(_STEPS):
        begun = [end for word in fresh for at, end in _places(word, data) if _begins(at, data)]
        fresh = {given[1] for end in begun if (given := _SET_TO_NAME.match(data, end))} - found
        found |= fresh
    return found


def _imports_load(data: bytes, resolves: Callable[[str], bool]) -> bool:
    """Whether a bare `load` can be torch's: imported from torch or from the project, by name or by a star."""
    return any(
        (b"load" in names or b"*" in names) and (module.partition(".")[0] == "torch" or resolves(module))
        for module, names in _imports(data)
    )


def _executes(data: bytes) -> bool:
    """Whether names may come from code that is executed: `exec(open("names.py").read())`, `%run names.py`, or from what
    is put where `import` looks first.
    """
    executed = (b"exec" in data or b"%run" in data) and _EXECUTED.search(data) is not None
    return executed or b"sys.modules[" in data


def _imports(data: bytes) -> list[tuple[str, set[bytes]]]:
    found = []
    for match in _FROM.finditer(data):
        names = set(_WORD.findall(match[2])) | ({b"*"} if b"*" in match[2] else set())
        found.append((match[1].decode(errors="replace"), names))
    return found
