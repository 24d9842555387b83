"""What GitHub publishes through npm: its OpenAPI and GraphQL descriptions and its webhook examples.

Not needed for a test run. Where they lie in `node_modules` here, or in the folder LOADGUARD_PUBLISHED names, more is
checked:

    npm install --no-save @octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1 @octokit/webhooks-examples@7.6.1
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


def published(name: str) -> Path:
    """The file `name` of an @octokit package; the test is skipped, saying how to get it, where there is none."""
    for folder in (os.environ.get("LOADGUARD_PUBLISHED", ""), str(ROOT / "node_modules")):
        path = Path(folder) / "@octokit" / name
        if folder and path.is_file():
            return path
    pytest.skip(f"@octokit/{name} is not installed (see tests/published.py)")


@cache
def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
