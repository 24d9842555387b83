"""Phrases that several formats share, so that they cannot say different things."""

from __future__ import annotations

from bot.model import Evidence, Finding


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `1,200 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def place(finding: Finding) -> str:
    """`path:line:column`, as editors read it; in a notebook `path:cell 3:line:column`, cells counted from 1.

    A file as a whole, such as a checkpoint, is its path.
    """
    path = named(finding.path)
    if whole_file(finding):
        return path
    cell = "" if finding.cell is None else f"cell {finding.cell + 1}:"
    return f"{path}:{cell}{finding.line}:{finding.column}"


def named(path: str) -> str:
    """A path that may begin a line: one that looks like a command of the Actions runner gets `./` before it."""
    return f"./{path}" if path.lstrip().startswith(("::", "##[")) else path


def whole_file(finding: Finding) -> bool:
    """Whether a finding speaks of a file as a whole: a checkpoint has no lines."""
    return finding.line < 1 or finding.rule.startswith("CK")


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
