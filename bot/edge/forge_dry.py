"""The dry-run twin of any forge: reads go through, writes are noted down and not done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.edge.forge import Checks, CodeScanning, Forge
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


@dataclass(frozen=True, slots=True)
class DryChecks:
    """The same for check runs."""

    checks: Checks
    would: list[str]

    def standing(self, name: str, sha: str) -> CheckState | None:
        return self.checks.standing(name, sha)

    def same(self, check: CheckRun, standing: CheckState) -> bool:
        return self.checks.same(check, standing)

    def put(self, check: CheckRun, *, standing: CheckState | None) -> None:
        verb = "edit" if standing else "write"
        self.would.append(f"{verb} check run '{check.name}' on {check.head_sha[:12]}: {check.conclusion}")


@dataclass(frozen=True, slots=True)
class DryScanning:
    """The same for code scanning."""

    scanning: CodeScanning
    would: list[str]

    def uploaded(self, upload: Upload) -> bool:
        return self.scanning.uploaded(upload)

    def upload(self, upload: Upload) -> None:
        self.would.append(f"upload a SARIF report of {len(upload.sarif):,} characters for {upload.ref}")


@dataclass(slots=True)
class DryForge:
    """`Forge` that changes nothing; `would` holds a sentence for everything it was asked to write, in order."""

    forge: Forge
    would: list[str] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return self.forge.slug

    @property
    def web(self) -> str:
        return self.forge.web

    # -- what goes through -----------------------------------------------------------------------------------
    def default_branch(self) -> str:
        return self.forge.default_branch()

    def branch_sha(self, ref: str) -> str | None:
        return self.forge.branch_sha(ref)

    def pull_request(self, number: int) -> PullRequest:
        return self.forge.pull_request(number)

    def pull_request_at(self, head_repository: str, head_ref: str, head_sha: str) -> PullRequest | None:
        return self.forge.pull_request_at(head_repository, head_ref, head_sha)

    def changed_files(self, pull: PullRequest) -> tuple[ChangedFile, ...] | None:
        return self.forge.changed_files(pull)

    def read_file(self, path: str, ref: str) -> bytes | None:
        return self.forge.read_file(path, ref)

    def read_files(self, paths: Iterable[str], commit: str) -> dict[str, TreeFile]:
        return self.forge.read_files(paths, commit)

    def prepare(self, foreseen: Foreseen) -> None:
        self.forge.prepare(foreseen)

    def threads(self, pull: PullRequest) -> tuple[Thread, ...]:
        return self.forge.threads(pull)

    def summary(self, pull: PullRequest) -> Comment | None:
        return self.forge.summary(pull)

    def fix_branch(self, name: str, base_ref: str) -> BranchState | None:
        return self.forge.fix_branch(name, base_ref)

    def fix_pull_requests(self, branch: str) -> tuple[FixPullRequest, ...]:
        return self.forge.fix_pull_requests(branch)

    def tree_of(self, branch: FixBranch) -> str:
        return self.forge.tree_of(branch)

    def waits_for_approval(self) -> bool:
        return self.forge.waits_for_approval()

    def checks(self) -> Checks | None:
        checks = self.forge.checks()
        return DryChecks(checks, self.would) if checks else None

    def code_scanning(self) -> CodeScanning | None:
        scanning = self.forge.code_scanning()
        return DryScanning(scanning, self.would) if scanning else None

    # -- what does not ---------------------------------------------------------------------------------------
    def post_review(self, pull: PullRequest, review: Review) -> tuple[Refusal, ...]:
        places = ", ".join(f"{one.path}:{one.line or 'file'}" for one in review.comments)
        self.would.append(f"post a review on #{pull.number}, with comments at {places or 'no line'}")
        return ()

    def resolve_thread(self, thread: Thread) -> None:
        self.would.append(f"resolve the thread on {thread.path}")

    def put_summary(self, pull: PullRequest, body: str, *, existing: Comment | None) -> None:
        verb = f"edit comment {existing.id}" if existing else "write the summary comment"
        self.would.append(f"{verb} on #{pull.number} ({len(body)} characters)")

    def push_fix_branch(self, branch: FixBranch, *, standing: BranchState | None) -> str:
        verb = "move" if standing else "create"
        paths = ", ".join(change.path for change in branch.changes)
        self.would.append(f"{verb} branch {branch.name} on {branch.base_ref}, changing {paths}")
        return "0" * 40

    def open_fix_pull_request(self, branch: FixBranch) -> FixPullRequest:
        kind = "draft pull request" if branch.draft else "pull request"
        self.would.append(f"open a {kind} '{branch.title}' from {branch.name} onto {branch.base_ref}")
        return FixPullRequest(
            number=0,
            url="",
            state="open",
            merged=False,
            title=branch.title,
            body=branch.body,
            draft=branch.draft,
            base_ref=branch.base_ref,
            head_sha="0" * 40,
            ours=True,
        )

    def update_fix_pull_request(self, pull: FixPullRequest, branch: FixBranch) -> tuple[str, ...]:
        self.would.append(f"edit pull request #{pull.number} '{branch.title}'")
        return ()

    def close_fix_pull_request(self, pull: FixPullRequest, sentence: str) -> None:
        self.would.append(f"close pull request #{pull.number}: {sentence}")
