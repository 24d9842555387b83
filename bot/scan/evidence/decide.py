"""The facts of one site, and the tier they give: rules in order of strength, the first that speaks decides."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from bot.model import Evidence, EvidenceKind, Tier, Use, WeightsOnly
from bot.scan.evidence import advice
from bot.scan.evidence.checkpoint import rule_on_checkpoint
from bot.scan.evidence.content import Content
from bot.scan.evidence.conventions import own_extra_state_is_plain, published_name, reads_extra_state
from bot.scan.evidence.facts import Decision, Facts
from bot.scan.evidence.floor import WEIGHTS_ONLY
from bot.scan.evidence.human import expects_refusal
from bot.scan.evidence.keyed import is_test
from bot.scan.evidence.lightning import reads_library_keys, trained_above
from bot.scan.evidence.save import Saved, text_of
from bot.scan.evidence.signs import Kind, Sign
from bot.scan.evidence.stored import has_extra_state
from bot.scan.evidence.use import Reading, object_sign, part_object_sign, state_reason, use_of

Rule = Callable[[Facts], Decision | None]


def decide(facts: Facts) -> Decision:
    """The first rule that speaks; then the doubts, which can only lower what it said."""
    for rule in RULES:
        decision = rule(facts)
        if decision is not None:
            return _doubted(facts, decision)
    return _doubted(
        facts, Decision(use_of(facts.reading), Tier.REVIEW, "nothing speaks against it, and nothing proves it")
    )


def _from_sign(facts: Facts, sign: Sign) -> Evidence:
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


def _none(facts: Facts, reason: str, *evidence: Evidence, use: Use | None = None, advise: str = "") -> Decision:
    return Decision(use or use_of(facts.reading), None, reason, evidence, advise or advice.for_objects(facts.saved))


# -- rules, strongest first ------------------------------------------------------------------------------------


def _other_pickler(facts: Facts) -> Decision | None:
    given = facts.site.pickle_module
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        return None
    return _none(
        facts,
        "pickle_module is given, which weights_only=True refuses",
        Evidence(EvidenceKind.USE, facts.path, given.lineno, "pickle_module is given"),
        advise="Drop pickle_module (torch's own unpickler reads what torch.save writes), then write weights_only=True.",
    )


def _unresolved(facts: Facts) -> Decision | None:
    if facts.site.says in (WeightsOnly.DYNAMIC, WeightsOnly.KWARGS):
        return _none(
            facts,
            "weights_only comes from elsewhere and is not changed here",
            advise="Make the value True where it comes from, or write weights_only=True here.",
        )
    return None


def _old_torch(facts: Facts) -> Decision | None:
    if facts.floor.firm and facts.floor.admits_below(WEIGHTS_ONLY):
        declared = Evidence(EvidenceKind.VERSION, facts.floor.path, facts.floor.line, f"declares {facts.floor.text}")
        return _none(
            facts,
            "the declared torch admits versions before 1.13, which have no weights_only",
            declared,
            advise="Raise the project's lowest torch to 2.10 first; below 2.6 weights_only=True does not protect.",
        )
    return None


def _known_file(facts: Facts) -> Decision | None:
    if facts.checkpoint is None:
        return None
    tier, evidence = rule_on_checkpoint(facts.checkpoint)
    if tier is None:
        return _none(facts, evidence.detail, evidence, advise=advice.for_checkpoint(facts.checkpoint))
    use = use_of(facts.reading)
    return None if use is Use.OBJECT else Decision(use, tier, evidence.detail, (evidence,))


def _live_object(facts: Facts) -> Decision | None:
    sign = object_sign(facts.reading)
    if sign is None:
        return None
    return _none(facts, f"the result is a live object: {sign.detail}", _from_sign(facts, sign), use=Use.OBJECT)


def _in_a_shape(facts: Facts) -> Decision | None:
    if facts.shape is None:
        return None
    here = Evidence(EvidenceKind.HUMAN, facts.path, facts.shape.line, facts.shape.why)
    return _none(
        facts,
        f"part of a larger construction: {facts.shape.why}",
        here,
        advise="Decide the construction as a whole: one load with weights_only=True, and no way back to an unsafe one.",
    )


def _saved_objects(facts: Facts) -> Decision | None:
    """The project's own save stores something weights_only refuses."""
    blocked = next((s for s in facts.saved if s.stored.content is Content.OBJECT), None)
    if blocked is None:
        return None
    evidence = _from_save(blocked)
    if blocked.close and all(s.stored.content is Content.OBJECT for s in facts.saved):
        return _none(facts, f"what is saved there holds {blocked.stored.why}", evidence)
    return Decision(use_of(facts.reading), Tier.REVIEW, f"a save of that name holds {blocked.stored.why}", (evidence,))


def _from_save(saved: Saved) -> Evidence:
    held = {Content.PLAIN: "stores tensors, numbers and strings", Content.OBJECT: f"stores {saved.stored.why}"}
    detail = held.get(saved.stored.content, f"stores something unknown: {saved.stored.why}")
    call = saved.writer.call
    return Evidence(EvidenceKind.SAVE, saved.writer.module.path, call.lineno, f"{saved.how}: {detail}")


_OF_MODULES = frozenset({"is called", ".eval()", ".train()", ".forward()", ".parameters()", ".state_dict()", ".fuse()"})
"""What only a module does: a file that holds one is refused by weights_only=True, whatever stands beside it."""


def _object_inside(facts: Facts) -> Decision | None:
    sign = part_object_sign(facts.reading)
    if sign is None:
        return None
    evidence = _from_sign(facts, sign)
    if sign.detail in _OF_MODULES:
        return _none(facts, f"a part of the result is a live module: {sign.detail}", evidence)
    return Decision(
        use_of(facts.reading), Tier.REVIEW, f"a part of the result is used as an object: {sign.detail}", (evidence,)
    )


