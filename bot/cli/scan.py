"""`loadguard scan`: report, and exit by the fail level."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.activities.roots import absolute, common_root
from bot.cli.context import Context
from bot.cli.policy import policy_of
from bot.edge.runner import Progress, write_file
from bot.errors import ExitCode, UsageError
from bot.model import Report
from bot.policy import Policy
from bot.policy.apply import fail_level
from bot.policy.load import FROM_OPTIONS
from bot.report.excerpt import ReadFile
from bot.report.render import Look, render
from bot.report.rooted import rooted
from bot.report.words import counted

if TYPE_CHECKING:
    from bot.baseline import Accepted

SHOWN_FROM_HERE = ("text", "github", "markdown", "sarif")
"""Formats whose paths are opened from the folder the command was called in; the others name their root."""


def scan(arguments: Namespace, context: Context) -> int:
    """Run the command; the exit code. Raises `UsageError` for a path that is not there, before anything is scanned."""
    from bot.activities.scanning import scan_paths
    from bot.plan.verdict import decide

    paths = existing_paths(arguments.paths, context.folder)
    root = common_root(paths)
    policy = policy_of(arguments, context, root=root)
    with Progress(context.console, "scanning", hidden=arguments.quiet) as bar:
        report = scan_paths(paths, policy=policy, diff_base=arguments.diff_base, heard=bar)
    if arguments.write_baseline:
        return _write_baseline(report, arguments, context, policy)
    if policy.baseline:
        report = _baselined(report, policy, paths, root)
    show(report, arguments, context)
    only_new = arguments.diff_base is not None
    return decide(report, lambda path: fail_level(policy, path), only_new=only_new).exit_code


def _baselined(report: Report, policy: Policy, paths: list[Path], root: Path) -> Report:
    """The report without what the baseline accepts; entries of files or rules not looked at are left alone."""
    from bot.baseline import apply_baseline

    named = [absolute(each) for each in paths]
    off = {code for code, level in policy.rules.items() if level == "off"}
    home = root.parents[policy.prefix.count("/") - 1] if policy.prefix else root
    origin = policy.origins.get("baseline", "")
    given = origin == FROM_OPTIONS
    entries = _accepted(policy.baseline, Path.cwd() if given else home, named_at="" if given else origin)
    accepted = [
        replace(each, path=each.path.removeprefix(policy.prefix))
        for each in entries
        if each.rule not in off and each.path.startswith(policy.prefix)
    ]

    def looked_at(path: str) -> bool:
        file = absolute(root / path)
        return any(each == file or each in file.parents for each in named)

    return apply_baseline(report, accepted, name=policy.baseline, looked_at=looked_at)


def _write_baseline(report: Report, arguments: Namespace, context: Context, policy: Policy) -> int:
    from bot.baseline import UNREVIEWED, write_baseline

    name = arguments.write_baseline
    previous = _accepted(name, context.folder) if (context.folder / name).exists() else ()
    whole = replace(report, findings=tuple(replace(f, path=policy.prefix + f.path) for f in report.findings))
    write_file(context.folder / name, write_baseline(whole, previous=previous))
    context.console.say(
        f"{name}: {counted(len(report.findings), 'finding')} written. Give every entry a reason in place of "
        f"{UNREVIEWED}, then name the file in the policy (`baseline: {name}`) or with --baseline."
    )
    return ExitCode.CLEAN


def _accepted(name: str, folder: Path, *, named_at: str = "") -> tuple[Accepted, ...]:
    """The entries of a baseline; `named_at` is the place of the policy that names it, empty for an option."""
    from bot.baseline import read_baseline

    try:
        return read_baseline((folder / name).read_bytes(), name=name)
    except OSError as trouble:
        hint = f"`loadguard scan --write-baseline {name}` writes one"
        at = f"{named_at}:1" if named_at else name
        told = f"`baseline` is {name!r}, which" if named_at else "the baseline"
        raise UsageError(f"{at}: {told} cannot be read: {trouble.strerror}", hint=hint) from trouble


def existing_paths(words: list[str], folder: Path) -> list[Path]:
    """The paths of a command line, this folder when there are none. Raises `UsageError` naming a missing one."""
    paths = [Path(word) for word in words] or [Path()]
    for path in paths:
        if not (folder / path).exists():
            raise UsageError(f"{path}: there is no such file or folder", hint="paths are relative to this folder")
    return paths


class ReadRoot:
    """The bytes of a file below a root, the last one kept: findings come file by file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.last: tuple[str, bytes | None] = ("", None)

    def __call__(self, path: str) -> bytes | None:
        if self.last[0] != path:
            try:
                self.last = (path, (self.root / path).read_bytes())
            except (OSError, ValueError):
                self.last = (path, None)
        return self.last[1]


def show(report: Report, arguments: Namespace, context: Context, *, read: ReadFile | None = None) -> None:
    """Print the report in the format asked for, or write it to the file asked for and say so.

    `read` gives the files' bytes; without it they are read from the report's root.
    """
    output = arguments.output
    style = context.style if not output else type(context.style)(colour=False)
    if read is None and arguments.format in SHOWN_FROM_HERE:
        report = rooted(report)
    look = Look(
        read=read or ReadRoot(context.folder / report.root),
        style=style,
        quiet=arguments.quiet,
        documentation=_help(arguments.format),
    )
    text = render(report, arguments.format, look=look)
    if not output:
        context.console.write(text)
        return
    write_file(context.folder / output, text)
    if not arguments.quiet:
        context.console.say(f"{output}: {counted(len(report.findings), 'finding')} written as {arguments.format}")


def _help(format: str) -> dict[str, str]:
    """The rules' own texts, for the formats that carry them."""
    if format not in ("sarif", "html"):
        return {}
    from bot.cli.rules import all_documentation

    return all_documentation()
