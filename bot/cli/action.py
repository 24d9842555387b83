"""`loadguard action`: the container's entry. One event in, one story told, findings in every place a person looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.activities import foreign, gate, pull_request, repository
from bot.activities.desk import Desk, Read
from bot.cli.checkpoints import gatekeeper_for
from bot.cli.context import Context
from bot.cli.outcome import present, present_trouble
from bot.edge.checkout import Checkout
from bot.edge.forge import Forge
from bot.edge.forge_dry import DryForge
from bot.errors import LoadguardError, PermissionMissing, UsageError
from bot.model import Outcome, Report
from bot.plan.event import FixRepository, Gate, Ignore, ReviewFork, ReviewPull, Story, read_event
from bot.policy import Policy
from bot.policy.load import PolicyFile, for_gate, load_policy, organisation_policy, policy_at, with_baseline
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.edge.github.forge import GitHubForge

LARGEST_EVENT = 32 * 1024 * 1024
"""Bytes; GitHub caps a webhook's payload at 25 MB."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the action builds before the story: where it stands and with whom it speaks.

    `organisation` is the owner's `.github` repository.
    """

    settings: Settings
    checkout: Checkout | None
    forge: Forge
    organisation: Forge


def action(context: Context) -> int:
    """Run the action. Whatever goes wrong is also an annotation, a line of the job summary and an output."""
    settings = read_settings(context.environ)
    if settings.sweep:
        from bot.cli.sweep_action import sweep_stage

        return sweep_stage(settings, context)
    try:
        stage, story = set_stage(settings)
        outcome = tell(stage, story, context)
    except LoadguardError as trouble:
        present_trouble(trouble, settings, context.console)
        raise
    present(outcome, settings, context, read=reader(stage, story))
    return outcome.exit_code


def set_stage(settings: Settings) -> tuple[Stage, Story]:
    """Read the event and open the doors. Raises `UsageError` for an event or a repository that is none."""
    if settings.repository.count("/") != 1:
        raise UsageError("GITHUB_REPOSITORY is not set to owner/name", hint="`loadguard action` runs in GitHub Actions")
    payload = read_payload(settings)
    story = read_event(settings.event_name, payload, default_branch=_default_branch(payload))
    workspace = Path(settings.workspace)
    checkout = Checkout.find(workspace) if workspace.is_dir() else None
    forge = connect_to(settings)
    organisation = forge.beside(f"{settings.repository.partition('/')[0]}/.github")
    return Stage(settings, checkout, DryForge(forge) if settings.dry_run else forge, organisation), story


def read_payload(settings: Settings) -> dict[str, Any]:
    """The event as the runner wrote it. Raises `UsageError` where the file is missing, huge, or no JSON object."""
    path = Path(settings.event_path)
    try:
        if path.stat().st_size > LARGEST_EVENT:
            raise UsageError(f"GITHUB_EVENT_PATH: {path} is larger than any event of GitHub's")
        payload = json.loads(path.read_bytes())
    except OSError as trouble:
        raise UsageError(f"GITHUB_EVENT_PATH: {path} cannot be read: {trouble.strerror}") from trouble
    except (ValueError, RecursionError) as trouble:
        raise UsageError(f"GITHUB_EVENT_PATH: {path} holds no JSON") from trouble
    if not isinstance(payload, dict):
        raise UsageError(f"GITHUB_EVENT_PATH: {path} holds no JSON object")
    return payload


def tell(stage: Stage, story: Story, context: Context) -> Outcome:
    """Run the activity that answers the story."""
    desk = _desk(stage, context)
    match story:
        case Ignore(message):
            return Outcome(Report(".", 0, ()), 0, message)
        case ReviewPull(pull, privileged):
            return _with_dry_run(stage, pull_request.run(desk, pull=pull, privileged=privileged))
        case FixRepository(ref, before):
            return _with_dry_run(stage, repository.run(desk, ref=ref, before=before))
        case Gate(base, head, default):
            return gate.run(desk, base=base, head=head, default=default)
        case ReviewFork():
            return _with_dry_run(stage, foreign.run(desk, fork=story))


def _desk(stage: Stage, context: Context) -> Desk:
    settings = stage.settings
    page = f"{settings.server_url}/{settings.repository}"
    return Desk(
        forge=stage.forge,
        checkout=stage.checkout,
        policy=policy_maker(settings, stage.organisation),
        patches=Path(settings.workspace),
        checkpoints=gatekeeper_for(stage.checkout, context, address=page, token=settings.token),
        sarif=_sarif if settings.sarif_upload else None,
        only=tuple(path.removeprefix("./") for path in settings.paths if path not in (".", "./")),
    )


def _sarif(report: Report, read: Read) -> str:
    from bot.cli.rules import all_documentation
    from bot.report.sarif import render_sarif

    return render_sarif(report, documentation=all_documentation(), read=read)


def policy_maker(settings: Settings, organisation: Forge) -> Callable[[Read], Policy]:
    """Organisation, then the base's file, then the action's inputs."""

    def make(read: Read) -> Policy:
        files = [*_organisation(organisation), *policy_at(read, settings.config)]
        return for_gate(with_baseline(load_policy(files, overrides=settings.overrides), read))

    return make


def _organisation(home: Forge) -> tuple[PolicyFile, ...]:
    """The policy in the owner's `.github` repository: one request.

    One that this token may not see is as good as none (GitHub answers 404 for it); any other trouble stops the run, or
    an outage would loosen the gate.
    """
    try:
        return organisation_policy(lambda path: home.read_file(path, "HEAD"), home.slug)
    except PermissionMissing:
        return ()


def connect_to(settings: Settings) -> GitHubForge:
    """The forge of the run's repository: as the App where one is named, else with the token."""
    from bot.edge.github.forge import Address, connect, connect_app  # PyGithub takes 0.3 s to import

    address = Address(settings.repository, settings.api_url, settings.server_url)
    if settings.app_id is None:
        return connect(address, token=settings.token)
    return connect_app(address, app_id=settings.app_id, private_key=settings.app_private_key)


def _default_branch(payload: dict[str, Any]) -> str:
    home = payload.get("repository")
    return str(home.get("default_branch", "")) if isinstance(home, dict) else ""


def _with_dry_run(stage: Stage, outcome: Outcome) -> Outcome:
    """In a dry run what was done is what would have been, and a later step is told that nothing happened."""
    if not isinstance(stage.forge, DryForge):
        return outcome
    operation = "unchanged" if outcome.pull_request_operation == "unchanged" else "none"
    return replace(
        outcome,
        written=tuple(f"dry run: would {each}" for each in stage.forge.would),
        pull_request_operation=operation,
        outputs={**outcome.outputs, "pr-operation": operation},
    )


def reader(stage: Stage, story: Story) -> Read:
    """The files a report speaks of: at the commit that was scanned where git has it, else those of the workspace."""
    checkout = stage.checkout
    head = story.pull.head_sha if isinstance(story, ReviewPull) else story.head if isinstance(story, Gate) else "HEAD"
    if checkout is not None and (commit := checkout.commit(head)):
        return lambda path: checkout.read_file(path, commit)
    from bot.edge.tree import read_file

    def read(path: str) -> bytes | None:
        content = read_file(Path(stage.settings.workspace), path)
        return content if isinstance(content, bytes) else None

    return read
