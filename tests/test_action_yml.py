"""What is written twice is checked: action.yml against the list in bot/settings.py, and the Dockerfile."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import INPUTS, OUTPUTS, Input, Output, read_settings

ROOT = Path(__file__).resolve().parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def described(wanted: Input) -> str:
    """An input's sentence as action.yml has it: with its choices, which the runner does not check."""
    return f"{wanted.sentence} One of {', '.join(wanted.choices)}." if wanted.choices else wanted.sentence


def test_inputs_and_their_order() -> None:
    assert list(ACTION["inputs"]) == [wanted.name for wanted in INPUTS]


@pytest.mark.parametrize("wanted", INPUTS, ids=lambda wanted: wanted.name)
def test_input(wanted: Input) -> None:
    entry = ACTION["inputs"][wanted.name]
    assert entry == {"description": described(wanted), "required": False, "default": wanted.default}


def test_outputs_and_their_order() -> None:
    assert list(ACTION["outputs"]) == [wanted.name for wanted in OUTPUTS]


@pytest.mark.parametrize("wanted", OUTPUTS, ids=lambda wanted: wanted.name)
def test_output(wanted: Output) -> None:
    assert ACTION["outputs"][wanted.name] == {"description": wanted.sentence}


def test_the_defaults_are_settings_that_are_accepted() -> None:
    """The runner hands every default over as INPUT_*; a context expression arrives evaluated."""
    context = {"${{ github.token }}": "ghs_x", "${{ github.api_url }}": "https://ghes.example/api/v3"}
    given = {
        f"INPUT_{name.upper()}": context.get(entry["default"], entry["default"])
        for name, entry in ACTION["inputs"].items()
    }
    settings = read_settings(given)
    assert (settings.token, settings.api_url) == ("ghs_x", "https://ghes.example/api/v3")
    assert settings.overrides == {}
    assert settings.dry_run is False


def test_the_action_is_the_dockerfile() -> None:
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_the_base_is_pinned_by_digest_and_can_be_overridden() -> None:
    (default,) = re.findall(r"^ARG PYTHON_IMAGE=(.+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"docker\.io/library/python:3\.11-slim-bookworm@sha256:[0-9a-f]{64}", default)
    assert re.findall(r"^FROM (.+)$", DOCKERFILE, re.MULTILINE) == ["${PYTHON_IMAGE}"]


def test_a_change_of_code_reinstalls_nothing() -> None:
    """Every install stands above the only line that copies code."""
    code = DOCKERFILE.index("COPY bot ")
    assert all(match.start() < code for match in re.finditer(r"pip install|apt-get install", DOCKERFILE))


def test_entrypoint_in_exec_form_and_python_isolated() -> None:
    """Without `-I` the scanned repository, as working directory, could hand Loadguard a module of its own."""
    assert re.search(r'^ENTRYPOINT \["/usr/local/bin/loadguard"\]$', DOCKERFILE, re.MULTILINE)
    assert re.search(r'^CMD \["action"\]$', DOCKERFILE, re.MULTILINE)
    assert "#!/opt/loadguard/bin/python -Iu" in DOCKERFILE


def test_every_locked_dependency_has_a_hash() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [index for index, line in enumerate(lines) if re.match(r"[a-z]", line)]
    assert pins
    assert all(re.match(r" +--hash=sha256:[0-9a-f]{64}", lines[index + 1]) for index in pins)
    assert all("://" not in line for line in lines)


def test_the_lock_holds_every_dependency_of_pyproject() -> None:
    declared = re.search(r"^dependencies = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL | re.MULTILINE)
    assert declared
    names = {name.lower() for name in re.findall(r'"([A-Za-z0-9_.-]+)', declared[1])}
    locked = set(re.findall(r"^([a-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert names <= locked
