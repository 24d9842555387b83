"""The check run of an App: batches, editing in place, and nothing sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.edge.forge_dry import DryForge
from bot.errors import ExitCode
from bot.model import Annotation, Finding, Fix, Report, Severity, Tier, Unreadable
from bot.plan.fix_wording import _APPROVAL
from bot.report.check import LONGEST_SUMMARY, render_check
from tests.fake_github import FakeGitHub
from tests.fake_github.state import CheckRun
from tests.fault_matrix import SILENT, an_app, an_app_that_sees_more
from tests.github_stories import HARMLESS, Story, as_app, many, tell


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


def asked(story: Story) -> list[str]:
    return [one.split()[0] + " " + one.split()[1].rpartition("/")[2] for one in story.requests if "check-runs" in one]


def test_annotations_go_in_batches_of_fifty(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_app(tmp_path, github)
    outcome = play(story)
    (run,) = story.repository.check_runs
    assert (run.name, run.head_sha, run.status, run.conclusion) == (
        "Loadguard",
        github.shas(story.repository, story.pull)[1],
        "completed",
        "failure",
    )
    assert outcome.annotated
    assert outcome.exit_code == ExitCode.FINDINGS
    assert [(one["path"], one["annotation_level"]) for one in run.annotations] == [("pkg/many.py", "failure")] * 60
    assert len({one["start_line"] for one in run.annotations}) == 60
    assert str(run.summary).startswith("## Loadguard")
    assert asked(story) == ["POST check-runs", f"PATCH {run.id}"]
    github.forget()
    play(story)
    assert not github.mutating
    assert asked(story) == []


def test_a_token_that_may_not_read_checks_is_told_so_and_loses_nothing_else(github: FakeGitHub, tmp_path: Path) -> None:
    """The first query comes back without them. It asks for all the rest, and that is kept."""
    story = as_app(tell(github, tmp_path))
    assert story.token
    story.token.permissions = {key: value for key, value in story.token.permissions.items() if key != "checks"}
    outcome = story.play()
    (refused,) = outcome.refused
    assert (refused.what, "checks: write" in refused.reason) == ("check run", True)
    assert story.requests.count("POST /graphql 200") == 1
    assert [len(story.pull.reviews), len(story.pull.comments), len(story.repository.pulls)] == [1, 1, 2]


def test_a_check_of_another_app_is_not_ours(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_app(tmp_path, github)
    other = github.account("other[bot]", kind="Bot")
    head = github.shas(story.repository, story.pull)[1]
    story.repository.check_runs.append(CheckRun("Loadguard", head, external_id="0-0", author=other))
    play(story)
    assert [one.author.login for one in story.repository.check_runs if one.author] == [
        "other[bot]",
        "loadguard-app[bot]",
    ]
    github.forget()
    play(story)
    assert (github.mutating, asked(story)) == ([], [])


def test_what_only_says_otherwise_is_edited_in_place(github: FakeGitHub, tmp_path: Path) -> None:
    story = as_app(tell(github, tmp_path, after=HARMLESS))
    story.policy = SILENT
    assert story.play().exit_code == ExitCode.CLEAN
    (run,) = story.repository.check_runs
    assert (run.conclusion, run.annotations) == ("success", [])
    run.summary, run.external_id = "an older version's words", "0-0"
    story.play()
    assert [one.summary for one in story.repository.check_runs] == [run.summary]
    assert str(run.summary).startswith("## Loadguard")


def test_annotations_that_are_wrong_now_are_left_behind_with_their_check(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_app(tmp_path, github)
    play(story)
    story.policy = replace(SILENT, exclude=("pkg/**",))
    play(story)
    assert [(one.conclusion, len(one.annotations)) for one in story.repository.check_runs] == [
        ("failure", 60),
        ("success", 0),
    ]


def test_a_clean_check_becomes_a_failing_one_in_place(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_app_that_sees_more(tmp_path, github)
    play(story)
    assert [(one.conclusion, len(one.annotations)) for one in story.repository.check_runs] == [("failure", 60)]


def test_another_apps_check_of_the_same_name_is_left_alone(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_app(tmp_path, github)
    play(story)
    story.token = github.new_token(github.account("other-app[bot]", kind="Bot"))
    play(story)
    assert [one.author.login for one in story.repository.check_runs if one.author] == [
        "loadguard-app[bot]",
        "other-app[bot]",
    ]


def test_the_workflows_own_token_keeps_its_annotations(github: FakeGitHub, tmp_path: Path) -> None:
    story = tell(github, tmp_path)
    story.policy = SILENT
    assert not story.play().annotated
    assert not asked(story)


def test_a_branch_has_a_check_too(github: FakeGitHub, tmp_path: Path) -> None:
    story = as_app(tell(github, tmp_path, before={"pkg/many.py": many(2)}, after={"README.md": "# More\n"}))
    story.policy = SILENT
    story.play_push()
    (run,) = story.repository.check_runs
    assert (run.conclusion, run.annotations) == ("success", [])
    assert "pkg/many.py" in str(run.summary)


def test_a_missing_permission_is_named_and_the_log_annotates(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_app(tmp_path, github)
    assert story.token
    story.token.permissions = {**story.token.permissions, "checks": "none"}
    outcome = play(story)
    (refused,) = outcome.refused
    assert (refused.what, "checks: " in refused.reason) == ("check run", True)
    assert not outcome.annotated


def test_a_dry_run_writes_no_check_and_says_so(github: FakeGitHub, tmp_path: Path) -> None:
    story, _ = an_app(tmp_path, github)
    dry = DryForge(story.forge())
    story.play(forge=dry)
    assert not github.mutating
    assert dry.would == [f"write check run 'Loadguard' on {github.shas(story.repository, story.pull)[1][:12]}: failure"]


def a_finding(**more: object) -> Finding:
    made = Finding("LG001", Severity.ERROR, "a.py", 3, 5, 3, 20, "Unsafe.", "f" * 64)
    return replace(made, new=True, **more)  # type: ignore[arg-type]


def test_worst_first_then_the_unread_and_the_page_within_its_limit() -> None:
    findings = tuple(a_finding(path=f"f{n}.py", advice="Do this. " * 200) for n in range(80))
    note = a_finding(severity=Severity.NOTE, fix=Fix(Tier.SAFE, ("weights_only=True",), (), ""))
    old = replace(a_finding(path="old.py"), new=False)
    report = Report(".", 1, (note, old, *findings), unreadable=(Unreadable("b.py", "no text"),))
    check = render_check(report, passed=False, reason="r", sha="0" * 40, read=lambda _: None)
    assert [check.annotations[n].path for n in (0, 80, 81)] == ["f0.py", "a.py", "b.py"]
    assert check.annotations[81] == Annotation("b.py", 1, 1, "failure", "unreadable", "not read: no text")
    assert check.annotations[80].level == "notice"
    assert "Safe fix: add weights_only=True." in check.annotations[80].message
    assert len(check.summary) <= LONGEST_SUMMARY
    assert "no room for" in check.summary


def test_a_cell_has_no_line_of_its_notebook() -> None:
    report = Report(".", 1, (a_finding(path="a.ipynb", cell=1),))
    (only,) = render_check(report, passed=True, reason="r", sha="0" * 40, read=lambda _: None).annotations
    assert (only.line, only.end_line, only.title) == (1, 1, "LG001 in cell 2, line 3")


def test_only_pull_requests_of_the_workflows_token_wait_for_approval(tmp_path: Path) -> None:
    """Both tokens begin with `ghs_`: who they are is what tells them apart."""
    bodies = []
    for place, dressed in (("a", lambda story: story), ("b", as_app)):
        with FakeGitHub() as github:
            story = dressed(tell(github, tmp_path / place))
            story.play()
            bodies += [one.body for one in story.repository.pulls.values() if one is not story.pull]
    assert [_APPROVAL in body for body in bodies] == [True, False]
