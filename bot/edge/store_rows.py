"""The tables of a sweep's state, and its nouns as their columns: JSON and text, the report compressed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from bot.errors import UsageError
from bot.model.sweep import Basis, Progress, Publication, Repository, Row, Scan, Standing, Sweep

LARGEST_REPORT = 64 * 1024 * 1024
"""Bytes of one repository's report, inflated; a larger one in a state file is damage or an attack."""

TABLES = """
CREATE TABLE IF NOT EXISTS sweeps (number INTEGER PRIMARY KEY, facts TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS repositories (
    id TEXT PRIMARY KEY, slug TEXT NOT NULL, facts TEXT NOT NULL, sweep INTEGER NOT NULL, place INTEGER NOT NULL,
    shard INTEGER NOT NULL, progress TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS scans (
    id TEXT PRIMARY KEY, tree TEXT NOT NULL, rules TEXT NOT NULL, policy TEXT NOT NULL, commit_id TEXT NOT NULL,
    at TEXT NOT NULL, seconds REAL NOT NULL, downloaded INTEGER NOT NULL, findings INTEGER NOT NULL,
    report BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS publications (id TEXT PRIMARY KEY, facts TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS repositories_by_work ON repositories (sweep, shard, progress, place);
"""
NEWEST = "r.sweep = (SELECT max(number) FROM sweeps)"
SELECT = (
    "SELECT r.facts, r.progress, r.reason, r.shard, r.attempts,"
    " s.tree, s.rules, s.policy, s.commit_id, s.at, s.seconds, s.downloaded, s.report, p.facts"
    " FROM repositories r LEFT JOIN scans s ON s.id = r.id LEFT JOIN publications p ON p.id = r.id"
)
SELECT_PLAIN = (
    "SELECT r.facts, r.progress, r.reason, r.shard, r.attempts,"
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM repositories r"
)
PUT = (
    "INSERT OR REPLACE INTO repositories (id, slug, facts, sweep, place, shard, progress, reason, attempts)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
PUT_SCAN = "INSERT OR REPLACE INTO scans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

JOIN = (
    "INSERT OR REPLACE INTO scans SELECT * FROM theirs.scans t"
    " WHERE NOT EXISTS (SELECT 1 FROM main.scans m WHERE m.id = t.id AND m.at >= t.at)",
    "INSERT OR REPLACE INTO publications SELECT * FROM theirs.publications t WHERE NOT EXISTS (SELECT 1"
    " FROM main.publications m WHERE m.id = t.id AND m.facts ->> 'seen_at' >= t.facts ->> 'seen_at')",
)
"""From another state that is attached as `theirs`: what was learnt later. Moments are ISO 8601 and sort as text."""
JOIN_NEWER = (
    "INSERT OR REPLACE INTO sweeps SELECT * FROM theirs.sweeps",
    "INSERT OR REPLACE INTO repositories SELECT * FROM theirs.repositories",
    "INSERT OR REPLACE INTO notes SELECT * FROM theirs.notes",
)
JOIN_OLDER = tuple(line.replace("OR REPLACE", "OR IGNORE") for line in JOIN_NEWER)


def plain(row: Row) -> tuple[str, str, str]:
    return row.repository.id, row.repository.slug, text_of(row.repository)


def course(row: Row) -> tuple[str, str, int]:
    return row.progress.value, row.reason, row.attempts


def ended(repository: str, progress: Progress, reason: str) -> tuple[str, Sequence[Any]]:
    change = "UPDATE repositories SET progress = ?, reason = ? WHERE id = ?"
    return change, (progress.value, reason, repository)


def scan_columns(scan: Scan) -> tuple[Any, ...]:
    basis, report = scan.basis, dict(scan.report)
    found = report.get("findings")
    packed = zlib.compress(json.dumps(report, separators=(",", ":")).encode(), 6)
    findings = len(found) if isinstance(found, list) else 0
    where = (basis.tree, basis.rules, basis.policy, scan.commit, scan.at)
    return (*where, scan.seconds, scan.downloaded, findings, packed)


def row_of(line: Sequence[Any]) -> Row:
    facts, progress, reason, shard, attempts, tree, rules, policy, commit, at, seconds, size, packed, published = line
    scan = None
    if tree is not None:
        scan = Scan(Basis(tree, rules, policy), commit, at, _inflated(packed), seconds, size)
    publication = made(Publication, published) if published else None
    return Row(made(Repository, facts), Progress(progress), reason, shard, attempts, scan, publication)


def _inflated(packed: bytes) -> Mapping[str, object]:
    engine = zlib.decompressobj()
    text = engine.decompress(packed, LARGEST_REPORT)
    if engine.unconsumed_tail:
        raise UsageError(f"a report in the state is larger than {LARGEST_REPORT:,} bytes")
    report = json.loads(text)
    return report if isinstance(report, dict) else {}


def text_of(noun: Repository | Publication | Sweep) -> str:
    return json.dumps(asdict(noun), separators=(",", ":"))


T = TypeVar("T")
_ENUMS = {"standing": Standing}


def made(kind: type[T], text: str) -> T:
    """A noun from its JSON."""
    return noun_of(kind, json.loads(text))


def noun_of(kind: type[T], data: Mapping[str, Any]) -> T:
    """A noun from plain data; keys that a later version may have added are left out."""
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    values = {key: _ENUMS.get(key, _same)(_frozen(value)) for key, value in data.items() if key in known}
    return kind(**values)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _same(value: Any) -> Any:
    return value
