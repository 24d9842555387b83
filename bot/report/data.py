"""A report as plain data: what `--format json` prints and every other machine format is made from.

The shape is version 1, published as `bot/schemas/report.schema.json`. Fields may be added; none changes its meaning
or goes without a new version.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from bot import __version__
from bot.model import (
    Evidence,
    Finding,
    Fix,
    Mmap,
    Report,
    Severity,
    Tier,
)

SCHEMA_VERSION = 1


def render_json(report: Report) -> str:
    """The report as one JSON object with a closing line break; ASCII only, so that any terminal and pipe carries it."""
    return json.dumps(report_data(report), indent=2) + "\n"


def report_data(report: Report) -> dict[str, Any]:
    """The report in plain types, keys as in SPEC's version 1."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "loadguard", "version": __version__},
        "root": report.root,
        "files_scanned": report.files_scanned,
        "findings": [finding_data(each) for each in report.findings],
        "unreadable": [{"path": each.path, "reason": each.reason} for each in report.unreadable],
        "suppressed": report.suppressed,
        "notices": list(report.notices),
        "checkpoints": _checkpoints_data(report),
        "summary": summary_data(report),
    }


def _checkpoints_data(report: Report) -> list[dict[str, Any]]:
    if not report.checkpoints:
        return []
    from bot.report.checkpoints import checkpoint_data

    return [checkpoint_data(each) for each in report.checkpoints]


def summary_data(report: Report) -> dict[str, Any]:
    """Counts a script asks for first."""
    findings = report.findings
    tiers = Counter(each.fix.tier for each in findings if each.fix)
    severities = Counter(each.severity for each in findings)
    return {
        "findings": len(findings),
        "new": sum(each.new for each in findings),
        "errors": severities[Severity.ERROR],
        "warnings": severities[Severity.WARNING],
        "notes": severities[Severity.NOTE],
        "fixable": {"safe": tiers[Tier.SAFE], "review": tiers[Tier.REVIEW]},
        "unreadable": len(report.unreadable),
        "by_rule": dict(sorted(Counter(each.rule for each in findings).items())),
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """One finding; lines and columns 1-based, the end exclusive."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.path,
        "cell": finding.cell,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "qualname": finding.qualname,
        "source": finding.source,
        "weights_only": finding.weights_only.value,
        "use": finding.use.value,
        "message": finding.message,
        "advice": finding.advice,
        "fix": _fix_data(finding.fix),
        "evidence": [_evidence_data(each) for each in finding.evidence],
        "mmap": _mmap_data(finding.mmap),
        "fingerprint": finding.fingerprint,
        "new": finding.new,
    }


def _fix_data(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [{"start": each.start, "end": each.end, "text": each.text} for each in fix.edits]
    return {"tier": fix.tier.value, "adds": list(fix.adds), "edits": edits, "reason": fix.reason}


def _evidence_data(evidence: Evidence) -> dict[str, Any]:
    return {
        "kind": evidence.kind.value,
        "path": evidence.path,
        "line": evidence.line,
        "detail": evidence.detail,
    }


def _mmap_data(mmap: Mmap | None) -> dict[str, str]:
    if mmap is None:
        return {"decision": "skip", "reason": "not a call that could be mapped"}
    return {"decision": mmap.decision.value, "reason": mmap.reason}
