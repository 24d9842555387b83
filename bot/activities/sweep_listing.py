"""Every repository of some targets, none lost and none twice, whatever happens to the lists while they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bot.activities.sweep_draft import Draft, found_in
from bot.edge.github.errors import Troubled
from bot.edge.workers import Heard
from bot.model.sweep import Allowance, Kind, Page, Repository, Target
from bot.plan.sweep.windows import FIRST_DAY, MOST_FOUND, Window, halves, words

PAGE = 100
SMALLEST = 10
"""Repositories a page, when GitHub cannot answer more in its time."""
MOST_GAPS = 20
"""Times a list may have shifted too far between two pages; one that shifts more is taken as it comes."""


class Lister(Protocol):
    """Who answers; `bot.edge.github.listing.Listing` is one."""

    def page(self, target: Target, resume: str, size: int) -> Page: ...

    def named(self, slugs: Sequence[str]) -> tuple[tuple[Repository, ...], tuple[str, ...]]: ...

    def with_property(self, target: Target, number: int) -> tuple[tuple[str, ...], bool]: ...

    def shared(self, owners: Sequence[str]) -> dict[str, str | None]: ...

    def batches(self, slugs: Sequence[str]) -> list[list[str]]: ...

    @property
    def allowances(self) -> tuple[Allowance, ...]: ...

    @property
    def asked(self) -> Mapping[str, int]: ...


@dataclass(slots=True)
class Enumeration:
    """`before` is called before each request and may raise to stop; `heard` is told how many were found, of how many.

    `missing` are names of which there is no repository to see, `unsteady` lists that shifted too often.
    """

    lister: Lister
    draft: Draft
    before: Callable[[], None]
    today: date
    forks: bool = False
    heard: Heard | None = None
    missing: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    done: int = 0
    """Repositories read so far, those of several lists counted in each."""
    _size: int = PAGE
    _totals: int = 0

    def go(self, targets: Sequence[Target]) -> dict[str, Repository]:
        """All of them by node id. Raises `ForgeError`, `UsageError` and whatever `before` does."""
        names = [each.value for each in targets if each.kind is Kind.REPOSITORY]
        for target in targets:
            if target.kind in (Kind.ORGANISATION, Kind.USER):
                self._walk(target)
            elif target.kind is Kind.TOPIC:
                self._topic(target.value, (FIRST_DAY, self.today))
            elif target.kind is Kind.PROPERTY:
                names += self._with_property(target)
        self._names(list(dict.fromkeys(names)))
        return found_in(self.pages)

    # -- one list --------------------------------------------------------------------------------------------
    def _walk(self, target: Target, *, first: Page | None = None) -> None:
        """From page to page. A page that has nothing in common with what was seen leaves a gap: the list has shifted
        too far, and is asked for from further back.
        """
        key = str(target)
        pages = list(self.draft.pages(key))
        seen = set(found_in(pages))
        back = gaps = 0
        while not pages or pages[-1].resume:
            resume = pages[-1 - back].resume if back < len(pages) else ""
            page = first if first is not None and not pages else self._page(target, resume)
            ids = {each.id for each in page.repositories}
            if resume and ids and seen.isdisjoint(ids) and gaps < MOST_GAPS:
                back, gaps = back + 1, gaps + 1
                continue
            self.draft.keep(key, page)
            pages.append(page)
            seen |= ids
            back = 0
            self._tell(len(seen), page.total)
        if gaps >= MOST_GAPS:
            self.unsteady.append(key)
        self._end(pages)

    def _page(self, target: Target, resume: str) -> Page:
        """A page, smaller from now on where GitHub cannot answer so much at once."""
        while True:
            self.before()
            try:
                return self.lister.page(target, resume, self._size)
            except Troubled:
                if self._size <= SMALLEST:
                    raise
                self._size = max(SMALLEST, self._size // 2)

    def _topic(self, topic: str, window: Window) -> None:
        """A search gives no more than a thousand: parted by the day of creation where there are more."""
        target = Target(Kind.TOPIC, words(topic, window, forks=self.forks))
        if self.draft.pages(str(target)):
            self._walk(target)
            return
        first = self._page(target, "")
        parts = halves(window) if first.total > MOST_FOUND else ()
        for part in parts:
            self._topic(topic, part)
        if not parts:
            self._walk(target, first=first)

    def _with_property(self, target: Target) -> list[str]:
        names: list[str] = []
        number, more = 1, True
        while more:
            self.before()
            part, more = self.lister.with_property(target, number)
            names += part
            number += 1
        return names

    def _names(self, names: Sequence[str]) -> None:
        """Repositories by name; one that was renamed is found by its old one too."""
        for batch in self.lister.batches(names):
            key = ",".join(batch)
            if not self.draft.pages(key):
                self.before()
                found, missing = self.lister.named(batch)
                self.missing += missing
                self.draft.keep(key, Page(found, total=len(batch)))
            self._tell(sum(map(len, (page.repositories for page in self.draft.pages(key)))), len(batch))
            self._end(self.draft.pages(key))

    # -- telling ---------------------------------------------------------------------------------------------
    def _end(self, pages: Sequence[Page]) -> None:
        self.pages += pages
        self._totals += pages[-1].total

    def _tell(self, done: int, total: int) -> None:
        self.done = self._totals + done
        if self.heard is not None:
            self.heard(self._totals + done, self._totals + max(done, total))
