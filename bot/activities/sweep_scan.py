"""One repository of a sweep: its tree and the policies over it in, its report as plain data out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.activities.known_checkpoints import KnownCheckpoints, looks_like_checkpoint, opened_by
from bot.activities.scanning import scan_files, wants, with_unreadable
from bot.edge.unpack import Choice, Tree
from bot.errors import UsageError
from bot.model import Report
from bot.policy import Policy
from bot.policy.apply import covers
from bot.policy.load import POLICY_FILES, PolicyFile, for_gate, load_policy, policy_at, with_baseline
from bot.report.sweep.stored import stored_report

Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Stand:
    """What one repository is scanned under: the owner's policy, and the text of its own as the plan read it (None
    where it has no `.github/loadguard.yml`; another place of a policy may still be found in its tree).
    """

    slug: str
    shared: tuple[PolicyFile, ...] = ()
    own: str | None = None


def choice_for(stand: Stand) -> Choice:
    """What of a repository's tree is kept. Baselines and the Python of Markdown files are asked for by policies that
    may themselves lie in the tree: both are kept until it is known.
    """
    policy, _ = policy_of(stand, lambda path: None, baseline=False)

    def chosen(path: str) -> bool:
        name = path.rpartition("/")[2]
        return wants(path, markdown=True) or path == policy.baseline or (name.endswith(".json") and "baseline" in name)

    return Choice(chosen, lambda path: looks_like_checkpoint(policy.checkpoints, path))


def warm() -> None:
    """Import and read now what every child would otherwise import and read for itself, as a policy's parser."""
    load_policy((PolicyFile(POLICY_FILES[0], b"fail_on: error\n"),))


def scan_tree(tree: Tree, stand: Stand) -> dict[str, object]:
    """The report of one tree with the lines a reader wants to see (`report.sweep.stored`). A policy of its own that is
    wrong is told of, and the owner's holds.
    """
    policy, notice = policy_of(stand, tree.files.get, baseline=True)
    files = {path: data for path, data in tree.files.items() if wants(path, markdown=policy.markdown_blocks)}
    unreadable = {path: why for path, why in tree.unreadable.items() if _matters(path, policy)}
    chosen = {path for path in (*files, *unreadable) if covers(policy, path)}
    whole = len(chosen) == len(files) + len(unreadable)
    known = KnownCheckpoints(tree.aside, opened_by(tree.aside.get))
    report = scan_files(files, policy=policy, only=None if whole else chosen, checkpoints=known, jobs=1)
    report = with_unreadable(report, {path: why for path, why in unreadable.items() if path in chosen})
    return stored_report(_told(report, notice), read=files.get)


def _matters(path: str, policy: Policy) -> bool:
    """Markdown was wanted in case; whatever else is named as unreadable stays named."""
    return wants(path, markdown=policy.markdown_blocks) or not wants(path, markdown=True)


def _told(report: Report, notice: str) -> Report:
    """In a sweep nothing is new: every finding was there before it came by."""
    findings = tuple(replace(each, new=False) for each in report.findings)
    return replace(report, findings=findings, notices=(*report.notices, *([notice] if notice else [])))


def policy_of(stand: Stand, read: Read, *, baseline: bool) -> tuple[Policy, str]:
    """What a repository is held to: its owner's policy with its own over it; and a notice where the latter is wrong."""
    try:
        policy = load_policy([*stand.shared, *_own(stand, read)])
        return for_gate(with_baseline(policy, read) if baseline else policy), ""
    except (UsageError, RecursionError) as trouble:
        shared = for_gate(load_policy(stand.shared))
        return shared, f"the repository's own policy is wrong, its owner's is used: {trouble}"


def _own(stand: Stand, read: Read) -> tuple[PolicyFile, ...]:
    if stand.own is not None:
        return (PolicyFile(POLICY_FILES[0], stand.own.encode("utf-8", "surrogateescape")),)
    return policy_at(read)
