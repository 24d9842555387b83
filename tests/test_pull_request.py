"""The story of a pull request on the test server: what stands there afterwards, and that a second run does nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.activities import foreign as second_half
from bot.edge.checkout import Checkout
from bot.model import SUMMARY_MARKER
from bot.plan.event import ReviewFork
from bot.plan.suggestion import Suggestion, apply_suggestion
from bot.policy import CommentMode, FixMode, PullRequestPolicy
from tests.fake_github import READ_ONLY, FakeGitHub, Pull, Repository
from tests.fake_github.faults import Fault
from tests.fake_github.wire import Request
from tests.stage import FIX, Stage, mutating
from tests.test_plan_review import suggestion_in

LINES = "".join(f"x{n} = {n}\n" for n in range(40))
BASE = {
    "train.py": f"import torch\n{LINES}",
    "old.py": "import torch\n\n\ndef old(model):\n    model.load_state_dict(torch.load('old.pt'))\n",
    "README.md": "hello\n",
}
LOADS = "def restore(model):\n    model.load_state_dict(torch.load('a.pt'))\n"
WHOLE = "def whole():\n    model = torch.load('whole.pt')\n    model.eval()\n    return model\n"
HEAD = {"train.py": f"import torch\n{LINES}\n\n{LOADS}\n\n{WHOLE}"}
FIXED = "torch.load('a.pt', weights_only=True)"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def repository(github: FakeGitHub) -> Repository:
    return github.create_repository(BASE)


@pytest.fixture
def pull(github: FakeGitHub, repository: Repository) -> Pull:
    return github.open_pull_request(repository, HEAD)


@pytest.fixture
def stage(github: FakeGitHub, repository: Repository, tmp_path: Path) -> Stage:
    return Stage(github, repository, tmp_path)


@pytest.mark.parametrize("checkout", ["history", "merge", "none"])
def test_an_unsafe_load_gets_a_comment_a_suggestion_and_a_fix(stage: Stage, pull: Pull, checkout: str) -> None:
    stage = replace(stage, checkout=checkout)
    outcome = stage.review(pull)
    assert outcome.exit_code == 1 and not outcome.refused
    assert {(each.path, each.new) for each in outcome.report.findings} == {("train.py", True)}
    assert len(pull.reviews) == 1 and pull.reviews[0].state == "COMMENTED"
    safe, whole = sorted(pull.threads, key=lambda thread: thread.line or 0)
    assert FIXED in (suggestion_in(safe.comments[0].body) or "")
    assert suggestion_in(whole.comments[0].body) is None, "a whole module is never made weights_only"
    [summary] = pull.comments
    assert summary.body.startswith(SUMMARY_MARKER) and "old.py" not in summary.body
    fix = stage.repository.pulls[2]
    assert (fix.base_ref, fix.head_ref, fix.draft) == ("feature", "loadguard/weights-only-pr-1", False)
    assert stage.text(fix.head_ref, "train.py") == HEAD["train.py"].replace("torch.load('a.pt')", FIXED)
    assert stage.repository.git.run("diff", "--name-only", "feature", fix.head_ref).decode().split() == ["train.py"]
    assert outcome.pull_request_operation == "created" and outcome.pull_request_url.endswith("/pull/2")
    assert outcome.outputs["new"] == "2" and outcome.outputs["fixable"] == "1"


@pytest.mark.parametrize("checkout", ["history", "merge", "none"])
def test_a_second_run_writes_nothing(github: FakeGitHub, stage: Stage, pull: Pull, checkout: str) -> None:
    stage = replace(stage, checkout=checkout)
    first = stage.review(pull)
    github.forget()
    second = stage.review(pull)
    assert mutating(github) == []
    assert (second.exit_code, second.pull_request_url) == (first.exit_code, first.pull_request_url)
    assert second.pull_request_operation == "unchanged"
    assert len(github.requests) <= 8


def test_a_force_push_that_only_moves_lines_says_nothing_again(github: FakeGitHub, stage: Stage, pull: Pull) -> None:
    stage.review(pull)
    moved = HEAD["train.py"].replace("x3 = 3\n", "x3 = 3\n# a\n# b\n# c\n")
    github.commit(stage.repository, {"train.py": moved}, branch="feature", amend=True)
    github.forget()
    stage.review(pull)
    assert len(pull.threads) == 2 and len(pull.reviews) == 1 and len(pull.comments) == 1
    assert not [each for each in mutating(github) if "/reviews" in each or ("POST" in each and "/comments" in each)]


def test_every_suggestion_applied_as_text_parses_and_silences_the_scan(
    github: FakeGitHub, stage: Stage, pull: Pull
) -> None:
    stage.review(pull)
    head = stage.text("feature", "train.py")
    applied = 0
    for thread in pull.threads:
        text = suggestion_in(thread.comments[0].body)
        if text is not None:
            assert thread.line is not None
            head = apply_suggestion(head, Suggestion(thread.start_line or thread.line, thread.line, text))
            applied += 1
    ast.parse(head)
    assert applied == 1
    github.commit(stage.repository, {"train.py": head}, branch="feature")
    outcome = stage.review(pull)
    assert [each.source for each in outcome.report.findings if each.new and each.fix] == []
    assert [thread.resolved_by is not None for thread in sorted(pull.threads, key=lambda t: t.comments[0].id)].count(
        True
    ) == 1


def test_a_quiet_pull_request_costs_two_requests_and_no_word(
    github: FakeGitHub, repository: Repository, stage: Stage
) -> None:
    quiet = github.open_pull_request(repository, {"README.md": "more\n", "x.py": "import torch\ny = torch.zeros(1)\n"})
    for checkout, most in (("history", 2), ("none", 4)):
        github.forget()
        outcome = replace(stage, checkout=checkout).review(quiet)
        assert outcome.exit_code == 0 and outcome.exit_reason == "no new finding"
        assert mutating(github) == [] and len(github.requests) <= most, [str(each) for each in github.requests]
    assert not quiet.comments and not quiet.reviews


class Picky(Fault):
    """GitHub draws its hunks with its own algorithm: one anchor that is fine by ours it will not have."""

    def matches(self, request: Request) -> bool:
        body = request.body if request.method == "POST" else {}
        anchors = body.get("comments", [body])
        return super().matches(request) and any(each.get("path") == "b.py" for each in anchors)


def test_one_anchor_github_refuses_costs_only_itself(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    files = dict.fromkeys(("a.py", "b.py", "c.py"), f"import torch\n\n\n{LOADS}")
    three = github.open_pull_request(repository, files, branch="three")
    github.faults._list.append(Picky("POST", re.compile(r"/(reviews|comments)$"), 1, 99, status=422))
    stage = replace(stage, policy=replace(FIX, fix=FixMode.SUGGEST))
    outcome = stage.review(three)
    assert sorted(thread.path for thread in three.threads) == ["a.py", "c.py"]
    [refusal] = outcome.refused
    assert refusal.what == "b.py:5" and "summary" in refusal.reason
    assert "`b.py:5`" in three.comments[0].body
    github.forget()
    stage.review(three)
    assert mutating(github) == [], "what was refused once is not tried for ever"


def test_findings_that_stood_there_before_are_not_new(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    touched = BASE["old.py"].replace("\n\n\ndef", "\n\nEXTRA = 1\n\n\ndef")
    old = github.open_pull_request(repository, {"old.py": touched}, branch="touch")
    outcome = stage.review(old)
    assert [each.new for each in outcome.report.findings] == [False]
    assert outcome.exit_code == 0 and not old.threads and not old.comments and 2 not in repository.pulls


def test_an_indented_or_renamed_call_is_not_new(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    github.commit(repository, {"old.py": BASE["old.py"] + LINES})
    moved = BASE["old.py"].replace("    model.load", "    if model:\n        model.load")
    renamed = github.open_pull_request(repository, {"old.py": None, "young.py": moved + LINES}, branch="rename")
    outcome = stage.review(renamed)
    assert [each.new for each in outcome.report.findings] == [False]
    assert outcome.exit_code == 0 and not renamed.threads


def test_attributes_that_hide_a_diff_hide_no_finding(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    files = {**HEAD, ".gitattributes": "*.py -diff\n"}
    hidden = github.open_pull_request(repository, files, branch="hidden")
    outcome = replace(stage, policy=replace(FIX, fix=FixMode.SUGGEST)).review(hidden)
    assert outcome.exit_code == 1 and len(hidden.threads) == 2


def test_a_person_who_resolved_or_answered_is_left_in_peace(github: FakeGitHub, stage: Stage, pull: Pull) -> None:
    stage.review(pull)
    resolved, answered = pull.threads
    github.resolve(resolved)
    github.reply(answered, "we know")
    github.commit(stage.repository, {"train.py": f"import torch\n{LINES}"}, branch="feature")
    stage.review(pull)
    assert answered.resolved_by is None
    github.commit(stage.repository, HEAD, branch="feature")
    stage.review(pull)
    assert len(pull.threads) == 2 and resolved.resolved_by is not None and resolved.resolved_by.login == "alice"


def test_a_finding_that_comes_back_after_we_tidied_up_is_said_again(
    github: FakeGitHub, stage: Stage, pull: Pull
) -> None:
    stage.review(pull)
    github.commit(stage.repository, {"train.py": f"import torch\n{LINES}"}, branch="feature")
    stage.review(pull)
    assert all(thread.resolved_by is not None for thread in pull.threads)
    assert "No new finding" in pull.comments[0].body and len(pull.comments) == 1
    fix = stage.repository.pulls[2]
    assert fix.state == "closed" and "no longer needed" in fix.body
    github.commit(stage.repository, HEAD, branch="feature")
    stage.review(pull)
    assert len(pull.threads) == 4
    github.forget()
    stage.review(pull)
    assert mutating(github) == []


def test_a_forged_marker_silences_nothing(github: FakeGitHub, stage: Stage, pull: Pull) -> None:
    stage.review(pull)
    [real, *_] = [thread.comments[0].body for thread in pull.threads]
    pull.threads.clear()
    pull.comments.clear()
    github.start_thread(stage.repository, pull, "train.py", 45, real, by="mallory")
    github.comment(pull, SUMMARY_MARKER, by="mallory")
    stage.review(pull)
    assert len(pull.threads) == 3
    assert [comment.author.login for comment in pull.comments] == ["mallory", "github-actions[bot]"]


def test_a_fork_is_never_written_to(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    fork = github.fork(repository, "mallory")
    foreign = github.open_pull_request(repository, HEAD, head=fork, author="mallory")
    reader = replace(stage, token=github.new_token(permissions=READ_ONLY))
    outcome = reader.review(foreign)
    assert outcome.exit_code == 1 and mutating(github) == []
    assert "fork" in outcome.refused[0].reason and "annotations" in outcome.refused[0].reason
    assert sum(each.new for each in outcome.report.findings) == 2


def test_the_second_half_says_what_a_forks_own_run_may_not(
    github: FakeGitHub, stage: Stage, repository: Repository
) -> None:
    fork = github.fork(repository, "mallory")
    foreign = github.open_pull_request(repository, HEAD, head=fork, branch="patch", author="mallory")
    head = fork.git.resolve("patch") or ""
    stage = replace(stage, checkout="merge")
    desk = stage.desk("refs/heads/main")
    assert desk.checkout is not None and desk.checkout.commit(head) is None, "the head is never checked out here"
    story = ReviewFork("mallory/models", "patch", head)
    outcome = second_half.run(desk, fork=story)
    assert (outcome.exit_code, len(foreign.threads), len(foreign.comments)) == (0, 2, 1)
    assert list(repository.pulls) == [1], "no fix pull request onto somebody else's repository"
    github.forget()
    assert second_half.run(stage.desk("refs/heads/main"), fork=story).exit_code == 0
    assert mutating(github) == []


def test_the_second_half_believes_nothing_it_is_told(
    github: FakeGitHub, stage: Stage, repository: Repository, pull: Pull
) -> None:
    fork = github.fork(repository, "mallory")
    foreign = github.open_pull_request(repository, HEAD, head=fork, branch="patch", author="mallory")
    head = fork.git.resolve("patch") or ""
    own = repository.git.resolve("feature") or ""
    told = [
        ReviewFork("mallory/models", "patch", "0" * 40),
        ReviewFork("mallory/models", "main", head),
        ReviewFork("mallory/other", "patch", head),
        ReviewFork("octo/models", "feature", own),
    ]
    for story in told:
        outcome = second_half.run(stage.desk("refs/heads/main"), fork=story)
        assert outcome.exit_code == 0 and mutating(github) == [] and outcome.exit_reason
    github.close(foreign)
    second_half.run(stage.desk("refs/heads/main"), fork=ReviewFork("mallory/models", "patch", head))
    assert mutating(github) == [] and not pull.threads


def test_no_right_to_comment(github: FakeGitHub, stage: Stage, pull: Pull) -> None:
    reader = replace(stage, token=github.new_token(permissions={**READ_ONLY, "contents": "write"}))
    outcome = reader.review(pull)
    assert outcome.exit_code == 1 and not pull.threads and not pull.comments
    review = next(each for each in outcome.refused if each.what == "review")
    assert "pull-requests: write" in review.reason and "job summary" in review.reason


def test_no_right_to_open_pull_requests(github: FakeGitHub, stage: Stage, repository: Repository, pull: Pull) -> None:
    repository.actions_may_open_pulls = False
    outcome = stage.review(pull)
    assert outcome.pull_request_operation == "branch"
    assert (
        outcome.pull_request_url == f"{github.web}/octo/models/compare/feature...loadguard/weights-only-pr-1?expand=1"
    )
    assert FIXED in stage.text("loadguard/weights-only-pr-1", "train.py")
    [refusal] = outcome.refused
    assert "loadguard/weights-only-pr-1 is pushed" in refusal.reason and outcome.pull_request_url in refusal.reason
    assert len(pull.threads) == 2 and outcome.exit_code == 1
    github.forget()
    again = stage.review(pull)
    assert again.pull_request_operation == "branch"
    assert [each for each in mutating(github) if not each.endswith("403")] == []


def test_no_right_to_push(github: FakeGitHub, stage: Stage, pull: Pull, tmp_path: Path) -> None:
    token = github.new_token(permissions={**READ_ONLY, "pull_requests": "write", "issues": "write"})
    outcome = replace(stage, token=token).review(pull)
    assert len(pull.threads) == 2, "the review does not hang on the fix"
    refusal = next(each for each in outcome.refused if each.what == "fix branch")
    assert "contents: write" in refusal.reason and "git am" in refusal.reason
    patch = tmp_path / "patches" / "loadguard-fix.patch"
    work = replace(stage, folder=tmp_path / "other").desk("refs/pull/1/head").checkout
    assert work is not None and str(patch) in refusal.reason
    import subprocess

    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, "am", "--quiet", str(patch)], cwd=work.root, check=True, capture_output=True)
    assert FIXED in (work.root / "train.py").read_text(encoding="utf-8")


def test_suggest_only_opens_no_fix(stage: Stage, pull: Pull) -> None:
    replace(stage, policy=replace(FIX, fix=FixMode.SUGGEST)).review(pull)
    assert len(pull.threads) == 2 and list(stage.repository.pulls) == [1]


@pytest.mark.parametrize(("mode", "threads", "comments"), [(CommentMode.SUMMARY, 0, 1), (CommentMode.OFF, 0, 0)])
def test_comment_modes(stage: Stage, pull: Pull, mode: CommentMode, threads: int, comments: int) -> None:
    policy = replace(FIX, fix=FixMode.SUGGEST, pull_request=PullRequestPolicy(comment=mode))
    outcome = replace(stage, policy=policy).review(pull)
    assert (len(pull.threads), len(pull.comments), outcome.exit_code) == (threads, comments, 1)


def test_drafts_are_left_alone_where_the_policy_says_so(
    github: FakeGitHub, stage: Stage, repository: Repository
) -> None:
    draft = github.open_pull_request(repository, HEAD, branch="draft", draft=True)
    policy = replace(FIX, pull_request=PullRequestPolicy(draft=False))
    outcome = replace(stage, policy=policy).review(draft)
    assert outcome.exit_code == 0 and "draft" in outcome.exit_reason and not draft.threads


def test_more_findings_than_the_cap(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    body = "".join(f"def f{n}(m):\n    m.load_state_dict(torch.load('{n}.pt'))\n\n\n" for n in range(35))
    many = github.open_pull_request(repository, {"many.py": f"import torch\n\n\n{body}"}, branch="many")
    stage.review(many)
    assert len(many.threads) == 20 and "15 findings without an inline comment" in many.reviews[0].body
    assert many.comments[0].body.count("LG001") == 35
    github.forget()
    stage.review(many)
    assert mutating(github) == []


def test_names_that_paths_may_have(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    names = ['quo"te.py', "new\nline.py", "-lead.py", "größe.py", "a b.py", "@octocat #1 <!-- x -->.py", "re\rturn.py"]
    odd = github.open_pull_request(repository, dict.fromkeys(names, f"import torch\n\n\n{LOADS}"), branch="odd")
    outcome = stage.review(odd)
    assert sorted(each.path for each in outcome.report.findings) == sorted(names)
    assert sorted(thread.path for thread in odd.threads) == sorted(names)
    assert odd.comments[0].body.count("<!--") == 1


def test_a_change_to_the_policy_does_not_count_before_it_is_merged(
    github: FakeGitHub, stage: Stage, repository: Repository
) -> None:
    from bot.activities import pull_request
    from bot.plan.event import read_pull
    from bot.policy.load import load_policy, policy_at

    off = github.open_pull_request(
        repository, {**HEAD, ".github/loadguard.yml": "fail_on: never\nrules: {LG001: off}\n"}, branch="off"
    )
    desk = replace(stage.desk("refs/pull/1/head"), policy=lambda read: load_policy(policy_at(read)))
    facts = read_pull(github.pull_request_event(repository, off)["pull_request"])
    assert pull_request.run(desk, pull=facts).exit_code == 1
    assert isinstance(desk.checkout, Checkout)
