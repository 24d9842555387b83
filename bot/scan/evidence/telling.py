"""Evidence in words: a sign of use, a save, each with the file and line a person can look at."""

from __future__ import annotations

from bot.model import Evidence, EvidenceKind
from bot.scan.evidence.follow.signs import Sign
from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.save import Saved


def from_sign(sign: Sign) -> Evidence:
    part, said = _part(sign.path), sign.detail
    words = f"{said} on {part}" if said.startswith(".") else f"{part} {said}"
    return Evidence(EvidenceKind.USE, sign.file, sign.line, words)


_INSIDE = {"value": "a value", "each": "a member", "key": "a key"}


def _part(steps: tuple[str, ...]) -> str:
    """`("['model']", "value")` in words: a value of the result['model']."""
    text = "the result"
    for step in steps:
        if step in _INSIDE:
            text = f"{_INSIDE[step]} of {text}"
        elif not step.startswith("«"):
            text += step
    return text


def from_save(saved: Saved) -> Evidence:
    held = {Content.PLAIN: "stores tensors, numbers and strings", Content.OBJECT: f"stores {saved.stored.why}"}
    detail = held.get(saved.stored.content, f"stores something unknown: {saved.stored.why}")
    call = saved.writer.call
    return Evidence(EvidenceKind.SAVE, saved.writer.module.path, call.lineno, f"{saved.how}: {detail}")
