"""Anchors, suggestions, what is said once and what is tidied up."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.diff import compare_lines, hunk_holding
from bot.edits import apply_edits
from bot.model import (
    ChangedFile,
    CheckpointReport,
    Comment,
    Evidence,
    EvidenceKind,
    Finding,
    Hunk,
    Report,
    Severity,
    Thread,
    Tier,
    Unreadable,
    Verdict,
)
from bot.plan.marker import read_fact, thread_fingerprints
from bot.plan.review import ReviewLimits, ReviewPlan, Side, plan_review
from bot.plan.suggestion import Suggestion, apply_suggestion, suggest
from bot.plan.wording import REFUSED_FACT, comment_body, summary_body
from tests.plan_helpers import find_calls, our_thread, report_of
from tests.test_report_loads import LOADED

HEAD = "h" * 40
NO_LIMITS = ReviewLimits()


def side(path: str, data: bytes, *hunks: Hunk) -> Side:
    whole = Hunk(1, data.count(b"\n") + 1, frozenset(range(1, data.count(b"\n") + 2)))
    return Side(ChangedFile(path, "modified", hunks or (whole,)), data)


def plan(
    data: bytes,
    *hunks: Hunk,
    findings: tuple[Finding, ...] | None = None,
    threads: tuple[Thread, ...] = (),
    limits: ReviewLimits = NO_LIMITS,
) -> ReviewPlan:
    found = find_calls("a.py", data) if findings is None else findings
    return plan_review(report_of(*found), {"a.py": side("a.py", data, *hunks)}, threads, head_sha=HEAD, limits=limits)


def suggestion_in(body: str) -> str | None:
    found = re.search(r"^(`{3,})suggestion\n(.*?)\n?^\1$", body, re.DOTALL | re.MULTILINE)
    return found[2] if found else None


ONE = b"import torch\nx = torch.load(p)\n"
MULTI = b"import torch\nx = torch.load(\n    p,\n    map_location='cpu',\n)\ny = 1\n"


def test_one_call_one_comment_with_a_suggestion() -> None:
    review = plan(ONE).review
    assert review is not None and review.head_sha == HEAD
    [comment] = review.comments
    assert (comment.path, comment.start_line, comment.line) == ("a.py", None, 2)
    assert suggestion_in(comment.body) == "x = torch.load(p, weights_only=True)"
    assert "1 new finding" in review.body


def test_a_call_over_several_lines_is_anchored_where_the_call_is() -> None:
    [comment] = plan(MULTI).review.comments  # type: ignore[union-attr]
    assert (comment.start_line, comment.line) == (2, 5)
    applied = apply_suggestion(MULTI.decode(), Suggestion(2, 5, suggestion_in(comment.body) or ""))
    assert "map_location='cpu', weights_only=True," in applied
    ast.parse(applied)


def test_an_anchor_never_leaves_one_hunk() -> None:
    first, second = Hunk(1, 3, frozenset({2})), Hunk(5, 6, frozenset({5}))
    [comment] = plan(MULTI, first, second).review.comments  # type: ignore[union-attr]
    assert (comment.start_line, comment.line) == (2, 3)
    assert suggestion_in(comment.body) is None, "the edit is on line 4, which the diff does not show"
    assert "no button" in comment.body
    [comment] = plan(MULTI, Hunk(4, 6, frozenset({4}))).review.comments  # type: ignore[union-attr]
    assert (comment.start_line, comment.line) == (None, 4), "the edit's own line, the call is not shown whole"
    assert suggestion_in(comment.body) == "    map_location='cpu', weights_only=True,"


def test_outside_every_hunk_the_comment_is_on_the_file() -> None:
    [comment] = plan(ONE, Hunk(10, 12, frozenset({11}))).review.comments  # type: ignore[union-attr]
    assert (comment.start_line, comment.line) == (None, None)
    assert suggestion_in(comment.body) is None


def test_nothing_new_no_review() -> None:
    old = tuple(replace(each, new=False) for each in find_calls("a.py", ONE))
    assert plan(ONE, findings=old) == ReviewPlan(None, (), ())
    assert plan(b"import torch\n").review is None


def test_a_note_without_a_fix_stands_in_the_summary_only() -> None:
    notes = find_calls("a.py", ONE, severity=Severity.NOTE, tier=None)
    assert plan(ONE, findings=notes).review is None
    assert plan(ONE, findings=find_calls("a.py", ONE, severity=Severity.NOTE)).review is not None


def test_review_tier_says_so() -> None:
    [comment] = plan(ONE, findings=find_calls("a.py", ONE, tier=Tier.REVIEW)).review.comments  # type: ignore[union-attr]
    assert "Please review before you commit it" in comment.body
    assert suggestion_in(comment.body)


def test_two_calls_on_one_line_share_a_comment() -> None:
    data = b"import torch\nx = [torch.load(p), torch.load(q)]\n"
    [comment] = plan(data).review.comments  # type: ignore[union-attr]
    assert suggestion_in(comment.body) == "x = [torch.load(p, weights_only=True), torch.load(q, weights_only=True)]"
    told = thread_fingerprints(Thread("1", "a.py", 2, False, False, (Comment("1", "us", comment.body, True),)))
    assert told == {each.fingerprint for each in find_calls("a.py", data)}


def test_reasons_that_two_findings_share_are_one_list_and_said_once() -> None:
    first, second = find_calls("a.py", b"import torch\nx = [torch.load(p), torch.load(q)]\n")
    why = Evidence(EvidenceKind.VERSION, "setup.py", 3, "declares torch>=2.3")
    body = comment_body(tuple(replace(each, evidence=(why,)) for each in (first, second)), None)
    assert body.count("declares torch") == 1
    assert "\n\n-" not in body.partition("\n- ")[2], "one tight list"


def test_the_summary_has_a_row_for_each_checkpoint_and_no_seconds() -> None:
    """Seconds differ from run to run, and each run would edit the comment."""
    loads = replace(LOADED, tensors=3, seconds=1.25)
    good = CheckpointReport("weights/|good|.pt", "torch-zip", 10, Verdict.LOADABLE, smoke=loads)
    bad = CheckpointReport("bad.pt", "pickle", 10, Verdict.DANGEROUS)
    body = summary_body(replace(report_of(), checkpoints=(good, bad)), refused=())
    assert "| `weights/\\|good\\|.pt` | torch-zip | loadable | loads: 3 tensors |" in body
    assert "| `bad.pt` | pickle | dangerous | not loaded |" in body
    slower = replace(good, smoke=replace(loads, seconds=9.5, peak_memory=5))
    assert body == summary_body(replace(report_of(), checkpoints=(slower, bad)), refused=())


def test_the_cap_folds_the_rest_into_the_body_and_does_not_come_back_for_them() -> None:
    data = b"import torch\n" + b"".join(b"x%d = torch.load(p%d)\n" % (n, n) for n in range(30))
    first = plan(data)
    assert first.review is not None and len(first.review.comments) == 20 and len(first.folded) == 10
    for finding in first.folded:
        assert f"a.py:{finding.line}" in first.review.body
    shown = find_calls("a.py", data)[:20]
    threads = tuple(our_thread(each) for each in shown)
    assert plan(data, threads=threads).review is None


def test_said_once_whoever_resolved_it() -> None:
    [finding] = find_calls("a.py", ONE)
    for facts in ({}, {"resolved": True}, {"outdated": True, "line": None}):
        assert plan(ONE, threads=(our_thread(finding, **facts),)).review is None
    back = our_thread(finding, resolved=True, resolved_by_us=True)
    assert plan(ONE, threads=(back,)).review is not None, "we resolved it ourselves, and it is back"


def test_moved_lines_are_not_said_again() -> None:
    [before] = find_calls("a.py", ONE)
    moved = b"import torch\n\n\n\n" + ONE.split(b"\n", 1)[1]
    assert plan(moved, threads=(our_thread(before),)).review is None


def test_a_stranger_cannot_forge_our_marker() -> None:
    [finding] = find_calls("a.py", ONE)
    real = our_thread(finding)
    forged = replace(real, comments=(replace(real.comments[0], ours=False),))
    assert plan(ONE, threads=(forged,)).review is not None
    # Ours, but the marker stands in the code we repeat, not at the beginning.
    quoted = replace(real.comments[0], body="**LG001**\n\n" + real.comments[0].body)
    assert plan(ONE, threads=(replace(real, comments=(quoted,)),)).review is not None


def test_stale_threads_are_resolved_and_answered_ones_left() -> None:
    [gone] = find_calls("a.py", b"torch.load(elsewhere)\n")
    answer = Comment("2", "alice", "why?", ours=False)
    ours = Comment("3", "loadguard[bot]", "more", ours=False)
    fixed = b"import torch\nx = torch.load(p, weights_only=True)\n"
    assert plan(fixed, findings=(), threads=(our_thread(gone),)).stale
    assert plan(fixed, findings=(), threads=(our_thread(gone, replies=(ours,)),)).stale
    assert not plan(fixed, findings=(), threads=(our_thread(gone, replies=(answer,)),)).stale
    assert not plan(fixed, findings=(), threads=(our_thread(gone, resolved=True),)).stale
    stranger = replace(our_thread(gone), comments=(answer,))
    assert not plan(fixed, findings=(), threads=(stranger,)).stale


def test_an_unread_file_proves_nothing() -> None:
    [gone] = find_calls("a.py", ONE)
    report = Report(".", 0, (), unreadable=(Unreadable("a.py", "nested too deeply"),))
    assert not plan_review(report, {}, (our_thread(gone),), head_sha=HEAD, limits=NO_LIMITS).stale


def test_an_anchor_the_forge_refused_before_is_not_tried_again() -> None:
    [finding] = find_calls("a.py", ONE)
    again = plan(ONE, limits=ReviewLimits(20, frozenset({finding.fingerprint})))
    assert again.review is None and again.folded == (finding,)
    body = summary_body(report_of(finding), refused={finding.fingerprint})
    assert read_fact(body, REFUSED_FACT) == (finding.fingerprint,)
    assert "a.py:2" in body


@pytest.mark.parametrize(
    "data",
    [
        b"import torch\r\nx = torch.load(\r\n    p,\r\n)\r\n",
        b"\xef\xbb\xbfimport torch\nx = torch.load(p)\n",
        b"import torch\n\tx = torch.load(p)",
        b"import torch\nx = torch.load(p)  # ```` and ``` fences <!-- loadguard:finding f -->\n",
        "import torch\nx = torch.load(p)  # größe 模型\n".encode(),
        b"import torch\rx = 1\ry = torch.load(p)\rz = 2\n",
    ],
    ids=["crlf", "bom", "tab, no final newline", "fences", "utf-8", "lone CR"],
)
def test_a_suggestion_applied_as_text_is_the_fix(data: bytes) -> None:
    findings = find_calls("a.py", data)
    made = suggest(data, findings, hunks=side("a.py", data).changed.hunks)
    assert made is not None
    wanted = apply_edits(data, [edit for each in findings if each.fix for edit in each.fix.edits]).decode()
    assert apply_suggestion(data.decode(), made) == wanted
    shown = suggestion_in(comment_body(findings, made))
    assert shown == made.text


def test_no_button_where_github_would_change_the_encoding() -> None:
    data = b"# -*- coding: latin-1 -*-\nx = torch.load(p)  # gr\xf6\xdfe\n"
    assert suggest(data, find_calls("a.py", data), hunks=side("a.py", data).changed.hunks) is None


words = st.sampled_from(["x = 1", "", "def f():", "    pass", "# torch", "y = '```'"])
calls = st.sampled_from(
    ["a = torch.load(p)", "b = torch.load(\n    q,\n    map_location=d,\n)", "c = torch.load(\n  r)"]
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[bytes, bytes]:
    before = draw(st.lists(st.one_of(words, calls), max_size=25))
    after = list(before)
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(after)))
        if draw(st.booleans()):
            after.insert(at, draw(st.one_of(words, calls)))
        elif at < len(after):
            del after[at]
    return tuple(("\n".join(lines) + draw(st.sampled_from(["", "\n"]))).encode() for lines in (before, after))  # type: ignore[return-value]


@settings(max_examples=300, deadline=None)
@given(changes())
def test_whatever_changed_nothing_is_lost_and_every_anchor_holds(change: tuple[bytes, bytes]) -> None:
    before, after = change
    file = ChangedFile("a.py", "modified", compare_lines(before, after))
    findings = find_calls("a.py", after)
    result = plan_review(report_of(*findings), {"a.py": Side(file, after)}, (), head_sha=HEAD, limits=ReviewLimits(5))
    comments = result.review.comments if result.review else ()
    told: set[str] = set()
    for comment in comments:
        mine = thread_fingerprints(Thread("1", "a.py", 1, False, False, (Comment("1", "us", comment.body, True),)))
        told |= mine
        if comment.line is not None:
            assert hunk_holding(file.hunks, comment.start_line or comment.line, comment.line)
        text = suggestion_in(comment.body)
        if text is not None:
            assert comment.line is not None
            applied = apply_suggestion(
                after.decode(), Suggestion(comment.start_line or comment.line, comment.line, text)
            )
            fixes = [each.fix.edits for each in findings if each.fix and each.fingerprint in mine]
            assert applied.encode() == apply_edits(after, [edit for edits in fixes for edit in edits])
    assert told | {each.fingerprint for each in result.folded} == {each.fingerprint for each in findings}
    assert len(comments) <= 5


def test_python_to_paste_stands_in_a_block_and_a_table_has_its_sentence() -> None:
    advice = "# Better: save a state_dict().\nimport torch\nwith torch.serialization.safe_globals([A]):\n    pass"
    found = Finding("CK102", Severity.WARNING, "m.pt", 1, 1, 1, 1, "names A", advice=advice, fingerprint="f" * 24)
    body = summary_body(replace(report_of(), findings=(found,)), refused=())
    assert "| Better: save a state\\_dict(). |" in body or "| Better: save a state_dict(). |" in body
    assert f"```python\n{advice}\n```" in body
