"""Feed the scanner: from a folder on disk, from a commit in git, or from files the forge hands over."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.activities.known_checkpoints import KnownCheckpoints, looks_like_checkpoint, opened_below
from bot.activities.roots import absolute, common_root
from bot.edge.tree import TreeFiles, Walk, read_file, walk_tree
from bot.edge.workers import Died, Heard, can_fork, cores, map_forked
from bot.model import Report, Scanned, Unreadable
from bot.policy import Policy
from bot.policy.apply import apply_policy, covers, levels, project_of
from bot.scan.engine import Answer, Item, ScanOptions, scan_project
from bot.scan.project import Project
from bot.scan.rules.switches import may_switch
from bot.scan.text.kinds import is_markdown

if TYPE_CHECKING:
    from bot.model import CheckpointReport

_SUFFIXES = (".py", ".pyw", ".ipynb", ".toml", ".cfg", ".txt", ".in", ".lock", ".yml", ".yaml", ".sh", ".bash", ".env")
MANY = 64
"""Files from which a second process is faster than one alone (measured on diffusers and on single packages)."""
SECONDS = 60.0
"""For one file; the slowest of 20,000 real ones took under one."""
_NAMES = ("Dockerfile", "Containerfile", "Pipfile", ".env", ".envrc")


def scan_paths(
    paths: Sequence[Path], *, policy: Policy, diff_base: str | None = None, heard: Heard | None = None
) -> Report:
    """Scan files and folders; everything below the common root gives evidence, only what was named is reported.

    The root is the project's folder around them (`activities.roots`). `diff_base` is a git ref:
    then `new` is set for what changed since the two histories parted. `heard` is told how far the scan has come.
    Raises `UsageError` for a ref that is not there.
    """
    root = common_root(paths)
    named = [_below(root, path) for path in paths]
    asked = partial(wants, markdown=policy.markdown_blocks)
    walk = walk_tree(root, wants=asked, named=named, aside=partial(looks_like_checkpoint, policy.checkpoints))
    for path in named:
        _add_named_file(root, path, walk)
    files = TreeFiles(root, walk)
    whole = "" in named and not (policy.include or policy.exclude)
    asked_for = {path for path in walk.sizes if any(_is_under(path, name) for name in named)}
    only = {path for path in asked_for if covers(policy, path)}
    known = KnownCheckpoints(walk.aside, opened_below(root))
    report = scan_files(files, policy=policy, only=None if whole else only, heard=heard, checkpoints=known)
    unread = {path: why for path, why in files.unreadable.items() if any(_is_under(path, name) for name in named)}
    report = with_unreadable(report, {path: why for path, why in unread.items() if covers(policy, path)})
    notices = [*_notices(walk, named), *([_nothing_left(policy)] if asked_for and not only else [])]
    report = replace(report, root=os.path.relpath(root), notices=(*report.notices, *notices))
    if diff_base is None:
        return report
    from bot.activities.comparing import mark_since

    return mark_since(report, root, diff_base, policy=policy)


def scan_files(  # noqa: PLR0913 - the door that every story scans through
    files: Mapping[str, bytes],
    *,
    policy: Policy,
    only: Collection[str] | None = None,
    heard: Heard | None = None,
    checkpoints: Mapping[str, CheckpointReport] | None = None,
    jobs: int = 0,
) -> Report:
    """Scan a tree handed over as path -> bytes and lay the policy over the result.

    `checkpoints` are static reports of those in the tree, for evidence. `jobs` is in how many processes (0: all cores).
    With `only` nothing is said about entries of the policy that met no finding: they may meet one elsewhere.
    """
    run = partial(_in_children, getattr(files, "unreadable", {}), heard=heard, most=jobs)
    chosen = [replace(each, checkpoints=checkpoints or {}) for each in options_for(policy, files, only=only)]
    parts = [scan_project(Project(files), each, run=run) for each in chosen]
    scanned = parts[0] if len(parts) == 1 else _joined(parts)
    report = apply_policy(scanned, policy)
    return report if only is None else replace(report, notices=scanned.notices)


def _in_children(  # noqa: PLR0913 - what the engine says, and what the caller chose
    unreadable: Mapping[str, str],
    work: Callable[[Item], Answer],
    items: Sequence[Item],
    *,
    lost: Callable[[Item, str], Answer],
    size: int = 1,
    meanwhile: Iterable[None] = (),
    heard: Heard | None = None,
    most: int = 0,
) -> Iterable[Answer]:
    """Every item in a child, so that one that ends its reader ends nothing else; on all cores where that pays."""

    def one(item: Item) -> Answer:
        answer = work(item)
        # What only showed when the file was read: the child knows it, the parent would not.
        if isinstance(answer, Scanned) and answer.path in unreadable:
            return lost(item, unreadable[answer.path])
        return answer

    if not can_fork() or not items:
        return map(one, items)
    jobs = most or (cores() if len(items) * size >= MANY else 1)
    hearing = heard if size == 1 else None
    results = map_forked(one, items, jobs=jobs, seconds=SECONDS, heard=hearing, meanwhile=meanwhile)
    return [
        lost(item, f"the process that read it {each.reason}") if isinstance(each, Died) else each
        for item, each in zip(items, results, strict=True)
    ]


def options_for(
    policy: Policy, paths: Iterable[str], *, only: Collection[str] | None = None
) -> tuple[ScanOptions, ...]:
    """What the scanner needs of a policy: one answer, or one for each torch floor where projects have their own."""
    options = ScanOptions(
        only=only,
        levels=levels(policy),
        torch_floor=policy.torch_floor,
        mmap=policy.mmap.value,
        markdown=policy.markdown_blocks,
    )
    if not any(each.torch_floor for each in policy.projects):
        return (options,)
    floors: dict[str, set[str]] = {}
    for path in paths if only is None else only:
        project = project_of(policy, path)
        floors.setdefault((project and project.torch_floor) or policy.torch_floor, set()).add(path)
    return tuple(replace(options, torch_floor=floor, only=chosen) for floor, chosen in floors.items()) or (options,)


def _joined(parts: Sequence[Report]) -> Report:
    """Scans of different files of one tree as one report, in the order a single scan would have."""
    return replace(
        parts[0],
        files_scanned=sum(each.files_scanned for each in parts),
        findings=tuple(
            sorted((f for each in parts for f in each.findings), key=lambda f: (f.path, f.cell or 0, f.line, f.column))
        ),
        unreadable=tuple(sorted((u for each in parts for u in each.unreadable), key=lambda u: u.path)),
        suppressed=sum(each.suppressed for each in parts),
        notices=tuple(sorted(n for each in parts for n in each.notices)),
        silenced=tuple(s for each in parts for s in each.silenced),
    )


def wants(path: str, *, markdown: bool = False) -> bool:
    """Whether a file can matter to a rule, by its name. Names without a suffix may be scripts with a shebang."""
    name = path.rpartition("/")[2]
    if markdown and is_markdown(name):
        return True
    return name.endswith(_SUFFIXES) or name.startswith(_NAMES) or "." not in name or may_switch(path)


def with_unreadable(report: Report, unreadable: Mapping[str, str]) -> Report:
    """The report with files that could not be read; they no longer count as scanned."""
    known = {each.path for each in report.unreadable}
    more = tuple(Unreadable(path, why) for path, why in sorted(unreadable.items()) if path not in known)
    return replace(report, unreadable=tuple(sorted((*report.unreadable, *more), key=lambda each: each.path)))


def _below(root: Path, path: Path) -> str:
    """The path from the root, empty for the root itself. The path is not resolved: a link is what was named."""
    relative = os.path.relpath(absolute(path), root)
    return "" if relative == "." else relative


def _notices(walk: Walk, named: Sequence[str]) -> list[str]:
    """What the walk has to say of what was asked for; elsewhere it only looked for evidence."""
    return [each for each in walk.notices if any(_is_under(each.partition(": ")[0], name) for name in named)]


def _nothing_left(policy: Policy) -> str:
    """Said where a policy covers no file of those asked for: a glob that is wrong must not look like a clean tree."""
    places = dict.fromkeys(policy.origins[key] for key in ("include", "exclude") if key in policy.origins)
    return f"{', '.join(places) or 'the policy'}: `include` and `exclude` leave no file to scan"


def _is_under(path: str, name: str) -> bool:
    return not name or path == name or path.startswith(f"{name}/")


def _add_named_file(root: Path, path: str, walk: Walk) -> None:
    """A file a person names is scanned even where the walk would not go: in an environment, or with an odd suffix."""
    if not path or path in walk.sizes or path in walk.unreadable or (root / path).is_dir():
        return
    content = read_file(root, path)
    if isinstance(content, Unreadable):
        walk.unreadable[path] = content.reason
    else:
        walk.sizes[path] = len(content)
