"""Check runs of an App: annotations in batches, the check edited in place, nothing sent twice.

An edit only ever adds annotations, it never takes any away. So a check is edited in place while the annotations that
stand are the beginning of those it should have; otherwise a new one takes its place, and GitHub shows the newest.
Every batch carries the conclusion: a run that is killed between two must not leave a check that nobody ever completes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.edge.github.errors import Answered
from bot.edge.github.http import Door
from bot.edge.github.queries import PAGE
from bot.model import Annotation, CheckRun, CheckState

BATCH = 50
"""Annotations a request; GitHub refuses more."""

_CHECKS = "checks: write"


@dataclass(frozen=True, slots=True)
class KnownChecks:
    """What a query said of the checks called `name` on commit `sha`; `commit` is None where it may not be known."""

    name: str
    sha: str
    commit: Mapping[str, Any] | None

    def of(self, app: str) -> tuple[CheckState, ...] | None:
        """Our newest, which has no number here, or none; None where only REST can tell."""
        suites = (self.commit or {}).get("checkSuites")
        if not suites or suites["totalCount"] > len(suites["nodes"]):
            return None
        ours = [one["checkRuns"] for one in suites["nodes"] if (one["app"] or {}).get("slug") == app]
        if len(ours) > 1 or any(each is None or each["totalCount"] > 1 for each in ours):
            return None
        return tuple(CheckState("", run["externalId"] or "", 0) for each in ours for run in each["nodes"])


@dataclass(frozen=True, slots=True)
class AppChecks:
    """The check runs of App `app` (its slug) in repository `slug`; `known` by commit."""

    door: Door
    slug: str
    app: str
    known: Mapping[str, KnownChecks] = field(default_factory=dict)

    def standing(self, name: str, sha: str) -> CheckState | None:
        known = self.known.get(sha)
        told = known.of(self.app) if known and known.name == name else None
        if told is not None:
            return told[0] if told else None
        return self._asked(name, sha)

    def _asked(self, name: str, sha: str) -> CheckState | None:
        found = self._newest(name, sha)
        return _state(found) if found else None

    def same(self, check: CheckRun, standing: CheckState) -> bool:
        """Only the last batch carries the whole tag, so one that does has all of its annotations."""
        return standing.tag == tag_of(check)

    def put(self, check: CheckRun, *, standing: CheckState | None) -> None:
        """Raises `PermissionMissing` without checks: write."""
        number, done = "", 0
        if standing is not None and not standing.id:
            standing = self._asked(check.name, check.head_sha)
        if standing is not None and _goes_on(check, standing):
            number, done = standing.id, standing.annotations
        while True:
            part = check.annotations[done : done + BATCH]
            done += len(part)
            last = done >= len(check.annotations)
            number = self._send(check, part, number=number, done=done, last=last)
            if last:
                return

    def _send(self, check: CheckRun, part: tuple[Annotation, ...], *, number: str, done: int, last: bool) -> str:
        """One batch: the first makes the check where `number` is empty. The check's number."""
        whole_tag = tag_of(check)
        tag = whole_tag if last else whole_tag.partition("-")[0]

        def there() -> Any:
            found = self._newest(check.name, check.head_sha)
            state = _state(found) if found else None
            return found if state and state.tag == tag and state.annotations >= done else None

        body = {"name": check.name, "external_id": tag, "status": "completed", "conclusion": check.conclusion}
        shown = [_annotation(each) for each in part]
        output = {"title": check.title, "summary": check.summary, "annotations": shown}
        whole = {**body, "output": output, **({} if number else {"head_sha": check.head_sha})}
        path = f"/repos/{self.slug}/check-runs"
        if number:
            return str(self.door.add(f"{path}/{number}", whole, needs=_CHECKS, standing=there)["id"])
        return str(self.door.post(path, whole, needs=_CHECKS, standing=there)["id"])

    def _newest(self, name: str, sha: str) -> Any:
        """A name is no proof: other Apps may use it too, so only runs of our own App count."""
        path = f"/repos/{self.slug}/commits/{sha}/check-runs"
        try:
            answer = self.door.get(path, check_name=name, filter="latest", per_page=PAGE)
        except Answered as error:
            if error.status == 404:
                return None
            raise
        ours = [one for one in answer["check_runs"] if (one["app"] or {}).get("slug") == self.app]
        return max(ours, key=lambda one: int(one["id"]), default=None)


def tag_of(check: CheckRun) -> str:
    """Two digests: of the annotations, which cannot be taken back, and of all the check says."""
    shown = [_annotation(each) for each in check.annotations]
    return f"{_digest(shown)}-{_digest([check.conclusion, check.title, check.summary])}"


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]


def _goes_on(check: CheckRun, standing: CheckState) -> bool:
    """Whether the annotations that stand are the beginning of those wanted."""
    same = standing.tag.partition("-")[0] == tag_of(check).partition("-")[0]
    return standing.annotations == 0 or (same and standing.annotations <= len(check.annotations))


def _state(run: Any) -> CheckState:
    count = int(run["output"]["annotations_count"])
    return CheckState(str(run["id"]), run["external_id"] or "", count)


def _annotation(each: Annotation) -> dict[str, Any]:
    return {
        "path": each.path,
        "start_line": each.line,
        "end_line": each.end_line,
        "annotation_level": each.level,
        "title": each.title,
        "message": each.message,
    }
