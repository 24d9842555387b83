"""Bytes in, a report out: which files to parse, what the rules say, in an order that never changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from bot.model import CheckpointReport, FileReport, Finding, Report, Scanned, Severity, Unreadable, Use
from bot.scan.judgement import Judgement
from bot.scan.module import Module
from bot.scan.project import Project
from bot.scan.rules import RULES
from bot.scan.rules.base import Rule
from bot.scan.sites import Site, find_sites

_SUFFIXES = (".py", ".pyw", ".ipynb")
_MAY_LOAD = re.compile(rb"torch")
_LOAD = re.compile(rb"\bload\b")


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """`only` limits the report to these paths (the rest still gives evidence). `levels` are the policy's: a severity by code, None for off.

    `torch_floor` overrides what the project declares ("2.6"). `mmap` is auto, always-when-legal or never.
    `checkpoints` are static reports by path, for evidence.
    """

    only: Collection[str] | None = None
    levels: Mapping[str, Severity | None] = field(default_factory=dict)
    torch_floor: str = ""
    mmap: str = "auto"
    markdown: bool = False
    checkpoints: Mapping[str, CheckpointReport] = field(default_factory=dict)


def scan_files(files: Mapping[str, bytes], options: ScanOptions | None = None, *, root: str = ".") -> Report:
    """Scan a tree given as path -> bytes (`/`-separated, relative to `root`)."""
    return scan_project(Project(files), options, root=root)


def scan_project(project: Project, options: ScanOptions | None = None, *, root: str = ".") -> Report:
    """Scan every file of a project. Trouble with one file is an `Unreadable` in the report, never an exception."""
    options = options or ScanOptions()
    reports = [
        scan_file(project, path, options) for path in project.paths if options.only is None or path in options.only
    ]
    return report_of(reports, root=root)


def report_of(reports: Collection[FileReport], *, root: str = ".") -> Report:
    """Put file reports together; the order is by path, then position, however the files were divided up."""
    scanned = sorted((r for r in reports if isinstance(r, Scanned)), key=lambda r: r.path)
    unreadable = sorted((r for r in reports if isinstance(r, Unreadable)), key=lambda r: r.path)
    return Report(
        root,
        len(scanned),
        tuple(f for r in scanned for f in r.findings),
        tuple(unreadable),
        sum(r.suppressed for r in scanned),
    )


def scan_file(project: Project, path: str, options: ScanOptions) -> FileReport:
    """Scan one file of a project."""
    data = project.files[path]
    if not (path.endswith(_SUFFIXES) and _MAY_LOAD.search(data) and _LOAD.search(data)):
        return Scanned(path)
    module = project.module(path)
    if isinstance(module, Unreadable):
        return module
    return Scanned(path, tuple(_findings(module, project, options)))


def _findings(module: Module, project: Project, options: ScanOptions) -> Iterator[Finding]:
    for site in find_sites(module):
        judgement = Judgement(Use.UNKNOWN, None, "no evidence was looked at")
        for rule in RULES:
            finding = _ask(rule, site, judgement, project)
            if finding is not None:
                yield finding


def _ask(rule: Rule, site: Site, judgement: Judgement, project: Project) -> Finding | None:
    return rule.check_site(site, judgement, project) if rule.check_site else None
