"""One machine and one build of our image for these tests; both are gone before the next folder's begin."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from tests.e2e.machine import ROOT, Machine, image_of, missing

LOCAL_IMAGE = "localhost/loadguard:e2e"


def pinned_action() -> str:
    """`owner/name@sha` as the examples spell it."""
    found = re.search(r"uses: (loadguard/loadguard@[0-9a-f]{40})", (ROOT / "examples/workflow-step.yml").read_text())
    assert found, "examples/workflow-step.yml does not pin loadguard by sha"
    return found[1]


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def image(machine: Machine) -> str:
    """The tag of the image that `machine` built."""
    return LOCAL_IMAGE
