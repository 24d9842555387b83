"""What the parts of the grammar share: a command with its examples, and the exit codes."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from bot.cli.suggest import Parser
from bot.errors import ExitCode

CONFIG_HELP = "policy (default: .github/loadguard.yml, then pyproject.toml)"

EXIT_CODES = {
    ExitCode.CLEAN: "nothing at or above the fail level",
    ExitCode.FINDINGS: "findings at or above the fail level",
    ExitCode.USAGE: "wrong usage or policy",
    ExitCode.FORGE: "GitHub, a permission or the network",
    ExitCode.INTERNAL: "a mistake in loadguard itself, with a bug report to send",
    ExitCode.PARTIAL: "part of the work is left; run again to resume",
    ExitCode.INTERRUPTED: "interrupted",
}


def exit_code_table() -> str:
    """The exit codes as `--help` and docs/cli.md print them."""
    rows = "".join(f"  {code.value:<5}{meaning}\n" for code, meaning in EXIT_CODES.items())
    return f"exit codes:\n{rows}"


def add_command(commands: Any, name: str, sentence: str, *, examples: str = "") -> Parser:
    """A command below `commands`, with its sentence, its examples and the exit codes."""
    epilog = f"examples:\n{examples}\n{exit_code_table()}" if examples else exit_code_table()
    parser: Parser = commands.add_parser(name, help=sentence, description=described(f"{sentence}."), epilog=epilog)
    parser.set_defaults(command=name)
    return parser


def described(text: str) -> str:
    """A description as `--help` shows it: the examples below it keep their lines, so nobody else breaks this."""
    return textwrap.fill(text, width=78)


def positive(text: str) -> int:
    """A whole number from 1. Raises `ArgumentTypeError`."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)
