"""A loader that hides a torch.load, or takes the same switch, and is not told to be safe.

`torch.hub.load_state_dict_from_url` and `torch.utils.model_zoo.load_url` still default to `weights_only=False`, on a
file from the network. Lightning's `load_from_checkpoint`, `Trainer.fit(ckpt_path=...)` and `Fabric.load` leave the
choice to torch's default, which is safe only since 2.6. `torch.package` runs code by design, and so does a
`pickle_module` such as dill or cloudpickle.

Bad:

    state = torch.hub.load_state_dict_from_url(url)
    model = LitModel.load_from_checkpoint(path, weights_only=False)

Good:

    state = torch.hub.load_state_dict_from_url(url, weights_only=True, check_hash=True)
    model = LitModel.load_from_checkpoint(path, weights_only=True)

Fix: pass `weights_only=True` where the loader knows it: torch.hub since torch 2.1, Lightning since 2.6. Nothing is
rewritten here: whether the file holds more than tensors cannot be read from these calls.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.model import Finding, Severity, WeightsOnly
from bot.scan.judgement import Judgement
from bot.scan.names.code_strings import code_in_strings
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Dictionary, Function, Qualified, Unknown
from bot.scan.project import Project
from bot.scan.rules.base import Rule, also, finding_at, finding_of, words
from bot.scan.sites.site import Site

_FROM_URL = frozenset(
    f"{module}.{name}"
    for module in (
        "torch.hub",
        "torch.utils.model_zoo",
        "torchvision.models.utils",
        "torchvision._internally_replaced_utils",
    )
    for name in ("load_state_dict_from_url", "load_url")
)
_CLOUD = frozenset(
    f"{package}.utilities.cloud_io.{name}"
    for package in ("lightning.fabric", "lightning_fabric", "lightning.pytorch", "pytorch_lightning")
    for name in ("_load", "load")
)
"""Lightning's reader behind all of its others: a path or an address, fetched and given to torch.load."""
_CONVERTS = "torch.distributed.checkpoint.format_utils.torch_save_to_dcp"
"""Calls torch.load with weights_only=False on the file it converts (torch 2.3 to 2.13)."""
_PACKAGE = frozenset({"torch.package.PackageImporter", "torch.package.package_importer.PackageImporter"})
_PICKLERS = frozenset({"dill", "cloudpickle", "joblib", "pickle5", "jsonpickle"})
_RUNS = frozenset({"fit", "validate", "test", "predict"})
_POSITION = {"fit": 4, "validate": 2, "test": 2, "predict": 4}
"""Which positional argument of a Trainer's method is `ckpt_path` (Lightning 1.5 to 2.6)."""
_MAKES_TRAINER = re.compile(r"(?:lightning|lightning_fabric|pytorch_lightning)\.(?:\w+\.)*Trainer")
_HANDED = frozenset({"load_state_dict_from_url", "load_url", "PackageImporter"})
_WORDS = _RUNS | _HANDED | {"Trainer", "load_from_checkpoint", "load", "load_raw", "_load", "torch_save_to_dcp"}
_FETCHES = ("load_state_dict_from_url", "load_url")
_KEEPS = (ast.List, ast.Tuple, ast.Dict, ast.arguments, ast.Return)
"""Where one of them is kept for others to call: a table, a default, what a function gives."""
_OWN = frozenset({"best", "last", "hpc", None})
"""Values of `ckpt_path` that name the run's own checkpoint, or none."""

_HUB = "downloads a pickle and, unless weights_only=True is passed, runs the code it asks for"
_LIGHTNING = "calls torch.load and leaves weights_only to torch's default, which is unsafe below 2.6"


@dataclass(frozen=True, slots=True)
class _Found:
    """A call of one of those loaders, and what it `said` of weights_only; or where one is handed on."""

    node: ast.expr
    name: str
    severity: Severity
    message: str
    said: WeightsOnly = WeightsOnly.ABSENT


def check(module: Module, project: Project) -> Iterator[Finding]:
    found = [(each, each.node) for each in _found_in(module)]
    found += [(each, text) for inner, text in code_in_strings(module) for each in _found_in(inner)]
    for each, node in found:
        finding = finding_at(
            module, node, rule=RULE.code, severity=each.severity, message=each.message, advice=_advice(each.name)
        )
        yield replace(finding, weights_only=each.said)


