"""From signs to a use: what the whole of the loaded value is, and which reading of it the evidence supports.

The readings are a table, tried in order; each states a fact of the program, not of a repository. What the
maintainers of real repositories decided where a reading holds stands beside it in `docs/evidence.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from bot.model import Use
from bot.scan.evidence.follow.every import leaves_none_out
from bot.scan.evidence.follow.signs import Kind, Sign
from bot.scan.evidence.reading import Reading
from bot.scan.evidence.saves.content import HOLDS_ANYTHING, NAMES_NOTHING
from bot.scan.evidence.saves.keyed import is_test
from bot.scan.names.spelling import spelt

_SECTION = re.compile(
    r"^\[['\"]?(state_dict|model|ema|ema_model|module|net|network|optimizer|model_ema|student|teacher|params|weights|"
    r"network_weights|meta|config|cfg|args|hparams|hyper_parameters|epoch|generator|system|dit|vae|policy)['\"]?\]$"
)
"""Keys of a training checkpoint, beside which others stand that this reader never looks at."""

_LEFT_OUT = re.compile(r"opts?|options|vocab|tokenizer|metadata|(lr_)?scheduler|hyper_params|hp|namespace|dataset")
"""Others of its keys, of what is taken away."""

_OWN_STATE = re.compile(r"^\[['\"]\w+_state_dict['\"]\]$")
"""`model_state_dict` beside `optimizer_state_dict`: the layout of torch's own tutorial, all of it plain."""

_TELLING = (Kind.LOADED, Kind.TENSOR, Kind.WEIGHTS)


Rule = Callable[[Reading], str]
"""A reason, or nothing where the rule does not hold."""


def _goes_straight_in(reading: Reading) -> str:
    receiver = reading.receiver
    if not reading.direct or receiver is None or reading.whole(Kind.UNSURE):
        return ""
    name = spelt(receiver)
    if HOLDS_ANYTHING.search(name) or NAMES_NOTHING.fullmatch(name):
        return ""
    return "goes straight into load_state_dict"


def _rebuilt_and_loaded(reading: Reading) -> str:
    """Every entry is gone through, and a module takes the result, strictly: a flat dict of weights.

    One that is read by name is a section, and what its neighbours hold is not known.
    """
    loaded = next((s for s in reading.signs if s.kind in (Kind.FITS, Kind.ASSIGNED) and _at_most_named(s)), None)
    if loaded is None or reading.named_sections or any(_SECTION.match(f"[{k}]") for k in reading.asked):
        return ""
    if reading.by_a_given_key or _some_go_loosely(reading) or _leaves_a_section_out(reading):
        return ""
    touched = any(
        s.kind is Kind.DICT and s.detail in (".items()", ".values()", ".keys") and _at_most_named(s)
        for s in reading.signs
    )
    each = any(step in sign.path for sign in reading.signs for step in ("key", "value", "each"))
    each = each or any("[?]" in s.path and s.file == reading.module.path for s in reading.signs)
    return "is gone through entry by entry and fits a module's strict load_state_dict" if touched or each else ""


def _leaves_a_section_out(reading: Reading) -> bool:
    """What the module does not get was in the file all the same."""
    return any(_SECTION.match(f"[{key}]") or _LEFT_OUT.fullmatch(key.strip("'\"")) for key in reading.left_out)


def _some_go_loosely(reading: Reading) -> bool:
    """What the strict load_state_dict does not get goes into another one, which takes whatever is there."""
    exact = {(s.file, s.line) for s in reading.signs if s.kind in (Kind.FITS, Kind.ASSIGNED)}
    return any(s.kind is Kind.LOADED and (s.file, s.line) not in exact for s in reading.signs)


def _fits_a_module(reading: Reading) -> str:
    """A strict load_state_dict takes no entry but the module's own parameters and buffers: these are tensors."""
    fits = reading.whole(Kind.FITS)
    if fits is None or not reading.here(fits):  # what a function returns may fit one caller's module, and not another's
        return ""
    if reading.named_sections or reading.asked_by_name or reading.perhaps_a_section or _some_go_loosely(reading):
        return ""
    if _leaves_a_section_out(reading):
        return ""
    return "is all that a module's strict load_state_dict takes"


def _at_most_named(sign: Sign) -> bool:
    """About the whole, or about the one part whose key the caller names."""
    return not sign.path or (len(sign.path) == 1 and sign.path[0].startswith("["))


_MAKES_ONE = frozenset({"goes into torch.tensor", "goes into torch.from_numpy"})


def _is_a_tensor(reading: Reading) -> str:
    # a list of loaded tensors that goes into torch.cat is as good as each of them
    held = (s for s in reading.signs if s.kind is Kind.TENSOR and all(step.startswith("«") for step in s.path))
    # what a test reads by a function that others call too is the test's own
    sign = next((s for s in held if is_test(reading.module.path) or not is_test(s.file)), None)
    if sign is None or not _only(reading, "[0]", "[1]", "[2]", "[?]", "each"):
        return ""
    if any(s.kind is Kind.ARRAY and s.detail in _MAKES_ONE and not s.path for s in reading.signs):
        return ""  # `if not is_tensor(x): x = torch.tensor(x)`: what is used is not what was in the file
    return f"is used as a tensor ({sign.detail})"


def _only(reading: Reading, *steps: str) -> bool:
    return all(key in steps for key in reading.keys)


