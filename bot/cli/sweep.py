"""`loadguard sweep`: its stages, each imported only when asked for."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from pathlib import Path

from bot.cli.context import Context


def sweep(arguments: Namespace, context: Context) -> int:
    """Run one stage; the exit code."""
    if arguments.stage in ("publish", "report"):
        _gather(context.folder / arguments.state, context)
    match arguments.stage:
        case "plan":
            from bot.cli.sweep_plan import sweep_plan

            return sweep_plan(arguments, context)
        case "run":
            from bot.cli.sweep_run import sweep_run

            return sweep_run(arguments, context)
        case "publish":
            from bot.cli.sweep_publish import sweep_publish

            return sweep_publish(arguments, context)
        case "report":
            from bot.cli.sweep_report import sweep_report

            return sweep_report(arguments, context)
        case unknown:
            raise AssertionError(f"the grammar has a stage that the sweep does not: {unknown}")


def _gather(folder: Path, context: Context) -> None:
    """What shards have done that ran on this machine, each in a file beside the plan's."""
    if not (folder / "state.sqlite").is_file() or not any(folder.glob("shard-*.sqlite")):
        return
    from bot.activities.sweep_state import gather
    from bot.edge.store import Store

    with closing(Store(folder / "state.sqlite")) as store:
        _, wrong = gather(store, folder)
    for each in wrong:
        context.console.say(f"a shard's file was left out: {each}")
