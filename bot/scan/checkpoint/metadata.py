"""Text beside tensors, such as safetensors' `__metadata__`: no loader runs it, and programs have been found in it.

Whoever puts code there counts on a program that evaluates what it reads. Weights need none, so it is named as code.
"""

from __future__ import annotations

import re

from bot.scan.checkpoint.embedded import looks_packed
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.streams import read_hidden

PROGRAM = re.compile(
    r"\b(?:import\s{1,9}(?:os|sys|subprocess|socket|ctypes|base64|pty|shutil)\b"
    r"|from\s{1,9}(?:os|subprocess|socket|ctypes)\s{1,9}import\b"
    r"|(?:os\.(?:system|popen|exec\w{1,3}|spawn\w{1,4})|subprocess\.\w{1,40}|pickle\.loads?)\s{0,9}\("
    r"|(?:eval|exec|compile|__import__)\s{0,9}\(\s{0,9}[\w'\"]"
    r"|rm\s{1,9}-[a-z]{1,9}\s|(?:curl|wget)\s{1,9}[^\s:]{0,99}https?://"
    r"|(?:ba|z)?sh\s{1,9}-c\s|powershell(?:\.exe)?\s{1,9}-)"
    r"|<script\b|javascript:|\{\{[^{}]{0,99}__[a-z]{1,40}__",
    re.I,
)
"""Python, shell, HTML and templates, by what takes part in running something. Every repetition is bounded, since a
stranger's text is searched."""
CALLED = re.compile(r"(?:callback|webhook|payload|download|post_?install|hook)\w*\Z", re.I)
ADDRESS = re.compile(r"\s*(?:https?|ftp)://", re.I)
LONGEST, KEY = 1024 * 1024, 200


def check_text(reading: Reading, key: str, value: str, label: str) -> None:
    """Name a program, a pickle, or an address that a program is told to call, in one entry."""
    place = f"{label}[metadata {key[:80]!r}]"
    for text in (key, value[:LONGEST]):
        raw = text.encode("utf-8", "replace")
        if looks_packed(raw):
            read_hidden(reading, raw, place)
    found = PROGRAM.search(key) or PROGRAM.search(value, 0, LONGEST)
    if found:
        what = " ".join(found[0].split())[:40]
        reading.log.code(
            f"text that is a program ({what}): nothing that loads tensors runs it, and none is needed", record=place
        )
    elif CALLED.search(key[-KEY:]) and ADDRESS.match(value):
        reading.log.code(
            "an address for a program to call or to download from, which tensors do not need", record=place
        )
