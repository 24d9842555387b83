"""What shows that `weights_only=True` reads the file: each rule says `safe`, or nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable

from bot.model import Evidence, EvidenceKind, Tier, Use
from bot.scan.evidence.branches import asked_to_be_safe, makes_the_same, says_true_beside
from bot.scan.evidence.conventions import own_extra_state_is_plain, published_name, reads_extra_state, reads_shards
from bot.scan.evidence.facts import Decision, Facts
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spreading import SPREAD
from bot.scan.evidence.human import expects_refusal, names_its_globals
from bot.scan.evidence.layout import find_states_near
from bot.scan.evidence.lightning import reads_library_keys, trained_above
from bot.scan.evidence.reading import Reading
from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.keyed import is_test
from bot.scan.evidence.saves.place import text_of
from bot.scan.evidence.telling import from_save, from_sign
from bot.scan.evidence.use import state_reason, use_of
from bot.scan.names.module import Module


def saved_plainly(facts: Facts) -> Decision | None:
    plain = bool(facts.saved) and all(s.stored.content is Content.PLAIN for s in facts.saved)
    if not plain:
        return None
    first = facts.saved[0]
    evidence = tuple(from_save(s) for s in facts.saved)
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


def trained_here(facts: Facts) -> Decision | None:
    if not reads_library_keys(facts.reading, facts.project):
        return None
    line = trained_above(facts.reading, facts.project)
    if line is None:
        return None
    evidence = Evidence(
        EvidenceKind.SAVE, facts.path, line, "a Lightning trainer writes it: state dicts, counters, callback states"
    )
    return Decision(Use.STATE, Tier.SAFE, "a Lightning trainer wrote it a few lines above", (evidence,))


_SAID: tuple[tuple[Callable[[ast.Call, Module], int | None], str, str], ...] = (
    (
        expects_refusal,
        "an UnpicklingError is expected and explained",
        "its handler explains what weights_only=True refuses",
    ),
    (
        names_its_globals,
        "safe_globals is entered, which only weights_only=True asks",
        "what it may hold is named with safe_globals around it",
    ),
    (
        asked_to_be_safe,
        "check_torch_load_is_safe() asks for the torch in which weights_only=True protects",
        "the torch is asked for in which weights_only=True protects",
    ),
)
"""What people do around a load meant for weights_only=True: what finds its line, what it is, and the reason told."""


def said_by_people(facts: Facts) -> Decision | None:
    for find, detail, reason in _SAID:
        line = find(facts.reading.call, facts.reading.module)
        if line is not None:
            return _by_people(facts, line, detail, reason)
    return None


def told_in_words(facts: Facts) -> Decision | None:
    if facts.told is None:
        return None
    line, text = facts.told
    detail = f"words here speak for it: {text[:80]}"
    return _by_people(facts, line, detail, "words beside it speak for weights_only=True")


def as_its_other_branch(facts: Facts) -> Decision | None:
    line = says_true_beside(facts.reading.call, facts.reading.module, facts.settled)
    if line is None:
        return None
    detail = "another branch, whose result takes this one's place, has weights_only=True, or is proved to take it"
    return _by_people(facts, line, detail, "the other branch of this load has weights_only=True")


def made_beside(facts: Facts) -> Decision | None:
    """`if exists: x = torch.load(p)`, `else: x = make_a_tensor()`: the same name stands for the same kind of thing."""
    line = makes_the_same(facts.reading.call, facts.reading.module, facts.project)
    if line is None:
        return None
    evidence = Evidence(EvidenceKind.USE, facts.path, line, "another branch gives the same name tensors and numbers")
    return Decision(Use.STATE, Tier.SAFE, "the other branch makes the same of tensors and numbers", (evidence,))


def _by_people(facts: Facts, line: int, detail: str, reason: str) -> Decision:
    """Safe because somebody wrote so at `line` of the site's file."""
    evidence = Evidence(EvidenceKind.HUMAN, facts.path, line, detail)
    return Decision(use_of(facts.reading), Tier.SAFE, reason, (evidence,))


def saved_alike(facts: Facts) -> Decision | None:
    """A save close by writes the keys that are read, and all such saves hold plain things, or one holds an object."""
    if not facts.alike:
        return None
    worst = next((s for s in facts.alike if s.stored.content is Content.OBJECT), None)
    if worst is not None:
        reason = f"a save of these keys holds {worst.stored.why}"
        return Decision(use_of(facts.reading), Tier.REVIEW, reason, (from_save(worst),))
    if any(s.stored.content is not Content.PLAIN for s in facts.alike):
        return None
    first = facts.alike[0].writer
    reason = (
        f"{first.module.path}:{first.call.lineno} saves these keys close by, and stores tensors, numbers and strings"
    )
    return Decision(Use.STATE, Tier.SAFE, reason, tuple(from_save(s) for s in facts.alike))


def among_states(facts: Facts) -> Decision | None:
    """A reader whose caller gives a module all of it, strictly, where all that is saved close by is plain states."""
    reading = facts.reading
    whole = reading.whole(Kind.FITS)
    unlike = [s for s in facts.saved if s.keys or s.stored.content is not Content.PLAIN]
    if whole is None or reading.keys or reading.asked or unlike:
        return None
    near = find_states_near(reading, facts.project)
    if not near:
        return None
    evidence = (from_sign(whole), *(from_save(s) for s in near))
    return Decision(
        Use.STATE, Tier.SAFE, "it is loaded whole, and all that is saved close by is plain states", evidence
    )


def published_file(facts: Facts) -> Decision | None:
    if facts.site.file is None or facts.site.call is None or is_test(facts.path):
        return None
    full = text_of(facts.site.call, facts.site.file, facts.site.module)
    name = published_name(full) or ("*.bin" if reads_shards(full, facts.site.call, facts.site.module) else "")
    if not name:
        return None
    evidence = Evidence(EvidenceKind.SAVE, facts.path, facts.line, f"{name}: transformers' name for a state dict")
    return Decision(Use.STATE, Tier.SAFE, f"{name} is a published name for a file of weights", (evidence,))


def own_extra_state(facts: Facts) -> Decision | None:
    if not reads_extra_state(facts.reading) or not own_extra_state_is_plain(facts.project):
        return None
    return Decision(Use.STATE, Tier.SAFE, "it is a state dict of the project's own modules: _extra_state is read")


def declared_tensors(facts: Facts) -> Decision | None:
    reading = facts.reading
    found = [s for s in reading.signs if s.kind is Kind.DECLARED and not s.path]
    said = next((s for s in found if s.detail.startswith(SPREAD)), next(iter(found), None))
    asked = [key for key in reading.asked_by_name if "." not in key]
    if said is None or asked or (reading.named_sections and not said.detail.startswith(SPREAD)):
        return None  # what is declared is what was taken out of it
    return Decision(Use.STATE, Tier.SAFE, f"the result {said.detail}", (from_sign(said),))


def used_as_state(facts: Facts) -> Decision | None:
    reason = state_reason(facts.reading)
    if not reason:
        return None
    sign = facts.reading.anywhere(Kind.LOADED, Kind.TENSOR, Kind.WEIGHTS)
    evidence = (from_sign(sign),) if sign is not None else ()
    return Decision(Use.STATE, Tier.SAFE, f"the result {reason}", evidence)
