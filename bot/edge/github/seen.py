"""What became of our pull requests in many repositories: a hundred of them in one query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.edge.github.facts import Identity, Json
from bot.edge.github.http import Door
from bot.edge.github.queries import PAGE, seen_query
from bot.model.sweep import Publication, Standing

_RED = ("FAILURE", "ERROR")
_MAY_LACK = frozenset({"NOT_FOUND", "FORBIDDEN"})


def seen(door: Door, publications: Sequence[Publication], *, now: str) -> Iterator[Publication]:
    """Each as it stands at the moment `now` (ISO 8601); one query for every `PAGE` of them. Raises `ForgeError`.

    A token that may not read checks learns of none that failed. One whose repository is gone stands no more.
    """
    for start in range(0, len(publications), PAGE):
        part = publications[start : start + PAGE]
        asked: dict[str, Any] = {}
        for index, each in enumerate(part):
            asked |= {f"i{index}": each.repository, f"n{index}": each.number}
        answer: Json = door.ask(
            seen_query(len(part)), asked, spare={f"p{index}": _MAY_LACK for index in range(len(part))}
        )
        identity = Identity(str(answer["viewer"]["login"]))
        for index, each in enumerate(part):
            pull = (answer[f"p{index}"] or {}).get("pullRequest")
            yield replace(_now(each, pull, identity), seen_at=now)


def _now(publication: Publication, pull: Json | None, identity: Identity) -> Publication:
    if pull is None:
        return replace(publication, standing=Standing.NONE, red=None, reason="it is gone, or hidden from this token")
    known = replace(publication, opened_at=pull["createdAt"].replace("Z", "+00:00"), red=_red(pull))
    if pull["state"] == "MERGED":
        return replace(known, standing=Standing.MERGED)
    if pull["state"] == "OPEN":
        return replace(known, standing=Standing.OPEN)
    closings = pull["closings"]["nodes"]
    if closings and identity.is_actor(closings[0].get("actor")):
        return replace(known, standing=Standing.NONE, reason="closed by us: no longer needed")
    return replace(known, standing=Standing.CLOSED)


def _red(pull: Json) -> bool | None:
    """None while checks run, where there are none, and where they may not be read."""
    commits = (pull["commits"] or {}).get("nodes") or [None]
    rollup = ((commits[-1] or {}).get("commit") or {}).get("statusCheckRollup")
    state = rollup["state"] if rollup else ""
    return True if state in _RED else False if state == "SUCCESS" else None
