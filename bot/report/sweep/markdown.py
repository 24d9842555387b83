"""A sweep in short as GitHub's Markdown: the job summary. Counts, the worst repositories, and what was not read."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model.sweep import Progress
from bot.report.markdown import code, prose, text
from bot.report.sweep.links import pull_link, repository_link
from bot.report.sweep.overview import Overview
from bot.report.words import counted

WORST = 20
"""Repositories that are named; the page and the tables have them all."""
MOST_REASONS = 12


def render_sweep_markdown(overview: Overview) -> str:
    """Some kilobytes, however large the organisation."""
    return "".join([_head(overview), _rules(overview), _worst(overview), _left(overview)])


def moment_words(moment: str) -> str:
    """`2026-11-24 02:33 UTC` for a moment in UTC; another is left as it is."""
    return f"{moment[:10]} {moment[11:16]} UTC" if moment.endswith(("Z", "+00:00")) else moment


def _head(overview: Overview) -> str:
    figures, pulls = overview.figures, overview.standings
    targets = ", ".join(code(each) for each in overview.targets[:MOST_REASONS])
    when = f"{moment_words(overview.moment)}{'' if overview.finished else ', not finished'}"
    cells = (figures.findings, figures.errors, figures.safe, figures.review, *pulls.values())
    return (
        f"## Loadguard sweep {overview.number}\n\n"
        f"{counted(figures.findings, 'finding')} in {figures.affected:,} of {_repositories(figures.repositories)}"
        f"{f' ({targets})' if targets else ''}, {when}.\n\n"
        "| findings | errors | proved fixes | likely fixes | PRs open | merged | closed |\n"
        f"|--:|--:|--:|--:|--:|--:|--:|\n| {' | '.join(f'{cell:,}' for cell in cells)} |\n\n"
        f"Repositories: {', '.join(f'{count:,} {name}' for name, count in overview.progress.items()) or 'none'}.\n\n"
    )


def _rules(overview: Overview) -> str:
    rows = "".join(
        f"| {text(rule)} | {tiers.total():,} | {tiers['safe']:,} | {tiers['review']:,} |\n"
        for rule, tiers in overview.by_rule().items()
    )
    head = "| rule | findings | proved fixes | likely fixes |\n|---|--:|--:|--:|\n"
    return f"{head}{rows}\n" if rows else ""


def _worst(overview: Overview) -> str:
    worst = [each for each in overview.entries if each.findings]
    rows = []
    for each in worst[:WORST]:
        link, pull = repository_link(overview.web, each), pull_link(overview.web, each)
        name = f"[{text(each.slug)}]({link})" if link else code(each.slug)
        shown = f"[{each.standing.value} \\#{each.pull}]({pull})" if pull else ""
        counts = f"{len(each.findings):,} | {each.count('error'):,} | {each.fixes('safe'):,}"
        rows.append(f"| {name} | {counts} | {shown} |\n")
    head = "| repository | findings | errors | proved fixes | pull request |\n|---|--:|--:|--:|---|\n"
    more = len(worst) - WORST
    left = f"*{more:,} more: `index.html` and `findings.csv` have them all.*\n\n" if more > 0 else ""
    return f"### Where the risk is\n\n{head}{''.join(rows)}\n{left}" if rows else ""


def _left(overview: Overview) -> str:
    failed = _reasons(overview.reasons(Progress.FAILED))
    unread = overview.figures.unreadable
    files = f"{counted(unread, 'file')} in scanned repositories could not be read.\n\n" if unread else ""
    return f"### Not scanned\n\n{failed}{files}" if failed or files else ""


def _reasons(reasons: Mapping[str, int]) -> str:
    rows = "".join(f"| {prose(reason)} | {count:,} |\n" for reason, count in [*reasons.items()][:MOST_REASONS])
    more = sum([*reasons.values()][MOST_REASONS:])
    left = f"*{_repositories(more)} more, for other reasons.*\n\n" if more else ""
    return f"| why | repositories |\n|---|--:|\n{rows}\n{left}" if rows else ""


def _repositories(count: int) -> str:
    return f"{count:,} {'repository' if count == 1 else 'repositories'}"
