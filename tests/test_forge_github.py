"""Every verb of the GitHub forge against the test server: what it answers, writes, and costs in requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.edge.github.forge import Address, GitHubForge, connect
from bot.edge.github.http import Patience
from bot.errors import ForgeError
from bot.model import MARKER, SUMMARY_MARKER, FileChange, FixBranch, Review, ReviewComment
from tests.fake_github import FakeGitHub, Pull, Repository, Token
from tests.fake_github.fixtures import someone
from tests.fake_github.state import next_id

TRAIN = "import torch\n" + "".join(f"x{n} = {n}\n" for n in range(40))
CHANGED = TRAIN.replace("x5 = 5\n", "x5 = torch.load('a.pt')\n").replace("x30 = 30\n", "x30 = torch.load('b.pt')\n")
BASE = {"pkg/train.py": TRAIN, "run.sh": "#!/bin/sh\n", "pkg/deep/er/x.py": "1\n", "LICENSE": "x\n"}
AT_ONCE = Patience(sleep=lambda _: None)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def repository(github: FakeGitHub) -> Repository:
    return github.create_repository(BASE, modes={"run.sh": "100755"})


@pytest.fixture
def pull(github: FakeGitHub, repository: Repository) -> Pull:
    return github.open_pull_request(repository, {"pkg/train.py": CHANGED})


def forge_of(github: FakeGitHub, token: Token | None = None, *, slug: str = "octo/models") -> GitHubForge:
    address = Address(slug, api_url=github.api_url, web=github.web)
    return connect(address, token=(token or github.token).text, patience=AT_ONCE)


def seen(github: FakeGitHub) -> list[str]:
    return [str(entry) for entry in github.requests]


def finding(body: str = "finding") -> str:
    return f"{MARKER}{body} -->\nSay weights_only=True."


def comment(line: int | None, *, start: int | None = None, path: str = "pkg/train.py") -> ReviewComment:
    return ReviewComment(path, line, start, finding(f"finding f{line}"), f"f{line}")


def fix_of(github: FakeGitHub, repository: Repository, **more: object) -> FixBranch:
    base = repository.git.resolve("feature" if "feature" in str(repository.git.refs()) else "main") or ""
    ref = "feature" if repository.git.resolve("feature") else "main"
    fix = FixBranch(
        name="loadguard/weights-only",
        base_ref=ref,
        base_sha=base,
        changes=(FileChange("pkg/train.py", CHANGED.replace("('a.pt')", "('a.pt', weights_only=True)").encode()),),
        title="Load safely",
        body=f"Why and what.\n{MARKER}findings=f5 -->",
        commit_message="Load safely\n\nBecause.",
    )
    return replace(fix, **more)  # type: ignore[arg-type]


# -- reading -------------------------------------------------------------------------------------------------


def test_a_pull_request_says_what_decides(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    base, head = github.shas(repository, pull)
    facts = forge_of(github).pull_request(pull.number)
    assert (facts.base_sha, facts.head_sha, facts.base_ref, facts.head_ref) == (base, head, "main", "feature")
    assert (facts.fork, facts.draft, facts.open, facts.head_repository) == (False, False, True, "octo/models")


def test_a_fork_is_told_from_a_branch(github: FakeGitHub, repository: Repository) -> None:
    fork = github.fork(repository, "mallory")
    pull = github.open_pull_request(repository, {"pkg/train.py": CHANGED}, head=fork, author="mallory")
    facts = forge_of(github).pull_request(pull.number)
    assert facts.fork
    assert facts.head_repository == "mallory/models"


def test_a_deleted_fork_is_still_a_fork(github: FakeGitHub, repository: Repository) -> None:
    fork = github.fork(repository, "mallory")
    pull = github.open_pull_request(repository, {"pkg/train.py": CHANGED}, head=fork)
    github.shas(repository, pull)
    del github.repositories["mallory/models"]
    facts = forge_of(github).pull_request(pull.number)
    assert facts.fork
    assert facts.head_repository == ""


def test_changed_files_come_with_their_hunks(github: FakeGitHub, repository: Repository) -> None:
    pull = github.open_pull_request(
        repository,
        {"pkg/train.py": CHANGED, "LICENSE": None, "weird name\n.py": "1\n", "pic.bin": b"\0\1", "new.py": "1\n"},
    )
    forge = forge_of(github)
    files = {file.path: file for file in forge.changed_files(forge.pull_request(pull.number)) or ()}
    assert set(files) == {"pkg/train.py", "LICENSE", "weird name\n.py", "pic.bin", "new.py"}
    assert [(hunk.start, hunk.end, set(hunk.added)) for hunk in files["pkg/train.py"].hunks] == [
        (4, 10, {7}),
        (29, 35, {32}),
    ]
    assert files["LICENSE"].status == "removed"
    assert files["pic.bin"].hunks == ()
    assert files["pkg/train.py"].blob == repository.git.at("feature", "pkg/train.py")


def test_a_rename_keeps_its_old_name(github: FakeGitHub, repository: Repository) -> None:
    pull = github.open_pull_request(repository, {"pkg/train.py": None, "pkg/fit.py": TRAIN + "y = 1\n"})
    forge = forge_of(github)
    (file,) = forge.changed_files(forge.pull_request(pull.number)) or ()
    assert (file.path, file.previous_path, file.status) == ("pkg/fit.py", "pkg/train.py", "renamed")
    assert file.hunks[0].added == {42}


def test_more_than_a_page_of_files(github: FakeGitHub, repository: Repository) -> None:
    pull = github.open_pull_request(repository, {f"many/f{n:03}.py": "1\n" for n in range(250)})
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    github.forget()
    assert len(forge.changed_files(facts) or ()) == 250
    assert len(github.requests) == 3


def test_a_list_that_github_cuts_is_no_list(github: FakeGitHub, repository: Repository) -> None:
    pull = github.open_pull_request(repository, {f"many/f{n:04}.py": "1\n" for n in range(3_050)})
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    assert forge.changed_files(facts) is None
    github.commit(repository, {f"many/f{n:04}.py": None for n in range(2_990, 3_050)}, branch="feature")
    assert len(forge.changed_files(facts) or ()) == 2_990


def test_a_patch_too_large_to_show_sends_us_to_git(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    github.patch_limit = 50
    forge = forge_of(github)
    assert forge.changed_files(forge.pull_request(pull.number)) is None


def test_pages_that_shift_are_not_trusted(github: FakeGitHub, repository: Repository) -> None:
    pull = github.open_pull_request(repository, {f"many/f{n:03}.py": "1\n" for n in range(150)})
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)

    def shift() -> None:
        github.commit(repository, {"aaa.py": "1\n"}, branch="feature")

    github.faults.add("GET", r"/files$", nth=2, act=shift)
    assert forge.changed_files(facts) is None


def test_files_are_read_byte_for_byte(github: FakeGitHub) -> None:
    odd = {"latin.py": b"# -*- coding: latin-1 -*-\r\n\xe9\n", "a b/c#?%.py": b"1", "empty.py": b""}
    large = {"large.bin": bytes(range(256)) * 5_000}
    github.create_repository({**odd, **large})
    forge = forge_of(github)
    for path, data in {**odd, **large}.items():
        assert forge.read_file(path, "main") == data
    assert forge.read_file("none.py", "main") is None
    assert forge.read_file("a b", "main") is None


def test_a_link_and_a_submodule_are_no_files(github: FakeGitHub) -> None:
    repository = github.create_repository({"link": "/etc/passwd", "x": "1"}, modes={"link": "120000"})
    commit = repository.git.resolve("main") or ""
    tree = repository.git.make_tree(repository.git.resolve(commit, kind="tree"), [("160000", commit, "module")])
    facts = repository.git.facts(commit)
    repository.git.update_ref(
        "refs/heads/main", repository.git.commit(tree, [commit], message="m", author=facts.author)
    )
    forge = forge_of(github)
    assert forge.read_file("link", "main") is None
    assert forge.read_file("module", "main") is None


def test_branches(github: FakeGitHub, repository: Repository) -> None:
    forge = forge_of(github)
    assert forge.default_branch() == "main"
    assert forge.branch_sha("main") == repository.git.resolve("main")
    assert forge.branch_sha("none/such") is None


def test_an_empty_repository_has_nothing(github: FakeGitHub) -> None:
    github.create_repository()
    forge = forge_of(github)
    assert forge.branch_sha("main") is None
    assert forge.read_file("x.py", "main") is None
    assert forge.fix_branch("loadguard/weights-only", "main") is None


# -- the review ----------------------------------------------------------------------------------------------


def test_threads_and_summary_cost_one_request(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    thread = github.start_thread(repository, pull, "pkg/train.py", 7, finding(), by="github-actions[bot]")
    github.reply(thread, "why?", by="bob")
    forged = github.start_thread(repository, pull, "pkg/train.py", 32, finding(), by="mallory")
    github.comment(pull, f"{SUMMARY_MARKER}\nforged", by="mallory")
    github.comment(pull, f"Thanks! You wrote:\n> {SUMMARY_MARKER}", by="github-actions[bot]")
    github.comment(pull, f"{SUMMARY_MARKER}\nours", by="github-actions[bot]")
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    github.forget()
    first, second = forge.threads(facts)
    summary = forge.summary(facts)
    assert seen(github) == ["POST /graphql 200"]
    assert not github.mutating
    assert (first.path, first.line, first.resolved, first.outdated) == ("pkg/train.py", 7, False, False)
    assert [(one.author, one.ours) for one in first.comments] == [("github-actions[bot]", True), ("bob", False)]
    assert [(one.author, one.ours) for one in second.comments] == [("mallory", False)]
    assert summary is not None
    assert summary.body.endswith("ours")
    assert forged.resolved_by is None


def test_a_thread_whose_line_went_is_outdated(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    github.start_thread(repository, pull, "pkg/train.py", 7, finding())
    github.start_thread(repository, pull, "pkg/train.py", 32, finding())
    github.commit(
        repository, {"pkg/train.py": "# new\n" + CHANGED.replace("x5 = torch.load('a.pt')\n", "")}, branch="feature"
    )
    forge = forge_of(github)
    gone, moved = forge.threads(forge.pull_request(pull.number))
    assert (gone.outdated, gone.line) == (True, None)
    assert (moved.outdated, moved.line) == (False, 32)


def test_who_resolved_a_thread_is_known(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    ours = github.start_thread(repository, pull, "pkg/train.py", 7, finding(), by="github-actions[bot]")
    theirs = github.start_thread(repository, pull, "pkg/train.py", 32, finding(), by="github-actions[bot]")
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    forge.resolve_thread(forge.threads(facts)[0])
    github.resolve(theirs, by="bob")
    assert ours.resolved_by is github.actions
    forge = forge_of(github)
    assert [(one.resolved, one.resolved_by_us) for one in forge.threads(facts)] == [(True, True), (True, False)]


def test_more_than_a_page_of_threads_and_comments(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    first = github.start_thread(repository, pull, "pkg/train.py", 7, finding())
    pull.threads += [replace(first, id=next_id()) for _ in range(229)]
    for number in range(130):
        github.comment(pull, f"talk {number}")
    github.comment(pull, f"{SUMMARY_MARKER}\nours", by="github-actions[bot]")
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    github.forget()
    assert len(forge.threads(facts)) == 230
    assert forge.summary(facts) is not None
    assert len(github.requests) == 3


def test_a_review_is_one_request(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    github.forget()
    review = Review(facts.head_sha, "Two findings.", (comment(7), comment(33, start=31)))
    assert forge.post_review(facts, review) == ()
    assert seen(github) == ["POST /repos/octo/models/pulls/1/reviews 200"]
    assert [(one.path, one.line, one.start_line) for one in pull.threads] == [
        ("pkg/train.py", 7, None),
        ("pkg/train.py", 33, 31),
    ]
    assert pull.reviews[0].body == "Two findings."
    assert pull.reviews[0].state == "COMMENTED"


def test_one_bad_anchor_costs_only_itself(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    comments = (comment(7), comment(20), comment(32), comment(31, start=8), comment(1, path="LICENSE"))
    refused = forge.post_review(facts, Review(facts.head_sha, "Body.", comments))
    assert [one.what for one in refused] == ["f20", "f31", "f1"]
    assert [one.line for one in pull.threads] == [7, 32]
    assert len(pull.reviews) == 1


def test_when_the_diff_does_not_explain_it_comments_go_one_by_one(
    github: FakeGitHub, repository: Repository, pull: Pull
) -> None:
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    refuse = {"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]}
    github.faults.add("POST", r"/reviews$", status=422, body=refuse)
    github.faults.add("POST", r"/pulls/1/comments$", nth=2, status=422, body=refuse)
    review = Review(facts.head_sha, "Body.", (comment(7), comment(32), comment(33)))
    refused = forge.post_review(facts, review)
    assert [one.what for one in refused] == ["f32"]
    assert "Line could not be resolved" in refused[0].reason
    assert [one.line for one in pull.threads] == [7, 33]
    assert [one.body for one in pull.reviews if one.body] == ["Body."]


def test_a_comment_on_a_whole_file(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    whole = (comment(None), comment(None, path="LICENSE"))
    refused = forge.post_review(facts, Review(facts.head_sha, "", whole))
    assert len(refused) == 1
    assert [(one.path, one.line) for one in pull.threads] == [("pkg/train.py", None)]


def test_a_review_of_a_head_that_is_gone_is_refused_and_said(
    github: FakeGitHub, repository: Repository, pull: Pull
) -> None:
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    github.commit(repository, {"pkg/train.py": CHANGED + "z = 1\n"}, branch="feature", amend=True)
    refused = forge.post_review(facts, Review(facts.head_sha, "", (comment(7),)))
    assert [one.what for one in refused] == ["f7"]
    assert not pull.threads


def test_the_summary_is_written_once_and_then_edited(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge = forge_of(github)
    facts = forge.pull_request(pull.number)
    assert forge.summary(facts) is None
    forge.put_summary(facts, f"{SUMMARY_MARKER}\none", existing=None)
    standing = forge.summary(facts)
    assert standing is not None
    forge.put_summary(facts, f"{SUMMARY_MARKER}\ntwo", existing=standing)
    assert [one.body for one in pull.comments] == [f"{SUMMARY_MARKER}\ntwo"]
    assert [str(entry) for entry in github.mutating] == [
        "POST /repos/octo/models/issues/1/comments 201",
        f"PATCH /repos/octo/models/issues/comments/{standing.id} 200",
    ]


# -- the fix branch ------------------------------------------------------------------------------------------


def test_a_fix_from_nothing_to_an_open_pull_request(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    assert forge.fix_branch(fix.name, fix.base_ref) is None
    assert forge.fix_pull_requests(fix.name) == ()
    sha = forge.push_fix_branch(fix, standing=None)
    opened = forge.open_fix_pull_request(fix)
    assert seen(github) == [
        "POST /graphql 200",
        "POST /repos/octo/models/git/trees 201",
        "POST /repos/octo/models/git/commits 201",
        "POST /repos/octo/models/git/refs 201",
        "POST /repos/octo/models/pulls 201",
    ]
    assert repository.git.resolve(fix.name) == sha
    assert sha in github.signed
    assert repository.git.facts(sha).parents == (fix.base_sha,)
    assert (opened.number, opened.base_ref, opened.ours) == (2, "feature", True)
    state = forge.fix_branch(fix.name, fix.base_ref)
    assert state is not None
    assert (state.sha, state.tree, state.only_ours) == (sha, repository.git.facts(sha).tree, True)
    (standing,) = forge.fix_pull_requests(fix.name)
    assert (standing.number, standing.state, standing.ours, standing.url) == (2, "open", True, opened.url)
    assert (standing.labels_settled, standing.reviewers_settled, standing.closed_by_us) == (False, False, False)


def test_modes_and_bytes_survive(github: FakeGitHub, repository: Repository) -> None:
    changes = (
        FileChange("run.sh", b"#!/bin/sh\r\necho\r\n", "100755"),
        FileChange("latin.py", b"# coding: latin-1\n\xe9\n"),
        FileChange("bom.py", b"\xef\xbb\xbfx = 1\n"),
        FileChange("nul.txt", b"a\0b"),
        FileChange("pkg/deep/er/y.py", b"no newline"),
        FileChange('new/folder/\xe4 ".py', "ä = '\u2028'\n".encode()),
    )
    fix = fix_of(github, repository, changes=changes)
    forge = forge_of(github)
    wanted = forge.tree_of(fix)
    assert not github.mutating
    sha = forge.push_fix_branch(fix, standing=None)
    assert repository.git.facts(sha).tree == wanted
    entries = {one.path: one for one in repository.git.list_tree(sha, recursive=True)}
    for change in changes:
        assert repository.git.blob(entries[change.path].sha) == change.content
        assert entries[change.path].mode == change.mode


def test_a_mode_that_is_not_known_stays_as_it_is(github: FakeGitHub, repository: Repository) -> None:
    changes = (FileChange("run.sh", b"#!/bin/sh\nexit\n", ""), FileChange("pkg/new.py", b"1\n", ""))
    fix = fix_of(github, repository, changes=changes)
    forge = forge_of(github)
    wanted = forge.tree_of(fix)
    sha = forge.push_fix_branch(fix, standing=None)
    entries = {one.path: one.mode for one in repository.git.list_tree(sha, recursive=True)}
    assert (entries["run.sh"], entries["pkg/new.py"]) == ("100755", "100644")
    assert repository.git.facts(sha).tree == wanted


def test_a_branch_that_others_wrote_on_is_not_only_ours(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    github.commit(repository, {"more.py": "1\n"}, branch=fix.name, author="bob")
    state = forge_of(github).fix_branch(fix.name, fix.base_ref)
    assert state is not None
    assert not state.only_ours


def test_a_base_that_was_force_pushed_leaves_the_branch_ours(
    github: FakeGitHub, repository: Repository, pull: Pull
) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    github.commit(repository, {"pkg/train.py": "# other\n" + CHANGED}, branch="feature", amend=True)
    state = forge_of(github).fix_branch(fix.name, fix.base_ref)
    assert state is not None
    assert state.only_ours


def test_a_branch_that_a_person_rebased_or_merged_is_theirs(
    github: FakeGitHub, repository: Repository, pull: Pull
) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    git, tip = repository.git, repository.git.resolve(fix.name) or ""
    facts, bob = git.facts(tip), someone(github.account("bob"))
    base = git.resolve("main") or ""
    for parents, author in (([base], facts.author), ([tip, base], bob)):
        made = git.commit(facts.tree, parents, message="m", author=author, committer=bob)
        git.update_ref(f"refs/heads/{fix.name}", made)
        state = forge_of(github).fix_branch(fix.name, fix.base_ref)
        assert state is not None
        assert not state.only_ours


def test_a_commit_that_only_says_it_is_ours_by_name_is_not(github: FakeGitHub, repository: Repository) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    tip = repository.git.resolve(fix.name) or ""
    facts = repository.git.facts(tip)
    forger = replace(facts.author, name="github-actions[bot]", email="x@evil.example")
    made = repository.git.commit(facts.tree, [tip], message="m", author=forger)
    repository.git.update_ref(f"refs/heads/{fix.name}", made)
    state = forge_of(github).fix_branch(fix.name, fix.base_ref)
    assert state is not None
    assert not state.only_ours


def test_moving_the_branch_keeps_one_commit(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    other = replace(fix, changes=(*fix.changes, FileChange("LICENSE", b"y\n")))
    standing = forge.fix_branch(fix.name, fix.base_ref)
    sha = forge.push_fix_branch(other, standing=standing)
    assert repository.git.resolve(fix.name) == sha
    assert repository.git.facts(sha).parents == (fix.base_sha,)


def test_a_branch_deleted_in_between_is_made_again(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    standing = forge.fix_branch(fix.name, fix.base_ref)
    repository.git.delete_ref(f"refs/heads/{fix.name}")
    sha = forge.push_fix_branch(fix, standing=standing)
    assert repository.git.resolve(fix.name) == sha


def test_a_protected_branch_is_an_error_that_says_so(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    fix = fix_of(github, repository)
    repository.protected.add(fix.name)
    with pytest.raises(ForgeError, match="Cannot update this protected ref"):
        forge_of(github).push_fix_branch(fix, standing=None)


def test_labels_reviewers_and_what_could_not_be_set(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    repository.collaborators.add("alice")
    forge = forge_of(github)
    fix = fix_of(github, repository, labels=("security", "loadguard"), reviewers=("alice", "nobody"))
    forge.push_fix_branch(fix, standing=None)
    opened = forge.open_fix_pull_request(fix)
    assert repository.pulls[opened.number].labels == ["security", "loadguard"]
    assert len(opened.notices) == 1
    assert "not a collaborator" in opened.notices[0]


def test_a_draft_where_drafts_are_not_to_be_had(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    repository.drafts = False
    forge, fix = forge_of(github), fix_of(github, repository, draft=True)
    forge.push_fix_branch(fix, standing=None)
    opened = forge.open_fix_pull_request(fix)
    assert not opened.draft
    assert "no drafts" in opened.notices[0]
    assert len(repository.pulls) == 2


def test_two_runs_at_once_open_one_pull_request(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    first = forge_of(github).open_fix_pull_request(fix)
    assert forge.open_fix_pull_request(fix).number == first.number
    with pytest.raises(ForgeError, match="already exists"):
        forge.open_fix_pull_request(replace(fix, title="Somebody else's"))
    assert len(repository.pulls) == 2


def test_more_than_a_page_of_pull_requests_from_one_branch(
    github: FakeGitHub, repository: Repository, pull: Pull
) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    for _ in range(45):
        github.close(github.open_pull_request(repository, branch=fix.name, base="main"))
    github.forget()
    pulls = forge_of(github).fix_pull_requests(fix.name)
    assert [one.number for one in pulls] == list(range(46, 1, -1))
    assert len(github.requests) == 3


def test_an_update_writes_only_what_differs(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    opened = forge.open_fix_pull_request(fix)
    repository.pulls[2].body = fix.body.replace("\n", "\r\n")
    (standing,) = forge.fix_pull_requests(fix.name)
    github.forget()
    assert forge.update_fix_pull_request(standing, fix) == ()
    assert not github.requests
    forge.update_fix_pull_request(standing, replace(fix, title="Other"))
    assert [entry.body for entry in github.mutating] == [{"title": "Other"}]
    assert opened.number == standing.number


def test_labels_that_a_killed_run_left_out_are_caught_up_with_once(
    github: FakeGitHub, repository: Repository, pull: Pull
) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    forge.open_fix_pull_request(fix)
    dressed = replace(fix, labels=("security",))
    (standing,) = forge_of(github).fix_pull_requests(fix.name)
    forge.update_fix_pull_request(standing, dressed)
    assert repository.pulls[2].labels == ["security"]
    repository.pulls[2].labels.clear()  # a person took it off again
    (standing,) = forge_of(github).fix_pull_requests(fix.name)
    assert standing.labels_settled
    github.forget()
    forge.update_fix_pull_request(standing, dressed)
    assert not github.mutating


def test_closing_says_why_in_one_write(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    opened = forge.open_fix_pull_request(fix)
    github.forget()
    forge.close_fix_pull_request(opened, "No longer needed.")
    assert len(github.mutating) == 1
    assert repository.pulls[2].state == "closed"
    assert repository.pulls[2].body.startswith("No longer needed.\n\nWhy and what.")
    (standing,) = forge.fix_pull_requests(fix.name)
    assert (standing.state, standing.merged, standing.closed_by_us, standing.ours) == ("closed", False, True, True)


def test_who_closed_and_whose_it_is(github: FakeGitHub, repository: Repository, pull: Pull) -> None:
    forge, fix = forge_of(github), fix_of(github, repository)
    forge.push_fix_branch(fix, standing=None)
    forge.open_fix_pull_request(fix)
    github.close(repository.pulls[2], by="bob")
    fork = github.fork(repository, "mallory")
    github.open_pull_request(repository, branch=fix.name, head=fork, body=fix.body, author="mallory")
    forged = github.open_pull_request(repository, branch=fix.name, base="main", body=fix.body, author="mallory")
    newest, closed = forge_of(github).fix_pull_requests(fix.name)
    assert (newest.number, newest.ours, newest.state) == (forged.number, False, "open")
    assert (closed.ours, closed.closed_by_us, closed.closed_at != "") == (True, False, True)


# -- GitHub Enterprise ---------------------------------------------------------------------------------------


def test_the_same_on_enterprise_server() -> None:
    with FakeGitHub(ghes=True) as github:
        repository = github.create_repository(BASE)
        pull = github.open_pull_request(repository, {"pkg/train.py": CHANGED})
        forge = forge_of(github)
        facts = forge.pull_request(pull.number)
        assert forge.threads(facts) == ()
        assert forge.post_review(facts, Review(facts.head_sha, "", (comment(7),))) == ()
        fix = fix_of(github, repository)
        forge.push_fix_branch(fix, standing=None)
        assert forge.open_fix_pull_request(fix).url.startswith(github.web)
        assert forge.tree_of(fix) == repository.git.facts(repository.git.resolve(fix.name) or "").tree


def test_no_token_shows_in_a_repr(github: FakeGitHub, repository: Repository) -> None:
    forge = forge_of(github)
    forge.default_branch()
    assert github.token.text not in repr(forge)
    assert github.token.text not in repr(forge.door)
