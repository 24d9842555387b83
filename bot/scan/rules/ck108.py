"""A checkpoint's keys, shapes or dtypes differ from those of the version it replaces.

`load_state_dict` fails on a missing key or a changed shape, and with `strict=False` it silently loads less. A changed
dtype doubles or halves the memory of everyone who loads the file.

Bad: `head.weight` is gone, and nothing in the pull request's code changed the head.

Good: the same keys, shapes and dtypes with new values.

Advisory: none.

Fix: nothing, where the change is meant: it is a note. Otherwise look at the script that saved the file.
"""

from __future__ import annotations

from bot.model import Severity
from bot.scan.rules.base import Rule

RULE = Rule("CK108", "layout-changed", Severity.NOTE, "keys, shapes or dtypes differ from the version it replaces")
