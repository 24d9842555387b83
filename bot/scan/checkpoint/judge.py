"""What a name in a pickle means: allowed by torch, to be allow-listed, never loaded, or code."""

from __future__ import annotations

import _compat_pickle
from dataclasses import dataclass

from bot.scan.checkpoint.allowlist import AllowList
from bot.scan.checkpoint.inert import Global
from bot.scan.checkpoint.knowledge import (
    CODE_MODULES,
    CODE_NAMES,
    HARMLESS,
    HARMLESS_FUNCTIONS,
    NEVER_LOADS,
    NEVER_LOADS_IN,
    STDLIB,
)

ALLOWED = "allowed"
NEEDS = "needs-allowlist"
EXECUTES = "executes"
NEVER = "never-loads"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ruling:
    """`dotted` is the name as Python 3 and torch know it; `why` ends the sentence "`name` ..."."""

    dotted: str
    judgement: str
    why: str


def canonical(module: str, name: str) -> tuple[str, str]:
    """Python 2's name in Python 3's words, as `pickle` and torch map it before they import."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[(module, name)]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def rule_on(found: Global, allowed: AllowList) -> Ruling:
    """Judge one name. A name that BUILD writes on is code whatever it is: that changes the class or module itself."""
    module, name = canonical(found.module, found.name)
    dotted = f"{module}.{name}"
    if found.built:
        return Ruling(dotted, EXECUTES, "is itself changed by the pickle (BUILD on a class, function or module)")
    if dotted in allowed.names:
        return Ruling(dotted, ALLOWED, "is on torch's own list")
    code = _code(module, name)
    if code:
        return Ruling(dotted, EXECUTES, code)
    if dotted in NEVER_LOADS or (_is_class(name) and module.startswith(NEVER_LOADS_IN)) or _is_exception(module, name):
        return Ruling(dotted, NEVER, "is never loaded with weights_only=True since torch 2.10, allow-listed or not")
    if module.split(".")[0] in STDLIB:
        return _of_stdlib(dotted)
    return _of_others(found, dotted, name)


def _code(module: str, name: str) -> str:
    if not module.isidentifier() and not all(part.isidentifier() for part in module.split(".")):
        return "is no module name" if module != "?" else "is computed, so it can be anything"
    parts, inner = module.split("."), name.split(".")
    if any(".".join(parts[:count]) in CODE_MODULES for count in range(1, len(parts) + 1)):
        return f"belongs to {module}, which runs, loads or fetches code"
    if name == "?":
        return "is computed, so it can be anything"
    if any(part in CODE_NAMES for part in inner):
        return "runs code or reaches what does"
    if not all(part.isidentifier() for part in inner):
        return "is no name that honest code can have"
    if parts[0] not in STDLIB and (_leads_to_stdlib(inner) or _passes_code_module(parts, inner)):
        return "is a module reached through another, where any function can be taken from"
    return ""


def _leads_to_stdlib(inner: list[str]) -> bool:
    """Modules import others, and a dotted name walks on through them: `random._os.system`."""
    last = len(inner) - 1
    return any(part in STDLIB and (at < last or part not in HARMLESS_PARTS) for at, part in enumerate(inner))


def _passes_code_module(module: list[str], inner: list[str]) -> bool:
    """`torch` and `hub.load`; `torch.nn.modules.module` and `torch.hub.load`."""
    whole = [*module, *inner]
    starts = [0, *range(len(module), len(whole))]
    return any(".".join(whole[start:end]) in CODE_MODULES for start in starts for end in range(start + 1, len(whole)))


CYTHON = "__pyx_unpickle_"
"""What Cython generates for each extension class: it makes one and sets its state."""
HARMLESS_PARTS = frozenset(
    {"array", "datetime", "time", "decimal", "enum", "types", "numbers", "random", "uuid", "test"}
)
"""Names of modules that are also names of ordinary classes and functions."""


def _of_stdlib(dotted: str) -> Ruling:
    if dotted in HARMLESS:
        return Ruling(dotted, NEEDS, "builds a plain value")
    return Ruling(dotted, EXECUTES, "is of the standard library and not known to be harmless")


def _is_class(name: str) -> bool:
    """By its first letter; a dotted name may lead anywhere, whatever it ends in."""
    return "." not in name and name.lstrip("_")[:1].isupper()


def _holds_plain_classes(dotted: str) -> bool:
    return dotted.startswith(("numpy.dtypes.", "torch.nn.modules."))


def _is_exception(module: str, name: str) -> bool:
    return module in ("builtins", "exceptions") and (
        name.endswith(("Error", "Exception", "Warning", "Interrupt", "Exit", "StopIteration"))
        or name == "ExceptionGroup"
    )


def _of_others(found: Global, dotted: str, name: str) -> Ruling:
    if dotted in HARMLESS_FUNCTIONS or name.startswith(CYTHON) or (_is_class(name) and _holds_plain_classes(dotted)):
        return Ruling(dotted, NEEDS, "builds a plain value")
    last = name.rsplit(".", 1)[-1].lstrip("_")
    if found.reduced and not last[:1].isupper():
        return Ruling(dotted, EXECUTES, "is a function this reader cannot vouch for, and the pickle calls it")
    if not last[:1].isupper():
        return Ruling(dotted, UNKNOWN, "is a function or module of another package")
    return Ruling(dotted, UNKNOWN, "is a class of another package: loading imports its module")
