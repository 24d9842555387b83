"""Byte edits, applied. Used wherever a fix meets a file: the proof, the fix branch, `loadguard fix`."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Edit


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """`data` with every edit in place; the order they come in does not matter.

    Raises ValueError when two edits touch (two insertions at one place included: which comes first would be a
    guess), when one lies outside `data`, or when its text is not ASCII (what we insert reads the same in every
    encoding Python source may have, so anything else is a mistake of ours).
    """
    pieces: list[bytes] = []
    position = 0
    previous_start = -1
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not 0 <= edit.start <= edit.end <= len(data):
            raise ValueError(f"edit {edit.start}-{edit.end} lies outside the file's {len(data)} bytes")
        if edit.start < position or edit.start == previous_start:
            raise ValueError(f"edit {edit.start}-{edit.end} overlaps the edit before it")
        pieces += (data[position : edit.start], edit.text.encode("ascii"))
        position, previous_start = edit.end, edit.start
    pieces.append(data[position:])
    return b"".join(pieces)
