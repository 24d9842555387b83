"""What GitHub's refusals mean, in words a person can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import ForgeError, PermissionMissing

ACTIONS_MAY_NOT = "not permitted to create or approve pull requests"
LIMIT_WORDS = ("rate limit", "abuse detection", "submitted too quickly")


class Answered(ForgeError):
    """GitHub answered with an error that only the asking verb can judge: 404, 409, 410, 422, 451."""

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class LimitReached(ForgeError):
    """A rate limit that asks for a longer wait than a run may do; `resume` in seconds since the epoch."""

    def __init__(self, message: str, *, resume: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.resume = resume


class Troubled(ForgeError):
    """Every attempt met an error of the server or the network; a query that asks for less may fare better."""


@dataclass(frozen=True, slots=True)
class Limited:
    """A rate limit. `wait` is in seconds, None where GitHub did not say how long."""

    reason: str
    wait: float | None


@dataclass(frozen=True, slots=True)
class Broken:
    """The server or the way to it failed; whether the request was done is not known."""

    reason: str


def said(data: Any) -> str:
    """GitHub's own words: the message and the details behind it."""
    if not isinstance(data, dict):
        return str(data or "no message")
    details = data.get("errors") or []
    texts = [one.get("message") or str(one) if isinstance(one, dict) else str(one) for one in details]
    return ": ".join([str(data.get("message", "no message")), *(["; ".join(texts)] if texts else [])])


def limit_of(status: int, headers: Mapping[str, str], data: Any, *, now: float) -> Limited | None:
    """The rate limit behind an answer, if there is one: 403 or 429, with or without headers, or a 422 for haste.

    `now` is in seconds since the epoch, as `x-ratelimit-reset` is.
    """
    text = said(data)
    worded = any(word in text.lower() for word in LIMIT_WORDS)
    retry_after = headers.get("retry-after", "")
    spent = headers.get("x-ratelimit-remaining") == "0"
    if status not in (429, 403, 422, 200) or not (
        status == 429 or worded or (status == 403 and (retry_after or spent))
    ):
        return None
    if re.fullmatch(r"\d+", retry_after):
        return Limited(text, float(retry_after))
    reset = headers.get("x-ratelimit-reset", "")
    if spent and re.fullmatch(r"\d+", reset):
        return Limited(text, max(float(reset) - now, 0.0) + 1.0)
    return Limited(text, None)


def permission_of(accepted: str, needs: str) -> str:
    """The missing right as a workflow's `permissions:` block spells it.

    `accepted` is the `X-Accepted-GitHub-Permissions` header: alternatives parted by `;`, each of them `name=level`
    pairs parted by `,`. `needs` is what the verb expects; it wins where the header allows it or says nothing.
    """
    options = [
        ", ".join(pair.strip().replace("_", "-").replace("=", ": ") for pair in option.split(","))
        for option in accepted.split(";")
        if "=" in option
    ]
    return needs if not options or needs in options else options[0]


def refusal(status: int, headers: Mapping[str, str], data: Any, *, what: str, needs: str) -> ForgeError:
    """The exception for an answer that no retry mends. `needs` is empty for a read."""
    text = said(data)
    if status == 401:
        return ForgeError(
            f"{what}: GitHub does not accept the token ({text})", hint="It has expired or was revoked; give a new one."
        )
    if status < 400:
        return ForgeError(
            f"{what}: GitHub sends us elsewhere ({status}: {text})",
            hint="The repository was renamed or moved; writes need its new name.",
        )
    if status == 403 and ACTIONS_MAY_NOT in text:
        return PermissionMissing(
            f"{what}: {text}",
            permission="pull-requests: write",
            hint="Allow it at Settings > Actions > General > 'Allow GitHub Actions to create and approve pull "
            "requests', in the organisation and in the repository, or give the token of a GitHub App.",
        )
    if status == 403 and "archived" in text:
        return ForgeError(f"{what}: {text}", hint="An archived repository takes no changes.")
    if status == 403 or (status == 404 and needs):
        permission = permission_of(headers.get("x-accepted-github-permissions", ""), needs or "contents: read")
        lacks = f"the token lacks '{permission}'"
        why = lacks if status == 403 else f"there is no such thing, or {lacks} and may not know of it"
        return PermissionMissing(
            f"{what}: {why} (GitHub said {status}: {text})",
            permission=permission,
            hint=f"Add '{permission}' to the job's permissions; on a fork's pull request no token has it.",
        )
    hints = {409: "The repository is empty or busy.", 451: "The repository was taken down."}
    return Answered(f"{what}: GitHub said {status}: {text}", status=status, hint=hints.get(status, ""))
