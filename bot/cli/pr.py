"""`loadguard pr`: the whole pull request flow on a local git repository."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.activities import pull_request
from bot.activities.desk import Desk, Read
from bot.cli.checkpoints import gatekeeper_for
from bot.cli.context import Context
from bot.cli.policy import overrides_of
from bot.cli.scan import show
from bot.edge.checkout import Checkout
from bot.edge.forge_local import LocalForge
from bot.errors import UsageError
from bot.model import MARKER, Outcome, PullRequest
from bot.policy import FixMode, Policy
from bot.policy.load import for_gate, load_policy, policy_at, with_baseline
from bot.report.escape import visible


def pr(arguments: Namespace, context: Context) -> int:
    """Run the command. Raises `UsageError` where there is no repository, or no such base or head."""
    folder = context.folder / arguments.repository
    checkout = Checkout.find(folder) if folder.is_dir() else None
    if checkout is None:
        raise UsageError(f"{arguments.repository}: in no git repository", hint="run it inside one, or name one")
    forge = LocalForge(checkout)
    pull = forge.open_pull(arguments.base or forge.default_branch(), arguments.head)
    desk = Desk(
        forge=forge,
        checkout=checkout,
        policy=_policy_maker(arguments),
        patches=checkout.root,
        checkpoints=gatekeeper_for(checkout, context),
        review_tier=arguments.review_tier,
        elsewhere="the findings stand above",
    )
    outcome = pull_request.run(desk, pull=pull)
    context = replace(context, folder=checkout.root)
    shown = replace(outcome.report, findings=tuple(each for each in outcome.report.findings if each.new))
    show(shown, arguments, context, read=lambda path: checkout.read_file(path, pull.head_sha))
    if not arguments.quiet:
        context.console.say(_told(outcome, forge, pull))
    return outcome.exit_code


def _policy_maker(arguments: Namespace) -> Callable[[Read], Policy]:
    """The base's policy with this command line's choices. Here a fix branch costs nothing, so it is made by default."""

    def make(read: Read) -> Policy:
        files = policy_at(read, arguments.config)
        policy = for_gate(with_baseline(load_policy(files, overrides=overrides_of(arguments)), read))
        return policy if "fix" in policy.origins else replace(policy, fix=FixMode.PR)

    return make


def _told(outcome: Outcome, forge: LocalForge, pull: PullRequest) -> str:
    lines = [f"{each}." for each in outcome.written]
    if not lines and not outcome.refused:
        lines.append("nothing to write: it all stands there already.")
    lines += [f"not done: {each.what}: {each.reason}." for each in outcome.refused]
    for name, path in forge.pages(pull).items():
        lines.append(f"\n{name}: {_relative(path, forge.checkout.root)}")
        lines += _page(path) if outcome.written else []
    lines.append(f"\n{outcome.exit_reason}.")
    return visible("\n".join(lines), keep="\n\t")


def _page(path: Path) -> list[str]:
    """The page for a person: without the markers by which the next run knows its own."""
    return [line for line in path.read_text("utf-8").splitlines() if not line.startswith(MARKER)]


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if root in path.parents else path.as_posix()
