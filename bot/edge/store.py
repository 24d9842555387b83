"""A sweep's state in one SQLite file: written before and after each repository, so that a kill at any point loses
nothing but the repository in hand.

A shard works on a file of its own, cut from the plan (`cut`); `merge` brings what it did back. Values are JSON and
text, never a pickle: a state file travels as an artifact and is read as untrusted data. Losing it costs reads, never a
second pull request: branches and markers on the forge are the truth.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from bot.edge.store_rows import (
    JOIN,
    JOIN_NEWER,
    JOIN_OLDER,
    NEWEST,
    PUT,
    PUT_SCAN,
    SELECT,
    SELECT_PLAIN,
    TABLES,
    course,
    ended,
    made,
    plain,
    row_of,
    scan_columns,
    text_of,
)
from bot.errors import UsageError
from bot.model.sweep import Basis, Progress, Publication, Row, Scan, Sweep

VERSION = 1
_ANEW = "delete it: losing the state costs reads, never a second pull request"
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master"


class Store:
    """One state file. Every writing verb is one transaction that is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Open or make it. Raises `UsageError` for a file that is no state of ours, or one of a later version."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._look_at_it()
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(f"{TABLES}\nPRAGMA user_version = {VERSION};")
        except sqlite3.DatabaseError as trouble:
            raise UsageError(f"{path}: no state of a sweep ({trouble})", hint=_ANEW) from trouble

    def _look_at_it(self) -> None:
        """Before anything in it is used: a file with triggers or views of its own, or with broken pages, is none."""
        self._db.execute("PRAGMA trusted_schema = OFF")
        version = self._one("PRAGMA user_version")[0]
        if version > VERSION:
            raise UsageError(f"{self.path}: a sweep's state of version {version}, made by a later loadguard")
        if not set(self._db.execute(_SCHEMA)) <= _schema():
            raise UsageError(f"{self.path}: no state of a sweep (it has tables that are not ours)", hint=_ANEW)
        damage = self._one("PRAGMA quick_check(1)")[0]
        if damage != "ok":
            raise UsageError(f"{self.path}: a damaged state of a sweep ({damage})", hint=_ANEW)

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
        return tuple(made(Sweep, facts) for (facts,) in rows)

    def put_sweep(self, sweep: Sweep) -> None:
        self._write([("INSERT OR REPLACE INTO sweeps VALUES (?, ?)", (sweep.number, text_of(sweep)))])

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
            ("INSERT OR REPLACE INTO sweeps VALUES (?, ?)", (sweep.number, text_of(sweep)))
        ]
        for place, row in enumerate(rows):
            lines.append((PUT, (*plain(row), sweep.number, place, row.shard, *course(row))))
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
                select=SELECT_PLAIN,
            )
        )

    def begin(self, repository: str) -> None:
        """Before a repository is read."""
        change = "UPDATE repositories SET progress = 'scanning', attempts = attempts + 1"
        self._write([(f"{change} WHERE id = ?", (repository,))])

    def scanned(self, repository: str, scan: Scan) -> None:
        """After it was scanned: its report, and that it is done, in one transaction."""
        self._write([(PUT_SCAN, (repository, *scan_columns(scan))), ended(repository, Progress.SCANNED, "")])

    def failed(self, repository: str, reason: str) -> None:
        """After it could not be scanned. An earlier report stays as it was."""
        self._write([ended(repository, Progress.FAILED, reason)])

    def skipped(self, repository: str, reason: str) -> None:
        """After it turned out that it is not to be scanned (archived meanwhile)."""
        self._write([ended(repository, Progress.SKIPPED, reason)])

    # -- reading ---------------------------------------------------------------------------------------------
    def rows(self, *, findings_only: bool = False) -> Iterator[Row]:
        """Every repository of the newest sweep with scan and publication, in order, one at a time."""
        return self._rows("s.findings > 0" if findings_only else "1 = 1", (), order="r.place")

    def plain_rows(self) -> Iterator[Row]:
        """The same without scans and publications, which would be the whole report of an organisation in memory."""
        return self._rows("1 = 1", (), order="r.place", select=SELECT_PLAIN)

    def row(self, repository: str) -> Row | None:
        """One repository of the newest sweep."""
        return next(self._rows("r.id = ?", (repository,), order="r.place"), None)

    def counts(self) -> dict[str, int]:
        """Repositories of the newest sweep by progress."""
        query = f"SELECT progress, count(*) FROM repositories r WHERE {NEWEST} GROUP BY progress"  # noqa: S608 - no value from outside
        return dict(self._db.execute(query))

    # -- publishing ------------------------------------------------------------------------------------------
    def put_publication(self, *publications: Publication) -> None:
        put = "INSERT OR REPLACE INTO publications VALUES (?, ?)"
        self._write((put, (each.repository, text_of(each))) for each in publications)

    def publications(self) -> tuple[Publication, ...]:
        """Every one ever, also of repositories that no plan names any more."""
        return tuple(made(Publication, facts) for (facts,) in self._db.execute("SELECT facts FROM publications"))

    def note(self, name: str, default: str = "") -> str:
        """A small fact kept between runs, such as when the next pull request may be opened."""
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def put_note(self, name: str, value: str) -> None:
        self._write([("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))])

    def drop_notes(self, prefix: str) -> None:
        """Forget every note whose name begins so."""
        self._write([("DELETE FROM notes WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))])

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
            known = {row.repository.id: row.progress for row in self.plain_rows()}
            lines: list[tuple[str, Sequence[Any]]] = []
            brought = 0
            for row in part.rows():
                key = row.repository.id
                if known.get(key) not in (Progress.WAITING, Progress.SCANNING) or row.progress is Progress.WAITING:
                    continue
                brought += 1
                if row.progress is Progress.SCANNED and row.scan is not None:
                    lines.append((PUT_SCAN, (key, *scan_columns(row.scan))))
                course = (row.progress.value, row.reason, row.attempts, key)
                lines.append(("UPDATE repositories SET progress=?, reason=?, attempts=? WHERE id=?", course))
            self._write(lines)
            return brought

    # -- two that went on from the same one ------------------------------------------------------------------
    def snapshot(self, path: Path) -> None:
        """A copy as it stands now, in one file. Its pages stay where they are, so that most of two copies is equal."""
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")

    def join(self, path: Path) -> None:
        """Take over what is newer in another state, which somebody wrote while this one was worked on.

        Of two sweeps with one number the one that began later stands. Doing it twice changes nothing.
        """
        self.merge(path)
        with closing(Store(path)) as other:
            theirs, mine = other.sweep(), self.sweep()
        newer = theirs is not None and (mine is None or (theirs.number, theirs.started) > (mine.number, mine.started))
        self._db.execute("ATTACH DATABASE ? AS theirs", (str(path),))
        try:
            self._write((line, ()) for line in (*JOIN, *(JOIN_NEWER if newer else JOIN_OLDER)))
        finally:
            self._db.execute("DETACH DATABASE theirs")

    # -- SQL -------------------------------------------------------------------------------------------------
    def _rows(self, condition: str, values: Sequence[Any], *, order: str, select: str = "") -> Iterator[Row]:
        query = f"{select or SELECT} WHERE {NEWEST} AND {condition} ORDER BY {order}"
        for line in self._db.execute(query, values):
            yield row_of(line)

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


@cache
def _schema() -> frozenset[tuple[str, ...]]:
    """What `sqlite_master` says of a state that was just made."""
    with closing(sqlite3.connect(":memory:")) as made_now:
        made_now.executescript(TABLES)
        return frozenset(made_now.execute(_SCHEMA))
