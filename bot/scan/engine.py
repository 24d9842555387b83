"""Bytes in, a report out: which files to look at, in an order that never changes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeVar

from bot.model import FileReport, Report, Scanned, Unreadable
from bot.scan.glance import GROUP, Glance, glance_at, groups_of, joined
from bot.scan.options import ScanOptions
from bot.scan.project import Project, is_source
from bot.scan.sites.exports import project_exports
from bot.scan.sites.handed import with_parameters

__all__ = ("ScanOptions", "report_of", "scan_files", "scan_project")


def scan_files(files: Mapping[str, bytes], options: ScanOptions | None = None, *, root: str = ".") -> Report:
    """Scan a tree given as path -> bytes (`/`-separated, relative to `root`)."""
    return scan_project(Project(files), options, root=root)


Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Run(Protocol):
    """How files are gone through: one after the other, or in several processes. `lost` answers for an item whose
    process did not, with the reason; `size` is the number of files in an item. `meanwhile` is done in steps by
    whoever waits for the others.
    """

    def __call__(
        self,
        work: Callable[[Item], Answer],
        items: Sequence[Item],
        /,
        *,
        lost: Callable[[Item, str], Answer],
        size: int = 1,
        meanwhile: Iterable[None] = (),
    ) -> Iterable[Answer]: ...


def _one_by_one(
    work: Callable[[Item], Answer],
    items: Sequence[Item],
    /,
    *,
    lost: Callable[[Item, str], Answer],
    size: int = 1,
    meanwhile: Iterable[None] = (),
) -> Iterable[Answer]:
    return map(work, items)


def scan_project(
    project: Project, options: ScanOptions | None = None, *, root: str = ".", run: Run = _one_by_one
) -> Report:
    """Scan every file of a project. Trouble with one file is an `Unreadable` in the report, never an exception.

    First a glance at all of them, then a look into those that need one.
    """
    project.options = options or ScanOptions()
    only = project.options.only
    with _without_collector():
        chosen = [p for p in project.paths if only is None or p in only]
        told = _glance(project, chosen, run)
        from bot.scan.examine import scan_file  # `_made_ready` has imported it by now, while it would have waited

        project.handed = with_parameters(told.handed, project) if told.handed.takers else told.handed
        sources = [p for p in project.paths if is_source(p)]
        project.exports = project_exports(project, sources, giving=told.giving)
        inside = frozenset(told.inside)
        # A name that the project gave torch.load can stand anywhere: then nothing is done with after a glance.
        asked = chosen if project.exports else [p for p in chosen if p in inside]
        looked = {each.path: each for each in run(partial(scan_file, project), asked, lost=Unreadable)}
        return report_of([looked.get(path) or Scanned(path) for path in chosen], root=root)


def _glance(project: Project, chosen: Sequence[str], run: Run) -> Glance:
    """At what is to be scanned and at everything that may hand something to it."""
    paths = project.paths if len(chosen) == len(project.paths) else sorted({*chosen, *filter(is_source, project.paths)})

    def lost(group: Sequence[str], why: str) -> Glance:
        """Whatever ended a glance ends a look as well, and that is told file by file."""
        return Glance(inside=tuple(group))

    for path in paths:
        project.files[path]  # read once, for all who are forked from here
    ready = _made_ready(project, many=len(chosen) > GROUP)
    return joined(run(partial(glance_at, project), groups_of(paths), lost=lost, size=GROUP, meanwhile=ready))


def _made_ready(project: Project, *, many: bool) -> Iterator[None]:
    """What a look into files takes, made while others glance at them: the modules that judge and mend, and for a look
    into `many` what each process would find out for itself.
    """
    from bot.scan.evidence.judge import ask_of_all  # with all else that judges

    yield
    import bot.scan.examine  # noqa: F401

    yield
    if many and project.holds(b"torch", b"load"):
        yield from ask_of_all(project)


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
