"""One repository of publishing: its pull request brought in line with its scan, and what the state says of it then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.activities.deeds import Deeds
from bot.activities.desk import Desk
from bot.activities.keeping import keep_fix
from bot.activities.sweep_material import Gathered, gather
from bot.activities.sweep_scan import Stand
from bot.activities.sweep_tasks import basis_text
from bot.edge.forge import Forge
from bot.edge.github.errors import LimitReached
from bot.errors import ForgeError, UsageError
from bot.model import FixPullRequest
from bot.model.sweep import Publication, Row, Scan, Standing
from bot.plan.fix_branch import branch_name

WRITTEN = ("created", "updated", "closed")
MOVED = "its branch has moved since the scan: the next sweep looks at it again"
NO_LONGER = "closed by us: no longer needed"
_BEST = (Standing.OPEN, Standing.CLOSED, Standing.MERGED, Standing.NONE)
"""Of several pull requests of one repository the state names the first of these."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`operations` are those of `Deeds`, one for each pull request; `failure` is why there is none where there should
    be one. `sentences` say what was written.
    """

    publication: Publication
    operations: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    failure: str = ""
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Keeper:
    """`patches` is the folder for fixes that could not be pushed; `now` has a time zone; `anew` opens again what was
    closed.
    """

    forge: Forge
    stand: Stand
    patches: Path
    now: datetime
    anew: bool = False

    def keep(self, row: Row, scan: Scan) -> Kept:
        """Decide and write. Raises `LimitReached`; whatever else is in the way is a `failure`."""
        moment = self.now.isoformat(timespec="seconds")
        was = replace(row.publication or Publication(row.repository.id, Standing.NONE), answers="", seen_at=moment)
        try:
            gathered = gather(self.forge, row, scan, self.stand)
        except LimitReached:
            raise
        except (ForgeError, UsageError) as trouble:
            return Kept(replace(was, reason=str(trouble)), failure=str(trouble))
        if gathered is None:
            return Kept(replace(was, reason=MOVED), moved=True)
        return self._each(gathered, was, scan)

    def _each(self, gathered: Gathered, was: Publication, scan: Scan) -> Kept:
        policy = gathered.policy
        desk = Desk(self.forge, None, lambda read: policy, self.patches, clock=lambda: self.now, anew=self.anew)
        found: list[Publication] = []
        operations: list[str] = []
        sentences: list[str] = []
        for material, target in gathered.parts:
            deeds = Deeds()
            keep_fix(desk, material, target, policy=policy, deeds=deeds)
            if deeds.limit is not None:
                raise deeds.limit
            if deeds.operation in ("none", "branch") and deeds.refused:
                reason = deeds.refused[-1].reason
                return Kept(replace(was, reason=reason), tuple(operations), tuple(sentences), failure=reason)
            operations.append(deeds.operation)
            if deeds.operation in WRITTEN:
                sentences.append(deeds.written[-1])
                found.append(self._written(was, deeds))
            else:
                name = branch_name(policy.fix_pull_request, target)
                found.append(_found(was, deeds, self.forge.fix_pull_requests(name)))
        best = min(found, key=lambda each: _BEST.index(each.standing))
        waits = best.standing is Standing.CLOSED and bool(best.reason)
        answers = "" if waits else basis_text(scan)
        return Kept(replace(best, answers=answers), tuple(operations), tuple(sentences))

    def _written(self, was: Publication, deeds: Deeds) -> Publication:
        now = replace(was, url=deeds.url, number=_number(deeds.url), reason="", red=None)
        if deeds.operation == "closed":
            return replace(now, standing=Standing.NONE, reason=NO_LONGER)
        opened_at = self.now.isoformat(timespec="seconds") if deeds.operation == "created" else was.opened_at
        return replace(now, standing=Standing.OPEN, opened_at=opened_at)


def _found(was: Publication, deeds: Deeds, pulls: tuple[FixPullRequest, ...]) -> Publication:
    """After nothing was written: what stands there. A reason stays with what was closed, or never opened."""
    sentence = deeds.written[-1] if deeds.written else ""
    pull = next((each for each in pulls if each.ours), None)
    if pull is None or (pull.closed_by_us and pull.state != "open"):
        return replace(was, standing=Standing.NONE, reason=sentence or "nothing to fix")
    known = replace(was, url=pull.url, number=pull.number, reason="")
    if pull.state == "open":
        return replace(known, standing=Standing.OPEN)
    if pull.merged:
        return replace(known, standing=Standing.MERGED)
    return replace(known, standing=Standing.CLOSED, reason=sentence)


def _number(url: str) -> int:
    tail = url.rpartition("/")[2]
    return int(tail) if tail.isdecimal() else 0
