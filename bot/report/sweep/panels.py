"""The parts of the page that need no script: tiles, bars by rule, the worst repositories, what was not scanned.

A bar is a drawing beside its number, so it says nothing to a screen reader; a link that begins with `#` sets filters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from urllib.parse import quote, urlencode

from bot.model.sweep import Progress
from bot.report.escape import one_line
from bot.report.sweep.entry import SEVERITIES, Entry
from bot.report.sweep.links import pull_link, repository_link
from bot.report.sweep.overview import Figures, Overview
from bot.report.words import counted

WORST = 14
MOST_GROUPS = 10
MOST_REASONS = 20
COMMON = 0.8
"""A topic that more than this share of the repositories carries tells none of them apart."""
PROGRESS_WORDS = {
    Progress.SCANNED: "scanned now",
    Progress.UNCHANGED: "unchanged",
    Progress.WAITING: "still waiting",
    Progress.SCANNING: "interrupted",
    Progress.FAILED: "failed",
    Progress.SKIPPED: "skipped",
}
Parts = Sequence[tuple[str, int]]


def text(raw: str) -> str:
    """Words from outside as text of the page."""
    return escape(one_line(raw))


def filters(**chosen: str) -> str:
    """The address within the page that shows what these filters leave."""
    return escape("#" + urlencode(chosen, quote_via=quote))


def bar(parts: Parts, largest: int) -> str:
    """A bar in parts, as long as their sum is beside `largest`."""
    at, made = 0.0, []
    for kind, count in parts:
        width = 1000 * count / largest if largest else 0
        made.append(f'<rect class={kind} x="{at:.1f}" width="{width:.1f}" height=10 />' if count else "")
        at += width
    return f'<svg class=bar viewBox="0 0 1000 10" preserveAspectRatio=none aria-hidden=true>{"".join(made)}</svg>'


def tiles(overview: Overview) -> str:
    """The figures a person came for."""
    sums, pulls = overview.figures, overview.standings
    progress = {each: overview.progress.get(each.value, 0) for each in PROGRESS_WORDS}
    share = f"{sums.affected / sums.repositories:.0%} of all" if sums.repositories else ""
    levels = (("error", sums.errors), ("warning", sums.warnings), ("note", sums.notes))
    by_hand = sums.findings - sums.safe - sums.review
    made = [
        _tile(
            "Repositories",
            sums.repositories,
            [(f"{n:,} {PROGRESS_WORDS[k]}", filters(progress=k.value), k.value, n) for k, n in progress.items() if n],
        ),
        _tile("With findings", sums.affected, [(share, "", "error", sums.affected)], of=sums.repositories),
        _tile(
            "Findings",
            sums.findings,
            [(f"{n:,} {k}{'' if n == 1 else 's'}", filters(severity=k), k, n) for k, n in levels if n],
        ),
        _tile(
            "Fixable",
            sums.safe + sums.review,
            [
                (f"{sums.safe:,} proved", filters(fix="safe"), "safe", sums.safe),
                (f"{sums.review:,} likely", filters(fix="review"), "review", sums.review),
                (f"{by_hand:,} by hand", filters(fix="none"), "byhand", by_hand),
            ],
        ),
        _tile("Pull requests", sum(pulls.values()), [(f"{n:,} {k}", filters(pull=k), k, n) for k, n in pulls.items()]),
        _tile(
            "Not read",
            progress[Progress.FAILED],
            [
                ("repositories that failed", filters(progress="failed"), "", 0),
                (f"and {counted(sums.unreadable, 'file')} in others", filters(unread="yes"), "", 0),
            ],
        ),
    ]
    return f"<div class=tiles>{''.join(made)}</div>\n"


def _tile(name: str, count: int, lines: Sequence[tuple[str, str, str, int]], *, of: int = 0) -> str:
    """A number, a bar of its parts, and a line for each: words, link, kind of part, count."""
    shown = []
    for words, link, kind, _ in lines:
        key = f"<i class='key {kind}'></i>" if kind else ""
        shown.append(f'<li>{key}<a href="{link}">{words}</a>' if link else f"<li>{key}{words}")
    parts = [(kind, n) for _, _, kind, n in lines if kind]
    drawn = bar(parts, of or sum(n for _, n in parts)) if parts else ""
    return f"<div class=tile><h3>{name}</h3><b>{count:,}</b>{drawn}<ul>{''.join(shown)}</ul></div>"


def by_rule(overview: Overview, names: Mapping[str, str]) -> str:
    """A bar for each rule, by who can fix it."""
    rules = overview.by_rule()
    largest = max((tiers.total() for tiers in rules.values()), default=0)
    rows = "".join(_rule(code, names.get(code, ""), tiers, largest) for code, tiers in rules.items())
    keys = (("safe", "proved fix"), ("review", "likely fix"), ("byhand", "by hand"))
    return f"<h2>By rule</h2>{_legend(keys)}" + _table("Findings by rule", "rule", rows)


def _rule(code: str, name: str, tiers: Counter[str], largest: int) -> str:
    parts = (("safe", tiers["safe"]), ("review", tiers["review"]), ("byhand", tiers[""]))
    return (
        f'<tr><th scope=row><a href="{filters(rule=code)}">{text(code)}</a> <span class=soft>{text(name)}</span>'
        f"<td class=wide>{bar(parts, largest)}<td class=number>{tiers.total():,}"
    )


def _legend(keys: Iterable[tuple[str, str]]) -> str:
    shown = " ".join(f"<i class='key {kind}'></i>{words}" for kind, words in keys)
    return f"<p class=legend>{shown}</p>"


def worst(overview: Overview) -> str:
    """The repositories with most at risk."""
    listed = [each for each in overview.entries if each.findings][:WORST]
    largest = max((len(each.findings) for each in listed), default=0)
    rows = "".join(_worst(each, overview.web, largest) for each in listed)
    keys = [(each, each) for each in SEVERITIES]
    return f"<h2>Most at risk</h2>{_legend(keys)}" + _table(
        "The repositories with most errors",
        "repository",
        rows,
        columns=("pull request", "share", "errors of findings"),
    )


def _worst(entry: Entry, web: str, largest: int) -> str:
    link, pull = repository_link(web, entry), pull_link(web, entry)
    name = f'<a href="{escape(link)}">{text(entry.slug)}</a>' if link else text(entry.slug)
    shown = f'<a class="pill {entry.standing.value}" href="{escape(pull)}">#{entry.pull} {entry.standing.value}</a>'
    parts = [(kind, entry.count(kind)) for kind in SEVERITIES]
    return (
        f"<tr><th scope=row>{name}<td>{shown if pull else ''}<td class=wide>{bar(parts, largest)}"
        f"<td class=number>{entry.count('error'):,} <span class=soft>of {len(entry.findings):,}</span>"
    )


def groups(overview: Overview) -> str:
    """By owner, where there is more than one, and by the topics that tell repositories apart."""
    owners = overview.grouped(lambda each: (each.owner,))
    many = COMMON * len(overview.entries)
    topics = {
        name: sums
        for name, sums in overview.grouped(lambda each: each.topics).items()
        if 1 < sums.repositories < many and sums.findings
    }
    made = [_group("By owner", "owner", owners)] if len(owners) > 1 else []
    made += [_group("By topic", "topic", topics)] if topics else []
    return "".join(made)


def _group(title: str, key: str, sums: dict[str, Figures]) -> str:
    shown = [*sums.items()][:MOST_GROUPS]
    largest = max((each.findings for _, each in shown), default=0)
    rows = "".join(
        f'<tr><th scope=row><a href="{filters(**{key: one_line(name)})}">{text(name)}</a> '
        f"<span class=soft>{each.affected:,} of {each.repositories:,}</span>"
        f"<td class=wide>{bar([('error', each.errors), ('warning', each.warnings), ('note', each.notes)], largest)}"
        f"<td class=number>{each.findings:,}"
        for name, each in shown
    )
    left = len(sums) - len(shown)
    more = f"<p class=soft>{left:,} more, with fewer findings each.</p>" if left else ""
    return f"<section class=card><h2>{title}</h2>{_table(f'Findings {title.lower()}', key, rows)}{more}</section>"


def not_scanned(overview: Overview) -> str:
    """Why repositories failed, wait or were skipped, with their number; the table below has each by name."""
    made = []
    for progress in (Progress.FAILED, Progress.SCANNING, Progress.WAITING, Progress.SKIPPED):
        reasons = [*overview.reasons(progress).items()]
        made += [_reason(progress, reason, count) for reason, count in reasons[:MOST_REASONS]]
        if left := sum(count for _, count in reasons[MOST_REASONS:]):
            made.append(_reason(progress, "", left, words="other reasons"))
    head = "<thead><tr><th scope=col>state<th scope=col>why<th scope=col class=number>repositories"
    if not made:
        return ""
    return f"<section class=card><h2 id=left>Not scanned</h2><table>{head}<tbody>{''.join(made)}</table></section>"


def _reason(progress: Progress, reason: str, count: int, *, words: str = "") -> str:
    link = filters(progress=progress.value, q=one_line(reason)) if reason else filters(progress=progress.value)
    return (
        f"<tr><th scope=row><span class='pill {progress.value}'>{progress.value}</span>"
        f'<td class=reason><a href="{link}">{text(reason or words or PROGRESS_WORDS[progress])}</a>'
        f"<td class=number>{count:,}"
    )


def _table(caption: str, first: str, rows: str, *, columns: Sequence[str] = ("share", "findings")) -> str:
    if not rows:
        return "<p class=soft>No findings.</p>"
    heads = "".join(f"<th scope=col>{each}" for each in (first, *columns))
    head = f"<caption class=unseen>{caption}</caption><thead class=unseen><tr>{heads}"
    return f"<table class='bars by-{first}'>{head}<tbody>{rows}</table>"
