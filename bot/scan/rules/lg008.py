"""A checkpoint that is read whole into memory could be mapped instead.

With `mmap=True` torch maps the file and reads a tensor when it is used: a 2 GiB checkpoint opens in milliseconds and
takes no second copy in memory. It needs a path, torch's zip format with uncompressed records, torch 2.1 (2.3 for a
`Path`), and a file that is not written again while the result lives.

Bad:

    state = torch.load("model.pt", weights_only=True)

Good:

    state = torch.load("model.pt", mmap=True, weights_only=True)

Fix: written by `loadguard fix` where every condition is proved. This is about memory, not safety: the rule is a note,
and it is off when a pull request is judged.
"""

from __future__ import annotations

from bot.model import Finding, MmapDecision, Severity, WeightsOnly
from bot.scan.judgement import Judgement
from bot.scan.project import Project
from bot.scan.rules.base import Rule, finding_of
from bot.scan.sites.site import Site


def check(site: Site, judgement: Judgement, project: Project) -> Finding | None:
    """Only for loads that are safe already: elsewhere the keyword joins the safety fix."""
    mappable = judgement.mmap is not None and judgement.mmap.decision is MmapDecision.ADD
    if site.says is not WeightsOnly.TRUE or not mappable:
        return None
    message = "this load could map the file instead of reading it whole"
    return finding_of(site, judgement, rule=RULE.code, severity=RULE.severity, message=message)


RULE = Rule("LG008", "mmap-available", Severity.NOTE, "a load from a path that could be mapped", check)
