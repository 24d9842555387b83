"""The rules, one module each; a module's docstring is its documentation."""

from __future__ import annotations

import inspect
import sys

from bot.scan.rules import lg001, lg002, lg003
from bot.scan.rules.base import Rule

RULES: tuple[Rule, ...] = (lg001.RULE, lg002.RULE, lg003.RULE)
"""Every rule over source, by code. A new rule is a module here and one more name in this line."""


def documentation(code: str) -> str | None:
    """Why a rule exists, a bad and a good example, the advisory and the fix: its module's docstring, or None for no such code."""
    module = sys.modules.get(f"{__name__}.{code.lower()}")
    return inspect.cleandoc(module.__doc__ or "") if module else None
