"""A save close by that writes the keys a site reads: one layout, where no path ties the two together.

`torch.load(args.weights)["model"]` says nothing of its file, but `torch.save({"model": ..., "epoch": ...}, path)` in
the same folder does: people read what they write. The nearest saves with all the keys are looked at together.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.reading import Reading
from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.keyed import Keys, is_test, keys_of
from bot.scan.evidence.saves.place import place_of
from bot.scan.evidence.saves.save import Saved, saved_by, written_to
from bot.scan.evidence.saves.writers import Writer, saving_files, writers_of

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
    name = place_of(where, reading.call, reading.module).name if where is not None else ""
    far = _FOLDERS_UP if len(keys) > 1 or reading.in_a_test else 0
    far = _ANYWHERE if len(keys) >= _TELLING_KEYS else far
    for _, paths in itertools.groupby(_near(reading, project, far), key=lambda pair: pair[0]):
        writing = _writing(keys, (path for _, path in paths), reading, project)
        found = [writer for writer in writing if not (name and written_to(writer).name not in ("", name))]
        if found:
            told = f"writes {', '.join(repr(key) for key in sorted(keys)[:3])} close by"
            near = tuple(saved_by(writer, told, project) for writer in found[:MOST_SAVES])
            return near if len(keys) >= _TELLING_KEYS else _unless_an_object(keys, near, reading, project)
    return ()


def _unless_an_object(keys: Keys, near: tuple[Saved, ...], reading: Reading, project: Project) -> tuple[Saved, ...]:
    """One key or two tie a file to no save in particular: any of the project's that writes them may be the one."""
    for writer in _writing(keys, (path for _, path in _near(reading, project, _ANYWHERE)), reading, project):
        saved = saved_by(writer, f"writes {', '.join(map(repr, sorted(keys)))}", project)
        if saved.stored.content is Content.OBJECT:
            return (*near, saved)
    return near


def _writing(keys: Keys, paths: Iterable[str], reading: Reading, project: Project) -> Iterator[Writer]:
    """The saves in these files that write all of `keys`, outside the function that reads."""
    holding = (path for path in paths if all(_may_be_key(key, project.files[path]) for key in keys))
    for writer in writers_of(holding, project):
        if keys <= keys_of(writer, project) and not _rewrites(writer, reading):
            yield writer


def find_states_near(reading: Reading, project: Project) -> tuple[Saved, ...]:
    """Every save near a reader that takes its file for one state dict, where some save writes one; else nothing."""
    found = []
    for writer in writers_of((path for _, path in _near(reading, project, _FOLDERS_UP)), project):
        found.append(saved_by(writer, "is saved close by", project))
        if found[-1].stored.content is not Content.PLAIN or len(found) > MOST_SAVES:
            return ()
    return tuple(found) if any(not saved.keys for saved in found) else ()


def _near(reading: Reading, project: Project, far: int) -> Iterator[tuple[int, str]]:
    """How many folders up and where: each file that may save, nearest first; tests only for a test."""
    own = reading.module.path
    folder = own.rpartition("/")[0]
    tops = folder.split("/")
    below = "" if far == _ANYWHERE else "/".join(tops[: max(1, len(tops) - far)])
    around = (path for path in saving_files(project) if path.startswith(below))
    for up, path in sorted((_folders_up(folder, path.rpartition("/")[0]), path) for path in around):
        if up <= far and (reading.in_a_test or path == own or not is_test(path)):
            yield up, path


def _may_be_key(key: str, data: bytes) -> bool:
    """Whether the bytes of a file can hold the key: as a string, or as a keyword of `dict(...)`."""
    word = key.encode()
    return b'"%b"' % word in data or b"'%b'" % word in data or word + b"=" in data


def _rewrites(writer: Writer, reading: Reading) -> bool:
    """Whether a save stands in the function that loads: what it writes is what was read, changed."""
    return writer.module is reading.module and writer.module.function(writer.call) is reading.function


def _folders_up(reader: str, writer: str) -> int:
    """How many folders up from the reader's its tree holds the writer's; many where only the root does."""
    if reader == writer:
        return 0
    ours, theirs = reader.split("/"), writer.split("/")
    common = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False)))
    return len(ours) - common if common else _ANYWHERE
