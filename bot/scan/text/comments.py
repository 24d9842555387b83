"""What people write in comments to silence a finding: ours, and what other tools taught them for the same thing."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.scan.text.source import SourceText

_WORDS = ("loadguard:", "nosec", "nosem", "NOSONAR")
_TORCHFIX = re.compile(r"102(?<=[Tt][Oo][Rr]102)")

LOADS = frozenset({"LG001", "LG002", "LG003", "LG004", "LG008"})
"""The rules that a comment naming another tool's torch.load rule speaks of."""

_OURS = re.compile(r"loadguard:\s*(?P<word>[\w-]*)(?:\s*\[(?P<codes>[^\]]*)\])?(?P<rest>[^#]*)")
_MISNAMED = re.compile(r"\s*(?:\[|[(:]?\s*(?:LG|CK)\d)", re.I)
"""Rules named in another way, as in `ignore LG001`: such a comment would silence them all."""
_UNTIL = re.compile(r"(?:^|\s)until=(?P<day>\S*)")
_NOQA = re.compile(r"(?P<file>flake8[:=]\s*)?noqa:\s*(?P<codes>[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)", re.I)
_NOSEC = re.compile(r"nosec\b:?(?P<rest>[^#]*)")
_NOSEM = re.compile(r"nosem(?:grep)?\b(?::\s*(?P<rules>[\w.\-]+(?:\s*,\s*[\w.\-]+)*))?")
_NOSONAR = re.compile(r"NOSONAR\b(?:\((?P<rules>[^)]*)\))?")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment. `codes` are the rules it silences, None for all of them.

    `line` is where it stands; `target` the line it speaks of, 0 for the whole file. `trouble` says why a
    comment of ours cannot be honoured; `until` is its last day.
    """

    line: int
    target: int
    tool: str
    codes: frozenset[str] | None
    text: str = ""
    until: date | None = None
    trouble: str = ""


def may_suppress(text: str) -> bool:
    """Whether a file needs to be tokenized at all; a `noqa` speaks of a load only by TorchFix's code."""
    return any(word in text for word in _WORDS) or _TORCHFIX.search(text) is not None


def read_comment(text: str, *, line: int, below: int) -> Iterator[Suppression]:
    """The suppressions in one comment; `below` is the line of code it speaks of where it may stand above its code."""
    ours = _OURS.search(text)
    if ours:
        yield _read_ours(ours, text, line=line, below=below)
    noqa = _NOQA.search(text)
    if noqa and "TOR102" in noqa["codes"].upper():
        yield Suppression(line, 0 if noqa["file"] else line, "TorchFix", LOADS, text)
    nosec = _NOSEC.search(text)
    if nosec:
        named = re.findall(r"\bB\d{3}\b", nosec["rest"])
        if not named or "B614" in named or "pytorch_load" in nosec["rest"]:
            yield Suppression(line, line, "Bandit", LOADS if named else None, text)
    nosem = _NOSEM.search(text)
    if nosem and (not nosem["rules"] or re.search("torch|pickle", nosem["rules"])):
        yield Suppression(line, below, "Semgrep", LOADS if nosem["rules"] else None, text)
    sonar = _NOSONAR.search(text)
    if sonar and (not sonar["rules"] or "S6985" in sonar["rules"]):
        yield Suppression(line, line, "Sonar", LOADS if sonar["rules"] else None, text)


def _read_ours(ours: re.Match[str], text: str, *, line: int, below: int) -> Suppression:
    named = frozenset(code.strip().upper() for code in (ours["codes"] or "").split(",") if code.strip())
    until, trouble = None, ""
    if ours["word"] != "ignore":
        trouble = f"does not say `ignore` but `{ours['word']}`"
    elif ours["codes"] is not None and not named:
        trouble = "names no rule between its brackets"
    elif ours["codes"] is None and _MISNAMED.match(ours["rest"]):
        trouble = "does not name its rules as in `ignore[LG001]`"
    day = _UNTIL.search(ours["rest"])
    if day:
        try:
            until = date.fromisoformat(day["day"])
        except ValueError:
            trouble = trouble or f"says `{day['day']}`, which is no date like 2027-01-31"
    return Suppression(line, below, "loadguard", named or None, text, until, trouble)


def comments_of(source: SourceText) -> Iterator[tuple[int, int, str]]:
    """Each comment of a Python source: its line, the line it speaks of if it may stand above its code, its text."""
    waiting: list[tuple[int, str]] = []
    lines = (line.rstrip("\r\n") + "\n" for line in source.lines)
    code_line = 0
    try:
        for token in tokenize.generate_tokens(lambda: next(lines, "")):
            line = token.start[0]
            if token.type == tokenize.COMMENT:
                if code_line == line:
                    yield line, line, token.string
                else:
                    waiting.append((line, token.string))
            elif token.type not in (
                tokenize.NL,
                tokenize.NEWLINE,
                tokenize.INDENT,
                tokenize.DEDENT,
                tokenize.ENDMARKER,
            ):
                yield from ((at, line, text) for at, text in waiting)
                waiting.clear()
                code_line = token.end[0]
    except (tokenize.TokenError, SyntaxError):
        pass  # what the tokenizer cannot take the parser has refused already; comments before it count
    yield from ((at, at, text) for at, text in waiting)
