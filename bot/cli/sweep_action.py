"""The stages of a sweep as steps of jobs: the same commands as typed, the state on a branch of the calling repository.

plan reads the branch; run works on a shard; publish brings the shards together, writes the branch before it opens the
first pull request and once more at the end; report only reads. `.github/workflows/sweep.yml` hands the files on.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from bot.activities.sweep_report import add_up
from bot.activities.sweep_state import gather, keep, take
from bot.cli.context import Context
from bot.cli.grammar import build_parser
from bot.cli.grammar_sweep import STATE
from bot.cli.outcome import present_trouble
from bot.edge.github.state_branch import StateBranch
from bot.edge.runner import append_outputs, append_summary
from bot.edge.store import Store
from bot.errors import ExitCode, LoadguardError, UsageError
from bot.model.moment import iso_moment
from bot.plan.sweep.budget import Pause
from bot.plan.sweep.shards import matrix
from bot.report.markdown import prose
from bot.settings import OUTPUTS, Settings


@dataclass(frozen=True, slots=True)
class Ended:
    """How a stage ended: what to tell in the log and the job summary, and the outputs it has something to say for."""

    code: int
    lines: list[str]
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage works with. `context` is the caller's, with the token and the workspace that the inputs name."""

    settings: Settings
    context: Context

    @property
    def folder(self) -> Path:
        """Where the state's files lie."""
        return self.context.folder / STATE

    @property
    def state(self) -> Path:
        return self.folder / "state.sqlite"

    @property
    def config(self) -> tuple[str, ...]:
        """The option that names the policy, where an input does."""
        return ("--config", self.settings.config) if self.settings.config else ()

    def arguments(self, *words: str) -> Namespace:
        """The command line of this stage."""
        return build_parser().parse_args(["sweep", self.settings.sweep, *words])

    def branch(self) -> StateBranch:
        """The branch of the calling repository that keeps the state."""
        from bot.edge.github.forge import Address, connect  # PyGithub takes 0.3 s to import

        settings = self.settings
        if settings.repository.count("/") != 1:
            raise UsageError("GITHUB_REPOSITORY is not set to owner/name", hint="`sweep` is for GitHub Actions")
        address = Address(settings.repository, settings.api_url, settings.server_url)
        token = settings.sweep_state_token or settings.token
        return StateBranch(connect(address, token=token, patience=self.context.patience).door, settings.repository)


def sweep_stage(settings: Settings, context: Context) -> int:
    """Do the stage that the input `sweep` names; its exit code. Trouble is an annotation and an output, too."""
    stage = Stage(settings, replace(context, environ=_environ(settings, context), folder=Path(settings.workspace)))
    try:
        ended = STAGES[settings.sweep](stage)
    except LoadguardError as trouble:
        present_trouble(trouble, settings, context.console)
        raise
    for line in ended.lines:
        context.console.say(line)
    if ended.lines:
        append_summary(settings.summary_path, f"## Loadguard sweep: {settings.sweep}\n\n{_listed(ended.lines)}\n")
    reason = ended.lines[0].strip() if ended.lines else f"{settings.sweep} is done"
    outputs = {**ended.outputs, "exit-reason": reason, "exit-code": str(int(ended.code))}
    append_outputs(settings.output_path, {each.name: outputs.get(each.name, "") for each in OUTPUTS})
    return ended.code


def _environ(settings: Settings, context: Context) -> dict[str, str]:
    """The environment of the command as typed: tokens come from inputs here, the address of the API too."""
    found = {**context.environ, "LOADGUARD_TOKEN": settings.token}
    found |= {"LOADGUARD_STATE_TOKEN": settings.sweep_state_token} if settings.sweep_state_token else {}
    if settings.app_id is not None:
        found |= {"LOADGUARD_APP_ID": str(settings.app_id), "LOADGUARD_APP_PRIVATE_KEY": settings.app_private_key}
    return found


def _listed(lines: list[str]) -> str:
    return "\n".join(f"- {prose(line.strip())}" for line in lines)


# -- the stages ----------------------------------------------------------------------------------------------
def _plan(stage: Stage) -> Ended:
    from bot.cli.sweep_plan import make_plan, plan_lines

    take(stage.branch(), stage.state)
    outcome = make_plan(stage.arguments(*stage.config, *stage.settings.sweep_targets), stage.context)
    shards = outcome.sweep.shards if outcome.sweep and outcome.waiting else 0
    outputs = {"matrix": matrix(shards), "shards": str(shards), "resume-after": _moment(outcome.pause)}
    return Ended(_code(left=outcome.sweep is None), plan_lines(outcome), outputs)


def _run(stage: Stage) -> Ended:
    from bot.cli.sweep_run import closing_lines, make_run

    shard = ("--shard", stage.settings.sweep_shard) if stage.settings.sweep_shard else ()
    outcome = make_run(stage.arguments(*shard), stage.context)
    outputs = {"findings": str(outcome.findings), "resume-after": _moment(outcome.pause)}
    return Ended(_code(left=bool(outcome.left)), closing_lines(outcome), outputs)


def _publish(stage: Stage) -> Ended:
    """The state is kept before the first pull request and after the last, whatever stops what is between."""
    branch = None if stage.settings.dry_run else stage.branch()
    standing = take(branch, stage.state) if branch else None
    with closing(Store(stage.state)) as store:
        _, wrong = gather(store, stage.folder)
        standing = keep(branch, store, standing) if branch and standing else None
    try:
        ended = _published(stage)
    finally:
        with closing(Store(stage.state)) as store:
            if store.sweep() is not None:
                add_up(store, web=stage.settings.server_url)
            if branch and standing:
                keep(branch, store, standing)
    return replace(ended, lines=[*ended.lines, *(f"a shard's file was left out: {each}" for each in wrong)])


def _published(stage: Stage) -> Ended:
    from bot.cli.sweep_publish import closing_lines, exit_code, run_publish

    dry = ("--dry-run",) if stage.settings.dry_run else ()
    here = ("--dashboard", stage.settings.repository)
    outcome, would = run_publish(stage.arguments(*stage.config, *here, *dry), stage.context)
    lines = [*would, *closing_lines(outcome, dry=stage.settings.dry_run)]
    outputs = {
        "pull-requests": str(outcome.opened),
        "halted": outcome.halted,
        "resume-after": iso_moment(outcome.resume) if outcome.resume else "",
    }
    return Ended(exit_code(outcome), lines, outputs)


def _report(stage: Stage) -> Ended:
    from bot.cli.sweep_report import sweep_report

    return Ended(sweep_report(stage.arguments(), stage.context), [], {})


STAGES: dict[str, Callable[[Stage], Ended]] = {"plan": _plan, "run": _run, "publish": _publish, "report": _report}


def _code(*, left: bool) -> ExitCode:
    return ExitCode.PARTIAL if left else ExitCode.CLEAN


def _moment(pause: Pause | None) -> str:
    return iso_moment(pause.resume) if pause else ""
