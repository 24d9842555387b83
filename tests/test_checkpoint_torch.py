"""Files that torch writes, read without it: no false alarm, the tensors torch sees, and allow-list lines that work."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path

import pytest

from bot.model import CheckpointReport, Verdict
from bot.scan.checkpoint import StreamReader, read_checkpoint
from bot.scan.checkpoint.allowlist import allow_list
from tests import torch_files

torch = pytest.importorskip(
    "torch", reason="the files are written by torch, which is an extra: pip install loadguard[smoke]"
)
pytest.importorskip("numpy", reason="numpy comes with loadguard[smoke]")

ALARMS = {"CK101", "CK103", "CK104"}


def read(path: Path) -> CheckpointReport:
    with path.open("rb") as stream:
        return read_checkpoint(path.name, StreamReader(stream), crc=True)


def make(maker: torch_files.Maker, folder: Path) -> Path:
    path = folder / f"{maker.__name__}.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        maker(path)
    return path


def load(path: Path, **options: object) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.load(str(path), weights_only=True, **options)


@pytest.mark.parametrize("maker", torch_files.WHOLE.values(), ids=torch_files.WHOLE)
def test_what_torch_writes_and_loads_is_loadable(maker: torch_files.Maker, tmp_path: Path) -> None:
    path = make(maker, tmp_path)
    report = read(path)
    load(path)
    assert report.verdict is Verdict.LOADABLE
    assert {found.rule for found in report.findings} <= {"CK105"}


@pytest.mark.parametrize("maker", torch_files.WHOLE.values(), ids=torch_files.WHOLE)
def test_mappable_means_that_mapping_works(maker: torch_files.Maker, tmp_path: Path) -> None:
    path = make(maker, tmp_path)
    if read(path).mappable:
        load(path, mmap=True)
    else:
        with pytest.raises(RuntimeError, match="mmap can only be used"):
            load(path, mmap=True)


def test_the_tensors_are_those_torch_sees(tmp_path: Path) -> None:
    path = make(torch_files.shared_storages, tmp_path)
    seen = {tensor.name: tensor for tensor in read(path).tensors}
    for name, tensor in load(path).items():
        found = seen[name]
        assert (found.shape, found.stride, found.offset) == (
            tuple(tensor.shape), tensor.stride(), tensor.storage_offset(),
        )  # fmt: skip
        assert f"torch.{found.dtype}" == str(tensor.dtype)
    assert len({tensor.storage for tensor in seen.values()}) == 1


@pytest.mark.parametrize("maker", torch_files.UNUSUAL.values(), ids=torch_files.UNUSUAL)
def test_unusual_files_raise_no_alarm(maker: torch_files.Maker, tmp_path: Path) -> None:
    report = read(make(maker, tmp_path))
    assert not ALARMS & {found.rule for found in report.findings}, report.findings
    assert not report.mappable
    assert report.mmap_reason


def test_each_unusual_file_is_called_by_its_name(tmp_path: Path) -> None:
    formats = {name: read(make(maker, tmp_path)).format for name, maker in torch_files.UNUSUAL.items()}
    assert formats == {
        "big_endian": "torch-zip",
        "protocol_4": "torch-zip",
        "torchscript": "torchscript",
        "exported": "pt2",
        "old_tar": "torch-tar",
    }


@pytest.mark.parametrize("maker", torch_files.NEEDING.values(), ids=torch_files.NEEDING)
def test_the_allow_list_line_makes_the_load_work_when_pasted(maker: torch_files.Maker, tmp_path: Path) -> None:
    path = make(maker, tmp_path)
    report = read(path)
    assert (report.verdict, [found.rule for found in report.findings]) == (Verdict.NEEDS_ALLOWLIST, ["CK102"])
    with pytest.raises(Exception, match="Weights only load failed"):
        load(path)
    assert _pasted(report, tmp_path) is not None


def _pasted(report: CheckpointReport, folder: Path) -> object:
    """What is loaded by the finding's own lines, in the folder of the file."""
    scope: dict[str, object] = {}
    with contextlib.chdir(folder):
        exec(compile(report.findings[0].advice, "advice", "exec"), scope)
    return scope["checkpoint"]