def _names_weights(reading: Reading) -> str:
    sign = reading.whole(Kind.WEIGHTS)
    asked = [key for key in reading.asked if "." not in key]  # one with a dot is a parameter's
    if sign is None or asked or [k for k in reading.sections if k != "[?]"]:
        return ""
    return f"is a state dict: it {sign.detail}"


def _tutorial_layout(reading: Reading) -> str:
    """The model's and the optimizer's `x_state_dict` into load_state_dict or entry by entry into tensors, and no
    section but plain ones.

    One of them alone says nothing of its neighbours, unless it is called as in the tutorial, nothing else is read, and
    it is taken right out of the load or gone through entry by entry: so published weights are read (gemma's).
    """
    own = [k for k in reading.keys if _OWN_STATE.match(k)]
    others = [k for k in reading.keys if k not in own]
    loaded = any(Kind.LOADED in reading.keys[k] for k in own)
    if any(Kind.UNSURE in said for said in reading.keys.values()):
        return ""
    entries = _entries_are_tensors(reading, own)
    published = [*reading.keys] == ["['model_state_dict']"] and (reading.taken_at_once or entries)
    if not (len(own) > 1 or published) or not (loaded or entries):
        return ""
    if not set(others) <= reading.themselves(Kind.PLAIN, Kind.TENSOR):
        return ""
    how = "into load_state_dict" if loaded else "each entry as a tensor"
    return f"only {', '.join(k[1:-1] for k in own)} and numbers are read, {how}"


def _entries_are_tensors(reading: Reading, sections: Collection[str]) -> bool:
    """Whether a section's entries are gone through with their keys and each is used as a tensor: its own loader."""
    return any(
        s.kind is Kind.TENSOR and s.path[:1] and s.path[0] in sections and "value" in s.path for s in reading.signs
    )


def _parts_are_tensors(reading: Reading) -> str:
    """Every part that is read is used as a tensor, in a test, whose own project wrote the file.

    Elsewhere the parts say nothing of those beside them, which nobody here reads: a rollout with its metadata.
    """
    if not reading.keys or reading.asked_for_keys or not reading.in_a_test:
        return ""
    if any(_SECTION.match(key) or _OWN_STATE.match(key) for key in reading.keys):
        return ""  # a training checkpoint's, which holds others beside them
    tensors = (s.path for s in reading.signs if s.kind is Kind.TENSOR and s.path)
    # values side by side with others' tell little, and so does one section of a section
    alone = {path[0] for path in tensors if "value" not in path and not any(step[1:2] in "'\"" for step in path[1:])}
    if not reading.keys.keys() <= alone:
        return ""
    return "every part that is read is used as a tensor"


_BY_PLACE = re.compile(r"\[(\?|\d+)\]|each")


def _elements_are_tensors(reading: Reading) -> str:
    """What is taken out by number, by a variable or in a loop is a tensor each time: nothing tells them apart. What has
    a name as it is taken apart, and is not used, may be anything.

    The values of a dict gone through with their keys are told apart by these, and so left out.
    """
    if not reading.keys or reading.asked_by_name:
        return ""
    if not all(_BY_PLACE.fullmatch(k) for k in reading.keys):
        return ""
    proved = reading.themselves(Kind.TENSOR, Kind.DECLARED)
    numbered = [*(k for k in reading.keys if k[1:-1].isdigit()), *reading.unpacked]
    if not proved or any(k not in proved for k in numbered):
        return ""
    return "is a container of tensors: each that is taken out is used as one"


def _every_value_is_a_tensor(reading: Reading) -> str:
    """The values of the whole, gone through with none left out, are used or declared as tensors."""
    if reading.named_sections or reading.asked_for_keys:
        return ""
    values = [s for s in reading.signs if s.path in (("value",), ("values",))]
    if any(s.kind is Kind.DECLARED for s in values):
        return "is a dict of tensors, as its values are declared"
    used = (s for s in values if s.kind is Kind.TENSOR and s.file == reading.module.path)
    if any(leaves_none_out(s.line, reading.module) for s in used):
        return "is a dict of tensors: each of its values is used as one"
    return ""


STATE_RULES: tuple[Rule, ...] = (
    _goes_straight_in,
    _rebuilt_and_loaded,
    _fits_a_module,
    _is_a_tensor,
    _names_weights,
    _tutorial_layout,
    _parts_are_tensors,
    _elements_are_tensors,
    _every_value_is_a_tensor,
)


def object_sign(reading: Reading) -> Sign | None:
    """The sign that the loaded value itself is a live object."""
    return reading.whole(Kind.OBJECT)


def part_object_signs(reading: Reading) -> tuple[Sign, ...]:
    """The signs that a part of it is one: `checkpoint["args"].lr`."""
    return tuple(s for s in reading.signs if s.kind is Kind.OBJECT and s.path)


def state_reason(reading: Reading) -> str:
    """Why the loaded value is tensors and containers of them, by the first rule that holds; empty where none does."""
    return next((reason for rule in STATE_RULES if (reason := rule(reading))), "")


def use_of(reading: Reading) -> Use:
    """The one word for a report."""
    if object_sign(reading) is not None:
        return Use.OBJECT
    if state_reason(reading) or reading.whole(*_TELLING) is not None:
        return Use.STATE
    return Use.STATE if reading.anywhere(Kind.LOADED) is not None else Use.UNKNOWN