def _found_in(module: Module) -> Iterator[_Found]:
    renamed = {a.asname for statement in module.of(ast.ImportFrom) for a in statement.names if a.name in _WORDS}
    renamed |= set(_bound(module))
    for call in module.of(ast.Call):
        name = _last_word(call.func)
        if name not in _WORDS and name not in renamed:  # looking up every callee of a file would parse half the project
            name = next((text for text in _FETCHES if _is_looked_up(text, call.func)), "")
        found = _related(call, name, module) if name else None
        said = _says(call, module)
        if found is None or said is WeightsOnly.TRUE:
            continue
        severity, message = found
        if said is WeightsOnly.FALSE:
            severity, message = (
                Severity.WARNING,
                f"{name} is told weights_only=False and runs the code a pickle asks for",
            )
        yield _Found(call, name, severity, message, said)
    for word in (*_FETCHES, *sorted(name for name in renamed if name)):
        for node in (*module.names(word), *module.attributes(word)):
            yield from _handed_on(node, word, module)


def _is_looked_up(word: str, function: ast.expr) -> bool:
    """`getattr(torch.hub, "load_state_dict_from_url")(address)`."""
    return isinstance(function, ast.Call | ast.Subscript) and word in _texts_in(function)


def _texts_in(function: ast.Call | ast.Subscript) -> list[object]:
    parts = function.args if isinstance(function, ast.Call) else [function.slice]
    return [part.value for part in parts if isinstance(part, ast.Constant)]


def _handed_on(node: ast.expr, word: str, module: Module) -> Iterator[_Found]:
    """`partial(load_state_dict_from_url, map_location="cpu")`, `map(load_url, addresses)`, `{"web": load_url}`, a
    parameter's default.
    """
    parent = module.parent(node)
    parent = module.parent(parent) if isinstance(parent, ast.keyword) else parent
    if isinstance(parent, ast.Call):
        if parent.func is node or _says(parent, module) is WeightsOnly.TRUE:
            return
    elif not (isinstance(parent, _KEEPS) and isinstance(getattr(node, "ctx", None), ast.Load)):
        return
    if _FROM_URL & {v.name for v in evaluate(node, module) if isinstance(v, Qualified)}:
        yield _Found(parent if isinstance(parent, ast.Call) else node, word, RULE.severity, f"{word} {_HUB}")


def _bound(module: Module) -> Iterator[str]:
    """The words by which `fetch = torch.hub.load_state_dict_from_url` is called later."""
    for statement in module.of(ast.Assign):
        if _last_word(statement.value) in _HANDED:
            yield from (_last_word(target) for target in statement.targets)


def _last_word(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _related(call: ast.Call, name: str, module: Module) -> tuple[Severity, str] | None:
    """How loud, and what is said, when the call is one of those loaders."""
    known = {v.name for v in evaluate(call.func, module) if isinstance(v, Qualified)}
    if known & _FROM_URL:
        return Severity.WARNING, f"{name} {_HUB}"
    if known & _CLOUD:
        return Severity.NOTE, f"{name} {_LIGHTNING}"
    if _CONVERTS in known:
        return Severity.WARNING, f"{name} reads the file with weights_only=False and runs the code it asks for"
    if any(_MAKES_TRAINER.fullmatch(name) for name in known):
        given = next((k.value for k in call.keywords if k.arg == "resume_from_checkpoint"), None)
        if given is not None and _is_a_file(given, module):
            return Severity.NOTE, f"Trainer(resume_from_checkpoint=...) {_LIGHTNING}"
    if known & _PACKAGE:
        return Severity.WARNING, "torch.package runs the code in the archive by design"
    if not isinstance(call.func, ast.Attribute) or any(isinstance(v, Function) for v in evaluate(call.func, module)):
        return None
    if name == "load_from_checkpoint" and (call.args or call.keywords):
        return Severity.NOTE, f"{name} {_LIGHTNING}"
    if name in _RUNS and _resumes(call, module):
        return Severity.NOTE, f"{name}(ckpt_path=...) {_LIGHTNING}"
    if name in ("load", "load_raw") and call.args and _is_fabric(call.func.value, module):
        return Severity.NOTE, f"Fabric.{name} {_LIGHTNING}"
    return None


def _resumes(call: ast.Call, module: Module) -> bool:
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "ckpt_path"), None)
    if given is None and isinstance(call.func, ast.Attribute) and _is_trainer(call.func.value, module):
        position = _POSITION[call.func.attr]
        given = call.args[position] if len(call.args) > position else None
    return given is not None and _is_a_file(given, module)


