"""A plan that is being made: the pages read so far, kept in the state, so that one that was stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bot.edge.store import Store
from bot.edge.store_rows import noun_of
from bot.model.sweep import Page, Repository

LASTS = 24 * 3600.0
"""Seconds after which a half-made plan is begun again: what it says of its repositories is too old."""
_HEAD = "plan"


class Draft:
    """The pages of each list by its `key`, in the order they were read."""

    def __init__(self, store: Store, targets: Sequence[str], *, now: float) -> None:
        """Go on with the plan that the state holds, if it is of the same targets and young; else begin one."""
        self._store = store
        self._pages: dict[str, list[Page]] = {}
        kept = json.loads(store.note(_HEAD, "{}"))
        self.resumed = kept.get("targets") == list(targets) and 0 <= now - kept.get("began", 0.0) <= LASTS
        if not self.resumed:
            store.drop_notes(_HEAD)
            store.put_note(_HEAD, json.dumps({"targets": list(targets), "began": now}))

    def pages(self, key: str) -> tuple[Page, ...]:
        """What was read of a list."""
        if key not in self._pages:
            self._pages[key] = list(self._stored(key))
        return tuple(self._pages[key])

    def _stored(self, key: str) -> Iterator[Page]:
        number = 0
        while text := self._store.note(_name(key, number)):
            yield _page(json.loads(text))
            number += 1

    def keep(self, key: str, page: Page) -> None:
        """One page more, on disk when this returns."""
        number = len(self.pages(key))
        self._store.put_note(_name(key, number), json.dumps(asdict(page), separators=(",", ":")))
        self._pages[key].append(page)

    def clear(self) -> None:
        """The plan stands, or is given up."""
        self._store.drop_notes(_HEAD)


def found_in(pages: Iterable[Page]) -> dict[str, Repository]:
    """Every repository once, by node id, as it was last read."""
    return {each.id: each for page in pages for each in page.repositories}


def _name(key: str, number: int) -> str:
    return f"{_HEAD} {number} {key}"


def _page(data: dict[str, Any]) -> Page:
    repositories = tuple(noun_of(Repository, each) for each in data.pop("repositories"))
    return noun_of(Page, {**data, "repositories": repositories})
