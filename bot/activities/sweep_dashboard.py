"""The dashboard issue around a run of publishing: what people ticked comes in, what came of it goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.activities.sweep_publish import PublishOutcome
from bot.activities.sweep_report import add_up
from bot.edge.github.dashboard import DASHBOARD_MARKER, Dashboard, Issue
from bot.edge.store import Store
from bot.errors import ForgeError
from bot.model.moment import iso_moment
from bot.model.sweep import Standing
from bot.plan.markdown import fit
from bot.plan.sweep.wishes import Wishes, read_wishes
from bot.report.sweep.dashboard import TITLE, Board, render_dashboard

NUMBER, SINCE = "dashboard.issue", "publish.since"
"""Notes: the issue's number, and from when on pull requests count towards a halt."""


@dataclass(slots=True)
class BoardKeeper:
    """One issue for one run. `board` None keeps none; `web` is the forge's address. Trouble with it is a remark: no
    pull request waits for a dashboard.
    """

    store: Store
    board: Dashboard | None
    web: str
    clock: Callable[[], float]
    dry: bool = False
    remarks: list[str] = field(default_factory=list)
    _issue: Issue | None = None
    _wishes: Wishes = field(default_factory=Wishes)

    def read(self) -> Wishes:
        """What was ticked; nothing where there is no dashboard, or none that can be read."""
        since = self.store.note(SINCE)
        self._wishes = Wishes(since=since)
        if self.board is None:
            return self._wishes
        try:
            self._issue = self.board.find(int(self.store.note(NUMBER) or "0"))
        except (ForgeError, ValueError) as trouble:
            self.remarks.append(f"the dashboard could not be read: {trouble}")
            self.board = None
            return self._wishes
        if self._issue is None or self._issue.closed:
            return self._wishes
        known = {row.repository.slug for row in self.store.plain_rows()}
        found = read_wishes(self._issue.body, known)
        if found.go_on:
            since = iso_moment(self.clock())
            self.store.put_note(SINCE, since)
        self._wishes = replace(found, since=since)
        return self._wishes

    def write(self, outcome: PublishOutcome) -> None:
        """Bring the issue up to date; one request, or none where it says so already."""
        if self.board is None or (self._issue is not None and self._issue.closed):
            return
        body = self._body(outcome)
        if self._issue is not None and self._issue.body.replace("\r\n", "\n").strip() == body.strip():
            return
        if self.dry:
            self.remarks.append(f"would {'edit' if self._issue else 'open'} the dashboard in {self.board.slug}")
            return
        try:
            issue = self.board.put(TITLE, body, self._issue)
        except ForgeError as trouble:
            self.remarks.append(f"the dashboard could not be written: {trouble}")
            return
        self.store.put_note(NUMBER, str(issue.number))
        self.remarks.append(f"dashboard: {issue.url}")

    def _body(self, outcome: PublishOutcome) -> str:
        overview = add_up(self.store, web=self.web)
        done = {each.slug for each in overview.entries if each.standing is Standing.OPEN}
        wishes = self._wishes
        board = Board(
            overview,
            DASHBOARD_MARKER,
            why=outcome.why,
            halted=bool(outcome.halted),
            paused=wishes.paused,
            now=wishes.now - done,
            again=wishes.again - done,
        )
        return fit(render_dashboard(board))
