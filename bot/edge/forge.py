"""The one door to wherever a repository lives. GitHub, a plain local git repository and a dry-run twin stand behind it.

Verbs speak only `bot.model`. Reading verbs raise `ForgeError`; writing verbs raise `PermissionMissing` when the
token lacks the right, and never repeat a POST blindly: after a 5xx they read back by marker first (github.md, Traps).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.model import (
    BranchState,
    ChangedFile,
    CheckRun,
    CheckState,
    Comment,
    FixBranch,
    FixPullRequest,
    Foreseen,
    PullRequest,
    Refusal,
    Review,
    Thread,
    TreeFile,
    Upload,
)


class Checks(Protocol):
    """The check runs of a forge, for an identity that may have some."""

    def standing(self, name: str, sha: str) -> CheckState | None:
        """Our newest check of that name on a commit."""

    def put(self, check: CheckRun, *, standing: CheckState | None) -> None:
        """Bring the check about: edit the standing one in place where what it shows can be changed, else a new one."""

    def same(self, check: CheckRun, standing: CheckState) -> bool:
        """Whether the standing check already says exactly this."""


class CodeScanning(Protocol):
    """The code scanning of a forge."""

    def uploaded(self, upload: Upload) -> bool:
        """Whether this analysis of this commit stands there already, as far as the forge tells."""

    def upload(self, upload: Upload) -> None: ...


class Forge(Protocol):
    """A dozen verbs. `slug` is `owner/name`; `web` the base address of its pages (empty for a local repository)."""

    @property
    def slug(self) -> str: ...

    @property
    def web(self) -> str: ...

    def default_branch(self) -> str: ...

    def branch_sha(self, ref: str) -> str | None:
        """The commit a branch points at, or None."""

    def pull_request(self, number: int) -> PullRequest: ...

    def pull_request_at(self, head_repository: str, head_ref: str, head_sha: str) -> PullRequest | None:
        """The open pull request from that branch whose head is that commit still; None where it is closed or moved."""

    def changed_files(self, pull: PullRequest) -> tuple[ChangedFile, ...] | None:
        """Every changed file with its hunks; None where not all can be had (over 3,000 files, or a cut patch)."""

    def read_file(self, path: str, ref: str) -> bytes | None:
        """A file's bytes at a commit; None where there is none."""

    def read_files(self, paths: Iterable[str], commit: str) -> dict[str, TreeFile]:
        """Those of `paths` that a commit has, folders left out, in as few requests as the forge can."""

    def prepare(self, foreseen: Foreseen) -> None:
        """A hint. A forge that can answer it all at once does; one that need not does nothing.

        Never needed for a right answer.
        """

    def waits_for_approval(self) -> bool:
        """Whether workflows of a pull request that this identity opens wait until a person approves them."""

    def checks(self) -> Checks | None:
        """None where this identity has no check runs: only an App's own has, and GITHUB_TOKEN has annotations."""

    def code_scanning(self) -> CodeScanning | None:
        """None where the forge has none."""

    # -- the review ------------------------------------------------------------------------------------------
    def threads(self, pull: PullRequest) -> tuple[Thread, ...]:
        """Every review thread, all pages."""

    def post_review(self, pull: PullRequest, review: Review) -> tuple[Refusal, ...]:
        """Post one review. An anchor the forge refuses costs only itself: it comes back as a `Refusal` whose `what` is
        the comment's fingerprint.
        """

    def resolve_thread(self, thread: Thread) -> None: ...

    def summary(self, pull: PullRequest) -> Comment | None:
        """Our summary comment, if it stands."""

    def put_summary(self, pull: PullRequest, body: str, *, existing: Comment | None) -> None:
        """Create the summary, or edit `existing` in place."""

    # -- the fix branch --------------------------------------------------------------------------------------
    def fix_branch(self, name: str, base_ref: str) -> BranchState | None:
        """The branch as it stands. Ask this before `fix_pull_requests`: one answer on GitHub then serves both."""

    def fix_pull_requests(self, branch: str) -> tuple[FixPullRequest, ...]:
        """Every pull request from `branch`, open and closed, newest first."""

    def tree_of(self, branch: FixBranch) -> str:
        """The git tree id that `branch` would have; writes nothing that a person can see."""

    def push_fix_branch(self, branch: FixBranch, *, standing: BranchState | None) -> str:
        """Create or move the branch to one commit with `branch.changes` on `base_sha`; the new commit's sha."""

    def open_fix_pull_request(self, branch: FixBranch) -> FixPullRequest: ...

    def update_fix_pull_request(self, pull: FixPullRequest, branch: FixBranch) -> tuple[str, ...]:
        """Edit title and body where they differ, and add labels and reviewers nobody has ever set.

        The answer is sentences about what could not be done on the side, as `FixPullRequest.notices`.
        """

    def close_fix_pull_request(self, pull: FixPullRequest, sentence: str) -> None:
        """Close it with `sentence` on top of its body: one write, so that no kill can part the two."""


def compare_link(forge: Forge, base: str, branch: str) -> str:
    """The page that opens the pull request by hand, for when the token may not."""
    return f"{forge.web}/{forge.slug}/compare/{base}...{branch}?expand=1" if forge.web else ""


__all__: Sequence[str] = ("Checks", "CodeScanning", "Forge", "compare_link")
