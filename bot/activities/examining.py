"""Scan what a change touches, with the whole tree as evidence, and say which findings it brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.activities.comparing import mark_report
from bot.activities.desk import Desk, Read, reader_at
from bot.activities.known_checkpoints import of_commit
from bot.activities.scanning import scan_files, with_unreadable
from bot.activities.sources import Source, source_of
from bot.errors import ForgeError
from bot.model import ChangedFile, PullRequest, Report
from bot.plan.review import Side
from bot.policy import Policy
from bot.policy.apply import covers


@dataclass(frozen=True, slots=True)
class Examined:
    """`report` is of the changed files alone, `new` set. `sides` are their new contents, `source` the whole tree."""

    report: Report
    sides: Mapping[str, Side]
    source: Source


def changed_files(desk: Desk, pull: PullRequest) -> tuple[tuple[ChangedFile, ...], Read | None]:
    """What the pull request changes since the histories parted, and a reader of the old side where it is at hand.

    Raises `ForgeError` where neither git nor the forge can list everything: half a list would count as clean.
    """
    checkout = desk.checkout
    if checkout is not None and checkout.commit(pull.base_sha) and checkout.commit(pull.head_sha):
        base = checkout.merge_base(pull.base_sha, pull.head_sha)
        if base:
            return checkout.changed_files(base, pull.head_sha), lambda path: checkout.read_file(path, base)
    listed = desk.forge.changed_files(pull)
    if listed is None:
        message = (
            f"pull request #{pull.number} changes more than the forge can list, and the checkout lacks its history"
        )
        raise ForgeError(message, hint="check out with `fetch-depth: 0`")
    return listed, None


def examine(
    desk: Desk, head: str, changed: tuple[ChangedFile, ...], *, before: Read | None, policy: Policy
) -> Examined:
    """Scan the new side of the changed files."""
    wanted = [
        each for each in changed if each.status != "removed" and covers(policy, each.path) and _chosen(desk, each)
    ]
    source = source_of(desk, head, wanted, markdown=policy.markdown_blocks)
    files = source.files
    only = {each.path for each in wanted if each.path in files}
    known = of_commit(desk.checkout, head, source.modes, policy)
    report = scan_files(files, policy=policy, only=only, checkpoints=known) if only else Report(".", 0, ())
    unread = {each.path: source.unreadable[each.path] for each in wanted if each.path in source.unreadable}
    report = mark_report(with_unreadable(report, unread), tuple(wanted), before=before, now=files.get, policy=policy)
    with_findings = {each.path for each in report.findings}
    sides = {each.path: Side(each, files[each.path]) for each in wanted if each.path in with_findings}
    if desk.checkpoints is not None:
        found = desk.checkpoints(tuple(wanted), reader_at(desk, head), before, policy)
        report = replace(
            report,
            files_scanned=report.files_scanned + len(found),
            checkpoints=found,
            findings=(*report.findings, *(f for c in found for f in c.findings)),
        )
    return Examined(report, sides, source)


def _chosen(desk: Desk, file: ChangedFile) -> bool:
    return not desk.only or any(file.path == path or file.path.startswith(f"{path.rstrip('/')}/") for path in desk.only)
