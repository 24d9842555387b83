"""Checkpoints that lie in the tree, read statically the moment a call is found to name one: the strongest evidence.

Nothing is loaded. A tree may hold many and large ones, so a report is made only when it is asked for.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from fnmatch import fnmatchcase
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bot.policy import CheckpointPolicy, Policy

if TYPE_CHECKING:
    from bot.edge.checkout import Checkout  # a scan of a folder needs no git
    from bot.model import CheckpointReport

Open = Callable[[str], BinaryIO | None]


class KnownCheckpoints(Mapping[str, "CheckpointReport"]):
    """Static reports by path. `opened` opens a file of the tree, None where it cannot; such a file is not in here."""

    def __init__(self, paths: Collection[str], opened: Open) -> None:
        self._paths = paths
        self._open = opened
        self._reports: dict[str, CheckpointReport | None] = {}

    def __getitem__(self, path: str) -> CheckpointReport:
        if path not in self._paths:
            raise KeyError(path)
        if path not in self._reports:
            self._reports[path] = self._read(path)
        report = self._reports[path]
        if report is None:
            raise KeyError(path)
        return report

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def _read(self, path: str) -> CheckpointReport | None:
        from bot.scan.checkpoint.read import read_checkpoint
        from bot.scan.checkpoint.reader import StreamReader

        try:
            stream = self._open(path)
            if stream is None:
                return None
            with closing(stream):
                return read_checkpoint(path, StreamReader(stream))
        except OSError:
            return None  # evidence that cannot be read is no evidence; the gate reports such a file, not this


def looks_like_checkpoint(policy: CheckpointPolicy, path: str) -> bool:
    """By its name, as the policy's patterns have it."""
    name = path.rpartition("/")[2].lower()
    return any(fnmatchcase(name, pattern.lower()) for pattern in policy.patterns)


def opened_below(root: Path) -> Open:
    """Opens regular files of a folder, never through a link; a pipe, a device or a folder is None."""

    def opened(path: str) -> BinaryIO | None:
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return None
        return os.fdopen(descriptor, "rb")

    return opened


def opened_by(read: Callable[[str], bytes | None]) -> Open:
    """Opens files that somebody reads whole, such as git's objects: on GitHub those have at most 100 MB."""

    def opened(path: str) -> BinaryIO | None:
        content = read(path)
        return None if content is None else BytesIO(content)

    return opened


def of_commit(checkout: Checkout | None, commit: str, modes: Mapping[str, str], policy: Policy) -> KnownCheckpoints:
    """The checkpoints among the files of a commit (`modes` as git has them), or of the one that is checked out."""
    at = None if checkout is None else checkout.commit(commit) or checkout.commit("HEAD")
    if checkout is None or at is None:
        return KnownCheckpoints({}, lambda path: None)
    read = partial(checkout.read_file, ref=at)
    regular = (path for path, mode in modes.items() if mode.startswith("100"))
    paths = {path for path in regular if looks_like_checkpoint(policy.checkpoints, path)}
    return KnownCheckpoints(paths, opened_by(read))
