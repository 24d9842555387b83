"""Text that came from a repository, made harmless for the place it is printed in.

File names, code lines and class names out of pickles are chosen by whoever wrote them: a name may hold a terminal's
escape sequence, a line break that starts a workflow command, or a right-to-left override (CVE-2021-42574).
"""

from __future__ import annotations

import re
import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that do not show, or that move what shows."""


def visible(text: str, *, keep: str = "") -> str:
    """The text with every character that does not show written as an escape, but for those in `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in keep or unicodedata.category(c) not in HIDDEN else _escaped(c) for c in text)


def one_line(text: str) -> str:
    """The text on one line: runs of blanks and line breaks become one space, the rest as in `visible`."""
    return visible(" ".join(text.split()))


def uri(path: str) -> str:
    """A path as a relative URI; bytes of a name that are no UTF-8 keep their values."""
    from urllib.parse import quote

    whole = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\N{REPLACEMENT CHARACTER}", path)
    return quote(whole.encode("utf-8", "surrogateescape"))


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
