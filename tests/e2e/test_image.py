"""The image alone: small inputs on a machine without a network, and repositories that would like to be imported."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.machine import ROOT, Machine

DEMO = ROOT / "examples/demo"
EVIL = "open('/work/ran', 'w').write('imported')\n"


def test_scanning_needs_no_network(machine: Machine, image: str) -> None:
    ran = machine.run_image(image, "scan", volumes={DEMO / "base": "/work:ro"}, workdir="/work")
    assert ran.returncode == 1, ran.stdout
    assert "evaluate.py:8:27: LG001" in ran.stdout


def test_nothing_of_the_scanned_repository_is_imported(machine: Machine, image: str, tmp_path: Path) -> None:
    """With its root as working directory, as in a workflow: modules of our own names, and Python's start-up hooks."""
    for name in ("bot/__init__.py", "bot/main.py", "yaml.py", "json.py", "sitecustomize.py", "usercustomize.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(EVIL)
    (tmp_path / "read.py").write_text("import torch\ntorch.load('x')\n")
    where = {"PYTHONPATH": "/work", "HOME": "/work"}
    ran = machine.run_image(image, "scan", volumes={tmp_path: "/work"}, workdir="/work", environ=where)
    assert ran.returncode == 1, ran.stdout
    assert "read.py:2:1: LG001" in ran.stdout
    assert not (tmp_path / "ran").exists()


def test_a_change_of_code_reinstalls_nothing(machine: Machine, image: str, tmp_path: Path) -> None:
    for name in ("Dockerfile", ".dockerignore", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "bot/__init__.py").open("a") as file:
        file.write("# changed\n")
    built = machine.build("localhost/loadguard:changed", context=tmp_path)
    assert "Successfully tagged" in built
    assert "Collecting" not in built, "pip ran again"


def test_the_image_holds_no_torch_and_nothing_of_the_checkout_but_the_package(machine: Machine, image: str) -> None:
    look = "import importlib.util as u; print(u.find_spec('torch'))"
    found = machine.run_image(image, "-I", "-c", look, entrypoint="/opt/loadguard/bin/python")
    assert found.stdout.strip() == "None"
    listed = machine.run_image(image, "-1", "/opt/loadguard/src", entrypoint="ls")
    assert listed.stdout.split() == ["bot"]


@pytest.fixture(scope="module")
def torch_image(machine: Machine, image: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Our image with torch in it, where pip knows of a CPU-only build (on Linux the default one is gigabytes)."""
    index = tmp_path_factory.mktemp("index")
    wheels = index / "torch"
    got = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels, "torch==2.13.0+cpu"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if got.returncode:
        pytest.skip("pip knows no CPU-only torch 2.13.0 to build the image with (TORCH_INDEX)")
    (wheel,) = wheels.iterdir()
    if "-cp311-" not in wheel.name:
        pytest.skip(f"the image runs Python 3.11, this machine's torch is {wheel.name}")
    (wheels / "index.html").write_text(f'<a href="{wheel.name.replace("+", "%2B")}">{wheel.name}</a>')
    arguments = {"TORCH": "torch==2.13.0+cpu", "TORCH_INDEX": "file:///index"}
    machine.build("localhost/loadguard:torch", arguments=arguments, volumes={index: "/index:ro"})
    return "localhost/loadguard:torch"


def test_four_checkpoints_in_the_sandbox_in_the_container(machine: Machine, torch_image: str, tmp_path: Path) -> None:
    """As root in a default container, without capabilities: every wall of the sandbox stands there too."""
    subprocess.run([sys.executable, DEMO / "checkpoints.py", tmp_path], check=True)
    names = ["good.pt", "numpy.pt", "truncated.pt", "malicious.pt"]
    ran = machine.run_image(torch_image, "smoke", *names, volumes={tmp_path: "/work:ro"}, workdir="/work")
    assert ran.returncode == 1, ran.stdout
    assert "this must never be seen" not in ran.stdout.replace("echo this must never be seen", "")
    for name in names:
        assert name in ran.stdout
    for code in ("CK101", "CK102", "CK103"):
        assert code in ran.stdout, ran.stdout
    good = machine.run_image(torch_image, "smoke", "good.pt", volumes={tmp_path: "/work:ro"}, workdir="/work")
    assert good.returncode == 0, good.stdout
