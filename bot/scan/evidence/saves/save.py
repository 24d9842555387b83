"""The `torch.save` of the same project that writes what a site reads, and what it stores."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.human import meant_for_weights_only
from bot.scan.evidence.saves.content import PLAIN, Content, Stored
from bot.scan.evidence.saves.helper import savers_above
from bot.scan.evidence.saves.keyed import is_test, keys_of
from bot.scan.evidence.saves.place import Place, place_of, same_still
from bot.scan.evidence.saves.protocol import unread_protocol
from bot.scan.evidence.saves.stored import Look
from bot.scan.evidence.saves.writers import Writer, saving_files, writers_in, writers_of
from bot.scan.names.arguments import given_for
from bot.scan.names.module import Module

if TYPE_CHECKING:
    from bot.scan.project import Project

_SURE, _FAR = 0, 4
_RENAMED = Stored(Content.UNKNOWN, "what was written where its name stood for another file")


@dataclass(frozen=True, slots=True)
class Saved:
    """A writer that writes what the site reads; `how` says why we think so, and `close` that no guess is in it."""

    writer: Writer
    stored: Stored
    how: str
    close: bool
    far: bool = False
    """Only the file name is the same, in another package."""
    keys: frozenset[str] = frozenset()
    """The keys it is seen to write."""


def _candidates(reader: Place, project: Project) -> Iterator[Writer]:
    """Writers of the own file, and of files that hold the literal name of what is read; no other is parsed."""
    yield from writers_in(reader.module)
    if not reader.name:
        return
    name = reader.name.encode()
    named = (path for path in saving_files(project) if name in project.files[path])
    yield from (writer for writer in writers_of(named, project) if writer.module.path != reader.module.path)


def find_saved(load: ast.Call, where: ast.expr | None, module: Module, project: Project) -> tuple[Saved, ...]:
    """The writers of what `load` reads from `where`, the surest reason first; only the surest kind is returned."""
    if where is None:
        return ()
    return _written(load, where, module, project) or _kept_there(load, where, module, project)


def _written(load: ast.Call, where: ast.expr, module: Module, project: Project) -> tuple[Saved, ...]:
    reader = place_of(where, load, module)
    found: dict[int, list[tuple[Writer, str]]] = {}
    for writer in _candidates(reader, project):
        if is_test(writer.module.path) and not is_test(module.path):
            continue  # what a test writes under the name is made up for it
        match = _match(reader, writer)
        if match is not None:
            found.setdefault(match[0], []).append((writer, match[1]))
    handed: dict[ast.Call, Stored] = {}
    for call, (function, home) in () if _SURE in found else savers_above(load, reader.text, module, project):
        for writer in writers_in(home):
            if home.function(writer.call) is function:
                found.setdefault(_SURE, []).append((writer, f"written just before, by {function.name}"))
                given = given_for(writer.what.id, function, call) if isinstance(writer.what, ast.Name) else None
                if given is not None and writer.library != "fabric":  # whatever other callers save
                    handed[writer.call] = unread_protocol(writer.call, home) or Look(project).of(given, module)
    if not found:
        return ()
    rank = min(found)
    saved = tuple(
        Saved(
            w, handed.get(w.call) or what_is_stored(w, project), how, rank == _SURE, rank == _FAR, keys_of(w, project)
        )
        for w, how in found[rank][:8]
    )
    return tuple(
        s if s.writer.call in handed or _stays(s, reader) else replace(s, stored=_unless_plain(s.stored)) for s in saved
    )


def _stays(saved: Saved, reader: Place) -> bool:
    """Whether a path that is the same as it is written still is where it is read, in the function that writes it."""
    place = written_to(saved.writer)
    return not saved.close or place.function is not reader.function or same_still(place, reader)


def _unless_plain(stored: Stored) -> Stored:
    """What was written under a name that stands for another file by then: an object tells, a plain thing does not."""
    return _RENAMED if stored.content is Content.PLAIN else stored


def _kept_there(load: ast.Call, where: ast.expr, module: Module, project: Project) -> tuple[Saved, ...]:
    """The saves below the load, in its function, that write the path it reads: `if exists: load, else: make and save`.

    What is read and written again, changed or not, tells nothing; nor does what cannot be seen through.
    """
    function = module.function(load)
    if function is None:
        return ()
    reader = place_of(where, load, module)
    found = []
    for writer in writers_in(module):
        place = written_to(writer)
        below = place.function is function and writer.call.lineno > load.lineno
        if below and _same_path(place, reader):
            saved = saved_by(writer, "written there by the same function where it is missing", project)
            found.append(saved if same_still(reader, place) else replace(saved, stored=_unless_plain(saved.stored)))
    return tuple(found) if all(each.stored.content is not Content.UNKNOWN for each in found) else ()


def saved_by(writer: Writer, how: str, project: Project) -> Saved:
    """A save that is no certain match, and `how` it was found."""
    return Saved(writer, what_is_stored(writer, project), how, close=False, keys=keys_of(writer, project))


def rewriters(load: ast.Call, where: ast.expr | None, module: Module) -> tuple[Writer, ...]:
    """Writers in the load's own file that write to the path it reads, before or after it, in whatever function."""
    if where is None:
        return ()
    reader = place_of(where, load, module)
    found = []
    for writer in writers_in(module):
        place = written_to(writer)
        here = place.function is reader.function and _same_path(place, reader)
        own = place.text == reader.text and place.text.startswith("self.")
        if here or own or (reader.name and place.name == reader.name):
            found.append(writer)
    return tuple(found)


