"""Every hazard of mmap=True: the tempting edit is refused with its reason, and the edit beside it is made."""

from __future__ import annotations

import gzip

import pytest

from bot.edits import apply_edits
from bot.model import CheckpointReport, Mmap, MmapDecision, Verdict
from bot.scan.checkpoint import BytesReader, read_checkpoint
from bot.scan.engine import scan_files
from bot.scan.evidence.judge import judge
from bot.scan.names.module import Module
from bot.scan.options import ScanOptions
from bot.scan.project import Project
from bot.scan.sites.site import find_sites

NEW = "torch>=2.3\n"
SAVE = "torch.save(model.state_dict(), 'm.pt')\n"


def mmap_of(code: str, *, floor: str = NEW, options: ScanOptions | None = None, **files: str) -> Mmap:
    tree = {"load.py": f"import torch\n{code}\n", **{f"{name}.py": text for name, text in files.items()}}
    if floor:
        tree["requirements.txt"] = floor
    project = Project({path: text.encode() for path, text in tree.items()})
    project.options = options or ScanOptions()
    module = project.module("load.py")
    assert isinstance(module, Module)
    found = judge(find_sites(module)[0], project).mmap
    assert found is not None
    return found


WRITER = {"train": f"import torch\n{SAVE}"}


def test_a_path_written_by_torch_save_is_mapped() -> None:
    found = mmap_of("net.load_state_dict(torch.load('m.pt'))", **WRITER)
    assert found.decision is MmapDecision.ADD
    assert "train.py:2 writes it with torch.save" in found.reason


PATHS = [
    "net.load_state_dict(torch.load(f'{folder}/m.pt'))",
    "import os\nnet.load_state_dict(torch.load(os.path.join(folder, 'm.pt')))",
    "from pathlib import Path\nnet.load_state_dict(torch.load(Path(folder) / 'm.pt'))",
    "net.load_state_dict(torch.load(folder + '/m.pt'))",
    "def go(path: str = 'x'):\n    net.load_state_dict(torch.load(path))",
    "import os\ndef go(path):\n    assert os.path.exists(path)\n    net.load_state_dict(torch.load(path))",
]


@pytest.mark.parametrize("code", PATHS)
def test_what_is_proved_to_be_a_path(code: str) -> None:
    assert mmap_of(code, options=ScanOptions(mmap="always-when-legal")).decision is MmapDecision.ADD


HANDLES = [
    ("import io\nnet.load_state_dict(torch.load(io.BytesIO(data)))", "file object"),
    ("with open('m.pt', 'rb') as f:\n    net.load_state_dict(torch.load(f))", "file object"),
    ("import gzip\nnet.load_state_dict(torch.load(gzip.open('m.pt.gz')))", "file object"),
    ("import io\ndef go(f: io.BytesIO):\n    net.load_state_dict(torch.load(f))", "file object"),
    ("from typing import IO\ndef go(f: str | IO[bytes]):\n    net.load_state_dict(torch.load(f))", "file object"),
    ("def go(f):\n    net.load_state_dict(torch.load(f))", "may be a file object"),
    ("net.load_state_dict(torch.load(where))", "not seen to be a path"),
    ("import io\nsrc = 'm.pt' if local else io.BytesIO(data)\nnet.load_state_dict(torch.load(src))", "file object"),
]


@pytest.mark.parametrize(("code", "reason"), HANDLES)
def test_only_a_path_can_be_mapped(code: str, reason: str) -> None:
    found = mmap_of(code, options=ScanOptions(mmap="always-when-legal"))
    assert found.decision is MmapDecision.SKIP
    assert reason in found.reason


XLA = [
    "net.load_state_dict(torch.load('m.pt', map_location='xla:0'))",
    "net.load_state_dict(torch.load('m.pt', 'xla'))",
    "DEVICE = 'xla:1'\nnet.load_state_dict(torch.load('m.pt', map_location=DEVICE))",
    "def go(device='xla'):\n    net.load_state_dict(torch.load('m.pt', map_location=device))",
    "import torch_xla.core.xla_model as xm\nnet.load_state_dict(torch.load('m.pt'))",
    "from torch_xla.core import xla_model as xm\nnet.load_state_dict(torch.load('m.pt', map_location='cpu'))",
]


@pytest.mark.parametrize("code", XLA)
def test_xla_is_never_mapped(code: str) -> None:
    found = mmap_of(code, options=ScanOptions(mmap="always-when-legal"), **WRITER)
    assert found.decision is MmapDecision.SKIP
    assert "xla" in found.reason.lower()


def test_cuda_is_no_hazard() -> None:
    assert (
        mmap_of("net.load_state_dict(torch.load('m.pt', map_location='cuda'))", **WRITER).decision is MmapDecision.ADD
    )


def test_a_file_written_again_in_the_function_is_not_mapped() -> None:
    code = "def go():\n    sd = torch.load('m.pt')\n    net.load_state_dict({k: v for k, v in sd.items()})\n    torch.save(net.state_dict(), 'm.pt')"
    found = mmap_of(code, options=ScanOptions(mmap="always-when-legal"))
    assert found.decision is MmapDecision.SKIP
    assert "while it is mapped" in found.reason


