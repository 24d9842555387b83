"""`loadguard smoke`: what a checkpoint is, and whether it loads where it can do nothing."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.activities.checkpoints import Gate, inspect
from bot.cli.checkpoints import sandbox_for
from bot.cli.context import Context
from bot.cli.policy import policy_of
from bot.cli.scan import show
from bot.edge.checkout import Checkout
from bot.edge.runner import Progress
from bot.errors import ExitCode, UsageError
from bot.model import CheckpointReport, Finding, Report
from bot.plan.verdict import decide
from bot.policy import CheckpointMode, CheckpointPolicy, Policy
from bot.policy.apply import apply_policy, fail_level

ALWAYS_FAIL = frozenset({"CK101", "CK103", "CK104", "CK106"})
"""Code, corrupt, over limits, not loaded: no fail level and no `rules` entry makes these pass here (issue 4)."""


def smoke(arguments: Namespace, context: Context) -> int:
    """Run the command. A file that cannot be loaded here (no torch, no such device) is neutral, never a pass."""
    policy = policy_of(arguments, context)
    wanted = _chosen(policy.checkpoints, arguments)
    files = [_existing(word, context.folder) for word in arguments.files]
    sandbox = replace(sandbox_for(wanted, context), device_python=arguments.device_python or "")
    gate = Gate(wanted, sandbox=sandbox)
    reports = []
    with Progress(context.console, "checkpoints", hidden=arguments.quiet) as bar:
        for number, path in enumerate(files):
            bar(number, len(files))
            reports.append(_look_at(gate, path, arguments.against, context))
    findings = tuple(finding for each in reports for finding in _judged(each.findings, policy))
    report = Report(".", len(files), findings, checkpoints=tuple(reports))
    show(report, arguments, context)
    if any(finding.rule in ALWAYS_FAIL for finding in findings):
        return ExitCode.FINDINGS
    return decide(report, lambda path: fail_level(policy, path), only_new=False).exit_code


def _judged(findings: tuple[Finding, ...], policy: Policy) -> tuple[Finding, ...]:
    """Findings as the policy has them, but for those it has no say in when a file is asked about by name."""
    bare = replace(policy, ignore=(), accepted=())
    return tuple(
        kept
        for each in findings
        for kept in ((each,) if each.rule in ALWAYS_FAIL else apply_policy(Report(".", 1, (each,)), bare).findings)
    )


def _chosen(policy: CheckpointPolicy, arguments: Namespace) -> CheckpointPolicy:
    mode = CheckpointMode.STATIC if arguments.static else CheckpointMode.SMOKE
    return replace(policy, mode=mode, devices=tuple(arguments.device or policy.devices))


def _existing(word: str, folder: Path) -> Path:
    path = folder / word
    if path.is_dir():
        raise UsageError(f"{word}: a folder", hint=f"name the checkpoints in it, such as {word.rstrip('/')}/*.pt")
    if not path.exists():
        raise UsageError(f"{word}: there is no such file", hint="paths are relative to this folder")
    if not path.is_file():
        raise UsageError(f"{word}: a pipe or a device, not a file", hint="write it to a file first")
    return Path(word)


def _look_at(gate: Gate, path: Path, against: str | None, context: Context) -> CheckpointReport:
    with TemporaryDirectory(prefix="loadguard-") as folder:
        old = _old_version(path, against, Path(folder), context) if against else None
        try:
            return inspect(gate, context.folder / path, name=path.as_posix(), against=old)
        except OSError as trouble:
            raise UsageError(f"{path}: cannot be read: {trouble.strerror}") from trouble


def _old_version(path: Path, against: str, folder: Path, context: Context) -> Path | None:
    """The file to compare with: `against` itself where it is a file, else this file at that git ref, if it was."""
    if (context.folder / against).is_file():
        return context.folder / against
    checkout = Checkout.find((context.folder / path).parent)
    if checkout is None:
        raise UsageError(f"--against {against}: neither a file nor a ref of a git repository around {path}")
    commit = checkout.require(against)
    target = (context.folder / path).resolve()
    if not target.is_relative_to(checkout.root.resolve()):
        raise UsageError(f"--against {against}: {path} is a link to {target}, outside {checkout.root}")
    inside = target.relative_to(checkout.root.resolve()).as_posix()
    data = checkout.read_file(inside, commit)
    if data is None:
        context.console.say(f"{path}: not in {against}, so there is nothing to compare it with")
        return None
    old = folder / "old"
    old.write_bytes(data)
    return old