def test_numpy_1_names_are_paired_with_numpy_2_functions(tmp_path: Path) -> None:
    """A file written under numpy 1 names `numpy.core`; torch compares with the live function's `numpy._core`."""
    path = make(torch_files.numpy_values, tmp_path)
    old = path.read_bytes().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    buffer, moved = io.BytesIO(), tmp_path / "old.pt"
    torch.save({"x": 1}, buffer)
    moved.write_bytes(_with_pickle(buffer.getvalue(), _pickle_of(old)))
    report = read(moved)
    assert '"numpy.core.multiarray._reconstruct")' in report.findings[0].advice
    assert "scalar" in _pasted(report, tmp_path)  # type: ignore[operator]


def _pickle_of(data: bytes) -> bytes:
    start = data.index(b"\x80\x02")
    return data[start : data.index(b"PK\x07\x08", start)]


def _with_pickle(_sound: bytes, pickle: bytes) -> bytes:
    from tests.checkpoint_bytes import torch_zip

    return torch_zip(pickle, s0=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("maker", torch_files.NEVER.values(), ids=torch_files.NEVER)
def test_what_never_loads_is_said_to_and_torch_agrees(maker: torch_files.Maker, tmp_path: Path) -> None:
    import collections

    path = make(maker, tmp_path)
    report = read(path)
    assert (report.verdict, [found.rule for found in report.findings]) == (Verdict.REFUSED, ["CK102"])
    assert "no allow-list" in report.findings[0].message
    everything = [
        collections.defaultdict, collections.deque, ValueError, int, torch_files.Registry, torch_files.Stack,
        torch.optim.SGD,
    ]  # fmt: skip
    with torch.serialization.safe_globals(everything), pytest.raises(Exception, match="Weights only load failed"):
        load(path)


def test_the_allow_list_on_record_is_the_installed_torchs() -> None:
    from torch import _weights_only_unpickler as unpickler

    version = ".".join(torch.__version__.split(".")[:2])
    listed = allow_list(version)
    if listed.version != version:
        pytest.skip(f"torch {version} is not on record; run tools/derive_allowlist.py")
    assert listed.names == frozenset(unpickler._get_allowed_globals())
    assert listed.blocked == frozenset(unpickler._blocklisted_modules)


def test_sharded_files_are_each_whole_and_the_index_names_them(tmp_path: Path) -> None:
    import json

    names = ("pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin")
    for name in names:
        torch.save({name: torch.ones(2)}, tmp_path / name)
    index = tmp_path / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": {name: name for name in names}}))
    report = read(index)
    assert (report.format, report.shards, report.findings) == ("sharded-index", names, ())
    assert all(read(tmp_path / name).verdict is Verdict.LOADABLE for name in report.shards)


def test_safetensors_and_numpy_files_are_whole(tmp_path: Path) -> None:
    import numpy as np

    writer = pytest.importorskip("safetensors.torch", reason="safetensors comes with loadguard[smoke]")
    writer.save_file({"w": torch.ones(2, 3), "b": torch.zeros(4, dtype=torch.bfloat16)}, tmp_path / "m.safetensors")
    np.save(tmp_path / "a.npy", np.ones((2, 3)))
    np.savez(tmp_path / "b.npz", x=np.ones(2), y=np.zeros(3, dtype="i8"))
    np.savez_compressed(tmp_path / "c.npz", x=np.ones(2))
    reports = {name: read(tmp_path / name) for name in ("m.safetensors", "a.npy", "b.npz", "c.npz")}
    assert {name: report.format for name, report in reports.items()} == {
        "m.safetensors": "safetensors", "a.npy": "numpy", "b.npz": "npz", "c.npz": "npz",
    }  # fmt: skip
    assert all(not report.findings for report in reports.values())
    assert reports["m.safetensors"].verdict is Verdict.LOADABLE
    assert {tensor.name for tensor in reports["m.safetensors"].tensors} == {"w", "b"}