def test_a_parameter_written_again_is_not_mapped() -> None:
    """pytorch/torchtune#1018: the checkpoint was mapped, changed and saved over itself."""
    code = "def go(path: str):\n    sd = torch.load(path)\n    net.load_state_dict({k: v for k, v in sd.items()})\n    torch.save(net.state_dict(), path)"
    found = mmap_of(code, options=ScanOptions(mmap="always-when-legal"))
    assert found.decision is MmapDecision.SKIP
    assert "line 5 writes the file again" in found.reason


def test_written_before_and_not_again_is_mapped() -> None:
    code = "def go():\n    torch.save(net.state_dict(), 'm.pt')\n    net.load_state_dict(torch.load('m.pt'))"
    assert mmap_of(code).decision is MmapDecision.ADD


def test_written_again_in_the_same_loop_is_not_mapped() -> None:
    code = "def go():\n    for _ in range(3):\n        torch.save(net.state_dict(), 'm.pt')\n        net.load_state_dict(torch.load('m.pt'))"
    found = mmap_of(code)
    assert found.decision is MmapDecision.SKIP
    assert "SIGBUS" in found.reason


def test_a_cache_that_writes_and_reads_one_attribute_is_not_mapped() -> None:
    code = (
        "class Cache:\n    def put(self, net):\n        torch.save(net.state_dict(), self.path)\n"
        "    def get(self, net):\n        net.load_state_dict(torch.load(self.path))\n"
        "    def __init__(self, name):\n        self.path = f'{name}.pt'"
    )
    found = mmap_of(code)
    assert found.decision is MmapDecision.SKIP
    assert "writes the same file" in found.reason


FLOORS = [
    ("torch>=2.0\n", "'m.pt'", "needs torch 2.1"),
    ("", "'m.pt'", "declares no lowest version"),
    ("torch>=2.1\n", "Path('m.pt')", "needs torch 2.3"),
    ("torch>=2.2\n", "folder / 'm.pt'", "needs torch 2.3"),
]


@pytest.mark.parametrize(("floor", "path", "reason"), FLOORS)
def test_the_floor_must_know_mmap(floor: str, path: str, reason: str) -> None:
    code = f"from pathlib import Path\nnet.load_state_dict(torch.load({path}))"
    found = mmap_of(code, floor=floor, options=ScanOptions(mmap="always-when-legal"))
    assert found.decision is MmapDecision.SKIP
    assert reason in found.reason


def test_a_string_needs_only_torch_2_1() -> None:
    assert (
        mmap_of("net.load_state_dict(torch.load('m.pt'))", floor="torch>=2.1\n", **WRITER).decision is MmapDecision.ADD
    )


def test_a_format_nobody_has_seen_is_not_mapped() -> None:
    found = mmap_of("net.load_state_dict(torch.load('m.pt'))")
    assert found.decision is MmapDecision.SKIP
    assert "zip format" in found.reason


def test_the_legacy_format_is_not_mapped() -> None:
    writer = "import torch\ntorch.save(model.state_dict(), 'm.pt', _use_new_zipfile_serialization=False)\n"
    found = mmap_of("net.load_state_dict(torch.load('m.pt'))", train=writer)
    assert found.decision is MmapDecision.SKIP
    assert "legacy" in found.reason


def report(**changes: object) -> CheckpointReport:
    fields: dict[str, object] = {
        "path": "m.pt",
        "format": "torch-zip",
        "size": 9,
        "verdict": Verdict.LOADABLE,
        "mappable": True,
    }
    return CheckpointReport(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "decision", "reason"),
    [
        (report(), MmapDecision.ADD, "stored records"),
        (report(format="torch-legacy", mappable=False), MmapDecision.SKIP, "torch-legacy"),
        (report(mappable=False, mmap_reason="its records are deflated"), MmapDecision.SKIP, "deflated"),
        (report(format="torch-tar", mappable=False), MmapDecision.SKIP, "torch-tar"),
        (report(format="torchscript", mappable=False), MmapDecision.SKIP, "torchscript"),
        (report(format="gzip", mappable=False), MmapDecision.SKIP, "gzip"),
        (report(format="git-lfs-pointer", mappable=False), MmapDecision.SKIP, "git-lfs-pointer"),
    ],
)
def test_a_checkpoint_at_hand_decides(found: CheckpointReport, decision: MmapDecision, reason: str) -> None:
    told = mmap_of("net.load_state_dict(torch.load('m.pt'))", options=ScanOptions(checkpoints={"m.pt": found}))
    assert told.decision is decision
    assert reason in told.reason


