"""`weights_only=False` switches the protection off by hand.

Since torch 2.6 this is the larger stock of risk: the default became safe, and a `False` that was written to silence a
warning keeps running whatever a checkpoint asks for.

Bad:

    state = torch.load("model.pt", weights_only=False)

Good:

    state = torch.load("model.pt", weights_only=True)

Fix: write True where the file is known to hold tensors and plain containers. A False that must stay deserves a comment
that says why the file is trusted: with a reason the finding is a note.
"""

from __future__ import annotations

from bot.model import Finding, Severity, WeightsOnly
from bot.scan.evidence.human import reason_comment
from bot.scan.judgement import Judgement
from bot.scan.names.values import Parameter
from bot.scan.project import Project
from bot.scan.rules.base import Rule, finding_of
from bot.scan.sites.site import Site


def check(site: Site, judgement: Judgement, project: Project) -> Finding | None:
    if site.says is not WeightsOnly.FALSE:
        return None
    message = "weights_only=False runs the code a pickle asks for"
    defaults = sorted({v.name for v in site.values if isinstance(v, Parameter)})
    if defaults:
        message = f"weights_only is False unless a caller gives {defaults[0]}: the code a pickle asks for runs"
    elif len(set(site.possible)) > 1:
        message = "weights_only is False or not given, and never True: the code a pickle asks for runs"
    severity = Severity.NOTE if reason_comment(site.node, site.host) else RULE.severity
    return finding_of(site, judgement, rule=RULE.code, severity=severity, message=message)


RULE = Rule("LG002", "weights-only-false", Severity.ERROR, "weights_only is explicitly off", check_site=check)
