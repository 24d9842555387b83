"""The sweep's dashboard: one issue of ours in the calling repository, found by who wrote it and by its marker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.edge.github.errors import Answered
from bot.edge.github.http import Door
from bot.edge.github.queries import PAGE, VIEWER
from bot.model import MARKER

DASHBOARD_MARKER = MARKER + "dashboard -->"
LABEL = "loadguard-sweep"
"""By which it is found where the state was lost."""
_ISSUES = "issues: write"


@dataclass(frozen=True, slots=True)
class Issue:
    """`closed` by a person: then it is left alone, and no other is made."""

    number: int
    url: str
    body: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The issue of repository `slug`."""

    door: Door
    slug: str

    def find(self, number: int = 0) -> Issue | None:
        """The one of that number, else the newest with our label; None where there is none. Raises `ForgeError`."""
        login = str(self.door.ask(VIEWER, {})["viewer"]["login"])
        known = self._numbered(number)
        if known is not None and _is_ours(known, login):
            return _issue(known)
        listed = self.door.get(f"/repos/{self.slug}/issues", state="all", labels=LABEL, per_page=PAGE)
        return next((_issue(each) for each in listed if _is_ours(each, login)), None)

    def put(self, title: str, body: str, existing: Issue | None) -> Issue:
        """Edit it in place, or make it. One that a broken answer left behind is found, not made twice."""
        if existing is not None:
            path = f"/repos/{self.slug}/issues/{existing.number}"
            return _issue(self.door.put(path, {"body": body}, method="PATCH", needs=_ISSUES))
        made = {"title": title, "body": body, "labels": [LABEL]}
        standing = self._standing
        return _issue(self.door.post(f"/repos/{self.slug}/issues", made, needs=_ISSUES, standing=standing))

    def _standing(self) -> Any:
        found = self.find()
        return self._numbered(found.number) if found is not None else None

    def _numbered(self, number: int) -> Any:
        try:
            return self.door.get(f"/repos/{self.slug}/issues/{number}") if number else None
        except Answered:
            return None


def _is_ours(issue: Any, login: str) -> bool:
    """A marker alone can be typed by anyone."""
    wrote = (issue.get("user") or {}).get("login") == login
    return wrote and "pull_request" not in issue and str(issue["body"] or "").lstrip().startswith(DASHBOARD_MARKER)


def _issue(found: Any) -> Issue:
    return Issue(found["number"], found["html_url"], found["body"] or "", found["state"] == "closed")