def test_a_damaged_file_is_not_mapped_even_where_it_is_legal() -> None:
    """A map does not check the size a record declares: it reads what lies beside it."""
    found = report(verdict=Verdict.CORRUPT, mappable=False)
    told = mmap_of(
        "net.load_state_dict(torch.load('m.pt', weights_only=True))",
        options=ScanOptions(checkpoints={"m.pt": found}, mmap="always-when-legal"),
    )
    assert told.decision is MmapDecision.SKIP
    assert "damaged" in told.reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n", "Git LFS pointer"),
        (gzip.compress(b"weights", mtime=0), "gzip"),
    ],
)
def test_a_file_at_hand_that_is_no_zip_is_not_mapped_even_where_it_is_legal(data: bytes, reason: str) -> None:
    """Such a file tells nothing of what it asks for, yet enough of what a map of it would do."""
    options = ScanOptions(checkpoints={"m.pt": read_checkpoint("m.pt", BytesReader(data))}, mmap="always-when-legal")
    told = mmap_of("net.load_state_dict(torch.load('m.pt', weights_only=True))", options=options, **WRITER)
    assert told.decision is MmapDecision.SKIP
    assert reason in told.reason


@pytest.mark.parametrize(
    "path", ["'/nfs/models/m.pt'", "'/mnt/nfs-1/m.pt'", "f'/data_nfs/{name}.pt'", "os.path.join('/nfs', name)", "PATH"]
)
def test_a_path_that_says_nfs_is_not_mapped(path: str) -> None:
    """facebookresearch/fairseq2#547: a mapped read hung there."""
    code = f"import os\nPATH = '/mnt/NFS/m.pt'\nnet.load_state_dict(torch.load({path}))"
    found = mmap_of(code, options=ScanOptions(mmap="always-when-legal"))
    assert found.decision is MmapDecision.SKIP
    assert "NFS" in found.reason


def test_a_path_that_only_sounds_like_it_is_mapped() -> None:
    code = "net.load_state_dict(torch.load('confsettings/m.pt'))"
    assert mmap_of(code, options=ScanOptions(mmap="always-when-legal")).decision is MmapDecision.ADD


def test_a_file_written_under_another_name_and_renamed_is_mapped() -> None:
    """`os.replace` leaves the mapped file's contents alone."""
    code = (
        "import os\ndef go():\n    net.load_state_dict(torch.load('m.pt'))\n"
        "    torch.save(net.state_dict(), 'm.tmp')\n    os.replace('m.tmp', 'm.pt')"
    )
    assert mmap_of(code, **WRITER).decision is MmapDecision.ADD


def test_an_unsafe_load_is_not_mapped() -> None:
    found = mmap_of("net = torch.load('m.pt')\nnet.eval()", **WRITER)
    assert found.decision is MmapDecision.SKIP
    assert "weights_only" in found.reason


def test_a_safe_load_may_be() -> None:
    assert mmap_of("net.load_state_dict(torch.load('m.pt', weights_only=True))", **WRITER).decision is MmapDecision.ADD


def test_mmap_that_stands_is_kept() -> None:
    assert mmap_of("net.load_state_dict(torch.load('m.pt', mmap=True))", floor="").decision is MmapDecision.KEEP


def test_the_policy_may_say_never() -> None:
    found = mmap_of("net.load_state_dict(torch.load('m.pt'))", options=ScanOptions(mmap="never"), **WRITER)
    assert found.reason == "the policy says mmap: never"


def test_gemma_before_its_own_fix() -> None:
    """google/gemma_pytorch 6d83808: mmap stays where it stood, XLA code gets none, both get weights_only."""
    model = b"import torch\nclass M:\n    def load_weights(self, model_path: str):\n        self.load_state_dict(\n            torch.load(model_path, mmap=True)['model_state_dict'],\n            strict=False,\n        )\n"
    xla = b"import torch\nclass M:\n    def load_weights(self, model_path: str):\n        checkpoint = torch.load(model_path)\n        state = checkpoint['model_state_dict']\n        for k, v in state.items():\n            state[k] = torch.moveaxis(v, 1, 0)\n        self.load_state_dict(state, strict=False)\n"
    project = Project({"gemma/model.py": model, "gemma/model_xla.py": xla})
    adds = []
    for path in project.paths:
        module = project.module(path)
        assert isinstance(module, Module)
        found = judge(find_sites(module)[0], project)
        assert found.tier is not None
        adds.append((found.tier.value, found.adds))
    assert adds == [("safe", ("weights_only=True",)), ("safe", ("weights_only=True",))]


def test_a_likely_fix_brings_the_map_along_so_that_a_second_run_finds_nothing() -> None:
    files = {
        "requirements.txt": b"torch>=2.6\n",
        "write.py": b"import torch\ntorch.save({'a': torch.ones(1)}, 'out/tokens.pt')\n",
        "read.py": b"import torch\ntokens = torch.load('out/tokens.pt')\nuse(tokens)\n",
    }
    for _ in range(2):
        fixes = [f.fix for f in scan_files(files).findings if f.path == "read.py" and f.fix]
        files["read.py"] = apply_edits(files["read.py"], [edit for fix in fixes for edit in fix.edits])
    assert not fixes
