"""A bug report ready to be pasted, for the trouble nobody foresaw; secrets are taken out of it."""

from __future__ import annotations

import platform
import re
import shlex
import traceback
from collections.abc import Mapping, Sequence

from bot import __version__

SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|API_?KEY|AUTH", re.IGNORECASE)
SECRET_SHAPES = re.compile(
    r"gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|(?<=://)[^/\s@]+@|(?<=[Bb]earer )\S+|"
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
SHORTEST_SECRET = 6
"""Shorter values of a variable named like a secret (`1`, `true`) would blot out the whole text."""


def write_bug_report(trouble: BaseException, words: Sequence[str], environ: Mapping[str, str]) -> str:
    """What a maintainer needs: version, platform, command, traceback."""
    trace = "".join(traceback.format_exception(trouble))
    text = (
        f"loadguard met something it did not foresee: {type(trouble).__name__}\n"
        "This is a mistake in loadguard; no result of this run is to be trusted. Please send what follows.\n\n"
        "--- bug report ---\n"
        f"loadguard {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}\n"
        f"command: loadguard {shlex.join(words)}\n"
        f"{trace}--- end ---"
    )
    return without_secrets(text, environ)


def without_secrets(text: str, environ: Mapping[str, str]) -> str:
    """The text with the value of every variable named like a secret, and whatever looks like a token, blotted out."""
    values = {v for name, v in environ.items() if SECRET_NAME.search(name) and len(v) >= SHORTEST_SECRET}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "***")
    return SECRET_SHAPES.sub("***", text)
