"""SARIF 2.1.0 as GitHub's code scanning reads it: rules with help, fingerprints, fixes, within its limits.

GitHub refuses a file above 10 MB gzipped and keeps 5,000 results; new and loud ones are kept first, the rest counted.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

from bot import __version__
from bot.model import Finding, Fix, Report, Severity, Silenced
from bot.report.escape import uri, visible
from bot.report.excerpt import ReadFile, encoding_of
from bot.report.words import counted, evidence_words, sarif_title, whole_file

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5_000
LARGEST_GZIPPED = 9_500_000
"""Bytes; GitHub's limit is 10 MB, and its compressor need not be ours."""

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
SCORES = {Severity.ERROR: "8.8", Severity.WARNING: "6.5", Severity.NOTE: "3.0"}
"""`security-severity`, by which GitHub sorts: code execution by a file that a user opens is 8.8 in CVSS 3."""


def render_sarif(report: Report, *, documentation: Mapping[str, str], read: ReadFile) -> str:
    """The report as a SARIF log; fixes are left out, then results from the end, until GitHub takes it."""
    most, fixes = MOST_RESULTS, True
    while True:
        log = sarif_log(report, documentation=documentation, read=read, most=most, fixes=fixes)
        text = json.dumps(log, indent=1) + "\n"
        if len(text) < LARGEST_GZIPPED or len(gzip.compress(text.encode())) < LARGEST_GZIPPED:
            return text
        if not fixes:
            most //= 2
        fixes = False


def sarif_log(
    report: Report, *, documentation: Mapping[str, str], read: ReadFile, most: int = MOST_RESULTS, fixes: bool = True
) -> dict[str, Any]:
    """The log as plain data with at most `most` results."""
    ordered = sorted(report.findings, key=lambda each: (not each.new, -each.severity.rank))[:most]
    seen = {each.rule for each in ordered} | {each.finding.rule for each in report.silenced}
    codes = sorted(seen | set(documentation))
    rules = [_rule(code, documentation.get(code, ""), ordered) for code in codes]
    left = len(report.findings) - len(ordered)
    driver = {"name": "Loadguard", "version": __version__, "semanticVersion": __version__, "rules": rules}
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, left)],
        "results": [
            *(_result(each, codes, read=read, fixes=fixes) for each in ordered),
            *(_silenced(each, codes) for each in report.silenced[: most - len(ordered)]),
        ],
        "properties": {"filesScanned": report.files_scanned, "suppressed": report.suppressed},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, text: str, findings: list[Finding]) -> dict[str, Any]:
    severity = max(
        (each.severity for each in findings if each.rule == code), key=lambda s: s.rank, default=Severity.NOTE
    )
    title, body = sarif_title(text) if text else (code, code)
    return {
        "id": code,
        "name": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": body, "markdown": body},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {
            "precision": "very-high",
            "security-severity": SCORES[severity],
            "tags": ["security", "external/cwe/cwe-502"],
        },
    }


def _invocation(report: Report, left: int) -> dict[str, Any]:
    told = [
        {"level": "error", "message": {"text": f"{visible(each.path)} was not read: {visible(each.reason)}"}}
        for each in report.unreadable
    ]
    told += [{"level": "note", "message": {"text": visible(each)}} for each in report.notices]
    if left:
        told.append(
            {"level": "warning", "message": {"text": f"{counted(left, 'result')} left out, over GitHub's limit"}}
        )
    return {"executionSuccessful": not report.unreadable, "toolExecutionNotifications": told}


def _result(finding: Finding, codes: list[str], *, read: ReadFile, fixes: bool) -> dict[str, Any]:
    text = visible(" ".join(filter(None, [finding.message + ".", finding.remedy])).replace("..", "."))
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": codes.index(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(finding.path, _region(finding))}],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint, "loadguard/v1": finding.fingerprint},
        "properties": {"use": finding.use.value, "weightsOnly": finding.weights_only.value, "new": finding.new},
    }
    if finding.qualname:
        result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": visible(finding.qualname)}]
    related = [
        _related(n, each.path, each.line, evidence_words(each, finding)) for n, each in enumerate(finding.evidence)
    ]
    if related:
        result["relatedLocations"] = related
    data = read(finding.path) if fixes and finding.fix and finding.fix.edits else None
    if data is not None and finding.fix:
        result["fixes"] = [_fix(finding.fix, finding.path, data)]
    return result


def _silenced(silenced: Silenced, codes: list[str]) -> dict[str, Any]:
    """A result that a person silenced: there for the record, closed by its suppression."""
    result = _result(silenced.finding, codes, read=lambda _: None, fixes=False)
    suppression = {"kind": silenced.where, "status": "accepted", "justification": visible(silenced.reason)}
    return result | {"suppressions": [suppression]}


def _location(path: str, region: dict[str, int]) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": uri(path), "uriBaseId": "%SRCROOT%"}}
    if region:
        location["region"] = region
    return location


def _region(finding: Finding) -> dict[str, int]:
    """The first line for a file as a whole, since GitHub wants one, and for a notebook, which counts by cell."""
    if whole_file(finding) or finding.cell is not None:
        return {"startLine": 1}
    return {
        "startLine": finding.line,
        "startColumn": max(finding.column, 1),
        "endLine": max(finding.end_line, finding.line),
        "endColumn": max(finding.end_column, 1),
    }


def _related(number: int, path: str, line: int, detail: str) -> dict[str, Any]:
    place = _location(path, {"startLine": line} if line > 0 else {}) if path else {}
    related: dict[str, Any] = {"id": number + 1, "message": {"text": visible(detail)}}
    return related | ({"physicalLocation": place} if place else {})


def _fix(fix: Fix, path: str, data: bytes) -> dict[str, Any]:
    """Edits by line and column, since GitHub's viewers know no byte offsets; text in the file's own encoding."""
    return {
        "description": {"text": visible(f"{fix.tier.value}: {fix.reason}")},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": uri(path), "uriBaseId": "%SRCROOT%"},
                "replacements": [
                    {
                        "deletedRegion": _edit_region(each.start, each.end, data),
                        "insertedContent": {"text": each.text},
                    }
                    for each in fix.edits
                ],
            }
        ],
    }


def _edit_region(start: int, end: int, data: bytes) -> dict[str, int]:
    (line, column), (end_line, end_column) = _position(start, data), _position(end, data)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _position(offset: int, data: bytes) -> tuple[int, int]:
    begin = data.rfind(b"\n", 0, offset) + 1
    text = data[begin:offset].decode(encoding_of(data), "replace")
    return data.count(b"\n", 0, offset) + 1, len(text.removeprefix("\ufeff")) + 1
