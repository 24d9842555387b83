"""The command line's grammar: commands, options, examples, exit codes. What each does is in the module of its name."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from bot import __version__
from bot.choices import DEVICES, FAIL_LEVELS, FIX_MODES, MMAP_MODES
from bot.cli.grammar_parts import CONFIG_HELP, EXIT_CODES, add_command, described, exit_code_table
from bot.cli.grammar_sweep import add_sweep
from bot.cli.suggest import Parser

__all__ = ["EXIT_CODES", "build_parser", "exit_code_table"]

FORMATS = ("text", "json", "sarif", "github", "markdown", "html")

EXAMPLES = """\
examples:
  loadguard scan                          report on everything below this folder
  loadguard scan src notebooks/a.ipynb    only these
  loadguard scan --diff-base main         fail only on lines changed since main
  loadguard scan --format sarif --output loadguard.sarif
  loadguard fix --diff                    print the proved fixes
  loadguard fix                           write them
  loadguard explain LG004                 why, with a bad and a good example
"""


def build_parser() -> Parser:
    """The whole grammar. Each command sets `command`, by which `bot.main` finds what to run."""
    parser = Parser(
        prog="loadguard",
        description="Finds every unsafe torch.load, proves the fix, and loads checkpoints in a sandbox first.",
        epilog=f"{EXAMPLES}\n{exit_code_table()}",
    )
    parser.add_argument("--version", action="version", version=f"loadguard {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=Parser)
    commands.required = False
    for add in ADDERS:
        add(commands)
    return parser


def _add_scan(commands: Any) -> None:
    examples = (
        "  loadguard scan --format json --output report.json\n"
        "  loadguard scan --diff-base origin/main --fail-on error\n"
        "  loadguard scan --select LG002,LG004 src\n"
        "  loadguard scan --baseline loadguard-baseline.json\n"
    )
    parser = add_command(commands, "scan", "Report every unsafe torch.load in files and folders", examples=examples)
    _add_paths(parser)
    _add_choosing(parser)
    _add_reporting(parser)
    parser.add_argument(
        "--baseline", metavar="FILE", help="accept what this file lists with a reason, and nothing else"
    )
    parser.add_argument(
        "--write-baseline", metavar="FILE", help="write such a file; every reason must then be filled in"
    )
    _add_showing(parser)


def _add_fix(commands: Any) -> None:
    examples = (
        "  loadguard fix --diff                  print what would change, write nothing\n"
        "  loadguard fix --review-tier src       the likely fixes too; read them\n"
        "  loadguard fix --mmap never\n"
    )
    parser = add_command(commands, "fix", "Write the proved fixes into the files", examples=examples)
    _add_paths(parser)
    _add_choosing(parser)
    parser.add_argument("--diff", action="store_true", help="print the fixes as a diff and write nothing")
    parser.add_argument("--review-tier", action="store_true", help="also the fixes that are likely but not proved")
    parser.add_argument("--mmap", choices=MMAP_MODES, help="when mmap=True joins a fix (default: policy, auto)")
    _add_showing(parser)


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")


def _add_choosing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--select", metavar="CODES", help="only these rules, separated by commas")
    parser.add_argument("--ignore", metavar="CODES", help="not these rules")
    parser.add_argument("--diff-base", metavar="REF", help="only what changed since this git ref counts as new")
    parser.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    parser.add_argument("--torch-floor", metavar="VERSION", help="oldest torch the project supports, such as 2.6")
    parser.add_argument("--markdown-blocks", action="store_true", help="also the Python blocks of Markdown files")


def _add_showing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", "-q", action="store_true", help="one line a finding, no progress")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="NO_COLOR is honoured")


def _add_reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="text", help="text is for people (default)")
    parser.add_argument("--output", metavar="FILE", help="write the report there instead of printing it")
    parser.add_argument("--fail-on", choices=FAIL_LEVELS, help="lowest level that exits 1 (default: policy, warning)")


def _add_smoke(commands: Any) -> None:
    examples = (
        "  loadguard smoke model.pt                     read it, then load it in a sandbox\n"
        "  loadguard smoke --against main model.pt      and compare with the version on main\n"
        "  loadguard smoke --device cuda model.pt       and move its tensors to the device\n"
    )
    sentence = "Read checkpoints without running anything in them, then load them in a sandbox"
    parser = add_command(commands, "smoke", sentence, examples=examples)
    parser.description = described(f"{sentence}. CK101, CK103, CK104 and CK106 exit 1 whatever the fail level is.")
    parser.add_argument("files", nargs="+", metavar="FILE", help="checkpoints")
    parser.add_argument(
        "--device", action="append", choices=DEVICES, help="also this device; may be given several times"
    )
    parser.add_argument(
        "--device-python", metavar="PYTHON", help="run the devices' part with this Python (PyTorch/XLA needs torch 2.9)"
    )
    parser.add_argument("--against", metavar="REF", help="compare with this git ref's version, or with this file")
    parser.add_argument("--static", action="store_true", help="only read, load nothing")
    parser.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    _add_reporting(parser)
    _add_showing(parser)


def _add_pr(commands: Any) -> None:
    examples = (
        "  loadguard pr --base main --head my-branch    review it, and put the fixes on loadguard/weights-only\n"
        "  loadguard pr --base main --fix suggest       review only\n"
    )
    sentence = "Treat a branch of a local git repository as a pull request; nothing leaves the machine"
    parser = add_command(commands, "pr", sentence, examples=examples)
    parser.add_argument(
        "--repository", metavar="FOLDER", default=".", help="the repository (default: around this folder)"
    )
    parser.add_argument("--base", metavar="REF", help="what the branch is to be merged into (default: main or master)")
    parser.add_argument("--head", metavar="REF", default="HEAD", help="the branch (default: HEAD)")
    parser.add_argument("--fix", choices=FIX_MODES, help="default: the policy's, else pr")
    parser.add_argument("--review-tier", action="store_true", help="also the fixes that are likely but not proved")
    parser.add_argument("--mmap", choices=MMAP_MODES, help="when mmap=True joins a fix (default: policy, auto)")
    parser.add_argument("--torch-floor", metavar="VERSION", help="oldest torch the project supports, such as 2.6")
    parser.add_argument("--config", metavar="FILE", help="policy file in the repository, read from the base")
    _add_reporting(parser)
    _add_showing(parser)


def _add_action(commands: Any) -> None:
    sentence = "The container's entry: reads the runner's event and the action's inputs from the environment"
    add_command(commands, "action", sentence, examples="  uses: loadguard/loadguard@SHA    in a step of a workflow\n")


def _add_rules(commands: Any) -> None:
    examples = "  loadguard rules\n  loadguard rules --format json\n"
    parser = add_command(commands, "rules", "List the rules", examples=examples)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text is for people (default)")


def _add_explain(commands: Any) -> None:
    parser = add_command(
        commands,
        "explain",
        "Say why a rule exists, with a bad and a good example, the advisory and the fix",
        examples="  loadguard explain LG004\n",
    )
    parser.add_argument("code", metavar="CODE", help="a rule's code or name, as `loadguard rules` lists them")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


def _add_config(commands: Any) -> None:
    sentence = "Check the policy and print what is in force, and where each value came from"
    parser = add_command(commands, "config", sentence, examples="  loadguard config check\n")
    parser.add_argument("action", choices=("check",), metavar="check", help="the one thing it does")
    parser.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


def _add_doctor(commands: Any) -> None:
    examples = "  loadguard doctor\n  GITHUB_TOKEN=... loadguard doctor    and whether GitHub answers\n"
    parser = add_command(commands, "doctor", "Look at this machine and say what is missing for what", examples=examples)
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


ADDERS: tuple[Callable[[Any], None], ...] = (
    _add_scan,
    _add_fix,
    _add_smoke,
    _add_pr,
    _add_action,
    _add_rules,
    _add_explain,
    _add_config,
    _add_doctor,
    add_sweep,
)
