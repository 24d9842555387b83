"""`loadguard sweep`: its stages, each imported only when asked for."""

from __future__ import annotations

from argparse import Namespace

from bot.cli.context import Context


def sweep(arguments: Namespace, context: Context) -> int:
    """Run one stage; the exit code."""
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
