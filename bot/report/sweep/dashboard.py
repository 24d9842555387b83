"""The dashboard issue: what publishing is doing, boxes for people to tick, and the sweep in short.

Boxes carry hidden keys (`bot.plan.sweep.wishes` reads them back). Links lead through GitHub's own redirect where there
is one: a plain link would write "mentioned this" under every pull request it names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.model.sweep import Standing
from bot.report.markdown import code, prose, text
from bot.report.sweep.entry import Entry
from bot.report.sweep.links import pull_link, repository_link
from bot.report.sweep.markdown import render_sweep_markdown
from bot.report.sweep.overview import Overview

TITLE = "Loadguard sweep"
MOST = 30
"""Lines of each list; the report has them all."""
_GITHUB, _REDIRECT = "https://github.com", "https://redirect.github.com"


@dataclass(frozen=True, slots=True)
class Board:
    """`marker` begins the body. `why` says why pull requests wait, empty where none does; `now` and `again` are boxes
    that were ticked and wait too.
    """

    overview: Overview
    marker: str
    why: str = ""
    halted: bool = False
    paused: bool = False
    now: Collection[str] = ()
    again: Collection[str] = ()


def render_dashboard(board: Board) -> str:
    """The body, some tens of kilobytes at most."""
    if board.overview.web == _GITHUB:
        board = replace(board, overview=replace(board.overview, web=_REDIRECT))
    entries = board.overview.entries
    parts = [
        f"{board.marker}\nLoadguard keeps this page up to date. Tick a box and the next sweep does as it says; "
        "whatever else is written here is overwritten. To be rid of it, close it.",
        _state(board),
        _controls(board),
        _boxes(board, "Publish now", "publish", _waiting(entries), board.now),
        _boxes(board, "Closed without merging: open again", "again", _closed(entries), board.again),
        render_sweep_markdown(board.overview).rstrip(),
        _reasons(entries),
        _open(board),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _state(board: Board) -> str:
    if not board.why:
        return ""
    kind = "WARNING" if board.halted else "NOTE"
    return f"> [!{kind}]\n> {_sentence(prose(board.why))}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")


def _controls(board: Board) -> str:
    lines = [_box("pause", board.paused, "**Pause**: open no new pull requests while this is ticked")]
    if board.halted:
        lines.append(_box("go-on", False, "**Go on**: what was closed or failed until now halts no more"))
    return "\n".join(lines)


def _box(key: str, ticked: bool, words: str) -> str:
    return f"- [{'x' if ticked else ' '}] <!-- loadguard:box={key} --> {words}"


def _open(board: Board) -> str:
    listed = [each for each in board.overview.entries if each.standing is Standing.OPEN]
    listed.sort(key=lambda each: not each.red)
    web = board.overview.web
    rows = [
        f"| {_name(web, each)} | [\\#{each.pull}]({pull_link(web, each)}) | {each.fixes('safe'):,} | "
        f"{'❌ failed' if each.red else ''} |"
        for each in listed[:MOST]
    ]
    if not rows:
        return ""
    head = "| repository | pull request | proved fixes | checks |\n|---|---|--:|---|\n"
    return f"### Open pull requests\n\n{head}" + "\n".join(rows) + _more(len(listed))


def _boxes(board: Board, title: str, key: str, listed: Sequence[Entry], ticked: Collection[str]) -> str:
    """Closed until somebody opens it; a repository whose name cannot be linked to has no box."""
    web = board.overview.web
    shown = [each for each in listed if repository_link(web or "x", each)]
    shown.sort(key=lambda each: each.slug not in ticked)
    lines = [
        _box(f"{key}:{each.slug}", each.slug in ticked, f"{_name(web, each)}: {_about(each)}") for each in shown[:MOST]
    ]
    if not lines:
        return ""
    summary = f"<details>\n<summary><b>{title}</b> ({len(shown):,})</summary>\n\n"
    return summary + "\n".join(lines) + _more(len(shown)) + "\n\n</details>"


def _about(entry: Entry) -> str:
    count = entry.fixes("safe")
    fixes = f"{count:,} proved {'fix' if count == 1 else 'fixes'}"
    return f"{fixes}; {prose(entry.pull_reason)}" if entry.pull_reason else fixes


def _waiting(entries: Sequence[Entry]) -> list[Entry]:
    return [each for each in entries if each.standing is Standing.NONE and each.fixes("safe")]


def _closed(entries: Sequence[Entry]) -> list[Entry]:
    return [each for each in entries if each.standing is Standing.CLOSED]


def _reasons(entries: Sequence[Entry]) -> str:
    """Why repositories with proved fixes have no pull request."""
    counts = Counter(each.pull_reason for each in _waiting(entries) if each.pull_reason)
    rows = [f"| {prose(reason)} | {count:,} |" for reason, count in counts.most_common(10)]
    head = "### Proved fixes without a pull request\n\n| why | repositories |\n|---|--:|\n"
    return head + "\n".join(rows) if rows else ""


def _name(web: str, entry: Entry) -> str:
    link = repository_link(web, entry)
    return f"[{text(entry.slug)}]({link})" if link else code(entry.slug)


def _more(count: int) -> str:
    return f"\n\n*{count - MOST:,} more: the report has them all.*" if count > MOST else ""
