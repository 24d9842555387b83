"""What a run is going to ask, asked in one query: talk, fix branch, check, files, the owner's shared policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.edge.github.files import AT_ONCE, sayable, variables
from bot.edge.github.http import Door
from bot.edge.github.queries import CHECK, SHARED, branch_variables, first_pages, standing_query
from bot.model import Foreseen

MAY_LACK = {SHARED: frozenset({"NOT_FOUND"}), f"repository.{CHECK}": frozenset({"NOT_FOUND", "FORBIDDEN"})}
"""What the answer may lack, and why: few owners have a `.github` repository, few tokens may read checks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The query for what is foreseen of repository `slug`."""

    foreseen: Foreseen
    slug: str

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        """Commits and their files, only so many as one query takes."""
        groups, room = [], AT_ONCE
        for commit, paths in self.foreseen.files:
            part = [path for path in paths if sayable(path)][:room]
            room -= len(part)
            groups += [(commit, part)] if part else []
        return groups

    def ask(self, door: Door) -> Mapping[str, Any]:
        """The answer; the shared repository may be missing from it, and checks that the token may not read."""
        text = standing_query(
            talk=bool(self.foreseen.pull),
            branch=bool(self.foreseen.branch),
            check=bool(self.foreseen.check),
            files=[len(paths) for _, paths in self.groups],
            shared=len(self.foreseen.shared),
        )
        answer: Mapping[str, Any] = door.ask(text, self._variables(), spare=MAY_LACK)
        return answer

    def _variables(self) -> dict[str, Any]:
        foreseen = self.foreseen
        owner, name = self.slug.split("/")
        asked: dict[str, Any] = {"owner": owner}
        if foreseen.pull or foreseen.branch or foreseen.check or self.groups:
            asked["name"] = name
        if foreseen.pull:
            asked |= {"number": foreseen.pull, **first_pages()}
        if foreseen.branch:
            asked |= branch_variables(foreseen.branch, foreseen.base_ref)
        if foreseen.check:
            asked |= {"check": foreseen.check[0], "checked": foreseen.check[1]}
        for number, (commit, paths) in enumerate(self.groups):
            asked |= variables(paths, commit, number=number)
        return asked | {f"s{index}": path for index, path in enumerate(foreseen.shared)}
