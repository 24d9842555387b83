"""The gate attacked by whoever opens the pull request: many files, long indexes, hostile pointers, files that change."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.activities.checkpoints import Gate, inspect, inspect_changed
from bot.activities.known_checkpoints import opened_below
from bot.edge.lfs import LfsStore, NotFetched
from bot.edge.sandbox import Sandbox, Smoke
from bot.model import ChangedFile, CheckpointReport, Hunk, NotTried, Verdict
from bot.policy import CheckpointLimits, CheckpointMode, CheckpointPolicy
from bot.scan.checkpoint import BytesReader, Limits, read_checkpoint
from tests.checkpoint_bytes import Record, payload, torch_zip, write_zip
from tests.fake_github import FakeGitHub

STATIC = CheckpointPolicy(mode=CheckpointMode.STATIC)
ROOT = Path(__file__).resolve().parents[1]
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n"


def look(gate: Gate, head: dict[str, bytes], changed: list[ChangedFile] | None = None) -> tuple[CheckpointReport, ...]:
    changed = changed or [ChangedFile(path, "added") for path in head]
    return inspect_changed(gate, changed, head=head.get, base=None)


def codes(report: CheckpointReport) -> list[str]:
    return [finding.rule for finding in report.findings]


# -- much ---------------------------------------------------------------------------------------------------------
def test_more_files_than_one_change_may_have_are_a_finding() -> None:
    head = {f"{number:03}.pt": torch_zip() for number in range(30)}
    reports = look(Gate(STATIC, files=10), head)
    assert len(reports) == 11
    (left,) = [each for each in reports if each.findings]
    assert (left.verdict, codes(left)) == (Verdict.OVER_LIMITS, ["CK104"])
    assert "20 more files" in left.findings[0].message
    assert left.findings[0].new


def test_more_time_than_one_change_may_take_is_a_finding() -> None:
    (left,) = look(Gate(STATIC, seconds=-1), {"a.pt": torch_zip(), "b.pt": payload()})
    assert (left.path, left.verdict, codes(left)) == ("a.pt", Verdict.OVER_LIMITS, ["CK104"])


def test_an_index_of_a_hundred_thousand_shards_is_cut_and_said_to_be() -> None:
    index = {"weight_map": {f"w{number}": f"m-{number}.bin" for number in range(100_000)}}
    data = json.dumps(index).encode()
    report = read_checkpoint("m.bin.index.json", BytesReader(data))
    assert (report.verdict, codes(report), len(report.shards)) == (Verdict.OVER_LIMITS, ["CK104"], 2_000)
    reports = look(Gate(STATIC, files=50), {"m.bin.index.json": data})
    assert len(reports) == 51
    assert all(each.findings for each in reports)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a/../../b", "..\\..\\b", "C:b.bin", "https://host/b.bin", "a/./../../b"],
)
def test_an_index_never_leads_out_of_its_folder(name: str) -> None:
    data = json.dumps({"weight_map": {"w": name}}).encode()
    asked: list[str] = []

    def head(path: str) -> bytes | None:
        asked.append(path)
        return data if path == "d/m.bin.index.json" else None

    changed = [ChangedFile("d/m.bin.index.json", "added")]
    (report,) = inspect_changed(Gate(STATIC), changed, head=head, base=None)
    assert report.verdict is Verdict.CORRUPT
    assert asked == ["d/m.bin.index.json"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("lists.index.json", b"[" + b"[]," * 8_000_000 + b"[]]"),
        ("objects.index.json", b"[" + b"{}," * 8_000_000 + b"{}]"),
        ("numbers.index.json", b"[" + b"1," * 12_000_000 + b"1]"),
        ("deep.index.json", b"[" * 20_000_000),
        ("header.safetensors", (24_000_004).to_bytes(8, "little") + b'{"a":[' + b"[]," * 7_999_999 + b"]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_that_grows_when_it_is_parsed_takes_no_memory(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    code = f"""
        import resource, sys
        from bot.scan.checkpoint import StreamReader, read_checkpoint
        resource.setrlimit(resource.RLIMIT_AS, (300 << 20,) * 2)
        with open({str(tmp_path / name)!r}, "rb") as stream:
            print(read_checkpoint({name!r}, StreamReader(stream)).verdict)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, cwd=ROOT, check=True
    )
    assert done.stdout.strip() in ("over-limits", "unreadable", "corrupt")


# -- what is not what it seems ------------------------------------------------------------------------------------
def test_a_binary_file_that_git_was_told_to_show_as_text_is_looked_at() -> None:
    """`.gitattributes` of the change itself can say `notes.dat diff`: then git shows lines of it."""
    hunks = (Hunk(1, 1, frozenset({1})),)
    changed = [ChangedFile(path, "added", hunks=hunks) for path in ("notes.dat", "notes.txt", "main.py")]
    head = {"notes.dat": torch_zip(payload()), "notes.txt": b"nothing but text\n", "main.py": b"import torch\n"}
    (report,) = look(Gate(STATIC), head, changed)
    assert (report.path, report.verdict) == ("notes.dat", Verdict.DANGEROUS)


def test_a_renamed_file_is_looked_at_again() -> None:
    head = {"weights": torch_zip(payload())}
    (report,) = look(Gate(STATIC), head, [ChangedFile("weights", "renamed", previous_path="weights.txt")])
    assert report.verdict is Verdict.DANGEROUS


