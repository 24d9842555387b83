"""What to do about the fix pull request, decided from what stands there. Pure: a table of tests holds every row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model import BranchState, FixBranch, FixPullRequest
from bot.plan.marker import fact, read_fact
from bot.plan.verdict import count

FINDINGS_FACT = "findings"
CHANGES_FACT = "changes"


class Action(StrEnum):
    """`push` moves or makes the branch, `open` the pull request, `edit` its title and body, `close` it; `none`
    writes nothing.
    """

    NONE = "none"
    OPEN = "open"
    PUSH_AND_OPEN = "push-and-open"
    PUSH_AND_EDIT = "push-and-edit"
    EDIT = "edit"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a sentence for the log (and, when closing, for the pull request). `pull` is the one it is about."""

    action: Action
    reason: str
    pull: FixPullRequest | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the forge has. `tree_differs` compares the branch's tree with the wanted one; it is True when there is no
    branch.
    """

    branch: BranchState | None
    pulls: tuple[FixPullRequest, ...]
    tree_differs: bool = True


def hidden_facts(fingerprints: Iterable[str], changes_digest: str) -> str:
    """What a fix pull request's body carries so that the next run, on another machine, knows what this one did."""
    return fact(FINDINGS_FACT, sorted(fingerprints)) + "\n" + fact(CHANGES_FACT, [changes_digest])


def declined(pulls: Iterable[FixPullRequest]) -> frozenset[str]:
    """Findings whose fix a person turned down by closing a pull request of ours without merging it."""
    closed = [pull for pull in pulls if _turned_down(pull)]
    return frozenset(each for pull in closed for each in read_fact(pull.body, FINDINGS_FACT))


def same_changes(pull: FixPullRequest, wanted: FixBranch) -> bool:
    """Whether the branch already holds exactly these contents, by the digest in the body: then its tree need not be
    asked for.
    """
    told = read_fact(pull.body, CHANGES_FACT)
    return pull.base_ref == wanted.base_ref and told != () and told == read_fact(wanted.body, CHANGES_FACT)


def decide(wanted: FixBranch | None, standing: Standing, *, now: datetime, recreate_after_days: int) -> Decision:
    """The one next step. `wanted` holds no finding that was `declined`; None when there is nothing (left) to fix.

    `now` has a time zone. A branch that others committed to is theirs: it is never moved, and its pull request never
    closed.
    """
    newest = next((pull for pull in standing.pulls if pull.state == "open" and pull.ours), None)
    stranger = next((pull for pull in standing.pulls if pull.state == "open" and not pull.ours), None)
    if standing.branch and not standing.branch.only_ours:
        return Decision(
            Action.NONE, f"others have committed to `{standing.branch.name}`: it is left alone", newest or stranger
        )
    if stranger and not newest:
        return Decision(
            Action.NONE, f"#{stranger.number} from this branch was not opened by us: it is left alone", stranger
        )
    if newest:
        return _about_open(wanted, standing, newest)
    if wanted is None:
        return Decision(Action.NONE, "nothing to fix")
    return _about_new(wanted, standing, now, recreate_after_days)


def _about_open(wanted: FixBranch | None, standing: Standing, pull: FixPullRequest) -> Decision:
    if wanted is None:
        return Decision(
            Action.CLOSE,
            "Closed by Loadguard: every finding this pull request fixed is gone, so it is no longer needed.",
            pull,
        )
    if standing.branch is None:
        return Decision(Action.PUSH_AND_EDIT, "the branch was deleted: it is made again", pull)
    # A base that moved elsewhere changes the tree but not what this branch does: moving it would only run its checks
    # again.
    if standing.tree_differs and not same_changes(pull, wanted):
        return Decision(Action.PUSH_AND_EDIT, "what is to be fixed has changed", pull)
    if (pull.title, _text(pull.body)) != (wanted.title, _text(wanted.body)):
        return Decision(Action.EDIT, "only its text has changed", pull)
    undressed = (wanted.labels and not pull.labels_settled) or (wanted.reviewers and not pull.reviewers_settled)
    if undressed:
        return Decision(Action.EDIT, "its labels or reviewers were never set", pull)
    return Decision(Action.NONE, "it stands as it should", pull)


def _about_new(wanted: FixBranch, standing: Standing, now: datetime, recreate_after_days: int) -> Decision:
    closed = standing.pulls[0] if standing.pulls and _turned_down(standing.pulls[0]) else None
    if closed:
        again = _moment(closed.closed_at) + timedelta(days=recreate_after_days)
        if now < again:
            newer = count(len(wanted.fingerprints), "newer finding")
            return Decision(
                Action.NONE, f"#{closed.number} was closed unmerged: {newer} wait until {again:%Y-%m-%d}", closed
            )
    if standing.branch and not standing.tree_differs:
        return Decision(Action.OPEN, "the branch stands already, without a pull request")
    return Decision(Action.PUSH_AND_OPEN, "new findings since the last one" if standing.pulls else "the first one")


def _turned_down(pull: FixPullRequest) -> bool:
    return pull.ours and pull.state != "open" and not pull.merged and not pull.closed_by_us


def _text(body: str) -> str:
    """GitHub hands bodies back with CRLF when a person has saved them in the browser."""
    return body.replace("\r\n", "\n").strip()


def _moment(text: str) -> datetime:
    """GitHub's closed_at; a forge that does not say counts as long ago."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return moment if moment.tzinfo else datetime.fromisoformat(f"{text}+00:00")
