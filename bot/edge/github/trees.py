"""Tarballs as a sweep's source of trees: located by the parent, read by its children."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.edge.github.http import Door
from bot.edge.github.tarball import download, locate
from bot.edge.gunzip import TreeLimits
from bot.edge.unpack import Choice, Tree
from bot.model.sweep import Allowance, Repository


@dataclass(frozen=True, slots=True)
class Tarballs:
    """One request of the API for a repository; its download is none."""

    door: Door
    limits: TreeLimits = field(default_factory=TreeLimits)

    def locate(self, repository: Repository) -> str:
        return locate(self.door, repository)

    def read(self, address: str, repository: Repository, choice: Choice) -> Tree:
        return download(address, choice=choice, limits=self.limits, patience=self.door.patience)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        return tuple(each for each in self.door.limits.values() if each.resource == "core")
