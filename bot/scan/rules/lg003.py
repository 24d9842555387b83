"""What `weights_only` will be cannot be told from the source.

The value comes from a parameter without a default, a setting, a condition, or hides in `**kwargs`: whoever supplies it
decides whether a checkpoint may run code. Or the name itself cannot be traced: after `from fairseq import torch` a
bare `torch.load(path)` is unsafe if that is torch, which only fairseq knows.

Bad:

    def load(path, **options):
        return torch.load(path, **options)

Good:

    def load(path, map_location=None):
        return torch.load(path, map_location=map_location, weights_only=True)

Fix: write the constant at the call, or a parameter whose default is True.
"""

from __future__ import annotations

import ast

from bot.model import Finding, Severity, WeightsOnly
from bot.scan.judgement import Judgement
from bot.scan.project import Project
from bot.scan.rules.base import Rule, finding_of
from bot.scan.sites.site import Site

_WORDS = {
    WeightsOnly.TRUE: "True",
    WeightsOnly.FALSE: "False",
    WeightsOnly.NONE: "None",
    WeightsOnly.ABSENT: "not given",
    WeightsOnly.DYNAMIC: "what cannot be seen here",
    WeightsOnly.KWARGS: "whatever a caller puts into the keywords",
}

_DOUBTFUL = (
    "this torch is imported from another library: if it is torch itself, the call has no weights_only=True and runs "
    "the code a pickle asks for"
)


def check(site: Site, judgement: Judgement, project: Project) -> Finding | None:
    if site.says is WeightsOnly.ABSENT and site.doubtful:
        return finding_of(site, judgement, rule=RULE.code, severity=RULE.severity, message=_DOUBTFUL)
    if site.says not in (WeightsOnly.DYNAMIC, WeightsOnly.KWARGS):
        return None
    written = f" ({_written(site, site.weights_only)})" if site.weights_only is not None else ""
    could = " or ".join(dict.fromkeys(_WORDS[word] for word in site.possible))
    message = f"weights_only{written} cannot be traced to one constant; it could be {could}"
    return finding_of(site, judgement, rule=RULE.code, severity=RULE.severity, message=message)


def _written(site: Site, value: ast.expr) -> str:
    return " ".join(site.module.segment(value).split())[:60]


RULE = Rule(
    "LG003",
    "weights-only-unresolved",
    Severity.WARNING,
    "a value or **kwargs that cannot be traced to a constant",
    check_site=check,
)
