"""The policy's `sweep` section: which repositories a sweep looks at, and how it publishes what it found there.

It is read from the repository that a sweep is called in, and from no other: elsewhere it may stand and means nothing,
so that a repository under scan cannot widen the sweep that reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class PublishMode(StrEnum):
    """`off` opens no pull request anywhere. `opt-in` opens one where the repository's own policy says `fix: pr`, where
    it carries the topic, or where a glob names it; `all` everywhere.
    """

    OFF = "off"
    OPT_IN = "opt-in"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class PublishPolicy:
    """`per_hour` counts pull requests, `canary` how many are open before the next stage, the `halt` limits are percent
    of ours that were closed unmerged or whose checks failed. `opt_in` are globs of `owner/name`.
    """

    mode: PublishMode = PublishMode.OPT_IN
    opt_in: tuple[str, ...] = ()
    opt_in_topic: str = "loadguard"
    per_hour: int = 40
    canary: tuple[int, ...] = (10, 100)
    halt_closed: int = 20
    halt_red: int = 20
    dashboard: bool = True


@dataclass(frozen=True, slots=True)
class SweepPolicy:
    """`targets` as they are typed, such as `org:acme`; `include` and `exclude` are globs of `owner/name`; `shard_size`
    is repositories a job.
    """

    targets: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    forks: bool = False
    shard_size: int = 500
    publish: PublishPolicy = PublishPolicy()


def build_sweep(plain: Mapping[str, Any]) -> SweepPolicy:
    """The section out of checked plain values."""
    values = _tuples(plain)
    publish = _tuples(values.pop("publish", {}))
    if "mode" in publish:
        publish["mode"] = PublishMode(publish["mode"])
    return SweepPolicy(**values, publish=PublishPolicy(**publish))


def _tuples(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
