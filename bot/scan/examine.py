"""One file: sites, rules, fixes, suppressions, fingerprints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.model import FileReport, Finding, Fix, Scanned, Unreadable, Use, WeightsOnly
from bot.scan.asking import active_rules, alarm_of, is_python, is_spelt_out, is_told
from bot.scan.evidence.judge import agree, judge
from bot.scan.fingerprint import with_fingerprints
from bot.scan.fixing.fixes import make_fixes
from bot.scan.judgement import Judgement
from bot.scan.names.module import Module
from bot.scan.project import Project
from bot.scan.rules import RULES
from bot.scan.rules.base import Rule
from bot.scan.sites.exports import can_hold_site, uses_export
from bot.scan.sites.site import Site, sites_of
from bot.scan.suppress import Sifted, Terms, silence, silence_plain
from bot.scan.text.source import MAX_BYTES

_MAPPING = "LG008"


def scan_file(project: Project, path: str) -> FileReport:
    """What is to be said of one file. Trouble is an `Unreadable`, never an exception."""
    try:
        return _scan(project, path)
    except (RecursionError, MemoryError):
        return Unreadable(path, "too deep or too large to be examined")


def _scan(project: Project, path: str) -> FileReport:
    data = project.files[path]
    rules = active_rules(project)
    found = [
        f
        for rule in rules
        if rule.check_file and rule.wants and rule.wants(path)
        for f in rule.check_file(path, data, project)
    ]
    if not is_python(path, data, markdown=project.options.markdown):
        return _report(
            path,
            silence_plain(path, data.decode(errors="replace"), with_fingerprints(found), terms=_terms(project, rules))
            if found
            else Sifted(()),
        )
    if len(data) > MAX_BYTES and not path.endswith(".ipynb"):  # a notebook's images have a limit of their own
        return Unreadable(path, f"{len(data):,} bytes; files over {MAX_BYTES:,} are not parsed")
    asking = alarm_of(rules).raised_by(data)
    sites = can_hold_site(project, path) or uses_export(data, project.exports) or is_spelt_out(path, data)
    if not (sites or asking or found or is_told(data)):
        return Scanned(path)
    module = project.module(path)
    if isinstance(module, Unreadable):
        return module
    found += [f for rule in asking if rule.check_module for f in rule.check_module(module, project)]
    if sites:
        found += _about_sites(module, project, rules)
    return _report(path, silence(module.source, with_fingerprints(found), terms=_terms(project, rules)))


def _about_sites(module: Module, project: Project, rules: Sequence[Rule]) -> Iterator[Finding]:
    sites = sites_of(module)
    judgements = agree(sites, [_judge(site, project, rules) for site in sites], project)
    fixes = make_fixes(module, sites, judgements)
    for site, judgement, fix in zip(sites, judgements, fixes, strict=True):
        for rule in rules:
            finding = rule.check_site(site, judgement, project) if rule.check_site else None
            if finding is not None:
                yield replace(finding, fix=fix) if isinstance(fix, Fix) else finding


def _judge(site: Site, project: Project, rules: Sequence[Rule]) -> Judgement:
    """The evidence. Of a load that is safe as it is, only whether it could be mapped is of interest."""
    if site.says is WeightsOnly.TRUE and all(rule.code != _MAPPING for rule in rules):
        return Judgement(Use.UNKNOWN, None, "safe as it is")
    try:
        return judge(site, project)
    except RecursionError:  # the finding stays: only what to do about it cannot be told
        return Judgement(Use.UNKNOWN, None, "the code around it is nested too deeply to be judged")


def _terms(project: Project, rules: Sequence[Rule]) -> Terms:
    return Terms(project.options.today, [r.code for r in RULES], [r.code for r in rules])


def _report(path: str, sifted: Sifted) -> Scanned:
    return Scanned(path, sifted.findings, len(sifted.silenced), sifted.silenced, sifted.notices)