def _saved_plainly(facts: Facts) -> Decision | None:
    plain = bool(facts.saved) and all(s.stored.content is Content.PLAIN for s in facts.saved)
    if not plain:
        return None
    first = facts.saved[0]
    evidence = tuple(_from_save(s) for s in facts.saved)
    if first.far:
        return None  # a name as common as model.pth is no address
    known = facts.read_keys and all(facts.read_keys <= s.keys for s in facts.saved)
    if first.close or known or state_reason(facts.reading) or _every_part_is_plain(facts.reading):
        where = f"{first.writer.module.path}:{first.writer.call.lineno}"
        return Decision(Use.STATE, Tier.SAFE, f"{where} saves it, and stores tensors, numbers and strings", evidence)
    return None


def _every_part_is_plain(reading: Reading) -> bool:
    """Keys are read, and each is loaded, a tensor, or a number."""
    plain = {Kind.LOADED, Kind.TENSOR, Kind.WEIGHTS, Kind.PLAIN}
    return bool(reading.sections) and all(plain & reading.keys[k] for k in reading.sections)


def _trained_here(facts: Facts) -> Decision | None:
    line = trained_above(facts.reading)
    if line is None or not reads_library_keys(facts.reading):
        return None
    evidence = Evidence(
        EvidenceKind.SAVE, facts.path, line, "a Lightning trainer writes it: state dicts, counters, callback states"
    )
    return Decision(Use.STATE, Tier.SAFE, "a Lightning trainer wrote it a few lines above", (evidence,))


def _refusal_expected(facts: Facts) -> Decision | None:
    line = expects_refusal(facts.reading.call, facts.reading.module)
    if line is None:
        return None
    evidence = Evidence(EvidenceKind.HUMAN, facts.path, line, "an UnpicklingError is expected and explained")
    return Decision(
        use_of(facts.reading), Tier.SAFE, "its handler explains what weights_only=True refuses", (evidence,)
    )


def _published_file(facts: Facts) -> Decision | None:
    if facts.site.file is None or facts.site.call is None or is_test(facts.path):
        return None
    name = published_name(text_of(facts.site.call, facts.site.file, facts.site.module))
    if not name:
        return None
    evidence = Evidence(EvidenceKind.SAVE, facts.path, facts.line, f"{name}: transformers' name for a state dict")
    return Decision(Use.STATE, Tier.SAFE, f"{name} is a published name for a file of weights", (evidence,))


def _own_extra_state(facts: Facts) -> Decision | None:
    if not reads_extra_state(facts.reading) or not own_extra_state_is_plain(facts.project):
        return None
    return Decision(Use.STATE, Tier.SAFE, "it is a state dict of the project's own modules: _extra_state is read")


def _declared_tensors(facts: Facts) -> Decision | None:
    said = next((s for s in facts.reading.signs if s.kind is Kind.DECLARED and not s.path), None)
    if said is None or facts.reading.sections or facts.reading.asked_for_keys:
        return None  # what is declared is what was taken out of it
    return Decision(Use.STATE, Tier.SAFE, f"the result {said.detail}", (_from_sign(facts, said),))


def _used_as_state(facts: Facts) -> Decision | None:
    reason = state_reason(facts.reading)
    if not reason:
        return None
    sign = facts.reading.anywhere(Kind.LOADED, Kind.TENSOR, Kind.WEIGHTS)
    evidence = (_from_sign(facts, sign),) if sign is not None else ()
    return Decision(Use.STATE, Tier.SAFE, f"the result {reason}", evidence)


RULES: tuple[Rule, ...] = (
    _other_pickler,
    _unresolved,
    _old_torch,
    _live_object,
    _known_file,
    _in_a_shape,
    _refusal_expected,
    _saved_objects,
    _object_inside,
    _saved_plainly,
    _trained_here,
    _published_file,
    _own_extra_state,
    _used_as_state,
    _declared_tensors,
)


# -- doubts ------------------------------------------------------------------------------------------------------


def _doubted(facts: Facts, decision: Decision) -> Decision:
    """A comment with a reason, a False written by hand, a save that cannot be seen through: the tier falls."""
    if facts.checkpoint is not None or decision.tier is None:
        return decision
    by_hand = facts.site.says is WeightsOnly.FALSE
    if facts.comment is not None:
        line, text = facts.comment
        evidence = Evidence(EvidenceKind.HUMAN, facts.path, line, f"a comment gives a reason: {text[:80]}")
        lowered = replace(decision, evidence=(*decision.evidence, evidence), reason="a comment gives a reason for it")
        return replace(lowered, tier=None, advice=advice.for_objects(facts.saved)) if by_hand else _review(lowered)
    if by_hand:
        return _by_hand(facts, decision)
    by_use = decision.tier is Tier.SAFE and all(e.kind is EvidenceKind.USE for e in decision.evidence)
    if by_use and facts.reading.anywhere(Kind.LOADED) and has_extra_state(facts.project):
        reason = f"{decision.reason}, but modules of this project put a pickle into their state (get_extra_state)"
        return replace(_review(decision), reason=reason)
    unknown = next((s for s in facts.saved if s.stored.content is Content.UNKNOWN), None)
    settled = facts.reading.direct or any(e.kind in (EvidenceKind.SAVE, EvidenceKind.HUMAN) for e in decision.evidence)
    if decision.tier is not Tier.SAFE or unknown is None or settled:
        return decision
    return replace(
        _review(decision),
        evidence=(*decision.evidence, _from_save(unknown)),
        reason=f"{decision.reason}, but what is saved there cannot be seen through",
    )


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
