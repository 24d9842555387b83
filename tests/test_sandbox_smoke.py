"""The smoke load: real files through the real child, and children that misbehave in every way we know."""

from __future__ import annotations

import argparse
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.edge.sandbox import Sandbox, SandboxLimits
from bot.model import Killed, Loaded, NotTried, Refused

SANDBOX = Sandbox(limits=SandboxLimits(seconds=60))


def save(path: Path, value: Any, **options: Any) -> Path:
    torch = pytest.importorskip("torch", reason="a smoke load needs the extra loadguard[smoke]")
    torch.save(value, path, **options)
    return path


def tensors() -> dict[str, Any]:
    torch = pytest.importorskip("torch", reason="a smoke load needs the extra loadguard[smoke]")
    shared = torch.arange(6, dtype=torch.float32)
    return {
        "weight": shared.view(2, 3),
        "tied": shared,
        "half": torch.ones(4, dtype=torch.bfloat16),
        "zero": torch.zeros(2),
    }


@pytest.mark.parametrize("mapped", [False, True])
def test_a_state_dict_loads(tmp_path: Path, mapped: bool) -> None:
    smoke = SANDBOX.smoke(save(tmp_path / "model.pt", tensors()), mapped=mapped)
    assert isinstance(smoke, Loaded), smoke
    assert (smoke.tensors, smoke.parameters, smoke.nbytes) == (4, 18, 24 + 8 + 8)
    assert dict(smoke.dtypes) == {"float32": 3, "bfloat16": 1}
    assert smoke.all_zero == ("zero",)
    assert smoke.bad_values == ()
    assert smoke.mapped is mapped
    assert "seccomp" in smoke.walls
    assert smoke.peak_memory > 50 << 20, "the whole child, torch included"


def test_a_file_only_we_can_read_is_copied_for_the_child(tmp_path: Path) -> None:
    path = save(tmp_path / "model.pt", tensors())
    path.chmod(0o600)
    assert isinstance(SANDBOX.smoke(path, mapped=True), Loaded)


