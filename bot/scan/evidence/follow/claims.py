"""What people say of a value without doing anything with it: names, annotations, `assert isinstance`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.scan.evidence.follow import signs
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import Answer, Spot
from bot.scan.evidence.ground.annotations import holds_tensors, unquoted
from bot.scan.evidence.ground.imports import dotted
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt
from bot.scan.names.values import Class, Qualified, Unknown

_MODULE = re.compile(r"(?:torch\.)?nn\.Module|Module|(?:\w+\.)*LightningModule|torch\.jit\.ScriptModule")
_OBJECTS = re.compile(
    r"torch\.(nn\.(?!(Uninitialized)?(Parameter|Buffer)\b)[A-Z]|optim\.[A-Z]|optim\.lr_scheduler\.[A-Z])"
    r"|torch\.(utils\.data\.[A-Z]|jit\.ScriptModule)"
    r"|argparse\.Namespace|omegaconf\.\w*Config|torch_geometric\.data\.[A-Z]|pandas\.DataFrame|dgl\.DGL"
    r"|transformers\.[A-Z]|sklearn\.[\w.]+\.[A-Z]"
)
"""Classes of libraries whose instances weights_only=True does not make."""

_MAKES = re.compile(
    r"torchvision\.models\.\w|timm\.create_model|(transformers|diffusers)\.\w+\.from_(pretrained|config)"
)
"""Functions of libraries that make a module or a tokenizer."""

_ROOTS = re.compile(
    r"object|ABC|abc\.ABC|(typing\.)?(Protocol|Generic)|(\w+\.)*(\w*Module|\w*Dataset|Optimizer|\w*Scheduler)"
)
"""What a class of objects descends from; others may be dicts, tensors or enums with a name of their own."""
_CONTAINS = re.compile(
    "Tensor|Dict|Mapping|List|Sequence|Tuple|Set|Iterable|Iterator|Number|Integral|Real|Array|Parameter|Size|Collection"
    "|Storage|Type|State|Container|Hashable|Sized"
)
_DEEPEST = 5
_PLACE = re.compile(r"«\[(\d+)\]")


def claimed_by_name(spot: Spot, name: str) -> Answer:
    """The value is called so."""
    if signs.STATE_NAME.search(name) or signs.TENSOR_NAME.search(name):
        yield spot.says(Kind.CLAIM, f"is called {name}")
    elif not spot.path and signs.OBJECT_NAME.search(name):
        yield spot.says(Kind.NAMED, f"is called {name}")


def claimed_by_annotation(spot: Spot, annotation: ast.expr | None, module: Module | None = None) -> Answer:
    """The value is declared so, in `module` or where it stands."""
    if spot.path and spot.path[-1].startswith("«[") and isinstance(annotation, ast.Subscript):
        spot, annotation = spot._replace(path=spot.path[:-1]), _member(annotation, spot.path[-1])
    if annotation is None:
        return
    text = spelt(annotation).strip("'\"")
    kinds = [*_kinds(annotation)]
    # what a parameter far away is declared says of parts only that they are modules: a dict's values are of many kinds
    if any(_is_module(each) or (not spot.path and _is_object(each, module or spot.module)) for each in kinds):
        yield spot.says(Kind.OBJECT, f"is declared {text}")
    if holds_tensors(annotation):
        yield spot.says(Kind.DECLARED, f"is declared {text}")
    if "Tensor" in text or "StateDict" in text or "state_dict" in text:
        yield spot.says(Kind.CLAIM, f"is annotated {text}")


def _member(declared: ast.Subscript, step: str) -> ast.expr | None:
    """What a member is declared of `list[Net]`, `dict[str, Net]`, or of `tuple[Net, int]` by its place."""
    kinds = declared.slice.elts if isinstance(declared.slice, ast.Tuple) else [declared.slice]
    place = _PLACE.fullmatch(step)
    if spelt(declared.value).rpartition(".")[2].lower() != "tuple":
        return kinds[-1]
    return kinds[int(place[1])] if place is not None and int(place[1]) < len(kinds) else None


def declared_as(container: ast.expr, module: Module) -> ast.expr | None:
    """What a name or an attribute of the same function, class or module is declared: `held: dict[str, Tensor] = {}`."""
    text, function = spelt(container), module.function(container)
    for statement in module.of(ast.AnnAssign):
        if spelt(statement.target) == text and module.function(statement) in (function, None):
            return statement.annotation
    return None


def asked_for_type(spot: Spot, call: ast.Call) -> Answer:
    """`isinstance(value, kinds)`, `callable(value)`: what is asserted of it, or may be so."""
    if len(call.args) == 1:
        if _is_demanded(call, spot.module):
            yield spot.says(Kind.OBJECT, "is asserted to be callable")
        return
    kinds = spelt(call.args[1]) if len(call.args) > 1 else ""
    if len(call.args) > 1 and _is_demanded(call, spot.module) and _no_plain(call.args[1], spot.module):
        yield spot.says(Kind.OBJECT, f"is asserted to be a {'module' if 'Module' in kinds else kinds}")
    elif "Module" in kinds:
        yield spot.says(Kind.ESCAPES, "may be a module, as its reader allows")
    elif spot.path and len(call.args) > 1 and any(_is_object(k, spot.module) for k in _each_of(call.args[1])):
        yield spot.says(Kind.OBJECT, f"may be an instance of {kinds}, as its reader expects")
    elif "Tensor" in kinds:
        yield spot.says(Kind.CLAIM, "is asked whether it is a tensor")
    elif "dict" in kinds.lower() or "Mapping" in kinds:
        yield spot.says(Kind.DICT, "is asked whether it is a dict")


def makes_object(call: ast.Call, module: Module) -> bool:
    """Whether a call makes an instance of a class that weights_only=True does not make."""
    return _MAKES.match(dotted(call.func, module)) is not None or _is_object(call.func, module)


def _is_demanded(call: ast.Call, module: Module) -> bool:
    """`assert isinstance(...)`, `self.assertIsInstance(...)`, or `if not isinstance(...): raise`."""
    parent = module.parent(call)
    if isinstance(call.func, ast.Attribute):
        return True
    if isinstance(parent, ast.Assert):
        return parent.test is call
    refused = module.parent(parent) if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not) else None
    return isinstance(refused, ast.If) and refused.test is parent and isinstance(refused.body[-1], ast.Raise)


def _no_plain(kinds: ast.expr, module: Module) -> bool:
    """Whether each of the classes asked for is an object's."""
    every = _each_of(kinds)
    return bool(every) and all(_is_object(each, module) or _is_foreign(each, module) for each in every)


