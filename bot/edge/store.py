"""A sweep's state in one SQLite file: written before and after each repository, so that a kill at any point loses
nothing but the repository in hand.

A shard works on a file of its own, cut from the plan (`cut`); `merge` brings what it did back. Values are JSON and
text, never a pickle: a state file travels as an artifact and is read as untrusted data. Losing it costs reads, never a
second pull request: branches and markers on the forge are the truth.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from bot.errors import UsageError
from bot.model.sweep import Basis, Progress, Publication, Repository, Row, Scan, Standing, Sweep

VERSION = 1
LARGEST_REPORT = 64 * 1024 * 1024
"""Bytes of one repository's report, inflated; a larger one in a state file is damage or an attack."""

_TABLES = """
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

T = TypeVar("T")


class Store:
    """One state file. Every writing verb is one transaction that is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Open or make it. Raises `UsageError` for a file that is no state of ours, or one of a later version."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            version = self._one("PRAGMA user_version")[0]
            if version > VERSION:
                raise UsageError(f"{path}: a sweep's state of version {version}, made by a later loadguard")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(f"{_TABLES}\nPRAGMA user_version = {VERSION};")
        except sqlite3.DatabaseError as trouble:
            hint = "delete it: losing the state costs reads, never a second pull request"
            raise UsageError(f"{path}: no state of a sweep ({trouble})", hint=hint) from trouble

    def close(self) -> None:
        """Close it, with everything in the one file: the journal beside it is gone afterwards."""
        self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()

    # -- sweeps ----------------------------------------------------------------------------------------------
    def sweep(self) -> Sweep | None:
        """The newest sweep."""
        return next(iter(self.sweeps(limit=1)), None)

    def sweeps(self, *, limit: int = 400) -> tuple[Sweep, ...]:
        """The newest first."""
        rows = self._db.execute("SELECT facts FROM sweeps ORDER BY number DESC LIMIT ?", (limit,))
        return tuple(_made(Sweep, facts) for (facts,) in rows)

    def put_sweep(self, sweep: Sweep) -> None:
        self._write([("INSERT OR REPLACE INTO sweeps VALUES (?, ?)", (sweep.number, _text(sweep)))])

    # -- planning --------------------------------------------------------------------------------------------
    def bases(self) -> dict[str, Basis]:
        """What the last scan of each repository stood on, by node id."""
        rows = self._db.execute("SELECT id, tree, rules, policy FROM scans")
        return {key: Basis(*rest) for key, *rest in rows}

    def scanned_at(self) -> dict[str, str]:
        """When each repository was last scanned, by node id."""
        return dict(self._db.execute("SELECT id, at FROM scans"))

    def put_plan(self, sweep: Sweep, rows: Iterable[Row]) -> None:
        """The plan of a sweep, all or nothing; `rows` in the order of work. What it no longer names keeps its scans
        and publications, and stands in no list until a later plan names it again.
        """
        lines: list[tuple[str, Sequence[Any]]] = [
            ("INSERT OR REPLACE INTO sweeps VALUES (?, ?)", (sweep.number, _text(sweep)))
        ]
        for place, row in enumerate(rows):
            lines.append((_PUT, (*_plain(row), sweep.number, place, row.shard, *_course(row))))
        self._write(lines)

    # -- working ---------------------------------------------------------------------------------------------
    def work(self, shard: int = 0) -> tuple[Row, ...]:
        """What is left to scan, in order: first what was interrupted. `shard` 0 means every shard. Without the earlier
        scans and publications, which would be the whole report of an organisation in memory.
        """
        return tuple(
            self._rows(
                "r.progress IN ('scanning', 'waiting') AND (? = 0 OR r.shard = ?)",
                (shard, shard),
                order="r.progress <> 'scanning', r.place",
                select=_SELECT_PLAIN,
            )
        )

    def begin(self, repository: str) -> None:
        """Before a repository is read."""
        change = "UPDATE repositories SET progress = 'scanning', attempts = attempts + 1"
        self._write([(f"{change} WHERE id = ?", (repository,))])

    def scanned(self, repository: str, scan: Scan) -> None:
        """After it was scanned: its report, and that it is done, in one transaction."""
        self._write([(_PUT_SCAN, (repository, *_scan_columns(scan))), _ended(repository, Progress.SCANNED, "")])

    def failed(self, repository: str, reason: str) -> None:
        """After it could not be scanned. An earlier report stays as it was."""
        self._write([_ended(repository, Progress.FAILED, reason)])

    def skipped(self, repository: str, reason: str) -> None:
        """After it turned out that it is not to be scanned (archived meanwhile)."""
        self._write([_ended(repository, Progress.SKIPPED, reason)])

    # -- reading ---------------------------------------------------------------------------------------------
    def rows(self, *, findings_only: bool = False) -> Iterator[Row]:
        """Every repository of the newest sweep with scan and publication, in order, one at a time."""
        return self._rows("s.findings > 0" if findings_only else "1 = 1", (), order="r.place")

    def counts(self) -> dict[str, int]:
        """Repositories of the newest sweep by progress."""
        query = f"SELECT progress, count(*) FROM repositories r WHERE {_NEWEST} GROUP BY progress"  # noqa: S608 - no value from outside
        return dict(self._db.execute(query))

    # -- publishing ------------------------------------------------------------------------------------------
    def put_publication(self, publication: Publication) -> None:
        put = "INSERT OR REPLACE INTO publications VALUES (?, ?)"
        self._write([(put, (publication.repository, _text(publication)))])

    def publications(self) -> tuple[Publication, ...]:
        """Every one ever, also of repositories that no plan names any more."""
        return tuple(_made(Publication, facts) for (facts,) in self._db.execute("SELECT facts FROM publications"))

    def note(self, name: str, default: str = "") -> str:
        """A small fact kept between runs, such as when the next pull request may be opened."""
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def put_note(self, name: str, value: str) -> None:
        self._write([("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))])

    # -- shards ----------------------------------------------------------------------------------------------
    def cut(self, path: Path, shard: int) -> Store:
        """The file a shard works on: its own part of the plan. One that stands there is continued with if it is of
        the same sweep, and made anew if not.
        """
        mine = self.sweep()
        part = Store(path)
        theirs = part.sweep()
        if mine is None or (theirs is not None and theirs.number == mine.number and theirs.started == mine.started):
            return part
        part.close()
        path.unlink()
        part = Store(path)
        part.put_plan(mine, (row for row in self._rows("r.shard = ?", (shard,), order="r.place")))
        return part

    def merge(self, path: Path) -> int:
        """Take over what a shard has done; how many repositories it brought further. Doing it twice changes nothing.

        Only repositories of our own plan count, and only where the shard is further along.
        """
        with closing(Store(path)) as part:
            theirs, mine = part.sweep(), self.sweep()
            if theirs is None or mine is None or (theirs.number, theirs.started) != (mine.number, mine.started):
                return 0
            known = {row.repository.id: row.progress for row in self.rows()}
            lines: list[tuple[str, Sequence[Any]]] = []
            brought = 0
            for row in part.rows():
                key = row.repository.id
                if known.get(key) not in (Progress.WAITING, Progress.SCANNING) or row.progress is Progress.WAITING:
                    continue
                brought += 1
                if row.progress is Progress.SCANNED and row.scan is not None:
                    lines.append((_PUT_SCAN, (key, *_scan_columns(row.scan))))
                course = (row.progress.value, row.reason, row.attempts, key)
                lines.append(("UPDATE repositories SET progress=?, reason=?, attempts=? WHERE id=?", course))
            self._write(lines)
            return brought

    # -- SQL -------------------------------------------------------------------------------------------------
    def _rows(self, condition: str, values: Sequence[Any], *, order: str, select: str = "") -> Iterator[Row]:
        query = f"{select or _SELECT} WHERE {_NEWEST} AND {condition} ORDER BY {order}"
        for line in self._db.execute(query, values):
            yield _row(line)

    def _one(self, query: str) -> Any:
        return self._db.execute(query).fetchone()

    def _write(self, lines: Iterable[tuple[str, Sequence[Any]]]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for statement, values in lines:
                self._db.execute(statement, values)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


_NEWEST = "r.sweep = (SELECT max(number) FROM sweeps)"
_SELECT = (
    "SELECT r.facts, r.progress, r.reason, r.shard, r.attempts,"
    " s.tree, s.rules, s.policy, s.commit_id, s.at, s.seconds, s.downloaded, s.report, p.facts"
    " FROM repositories r LEFT JOIN scans s ON s.id = r.id LEFT JOIN publications p ON p.id = r.id"
)
_SELECT_PLAIN = (
    "SELECT r.facts, r.progress, r.reason, r.shard, r.attempts,"
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM repositories r"
)
_PUT = (
    "INSERT OR REPLACE INTO repositories (id, slug, facts, sweep, place, shard, progress, reason, attempts)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PUT_SCAN = "INSERT OR REPLACE INTO scans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _plain(row: Row) -> tuple[str, str, str]:
    return row.repository.id, row.repository.slug, _text(row.repository)


def _course(row: Row) -> tuple[str, str, int]:
    return row.progress.value, row.reason, row.attempts


def _ended(repository: str, progress: Progress, reason: str) -> tuple[str, Sequence[Any]]:
    change = "UPDATE repositories SET progress = ?, reason = ? WHERE id = ?"
    return change, (progress.value, reason, repository)


def _scan_columns(scan: Scan) -> tuple[Any, ...]:
    basis, report = scan.basis, dict(scan.report)
    found = report.get("findings")
    packed = zlib.compress(json.dumps(report, separators=(",", ":")).encode(), 6)
    findings = len(found) if isinstance(found, list) else 0
    where = (basis.tree, basis.rules, basis.policy, scan.commit, scan.at)
    return (*where, scan.seconds, scan.downloaded, findings, packed)


def _row(line: Sequence[Any]) -> Row:
    facts, progress, reason, shard, attempts, tree, rules, policy, commit, at, seconds, size, packed, published = line
    scan = None
    if tree is not None:
        scan = Scan(Basis(tree, rules, policy), commit, at, _inflated(packed), seconds, size)
    publication = _made(Publication, published) if published else None
    return Row(_made(Repository, facts), Progress(progress), reason, shard, attempts, scan, publication)


def _inflated(packed: bytes) -> Mapping[str, object]:
    engine = zlib.decompressobj()
    text = engine.decompress(packed, LARGEST_REPORT)
    if engine.unconsumed_tail:
        raise UsageError(f"a report in the state is larger than {LARGEST_REPORT:,} bytes")
    report = json.loads(text)
    return report if isinstance(report, dict) else {}


def _text(noun: Repository | Publication | Sweep) -> str:
    return json.dumps(asdict(noun), separators=(",", ":"))


_ENUMS = {"standing": Standing}


def _made(kind: type[T], text: str) -> T:
    """A noun from its JSON; keys that a later version may have added are left out."""
    data = json.loads(text)
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    plain = {key: _ENUMS.get(key, _same)(_frozen(value)) for key, value in data.items() if key in known}
    return kind(**plain)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _same(value: Any) -> Any:
    return value
