"""The facts of one site, and the tier they give: rules in order of strength, the first that speaks decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.model import Evidence, EvidenceKind, Tier, WeightsOnly
from bot.scan.evidence import advice, proofs, refusals
from bot.scan.evidence.facts import Decision, Facts
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.states import why_of_another_class
from bot.scan.evidence.telling import from_save
from bot.scan.evidence.use import use_of

Rule = Callable[[Facts], Decision | None]

RULES: tuple[Rule, ...] = (
    refusals.other_pickler,
    refusals.unresolved,
    refusals.another_loader,
    refusals.old_torch,
    refusals.live_object,
    refusals.live_beside,
    refusals.known_file,
    refusals.training_args,
    refusals.in_a_shape,
    proofs.said_by_people,
    proofs.told_in_words,
    refusals.saved_objects,
    refusals.object_inside,
    refusals.object_in_the_same_file,
    proofs.saved_plainly,
    proofs.trained_here,
    proofs.saved_alike,
    proofs.published_file,
    proofs.own_extra_state,
    proofs.used_as_state,
    proofs.declared_tensors,
    proofs.among_states,
    proofs.as_its_other_branch,
    proofs.made_beside,
    refusals.called_an_object,
)


def decide(facts: Facts) -> Decision:
    """The first rule that speaks; then the doubts, which can only lower what it said."""
    for rule in RULES:
        decision = rule(facts)
        if decision is not None:
            return _doubted(facts, decision)
    return _doubted(facts, _undecided(facts))


def _undecided(facts: Facts) -> Decision:
    """No rule spoke: what came nearest to evidence is told."""
    unknown = next((s for s in (*facts.saved, *facts.alike) if s.stored.content is Content.UNKNOWN), None)
    if unknown is None:
        return Decision(use_of(facts.reading), Tier.REVIEW, "nothing speaks against it, and nothing proves it")
    reason = "nothing speaks against it, and what is saved there cannot be seen through"
    return Decision(use_of(facts.reading), Tier.REVIEW, reason, (from_save(unknown),))


# -- doubts ------------------------------------------------------------------------------------------------------


def _doubted(facts: Facts, decision: Decision) -> Decision:
    """A comment with a reason, a False written by hand, a save that cannot be seen through: the tier falls."""
    if facts.checkpoint is not None or decision.tier is None:
        return decision
    by_hand = facts.site.says is WeightsOnly.FALSE
    if facts.told is None and (given := _reason_given(facts)) is not None:
        reason, evidence = given
        lowered = replace(decision, evidence=(*decision.evidence, evidence), reason=f"{reason} for it")
        return replace(lowered, tier=None, advice=advice.for_objects(facts.saved)) if by_hand else _review(lowered)
    if by_hand:
        return _by_hand(facts, decision)
    by_use = decision.tier is Tier.SAFE and all(e.kind is EvidenceKind.USE for e in decision.evidence)
    loaded = by_use and facts.reading.anywhere(Kind.LOADED) is not None
    if loaded and (why := why_of_another_class(facts.site.module, facts.project)):
        return replace(_review(decision), reason=f"{decision.reason}, but {why}")
    unknown = next((s for s in facts.saved if s.stored.content is Content.UNKNOWN), None)
    said = facts.reading.direct or facts.reading.whole(Kind.DECLARED) is not None
    settled = said or any(e.kind in (EvidenceKind.SAVE, EvidenceKind.HUMAN) for e in decision.evidence)
    if decision.tier is not Tier.SAFE or unknown is None or settled:
        return decision
    return replace(
        _review(decision),
        evidence=(*decision.evidence, from_save(unknown)),
        reason=f"{decision.reason}, but what is saved there cannot be seen through",
    )


def _reason_given(facts: Facts) -> tuple[str, Evidence] | None:
    """What people gave a reason with for loading as they do, and where."""
    found, who = facts.comment, "a comment gives a reason"
    if found is None:
        found, who = facts.trust, "the context around it gives a reason"
    if found is None:
        return None
    line, text = found
    return who, Evidence(EvidenceKind.HUMAN, facts.path, line, f"{who}: {text[:80]}")


def _by_hand(facts: Facts, decision: Decision) -> Decision:
    """`weights_only=False` is a decision: only save evidence outweighs it, and then a person looks."""
    written = Evidence(EvidenceKind.HUMAN, facts.path, facts.line, "weights_only=False is written out")
    if any(e.kind is EvidenceKind.SAVE for e in decision.evidence) and decision.tier is Tier.SAFE:
        return replace(_review(decision), evidence=(*decision.evidence, written))
    return Decision(
        decision.use,
        None,
        "weights_only=False was written by hand, and neither a checkpoint nor a save shows that it is not needed",
        (written, *decision.evidence),
        "Load the file once with weights_only=True (loadguard smoke FILE); write True if it loads, or comment why not.",
    )


def _review(decision: Decision) -> Decision:
    return replace(decision, tier=Tier.REVIEW) if decision.tier is Tier.SAFE else decision
