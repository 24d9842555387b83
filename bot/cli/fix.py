"""`loadguard fix`: write the proved fixes, or print them."""

from __future__ import annotations

from argparse import Namespace

from bot.activities.roots import common_root
from bot.cli.context import Context
from bot.cli.policy import policy_of
from bot.cli.scan import existing_paths
from bot.edge.runner import Progress
from bot.model import Finding, Report
from bot.policy.apply import fail_level
from bot.report.escape import visible
from bot.report.style import Style
from bot.report.words import counted, place


def fix(arguments: Namespace, context: Context) -> int:
    """Run the command. 0 when nothing is left that fails, 1 when findings are left that no fix of this run covers."""
    from bot.activities.fixing import fix_tree, write_fixes
    from bot.activities.scanning import scan_paths
    from bot.plan.verdict import decide

    paths = existing_paths(arguments.paths, context.folder)
    policy = policy_of(arguments, context, root=common_root(paths))
    with Progress(context.console, "scanning", hidden=arguments.quiet) as bar:
        report = scan_paths(paths, policy=policy, diff_base=arguments.diff_base, heard=bar)
    root = context.folder / report.root
    fixes = fix_tree(report, root=root, review_tier=arguments.review_tier)
    if arguments.diff:
        _print_diff(fixes.diff, context)
    else:
        written = write_fixes(fixes, root=root)
        if not arguments.quiet:
            context.console.write("".join(f"fixed {visible(path)}\n" for path in written))
    left = Report(report.root, report.files_scanned, tuple(fixes.left), report.unreadable, report.suppressed)
    if not arguments.quiet:
        context.console.say(_told(report, left, arguments))
    only_new = arguments.diff_base is not None
    return decide(left, lambda path: fail_level(policy, path), only_new=only_new).exit_code


def _told(report: Report, left: Report, arguments: Namespace) -> str:
    done = len(report.findings) - len(left.findings)
    verb = "can be fixed" if arguments.diff else "fixed"
    text = f"{counted(done, 'finding')} {verb}, {len(left.findings):,} left for a person.\n"
    text += "".join(f"  {visible(place(each))}: {each.rule} {visible(_why(each))}\n" for each in left.findings[:20])
    if len(left.findings) > 20:
        text += f"  and {len(left.findings) - 20:,} more; `loadguard scan` shows them all\n"
    for each in report.unreadable:
        text += f"  {visible(each.path)}: not read: {visible(each.reason)}\n"
    return text


def _why(finding: Finding) -> str:
    if finding.fix:
        return f"likely, not proved: {finding.fix.reason} (--review-tier includes it)"
    return finding.advice or finding.message


def _print_diff(diff: bytes, context: Context) -> None:
    """For a terminal in colour, harmless; into a pipe or file byte for byte, so that `git apply` takes it."""
    if context.console.out.isatty() or context.style.colour:
        context.console.write(coloured_diff(diff.decode("utf-8", "replace"), context.style))
    else:
        context.console.write_bytes(diff)


def coloured_diff(diff: str, style: Style) -> str:
    """A unified diff in which the files' own escape sequences are shown, not obeyed."""
    paint = {"+": style.green, "-": style.red, "@": style.blue}
    lines = []
    for line in diff.splitlines():
        shown = visible(line, keep="\t")
        bold = line.startswith(("+++", "---"))
        lines.append(style.bold(shown) if bold else paint.get(line[:1], str)(shown))
    return "".join(f"{line}\n" for line in lines)
