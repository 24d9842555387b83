"""Where an action's outcome is written: the log, annotations, the job summary, outputs, report files."""

from __future__ import annotations

from dataclasses import replace

from bot.activities.desk import Read
from bot.cli.context import Context
from bot.cli.rules import all_documentation
from bot.edge.runner import Console, append_outputs, append_summary, write_in_workspace
from bot.errors import LoadguardError
from bot.model import Outcome
from bot.plan.smoke import smoke_status
from bot.plan.verdict import count
from bot.report.commands import command, render_commands
from bot.report.data import render_json
from bot.report.escape import visible
from bot.report.markdown import prose, render_markdown
from bot.report.sarif import render_sarif
from bot.report.style import Style
from bot.report.text import render_text
from bot.settings import OUTPUTS, Settings


def present(outcome: Outcome, settings: Settings, context: Context, *, read: Read) -> None:
    """Write the outcome everywhere. New findings are annotated; old ones stand in the reports and are counted.

    Where nothing was looked at nothing is called clean: only the reason is told.
    """
    console = context.console
    new = replace(outcome.report, findings=tuple(each for each in outcome.report.findings if each.new))
    looked = bool(new.files_scanned or outcome.report.findings or new.unreadable or new.checkpoints)
    if looked:
        console.write_unheeded(render_text(new, read=read, style=Style(colour=True)) + _old(outcome))
        console.write("" if outcome.annotated else render_commands(new))
    for each in outcome.refused:
        console.write(command("warning", f"{each.what}: {each.reason}", {"title": "loadguard"}) + "\n")
    console.write_unheeded("".join(f"{visible(each)}\n" for each in (*outcome.written, outcome.exit_reason)))
    body = render_markdown(outcome.report, read=read) if looked else "## Loadguard\n"
    append_summary(settings.summary_path, body + _told(outcome))
    append_outputs(settings.output_path, _outputs(outcome, settings, read))


def present_trouble(trouble: LoadguardError, settings: Settings, console: Console) -> None:
    """Say what stopped the run where a person looks; `bot.main` prints it in the log and makes the exit code."""
    told = f"{trouble}\n{trouble.hint}".strip()
    console.write(command("error", told, {"title": "loadguard"}) + "\n")
    append_summary(settings.summary_path, f"## Loadguard\n\n{prose(str(trouble))}\n\n{prose(trouble.hint)}\n")
    append_outputs(settings.output_path, {"exit-reason": str(trouble), "exit-code": str(int(trouble.exit_code))})


def _old(outcome: Outcome) -> str:
    """The log shows what is new; "no findings" alone would deny what stands in the summary below."""
    old = sum(not each.new for each in outcome.report.findings)
    return f"{count(old, 'older finding')} not shown here: see the job summary.\n" if old else ""


def _told(outcome: Outcome) -> str:
    lines = [f"- {prose(each)}" for each in outcome.written]
    lines += [f"- not done: {prose(each.what)}: {prose(each.reason)}" for each in outcome.refused]
    return "\n".join(["", *lines, "", f"{prose(outcome.exit_reason)}.", ""])


def _outputs(outcome: Outcome, settings: Settings, read: Read) -> dict[str, str]:
    """Every output there is, in the list's order; empty where there is nothing to say."""
    report = outcome.report
    values = {
        **outcome.outputs,
        "findings": str(len(report.findings)),
        "new": str(sum(each.new for each in report.findings)),
        "fixable": str(sum(each.fix is not None for each in report.findings)),
        "pr-url": outcome.pull_request_url,
        "pr-operation": outcome.pull_request_operation,
        "checkpoints": str(len(report.checkpoints)),
        "smoke-status": smoke_status(report.checkpoints),
        "exit-reason": outcome.exit_reason,
        "exit-code": str(int(outcome.exit_code)),
    }
    if settings.sarif_file:
        text = render_sarif(report, documentation=all_documentation(), read=read)
        values["sarif-file"] = write_in_workspace(settings.workspace, settings.sarif_file, text)
    if settings.report_json:
        values["report-json"] = write_in_workspace(settings.workspace, settings.report_json, render_json(report))
    return {each.name: values.get(each.name, "") for each in OUTPUTS}