def test_an_empty_file_is_not_clean() -> None:
    (report,) = look(Gate(STATIC), {"a.pt": b""})
    assert (report.verdict, codes(report)) == (Verdict.UNREADABLE, ["CK103"])


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link"])
def test_evidence_is_read_from_regular_files_only(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "link":
            (tmp_path / "real.pt").write_bytes(torch_zip())
            path.symlink_to(tmp_path / "real.pt")
    before = len(list(Path("/proc/self/fd").iterdir()))
    try:
        assert opened_below(tmp_path)("a.pt") is None
    except OSError as trouble:
        assert kind in ("device", "link"), trouble
    assert len(list(Path("/proc/self/fd").iterdir())) == before


# -- Git LFS ------------------------------------------------------------------------------------------------------
@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.mark.parametrize(
    "text",
    [
        LFS.format(oid="0" * 64, size="9" * 18),
        LFS.format(oid="0" * 64, size="9" * 400),
        LFS.format(oid="../../../../etc/passwd", size=10),
        LFS.format(oid="0" * 63 + "/", size=10),
        LFS.format(oid="A" * 64, size=10),
        LFS.format(oid="0" * 64, size=-1),
        LFS.format(oid="0" * 64, size="10\nsize 1"),
    ],
    ids=["huge", "no number", "traversal", "slash", "capitals", "negative", "twice"],
)
def test_hostile_pointers_fetch_nothing_and_are_never_clean(text: str, github: FakeGitHub, tmp_path: Path) -> None:
    repository = github.create_repository({"README.md": "weights"})
    store = LfsStore(tmp_path / "cache", address=f"{github.web}/{repository.slug}", token=github.token.text)
    (report,) = look(Gate(STATIC, objects=store), {"model.pt": text.encode()})
    assert report.verdict in (Verdict.UNREADABLE, Verdict.OVER_LIMITS)
    assert set(codes(report)) <= {"CK103", "CK104"}
    assert report.findings
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_disk_that_has_no_room_is_said_before_the_server_is_asked(github: FakeGitHub, tmp_path: Path) -> None:
    repository = github.create_repository({"README.md": "weights"})
    store = LfsStore(tmp_path, address=f"{github.web}/{repository.slug}", token=github.token.text)
    found = store.fetch("0" * 64, 1 << 59, most=1 << 60)
    assert isinstance(found, NotFetched)
    assert found.over_limit
    assert "room" in found.reason
    assert not [entry for entry in github.requests if "info/lfs" in entry.path]


def test_a_disk_that_cannot_be_written_is_a_finding_and_no_crash(github: FakeGitHub, tmp_path: Path) -> None:
    data = torch_zip()
    repository = github.create_repository({"README.md": "weights"})
    repository.objects[hashlib.sha256(data).hexdigest()] = data
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / hashlib.sha256(data).hexdigest()[:2]).write_text("a file where a folder must be")
    store = LfsStore(tmp_path / "cache", address=f"{github.web}/{repository.slug}", token=github.token.text)
    text = LFS.format(oid=hashlib.sha256(data).hexdigest(), size=len(data)).encode()
    (report,) = look(Gate(STATIC, objects=store), {"model.pt": text})
    assert (report.verdict, codes(report)) == (Verdict.UNREADABLE, ["CK103"])
    assert "could not be kept" in report.findings[0].message


# -- a file that changes while it is looked at ----------------------------------------------------------------------
@dataclass(frozen=True)
class Exchanging(Sandbox):
    """A sandbox that finds another file in the place of the one that was read: the race, made certain."""

    other: bytes = b""
    replaced: bool = False

    def smoke(self, path: Path, **_: object) -> Smoke:  # type: ignore[override]
        if self.replaced:
            (path.parent / "other").write_bytes(self.other)
            (path.parent / "other").replace(path)
        else:
            facts = path.stat()
            path.write_bytes(self.other)
            os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        return NotTried("the race")


@pytest.mark.parametrize("replaced", [True, False], ids=["replaced", "written over, time set back"])
def test_a_file_exchanged_between_reading_and_loading_is_called_nothing(replaced: bool, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(torch_zip())
    sandbox = Exchanging(other=torch_zip(payload()), replaced=replaced)
    report = inspect(Gate(CheckpointPolicy(), sandbox), path, name="model.pt")
    assert report.verdict is Verdict.UNREADABLE
    assert codes(report) == ["CK103"]
    assert "changed while" in report.findings[0].message
    assert not report.mappable


@dataclass(frozen=True)
class Full(Sandbox):
    """A sandbox on a full disk."""

    def smoke(self, path: Path, **_: object) -> Smoke:  # type: ignore[override]
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_too_large_for_the_childs_copy_does_not_pass(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(torch_zip())
    report = inspect(Gate(CheckpointPolicy(), Full()), tmp_path / "model.pt", name="model.pt")
    assert codes(report) == ["CK106"]
    assert "No space left" in report.findings[0].message


def test_the_limits_of_policy_and_reader_are_the_same_by_default() -> None:
    policy, reader = CheckpointLimits(), Limits()
    assert (policy.nesting, policy.entries, policy.ratio) == (reader.nesting, reader.entries, reader.ratio)
    assert policy.bytes <= reader.size
    assert resource.RLIM_INFINITY not in (policy.bytes, policy.memory)


def test_the_policys_nesting_counts_containers() -> None:
    data = torch_zip()
    for _ in range(3):
        data = write_zip([Record("inner.bin", data)])
    for nesting, over in ((2, True), (4, False)):
        limits = CheckpointLimits(nesting=nesting)
        (report,) = look(Gate(CheckpointPolicy(mode=CheckpointMode.STATIC, limits=limits)), {"a.pt": data})
        assert ("nested deeper" in str(report.findings)) is over
