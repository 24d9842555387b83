"""The only place that reads the environment, builds things, and turns trouble into an exit code."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bot.cli.context import Context
from bot.cli.grammar import build_parser
from bot.edge.runner import Console, open_console
from bot.errors import ExitCode, LoadguardError

_SELDOM = 50_000
"""Objects made before the collector looks for garbage: a start makes tens of thousands, and they all stay."""
_LARGE = 16 << 20
"""Bytes of a block that is made and given back at the start. Up to twice of it glibc keeps then what is freed later
(mallopt(3), M_MMAP_THRESHOLD); else every parse gives its memory back to the system and takes it anew, page by page."""


def run(argv: Sequence[str] | None = None) -> int:
    """The command `loadguard`; the exit code. Nothing leaves this function but KeyboardInterrupt's own handling."""
    gc.set_threshold(_SELDOM)
    atexit.register(gc.freeze)  # what is left at the end goes with the process, and is not gone through for garbage
    bytes(_LARGE)
    words = list(sys.argv[1:] if argv is None else argv)
    environ = dict(os.environ)
    console = open_console(environ)
    try:
        code = _run(words, environ, console)
        console.out.flush()
    except KeyboardInterrupt:
        console.say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return _closed_pipe()
    except LoadguardError as trouble:
        return _told(trouble, console)
    except Exception as trouble:  # the one handler: whatever was not foreseen becomes a bug report
        from bot.bug_report import write_bug_report

        console.say(write_bug_report(trouble, words, environ))
        return ExitCode.INTERNAL
    return code


def _run(words: Sequence[str], environ: Mapping[str, str], console: Console) -> int:
    parser = build_parser()
    try:
        arguments = parser.parse_args(words)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    if not arguments.command:
        console.say(parser.format_help())
        return ExitCode.USAGE
    if "color" in arguments:
        console = open_console(environ, colour=arguments.color)
    return dispatch(arguments, Context(environ=environ, console=console, folder=Path.cwd()))


def dispatch(arguments: Namespace, context: Context) -> int:
    """Run one command. Each is imported only when asked for, so that `loadguard scan` starts fast."""
    match arguments.command:
        case "scan":
            from bot.cli.scan import scan

            return scan(arguments, context)
        case "fix":
            from bot.cli.fix import fix

            return fix(arguments, context)
        case "smoke":
            from bot.cli.smoke import smoke

            return smoke(arguments, context)
        case "pr":
            from bot.cli.pr import pr

            return pr(arguments, context)
        case "action":
            from bot.cli.action import action

            return action(context)
        case "rules":
            from bot.cli.rules import rules

            return rules(arguments, context)
        case "explain":
            from bot.cli.rules import explain

            return explain(arguments, context)
        case "config":
            from bot.cli.config import config_check

            return config_check(arguments, context)
        case "doctor":
            from bot.cli.doctor import doctor

            return doctor(arguments, context)
        case "sweep":
            from bot.cli.sweep import sweep

            return sweep(arguments, context)
        case unknown:
            raise AssertionError(f"the grammar has a command that main does not: {unknown}")


def _told(trouble: LoadguardError, console: Console) -> int:
    from bot.report.escape import visible
    from bot.report.style import Style

    style = Style(console.colour_err)
    console.say(f"{style.red('error')}: {visible(str(trouble), keep=chr(10))}")
    if trouble.hint:
        console.say(f"{style.blue('hint')}: {visible(trouble.hint, keep=chr(10))}")
    return trouble.exit_code


def _closed_pipe() -> int:
    """Whoever read our output has gone (`| head`): say nothing, and keep Python from complaining at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.CLEAN
