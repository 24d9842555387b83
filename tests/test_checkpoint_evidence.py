"""A call that names a file of the tree: what is in the file decides, whatever the code looks like."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import pytest

from bot.activities.scanning import scan_paths
from bot.model import EvidenceKind, Finding, MmapDecision, Tier
from bot.policy import Policy
from tests import torch_files
from tests.git_helpers import Repository

torch = pytest.importorskip("torch", reason="these checkpoints are written by torch (extra loadguard[smoke])")

LOAD = 'import torch\n\nthing = torch.load("weights/model.pt")\nprint(thing)\n'


def saved(value: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def scripted() -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), buffer)
    return buffer.getvalue()


def find(folder: Path, data: bytes | None, *, code: str = LOAD, floor: str = "2.3") -> Finding:
    (folder / "requirements.txt").write_text(f"torch>={floor}\n")
    (folder / "app").mkdir()
    (folder / "app" / "load.py").write_text(code)
    (folder / "app" / "weights").mkdir()
    if data is not None:
        (folder / "app" / "weights" / "model.pt").write_bytes(data)
    (finding,) = (f for f in scan_paths([folder], policy=Policy()).findings if f.rule in ("LG001", "LG002"))
    return finding


def test_a_state_dict_is_safe_and_mapped(tmp_path: Path) -> None:
    finding = find(tmp_path, saved({"w": torch.ones(2), "step": 3}))
    assert finding.fix is not None
    assert (finding.fix.tier, finding.fix.adds) == (Tier.SAFE, ("mmap=True", "weights_only=True"))
    (evidence,) = (e for e in finding.evidence if e.kind is EvidenceKind.CHECKPOINT)
    assert evidence.path == "app/weights/model.pt"


def test_a_legacy_file_is_safe_and_not_mapped(tmp_path: Path) -> None:
    finding = find(tmp_path, saved({"w": torch.ones(2)}, _use_new_zipfile_serialization=False))
    assert finding.fix is not None
    assert (finding.fix.tier, finding.fix.adds) == (Tier.SAFE, ("weights_only=True",))
    assert finding.mmap is not None
    assert finding.mmap.decision is MmapDecision.SKIP
    assert "legacy" in finding.mmap.reason


def test_a_written_false_is_outweighed_by_the_file(tmp_path: Path) -> None:
    code = LOAD.replace('.pt")', '.pt", weights_only=False)')
    finding = find(tmp_path, saved({"w": torch.ones(2)}), code=code)
    assert finding.rule == "LG002"
    assert finding.fix is not None
    assert finding.fix.tier is Tier.SAFE


def made(maker: torch_files.Maker, folder: Path) -> bytes:
    path = folder / "made.pt"
    maker(path)
    data = path.read_bytes()
    path.unlink()
    return data


@pytest.mark.parametrize("maker", torch_files.WHOLE.values(), ids=torch_files.WHOLE)
def test_each_kind_of_file_that_loads_is_safe_and_mapped_where_it_can_be(
    maker: torch_files.Maker, tmp_path: Path
) -> None:
    data = made(maker, tmp_path)
    mappable = not maker.__name__.startswith("legacy")
    finding = find(tmp_path, data)
    assert finding.fix is not None
    assert (finding.fix.tier, "mmap=True" in finding.fix.adds) == (Tier.SAFE, mappable)
    assert finding.evidence[0].kind is EvidenceKind.CHECKPOINT


@pytest.mark.parametrize("maker", torch_files.UNUSUAL.values(), ids=torch_files.UNUSUAL)
def test_each_unusual_file_is_never_mapped(maker: torch_files.Maker, tmp_path: Path) -> None:
    """Of these only big-endian files load with weights_only=True at all."""
    finding = find(tmp_path, made(maker, tmp_path))
    adds = finding.fix.adds if finding.fix else None
    assert adds == (("weights_only=True",) if maker is torch_files.big_endian else None)
    assert finding.evidence[0].kind is EvidenceKind.CHECKPOINT


@pytest.mark.parametrize("maker", torch_files.NEEDING.values(), ids=torch_files.NEEDING)
def test_each_file_that_needs_an_allow_list_gets_no_fix_and_the_names(maker: torch_files.Maker, tmp_path: Path) -> None:
    finding = find(tmp_path, made(maker, tmp_path))
    assert finding.fix is None
    assert finding.evidence[0].kind is EvidenceKind.CHECKPOINT
    assert "safe_globals([" in finding.advice


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: saved({"args": argparse.Namespace(a=1)}), "argparse.Namespace"),
        (lambda: saved(torch.nn.Linear(2, 2)), "allow-list"),
        (scripted, "weights_only=True"),
        (lambda: b"cos\nsystem\n(S'true'\ntR.", "executes"),
        (lambda: saved({"w": torch.ones(2)})[:200], "corrupt"),
    ],
    ids=["namespace", "module", "torchscript", "malicious", "truncated"],
)
def test_what_does_not_load_gets_no_fix(make: Any, says: str, tmp_path: Path) -> None:
    finding = find(tmp_path, make())
    assert finding.fix is None
    assert says in " ".join([finding.advice, *(e.detail for e in finding.evidence)])
    assert any(e.kind is EvidenceKind.CHECKPOINT for e in finding.evidence)


@pytest.mark.parametrize(
    "data", [None, b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"]
)
def test_a_file_nothing_is_known_of_leaves_it_to_other_evidence(data: bytes | None, tmp_path: Path) -> None:
    finding = find(tmp_path, data)
    assert finding.fix is not None
    assert finding.fix.tier is Tier.REVIEW
    assert not any(e.kind is EvidenceKind.CHECKPOINT for e in finding.evidence)


def test_a_live_object_is_none_whatever_the_file(tmp_path: Path) -> None:
    finding = find(tmp_path, saved({"w": torch.ones(2)}), code=LOAD.replace("print(thing)", "thing.eval()"))
    assert finding.fix is None


def test_in_a_pull_request_the_commits_files_count(tmp_path: Path) -> None:
    from bot.activities import pull_request
    from bot.activities.desk import Desk
    from bot.edge.checkout import Checkout
    from bot.edge.forge_local import LocalForge

    repository = Repository(tmp_path / "r")
    repository.commit({"requirements.txt": "torch>=2.3\n", "weights/model.pt": saved({"w": torch.ones(2)})})
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"load.py": LOAD})
    checkout = Checkout(tmp_path / "r")
    forge = LocalForge(checkout)
    desk = Desk(forge=forge, checkout=checkout, policy=lambda read: Policy(), patches=tmp_path)
    outcome = pull_request.run(desk, pull=forge.open_pull("main", "topic"))
    (finding,) = (f for f in outcome.report.findings if f.rule == "LG001")
    assert finding.fix is not None
    assert (finding.fix.tier, finding.evidence[0].kind) == (Tier.SAFE, EvidenceKind.CHECKPOINT)
