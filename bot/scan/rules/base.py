"""What a rule is, and how it writes a finding."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.model import Finding, Severity
from bot.scan.judgement import Judgement
from bot.scan.names.module import Module
from bot.scan.project import Project
from bot.scan.sites.site import Site

CheckSite = Callable[[Site, Judgement, Project], Finding | None]
CheckModule = Callable[[Module, Project], Iterable[Finding]]
CheckFile = Callable[[str, bytes, Project], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Trigger:
    """Fires on bytes that hold `word` and match each of `patterns`; with `load` only where that stands as a word.

    A plain word is found at the speed of memory, a pattern four times as slowly: so the word is asked for first.
    """

    word: bytes
    patterns: tuple[re.Pattern[bytes], ...] = ()
    load: bool = False

    def fires(self, data: bytes) -> bool:
        return self.word in data and all(pattern.search(data) for pattern in self.patterns)


def also(word: bytes, *patterns: bytes, load: bool = False) -> Trigger:
    """A trigger that asks for more than its word."""
    return Trigger(word, tuple(map(re.compile, patterns)), load)


def words(*plain: bytes) -> tuple[Trigger, ...]:
    """A trigger for each word."""
    return tuple(map(Trigger, plain))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. It looks at sites, at whole Python modules, at other files by name, or at several of these.

    Where none of `trigger` fires on a Python file's bytes `check_module` is not asked and nothing is parsed for it; a
    rule of sites needs none. `wants` says by its path whether `check_file` is given a file.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    check_site: CheckSite | None = None
    check_module: CheckModule | None = None
    trigger: tuple[Trigger, ...] = ()
    check_file: CheckFile | None = None
    wants: Callable[[str], bool] | None = None


_MARK = b"_"
_UNMARKED = re.compile(rb"(?!)")


class Alarm:
    """Asks many files which rules of whole modules want to see them parsed.

    Most of the words asked for have an underscore in them. Those are looked for together, from one underscore to the
    next, which takes a third of the time of a search for each.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._all = [(rule, rule.trigger) for rule in rules if rule.check_module]
        self._unmarked = [(rule, tuple(t for t in triggers if _MARK not in t.word)) for rule, triggers in self._all]
        marked = [_from_mark(t.word) for _, triggers in self._all for t in triggers if _MARK in t.word]
        begun = b"".join({behind[:1] for behind in marked})  # asked first: behind most underscores stands none of these
        self._marked = re.compile(b"_(?=[%b])(?:%b)" % (begun, b"|".join(marked))) if marked else _UNMARKED

    def raised_by(self, data: bytes, *, load: bool = True) -> list[Rule]:
        """The rules that want this file; `load` says whether that word can stand in it by itself."""
        asked = self._all if self._marked.search(data) else self._unmarked
        return [
            rule
            for rule, triggers in asked
            if not rule.trigger or any(t.fires(data) for t in triggers if load or not t.load)
        ]


def _from_mark(word: bytes) -> bytes:
    """What stands behind the last underscore that is not the word's end, if all of the word does."""
    tail = word[word.rindex(_MARK, 0, len(word.rstrip(_MARK))) + 1 :]
    return b"%b(?<=%b)" % (re.escape(tail), re.escape(word))


def finding_at(  # noqa: PLR0913  (a finding has that many parts, and each rule names them)
    module: Module, node: ast.expr | ast.stmt, *, rule: str, severity: Severity, message: str, advice: str = ""
) -> Finding:
    """A finding that underlines `node`; its fingerprint is put on by the engine."""
    source = module.source
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    start, end = source.place(node.lineno, node.col_offset), source.place(end_line, end_column)
    return Finding(
        rule, severity, source.path, start.line, start.column, end.line, end.column, message,
        source=source.between(node.lineno, node.col_offset, end_line, end_column),
        qualname=module.qualname(node), cell=start.cell, advice=advice,
    )  # fmt: skip


def finding_of(site: Site, judgement: Judgement, *, rule: str, severity: Severity, message: str) -> Finding:
    """A finding that underlines a site, with what the evidence says of it."""
    place = finding_at(site.host, site.node, rule=rule, severity=severity, message=message, advice=judgement.advice)
    return replace(place, use=judgement.use, weights_only=site.says, evidence=judgement.evidence, mmap=judgement.mmap)