def _is_a_file(given: ast.expr, module: Module) -> bool:
    """Whether what is given names a checkpoint that is not the run's own."""
    values = evaluate(given, module)
    return any(
        not isinstance(v, Constant) or not isinstance(v.value, str | None) or v.value not in _OWN for v in values
    )


def _is_trainer(receiver: ast.expr, module: Module) -> bool:
    """By its name in a file that speaks of Lightning, or because it was made as one."""
    made = (v.reason for v in evaluate(receiver, module) if isinstance(v, Unknown))
    named = _last_word(receiver).lower().endswith("trainer") and "ightning" in module.source.text
    return named or any(_MAKES_TRAINER.fullmatch(reason) for reason in made)


def _is_fabric(receiver: ast.expr, module: Module) -> bool:
    """By its name, or because it was made as one: the evaluator names the class of what it does not know."""
    made = (v.reason for v in evaluate(receiver, module) if isinstance(v, Unknown))
    return _last_word(receiver).lower().endswith("fabric") or any(
        reason.endswith(".Fabric") and "lightning" in reason for reason in made
    )


def _says(call: ast.Call, module: Module) -> WeightsOnly:
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "weights_only"), None)
    if given is None:
        return WeightsOnly.ABSENT
    values = evaluate(given, module)
    said = {bool(v.value) if isinstance(v, Constant) else None for v in values}
    if said == {True}:
        return WeightsOnly.TRUE
    return WeightsOnly.FALSE if False in said else WeightsOnly.DYNAMIC


def _advice(name: str) -> str:
    if name == "torch_save_to_dcp":
        return "Read the file with torch.load(weights_only=True) and save it with torch.distributed.checkpoint."
    if name == "PackageImporter":
        return "Load packages only from where you would install code from."
    since = "torch 2.1" if "url" in name else "Lightning 2.6"
    return f"Pass weights_only=True ({since} and newer){' and check_hash=True' if 'url' in name else ''}."


def check_site(site: Site, judgement: Judgement, project: Project) -> Finding | None:
    """`pickle_module=dill`: the unpickler is somebody else's, and weights_only cannot be True beside it."""
    given = evaluate(site.pickle_module, site.module) if site.pickle_module is not None else ()
    inside = [v for each in given if isinstance(each, Dictionary) for v in each.get("pickle_module")[0]]  # `**options`
    roots = sorted({v.name.partition(".")[0] for v in (*given, *inside) if isinstance(v, Qualified)} & _PICKLERS)
    if not roots:
        return None
    message = f"pickle_module={roots[0]} loads with an unpickler that runs code, and rules weights_only=True out"
    return finding_of(site, judgement, rule=RULE.code, severity=Severity.WARNING, message=message)


RULE = Rule(
    "LG007",
    "related-loader",
    Severity.WARNING,
    "a loader that hides a torch.load or takes the same switch",
    check_site=check_site,
    check_module=check,
    trigger=(
        *words(b"load_from_checkpoint", b"load_state_dict_from_url", b"model_zoo", b"load_url"),
        *words(b"PackageImporter", b"cloud_io", b"torch_save_to_dcp"),
        also(b"ckpt_path", rb"ckpt_path(?:[\s\\]|#[^\n]*\n)*=", rb"\.[\s\\]*(?:fit|validate|test|predict)\b"),
        also(
            b"ightning",
            rb"resume_from_checkpoint\s*=|\.(?:fit|validate|test|predict)\((?:(?:[^(),]|\([^()]*\))*,){2}",
        ),
        also(b"abric", rb"abric\.load|Fabric(?<!\wFabric)\s*\("),
    ),
)
