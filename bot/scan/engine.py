"""Bytes in, a report out: which files to look at, in an order that never changes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from bot.model import FileReport, Report, Scanned, Unreadable
from bot.scan.examine import scan_file
from bot.scan.options import ScanOptions
from bot.scan.project import Project, is_source
from bot.scan.sites.exports import project_exports
from bot.scan.sites.handed import handed_torch

__all__ = ("ScanOptions", "report_of", "scan_files", "scan_project")


def scan_files(files: Mapping[str, bytes], options: ScanOptions | None = None, *, root: str = ".") -> Report:
    """Scan a tree given as path -> bytes (`/`-separated, relative to `root`)."""
    return scan_project(Project(files), options, root=root)


Run = Callable[[Callable[[str], FileReport], Sequence[str]], Iterable[FileReport]]
"""How the files are gone through: `map`, or something that does it in several processes."""


def scan_project(project: Project, options: ScanOptions | None = None, *, root: str = ".", run: Run = map) -> Report:
    """Scan every file of a project. Trouble with one file is an `Unreadable` in the report, never an exception."""
    project.options = options or ScanOptions()
    only = project.options.only
    with _without_collector():
        sources = [p for p in project.paths if is_source(p)]
        project.handed = handed_torch(project, sources)
        project.exports = project_exports(project, sources)
        chosen = [p for p in project.paths if only is None or p in only]
        return report_of(list(run(partial(scan_file, project), chosen)), root=root)


def report_of(reports: Collection[FileReport], *, root: str = ".") -> Report:
    """Put file reports together; the order is by path, then position, however the files were divided up."""
    scanned = sorted((r for r in reports if isinstance(r, Scanned)), key=lambda r: r.path)
    return Report(
        root,
        len(scanned),
        tuple(f for r in scanned for f in r.findings),
        tuple(sorted((r for r in reports if isinstance(r, Unreadable)), key=lambda r: r.path)),
        sum(r.suppressed for r in scanned),
        tuple(n for r in scanned for n in r.notices),
        silenced=tuple(s for r in scanned for s in r.silenced),
    )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Syntax trees are many objects without cycles to find: the collector makes parsing three times as slow."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
