"""What is asked of every file of a tree before one is parsed: so it is here, apart from all that parses and judges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bot.scan.project import Project
from bot.scan.rules import RULES
from bot.scan.rules.base import Alarm, Rule
from bot.scan.sites.disguises import is_cut
from bot.scan.text.kinds import is_markdown
from bot.scan.text.read import is_python_script
from bot.scan.text.source import MAX_BYTES

_PYTHON = (".py", ".pyw", ".ipynb")
_SPELT_OUT = re.compile(rb"\\u00[2-7]")
"""A plain letter as JSON's number of it: no editor writes one, and it hides every word we look for."""


def active_rules(project: Project) -> tuple[Rule, ...]:
    """The rules that look at source and that the policy has not switched off."""
    levels = project.options.levels
    checks = (r for r in RULES if r.check_site or r.check_module or r.check_file)
    return tuple(r for r in checks if levels.get(r.code, r.severity) is not None)


def alarm_of(rules: Iterable[Rule]) -> Alarm:
    """What asks files on behalf of these rules; made once for each choice of them."""
    return _alarm(tuple(rule.code for rule in rules))


@cache
def _alarm(codes: tuple[str, ...]) -> Alarm:
    return Alarm(rule for rule in RULES if rule.code in codes)


def is_python(path: str, data: bytes, *, markdown: bool = False) -> bool:
    """Python source, a notebook, a script that a shebang says is Python; a stub never."""
    if path.endswith(_PYTHON):
        return True
    if "." not in path.rpartition("/")[2]:
        return is_python_script(data)
    return markdown and is_markdown(path)


def speaks_up(path: str, data: bytes) -> bool:
    """Whether a Python file has to be looked into whatever its rules ask for, and whatever stands before its `load`."""
    return len(data) > MAX_BYTES or is_told(data) or is_spelt_out(path, data)


def is_told(data: bytes) -> bool:
    """UTF-16 hides every word we look for; and a comment of ours that silences nothing has to be told."""
    return b"\0" in data[:4] or b"loadguard:" in data


def is_spelt_out(path: str, data: bytes) -> bool:
    return path.endswith(".ipynb") and (_SPELT_OUT.search(data) is not None or is_cut(data))
