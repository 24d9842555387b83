"""`loadguard sweep report`: what the sweeps found, as a page, as tables and as data."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing

from bot.activities.sweep_report import report
from bot.cli.context import Context
from bot.cli.grammar_sweep import STATE
from bot.cli.rules import documentation_of, rule_table
from bot.edge.runner import append_summary
from bot.edge.store import Store
from bot.errors import ExitCode, UsageError
from bot.report.sweep.html import RuleText
from bot.report.words import counted
from bot.settings import read_settings


def sweep_report(arguments: Namespace, context: Context) -> int:
    """Run the command. Raises `UsageError` where there is no state, or none that can be read."""
    state = context.folder / (arguments.state or STATE)
    path = state / "state.sqlite"
    if not path.is_file():
        raise UsageError(f"{path}: no state of a sweep", hint="run `loadguard sweep plan org:NAME` first")
    folder = context.folder / arguments.output if arguments.output else state / "report"
    settings = read_settings(context.environ)
    rules = {each.code: RuleText(each.name, documentation_of(each.code)) for each in rule_table()}
    with closing(Store(path)) as store:
        overview, summary = report(store, folder, web=settings.server_url, rules=rules)
    append_summary(settings.summary_path, summary)
    found = overview.figures
    told = f"{counted(found.findings, 'finding')} in {found.affected:,} of {len(overview.entries):,} repositories"
    context.console.write(f"{told}.\nReport: {folder / 'index.html'}\n")
    return ExitCode.CLEAN
