"""Findings made by hand, for the tests of what becomes of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from bot.model import Comment, Edit, Finding, Fix, Report, Severity, Thread, Tier
from bot.plan.marker import finding_marker

CALL = re.compile(rb"torch\.load\(([^()]*)\)")


def find_calls(path: str, data: bytes, *, tier: Tier | None = Tier.SAFE, **facts: Any) -> tuple[Finding, ...]:
    """A finding for each flat `torch.load(...)` in the file, with the fix that adds `weights_only=True`."""
    found = []
    for number, call in enumerate(CALL.finditer(data)):
        line = data.count(b"\n", 0, call.start()) + 1
        end_line = data.count(b"\n", 0, call.end()) + 1
        fix = Fix(tier, ("weights_only=True",), (_edit(call),), "only tensors") if tier else None
        text = call[0].decode("utf-8", "replace")
        print_ = hashlib.sha256(
            f"{path} {' '.join(text.split())} {number}".encode("utf-8", "surrogateescape")
        ).hexdigest()[:16]
        said = "`torch.load` without `weights_only`"
        made = Finding("LG001", Severity.ERROR, path, line, 1, end_line, 1, said, text, fix=fix, fingerprint=print_)
        found.append(replace(made, **facts))
    return tuple(found)


def _edit(call: re.Match[bytes]) -> Edit:
    """After the last argument, in front of blanks and a trailing comma."""
    inner = call[1].rstrip()
    comma = inner.endswith(b",")
    at = call.start(1) + len(inner) - comma
    return Edit(at, at, ", weights_only=True" if inner else "weights_only=True")


def report_of(*findings: Finding, **facts: Any) -> Report:
    return replace(Report(".", 1, findings), **facts)


def our_thread(*findings: Finding, replies: tuple[Comment, ...] = (), **facts: Any) -> Thread:
    """A thread as the forge hands it back after we posted about these findings."""
    first = Comment("1", "loadguard[bot]", finding_marker(f.fingerprint for f in findings) + "\n\ntext", ours=True)
    path = findings[0].path
    made = Thread("T1", path, findings[0].line, False, False, (first, *replies))
    return replace(made, **facts)
