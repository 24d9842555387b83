"""What stands in the way of `weights_only=True`: each rule says no fix or `review`, or nothing."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from bot.model import Evidence, EvidenceKind, Tier, Use, WeightsOnly
from bot.scan.evidence import advice
from bot.scan.evidence.branches import made_live_beside
from bot.scan.evidence.checkpoint import rule_on_checkpoint
from bot.scan.evidence.conventions import is_training_args
from bot.scan.evidence.facts import Decision, Facts
from bot.scan.evidence.follow.signs import PARAMETER_KEY, SHARD_WORDS, Kind, Sign
from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.makers import is_no_container
from bot.scan.evidence.saves.place import text_of
from bot.scan.evidence.telling import from_save, from_sign
from bot.scan.evidence.twice import objects_in_the_same_file
from bot.scan.evidence.use import object_sign, part_object_signs, use_of
from bot.scan.evidence.version.floor import WEIGHTS_ONLY
from bot.scan.names.evaluate import evaluate
from bot.scan.names.values import LOADS, Class, Function, Parameter, Qualified, Value
from bot.scan.sites.site import Form


def _none(facts: Facts, reason: str, *evidence: Evidence, use: Use | None = None, advise: str = "") -> Decision:
    return Decision(use or use_of(facts.reading), None, reason, evidence, advise or advice.for_objects(facts.saved))


def other_pickler(facts: Facts) -> Decision | None:
    given = facts.site.pickle_module
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        return None
    return _none(
        facts,
        "pickle_module is given, which weights_only=True refuses",
        Evidence(EvidenceKind.USE, facts.path, given.lineno, "pickle_module is given"),
        advise="Drop pickle_module (torch's own unpickler reads what torch.save writes), then write weights_only=True.",
    )


def unresolved(facts: Facts) -> Decision | None:
    if facts.site.says in (WeightsOnly.DYNAMIC, WeightsOnly.KWARGS):
        return _none(
            facts,
            "weights_only comes from elsewhere and is not changed here",
            advise="Make the value True where it comes from, or write weights_only=True here.",
        )
    return None


def another_loader(facts: Facts) -> Decision | None:
    """`def average(files, loader=torch.load)`, `READERS[suffix](path)`: what else may be called has no weights_only."""
    call, module = facts.site.call, facts.site.module
    ways = [] if call is None else [call.func] if facts.site.form is Form.CALL else call.args[:1]
    called = ways[0] if ways else None
    values = evaluate(called, module) if called is not None else ()
    owners = evaluate(called.value, module) if isinstance(called, ast.Attribute | ast.Subscript) else ()
    if any(map(_is_another, values)) or any(
        isinstance(v, Parameter)
        for v in owners  # `def read(library, path): return library.load(path)`
    ):
        return _none(
            facts,
            "what is called here may be another function, which knows no weights_only",
            advise="Give it functools.partial(torch.load, weights_only=True) where it gets torch.load.",
        )
    return None


def _is_another(value: Value) -> bool:
    return isinstance(value, Parameter | Function | Class) or (isinstance(value, Qualified) and value.name not in LOADS)


def old_torch(facts: Facts) -> Decision | None:
    if facts.floor.firm and facts.floor.admits_below(WEIGHTS_ONLY):
        declared = Evidence(
            EvidenceKind.VERSION, facts.floor.path, facts.floor.line, f"declares {facts.floor.requirement}"
        )
        return _none(
            facts,
            "the declared torch admits versions before 1.13, which have no weights_only",
            declared,
            advise="Raise the project's lowest torch to 2.10 first; below 2.6 weights_only=True does not protect.",
        )
    return None


def known_file(facts: Facts) -> Decision | None:
    if facts.checkpoint is None:
        return None
    tier, evidence = rule_on_checkpoint(facts.checkpoint)
    if tier is None:
        return _none(facts, evidence.detail, evidence, advise=advice.for_checkpoint(facts.checkpoint))
    use = use_of(facts.reading)
    return None if use is Use.OBJECT else Decision(use, tier, evidence.detail, (evidence,))


def live_object(facts: Facts) -> Decision | None:
    sign = object_sign(facts.reading)
    if sign is None:
        return None
    return _none(facts, f"the result is a live object: {sign.detail}", from_sign(sign), use=Use.OBJECT)


def live_beside(facts: Facts) -> Decision | None:
    """`if path: net = torch.load(path)`, `else: net = Net()`: both are the same kind of thing."""
    if facts.reading.whole(Kind.LOADED, Kind.TENSOR, Kind.WEIGHTS, Kind.DICT, Kind.DECLARED):
        return None
    found = made_live_beside(facts.reading.call, facts.reading.module, facts.project)
    if found is None:
        return None
    line, detail = found
    evidence = Evidence(EvidenceKind.USE, facts.path, line, f"what stands in for it is a live object: {detail}")
    return _none(facts, "the other branch of this load gives a live object", evidence, use=Use.OBJECT)


def training_args(facts: Facts) -> Decision | None:
    """transformers' own name for a file that holds an object."""
    if facts.site.file is None or facts.site.call is None:
        return None
    if not is_training_args(text_of(facts.site.call, facts.site.file, facts.site.module)):
        return None
    evidence = Evidence(EvidenceKind.SAVE, facts.path, facts.line, "transformers' Trainer pickles its arguments there")
    return _none(facts, "training_args.bin holds a TrainingArguments", evidence, advise=advice.TRAINING_ARGS)


