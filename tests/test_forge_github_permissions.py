"""What each token may do, what the forge says when it may not, and the dry-run twin that never asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from bot.edge.forge import Forge
from bot.edge.forge_dry import DryForge
from bot.edge.github.errors import permission_of
from bot.edge.github.forge import Address, connect
from bot.edge.github.http import Patience
from bot.errors import ForgeError, PermissionMissing
from bot.model import MARKER, SUMMARY_MARKER, FileChange, FixBranch, PullRequest, Review, ReviewComment
from tests.fake_github import ALL_WRITE, READ_ONLY, FakeGitHub, Pull, Repository, Token


@dataclass
class World:
    github: FakeGitHub
    repository: Repository
    pull: Pull

    def forge(self, token: Token) -> Forge:
        address = Address(self.repository.slug, self.github.api_url, self.github.web)
        return connect(address, token=token.text, patience=Patience(sleep=lambda _: None))

    def narrowed(self, **levels: str) -> Forge:
        return self.forge(self.github.new_token(permissions={**ALL_WRITE, **levels}))


@pytest.fixture
def world() -> Iterator[World]:
    with FakeGitHub() as github:
        repository = github.create_repository({"train.py": "import torch\n"})
        pull = github.open_pull_request(repository, {"train.py": "import torch\nx = torch.load('a')\n"})
        yield World(github, repository, pull)


def fix(facts: PullRequest) -> FixBranch:
    change = FileChange("train.py", b"safe\n")
    body = f"{MARKER}findings=f -->"
    return FixBranch("loadguard/weights-only", "feature", facts.head_sha, (change,), "Load safely", body, "Load safely")


def review(facts: PullRequest) -> Review:
    return Review(facts.head_sha, "One.", (ReviewComment("train.py", 2, None, f"{MARKER}finding f -->", "f"),))


def resolve(world: World, forge: Forge, facts: PullRequest) -> None:
    world.github.start_thread(world.repository, world.pull, "train.py", 2, "x")
    forge.resolve_thread(forge.threads(facts)[0])


Deed = Callable[[World, Forge, PullRequest], object]
WRITES: dict[str, tuple[str, Deed]] = {
    "review": ("pull-requests: write", lambda _, forge, facts: forge.post_review(facts, review(facts))),
    "summary": (
        "pull-requests: write",
        lambda _, forge, facts: forge.put_summary(facts, SUMMARY_MARKER, existing=None),
    ),
    "thread": ("contents: write", resolve),
    "branch": ("contents: write", lambda _, forge, facts: forge.push_fix_branch(fix(facts), standing=None)),
    "pull request": ("pull-requests: write", lambda _, forge, facts: forge.open_fix_pull_request(fix(facts))),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_read_only_token_is_told_exactly_what_is_missing(world: World, name: str) -> None:
    """The token of a pull request from a fork: reads, and nothing else."""
    permission, deed = WRITES[name]
    forge = world.forge(world.github.new_token(permissions=READ_ONLY))
    facts = forge.pull_request(1)
    with pytest.raises(PermissionMissing) as caught:
        deed(world, forge, facts)
    assert caught.value.permission == permission
    assert permission in str(caught.value)
    assert "permissions" in caught.value.hint


@pytest.mark.parametrize(
    ("lacking", "works"),
    [
        ({"contents": "read"}, {"review", "summary", "pull request"}),
        ({"pull_requests": "read"}, {"summary", "branch"}),  # issues: write may comment on pull requests
        ({"pull_requests": "read", "issues": "none"}, {"branch"}),
        ({"issues": "none"}, {"review", "summary", "thread", "branch", "pull request"}),
        ({"checks": "none"}, {"review", "summary", "thread", "branch", "pull request"}),
    ],
)
@pytest.mark.parametrize("name", WRITES)
def test_the_matrix(world: World, name: str, lacking: Mapping[str, str], works: set[str]) -> None:
    forge = world.narrowed(**lacking)
    facts = forge.pull_request(1)
    if name == "pull request":
        WRITES["branch"][1](world, world.forge(world.github.token), facts)
    if name in works:
        WRITES[name][1](world, forge, facts)
        return
    with pytest.raises(PermissionMissing):
        WRITES[name][1](world, forge, facts)


def test_actions_that_may_not_open_pull_requests(world: World) -> None:
    world.repository.actions_may_open_pulls = False
    forge = world.forge(world.github.token)
    facts = forge.pull_request(1)
    forge.push_fix_branch(fix(facts), standing=None)
    with pytest.raises(PermissionMissing, match="not permitted to create or approve pull requests") as caught:
        forge.open_fix_pull_request(fix(facts))
    assert "Settings > Actions > General" in caught.value.hint
    app = world.github.account("loadguard-app[bot]", kind="Bot")
    as_app = world.forge(world.github.new_token(app))
    assert as_app.open_fix_pull_request(fix(facts)).number == 2


def test_a_private_repository_hides_what_the_token_may_not_see(world: World) -> None:
    world.repository.private = True
    forge = world.forge(world.github.new_token(permissions={"contents": "read"}))
    with pytest.raises(ForgeError, match="pull-requests: read"):
        forge.pull_request(1)


def test_an_archived_repository(world: World) -> None:
    forge = world.forge(world.github.token)
    facts = forge.pull_request(1)
    world.repository.archived = True
    with pytest.raises(ForgeError, match="archived") as caught:
        forge.post_review(facts, review(facts))
    assert not isinstance(caught.value, PermissionMissing)


@pytest.mark.parametrize(
    ("accepted", "needs", "permission"),
    [
        ("pull_requests=write", "pull-requests: write", "pull-requests: write"),
        ("issues=write; pull_requests=write", "pull-requests: write", "pull-requests: write"),
        ("contents=write,workflows=write", "contents: write", "contents: write, workflows: write"),
        ("", "contents: write", "contents: write"),
        ("nonsense", "contents: write", "contents: write"),
    ],
)
def test_the_header_that_names_the_permission(accepted: str, needs: str, permission: str) -> None:
    assert permission_of(accepted, needs) == permission


@pytest.mark.parametrize("login", ["github-actions[bot]", "my-app[bot]", "carol"])
def test_every_kind_of_identity_knows_its_own_texts(world: World, login: str) -> None:
    account = world.github.account(login, kind="Bot" if login.endswith("[bot]") else "User")
    forge = world.forge(world.github.new_token(account))
    facts = forge.pull_request(1)
    forge.put_summary(facts, SUMMARY_MARKER, existing=None)
    world.github.comment(world.pull, SUMMARY_MARKER, by="mallory")
    forge.push_fix_branch(fix(facts), standing=None)
    forge.open_fix_pull_request(fix(facts))
    summary, state = forge.summary(facts), forge.fix_branch("loadguard/weights-only", "feature")
    assert summary is not None
    assert summary.author == login
    assert state is not None
    assert state.only_ours
    other = world.forge(world.github.new_token(world.github.account("other[bot]", kind="Bot")))
    assert other.summary(facts) is None
    assert [one.ours for one in other.fix_pull_requests("loadguard/weights-only")] == [False]
    theirs = other.fix_branch("loadguard/weights-only", "feature")
    assert theirs is not None
    assert not theirs.only_ours


def test_the_dry_twin_writes_nothing_and_says_what_it_would(world: World) -> None:
    dry = DryForge(world.forge(world.github.token))
    facts = dry.pull_request(1)
    world.github.start_thread(world.repository, world.pull, "train.py", 2, "x")
    assert dry.post_review(facts, review(facts)) == ()
    dry.resolve_thread(dry.threads(facts)[0])
    dry.put_summary(facts, "text", existing=dry.summary(facts))
    dry.push_fix_branch(fix(facts), standing=dry.fix_branch("loadguard/weights-only", "feature"))
    opened = dry.open_fix_pull_request(fix(facts))
    dry.update_fix_pull_request(opened, fix(facts))
    dry.close_fix_pull_request(opened, "Not needed.")
    assert dry.tree_of(fix(facts))
    assert (dry.slug, dry.web) == ("octo/models", world.github.web)
    assert not world.github.mutating
    assert dry.would == [
        "post a review on #1, with comments at train.py:2",
        "resolve the thread on train.py",
        "write the summary comment on #1 (4 characters)",
        "create branch loadguard/weights-only on feature, changing train.py",
        "open a pull request 'Load safely' from loadguard/weights-only onto feature",
        "edit pull request #0 'Load safely'",
        "close pull request #0: Not needed.",
    ]
