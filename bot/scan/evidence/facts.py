"""What is known of one site, and what is decided from it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.model import Evidence, Tier, Use
from bot.scan.evidence.checkpoint import tells
from bot.scan.evidence.human import Shape, says_true, trusting_context
from bot.scan.evidence.layout import find_alike
from bot.scan.evidence.paths import PathProof
from bot.scan.evidence.reading import Reading
from bot.scan.evidence.saves.save import Saved
from bot.scan.evidence.version.floor import Floor
from bot.scan.sites.site import Site

if TYPE_CHECKING:
    from bot.model import CheckpointReport
    from bot.scan.project import Project


@dataclass(frozen=True)
class Facts:
    """Everything known of a site."""

    site: Site
    reading: Reading
    saved: tuple[Saved, ...]
    at_hand: CheckpointReport | None
    shape: Shape | None
    comment: tuple[int, str] | None
    floor: Floor
    proof: PathProof
    project: Project
    settled: frozenset[ast.Call] = frozenset()
    """Loads of the same file that are proved to take weights_only=True."""

    @property
    def path(self) -> str:
        return self.site.module.path

    @cached_property
    def read_keys(self) -> frozenset[str]:
        """The string keys the site asks of the whole; empty where it takes others too."""
        keys = [*(k[1:-1] for k in self.reading.sections), *self.reading.asked]
        literal = [k.strip("'\"") for k in keys if k[:1] in "'\""]
        return frozenset(literal) if len(literal) == len(keys) else frozenset()

    @cached_property
    def alike(self) -> tuple[Saved, ...]:
        """Saves close by that write the keys read here, where none writes the path that is read."""
        if self.saved or not self.read_keys:
            return ()
        return find_alike(self.read_keys, self.site.file, self.reading, self.project)

    @cached_property
    def told(self) -> tuple[int, str] | None:
        """The words beside the call that speak for weights_only=True, and their line."""
        return says_true(self.reading.call, self.reading.module)

    @cached_property
    def trust(self) -> tuple[int, str] | None:
        """The context around the call that says by its name that the file is trusted, and its line."""
        return trusting_context(self.reading.call, self.reading.module)

    @property
    def checkpoint(self) -> CheckpointReport | None:
        """The report for the file at hand, where it tells what the file asks for."""
        return self.at_hand if self.at_hand is not None and tells(self.at_hand) else None

    @property
    def line(self) -> int:
        return self.site.call.lineno if self.site.call is not None else self.site.node.lineno


@dataclass(frozen=True, slots=True)
class Decision:
    use: Use
    tier: Tier | None
    reason: str
    evidence: tuple[Evidence, ...] = ()
    advice: str = ""
