"""What a policy file, or an option, says as checked plain values. A project without a policy starts without this."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from bot.errors import PolicyError, UsageError
from bot.policy import Ignore
from bot.policy.check import check
from bot.policy.toml import read_toml
from bot.policy.tree import Entry, Scalar, Sequence, read_yaml
from bot.policy.tree import Mapping as Tree

Places = dict[str, str]
"""Where each key stands (`name:line`), by its dotted name."""


def read_policy(data: bytes, *, name: str, today: datetime.date | None = None) -> tuple[dict[str, Any], Places] | None:
    """The values of a policy file, read by its suffix, and their places.

    None for a pyproject.toml that does not speak of loadguard. Raises `PolicyError` with `path:line:column`, also for
    an ignore that has expired by `today`.
    """
    tree = read_toml(data, name=name) if name.endswith(".toml") else read_yaml(data, name=name)
    if tree is None:
        return None
    plain = check(tree, name=name)
    plain["ignore"] = _ignores(tree, plain.get("ignore", ()), name, today or datetime.date.today())
    return plain, _places(tree, name)


def from_overrides(overrides: Mapping[str, str]) -> dict[str, Any]:
    """Dotted keys and their text as a checked plain policy. Raises `UsageError` where the schema refuses a value."""
    plain: dict[str, Any] = {}
    for key, text in overrides.items():
        section, _, name = key.rpartition(".")
        node: Any = Scalar(text, text, 1, 1)
        if key == "checkpoints.devices":
            node = Sequence(tuple(Scalar(e.strip(), e.strip(), 1, 1) for e in text.split(",") if e.strip()), 1, 1)
        elif key == "markdown_blocks":
            node = Scalar(text == "true", text, 1, 1)
        tree = Tree((Entry(name, node, 1, 1),), 1, 1)
        if section:
            tree = Tree((Entry(section, tree, 1, 1),), 1, 1)
        try:
            checked = check(tree, name=key)
        except PolicyError as trouble:
            raise UsageError(str(trouble).partition(": ")[2], hint=trouble.hint) from trouble
        for top, value in checked.items():
            plain[top] = {**plain.get(top, {}), **value} if isinstance(value, dict) else value
    return plain


def _places(tree: Tree, name: str, prefix: str = "") -> dict[str, str]:
    places: dict[str, str] = {}
    for entry in tree.entries:
        key = prefix + entry.key
        if isinstance(entry.value, Tree):
            places |= _places(entry.value, name, f"{key}.")
        else:
            places[key] = f"{name}:{entry.line}"
    return places


def _ignores(tree: Tree, plain: Iterable[Mapping[str, str]], name: str, today: datetime.date) -> tuple[Ignore, ...]:
    node = next((entry.value for entry in tree.entries if entry.key == "ignore"), None)
    items = node.items if isinstance(node, Sequence) else ()
    made = []
    for item, values in zip(items, plain, strict=True):
        if values.get("expires") and datetime.date.fromisoformat(values["expires"]) <= today:
            raise _expired(item.entries if isinstance(item, Tree) else (), values, name)
        made.append(Ignore(**values, place=f"{name}:{item.line}"))
    return tuple(made)


def _expired(entries: Iterable[Entry], values: Mapping[str, str], name: str) -> PolicyError:
    at = next(each.value for each in entries if each.key == "expires")
    return PolicyError(
        f"{name}:{at.line}:{at.column}: this ignore expired on {values['expires']}: {values['reason']}",
        hint="fix what it covers, or set a later day and say why",
    )
