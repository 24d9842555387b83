"""A stored report as a `Report` again, read with distrust: it travelled as an artifact.

A finding whose parts are not what they should be is left out. What a fix may do to a file is proved anew before it is
used (`bot.scan.fixing.sound`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from bot.model import (
    Edit,
    Evidence,
    EvidenceKind,
    Finding,
    Fix,
    Report,
    Severity,
    Tier,
    Unreadable,
    Use,
    WeightsOnly,
)

LONGEST = 20_000
"""Characters of any one text."""
MOST = 10_000
"""Findings of one repository, and edits of one fix."""


def recalled(plain: Mapping[str, object]) -> Report:
    """The findings and unreadable files of a stored report."""
    findings = tuple(made for each in _members(plain.get("findings"))[:MOST] if (made := _finding(each)) is not None)
    unread = (Unreadable(_text(each.get("path")), _text(each.get("reason"))) for each in _unread(plain))
    return Report("", _number(plain.get("files_scanned")), findings, tuple(unread))


def _unread(plain: Mapping[str, object]) -> list[Mapping[str, Any]]:
    return [each for each in _members(plain.get("unreadable"))[:MOST] if _is_path(_text(each.get("path")))]


def _finding(plain: Mapping[str, Any]) -> Finding | None:
    path, severity = _text(plain.get("path")), _word(Severity, plain.get("severity"))
    if severity is None or not _is_path(path):
        return None
    cell = plain.get("cell")
    return Finding(
        rule=_text(plain.get("rule")),
        severity=severity,
        path=path,
        line=_number(plain.get("line")),
        column=_number(plain.get("column")),
        end_line=_number(plain.get("end_line")),
        end_column=_number(plain.get("end_column")),
        message=_text(plain.get("message")),
        source=_text(plain.get("source")),
        qualname=_text(plain.get("qualname")),
        cell=None if cell is None else _number(cell),
        weights_only=_word(WeightsOnly, plain.get("weights_only")) or WeightsOnly.ABSENT,
        use=_word(Use, plain.get("use")) or Use.UNKNOWN,
        fix=_fix(plain.get("fix")),
        evidence=tuple(made for each in _members(plain.get("evidence"))[:50] if (made := _evidence(each)) is not None),
        advice=_text(plain.get("advice")),
        fingerprint=_text(plain.get("fingerprint")),
        new=False,
    )


def _fix(plain: object) -> Fix | None:
    if not isinstance(plain, dict):
        return None
    tier = _word(Tier, plain.get("tier"))
    edits = [_edit(each) for each in _members(plain.get("edits"))]
    whole = [each for each in edits if each is not None]
    if tier is None or not whole or len(whole) < len(edits) or len(edits) > MOST:
        return None
    adds = plain.get("adds")
    named = tuple(_text(each) for each in adds[:10]) if isinstance(adds, list) else ()
    return Fix(tier, named, tuple(whole), _text(plain.get("reason")))


def _edit(plain: Mapping[str, Any]) -> Edit | None:
    start, end, text = plain.get("start"), plain.get("end"), plain.get("text")
    if type(start) is not int or type(end) is not int or not 0 <= start <= end or not isinstance(text, str):
        return None
    return Edit(start, end, text)


def _evidence(plain: Mapping[str, Any]) -> Evidence | None:
    kind = _word(EvidenceKind, plain.get("kind"))
    if kind is None:
        return None
    return Evidence(kind, _text(plain.get("path")), _number(plain.get("line")), _text(plain.get("detail")))


def _is_path(text: str) -> bool:
    """A path inside a repository, as git has it."""
    return bool(text) and "\0" not in text and all(part not in ("", ".", "..", ".git") for part in text.split("/"))


Word = TypeVar("Word", bound=StrEnum)


def _word(kind: type[Word], value: object) -> Word | None:
    return kind(value) if isinstance(value, str) and value in [each.value for each in kind] else None


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if type(value) is int and 0 <= value < 2**31 else 0


def _members(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
