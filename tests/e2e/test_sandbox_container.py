"""Issue 4, show 4: the walls of the sandbox in the image as it ships, under podman as root without its network."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.machine import ROOT, Machine
from tests.escape_attempts import DYING, REFUSED, SYSTEM_CALLS

PYTHON = "/opt/loadguard/bin/python"
STATUS = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('Seccomp:')))"


@pytest.fixture(scope="module")
def seen(machine: Machine, image: str) -> dict[str, Any]:
    """What `tests/escape_attempts.py` saw inside: our package there, and that one file."""
    attempts = {ROOT / "tests/escape_attempts.py": "/attempts.py:ro"}
    ran = machine.run_image(image, "-I", "/attempts.py", entrypoint=PYTHON, volumes=attempts)
    assert ran.returncode == 0, ran.stdout
    answer: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answer


def test_the_runtimes_own_filter_is_on(machine: Machine, image: str) -> None:
    """The walls must stand inside Docker's and podman's default filter, not only where there is none."""
    ran = machine.run_image(image, "-I", "-c", STATUS, entrypoint=PYTHON)
    assert ran.stdout.strip() == "2", "the container runs without the default seccomp profile"


def test_every_wall_stands(seen: dict[str, Any]) -> None:
    names = [name.split()[0] for name in seen["walls"]]
    wanted = ["rlimits", "no_new_privs", "landlock", "unprivileged", "seccomp"]
    assert names == wanted, f"the kernel under this container offers less: {seen['walls']}"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused(name: str, seen: dict[str, Any]) -> None:
    refused, what = seen["attempts"][name]
    assert refused, what


def test_system_calls_are_refused(seen: dict[str, Any]) -> None:
    if not seen["calls"]:
        pytest.skip("the numbers are x86-64's")
    assert seen["calls"] == {name: [-1, "EPERM"] for name in SYSTEM_CALLS}


def test_os_system_runs_nothing(seen: dict[str, Any]) -> None:
    answer, complaint = seen["os.system"]
    assert answer.get("result") != "0"
    assert "escaped" not in complaint


def test_the_parent_answers_in_time(seen: dict[str, Any]) -> None:
    assert seen["dying"] == {name: reason for name, (_, reason) in DYING.items()}
