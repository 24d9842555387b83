"""One machine, one build of our image, for the whole session."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
import yaml

from tests.e2e.machine import ROOT, Machine, image_of, missing

LOCAL_IMAGE = "localhost/loadguard:e2e"


def pinned_action() -> str:
    """`owner/name@sha` as the examples spell it."""
    found = re.search(r"uses: (loadguard/loadguard@[0-9a-f]{40})", (ROOT / "examples/workflow-step.yml").read_text())
    assert found, "examples/workflow-step.yml does not pin loadguard by sha"
    return found[1]


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Containers, our image built, the Docker API served. Skips where nobody asked; fails where CI lacks the tools."""
    if os.environ.get("LOADGUARD_E2E") != "1" and os.environ.get("CI") != "true":
        pytest.skip("builds and runs containers; `make e2e` asks for it (LOADGUARD_E2E=1 or CI=true)")
    if lack := missing():
        pytest.fail(lack, pytrace=False)
    made = Machine(tmp_path_factory.mktemp("podman"))
    made.have_base()
    made.build(LOCAL_IMAGE, image_of(pinned_action()))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def image(machine: Machine) -> str:
    """The tag of the image that `machine` built."""
    return LOCAL_IMAGE


@pytest.fixture(scope="session")
def action_inputs() -> dict[str, str]:
    """The inputs of action.yml with their defaults."""
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    return {name: entry["default"] for name, entry in inputs.items()}
