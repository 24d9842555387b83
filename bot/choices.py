"""What may be chosen, by an input of the action as by an option of the command line."""

from __future__ import annotations

from collections.abc import Iterable

FAIL_LEVELS = ("note", "warning", "error", "never")
FIX_MODES = ("off", "suggest", "pr")
MMAP_MODES = ("auto", "always-when-legal", "never")
COMMENT_MODES = ("review", "summary", "off")
DEVICES = ("cpu", "cuda", "tpu", "xla")
CHECKPOINT_MODES = ("off", "static", "smoke")
SWITCHES = ("true", "false")
SWEEP_STEPS = ("plan", "run", "publish", "report")

_MEANT = {"gpu": "cuda"}
"""What people say for one of these."""


def nearest(word: str, words: Iterable[str]) -> str:
    """The known word that `word` was probably to be; empty when none is close."""
    import difflib

    known = {each.lower(): each for each in words}
    said = word.lower()
    if _MEANT.get(said) in known:
        return known[_MEANT[said]]
    close = difflib.get_close_matches(said, known, n=1, cutoff=0.6)
    return known[close[0]] if close else ""