def test_nan_and_infinity_are_named(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    value = {"a": torch.tensor([1.0, float("nan")]), "nested": [torch.tensor([float("-inf")], dtype=torch.float16)]}
    smoke = SANDBOX.smoke(save(tmp_path / "model.pt", value), mapped=False)
    assert isinstance(smoke, Loaded)
    assert smoke.bad_values == ("a", "nested.0")


def test_odd_dtypes_and_layouts_are_looked_at(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    value = {
        "fp8": torch.ones(3).to(torch.float8_e4m3fn),
        "complex": torch.tensor([1j, complex("nan")]),
        "sparse": torch.sparse_coo_tensor(torch.tensor([[0]]), torch.tensor([float("inf")]), (2,)),
        "quantised": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "strided": torch.arange(12.0).view(3, 4).t(),
        "giant view": torch.ones(1).expand(1 << 40),
        "empty": torch.empty(0),
        "scalar": torch.tensor(2),
        "flags": torch.tensor([True]),
    }
    smoke = SANDBOX.smoke(save(tmp_path / "model.pt", value), mapped=False)
    assert isinstance(smoke, Loaded), smoke
    assert smoke.tensors == 9
    assert smoke.bad_values == ("complex", "sparse")
    assert smoke.all_zero == ()


def test_what_needs_an_allow_list_is_refused_with_its_names_and_loads_with_them(tmp_path: Path) -> None:
    path = save(tmp_path / "model.pt", {"args": argparse.Namespace(lr=1), **tensors()})
    refused = SANDBOX.smoke(path, mapped=False)
    assert isinstance(refused, Refused)
    assert "argparse.Namespace" in refused.reason
    assert refused.needs == ("argparse.Namespace",)
    assert isinstance(SANDBOX.smoke(path, mapped=False, safe_globals=("argparse.Namespace",)), Loaded)


def test_a_projects_own_class_is_never_imported(tmp_path: Path) -> None:
    """Whoever trusts it in the policy is told that it was not tried: no alarm, and no pass."""
    for name in ("secret.module.Thing", "numpy.not_there.Thing", "torch.Nothing"):
        neutral = SANDBOX.smoke(save(tmp_path / "model.pt", tensors()), mapped=False, safe_globals=(name,))
        assert isinstance(neutral, NotTried), neutral
        assert name.rpartition(".")[2] in neutral.reason or name.rpartition(".")[0] in neutral.reason


def test_a_name_whose_module_has_moved_since(tmp_path: Path) -> None:
    """Files written under numpy 1 say `numpy.core`; the function itself says `numpy._core` today."""
    numpy = pytest.importorskip("numpy")
    path = save(tmp_path / "model.pt", {"x": numpy.float64(2.5)})
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    wanted = ("numpy.core.multiarray.scalar", "numpy.dtype", "numpy.dtypes.Float64DType")
    loaded = SANDBOX.smoke(path, mapped=False, safe_globals=wanted)
    assert isinstance(loaded, Loaded), loaded


def test_a_deflated_bomb_is_stopped_by_the_memory_limit(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    buffer = io.BytesIO()
    torch.save({"w": torch.zeros(400 << 20, dtype=torch.uint8)}, buffer)
    bomb = tmp_path / "bomb.pt"
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for record in old.infolist():
            new.writestr(record.filename, old.read(record))
    smoke = Sandbox(limits=SandboxLimits(seconds=60, memory=128 << 20)).smoke(bomb, mapped=False)
    assert isinstance(smoke, Killed | Refused), smoke


@pytest.mark.parametrize("cut", [0, 10, 1000])
def test_a_truncated_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = save(tmp_path / "model.pt", tensors())
    path.write_bytes(path.read_bytes()[:cut])
    assert isinstance(SANDBOX.smoke(path, mapped=False), Refused)


def test_code_in_a_pickle_does_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    path = tmp_path / "model.pt"
    path.write_bytes(b"cos\nsystem\n(S'touch " + str(canary).encode() + b"'\ntR.")
    assert isinstance(SANDBOX.smoke(path, mapped=False), Refused)
    assert not canary.exists()


def test_exported_tensors_equal_the_checkpoints(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file

    value = {**tensors(), "strided": torch.arange(12.0).view(3, 4).t(), "lr": 0.1}
    export = tmp_path / "model.safetensors"
    smoke = SANDBOX.smoke(save(tmp_path / "model.pt", value), mapped=True, export=export)
    assert isinstance(smoke, Loaded), smoke
    exported = load_file(export)
    assert set(exported) == {"weight", "tied", "half", "zero", "strided"}
    for name, tensor in exported.items():
        assert torch.equal(tensor, value[name]), name


def test_drift_is_measured_tensor_by_tensor(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    old = {"same": torch.ones(5), "moved": torch.full((4,), 2.0), "reshaped": torch.ones(2), "gone": torch.ones(1)}
    new = {"same": torch.ones(5), "moved": torch.tensor([2.0, 2.0, 2.0, 4.0]), "reshaped": torch.ones(3)}
    new["same"][0] = float("nan")
    save_file(old, tmp_path / "old.safetensors")
    save_file(new, tmp_path / "new.safetensors")
    drift = SANDBOX.compare(tmp_path / "old.safetensors", tmp_path / "new.safetensors")
    assert isinstance(drift, tuple), drift
    rows = {row.name: row for row in drift}
    assert set(rows) == {"same", "moved"}
    assert (rows["moved"].largest, rows["moved"].mean, rows["moved"].relative) == (2.0, 0.5, 0.25)
    assert (rows["same"].largest, rows["same"].new_bad_values) == (0.0, 1)
    assert drift[0].name == "moved"


def test_a_device_that_is_not_there_is_neutral(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    save_file({"w": torch.ones(3)}, tmp_path / "model.safetensors")
    for device in ("cuda", "tpu", "xla"):
        if device == "cuda" and torch.cuda.is_available():
            continue
        smoke = SANDBOX.on_device(tmp_path / "model.safetensors", device)
        assert isinstance(smoke, NotTried), smoke
        assert smoke.device == device
    there = SANDBOX.on_device(tmp_path / "model.safetensors", "cpu")
    assert isinstance(there, Loaded)
    assert (there.tensors, there.nbytes) == (1, 12)


MISBEHAVING = {
    "says nothing": ("exit 0", "no answer"),
    "says half a line": ('printf \'{"kind": "loaded", \'', "no answer"),
    "says two lines": ('echo \'{"kind": "refused", "reason": "x"}\'; echo more', "no answer"),
    "says a list": ("echo '[]'", "no answer"),
    "says it loaded without figures": ('echo \'{"kind": "loaded"}\'', "without sense"),
    "says infinitely many": (
        'echo \'{"kind": "loaded", "tensors": Infinity, "parameters": 1, "nbytes": 1, "seconds": 1}\'',
        "without sense",
    ),
    "nests without end": ("printf '[%.0s' $(seq 100000)", "no answer"),
    "fails after answering": ('echo \'{"kind": "refused", "reason": "x"}\'; exit 3', "exit status 3"),
    "complains and fails": ("echo reason >&2; exit 1", "reason"),
    "segmentation fault": ("kill -SEGV $$", "SIGSEGV"),
    "bus error": ("kill -BUS $$", "SIGBUS"),
    "killed": ("kill -KILL $$", "SIGKILL"),
    "stopped": ("kill -STOP $$", "ran out of time"),
    "hangs": ("sleep 600", "ran out of time"),
    "leaves a child that holds the pipe": ("sleep 600 & exit 0", "no answer"),
}


@pytest.mark.parametrize("name", sorted(MISBEHAVING))
def test_every_way_to_die_is_a_verdict(name: str, tmp_path: Path) -> None:
    script, reason = MISBEHAVING[name]
    python = tmp_path / "python"
    python.write_text(f"#!/bin/bash\n{script}\n")
    python.chmod(0o755)
    (tmp_path / "model.pt").write_bytes(b"x")
    smoke = Sandbox(python=str(python), limits=SandboxLimits(seconds=1.5)).smoke(tmp_path / "model.pt", mapped=False)
    assert isinstance(smoke, Killed), smoke
    assert reason in smoke.reason


@pytest.mark.parametrize("answer", ['{"kind": "compared", "drift": [{}]}', '{"kind": "compared", "drift": 7}'])
def test_a_comparison_without_sense_is_a_verdict(answer: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/bash\necho '{answer}'\n")
    python.chmod(0o755)
    (tmp_path / "a").write_bytes(b"x")
    assert isinstance(Sandbox(python=str(python)).compare(tmp_path / "a", tmp_path / "a"), Killed)


def test_the_child_sees_none_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    python = tmp_path / "python"
    python.write_text('#!/bin/bash\nenv | cut -d= -f1 | sort | tr "\\n" " " >&2\nexit 1\n')
    python.chmod(0o755)
    (tmp_path / "model.pt").write_bytes(b"x")
    smoke = Sandbox(python=str(python)).smoke(tmp_path / "model.pt", mapped=False)
    assert isinstance(smoke, Killed)
    assert "GITHUB_TOKEN" not in smoke.reason
    assert "TORCH_DEVICE_BACKEND_AUTOLOAD" in smoke.reason


def test_without_torch_nothing_is_tried_and_nothing_passes(tmp_path: Path) -> None:
    python = tmp_path / "python"
    real = json.dumps(os.path.realpath("/usr/bin/python3"))
    if not Path("/usr/bin/python3").exists():
        pytest.skip("no second Python without torch on this machine")
    python.write_text(f'#!/bin/bash\nexec {real} "$@"\n')
    python.chmod(0o755)
    (tmp_path / "model.pt").write_bytes(b"x")
    smoke = Sandbox(python=str(python)).smoke(tmp_path / "model.pt", mapped=False)
    assert isinstance(smoke, NotTried)
    assert "loadguard[smoke]" in smoke.reason
