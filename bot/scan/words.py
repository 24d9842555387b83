"""Which files hold a word, for a tree that is asked hundreds of times: split once, looked up afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable

_APART = bytes(c if c == 0x5F or c > 0x7F or chr(c).isalnum() else 0x20 for c in range(256))
_IMPORT = re.compile(rb"import(?<!\wimport)\b[ \t]*(\([^)#]*(?:#[^\n]*\n[^)#]*)*\)|[^\n;\\]*(?:\\\r?\n[^\n;\\]*)*)")
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]+")


class Words:
    """The words of every file. A question is answered as `word in content` would, pieces of words included."""

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        self._holders: dict[bytes, list[str]] = {}
        for path, data in files:
            for word in frozenset(data.translate(_APART).split()):
                self._holders.setdefault(word, []).append(path)
        self._text = b" ".join((b"", *self._holders, b""))

    def holders(self, piece: bytes) -> frozenset[str] | None:
        """The files that hold `piece`; None for what is no piece of a word, such as `a.b`."""
        if not _WORD.fullmatch(piece):
            return None
        found: set[str] = set()
        at = self._text.find(piece)
        while at >= 0:
            end = self._text.index(b" ", at)
            found.update(self._holders[self._text[self._text.rindex(b" ", 0, at) + 1 : end]])
            at = self._text.find(piece, end)
        return frozenset(found)


def imported_words(data: bytes) -> frozenset[bytes]:
    """Every word of a file's import statements: modules, names, what they are called by; too many where unsure."""
    parts: list[bytes] = []
    for found in _IMPORT.finditer(data):
        start = data.rfind(b"\n", 0, found.start()) + 1
        if start and not data[start : found.start()].strip():  # `from package \` may stand on the line above
            start = data.rfind(b"\n", 0, start - 1) + 1
        parts.append(data[start : found.end()])
    return frozenset(b" ".join(parts).translate(_APART).split())
