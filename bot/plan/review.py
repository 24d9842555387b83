"""Findings -> the review that should stand on the pull request, and what is to be done about our older threads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.diff import hunk_holding
from bot.model import ChangedFile, Finding, Report, Review, ReviewComment, Severity, Thread
from bot.plan.marker import thread_fingerprints
from bot.plan.place import git_lines
from bot.plan.suggestion import suggest
from bot.plan.wording import comment_body, review_body


@dataclass(frozen=True, slots=True)
class Side:
    """The new side of one changed file: what the diff shows of it, and its bytes."""

    changed: ChangedFile
    data: bytes


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """`review` is None when there is nothing to say inline. `stale` are our threads to resolve; `folded` has no
    comment of its own.
    """

    review: Review | None
    stale: tuple[Thread, ...]
    folded: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ReviewLimits:
    """`inline_cap` counts every inline comment of ours on the pull request; `refused` are anchors the forge would
    not take before.
    """

    inline_cap: int = 20
    refused: frozenset[str] = frozenset()


def plan_review(
    report: Report, sides: Mapping[str, Side], threads: Iterable[Thread], *, head_sha: str, limits: ReviewLimits
) -> ReviewPlan:
    """Compare what was found with what already stands there.

    A finding gets one comment in the life of a pull request: not another after a force-push, nor after a person
    resolved
    it. Only what we resolved ourselves, and is back, is said again.
    """
    known = tuple(threads)
    told = frozenset().union(*(thread_fingerprints(thread) for thread in known if not thread.resolved_by_us))
    standing = sum(1 for thread in known if thread_fingerprints(thread) and not thread.resolved)
    wanted = [each for each in report.findings if each.new and _speaks(each) and each.fingerprint not in told]
    drawn = [each for each in wanted if each.fingerprint not in limits.refused and each.path in sides]
    comments = _comments(drawn, sides)
    room = max(limits.inline_cap - standing, 0)
    shown = comments[:room]
    inline = {finding for _, findings in shown for finding in findings}
    left = tuple(finding for finding in wanted if finding not in inline)
    review = Review(head_sha, review_body(len(inline), left), tuple(comment for comment, _ in shown)) if shown else None
    return ReviewPlan(review, _stale(known, report), left)


def _speaks(finding: Finding) -> bool:
    """A note without a fix stands in the summary only: nobody can do anything about it on that line."""
    return finding.severity is not Severity.NOTE or finding.fix is not None


def _comments(findings: list[Finding], sides: Mapping[str, Side]) -> list[tuple[ReviewComment, tuple[Finding, ...]]]:
    found: list[tuple[ReviewComment, tuple[Finding, ...]]] = []
    for path in dict.fromkeys(finding.path for finding in findings):
        side = sides[path]
        for group in _groups([each for each in findings if each.path == path], side.data):
            found.append((_comment(group, side), group))
    return found


def _groups(findings: list[Finding], data: bytes) -> list[tuple[Finding, ...]]:
    """Findings on the same lines belong in one comment: two buttons for one line undo each other."""
    placed = sorted(((git_lines(each, data) or (0, 0), each) for each in findings), key=lambda pair: pair[0])
    groups: list[list[Finding]] = []
    reach = -1
    for (first, last), finding in placed:
        if groups and first and first <= reach:
            groups[-1].append(finding)
        else:
            groups.append([finding])
        reach = max(reach, last) if first else reach
    return [tuple(group) for group in groups]


def _comment(findings: tuple[Finding, ...], side: Side) -> ReviewComment:
    call = _call_lines(findings, side.data)
    suggestion = suggest(side.data, findings, hunks=side.changed.hunks, call=call)
    first, last = (suggestion.start, suggestion.end) if suggestion else _anchor(call, side)
    start = first if first is not None and last is not None and first < last else None
    return ReviewComment(findings[0].path, last, start, comment_body(findings, suggestion), findings[0].fingerprint)


def _call_lines(findings: tuple[Finding, ...], data: bytes) -> tuple[int, int] | None:
    places = [place for each in findings if (place := git_lines(each, data))]
    return (min(place[0] for place in places), max(place[1] for place in places)) if places else None


def _anchor(call: tuple[int, int] | None, side: Side) -> tuple[int | None, int | None]:
    """The lines to comment on, all in one hunk: the call's; else what the diff shows of it; else (None) the file as
    a whole.
    """
    if call is None:
        return None, None
    hunks = side.changed.hunks
    hunk = hunk_holding(hunks, *call) or next(
        (each for each in hunks if each.start <= call[1] and call[0] <= each.end), None
    )
    return (max(call[0], hunk.start), min(call[1], hunk.end)) if hunk else (None, None)


def _stale(threads: tuple[Thread, ...], report: Report) -> tuple[Thread, ...]:
    """Our open threads whose findings are all gone. One that a person answered is theirs; an unread file proves
    nothing.
    """
    present = {finding.fingerprint for finding in report.findings}
    unknown = {each.path for each in report.unreadable}
    return tuple(
        thread
        for thread in threads
        if not thread.resolved
        and (told := thread_fingerprints(thread))
        and not told & present
        and thread.path not in unknown
        and all(comment.ours or comment.author == thread.comments[0].author for comment in thread.comments)
    )
