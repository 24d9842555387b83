"""Every state a fix pull request can be in, and the one thing that is done about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.model import BranchState, FileChange, FixBranch, FixPullRequest
from bot.plan.fix_state import Action, Standing, decide, declined, hidden_facts, same_changes

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAYS = 30


def wanted(*fingerprints: str, changes: str = "c1", **facts: object) -> FixBranch:
    fingerprints = fingerprints or ("f1",)
    branch = FixBranch(
        name="loadguard/weights-only",
        base_ref="main",
        base_sha="b" * 40,
        changes=(FileChange("a.py", b"x"),),
        title="title",
        body=hidden_facts(fingerprints, changes) + "\n\ntext",
        commit_message="title",
        fingerprints=fingerprints,
    )
    return replace(branch, **facts)  # type: ignore[arg-type]


def pull(*fingerprints: str, changes: str = "c1", **facts: object) -> FixPullRequest:
    branch = wanted(*fingerprints, changes=changes)
    made = FixPullRequest(7, "https://x/7", "open", False, "title", branch.body, False, "main", "h" * 40, True)
    return replace(made, **facts)  # type: ignore[arg-type]


def closed(*fingerprints: str, at: str = "2026-11-20T00:00:00Z", **facts: object) -> FixPullRequest:
    return pull(*fingerprints, state="closed", closed_at=at, **facts)


BRANCH = BranchState("loadguard/weights-only", "s" * 40, "t" * 40, only_ours=True)
THEIRS = replace(BRANCH, only_ours=False)


@dataclass(frozen=True)
class Row:
    name: str
    want: FixBranch | None
    branch: BranchState | None
    pulls: tuple[FixPullRequest, ...]
    differs: bool
    action: Action
    about: int | None = None
    says: str = ""


TABLE = [
    Row("nothing to fix, nothing there", None, None, (), True, Action.NONE),
    Row("nothing to fix, an old branch without a pull request", None, BRANCH, (), True, Action.NONE),
    Row("nothing to fix, merged before", None, None, (closed(merged=True),), True, Action.NONE),
    Row("nothing to fix, declined before", None, None, (closed(),), True, Action.NONE),
    Row("the first one", wanted(), None, (), True, Action.PUSH_AND_OPEN),
    Row("branch without pull request, as wanted", wanted(), BRANCH, (), False, Action.OPEN),
    Row("branch without pull request, outdated", wanted(), BRANCH, (), True, Action.PUSH_AND_OPEN),
    Row("branch without pull request, others committed", wanted(), THEIRS, (), True, Action.NONE, says="left alone"),
    Row("open and as it should be", wanted(), BRANCH, (pull(),), False, Action.NONE, 7),
    Row("open, base moved elsewhere", wanted(), BRANCH, (pull(),), True, Action.NONE, 7),
    Row("open, other contents wanted", wanted(changes="c2"), BRANCH, (pull(),), True, Action.PUSH_AND_EDIT, 7),
    Row("open, killed between branch and text", wanted(changes="c2"), BRANCH, (pull(),), False, Action.EDIT, 7),
    Row("open, base renamed", wanted(base_ref="trunk"), BRANCH, (pull(),), True, Action.PUSH_AND_EDIT, 7),
    Row("open, branch deleted meanwhile", wanted(), None, (pull(),), True, Action.PUSH_AND_EDIT, 7),
    Row("open, only the title differs", wanted(title="new"), BRANCH, (pull(),), False, Action.EDIT, 7),
    Row(
        "open, body saved in a browser",
        wanted(),
        BRANCH,
        (pull(body=pull().body.replace("\n", "\r\n")),),
        False,
        Action.NONE,
        7,
    ),
    Row("open, a person rewrote the body", wanted(), BRANCH, (pull(body="mine now"),), False, Action.EDIT, 7),
    Row("open, labels never set", wanted(labels=("a",)), BRANCH, (pull(labels_settled=False),), False, Action.EDIT, 7),
    Row("open, no labels to set", wanted(), BRANCH, (pull(labels_settled=False),), False, Action.NONE, 7),
    Row(
        "open, reviewers never asked",
        wanted(reviewers=("bob",)),
        BRANCH,
        (pull(reviewers_settled=False),),
        False,
        Action.EDIT,
        7,
    ),
    Row("open, others committed", wanted(changes="c2"), THEIRS, (pull(),), True, Action.NONE, 7, "left alone"),
    Row("open, others committed, nothing to fix", None, THEIRS, (pull(),), True, Action.NONE, 7, "left alone"),
    Row("open, not opened by us", wanted(), BRANCH, (pull(ours=False),), True, Action.NONE, 7, "not opened by us"),
    Row("open, no longer needed", None, BRANCH, (pull(),), True, Action.CLOSE, 7, "no longer needed"),
    Row(
        "closed unmerged, newer findings too early", wanted("f2"), None, (closed(),), True, Action.NONE, 7, "2026-12-20"
    ),
    Row(
        "closed unmerged, newer findings, in time",
        wanted("f2"),
        None,
        (closed(at="2026-10-01T00:00:00Z"),),
        True,
        Action.PUSH_AND_OPEN,
    ),
    Row(
        "closed unmerged, exactly in time",
        wanted("f2"),
        None,
        (closed(at="2026-10-25T00:00:00Z"),),
        True,
        Action.PUSH_AND_OPEN,
    ),
    Row("closed unmerged, no date known", wanted("f2"), None, (closed(at=""),), True, Action.PUSH_AND_OPEN),
    Row(
        "closed by ourselves, needed again", wanted(), BRANCH, (closed(closed_by_us=True),), True, Action.PUSH_AND_OPEN
    ),
    Row("closed, but somebody else's", wanted(), None, (closed(ours=False),), True, Action.PUSH_AND_OPEN),
    Row("merged, new findings", wanted("f2"), None, (closed(merged=True),), True, Action.PUSH_AND_OPEN),
    Row("declined, later one merged", wanted("f2"), None, (closed(merged=True), closed()), True, Action.PUSH_AND_OPEN),
    Row("declined long ago, open one since", wanted("f2"), BRANCH, (pull("f2"), closed()), False, Action.NONE, 7),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_decide(row: Row) -> None:
    decision = decide(row.want, Standing(row.branch, row.pulls, row.differs), now=NOW, recreate_after_days=DAYS)
    assert decision.action is row.action
    assert (decision.pull.number if decision.pull else None) == row.about
    assert row.says in decision.reason
    assert decision.reason


@pytest.mark.parametrize("row", [row for row in TABLE if row.action is not Action.CLOSE], ids=lambda row: row.name)
def test_what_is_done_once_is_not_done_again(row: Row) -> None:
    """Whatever the decision was, once it is carried out the next one writes nothing."""
    first = decide(row.want, Standing(row.branch, row.pulls, row.differs), now=NOW, recreate_after_days=DAYS)
    if first.action is Action.NONE or row.want is None:
        return
    after = pull(title=row.want.title, body=row.want.body, base_ref=row.want.base_ref)
    older = tuple(each for each in row.pulls if each.state != "open")
    second = decide(row.want, Standing(BRANCH, (after, *older), False), now=NOW, recreate_after_days=DAYS)
    assert second.action is Action.NONE


def test_closing_is_done_once() -> None:
    first = decide(None, Standing(BRANCH, (pull(),)), now=NOW, recreate_after_days=DAYS)
    assert first.action is Action.CLOSE
    again = decide(None, Standing(BRANCH, (closed(closed_by_us=True),)), now=NOW, recreate_after_days=DAYS)
    assert again.action is Action.NONE


def test_declined_findings_are_those_a_person_turned_down() -> None:
    pulls = (
        closed("a", "b"),
        closed("c", closed_by_us=True),
        closed("d", merged=True),
        closed("e", ours=False),
        pull("f"),
        closed("g", body="the marker is gone"),
    )
    assert declined(pulls) == {"a", "b"}


def test_facts_survive_a_sentence_on_top_of_the_body() -> None:
    shut = closed("a")
    assert declined([replace(shut, body="Closed because.\n\n" + shut.body)]) == {"a"}


def test_a_body_without_facts_never_counts_as_the_same() -> None:
    bare = replace(wanted(), body="text")
    assert not same_changes(pull(body="text"), bare)
