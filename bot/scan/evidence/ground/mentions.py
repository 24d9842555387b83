"""What the bytes of a file say of a name, so that a file that cannot matter is not parsed."""

from __future__ import annotations

import re

_LISTED = re.compile(rb"[\w\s,()\\]*\Z")
_CALLED = re.compile(rb"\s*\(")
_OBJECTS = ("torch", "th", "t", "serialization", "fabric", "xm", "accelerator")
_BEHIND = "|".join(rf"(?<=\b{name}\.save\()" for name in _OBJECTS)
_SAVES = re.compile(rf"\.save\((?:{_BEHIND})".encode())
_SAVE = re.compile(rb"save\b(?<=\bsave)")
_IMPORT = re.compile(rb"import\b(?<=\bimport)")


def may_call_method(name: str, data: bytes) -> bool:
    """Whether `.name` stands there."""
    word = name.encode()
    return b"." + word in data or re.search(rb"\.[\s\\]+%b\b" % re.escape(word), data) is not None


def may_call_function(name: str, data: bytes) -> bool:
    """Whether a function of another file can be called: `.name`, `name` in what may be a list of imports, or anything
    after a star.
    """
    return may_call_method(name, data) or _may_import(name.encode(), data) or b"import *" in data


def _may_import(word: bytes, data: bytes) -> bool:
    at = data.find(word)
    while at >= 0:
        after = at + len(word)
        before = data[max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1 : at]
        if not _CALLED.match(data, after) and (b"import" in before or _LISTED.match(before)):
            return True
        at = data.find(word, after)
    return False


def may_write(data: bytes) -> bool:
    """Whether a call that writes a checkpoint can stand there: words are asked for before patterns."""
    if (b".save(" in data and _SAVES.search(data)) or b"trainer.save_checkpoint(" in data:
        return True
    words = (found.start() for found in _SAVE.finditer(data))
    return any(_IMPORT.search(data, data.rfind(b"\n", 0, at) + 1, at) for at in words)
