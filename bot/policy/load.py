"""Reads policies and lays them over each other: the organisation's, the repository's (base ref), what CI may choose."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import PolicyError, UsageError
from bot.model import Severity
from bot.policy import (
    CheckpointLimits,
    CheckpointMode,
    CheckpointPolicy,
    CommentMode,
    FixMode,
    FixPullRequestPolicy,
    MmapMode,
    Policy,
    ProjectPolicy,
    PullRequestPolicy,
)
from bot.policy.sweep import build_sweep

POLICY_FILES = (".github/loadguard.yml", ".github/loadguard.yaml", "pyproject.toml")
"""Where a repository's policy may stand; the first that says something is the policy."""
QUIET_IN_GATE = ("LG008",)
"""Rules that speak in a pull request only where the policy gives them a level."""
FROM_OPTIONS = "input or option"
"""The origin of what an input of the action or an option of the command line chose."""
ORGANISATION_FILE = "loadguard.yml"
"""Where it stands in the organisation's `.github` repository: one place, so that asking costs one request."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The bytes of one policy file and the name that messages give it, such as `acme/.github/loadguard.yml`."""

    name: str
    data: bytes


def load_policy(
    policies: Iterable[PolicyFile], *, overrides: Mapping[str, str] | None = None, today: datetime.date | None = None
) -> Policy:
    """One policy out of several files, later ones over earlier ones, `overrides` (dotted keys from CI) over all.

    A key given later replaces the earlier one, but `rules` are laid over each other code by code and `ignore` entries
    add up. Raises `PolicyError` with `path:line:column`, also for an ignore that has expired by `today`.
    """
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for file in policies:
        from bot.policy.reading import read_policy

        read = read_policy(file.data, name=file.name, today=today)
        if read is not None:
            _lay(merged, read[0], origins, read[1])
    if overrides:
        from bot.policy.reading import from_overrides

        _lay(merged, from_overrides(overrides), origins, dict.fromkeys(overrides, FROM_OPTIONS))
    return build_policy(merged, origins=origins)


def policy_at(read: Callable[[str], bytes | None], config: str = "", *, label: str = "") -> tuple[PolicyFile, ...]:
    """The policy file of a repository whose files `read` gives at some commit: the one named, else the first there is.

    Raises `UsageError` where a file is named that is not there. `label` goes before its name in messages.
    """
    from bot.policy.toml import speaks

    for name in (config,) if config else POLICY_FILES:
        data = read(name)
        if data is not None and (not name.endswith("pyproject.toml") or speaks(data)):
            return (PolicyFile(label + name, data),)
        if config:
            raise UsageError(
                f"{config}: there is no such policy file in the base", hint="name a file that is committed"
            )
    return ()


def with_baseline(policy: Policy, read: Callable[[str], bytes | None]) -> Policy:
    """The policy with the entries of its baseline at the same commit, those that a person has reviewed.

    Raises `PolicyError` where the policy names a file that is not there.
    """
    if not policy.baseline:
        return policy
    data = read(policy.baseline)
    if data is None:
        at = policy.origins.get("baseline", "policy")
        raise PolicyError(f"{at}:1: `baseline` is {policy.baseline!r}; there is no such file in the base")
    from bot.baseline import read_baseline

    accepted = read_baseline(data, name=policy.baseline)
    return replace(policy, accepted=tuple(each for each in accepted if each.reviewed))


def for_gate(policy: Policy) -> Policy:
    """The policy as a pull request is held to it: what is no risk but only slow is left to `loadguard fix`."""
    return replace(policy, rules={**dict.fromkeys(QUIET_IN_GATE, "off"), **policy.rules})


def organisation_policy(read: Callable[[str], bytes | None], home: str) -> tuple[PolicyFile, ...]:
    """The policy that an owner keeps in the repository `home` (`acme/.github`) for all of its repositories."""
    data = read(ORGANISATION_FILE)
    return () if data is None else (PolicyFile(f"{home}/{ORGANISATION_FILE}", data),)


def build_policy(plain: Mapping[str, Any], *, origins: Mapping[str, str]) -> Policy:
    """A `Policy` out of checked plain values."""
    values = dict(plain)
    checkpoints = dict(values.pop("checkpoints", {}))
    if "fail_on" in values:
        values["fail_on"] = None if values["fail_on"] == "never" else Severity(values["fail_on"])
    if "fix" in values:
        values["fix"] = FixMode(values["fix"])
    if "mmap" in values:
        values["mmap"] = MmapMode(values["mmap"])
    pull_request = dict(values.pop("pull_request", {}))
    if "comment" in pull_request:
        pull_request["comment"] = CommentMode(pull_request["comment"])
    projects = tuple(ProjectPolicy(**_tuples(each)) for each in values.pop("projects", ()))
    return Policy(
        **_tuples(values),
        checkpoints=_checkpoints(checkpoints),
        pull_request=PullRequestPolicy(**pull_request),
        fix_pull_request=FixPullRequestPolicy(**_tuples(values_of(plain, "fix_pull_request"))),
        projects=projects,
        sweep=build_sweep(values_of(plain, "sweep")),
        origins=dict(origins),
    )


def values_of(plain: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A section of the plain policy, empty where it is left out."""
    return dict(plain.get(key, {}))


def _checkpoints(plain: dict[str, Any]) -> CheckpointPolicy:
    limits = CheckpointLimits(**plain.pop("limits", {}))
    if "mode" in plain:
        plain["mode"] = CheckpointMode(plain["mode"])
    return CheckpointPolicy(**_tuples(plain), limits=limits)


def _tuples(plain: Mapping[str, Any]) -> dict[str, Any]:
    skipped = ("fix_pull_request", "sweep")
    return {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items() if k not in skipped}


def _lay(merged: dict[str, Any], plain: Mapping[str, Any], origins: dict[str, str], places: Mapping[str, str]) -> None:
    for key, value in plain.items():
        if key == "ignore":
            merged["ignore"] = (*merged.get("ignore", ()), *value)
        elif isinstance(value, dict):
            below = merged.setdefault(key, {})
            for name, each in value.items():
                if isinstance(each, dict):
                    below[name] = {**below.get(name, {}), **each}
                else:
                    below[name] = each
        else:
            merged[key] = value
    origins.update(places)
