"""The checkpoint gate as a story: a pull request on the test server that changes what is behind a Git LFS pointer."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.activities.checkpoints import Gate, gatekeeper, inspect, inspect_changed
from bot.edge.lfs import LfsStore
from bot.edge.sandbox import Sandbox
from bot.model import ChangedFile, CheckpointReport, Hunk, Loaded, NotTried, Verdict
from bot.policy import CheckpointLimits, CheckpointMode, CheckpointPolicy, Policy
from tests.checkpoint_bytes import payload
from tests.fake_github import FakeGitHub, Repository

torch = pytest.importorskip("torch", reason="these checkpoints are written by torch (extra loadguard[smoke])")

STATIC = CheckpointPolicy(mode=CheckpointMode.STATIC)


def saved(value: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def pointer(data: bytes, *, size: int | None = None) -> bytes:
    oid = hashlib.sha256(data).hexdigest()
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(data) if size is None else size}\n"
    return text.encode()


def look(gate: Gate, head: dict[str, bytes], base: dict[str, bytes] | None = None) -> tuple[CheckpointReport, ...]:
    """The gate over a change given as two folders."""
    changed = [ChangedFile(path, "added") for path in head]
    return inspect_changed(gate, changed, head=head.get, base=None if base is None else base.get)


def codes(report: CheckpointReport) -> list[str]:
    return [finding.rule for finding in report.findings]


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def repository(github: FakeGitHub) -> Repository:
    repository = github.create_repository({"README.md": "weights"})
    for name in ("changed", "other"):
        data = saved({name: torch.ones(3)})
        repository.objects[hashlib.sha256(data).hexdigest()] = data
    return repository


def downloads(github: FakeGitHub) -> list[str]:
    return [entry.path for entry in github.requests if "info/lfs" in entry.path]


def test_only_the_changed_object_is_downloaded(github: FakeGitHub, repository: Repository, tmp_path: Path) -> None:
    data = saved({"changed": torch.ones(3)})
    objects = LfsStore(tmp_path, address=f"{github.web}/{repository.slug}", token=github.token.text)
    (report,) = look(Gate(STATIC, objects=objects), {"model.pt": pointer(data)})
    assert (report.verdict, report.format, report.path) == (Verdict.LOADABLE, "torch-zip", "model.pt")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [hashlib.sha256(data).hexdigest()]


def test_over_the_size_gate_is_ck104_without_a_download(
    github: FakeGitHub, repository: Repository, tmp_path: Path
) -> None:
    data = saved({"changed": torch.ones(3)})
    objects = LfsStore(tmp_path, address=f"{github.web}/{repository.slug}", token=github.token.text)
    policy = replace(STATIC, limits=CheckpointLimits(bytes=100))
    (report,) = look(Gate(policy, objects=objects), {"model.pt": pointer(data)})
    assert codes(report) == ["CK104"]
    assert report.verdict is Verdict.OVER_LIMITS
    assert not list(tmp_path.rglob("*"))
    assert not downloads(github)


def test_a_pointer_nobody_can_resolve_is_never_clean(tmp_path: Path) -> None:
    (report,) = look(Gate(STATIC, objects=LfsStore(tmp_path)), {"model.pt": pointer(b"anything")})
    assert (report.verdict, codes(report)) == (Verdict.UNREADABLE, ["CK103"])
    (bare,) = look(Gate(STATIC), {"model.pt": pointer(b"anything")})
    assert bare.verdict is not Verdict.LOADABLE
    assert bare.findings


def test_files_are_known_by_content_and_text_is_left_alone() -> None:
    data = saved({"w": torch.ones(2)})
    reports = look(Gate(STATIC), {"weights": data, "logo.png": b"\x89PNG\r\n\x1a\n" + bytes(40), "a.pt": data})
    assert [report.path for report in reports] == ["a.pt", "weights"]


@pytest.mark.parametrize("name", ["weights", "weights.txt", "data/model.dat", "m.zip", "notes.csv"])
def test_a_call_of_code_is_found_whatever_its_file_is_called(name: str) -> None:
    """Protocol 0 is text to git; archives and gzip are not among the formats torch writes."""
    plain = b"cos\nsystem\n(S'true'\ntR."
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("inner", plain)
    for data in (plain, gzip.compress(plain), archive.getvalue(), payload()):
        changed = [ChangedFile(name, "added", (Hunk(1, 3, frozenset({1, 2, 3})),))]
        (report,) = inspect_changed(Gate(STATIC), changed, head={name: data}.get, base=None)
        assert report.verdict is Verdict.DANGEROUS


def test_word_lists_and_sources_are_no_pickles() -> None:
    for data in (b"cat\ndog\ncos\nsin\ntan\n", b"class_names\nperson\n", b"# notes\n", b"i\nII\nIII\n"):
        changed = [ChangedFile("names.txt", "added", (Hunk(1, 3, frozenset({1, 2, 3})),))]
        assert inspect_changed(Gate(STATIC), changed, head={"names.txt": data}.get, base=None) == ()


def test_an_index_brings_its_shards_in() -> None:
    index = b'{"metadata": {}, "weight_map": {"a": "m-1.bin", "b": "m-2.bin", "c": "m-3.bin"}}'
    head = {
        "dir/pytorch_model.bin.index.json": index,
        "dir/m-1.bin": saved({"a": torch.ones(1)}),
        "dir/m-2.bin": b"cos\nsystem\n.",
    }
    changed = [ChangedFile("dir/pytorch_model.bin.index.json", "modified")]
    reports = {each.path: each for each in inspect_changed(Gate(STATIC), changed, head=head.get, base=None)}
    assert set(reports) == {*head, "dir/m-3.bin"}
    assert reports["dir/m-2.bin"].verdict is Verdict.DANGEROUS
    assert reports["dir/m-3.bin"].verdict is Verdict.UNREADABLE


def test_what_was_there_before_is_not_new() -> None:
    old = saved({"args": argparse.Namespace(a=1), "w": torch.ones(2)})
    new = saved({"args": argparse.Namespace(a=2), "w": torch.zeros(2)})
    (report,) = look(Gate(STATIC), {"m.pt": new}, {"m.pt": old})
    assert [(f.rule, f.new) for f in report.findings] == [("CK102", False)]
    (fresh,) = look(Gate(STATIC), {"m.pt": new}, {"m.pt": saved({"w": torch.ones(2)})})
    assert ("CK102", True) in [(f.rule, f.new) for f in fresh.findings]


def test_layout_values_and_drift_against_the_version_it_replaces(tmp_path: Path) -> None:
    (tmp_path / "old.pt").write_bytes(saved({"w": torch.ones(4), "gone": torch.ones(1), "b": torch.ones(2)}))
    new = {"w": torch.tensor([1.0, 1.0, 1.0, 3.0]), "b": torch.tensor([1.0, float("nan")])}
    (tmp_path / "new.pt").write_bytes(saved(new))
    gate = Gate(CheckpointPolicy(), Sandbox())
    report = inspect(gate, tmp_path / "new.pt", name="m.pt", against=tmp_path / "old.pt")
    assert isinstance(report.smoke, Loaded), report.smoke
    assert "CK108" in codes(report)
    (bad,) = [f for f in report.findings if f.rule == "CK107"]
    assert "that the version it replaces did not have" in bad.message
    assert {row.name: (row.largest, row.mean, row.new_bad_values) for row in report.drift} == {
        "w": (2.0, 0.5, 0),
        "b": (0.0, 0.0, 1),
    }


def test_code_is_never_loaded_and_an_allow_list_is_the_policys(tmp_path: Path) -> None:
    (tmp_path / "bad.pt").write_bytes(b"cos\nsystem\n(S'touch /tmp/loadguard-canary'\ntR.")
    report = inspect(Gate(CheckpointPolicy(), Sandbox()), tmp_path / "bad.pt", name="bad.pt")
    assert report.verdict is Verdict.DANGEROUS
    assert "CK101" in codes(report)
    assert isinstance(report.smoke, NotTried)
    (tmp_path / "ns.pt").write_bytes(saved({"args": argparse.Namespace(a=1)}))
    doubted = inspect(Gate(CheckpointPolicy(), Sandbox()), tmp_path / "ns.pt", name="ns.pt")
    assert isinstance(doubted.smoke, NotTried)
    trusting = CheckpointPolicy(safe_globals=("argparse.Namespace",))
    assert isinstance(inspect(Gate(trusting, Sandbox()), tmp_path / "ns.pt", name="ns.pt").smoke, Loaded)


def test_devices_get_tensors_only_and_an_absent_one_is_neutral(tmp_path: Path) -> None:
    (tmp_path / "m.pt").write_bytes(saved({"w": torch.ones(4)}))
    policy = CheckpointPolicy(devices=("cpu", "tpu"))
    report = inspect(Gate(policy, Sandbox()), tmp_path / "m.pt", name="m.pt")
    assert isinstance(report.smoke, Loaded)
    assert [(type(leg), leg.device) for leg in report.devices] == [(NotTried, "tpu")]
    assert report.findings == ()


def test_mode_off_looks_at_nothing(tmp_path: Path) -> None:
    off = Policy(checkpoints=CheckpointPolicy(mode=CheckpointMode.OFF))
    gate = gatekeeper(lambda policy: Sandbox(), None)
    changed = (ChangedFile("m.pt", "added"),)
    assert gate(changed, {"m.pt": b"cos\nsystem\n."}.get, None, off) == ()
    assert len(gate(changed, {"m.pt": b"cos\nsystem\n."}.get, None, Policy())) == 1
