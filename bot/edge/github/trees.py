"""Tarballs as a sweep's source of trees: located by the parent, read by its children."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.edge.github.http import Door, Patience
from bot.edge.github.tarball import download, locate
from bot.edge.gunzip import TreeLimits
from bot.edge.unpack import Choice, Tree
from bot.model.sweep import Allowance, Repository


@dataclass(frozen=True, slots=True)
class Tarballs:
    """One request of the API for a repository; its download is none. `door` is the one for a repository: an App has
    one for each owner it is installed at.
    """

    door: Callable[[Repository], Door]
    limits: TreeLimits = field(default_factory=TreeLimits)
    patience: Patience = field(default_factory=Patience)
    _doors: list[Door] = field(default_factory=list, init=False)

    def locate(self, repository: Repository) -> str:
        door = self.door(repository)
        if door not in self._doors:
            self._doors.append(door)
        return locate(door, repository)

    def read(self, address: str, repository: Repository, choice: Choice) -> Tree:
        return download(address, choice=choice, limits=self.limits, patience=self.patience)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        return tuple(each for door in self._doors for each in door.limits.values() if each.resource == "core")