def _is_foreign(kind: ast.expr, module: Module) -> bool:
    """Whether a class that no file here has, and that is not torch's, is none of containers, arrays or tensors by its
    name: only an object is demanded to be one. Of torch's own modules are told apart; the others are tensors' kinds.
    """
    if dotted(kind, module).partition(".")[0] == "torch":
        return False
    name = spelt(kind).rpartition(".")[2]
    seen = any(not isinstance(v, Qualified | Unknown) for v in evaluate(kind, module))
    return not seen and name[:1].isupper() and not name.isupper() and _CONTAINS.search(name) is None


def _each_of(kinds: ast.expr) -> list[ast.expr]:
    """`A` and `B` of `(A, B)`, or the one class there is."""
    return kinds.elts if isinstance(kinds, ast.Tuple) else [*_kinds(kinds)]


def _kinds(annotation: ast.expr) -> Iterator[ast.expr]:
    """`Net` of `Net`, `"Net"`, `Net | None` and `Optional[Net]`."""
    annotation = unquoted(annotation)
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        sides = [s for s in (annotation.left, annotation.right) if not isinstance(s, ast.Constant)]
        yield from sides if len(sides) == 1 else ()
    elif isinstance(annotation, ast.Subscript) and spelt(annotation.value).endswith("Optional"):
        yield annotation.slice
    elif isinstance(annotation, ast.Name | ast.Attribute):
        yield annotation


def _is_module(kind: ast.expr) -> bool:
    return _MODULE.fullmatch(spelt(kind)) is not None


def _is_object(kind: ast.expr, module: Module) -> bool:
    """Whether a class is a module's or one of the project's own: their instances are no plain values."""
    if _is_module(kind):
        return True
    if _OBJECTS.match(dotted(kind, module)):
        return True
    return _descends(kind, module, 0)


def _descends(kind: ast.expr, module: Module, depth: int) -> bool:
    """Whether a class of the project and all that it descends from are known to be no dict, tensor or the like."""
    found = [v for v in evaluate(kind, module) if isinstance(v, Class)]
    if len(found) != 1 or depth > _DEEPEST:
        return False
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in found[0].node.bases]
    return all(_ROOTS.fullmatch(spelt(base)) or _descends(base, found[0].module, depth + 1) for base in bases)
