"""What a policy makes of a report: levels, ignored findings, folders of a monorepo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.model import Finding, Report, Severity, Silenced
from bot.policy import Ignore, Policy, ProjectPolicy
from bot.policy.globs import matches


def covers(policy: Policy, path: str) -> bool:
    """Whether a file is to be scanned, by `include` and `exclude`."""
    whole = policy.prefix + path
    if any(matches(whole, glob) for glob in policy.exclude):
        return False
    return not policy.include or any(matches(whole, glob) for glob in policy.include)


def levels(policy: Policy) -> dict[str, Severity | None]:
    """The level of each rule the policy speaks of; None is off."""
    return {code: _level(word) for code, word in policy.rules.items()}


def project_of(policy: Policy, path: str) -> ProjectPolicy | None:
    """The monorepo project a file belongs to: the one with the longest path above it."""
    whole = f"{policy.prefix}{path}/"
    above = [each for each in policy.projects if whole.startswith(f"{each.path.removeprefix('./').strip('/')}/")]
    return max(above, key=lambda each: len(each.path), default=None)


def fail_level(policy: Policy, path: str) -> Severity | None:
    """The lowest level that fails the check for a finding in this file; None is never."""
    project = project_of(policy, path)
    if project is None or not project.fail_on:
        return policy.fail_on
    return _level(project.fail_on)


def apply_policy(report: Report, policy: Policy) -> Report:
    """The report with levels set, what is switched off taken out, and ignored findings counted as suppressed.

    Reviewed entries of a baseline (`policy.accepted`) silence as many findings as they count. An entry of `ignore`
    that met no finding becomes a notice: it may be hiding that the rule has gone blind.
    """
    kept: list[Finding] = []
    silenced: list[Silenced] = []
    used: set[Ignore] = set()
    left = {each.key: each for each in policy.accepted}
    counts = {each.key: each.count for each in policy.accepted}
    for finding in report.findings:
        entry = ignored_by(finding, policy.ignore, prefix=policy.prefix)
        key = _accepted_as(finding, policy) if left else ("", "", "")
        if entry is not None:
            used.add(entry)
            silenced.append(Silenced(finding, "external", entry.reason))
        elif counts.get(key, 0) > 0:
            counts[key] -= 1
            silenced.append(Silenced(finding, "external", left[key].reason))
        elif (levelled := _levelled(finding, policy)) is not None:
            kept.append(levelled)
    notices = tuple(_unused(entry) for entry in policy.ignore if entry not in used)
    return replace(
        report,
        findings=tuple(kept),
        suppressed=report.suppressed + len(silenced),
        silenced=(*report.silenced, *silenced),
        notices=(*report.notices, *notices),
    )


def _accepted_as(finding: Finding, policy: Policy) -> tuple[str, str, str]:
    """The key of a baseline's entry that accepts this finding."""
    from bot.baseline import call_hash  # a scan without a baseline starts without this

    return policy.prefix + finding.path, finding.rule, call_hash(finding)


def ignored_by(finding: Finding, entries: Iterable[Ignore], *, prefix: str = "") -> Ignore | None:
    """The first entry whose every condition holds for the finding, whose path the policy knows with `prefix` before."""
    return next((entry for entry in entries if _holds(entry, finding, prefix)), None)


def _holds(entry: Ignore, finding: Finding, prefix: str) -> bool:
    return (
        entry.rule in ("", finding.rule)
        and entry.fingerprint in ("", finding.fingerprint)
        and (not entry.path or matches(prefix + finding.path, entry.path))
        and (not entry.match or re.search(entry.match, finding.source) is not None)
    )


def _unused(entry: Ignore) -> str:
    about = ", ".join(filter(None, (entry.rule, entry.path, entry.fingerprint, entry.match)))
    return f"{entry.place}: this ignore ({about}) matches no finding; take it out"


def _levelled(finding: Finding, policy: Policy) -> Finding | None:
    project = project_of(policy, finding.path)
    rules: Mapping[str, str] = {**policy.rules, **(project.rules if project else {})}
    word = rules.get(finding.rule)
    if word is None or word == finding.severity.value:
        return finding
    level = _level(word)
    return None if level is None else replace(finding, severity=level)


def _level(word: str) -> Severity | None:
    return None if word in ("off", "never") else Severity(word)
