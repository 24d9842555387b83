"""`loadguard config check`: the effective policy, and where each value came from."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from collections.abc import Iterator, Mapping
from enum import Enum

from bot.cli.context import Context
from bot.cli.policy import find_policy, policy_of
from bot.errors import ExitCode
from bot.policy import Policy
from bot.policy.load import POLICY_FILES
from bot.report.escape import one_line


def config_check(arguments: Namespace, context: Context) -> int:
    """Print the policy. A mistake in the file is a `PolicyError` with its place, as in every other command."""
    policy = policy_of(arguments, context)
    files = find_policy(context.folder, here=context.folder, config=arguments.config).files
    style = context.style
    names = ", ".join(each.name for each in files)
    head = f"Policy from {names}." if files else f"No policy file ({', '.join(POLICY_FILES)}): the defaults."
    rows = list(describe(policy))
    wide = max(len(key) for key, _, _ in rows)
    lines = [
        f"{style.bold(f'{key:<{wide}}')}  {one_line(value)}{style.dim(f'  # {origin}')}" for key, value, origin in rows
    ]
    context.console.write("\n".join([head, "", *lines, ""]))
    return ExitCode.CLEAN


def describe(policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Every key of the policy as `(dotted key, value, origin)`; the origin is `path:line`, an input, or `default`.

    The section of a sweep only where there is one: most repositories never call one.
    """
    has_sweep = any(key.startswith("sweep.") for key in policy.origins)
    for key, value in _flat(policy, ""):
        if has_sweep or not key.startswith("sweep."):
            yield key, _shown(value), _origin(key, policy.origins)


def _flat(value: object, prefix: str) -> Iterator[tuple[str, object]]:
    if not dataclasses.is_dataclass(value):
        yield prefix, value
        return
    for each in dataclasses.fields(value):
        if prefix or each.name not in ("accepted", "origins", "prefix"):
            key = f"{prefix}.{each.name}" if prefix else each.name
            yield from _flat(getattr(value, each.name), key)


def _shown(value: object) -> str:
    if value is None:
        return "never"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(each)}" for key, each in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(_one(each) for each in value) or "none"
    return str(value) or "none"


def _one(value: object) -> str:
    if not dataclasses.is_dataclass(value):
        return str(value)
    told = ((each.name, getattr(value, each.name)) for each in dataclasses.fields(value))
    return "{" + ", ".join(f"{name}: {_shown(each)}" for name, each in told if each and name != "place") + "}"


def _origin(key: str, origins: Mapping[str, str]) -> str:
    below = [origin for name, origin in origins.items() if name == key or name.startswith(f"{key}.")]
    return ", ".join(dict.fromkeys(below)) or "default"
