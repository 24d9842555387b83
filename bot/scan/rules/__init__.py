"""The rules, one module each; a module's docstring is its documentation."""

from __future__ import annotations

import inspect
import sys

from bot.scan.rules import (
    ck101,
    ck102,
    ck103,
    ck104,
    ck105,
    ck106,
    ck107,
    ck108,
    lg001,
    lg002,
    lg003,
    lg004,
    lg005,
    lg006,
    lg007,
    lg008,
)
from bot.scan.rules.base import Rule

CHECKPOINT_RULES: tuple[Rule, ...] = (
    ck101.RULE, ck102.RULE, ck103.RULE, ck104.RULE, ck105.RULE, ck106.RULE, ck107.RULE, ck108.RULE,
)  # fmt: skip
"""What is said of checkpoints; `scan/checkpoint/` and the sandbox find it, no source is asked."""

SOURCE_RULES: tuple[Rule, ...] = (
    lg001.RULE, lg002.RULE, lg003.RULE, lg004.RULE, lg005.RULE, lg006.RULE, lg007.RULE, lg008.RULE,
)  # fmt: skip
"""What is said of code and of the files around it."""

RULES: tuple[Rule, ...] = (*SOURCE_RULES, *CHECKPOINT_RULES)
"""Every rule over source, by code. A new rule is a module here and one more name in this line."""


def documentation(code: str) -> str | None:
    """Why a rule exists, a bad and a good example, the advisory and the fix: its module's docstring.

    None where there is no such code.
    """
    if code not in {rule.code for rule in RULES}:
        return None
    module = sys.modules[f"{__name__}.{code.lower()}"]
    return inspect.cleandoc(module.__doc__ or "")
