"""What the evidence says of one site; made by `scan/evidence/`, read by the rules and the engine."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Evidence, Mmap, Tier, Use


@dataclass(frozen=True, slots=True)
class Judgement:
    """`tier` None means that no fix is offered, and `advice` says what to do instead.

    `adds` are the keywords a fix would write, in order, each as source: `("mmap=True", "weights_only=True")`; empty
    without a tier.
    `reason` is one clause for people ("goes into load_state_dict in the same function").
    """

    use: Use
    tier: Tier | None
    reason: str
    adds: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    mmap: Mmap | None = None
    advice: str = ""