def in_a_shape(facts: Facts) -> Decision | None:
    if facts.shape is None:
        return None
    here = Evidence(EvidenceKind.HUMAN, facts.path, facts.shape.line, facts.shape.why)
    return _none(
        facts,
        f"part of a larger construction: {facts.shape.why}",
        here,
        advise="Decide the construction as a whole: one load with weights_only=True, and no way back to an unsafe one.",
    )


def saved_objects(facts: Facts) -> Decision | None:
    """The project's own save stores something weights_only refuses."""
    blocked = next((s for s in facts.saved if s.stored.content is Content.OBJECT), None)
    if blocked is None:
        return None
    evidence = from_save(blocked)
    if all(s.stored.content is Content.OBJECT for s in facts.saved):
        if blocked.close:
            return _none(facts, f"what is saved there holds {blocked.stored.why}", evidence)
        if (named := _only_called_an_object(facts)) is not None:
            why = f"the result {named.detail}, and a save of that name holds {blocked.stored.why}"
            return _none(facts, why, from_sign(named), evidence)
        whole = all(not s.far and is_no_container(s.writer.what, s.writer.module) for s in facts.saved)
        if whole and not facts.reading.keys and not facts.reading.anywhere(*_OF_STATE):
            return _none(facts, f"what is saved under that name is {blocked.stored.why}", evidence)
    inside = object_inside(facts)
    if inside is not None and inside.tier is None:  # what is done with it says more than a name does
        return replace(inside, evidence=(*inside.evidence, evidence))
    return Decision(use_of(facts.reading), Tier.REVIEW, f"a save of that name holds {blocked.stored.why}", (evidence,))


_OF_STATE = (Kind.LOADED, Kind.TENSOR, Kind.ARRAY, Kind.WEIGHTS, Kind.DICT, Kind.DECLARED, Kind.CLAIM, Kind.PLAIN)


def _only_called_an_object(facts: Facts) -> Sign | None:
    """The name that says so, where nothing is done with it that is done with state."""
    if facts.reading.keys or facts.reading.anywhere(*_OF_STATE):
        return None
    return facts.reading.whole(Kind.NAMED)


def called_an_object(facts: Facts) -> Decision | None:
    """`model = torch.load(path)` that goes whole where nobody can look, and is nowhere taken for anything else."""
    named = _only_called_an_object(facts)
    given = (
        s for s in facts.reading.signs if s.kind is Kind.ESCAPES and s.detail.startswith("goes into ") and not s.path
    )
    gone = next(given, None)
    if named is None or gone is None:
        return None
    return _none(facts, f"the result {named.detail} and {gone.detail}", from_sign(named), from_sign(gone))


_OF_MODULES = frozenset({"is called", ".eval()", ".train()", ".forward()", ".parameters()", ".state_dict()", ".fuse()"})
"""What only a module does: a file that holds one is refused by weights_only=True, whatever stands beside it."""

_TAKES_MODULES = (
    *(f"goes into torch.{name}" for name in ("nn.", "jit.", "fx.", "onnx.", "compile", "ao.", "quant")),
    "is declared ",
    "is asserted to be a module",
)
_BY_PLACE = re.compile(r"(?:each|\[\d+\])+")
"""`for item in loaded`, `loaded[0]`: nothing tells these from their neighbours."""


