"""The story of a pull request: what it changes, what that brings, and the least that has to be written about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.activities.checking import CHECK_NAME, Judged, keep_check, keep_upload
from bot.activities.deeds import Deeds
from bot.activities.desk import Desk, reader_at
from bot.activities.examining import Examined, changed_files, examine
from bot.activities.keeping import Material, keep_fix
from bot.activities.projects import by_project, target_of
from bot.activities.sources import not_at_hand
from bot.errors import ForgeError
from bot.model import ChangedFile, Comment, Foreseen, Outcome, PullRequest, Refusal, Report
from bot.plan.fix_branch import Target, branch_name
from bot.plan.marker import read_fact
from bot.plan.review import ReviewLimits, plan_review
from bot.plan.verdict import Verdict, count, decide
from bot.plan.wording import REFUSED_FACT, summary_body
from bot.policy import CommentMode, FixMode, FixPullRequestPolicy, Policy
from bot.policy.apply import fail_level
from bot.policy.load import ORGANISATION_FILE, POLICY_FILES


def run(desk: Desk, *, pull: PullRequest, privileged: bool = False) -> Outcome:
    """Review one pull request. A second run over the same commits writes nothing.

    `privileged` says that the token may write although the head is a fork's. Raises `ForgeError` where the changes
    cannot be read and `PolicyError` for a policy that is wrong; trouble in writing is in the outcome.
    """
    listed = None if pull.draft else changed_files(desk, pull)
    _prepare(desk, pull, listed[0] if listed else (), writes=privileged or not pull.fork)
    policy = desk.policy(reader_at(desk, pull.base_sha))
    if pull.draft and not policy.pull_request.draft:
        return Deeds().outcome(Report(".", 0, ()), Verdict(0, "a draft, which the policy leaves alone"))
    changed, before = listed or changed_files(desk, pull)
    found = examine(desk, pull.head_sha, changed, before=before, policy=policy)
    deeds = Deeds()
    verdict = decide(found.report, lambda path: fail_level(policy, path), only_new=True)
    if pull.fork and not privileged:
        if found.report.findings:
            deeds.refused.append(
                Refusal("review", f"a pull request from a fork may not be written to; {desk.elsewhere}")
            )
    else:
        first = _write(_Turn(desk, pull, found, policy, deeds))
        judged = Judged(found.report, verdict, pull.head_sha, found.source.files.get, first=first)
        keep_check(desk, judged, deeds=deeds)
        keep_upload(desk, judged, ref=f"refs/pull/{pull.number}/head", deeds=deeds)
    return deeds.outcome(found.report, verdict)


def _prepare(desk: Desk, pull: PullRequest, changed: tuple[ChangedFile, ...], *, writes: bool) -> None:
    """Let the forge fetch at once what is asked of it below. It is a hint: trouble comes up where it matters."""
    foreseen = Foreseen(shared=(ORGANISATION_FILE,))
    if writes:
        branch = branch_name(FixPullRequestPolicy(), Target(pull.head_ref, pull.head_sha, pull.number))
        foreseen = replace(foreseen, branch=branch, base_ref=pull.head_ref, pull=pull.number)
        foreseen = replace(foreseen, check=(CHECK_NAME, pull.head_sha))
    if desk.checkout is None or desk.checkout.commit(pull.base_sha) is None:
        foreseen = replace(foreseen, files=((pull.base_sha, POLICY_FILES),))
    missing = not_at_hand(desk, pull.head_sha, changed)
    foreseen = replace(foreseen, files=(*foreseen.files, (pull.head_sha, missing)))
    with suppress(ForgeError):
        desk.forge.prepare(foreseen)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What every writing step needs."""

    desk: Desk
    pull: PullRequest
    found: Examined
    policy: Policy
    deeds: Deeds


def _write(turn: _Turn) -> bool:
    """Whether these are our first words on this pull request: then no run before this one came to its end."""
    mode = turn.policy.pull_request.comment
    standing: Comment | None = None
    with turn.deeds.trying("summary comment", instead=turn.desk.elsewhere):
        standing = turn.desk.forge.summary(turn.pull) if mode is not CommentMode.OFF else None
    unplaced = frozenset(read_fact(standing.body, REFUSED_FACT)) if standing else frozenset()
    if mode is CommentMode.REVIEW:
        unplaced = _review(turn, unplaced)
    if turn.policy.fix is FixMode.PR and not turn.pull.fork:
        _fix(turn)
    return mode is not CommentMode.OFF and _summarise(turn, standing, unplaced) and standing is None


def _review(turn: _Turn, unplaced: frozenset[str]) -> frozenset[str]:
    """Say what is new, tidy what is gone. The fingerprints no inline comment could be made for."""
    report, forge, deeds = turn.found.report, turn.desk.forge, turn.deeds
    with deeds.trying("review", instead=turn.desk.elsewhere):
        limits = ReviewLimits(turn.policy.pull_request.inline_cap, unplaced)
        threads = forge.threads(turn.pull)
        plan = plan_review(report, turn.found.sides, threads, head_sha=turn.pull.head_sha, limits=limits)
        if plan.review is not None:
            refusals = forge.post_review(turn.pull, plan.review)
            unplaced |= {each.what for each in refusals}
            deeds.refused += [_placed_elsewhere(each, report) for each in refusals]
            deeds.written.append(f"review with {count(len(plan.review.comments) - len(refusals), 'inline comment')}")
        for thread in plan.stale:
            forge.resolve_thread(thread)
            deeds.written.append(f"thread on {thread.path} resolved: its finding is gone")
    return unplaced & {each.fingerprint for each in report.findings}


def _placed_elsewhere(refusal: Refusal, report: Report) -> Refusal:
    finding = next((each for each in report.findings if each.fingerprint == refusal.what), None)
    place = f"{finding.path}:{finding.line}" if finding else refusal.what
    return Refusal(place, f"{refusal.reason}; it stands in the review's body and in the summary")


def _fix(turn: _Turn) -> None:
    found, pull = turn.found, turn.pull
    fresh = replace(found.report, findings=tuple(each for each in found.report.findings if each.new))
    for project, report in by_project(fresh, turn.policy):
        target = target_of(turn.policy, project, (pull.head_ref, pull.head_sha), pull=pull.number)
        material = Material(report, found.source.files, found.source.modes)
        keep_fix(turn.desk, material, target, policy=turn.policy, deeds=turn.deeds)


def _summarise(turn: _Turn, standing: Comment | None, unplaced: frozenset[str]) -> bool:
    """Make or edit the one comment, only where there is something to say, or what it says is not true any more.

    Whether it was written.
    """
    report = turn.found.report
    worth = any(each.new for each in report.findings) or report.unreadable or report.checkpoints
    if standing is None and not worth:
        return False
    body = summary_body(report, refused=unplaced, fix=_fix_place(turn.deeds))
    if standing is not None and standing.body.replace("\r\n", "\n").strip() == body.strip():
        return False
    done = len(turn.deeds.written)
    with turn.deeds.trying("summary comment", instead=turn.desk.elsewhere):
        turn.desk.forge.put_summary(turn.pull, body, existing=standing)
        turn.deeds.written.append("summary comment " + ("edited" if standing else "written"))
    return len(turn.deeds.written) > done


def _fix_place(deeds: Deeds) -> str:
    return deeds.url if deeds.operation in ("created", "updated", "unchanged", "branch") else ""
