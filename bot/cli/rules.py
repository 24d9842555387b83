"""`loadguard rules` and `loadguard explain CODE`: what the rules' own docstrings say."""

from __future__ import annotations

import inspect
import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bot import baseline
from bot.cli.context import Context
from bot.cli.suggest import did_you_mean
from bot.errors import ExitCode, UsageError
from bot.model import Severity
from bot.report.style import Style


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One line of the table."""

    code: str
    name: str
    severity: Severity
    summary: str


@cache
def rule_table() -> tuple[RuleEntry, ...]:
    """Every rule over source and over checkpoints, by code."""
    from bot.scan.rules import RULES

    entries = [RuleEntry(each.code, each.name, each.severity, each.summary) for each in RULES]
    return tuple(sorted(entries, key=lambda each: (not each.code.startswith("LG"), each.code)))


def rule_codes() -> tuple[str, ...]:
    """The codes, in the table's order."""
    return tuple(each.code for each in rule_table())


BASELINE = RuleEntry(
    "LG000", "baseline", Severity.ERROR, "an entry of the baseline that nobody reviewed, or that is stale"
)
"""What a baseline itself does wrong; no rule that a policy could set, but a code that a person may look up."""


def documentation_of(code: str) -> str:
    """A rule's own text; empty where there is no such rule."""
    if code == BASELINE.code:
        return inspect.cleandoc(baseline.__doc__ or "")
    from bot.scan.rules import documentation

    return documentation(code) or ""


def all_documentation() -> dict[str, str]:
    """Every rule's text by code, for the formats that carry help."""
    return {code: documentation_of(code) for code in rule_codes()}


def rules(arguments: Namespace, context: Context) -> int:
    """Print the table."""
    entries = rule_table()
    if arguments.format == "json":
        data = [{"code": e.code, "name": e.name, "severity": e.severity.value, "summary": e.summary} for e in entries]
        context.console.write(json.dumps(data, indent=2) + "\n")
    else:
        context.console.write("".join(_rows(entries, context.style)))
    return ExitCode.CLEAN


def _rows(entries: Iterable[RuleEntry], style: Style) -> list[str]:
    entries = list(entries)
    width = max((len(each.name) for each in entries), default=0)
    return [
        f"{style.bold(each.code)}  {each.name:<{width}}  {style.severity(each.severity, f'{each.severity.value:<7}')}"
        f"  {each.summary}\n"
        for each in entries
    ]


def explain(arguments: Namespace, context: Context) -> int:
    """Print one rule's text. Raises `UsageError` for a code or name that is not known, with the closest one."""
    entry = find_rule(arguments.code)
    style = context.style
    head = f"{style.bold(f'{entry.code} {entry.name}')} ({style.severity(entry.severity, entry.severity.value)})\n\n"
    context.console.write(head + _coloured(documentation_of(entry.code), style) + "\n")
    return ExitCode.CLEAN


def find_rule(word: str) -> RuleEntry:
    """The rule by its code or its name, in any case."""
    entries = (*rule_table(), BASELINE)
    for each in entries:
        if word.lower() in (each.code.lower(), each.name):
            return each
    words = [*(each.code for each in entries), *(each.name for each in entries)]
    hint = did_you_mean(word, words, otherwise="`loadguard rules` lists them")
    raise UsageError(f"unknown rule {word!r}", hint=hint)


def _coloured(text: str, style: Style) -> str:
    lines = []
    for line in text.splitlines():
        heading = line.endswith(":") and not line.startswith(" ") and len(line) < 30
        lines.append(style.bold(line) if heading else style.dim(line) if line.startswith("    ") else line)
    return "\n".join(lines)
