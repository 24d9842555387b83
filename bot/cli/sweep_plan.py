"""`loadguard sweep plan`: what is there, and what of it is to be scanned; nothing is read but lists."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import closing

from bot.activities.sweep_plan import PlanOutcome, PlanTerms, plan
from bot.cli.context import Context
from bot.cli.policy import find_policy
from bot.cli.sweep_door import READ, Doors
from bot.cli.sweep_run import reserve_of
from bot.edge.github.http import Door, Patience
from bot.edge.github.listing import Listing
from bot.edge.runner import Progress
from bot.edge.store import Store
from bot.errors import ExitCode, UsageError
from bot.model.sweep import Kind, Target
from bot.model.sweep import Progress as Stage
from bot.plan.sweep.targets import parse_target
from bot.plan.sweep.version import rules_version
from bot.policy.load import load_policy
from bot.policy.sweep import SweepPolicy
from bot.report.escape import one_line
from bot.report.words import counted

PROPERTIES = {"organization_custom_properties": "read"}
"""The right of an App's token that reads custom properties, asked for only where a target names one."""
NAMED = 10


def sweep_plan(arguments: Namespace, context: Context) -> int:
    """Run the command; 0 when the plan stands, 5 when part of it is left for after a limit's reset."""
    outcome = make_plan(arguments, context)
    for line in plan_lines(outcome):
        context.console.say(line)
    return ExitCode.CLEAN if outcome.sweep else ExitCode.PARTIAL


def make_plan(arguments: Namespace, context: Context) -> PlanOutcome:
    """Make the plan that the command line asks for. `arguments` has `targets`, `config`, `state`, `reserve`."""
    policy = sweep_policy(arguments.config, context)
    targets = tuple(dict.fromkeys(parse_target(each) for each in arguments.targets or policy.targets))
    if not targets:
        hint = "loadguard sweep plan org:NAME, or `targets` in the policy's `sweep` section"
        raise UsageError("nothing is named to sweep", hint=hint)
    terms = PlanTerms(
        targets,
        policy,
        rules_version(),
        reserve=reserve_of(arguments.reserve),
        patience=context.patience or Patience(),
    )
    lister = Listing(_doors(targets, context))
    bar = Progress(context.console, "listing", hidden=getattr(arguments, "quiet", False), note=_note)
    with closing(Store(context.folder / arguments.state / "state.sqlite")) as store, bar:
        return plan(store, lister, terms, heard=bar)


def sweep_policy(config: str | None, context: Context) -> SweepPolicy:
    """The `sweep` section of the policy in the folder that the sweep is called in, and of no other."""
    found = find_policy(context.folder, here=context.folder, config=config)
    return load_policy(found.files).sweep


def _doors(targets: Sequence[Target], context: Context) -> Callable[[str], Door]:
    permissions = READ | (PROPERTIES if any(each.kind is Kind.PROPERTY for each in targets) else {})
    doors = Doors(context, permissions)
    topic = next((each for each in targets if each.kind is Kind.TOPIC), None)
    if topic is not None and doors.is_app:
        hint = "name org:NAME and narrow it by `sweep.include`, or use a token for this target"
        raise UsageError(f"{topic}: a topic has no owner at which a GitHub App could be installed", hint=hint)
    return lambda owner: doors.owner(owner).door


def _note(done: int, total: int) -> str:
    return f"{done:,} of {total:,} repositories"


# -- what to tell --------------------------------------------------------------------------------------------
def plan_lines(outcome: PlanOutcome) -> list[str]:
    """What a plan came to, in a few lines; when to resume where it was stopped."""
    asked = sum(outcome.requests.values())
    found = f"{outcome.found:,} {'repository' if outcome.found == 1 else 'repositories'}"
    if outcome.sweep is None:
        lines = [f"stopped after {found}: {outcome.pause}. The same command goes on where this one stopped."]
    else:
        named = ", ".join(outcome.sweep.targets[:NAMED]) + (", ..." if len(outcome.sweep.targets) > NAMED else "")
        lines = [f"sweep {outcome.sweep.number} of {named}: {found}, found by {counted(asked, 'request')}"]
        lines += [*_work(outcome, outcome.sweep.shards), *_left_out(outcome)]
    return lines + _doubts(outcome)


def _work(outcome: PlanOutcome, shards: int) -> list[str]:
    if not outcome.waiting:
        return ["  nothing to scan"]
    known = outcome.waiting - outcome.new
    parts = [f"{outcome.new:,} for the first time"] if outcome.new else []
    parts += [f"{known:,} again, since they, their policy or our rules changed"] if known else []
    lines = [f"  {outcome.waiting:,} to scan, in {counted(shards, 'shard')}: {', '.join(parts)}"]
    if outcome.beyond:
        lines.append(f"  {outcome.beyond:,} of them in a later sweep: a matrix has no more jobs")
    return lines


def _left_out(outcome: PlanOutcome) -> list[str]:
    lines = []
    if same := outcome.counts[Stage.UNCHANGED]:
        lines.append(f"  {same:,} unchanged since their last scan")
    if given_up := outcome.counts[Stage.FAILED]:
        lines.append(f"  {given_up:,} given up until they change: they ended the scan each time")
    if skipped := outcome.counts[Stage.SKIPPED]:
        reasons = [f"{one_line(reason)} ({number:,})" for reason, number in outcome.skipped.most_common(NAMED)]
        lines.append(f"  {skipped:,} skipped: {', '.join(reasons)}")
    return lines


def _doubts(outcome: PlanOutcome) -> list[str]:
    """What a person should know of the list itself."""
    lines = [f"  not there, or hidden from this token: {one_line(slug)}" for slug in outcome.missing[:NAMED]]
    if len(outcome.missing) > NAMED:
        lines.append(f"  and {len(outcome.missing) - NAMED:,} more that are not there")
    if outcome.unseen:
        lines.append(f"  {outcome.unseen:,} listed, but gone or hidden from this token when their turn came")
    late = "its list changed while it was read; what was missed is found next time"
    lines += [f"  {one_line(each)}: {late}" for each in outcome.unsteady]
    return lines
