"""Globs of a policy: of paths from the repository's root, and of `owner/name`."""

from __future__ import annotations

import re
from functools import cache

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[(?!!\])!?[^\]][^\]]*\]|\[!?\][^\]]*\]")
"""What is special in a glob; a `]` right behind the opening bracket is a member of the class."""
_SIMPLE = {"**/": r"(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_BRACES = re.compile(r"\{[^{}]*,[^{}]*\}")


def matches(path: str, glob: str) -> bool:
    """Whether a path from the root matches a glob: `*` stays in a folder, `**` does not, a folder means all below it.

    A glob without a slash matches the name at any depth, as in .gitignore.
    """
    return _compiled(glob).fullmatch(path) is not None


def glob_mistake(text: str) -> str | None:
    """What keeps a text from being a glob, or would make it match nothing its author meant; None when nothing does."""
    plain = _TOKEN.sub("", text)
    if "[" in plain:
        return "a `[` is not closed"
    for token in _TOKEN.finditer(text):
        backwards = [f"{low}-{high}" for low, high in _members(token[0]) if low > high] if token[0][0] == "[" else []
        if backwards:
            return f"`{backwards[0]}` runs backwards"
    if text.startswith("!"):
        return "a `!` takes nothing back here"
    if _BRACES.search(plain):
        return "braces stand for themselves; write one glob for each"
    return None


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    text = glob.removeprefix("./").rstrip("/")
    if text in ("", ".", "**"):
        return re.compile(r"(?s:.*)")
    prefix = "" if "/" in text else r"(?:.*/)?"
    return re.compile(rf"(?s:{prefix}{_pattern(text)}(?:/.*)?)")


def _pattern(text: str) -> str:
    out, at = [], 0
    for token in _TOKEN.finditer(text):
        out.append(re.escape(text[at : token.start()]))
        at = token.end()
        out.append(_SIMPLE.get(token[0]) or _character_class(token[0]))
    return "".join(out) + re.escape(text[at:])


def _character_class(word: str) -> str:
    """The members one by one: what is an operator in a class of `re` (`&&`, `--`, `[`) is a character in a glob."""
    inner = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in _members(word) if low <= high)
    if not inner:
        return r"(?!)"
    return f"(?!/)[{'^' if word.startswith('[!') else ''}{inner}]"


def _members(word: str) -> list[tuple[str, str]]:
    """First and last of each range of a class; of a single character it is both."""
    inner = word[1:-1].removeprefix("!")
    return [
        (found["low"], found["high"] or found["low"])
        for found in re.finditer(r"(?s:(?P<low>.)(?:-(?P<high>.))?)", inner)
    ]
