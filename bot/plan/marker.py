"""Our hidden markers: how a text on the forge says which findings it stands for.

A marker counts only in a text our own identity wrote (the forge sees to that) and, in inline comments, only at its
very beginning: a suggestion must repeat the code as it is, and the code may hold a forged marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.model import FINDING_MARKER, MARKER, Thread

_FINDING = re.compile(re.escape(FINDING_MARKER) + r"([\w.: -]+?) -->")
_FACT = re.compile(re.escape(MARKER) + r"(\w+)=([\w.:, -]*?) -->")
_SAFE = re.compile(r"[^\w.:-]")


def finding_marker(fingerprints: Iterable[str]) -> str:
    """The first line of an inline comment."""
    return FINDING_MARKER + " ".join(_SAFE.sub("_", each) for each in fingerprints) + " -->"


def thread_fingerprints(thread: Thread) -> frozenset[str]:
    """The findings one of our threads stands for; empty for everyone else's."""
    first = thread.comments[0] if thread.comments else None
    found = _FINDING.match(first.body) if first and first.ours else None
    return frozenset(found[1].split()) if found else frozenset()


def fact(name: str, values: Iterable[str]) -> str:
    """A hidden line that carries a list, such as the fingerprints a fix pull request holds."""
    return f"{MARKER}{name}={','.join(_SAFE.sub('_', each) for each in values)} -->"


def read_fact(body: str, name: str) -> tuple[str, ...]:
    """What `fact` wrote. Only for bodies in which every foreign text has been through `markdown`."""
    for found in _FACT.finditer(body):
        if found[1] == name:
            return tuple(part for part in found[2].split(",") if part)
    return ()
