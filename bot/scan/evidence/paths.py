"""Is the first argument of a load a path, and of which type?"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.scan.evidence.ground.behind import kept_as
from bot.scan.evidence.ground.imports import dotted
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt

DEEPEST = 5
_PATH_WORD = re.compile(r"(path|file_?name|filename|fname|fpath|ckpt_file|file_?path)s?$|^(dst|src)_?path$", re.I)
_HANDLE_WORD = re.compile(
    r"^(f|fp|fh|fd|buf|buff|buffer|stream|bio|handle|infile|fin|bytes_?io|b)$|(buffer|stream|handle|bytes|fileobj)$",
    re.I,
)
_STRING_CALLS = frozenset(
    "str os.fspath os.path.join os.path.abspath os.path.expanduser os.path.realpath os.path.normpath os.path.basename"
    " huggingface_hub.hf_hub_download huggingface_hub.cached_download".split()
)
_HANDLES = frozenset(
    "open io.BytesIO BytesIO io.open gzip.open bz2.open lzma.open tempfile.TemporaryFile tempfile.SpooledTemporaryFile"
    " fsspec.open smart_open.open".split()
)
_STRING_METHODS = frozenset("format join strip replace as_posix lower rstrip lstrip __str__ get_local_path".split())
_PATH_METHODS = frozenset("joinpath with_suffix with_name resolve absolute expanduser".split())


class PathKind(StrEnum):
    STRING = "str"
    PATHLIKE = "PathLike"
    HANDLE = "file object"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PathProof:
    """What the first argument is, and the place that shows it."""

    kind: PathKind
    line: int
    why: str


def prove_path(node: ast.expr | None, module: Module, depth: int = 0) -> PathProof:
    """What `node` holds as far as its own function, its parameters and its class tell."""
    if node is None:
        return PathProof(PathKind.UNKNOWN, 0, "no first argument")
    handler = _HANDLERS.get(node.__class__)
    if handler is None or depth > DEEPEST:
        return PathProof(PathKind.UNKNOWN, node.lineno, "the first argument is not seen to be a path")
    return handler(node, module, depth + 1)


def _proof(kind: PathKind, node: ast.expr, why: str) -> PathProof:
    return PathProof(kind, node.lineno, why)


def _constant(node: Any, module: Module, depth: int) -> PathProof:
    if isinstance(node.value, str):
        return _proof(PathKind.STRING, node, "a literal path")
    return _proof(PathKind.UNKNOWN, node, "not a path")


def _formatted(node: Any, module: Module, depth: int) -> PathProof:
    return _proof(PathKind.STRING, node, "an f-string")


def _operation(node: Any, module: Module, depth: int) -> PathProof:
    sides = [prove_path(side, module, depth) for side in (node.left, node.right)]
    if isinstance(node.op, ast.Div):
        return _proof(PathKind.PATHLIKE, node, "Path arithmetic")
    if isinstance(node.op, ast.Add | ast.Mod) and any(s.kind is PathKind.STRING for s in sides):
        return _proof(PathKind.STRING, node, "built from strings")
    return _proof(PathKind.UNKNOWN, node, "not seen to be a path")


def _branches(node: Any, module: Module, depth: int) -> PathProof:
    values = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
    return _agree([prove_path(v, module, depth) for v in values], node)


def _agree(proofs: list[PathProof], node: ast.expr) -> PathProof:
    kinds = {p.kind for p in proofs}
    for kind in (PathKind.HANDLE, PathKind.UNKNOWN, PathKind.PATHLIKE):
        if kind in kinds:
            return next(p for p in proofs if p.kind is kind)
    return proofs[0] if proofs else _proof(PathKind.UNKNOWN, node, "not seen to be a path")


def _call(node: Any, module: Module, depth: int) -> PathProof:
    full = dotted(node.func, module) or spelt(node.func)
    name = full.rsplit(".", 1)[-1]
    if full in _HANDLES or name in ("BytesIO", "open", "TemporaryFile", "urlopen", "extractfile"):
        return _proof(PathKind.HANDLE, node, f"{name}() gives a file object")
    if full in _STRING_CALLS or name in ("hf_hub_download", "cached_download", "join", "get_file"):
        return _proof(PathKind.STRING, node, f"{name}() gives a string")
    if full in ("pathlib.Path", "Path", "pathlib.PurePath"):
        return _proof(PathKind.PATHLIKE, node, "a pathlib.Path")
    if isinstance(node.func, ast.Attribute) and name in _STRING_METHODS:
        return _proof(PathKind.STRING, node, f".{name}() gives a string")
    if isinstance(node.func, ast.Attribute) and name in _PATH_METHODS:
        return _proof(PathKind.PATHLIKE, node, f".{name}() gives a Path")
    return _proof(PathKind.UNKNOWN, node, f"what {name}() returns is not known to be a path")


def _name(node: Any, module: Module, depth: int) -> PathProof:
    values = list(_bound_values(node, module))
    if values:
        return _agree(
            [prove_path(v, module, depth) if v is not None else _by_name(node.id, node) for v in values], node
        )
    function = module.function(node)
    while isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        argument = next((a for a in _arguments(function) if a.arg == node.id), None)
        if argument is not None:
            return _parameter(argument, function, module)
        function = module.function(function)
    return _by_name(node.id, node)


def _parameter(argument: ast.arg, function: Definition, module: Module) -> PathProof:
    """A parameter is a path when it is annotated as one, or when the function uses it as one."""
    if argument.annotation is not None:
        text = spelt(argument.annotation)
        if re.search(r"\bIO\b|BytesIO|BinaryIO|FileLike|IOBase", text):
            return PathProof(PathKind.HANDLE, argument.lineno, f"{argument.arg} may be a file object ({text})")
        if "Path" in text or "PathLike" in text:
            return PathProof(PathKind.PATHLIKE, argument.lineno, f"{argument.arg} is annotated {text}")
        if re.fullmatch(r"'?(Optional\[)?str\]?( \| None)?'?", text):
            return PathProof(PathKind.STRING, argument.lineno, f"{argument.arg} is annotated {text}")
    if _HANDLE_WORD.search(argument.arg):
        return PathProof(PathKind.UNKNOWN, argument.lineno, f"{argument.arg} may be a file object")
    used = _used_as_path(argument.arg, function, module)
    if used:
        return PathProof(
            PathKind.STRING if used[1] else PathKind.PATHLIKE, used[0], f"{argument.arg} is used as a path"
        )
    return _by_name(argument.arg, argument)


def _used_as_path(name: str, function: Definition, module: Module) -> tuple[int, bool] | None:
    """The line that says so, and whether it says that it is a string."""
    first, last = function.lineno, function.end_lineno or function.lineno
    uses = [use for use in module.names_in(function, name) if first <= use.lineno <= last]
    for use in uses:
        call = module.parent(use)
        called = spelt(call.func) if isinstance(call, ast.Call) and use in call.args else ""
        if called.startswith(("os.path.", "os.listdir", "osp.", "os.makedirs", "glob.")) or called == "open":
            return use.lineno, False
    for use in uses:
        attribute = module.parent(use)
        if isinstance(attribute, ast.Attribute):
            if attribute.attr in ("endswith", "startswith", "split"):
                return attribute.lineno, True
            if attribute.attr in ("is_file", "exists", "suffix", "parent", "stem", "with_suffix"):
                return attribute.lineno, False
    return None


def _by_name(name: str, node: ast.expr | ast.arg) -> PathProof:
    return PathProof(PathKind.UNKNOWN, node.lineno, f"{name} is not seen to be a path")


def _attribute(node: Any, module: Module, depth: int) -> PathProof:
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        values = list(kept_as(node.attr, node, module))
        if values:
            return _agree([prove_path(v, module, depth) for v in values], node)
    return _proof(PathKind.UNKNOWN, node, f"{spelt(node)} is not seen to be a path")


def _arguments(function: Definition) -> list[ast.arg]:
    a = function.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs]


def _bound_values(name: ast.Name, module: Module) -> Iterator[ast.expr | None]:
    function = module.function(name)
    for other in module.names(name.id):
        if not isinstance(other.ctx, ast.Store) or module.function(other) not in (function, None):
            continue
        parent = module.parent(other)
        if isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr) and parent.value is not None:
            yield parent.value
        elif isinstance(parent, ast.withitem) and parent.optional_vars is other:
            yield parent.context_expr
        elif isinstance(parent, ast.AugAssign):
            continue
        else:
            yield None


_Handler = Callable[[Any, Module, int], PathProof]
_HANDLERS: dict[type[ast.AST], _Handler] = {
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.BinOp: _operation,
    ast.IfExp: _branches,
    ast.BoolOp: _branches,
    ast.Call: _call,
    ast.Name: _name,
    ast.Attribute: _attribute,
}
