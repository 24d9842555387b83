"""pre-commit itself: it clones this repository, installs it into an environment of its own and runs the hook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.machine import ROOT


def test_pre_commit_installs_and_runs_the_hook(tmp_path: Path) -> None:
    if os.environ.get("LOADGUARD_E2E") != "1" and os.environ.get("CI") != "true":
        pytest.skip("installs from a package registry; `make e2e` asks for it (LOADGUARD_E2E=1 or CI=true)")
    environ = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environ |= {"PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_COUNT": "1"}
    environ |= {"GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    project = tmp_path / "project"
    project.mkdir()
    (project / "read.py").write_text("import torch\n\nmodel.load_state_dict(torch.load('weights.pt'))\n")
    subprocess.run(["git", "init", "--quiet"], cwd=project, env=environ, check=True)
    subprocess.run(["git", "add", "."], cwd=project, env=environ, check=True)
    ran = subprocess.run(
        [Path(sys.executable).with_name("pre-commit"), "try-repo", ROOT, "loadguard", "--ref=HEAD", "--all-files"],
        cwd=project, env=environ, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "read.py:3:23: LG001" in ran.stdout, ran.stdout + ran.stderr
