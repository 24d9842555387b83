"""What is new since a commit: the diff from git, the findings of the version before, and `plan.fresh` to decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from bot.activities.scanning import scan_files
from bot.diff import compare_lines, touched_lines
from bot.edge.checkout import Checkout
from bot.edge.tree import read_file
from bot.errors import UsageError
from bot.model import ChangedFile, Finding, Report
from bot.plan.fresh import mark_new
from bot.plan.place import git_lines
from bot.policy import Policy

Read = Callable[[str], bytes | None]


def mark_since(report: Report, root: Path, ref: str, *, policy: Policy) -> Report:
    """A report of the work tree with `new` set against the point where `ref` and HEAD parted.

    Raises `UsageError` where there is no repository or no such ref.
    """
    checkout = Checkout.find(root)
    if checkout is None:
        raise UsageError(f"--diff-base needs a git repository, and {root} is in none")
    base = checkout.require(ref)
    head = checkout.commit("HEAD")
    base = (checkout.merge_base(base, head) if head else None) or base
    prefix = "" if root == checkout.root else f"{root.relative_to(checkout.root).as_posix()}/"
    committed = checkout.changed_files(base, head) if head else ()
    old_names = {each.path: each.previous_path for each in committed if each.status == "renamed" and each.previous_path}

    def before(path: str) -> bytes | None:
        return checkout.read_file(path, base)

    def now(path: str) -> bytes | None:
        content = read_file(root, path)
        return content if isinstance(content, bytes) else None

    changed = []
    for path in dict.fromkeys(each.path for each in report.findings):
        old_name = old_names.get(prefix + path, prefix + path)
        old = before(old_name)
        # The work tree is compared here and not by `git diff`, which would run the filters a .git/config names.
        status = "added" if old is None else "modified"
        changed.append(ChangedFile(path, status, compare_lines(old or b"", now(path) or b""), old_name))
    return mark_report(report, tuple(changed), before=before, now=now, policy=policy)


def mark_report(
    report: Report, changed: tuple[ChangedFile, ...], *, before: Read | None, now: Read, policy: Policy
) -> Report:
    """Every finding with `new` set. `before` reads the old side by its old path (None: the base is not at hand)."""
    by_path = {each.path: each for each in changed}
    findings: list[Finding] = []
    for path in dict.fromkeys(each.path for each in report.findings):
        mine = [each for each in report.findings if each.path == path]
        file = by_path.get(path)
        if file is None:
            findings += [replace(each, new=False) for each in mine]
        else:
            findings += _mark_file(mine, file, before, now(path) or b"", policy)
    return replace(report, findings=tuple(findings))


def base_findings(files: Mapping[str, bytes], *, policy: Policy) -> tuple[Finding, ...]:
    """What the version before had, asked of the files alone: which findings there are hangs on no other file."""
    return scan_files(files, policy=replace(policy, ignore=())).findings


def _mark_file(
    findings: list[Finding], file: ChangedFile, before: Read | None, data: bytes, policy: Policy
) -> tuple[Finding, ...]:
    lines = {each: place for each in findings if (place := git_lines(each, data))}
    if file.status in ("added", "copied"):
        return mark_new(findings, touched=None, base=None, lines=lines)
    old = before(file.previous_path or file.path) if before else None
    base = base_findings({file.path: old}, policy=policy) if old is not None else None
    said = file.hunks or base is not None or file.status == "renamed"
    touched = touched_lines(file) if said else None
    return mark_new(findings, touched=touched, base=base, lines=lines)
