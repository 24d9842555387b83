"""Phrases that several formats share, so that they cannot say different things."""

from __future__ import annotations

from bot.model import Evidence, Finding


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `1,200 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def place(finding: Finding) -> str:
    """`path:line:column`, as editors read it; in a notebook `path:cell 3:line:column`; a whole file is its path."""
    if finding.line < 1:
        return finding.path
    cell = "" if finding.cell is None else f"cell {finding.cell}:"
    return f"{finding.path}:{cell}{finding.line}:{finding.column}"


def evidence_words(evidence: Evidence, finding: Finding) -> str:
    """The detail, with where it stands unless that is the finding's own line."""
    where = evidence.path if evidence.line < 1 else f"{evidence.path}:{evidence.line}"
    own = (finding.path, finding.line)
    if not evidence.path or (evidence.path, evidence.line) == own:
        return evidence.detail
    return f"{evidence.detail} ({where})"


def sarif_title(documentation: str) -> tuple[str, str]:
    """A docstring's first sentence without its full stop, and the whole of it."""
    first, _, _ = documentation.partition("\n")
    return first.rstrip("."), documentation
