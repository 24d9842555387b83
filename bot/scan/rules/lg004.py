"""A safe load that falls back to an unsafe one lets the attacker choose which of the two runs.

`weights_only=True` refuses a malicious checkpoint by raising. Code that catches the refusal and loads the same file
again with `weights_only=False`, or by `pickle.load`, runs exactly the files that were refused. It is an advisory class
of its own (GHSA-v5jw-96jm-7h2c, Stanza 1.12).

Bad:

    try:
        state = torch.load(path, weights_only=True)
    except Exception:
        state = torch.load(path, weights_only=False)

Good:

    state = torch.load(path, weights_only=True)

Fix: let the refusal be an error. Where old files hold harmless classes, name them with
`torch.serialization.safe_globals([...])`; where they hold objects, convert them once, by hand, from a source you trust.

`except TypeError: torch.load(path)` for a torch below 1.13, which does not know the keyword, is another matter: it is
not reported here, and it is not rewritten, since the keyword there would undo the branch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.model import Finding, Severity, WeightsOnly
from bot.scan.evidence.version.floor import SAFE_DEFAULT, torch_floor
from bot.scan.names.module import Module
from bot.scan.project import Project
from bot.scan.rules.base import Rule, finding_at, words
from bot.scan.rules.fallback import Fallback, find_fallbacks

_ADVICE = "Let the refusal be an error, or name what old files need with torch.serialization.safe_globals([...])."


def check(module: Module, project: Project) -> Iterator[Finding]:
    for pair in find_fallbacks(module):
        only_default = not pair.unsafe.says & {WeightsOnly.FALSE, WeightsOnly.NONE}
        if pair.old_torch or (only_default and torch_floor(project, path=module.path).reaches(SAFE_DEFAULT)):
            continue
        finding = finding_at(
            module,
            pair.unsafe.node,
            rule=RULE.code,
            severity=Severity.WARNING if pair.gated else RULE.severity,
            message=_message(pair, module),
            advice=_ADVICE,
        )
        yield replace(finding, weights_only=WeightsOnly.ABSENT if only_default else WeightsOnly.FALSE)


def _message(pair: Fallback, module: Module) -> str:
    again = f"{pair.unsafe.helper}() loads" if pair.unsafe.helper else "loads"
    if pair.safe.node is pair.unsafe.node:
        return "a load that failed with weights_only=True is tried again without it: the file decides whether code runs"
    line = module.source.place(pair.safe.node.lineno, pair.safe.node.col_offset).line
    failed = f"when the safe load on line {line} fails"
    return f"{again} without weights_only=True {failed}: the file decides whether its code runs"


RULE = Rule(
    "LG004",
    "unsafe-fallback",
    Severity.ERROR,
    "a safe load whose failure handler loads again with weights_only=False",
    check_module=check,
    trigger=words(b"weights_only"),
)
