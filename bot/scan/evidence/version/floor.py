"""The oldest torch a project says it runs on, and where it says so.

The declarations are read as text, line by line: nothing of the project is run, and a line number is worth more
than a resolver. Sources of the version facts: reference pages of torch 1.12 to 2.15 (see `docs/evidence.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.version.declared import Declaration, declarations_in, is_manifest
from bot.scan.evidence.version.versions import Version, read_version

if TYPE_CHECKING:
    from bot.scan.project import Project

WEIGHTS_ONLY: Version = (1, 13)
"""The first torch whose `torch.load` takes `weights_only`; before, TypeError."""

WEIGHTS_ONLY_PRACTICAL: Version = (2, 0)
"""1.13's safe unpickler lacks BINFLOAT, so any Python float fails (stable-baselines3 reverted over it)."""

MMAP: Version = (2, 1)
"""The first torch that takes `mmap`, for a `str` only."""

MMAP_PATHLIKE: Version = (2, 3)
"""The first torch that maps any `os.PathLike`."""

SAFE_DEFAULT: Version = (2, 6)
"""Since then an absent `weights_only` means True (unless `pickle_module` is given)."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The lowest torch version declared; `version` None where nothing (or nothing with a lower bound) is said.

    `firm` is False where only an optional extra, a lock or an image says it: worth knowing, not a promise to users.
    """

    version: Version | None = None
    text: str = ""
    path: str = ""
    line: int = 0
    firm: bool = False

    @property
    def requirement(self) -> str:
        """What the line asks for, without a list's dash, quotes, comma and comment: `pytorch>=1.8.1`."""
        bare = self.text.partition(" #")[0].removeprefix("- ").rstrip(", ")
        return bare[1:-1] if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'" else bare

    def admits_below(self, version: Version) -> bool:
        """Whether a torch older than `version` is certainly admitted."""
        return self.version is not None and self.version < version

    def reaches(self, version: Version) -> bool:
        """Whether every admitted torch is at least `version`."""
        return self.version is not None and self.version >= version


def torch_declarations(project: Project) -> tuple[Declaration, ...]:
    """Every line of the project's manifests, locks and images that names a version of torch, by path and line."""
    return remember(project, "floor", lambda: _read_manifests(project))


def _read_manifests(project: Project) -> tuple[Declaration, ...]:
    found = [d for path in project.files if is_manifest(path) for d in declarations_in(path, project.files[path])]
    return tuple(sorted(found, key=lambda d: (d.path, d.line)))


def torch_floor(project: Project, *, path: str = "", override: str = "") -> Floor:
    """The floor that holds for the file `path`: the nearest folder above it that declares one.

    `override` is the policy's `torch_floor`. In one folder the strongest kind of declaration counts (a dependency
    before a lock before an image), and of several lines of that kind the lowest.
    """
    if override:
        return Floor(read_version(override), f"torch_floor: {override}", ".github/loadguard.yml", 0, firm=True)
    declared = torch_declarations(project)
    for folder in _upwards(path):
        here = [d for d in declared if d.folder == folder]
        if here:
            return _lowest(here)
    return Floor()


def _upwards(path: str) -> tuple[str, ...]:
    parents = tuple(str(parent) for parent in PurePosixPath(path).parents) if path else (".",)
    return tuple("" if parent == "." else parent for parent in parents)


def _lowest(here: list[Declaration]) -> Floor:
    rank = min(d.rank for d in here)
    strongest = [d for d in here if d.rank == rank]
    bounded = [d for d in strongest if d.bounds.low is not None] or [d for d in here if d.bounds.low is not None]
    if not bounded:
        first = strongest[0]
        return Floor(None, first.text, first.path, first.line, first.firm)
    lowest = min(bounded, key=lambda d: (d.bounds.low or (), d.path, d.line))
    return Floor(lowest.bounds.low, lowest.text, lowest.path, lowest.line, lowest.firm)
