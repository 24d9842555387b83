"""A sweep's state: what is no state, and two states that went on from the same one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.edge.store import Store
from bot.errors import UsageError
from bot.model.sweep import Basis, Progress, Publication, Repository, Row, Scan, Standing, Sweep

BASIS = Basis("t" * 40, "1", "p")
FIRST = Sweep(1, "2026-11-01T00:00:00Z")


def scan(at: str, rule: str = "LG001") -> Scan:
    return Scan(BASIS, "c" * 40, at, {"findings": [{"rule": rule}]})


def rows(*names: str) -> list[Row]:
    return [Row(Repository(name, f"acme/{name}"), Progress.WAITING, shard=1) for name in names]


def state(path: Path, *names: str, sweep: Sweep = FIRST) -> Store:
    store = Store(path)
    store.put_plan(sweep, rows(*names))
    return store


def found(store: Store) -> dict[str, tuple[str, str]]:
    """How far each repository is, and what its last scan found."""
    return {
        row.repository.id: (row.progress.value, row.scan.report["findings"][0]["rule"] if row.scan else "")  # type: ignore[index]
        for row in store.rows()
    }


def test_a_file_with_tables_triggers_or_views_of_its_own_is_no_state(tmp_path: Path) -> None:
    for number, line in enumerate(
        (
            "CREATE TABLE more (x)",
            "CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM scans; END",
            "CREATE VIEW v AS SELECT 1",
        )
    ):
        path = tmp_path / f"{number}.sqlite"
        Store(path).close()
        with closing(sqlite3.connect(path)) as raw:
            raw.execute(line)
            raw.commit()
        with pytest.raises(UsageError, match="tables that are not ours") as told:
            Store(path)
        assert "delete it" in told.value.hint


def test_a_view_in_a_tables_place_is_no_state(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE VIEW scans AS SELECT 1 AS id")
    with pytest.raises(UsageError, match="not ours"):
        Store(path)


def test_broken_pages_are_said_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with closing(state(path, *(f"r{number}" for number in range(400)))):
        pass
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2048] = b"\xff" * 2048
    path.write_bytes(data)
    with pytest.raises(UsageError, match="state of a sweep"):
        Store(path)


def test_a_copy_is_one_file_and_most_of_its_pages_are_the_same(tmp_path: Path) -> None:
    with closing(state(tmp_path / "state.sqlite", *(f"r{number}" for number in range(2_000)))) as store:
        store.snapshot(tmp_path / "before")
        store.scanned("r7", scan("2026-11-01T01:00:00Z"))
        store.snapshot(tmp_path / "after")
    before, after = ((tmp_path / name).read_bytes() for name in ("before", "after"))
    pages = range(0, len(after), 4096)
    changed = sum(before[start : start + 4096] != after[start : start + 4096] for start in pages)
    assert 1 <= changed < len(pages) / 10
    with closing(Store(tmp_path / "after")) as copy:
        assert found(copy)["r7"] == ("scanned", "LG001")


def test_two_of_one_sweep_come_together_each_with_what_it_learnt_last(tmp_path: Path) -> None:
    with closing(state(tmp_path / "theirs", "a", "b", "c")) as theirs:
        theirs.scanned("a", scan("2026-11-01T02:00:00Z", "LG002"))
        theirs.scanned("b", scan("2026-11-01T02:00:00Z", "LG003"))
        theirs.put_publication(Publication("a", Standing.MERGED, number=1, seen_at="2026-11-01T04:00:00Z"))
        theirs.put_publication(Publication("b", Standing.OPEN, number=2, seen_at="2026-11-01T04:00:00Z"))
    with closing(state(tmp_path / "ours", "a", "b", "c")) as ours:
        ours.scanned("a", scan("2026-11-01T01:00:00Z", "LG001"))
        ours.put_publication(Publication("a", Standing.OPEN, number=1, seen_at="2026-11-01T03:00:00Z"))
        for _ in range(2):
            ours.join(tmp_path / "theirs")
            assert found(ours) == {"a": ("scanned", "LG002"), "b": ("scanned", "LG003"), "c": ("waiting", "")}
            assert {each.repository: each.standing for each in ours.publications()} == {"a": "merged", "b": "open"}


def test_an_older_sweep_brings_its_scans_and_not_its_plan(tmp_path: Path) -> None:
    second = Sweep(2, "2026-11-02T00:00:00Z")
    with closing(state(tmp_path / "theirs", "a", "gone")) as theirs:
        theirs.scanned("gone", scan("2026-11-01T02:00:00Z"))
    with closing(state(tmp_path / "ours", "a", sweep=second)) as ours:
        ours.join(tmp_path / "theirs")
        assert found(ours) == {"a": ("waiting", "")}
        assert [each.number for each in ours.sweeps()] == [2, 1]
        assert set(ours.bases()) == {"gone"}


def test_a_newer_sweep_brings_its_plan(tmp_path: Path) -> None:
    with closing(state(tmp_path / "theirs", "a", "new", sweep=Sweep(2, "2026-11-02T00:00:00Z"))) as theirs:
        theirs.put_note("next", "later")
    with closing(state(tmp_path / "ours", "a", "old")) as ours:
        ours.scanned("old", scan("2026-11-01T02:00:00Z"))
        ours.put_note("next", "now")
        ours.join(tmp_path / "theirs")
        assert set(found(ours)) == {"a", "new"}
        assert set(ours.bases()) == {"old"}
        assert ours.note("next") == "later"
