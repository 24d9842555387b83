"""What a sandboxed load means: findings CK106 and CK107 out of verdicts."""

from __future__ import annotations

import hashlib
import re

from bot.model import CheckpointReport, Finding, Killed, Loaded, NotTried, Refused, Severity, Verdict

_SHOWN = 5
SMOKE_ORDER = ("none", "neutral", "passed", "refused", "killed")
"""What `smoke-status` can say, from best-known to worst."""


def smoke_findings(report: CheckpointReport, *, base: Loaded | None) -> tuple[Finding, ...]:
    """Findings of one load. `base` is the load of the version this file replaces, where there is one that loads."""
    smoke = report.smoke
    if isinstance(smoke, Killed):
        reason = f"the sandboxed load on {smoke.device} {smoke.reason}"
        advice = "do not load this file; make it again from its source"
        return (smoke_finding(report.path, "CK106", Severity.ERROR, reason, advice),)
    if isinstance(smoke, Refused) and report.verdict is not Verdict.NEEDS_ALLOWLIST:
        reason = f"torch refused the file on {smoke.device}: {smoke.reason}"
        return (
            smoke_finding(
                report.path, "CK106", Severity.ERROR, reason, "save it again with torch.save, as a state_dict"
            ),
        )
    if isinstance(smoke, Loaded):
        return _value_findings(report, smoke, base)
    return ()


def _value_findings(report: CheckpointReport, smoke: Loaded, base: Loaded | None) -> tuple[Finding, ...]:
    found = []
    known = base.bad_values if base else ()
    fresh = tuple(name for name in smoke.bad_values if name not in known)
    if fresh:
        since = " that the version it replaces did not have" if base else ""
        message = f"NaN or infinity{since} in {_names(fresh)}"
        found.append(
            smoke_finding(report.path, "CK107", Severity.WARNING, message, "look at the training run that wrote it")
        )
    zeros = tuple(name for name in smoke.all_zero if base is not None and name not in base.all_zero)
    if zeros:
        message = f"nothing but zeros now in {_names(zeros)}"
        found.append(
            smoke_finding(report.path, "CK107", Severity.NOTE, message, "a layer that was never trained or was reset?")
        )
    return tuple(found)


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def smoke_finding(path: str, rule: str, severity: Severity, message: str, advice: str) -> Finding:
    """A finding on a file as a whole. Its fingerprint holds no figures: seconds and addresses differ at every run."""
    text = f"{rule}|{path}|{re.sub(r'[0-9][0-9.,xa-f]*', '#', message)}"
    fingerprint = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
    return Finding(rule, severity, path, 1, 1, 1, 1, message, advice=advice, fingerprint=fingerprint)


def smoke_status(reports: tuple[CheckpointReport, ...]) -> str:
    """The worst of all loads, for the action's output."""
    return max((_status(report) for report in reports), key=SMOKE_ORDER.index, default="none")


def _status(report: CheckpointReport) -> str:
    words = {Loaded: "passed", Refused: "refused", Killed: "killed", NotTried: "neutral"}
    return words.get(type(report.smoke), "neutral")