_NAMED = re.compile(r"\['(?!.*\.\d)[A-Za-z_][\w./ -]*'\]|\[(\w+\.)*_*[A-Z][A-Z\d_]+(\.value|\.name)?\]")
"""`loaded["args"]`, `loaded[ARGS_KEY]`, `loaded[Key.ARGS.value]`: one thing that its writer put there, none of many."""
_ANY_OF = re.compile(r"\[\?\]|each|value|key")
_INSIDE = re.compile(r"\[(\?|\d+)\]|each|value")
_OPTIONS = re.compile(r"\['(\w+_)?(args|opts?|options|hparams|hyper_parameters|params|namespace)'\]")


def _is_any_of(sign: Sign) -> bool:
    """Whether it is said of whatever entry is asked for beside the load. A shard of a tensor is no object."""
    return all(_ANY_OF.fullmatch(step) for step in sign.path) and sign.detail.strip(".()") not in SHARD_WORDS


def _is_declared_here(sign: Sign, facts: Facts) -> bool:
    """Whether the file that loads declares the whole, or what the sign is about, to be tensors."""
    said = (s for s in facts.reading.signs if s.kind is Kind.DECLARED and s.file == facts.path)
    return any(each.path in ((), sign.path) for each in said)


def _part_by_name(facts: Facts, sign: Sign) -> Decision:
    """`loaded["args"].lr`: the file holds an object, so weights_only=True refuses all of it."""
    advise = advice.for_objects(facts.saved)
    if _OPTIONS.fullmatch(sign.path[-1]) and not facts.saved:
        advise = advice.for_options(sign.path[-1])
    why = f"a part of the result is an object: {sign.detail}"
    return _none(facts, why, from_sign(sign), advise=advise)


def _is_named(sign: Sign, facts: Facts) -> bool:
    """Whether the part was asked for by its name, or is one of those in such a part and is used beside the load."""
    named = [_NAMED.fullmatch(step) is not None and PARAMETER_KEY.search(step[2:-2]) is None for step in sign.path]
    if all(named):
        return True
    first = named.index(True) if True in named else 0
    around = all(_ANY_OF.fullmatch(step) for step in sign.path[:first])
    inside = all(name or _INSIDE.fullmatch(step) for name, step in zip(named, sign.path, strict=True))
    return named[first] and around and inside and sign.file == facts.path


def object_in_the_same_file(facts: Facts) -> Decision | None:
    """`net.load_state_dict(torch.load(path)["net"])` above `torch.load(path)["args"].lr`."""
    if facts.site.file is None or facts.site.call is None:
        return None
    found = objects_in_the_same_file(facts.site.call, facts.site.file, facts.site.module, facts.project)
    named = next((s for s in found[1] if _is_named(s, facts)), None) if found is not None else None
    if found is None or named is None:
        return None
    decision, shown = _part_by_name(facts, named), f"the load of the same file in line {found[0]} shows"
    told = tuple(replace(each, detail=f"{shown}: {each.detail}") for each in decision.evidence)
    return replace(decision, reason=f"{decision.reason}, as {shown}", evidence=told)


def object_inside(facts: Facts) -> Decision | None:
    # what a reader far away asks of all that it is given, it does not expect of this
    signs = [s for s in part_object_signs(facts.reading) if s.file == facts.path or not s.detail.startswith("may be ")]
    if not signs:
        return None
    first = signs[0]  # the nearest: what is said farther away is said of what a function gives in other cases, too
    if first.detail in _OF_MODULES or first.detail.startswith(_TAKES_MODULES):
        return _none(facts, f"a part of the result is a live module: {first.detail}", from_sign(first))
    named = next((s for s in signs if _is_named(s, facts)), None)
    if named is not None:
        return _part_by_name(facts, named)
    taken = next((s for s in signs if _BY_PLACE.fullmatch("".join(s.path))), None)
    if taken is not None:
        return _none(facts, f"what is taken out of it by place is a live object: {taken.detail}", from_sign(taken))
    why = f"a part of the result is used as an object: {first.detail}"
    each = next((s for s in signs if s.file == facts.path and _is_any_of(s)), None)
    if each is not None:
        return _none(facts, why, from_sign(each))
    if first.file != facts.path and _is_declared_here(first, facts):
        return None  # who reads it far away reads other things as well
    return Decision(use_of(facts.reading), Tier.REVIEW, why, (from_sign(first),))
