"""The second half for forks: their own run may read only, so a run of ours with rights says what it found.

Usually such pairs hand the findings over as an artifact, which the fork's author may have written. Here nothing is
handed over: scanning runs nothing of what it reads, so the pull request is scanned again, from its bytes on the forge.
"""

from __future__ import annotations

from dataclasses import replace

from bot.activities import pull_request
from bot.activities.desk import Desk
from bot.errors import ExitCode
from bot.model import Outcome, Report
from bot.plan.event import ReviewFork


def run(desk: Desk, *, fork: ReviewFork) -> Outcome:
    """Review the fork's pull request, if its head is still what the first half looked at.

    The exit code is never that of a finding: the first half has failed the pull request's own check over it.
    Checkpoints are left to that half too, so that no stranger's file is loaded where a token can write.
    """
    pull = desk.forge.pull_request_at(fork.head_repository, fork.head_ref, fork.head_sha)
    if pull is None:
        said = f"no open pull request has {fork.head_sha[:12]} of {fork.head_repository} as its head any more"
        return Outcome(Report(".", 0, ()), ExitCode.CLEAN, said)
    if not pull.fork:
        return Outcome(Report(".", 0, ()), ExitCode.CLEAN, f"#{pull.number} is no fork's: its own run writes to it")
    outcome = pull_request.run(replace(desk, checkpoints=None), pull=pull, privileged=True)
    if outcome.exit_code != ExitCode.FINDINGS:
        return outcome
    return replace(outcome, exit_code=ExitCode.CLEAN)
