"""Try the device leg on XLA for real: PyTorch/XLA 2.9 on its CPU device, in an environment of its own.

    python benchmarks/try_xla.py [FOLDER]

Installs torch 2.9 and torch_xla 2.9 there (about 7 GB with the CUDA packages torch brings; kept and used again), loads
a checkpoint in the sandbox of the Python this runs under (torch >= 2.10), and moves its tensors to `xla:0`. Not part of
the tests: 7 GB are too much for them. torch_xla stopped at 2.9, whose torch has CVE-2026-24747: it opens no pickle.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.edge.sandbox import Sandbox, SandboxLimits
from bot.model import Loaded

PACKAGES = ("torch==2.9.0", "torch_xla==2.9.0", "safetensors", "numpy")


def environment(folder: Path) -> Path:
    """The environment's Python, made on first use."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "loadguard-xla"
    python = environment(folder)
    import torch

    with tempfile.TemporaryDirectory() as scratch:
        checkpoint, export = Path(scratch) / "model.pt", Path(scratch) / "model.safetensors"
        layers = {f"layers.{i}.weight": torch.randn(512, 512) for i in range(16)}
        torch.save({**layers, "half": torch.ones(1000, dtype=torch.bfloat16), "step": 7}, checkpoint)
        loaded = Sandbox().smoke(checkpoint, mapped=True, export=export)
        print(f"cpu: {loaded}")
        limits = SandboxLimits(seconds=180)
        devices = Sandbox(limits=limits, device_python=str(python), environment=(("PJRT_DEVICE", "CPU"),))
        there = devices.on_device(export, "xla")
        print(f"xla: {there}")
        refused = Sandbox(str(python), limits).smoke(checkpoint, mapped=True)
        print(f"a pickle under torch 2.9: {refused}")
    return 0 if isinstance(loaded, Loaded) and isinstance(there, Loaded) else 1


if __name__ == "__main__":
    sys.exit(main())
