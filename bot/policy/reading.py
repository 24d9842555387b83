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
    _each_project_once(tree, plain.get("projects", ()), name)
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
    """The `ignore` entries. Raises one `PolicyError` that tells every one that has expired."""
    pairs = list(zip(_items(tree, "ignore"), plain, strict=True))
    expired = [_expired(item, values, name) for item, values in pairs if _is_over(values, today)]
    if expired:
        raise PolicyError("\n".join(expired), hint="fix what it covers, or set a later day and say why")
    return tuple(Ignore(**values, place=f"{name}:{item.line}") for item, values in pairs)


def _is_over(values: Mapping[str, str], today: datetime.date) -> bool:
    return bool(values.get("expires")) and datetime.date.fromisoformat(values["expires"]) <= today


def _expired(item: Tree, values: Mapping[str, str], name: str) -> str:
    at = next(each.value for each in item.entries if each.key == "expires")
    return f"{name}:{at.line}:{at.column}: this ignore expired on {values['expires']}: {values['reason']}"


def _each_project_once(tree: Tree, plain: Iterable[Mapping[str, str]], name: str) -> None:
    """Raises `PolicyError` where two projects are one folder, or have one name: they would share a fix branch."""
    seen: dict[str, int] = {}
    for item, values in zip(_items(tree, "projects"), plain, strict=True):
        for key, text in values.items():
            if key not in ("path", "name"):
                continue
            word = f"{key} {text.removeprefix('./').rstrip('/')}"
            at = next(each.value for each in item.entries if each.key == key)
            if word in seen:
                told = f"{name}:{at.line}:{at.column}: two projects have the {word}"
                raise PolicyError(told, hint=f"the other begins in line {seen[word]}")
            seen[word] = item.line


def _items(tree: Tree, key: str) -> tuple[Tree, ...]:
    """The mappings that stand in a list of the policy."""
    node = next((entry.value for entry in tree.entries if entry.key == key), None)
    return tuple(each for each in node.items if isinstance(each, Tree)) if isinstance(node, Sequence) else ()
