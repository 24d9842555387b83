"""Spellings of torch.load in which the bytes `load` do not stand: letters that Python takes for plain ones, names put
together from pieces, torch's private readers.

Asked of every file of a tree, so each question begins with a word that is found at the speed of memory.
"""

from __future__ import annotations

import re
import unicodedata

_ASCII = bytes(range(128))
_ODD = tuple(bytes.fromhex(begin) for begin in "efbd f09d e28493 e285 e1b4 e1b5 e282 cb ca c2aa c2ba".split())
"""How letters begin in UTF-8 that NFKC makes plain ones: full-width, mathematical, roman numerals, raised."""

_TEXT = rb"[rRuUbB]?[\"'][^\"'\n]*[\"']"
_DECODES = rb"(?:\w+\.)?(?:decode|encode|\w*b\d\ddecode|fromhex|unhexlify|a2b_base64|bytes)\("
_GETS = re.compile(
    rb"getattr\(torch(?:\.serialization)?\s*,\s*(?:(?P<name>[A-Za-z_]\w*)\s*[,)]"
    rb"|(?P<made>[fF][\"']|%b\s*[^\s,)]|chr\(|%b|[\w.]+\s*[+%%]))" % (_TEXT, _DECODES)
)
_IMPORTS = re.compile(
    rb"import(?:_module|__)\(\s*(?:[fF]?[\"'](?:t|to|tor|torc|hcrot)?[\"']\s*[+.\[\"']|[fF][\"']|chr\(|\w+\s*\+\s*[\"'](?:o?rc)?h)"
)
_MADE = rb"^[ \t]*%b\s*(?::[^=\n]*)?=\s*(?:[fF][\"']|%b\s*[^\s]|chr\(|%b|\w+\s*[+%%])"
_PRIVATE = re.compile(rb"(?:_legacy|serialization\s*\.\s*|serialization\s+import\b[^\n]*[\s,(])_\Z")
_NEAR = 100
_CUTS = (b'"oad', b'loa"', b'"oa"', b'"o"')
_BEGUN = (b"", b"c", b"rc", b"orc")


def plain(data: bytes) -> bytes:
    """The bytes as Python reads their names (NFKC, PEP 3131); the same object where no letter is odd."""
    if data.isascii():
        return data
    letters = data.translate(None, _ASCII)
    if not any(begin in letters for begin in _ODD):
        return data
    return unicodedata.normalize("NFKC", data.decode(errors="replace")).encode()


def is_private(data: bytes, start: int) -> bool:
    """Whether the `load` at `start` is the end of a private reader behind torch.load: `serialization._legacy_load`."""
    return _PRIVATE.search(data[max(0, start - _NEAR) : start]) is not None


def is_cut(notebook: bytes) -> bool:
    """Whether a cell's list of lines can be cut inside `torch` or `load`: `"m = torch.lo", "ad(path)"`."""
    if any(piece in notebook for piece in _CUTS) or (b'lo"' in notebook and b'"ad' in notebook):
        return True
    at = notebook.find(b"h.load")
    while at >= 0:
        if notebook[max(0, at - 4) : at].rpartition(b'"')[2] in _BEGUN and b'"' in notebook[max(0, at - 4) : at]:
            return True
        at = notebook.find(b"h.load", at + 1)
    return False


def looked_up_in_pieces(data: bytes) -> bool:
    """`getattr(torch, "lo" + "ad")`, and where the name is put together before."""
    return b"getattr(torch" in data and any(_is_made(found, data) for found in _GETS.finditer(data))


def imported_in_pieces(data: bytes) -> bool:
    """`import_module("to" + "rch")`."""
    return (b"import_module(" in data or b"__import__(" in data) and _IMPORTS.search(data) is not None


def stands_in_for_torch(data: bytes) -> bool:
    """Whether an object hands on what it is asked for: `def __getattr__(self, name): return getattr(torch, name)`."""
    return b"__getattr__" in data and b"getattr(torch," in data


def _is_made(found: re.Match[bytes], data: bytes) -> bool:
    name = found["name"]
    return name is None or re.search(_MADE % (re.escape(name), _TEXT, _DECODES), data, re.M) is not None
