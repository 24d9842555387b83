"""A save close by that writes the keys a site reads: one layout, where no path ties the two together.

`torch.load(args.weights)["model"]` says nothing of its file, but `torch.save({"model": ..., "epoch": ...}, path)` in
the same folder does: people read what they write. The nearest saves with all the keys are looked at together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.content import Content
from bot.scan.evidence.keyed import Keys, is_test, keys_of
from bot.scan.evidence.place import Place
from bot.scan.evidence.save import MOST_FILES, Saved, remember_place, what_is_stored
from bot.scan.evidence.use import Reading
from bot.scan.evidence.writers import Writer, saving_files, writers_in

if TYPE_CHECKING:
    from bot.scan.project import Project

_FOLDERS_UP = 1
"""Saves below the reader's folder or below the one above it are near; two folders up is another part of the project."""

_ANYWHERE = 99
_TELLING_KEYS = 3
"""So many keys in common are no chance, wherever in the project they are written."""

MOST_SAVES = 8


def find_alike(keys: Keys, where: ast.expr | None, reading: Reading, project: Project) -> tuple[Saved, ...]:
    """The nearest saves that write all of `keys` (and perhaps more), outside the function that reads `where`.

    Where both give the file a name, and not the same, they are two files.
    """
    own = reading.module.path
    name = Place(where, reading.call, reading.module).name if where is not None else ""
    far = _FOLDERS_UP if len(keys) > 1 or reading.in_a_test else 0
    far = _ANYWHERE if len(keys) >= _TELLING_KEYS else far
    near: dict[int, list[Writer]] = {}
    for writer in _writers(keys, reading, project, far):
        other = name and remember_place(writer).name not in ("", name)
        if keys <= keys_of(writer, project) and not other and not _rewrites(writer, reading):
            near.setdefault(_folders_up(own, writer.module.path), []).append(writer)
    found = near[min(near)][:MOST_SAVES] if near else []
    return tuple(
        Saved(w, what_is_stored(w, project), f"writes {_told(keys)} close by", close=False, keys=keys_of(w, project))
        for w in found
    )


def find_states_near(reading: Reading, project: Project) -> tuple[Saved, ...]:
    """Every save near a reader that takes its file for one state dict, where some save writes one; else nothing."""
    found = []
    for writer in _writers(frozenset(), reading, project, _FOLDERS_UP):
        stored = what_is_stored(writer, project)
        found.append(Saved(writer, stored, "is saved close by", close=False, keys=keys_of(writer, project)))
        if stored.content is not Content.PLAIN or len(found) > MOST_SAVES:
            return ()
    return tuple(found) if any(not saved.keys for saved in found) else ()


def _writers(keys: Keys, reading: Reading, project: Project, far: int) -> Iterator[Writer]:
    own = reading.module.path
    words = [key.encode() for key in keys]
    paths = (
        path
        for path in saving_files(project)
        if _folders_up(own, path) <= far
        and (reading.in_a_test or path == own or not is_test(path))
        and all(word in project.files[path] for word in words)
    )
    for _, path in zip(range(MOST_FILES), paths, strict=False):
        module = project.module(path)
        if not isinstance(module, Unreadable):
            yield from writers_in(module)


def _rewrites(writer: Writer, reading: Reading) -> bool:
    """Whether a save stands in the function that loads: what it writes is what was read, changed."""
    return writer.module is reading.module and writer.module.function(writer.call) is reading.function


def _folders_up(reader: str, writer: str) -> int:
    """How many folders up from the reader's its tree holds the writer; many where only the root does."""
    start, folders = PurePosixPath(reader).parent, PurePosixPath(writer).parents
    if start == folders[0]:
        return 0
    for up, folder in enumerate((start, *start.parents)):
        if folder in folders and folder.name:
            return up
    return _ANYWHERE


def _told(keys: Keys) -> str:
    return ", ".join(repr(key) for key in sorted(keys)[:3])
