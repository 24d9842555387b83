"""torch's allow-list on record is what the installed torch says, where its version is one of those on record."""

from __future__ import annotations

import pytest

from bot.scan.checkpoint.allowlist import allow_list
from tools import derive_allowlist


def test_the_record_is_what_torch_says() -> None:
    torch = pytest.importorskip("torch", reason="the list is torch's (extra loadguard[smoke])")
    version = ".".join(torch.__version__.split("+")[0].split(".")[:2])
    recorded = allow_list(version)
    if recorded.version != version:
        pytest.skip(f"torch {version} is not on record; tools/derive_allowlist.py adds it")
    derived_version, entry = derive_allowlist.derive()
    assert derived_version == version
    assert recorded.names == set(entry["globals"])
    assert recorded.blocked == set(entry["blocked_modules"])
    assert derive_allowlist.main(["--check"]) == 0
