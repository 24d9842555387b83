"""The grammar of `loadguard sweep`: its stages, each with the same state."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from bot.cli.grammar_parts import CONFIG_HELP, add_command, described, positive
from bot.cli.suggest import Parser

STATE = ".loadguard-sweep"
"""The folder of a sweep's state, unless --state names another."""


def add_sweep(commands: Any) -> None:
    """The command and its stages."""
    sentence = "Go over many repositories: an organisation's, a user's, a topic's"
    examples = (
        "  loadguard sweep plan org:acme\n  loadguard sweep run\n  loadguard sweep publish\n  loadguard sweep report\n"
    )
    parser = add_command(commands, "sweep", sentence, examples=examples)
    stages = parser.add_subparsers(dest="stage", metavar="STAGE", title="stages", required=True, parser_class=Parser)
    for add in SWEEP_ADDERS:
        add(stages)


def _stage(stages: Any, name: str, sentence: str, *, examples: str) -> Parser:
    parser = add_command(stages, name, sentence, examples=examples)
    parser.set_defaults(command="sweep", stage=name)
    parser.add_argument("--state", metavar="FOLDER", default=STATE, help="where the sweep's state lies")
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="NO_COLOR is honoured")
    return parser


def _add_sweep_plan(stages: Any) -> None:
    examples = (
        "  loadguard sweep plan org:acme                       everything an organisation has\n"
        "  loadguard sweep plan user:octocat acme/tools        a user's, and one repository more\n"
        "  loadguard sweep plan property:acme:team=search      by a custom property\n"
        "  loadguard sweep plan                                what the policy's `sweep` section names\n"
    )
    sentence = "List the repositories of some targets and decide which are to be scanned"
    parser = _stage(stages, "plan", sentence, examples=examples)
    parser.description = described(
        f"{sentence}: those that changed since their last scan, the longest unseen first. One request of the API lists "
        "about a hundred; nothing else is read. Exits 0 when the plan stands, and 5 when it stopped at the reserve of "
        "an hourly limit: it says when to resume, and the same command goes on where this one stopped."
    )
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="org:NAME, user:NAME, topic:NAME, property:ORG:NAME=VALUE or owner/name (default: the policy's)",
    )
    parser.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    _add_reserve(parser)


def _add_reserve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reserve", metavar="PERCENT", type=int, help="stop when so much of an hourly limit is left (default: 20)"
    )


def _add_sweep_run(stages: Any) -> None:
    examples = (
        "  loadguard sweep run                        everything the plan has left\n"
        "  loadguard sweep run --shard 3/20           one job's part of it\n"
        "  loadguard sweep run --read clone --jobs 8  by git, eight repositories at a time\n"
    )
    sentence = "Scan the repositories that the plan has left, one tarball each"
    parser = _stage(stages, "run", sentence, examples=examples)
    parser.description = described(
        f"{sentence}. Exits 0 when none is left: one that could not be scanned is recorded with its reason and fails "
        "nothing. Exits 5 when part is left, such as at the reserve of GitHub's hourly limit; it says when to resume, "
        "and the same command goes on where this one stopped."
    )
    parser.add_argument("--shard", metavar="I/N", help="this part of a plan of N shards (default: all of it)")
    parser.add_argument(
        "--jobs", metavar="N", type=positive, help="repositories scanned at a time (default: the cores)"
    )
    parser.add_argument(
        "--read",
        choices=("tarball", "clone"),
        default="tarball",
        help="how: its tarball, streamed; or a clone without blobs, which costs no request of the API",
    )
    _add_reserve(parser)


def _add_sweep_publish(stages: Any) -> None:
    examples = (
        "  loadguard sweep publish --dry-run  what it would open, and where\n"
        "  loadguard sweep publish            one fix pull request in each repository that opted in\n"
        "  loadguard sweep publish --dashboard acme/sweep\n"
    )
    sentence = "Open or update the fix pull request of each repository that gets one"
    parser = _stage(stages, "publish", sentence, examples=examples)
    parser.description = described(
        f"{sentence}: by the policy's `sweep.publish`, at its pace and in its stages, and halted where too many are "
        "closed or fail. Exits 0 when nothing is left to publish, and 5 when some wait: for the pace, for a limit's "
        "reset, for people to look at the first ones, or for somebody to end a halt. The same command goes on."
    )
    parser.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    parser.add_argument("--dry-run", action="store_true", help="print what would be written and write nothing")
    parser.add_argument(
        "--dashboard", metavar="OWNER/NAME", help="keep an issue there that shows how far it is, with boxes to tick"
    )
    _add_reserve(parser)


def _add_sweep_report(stages: Any) -> None:
    examples = "  loadguard sweep report --output public     public/index.html, and CSV, JSON and Markdown beside it\n"
    sentence = "Write what the sweeps found as a page, as tables and as data"
    parser = _stage(stages, "report", sentence, examples=examples)
    parser.add_argument("--output", metavar="FOLDER", help="where to (default: report in the state's folder)")


SWEEP_ADDERS: tuple[Callable[[Any], None], ...] = (
    _add_sweep_plan,
    _add_sweep_run,
    _add_sweep_publish,
    _add_sweep_report,
)