def what_is_stored(writer: Writer, project: Project) -> Stored:
    """What a writer writes, by its expression, or by the comment in its function that says what it is meant for."""
    return remember(project, ("stored", writer.call), lambda: _stored(writer, project))


def _stored(writer: Writer, project: Project) -> Stored:
    if writer.what is None:
        return Stored(Content.UNKNOWN, "a Lightning checkpoint")
    if meant_for_weights_only(writer.call, writer.module):
        return PLAIN
    look = Look(project, modules_are_state=writer.library == "fabric")
    return unread_protocol(writer.call, writer.module) or look.of(writer.what, writer.module)


def _match(reader: Place, writer: Writer) -> tuple[int, str] | None:
    """How sure it is that `writer` writes what `reader` reads: 0 is surest, None is not at all."""
    place = written_to(writer)
    same_file = place.module is reader.module
    before = (writer.call.lineno, writer.call.col_offset) < (reader.call.lineno, reader.call.col_offset)
    if same_file and place.function is reader.function and before and _same_path(place, reader):
        return 0, "written just before, in the same function"
    if same_file and place.text == reader.text and place.text.startswith("self.") and place.owner == reader.owner:
        return 0, f"written to the same {place.text} in the same class"
    if reader.constant and place.constant == reader.constant and not same_file:
        return 2, f"writes {reader.constant}"
    if reader.name and place.name == reader.name and _in_another_test(place, reader):
        return _FAR, f"writes a file called {reader.name} in another test"
    if same_file and place.name[:1] in "_-." and reader.name.endswith(place.name or "/"):
        return 1, f"writes {{...}}{place.name} in the same file"
    if reader.name and place.name == reader.name:
        if same_file:
            return 1, f"writes {reader.name} in the same file"
        if _near(place.module.path, reader.module.path):
            return 2, f"writes {reader.name} in the same package"
        return 4, f"writes a file called {reader.name}"
    if _pair(reader, place):
        return 3, "is its counterpart by name"
    return None


def _in_another_test(place: Place, reader: Place) -> bool:
    """Whether two tests write and read files of one name, each in a folder of its own: what one writes the other does
    not see. Names that a module or a class binds may be the same folder.
    """
    reading = _test_of(reader)
    if reading is None or not (place.is_local and reader.is_local):
        return False
    if place.module is not reader.module:
        return PurePosixPath(place.module.path).stem.startswith("test_")  # which no other file imports
    return _test_of(place) not in (None, reading)


def _test_of(place: Place) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    around = (outer for _, outer in place.module.around(place.call))
    functions = (f for f in around if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef))
    return next((f for f in functions if f.name.startswith("test")), None)


def _same_path(one: Place, other: Place) -> bool:
    """Whether two paths are the same as they are written, or with what is bound to their names."""
    return one.text == other.text or one.full == other.full


def _near(one: str, other: str) -> bool:
    first, second = PurePosixPath(one).parent, PurePosixPath(other).parent
    return first == second or first in second.parents or second in first.parents


def written_to(writer: Writer) -> Place:
    """The writer's path."""
    return place_of(writer.where, writer.call, writer.module)


_LOADS = re.compile(
    r"load|read|restore|resume|deserialize|unpickle|decode|unpack|from_(?=checkpoint|file|disk|pretrained)|get"
)
_SAVES = re.compile(r"save|write|store|dump|serialize|pickle|encode|pack|to_(?=checkpoint|file|disk)|put")


def _pair(reader: Place, place: Place) -> bool:
    """`load_x` and `save_x` of one class, or of one file."""
    if reader.function is None or place.function is None or reader.module is not place.module:
        return False
    if reader.name and place.name and reader.name != place.name:
        return False  # one of several files that the pair keeps
    if place.name and not reader.name and _read_beside(place.name, reader):
        return False
    if reader.owner != place.owner:
        return False
    load, save = getattr(reader.function, "name", ""), getattr(place.function, "name", "")
    if not (_LOADS.search(load) and _SAVES.search(save)):
        return False
    return _LOADS.sub("", load, count=1) == _SAVES.sub("", save, count=1)


def _read_beside(name: str, reader: Place) -> bool:
    """Whether another load of the reader's function reads the file of this name."""
    loads = (c for c in reader.module.of(ast.Call, "load") if c is not reader.call and c.args)
    same = (c for c in loads if reader.module.function(c) is reader.function)
    return any(place_of(c.args[0], c, reader.module).name == name for c in same)
