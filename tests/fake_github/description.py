"""GitHub's published OpenAPI description, as the pydantic models that `githubkit` generates from it.

The table of operations (address, query parameters, request and response models) is read out of the
generated client's source, so no endpoint is mapped by hand: what GitHub describes is what is checked.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

PACKAGE = "githubkit_schemas.v2022_11_28"
"""The API version the bot asks for; GitHub Enterprise Server 3.17 to 3.19 speak it too."""

CLIENTS = (
    "actions",
    "apps",
    "checks",
    "code_scanning",
    "git",
    "issues",
    "meta",
    "orgs",
    "pulls",
    "rate_limit",
    "repos",
    "users",
)
COMMON_KEYS = frozenset({"message", "documentation_url", "status", "errors"})


class Undescribed(AssertionError):
    """A request or an answer that GitHub's description does not allow."""


@dataclass(frozen=True)
class Operation:
    """`body`, `response` are source text of the model expressions; None where the description has none."""

    method: str
    template: str
    parameters: frozenset[str]
    body: str | None
    response: str | None


def _source(name: str) -> str:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed; pip install githubkit-schemas-2022-11-28")
    return (Path(next(iter(found.submodule_search_locations))) / "rest" / f"{name}.py").read_text(encoding="utf-8")


def _template(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    assert isinstance(value, ast.JoinedStr)
    return "".join(
        "{}" if isinstance(part, ast.FormattedValue) else str(ast.literal_eval(part)) for part in value.values
    )


def _operations_of(module: ast.Module) -> Iterable[Operation]:
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef) or any(isinstance(d, ast.Name) for d in function.decorator_list):
            continue
        address = query = body = None
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                if node.targets[0].id == "url":
                    address = _template(node.value)
                if node.targets[0].id == "params" and isinstance(node.value, ast.Dict):
                    query = frozenset(str(ast.literal_eval(key)) for key in node.value.keys if key)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "type_validate_python":
                body = ast.unparse(node.args[0])
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._github.request" and address:
                named = {word.arg: ast.unparse(word.value) for word in node.keywords}
                method = str(ast.literal_eval(node.args[0]))
                yield Operation(method, address, query or frozenset(), body, named.get("response_model"))


@cache
def operations() -> Mapping[tuple[str, str], Operation]:
    """Every operation of the clients the bot could touch, by method and address with bare braces."""
    found: dict[tuple[str, str], Operation] = {}
    for name in CLIENTS:
        for operation in _operations_of(ast.parse(_source(name))):
            found[operation.method, operation.template] = operation
    return found


def operation_for(method: str, template: str) -> Operation:
    bare = re.sub(r"\{\w+\}", "{}", template)
    operation = operations().get((method, bare))
    if operation is None:
        raise Undescribed(f"GitHub's description has no {method} {template}")
    return operation


@cache
def _adapter(expression: str) -> TypeAdapter[Any]:
    import typing

    models = importlib.import_module(f"{PACKAGE}.models")
    names = {name: getattr(models, name, None) for name in set(re.findall(r"[A-Z]\w+", expression))}
    scope = {
        "Union": typing.Union,
        "Any": typing.Any,
        "Literal": typing.Literal,
        "list": list,
        "dict": dict,
        "str": str,
    }
    return TypeAdapter(eval(expression, {**names, **{k: v for k, v in scope.items() if k in expression}}))


def _unknown_keys(value: Any, model: Any, where: str) -> Iterable[str]:
    """Keys of a request that no field of the description takes: pydantic ignores them, GitHub may not."""
    if isinstance(model, BaseModel) and isinstance(value, dict):
        if model.model_config.get("extra") == "allow":
            return
        fields = {info.alias or name: name for name, info in type(model).model_fields.items()}
        for key, inner in value.items():
            if key not in fields and key not in fields.values():
                yield f"{where}.{key}"
            else:
                yield from _unknown_keys(inner, getattr(model, fields.get(key, key)), f"{where}.{key}")
    elif isinstance(model, list) and isinstance(value, list):
        for index, (one, other) in enumerate(zip(value, model, strict=True)):
            yield from _unknown_keys(one, other, f"{where}[{index}]")


def check_request(operation: Operation, query: Mapping[str, str], body: Any) -> None:
    """Raise `Undescribed` when GitHub's description does not know a parameter or a part of the body."""
    where = f"{operation.method} {operation.template}"
    unknown = sorted(set(query) - operation.parameters)
    if unknown:
        raise Undescribed(f"{where}: no query parameter {', '.join(unknown)}")
    if operation.body is None:
        if body:
            raise Undescribed(f"{where}: the description has no request body, got {sorted(body)}")
        return
    try:
        model = _adapter(operation.body).validate_python(body)
    except ValidationError as error:
        raise Undescribed(f"{where}: request body: {error}") from None
    strays = list(_unknown_keys(body, model, "body"))
    if strays:
        raise Undescribed(f"{where}: the description has no {', '.join(strays)}")


def check_answer(operation: Operation, status: int, body: Any) -> None:
    """Raise `Undescribed` when the server's own answer is not what GitHub describes."""
    where = f"{operation.method} {operation.template} answered {status}"
    if status >= 400:
        if not isinstance(body, dict) or "message" not in body:
            raise Undescribed(f"{where}: an error without a message")
        return
    if operation.response is None or body is None:
        return
    try:
        _adapter(operation.response).validate_python(body)
    except ValidationError as error:
        raise Undescribed(f"{where}: {error}") from None
