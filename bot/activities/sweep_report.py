"""The story of a sweep's report: the state is read once, and everything made from it is written beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.edge.files import replace_file
from bot.edge.store import Store
from bot.errors import UsageError
from bot.report.sweep.data import render_sweep_json
from bot.report.sweep.html import RuleText, render_sweep_html
from bot.report.sweep.markdown import render_sweep_markdown
from bot.report.sweep.overview import Overview, closed, make_overview
from bot.report.sweep.tables import render_findings_csv, render_repositories_csv


def add_up(store: Store, *, web: str) -> Overview:
    """What the newest sweep came to; noted in the state, where the trend of later sweeps finds it.

    Raises `UsageError` for a state in which no sweep was planned.
    """
    sweeps = store.sweeps()
    if not sweeps:
        raise UsageError(f"{store.path}: no sweep was planned", hint="run `loadguard sweep plan org:NAME` first")
    overview = make_overview(store.rows(), sweeps, web=web)
    ended = closed(sweeps[0], overview)
    if ended != sweeps[0]:
        store.put_sweep(ended)
    return overview


def report(store: Store, folder: Path, *, web: str, rules: Mapping[str, RuleText]) -> tuple[Overview, str]:
    """Write page, JSON, tables and Markdown into `folder`; what they were made from, and the Markdown.

    The same state makes the same bytes. Raises `UsageError` for a state in which no sweep was planned.
    """
    overview = add_up(store, web=web)
    summary = render_sweep_markdown(overview)
    # the page comes last: where it stands, the files it speaks of stand too
    replace_file(folder / "report.json", render_sweep_json(overview))
    replace_file(folder / "repositories.csv", render_repositories_csv(overview))
    replace_file(folder / "findings.csv", render_findings_csv(overview))
    replace_file(folder / "report.md", summary)
    replace_file(folder / "index.html", render_sweep_html(overview, rules=rules))
    return overview, summary
