"""`python -m bot`, called inside a tree that nobody trusts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_nothing_in_the_current_folder_is_imported(tmp_path: Path) -> None:
    """trailofbits/fickling has a pickle.py at a folder's top: a scan started in it ran that file."""
    for name in ("pickle", "argparse", "ast", "yaml", "json", "sqlite3"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name}.py of the tree was run')\n")
    (tmp_path / "train.py").write_text("import torch\ntorch.load('x.pt')\n")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "scan", "."],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "was run" not in done.stdout + done.stderr
    assert done.returncode == 1 and "LG001" in done.stdout
