"""Text beside tensors, such as safetensors' `__metadata__`: no loader runs it, and programs have been found in it.

Whoever puts code there counts on a program that evaluates what it reads. Weights need none, so it is named as code.
"""

from __future__ import annotations

import re

from bot.scan.checkpoint.embedded import looks_packed
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.streams import read_hidden

PROGRAM = re.compile(
    r"\b(?:import\s+(?:os|sys|subprocess|socket|ctypes|base64|pty|shutil)\b"
    r"|from\s+(?:os|subprocess|socket|ctypes)\s+import\b"
    r"|(?:os\.(?:system|popen|exec\w{1,3}|spawn\w{1,4})|subprocess\.\w+|pickle\.loads?)\s*\("
    r"|(?:eval|exec|compile|__import__)\s*\(\s*[\w'\"]"
    r"|rm\s+-\w*[rf]\w*\s|(?:curl|wget)\s+\S*https?://|(?:ba|z)?sh\s+-c\s|powershell(?:\.exe)?\s+-)"
    r"|<script\b|javascript:|\{\{[^}]*__\w+__",
    re.I,
)
"""Python, shell, HTML and templates, by what takes part in running something."""
CALLED = re.compile(r"(?:callback|webhook|payload|download|post_?install|hook)\w*\Z", re.I)
ADDRESS = re.compile(r"\s*(?:https?|ftp)://", re.I)
LONGEST = 1024 * 1024


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
    elif CALLED.search(key) and ADDRESS.match(value):
        reading.log.code(
            "an address for a program to call or to download from, which tensors do not need", record=place
        )
