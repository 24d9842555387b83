"""`torch.load` without `weights_only` runs whatever code the file asks for.

A checkpoint is a pickle, and a pickle is a program. Below torch 2.6 `torch.load(path)` runs it without asking. Since
2.6 the default is safe, except where `pickle_module` is given, which silently means `weights_only=False`.

Bad:

    state = torch.load("model.pt")

Good:

    state = torch.load("model.pt", weights_only=True)

Fix: write `weights_only=True` where the file holds tensors and plain containers. Where it holds objects, save a
`state_dict` instead, or name the classes with `torch.serialization.safe_globals([...])`.
`weights_only=True` protects from torch 2.6.0 on (CVE-2025-32434), fully from 2.10.0 on (CVE-2026-24747).

The finding is a note where the project's own declared torch is 2.6 or newer: there the default already protects, and
writing it out protects those who run the code with an older one.
"""

from __future__ import annotations

from bot.model import Finding, Severity, WeightsOnly
from bot.scan.evidence.version.floor import SAFE_DEFAULT, torch_floor
from bot.scan.judgement import Judgement
from bot.scan.project import Project
from bot.scan.rules.base import Rule, finding_of
from bot.scan.rules.fallback import find_fallbacks
from bot.scan.sites.site import Form, Site

_HANDED = {
    Form.CALL: "torch.load without weights_only=True runs the code a pickle asks for",
    Form.PARTIAL: "this partial of torch.load does not say weights_only=True: it runs the code a pickle asks for",
    Form.HANDED_ON: "torch.load is handed on without weights_only=True: its caller runs the code a pickle asks for",
    Form.STORED: "torch.load is handed out as it is: whoever calls it runs the code a pickle asks for",
    Form.TEXT: "the code in this string calls torch.load without weights_only=True",
}


def check(site: Site, judgement: Judgement, project: Project) -> Finding | None:
    if site.says not in (WeightsOnly.ABSENT, WeightsOnly.NONE) or site.doubtful:
        return None
    severity, message = RULE.severity, _HANDED[site.form]
    if site.pickle_module is not None:
        message = "a pickle_module means weights_only=False in every torch: this runs the code a pickle asks for"
    else:
        floor = torch_floor(project, path=site.host.path, override=project.options.torch_floor)
        if floor.reaches(SAFE_DEFAULT):
            severity = Severity.NOTE
            message += f"; safe by default in the torch declared here ({floor.text})"
    if _for_old_torch(site):
        severity, message = Severity.NOTE, f"{message}; only a torch that does not know the keyword gets here"
    if site.ambiguous:
        message += " (if this torch is torch itself: nothing here says where it comes from)"
    return finding_of(site, judgement, rule=RULE.code, severity=severity, message=message)


def _for_old_torch(site: Site) -> bool:
    """`try: load(p, weights_only=True) except TypeError: load(p)`: the second is for torch before 1.13."""
    if "weights_only" not in site.host.source.text:
        return False
    return any(pair.old_torch and pair.unsafe.node is site.node for pair in find_fallbacks(site.host))


RULE = Rule(
    "LG001",
    "missing-weights-only",
    Severity.ERROR,
    "torch.load without weights_only: unsafe by default below torch 2.6",
    check_site=check,
)
