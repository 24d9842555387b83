"""`make demo` does what the README says of it: findings, suggestions, the fix, a quiet second run, checkpoints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_demo() -> None:
    ran = subprocess.run([sys.executable, ROOT / "examples/demo/run.py"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    shown = ran.stdout
    for part in (
        "evaluate.py:8:27: LG001 error",
        "```suggestion",
        '+    model.load_state_dict(torch.load("weights.pt", map_location="cpu", mmap=True, weights_only=True))',
        "Branches, review and summary are what they were.",
        "numpy.pt: CK102",
        "truncated.pt: CK103",
        "malicious.pt: CK101",
        "good.pt: torch-zip, loadable",
    ):
        assert part in shown, f"{part}\n{shown}"
    assert "\nthis must never be seen" not in shown
