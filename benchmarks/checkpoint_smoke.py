"""The sandboxed load of a 2 GiB checkpoint: memory and time of the locked child, against a child that imports torch.

    python benchmarks/checkpoint_smoke.py [--gib 2] [--runs 3] [--folder DIR]

Needs torch. The file is `checkpoint_static.py`'s, made in the folder given (a temporary one by default) and removed
again. Memory is each process's own high-water mark (VmHWM), pages of a mapped file included. Bar (issue 4): loading
with mmap takes at most 120 MB over bare torch. Every value is looked at (NaN, infinity, zeros), mapped or not.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.checkpoint_static import make_file  # noqa: E402
from bot.edge.sandbox import Sandbox, SandboxLimits  # noqa: E402
from bot.model import Loaded  # noqa: E402

MB = 1_000_000
BARE = """
import torch
torch.set_num_threads(1)
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""


def bare_torch() -> float:
    """Megabytes of a child that does nothing but import torch, in the sandbox's own environment."""
    environment = {"OMP_NUM_THREADS": "1", "TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", BARE], env=environment, capture_output=True, text=True, check=True
    )
    return int(done.stdout) * 1024 / MB


def smoke(path: Path, *, mapped: bool) -> Loaded:
    """One load in the sandbox. Raises RuntimeError where it does not end well."""
    verdict = Sandbox(limits=SandboxLimits(seconds=300)).smoke(path, mapped=mapped)
    if not isinstance(verdict, Loaded):
        raise RuntimeError(f"not loaded: {verdict}")
    return verdict


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=float, default=2.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder")
    options = parser.parse_args()
    base = statistics.median(bare_torch() for _ in range(options.runs))
    print(f"{'import torch':<24} {base:8.0f} MB", flush=True)
    over = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "model.pt"
        make_file(path, options.gib)
        for mapped in (True, False):
            runs = [smoke(path, mapped=mapped) for _ in range(options.runs)]
            peak = statistics.median(run.peak_memory for run in runs) / MB
            seconds = statistics.median(run.seconds for run in runs)
            over[mapped] = peak - base
            name = "smoke load, mapped" if mapped else "smoke load, read"
            print(
                f"{name:<24} {peak:8.0f} MB  {over[mapped]:+8.0f} MB  torch.load {seconds * 1000:9.1f} ms", flush=True
            )
        print(f"{path.stat().st_size:,} bytes; walls: {', '.join(runs[0].walls)}")
    held = over[True] <= 120
    print(f"bar (mapped within 120 MB of bare torch) {'held' if held else 'MISSED'}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
