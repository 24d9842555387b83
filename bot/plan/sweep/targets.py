"""What a person or a policy names as the target of a sweep, in the words of `sweep.targets`."""

from __future__ import annotations

import re

from bot.errors import UsageError
from bot.model.sweep import Kind, Target
from bot.policy.check import policy_schema


def parse_target(text: str) -> Target:
    """`org:acme`, `user:octocat`, `topic:ml`, `property:acme:team=search` or `acme/tools`. Raises `UsageError`."""
    text = text.strip()
    pattern = policy_schema()["properties"]["sweep"]["properties"]["targets"]["items"]["pattern"]
    if not re.search(pattern, text):
        raise UsageError(f"{text!r} is no target of a sweep", hint=_hint(text))
    kind, colon, value = text.partition(":")
    return Target(Kind(kind), value) if colon else Target(Kind.REPOSITORY, text)


def _hint(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", text):
        return f"org:{text} or user:{text} is everything it has, {text}/NAME one repository"
    if text.startswith("property:"):
        return "a custom property is property:ORG:NAME=VALUE"
    return "org:NAME, user:NAME, topic:NAME, property:ORG:NAME=VALUE or owner/name"
