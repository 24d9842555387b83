"""What a declared type says: tensors, numbers, strings and containers of them are all that weights_only=True reads."""

from __future__ import annotations

import ast

from bot.scan.names.spelling import spelt

_TENSORS = frozenset("Tensor FloatTensor DoubleTensor HalfTensor LongTensor IntTensor BoolTensor".split())
_SHAPED = frozenset("Float Int UInt Bool Num Real Complex Shaped Inexact Float32 Float16 Int64 Int32".split())
"""jaxtyping's `Float[torch.Tensor, "batch dim"]`."""
_PLAIN = frozenset("int float str bool bytes complex None".split())
_HOLD = frozenset(
    "dict Dict OrderedDict Mapping MutableMapping list List Sequence MutableSequence tuple Tuple Optional Union".split()
)
_ATTRIBUTES = ("attr.ib(", "attr.attrib(", "attr.field(", "attrs.field(")
_GIVES = frozenset("Generator Iterator Iterable AsyncGenerator AsyncIterator".split())


def holds_tensors(annotation: ast.expr) -> bool:
    """Whether a type is made of tensors and of what is as plain, with a tensor somewhere."""
    return is_plain(annotation) and any(part in _TENSORS for part in _parts(annotation))


def is_plain(annotation: ast.expr) -> bool:
    """Whether a type is made of tensors, numbers, strings and containers of them, whichever of these."""
    parts = _parts(annotation)
    return bool(parts) and all(part in _TENSORS or part in _PLAIN for part in parts)


def fields_of(owner: ast.ClassDef) -> dict[str, ast.expr]:
    """The fields of a dataclass, in order, with what they are declared; one of `attrs` with the call that makes it."""
    fields: dict[str, ast.expr] = {}
    for field in owner.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            fields[field.target.id] = field.annotation
        elif isinstance(field, ast.Assign) and spelt(field.value).startswith(_ATTRIBUTES):
            fields |= {target.id: field.value for target in field.targets if isinstance(target, ast.Name)}
    return fields


def unquoted(annotation: ast.expr) -> ast.expr:
    """`Net` of `"Net"`; a text that is no expression stays as it is."""
    if not isinstance(annotation, ast.Constant) or not isinstance(annotation.value, str):
        return annotation
    try:
        return ast.parse(annotation.value, mode="eval").body
    except (SyntaxError, ValueError):
        return annotation


def given_by(annotation: ast.expr | None) -> ast.expr | None:
    """`X` of `Iterator[X]` and `Generator[X, None, None]`."""
    if not isinstance(annotation, ast.Subscript) or _last(annotation.value) not in _GIVES:
        return None
    given = annotation.slice
    return given.elts[0] if isinstance(given, ast.Tuple) and _last(annotation.value).endswith("Generator") else given


def member(annotation: ast.expr, index: int) -> ast.expr | None:
    """`X` of `tuple[str, X]`, by its place."""
    if not isinstance(annotation, ast.Subscript) or _last(annotation.value) not in ("tuple", "Tuple"):
        return None
    members = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    return members[index] if index < len(members) else None


def _parts(annotation: ast.expr) -> list[str]:
    """The names a type is made of; a container named alone, whose members nobody knows, is one as well."""
    bare = unquoted(annotation)
    if bare is not annotation:
        return _parts(bare)
    if isinstance(annotation, ast.Constant):  # `None`, the dots of `tuple[Tensor, ...]`, a text that is no type
        return [] if annotation.value is ... else [str(annotation.value)]
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_parts(annotation.left), *_parts(annotation.right)]
    if not isinstance(annotation, ast.Subscript):
        return [_last(annotation)]
    members = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    if _last(annotation.value) in _SHAPED:
        members = members[:1]
    elif _last(annotation.value) not in _HOLD:
        return [_last(annotation.value)]
    return [name for each in members for name in _parts(each)]


def _last(name: ast.expr) -> str:
    return name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
