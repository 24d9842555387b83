"""The `torch.save` of the same project that writes what a site reads, and what it stores."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.content import Content, Stored, defaults
from bot.scan.evidence.helper import savers_above
from bot.scan.evidence.imports import dotted
from bot.scan.evidence.keyed import keys_of
from bot.scan.evidence.memo import remember
from bot.scan.evidence.mentions import may_write
from bot.scan.evidence.stored import Look
from bot.scan.names.module import Module

if TYPE_CHECKING:
    from bot.scan.project import Project

MOST_FILES = 40
_SURE, _FAR = 0, 4


@dataclass(frozen=True, slots=True)
class Writer:
    """A call that writes a checkpoint: `what` is written to `where`."""

    call: ast.Call
    module: Module
    what: ast.expr | None
    where: ast.expr
    library: str = ""


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


def writers_in(module: Module) -> tuple[Writer, ...]:
    """Every call of one file that writes a checkpoint, in order."""
    known: tuple[Writer, ...] | None = module.cache.get("evidence.writers")
    if known is None:
        found = (_writer(call, module) for call in module.of(ast.Call, "save"))
        known = module.cache["evidence.writers"] = tuple(w for w in found if w is not None)
    return known


def _candidates(reader: _Place, project: Project) -> Iterator[Writer]:
    """Writers of the own file, and of files that hold the literal name of what is read; no other is parsed."""
    yield from writers_in(reader.module)
    if not reader.name:
        return
    name = reader.name.encode()
    named = [path for path in _may_write(project) if name in project.files[path]]
    for path in named[:MOST_FILES]:
        if path == reader.module.path:
            continue
        module = project.module(path)
        if not isinstance(module, Unreadable):
            yield from writers_in(module)


def _may_write(project: Project) -> tuple[str, ...]:
    """The files that can hold a writer, by their bytes."""

    def find() -> tuple[str, ...]:
        saving = ((path, project.files[path]) for path in project.containing(b"save"))
        return tuple(path for path, data in saving if may_write(data))

    return remember(project, "may write", find)


def _writer(call: ast.Call, module: Module) -> Writer | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if "save" not in name:
        return None
    full = dotted(call.func, module)
    receiver = ast.unparse(call.func.value).split(".")[-1] if isinstance(call.func, ast.Attribute) else ""
    keywords = {k.arg: k.value for k in call.keywords if k.arg}
    if full in ("torch.save", "torch.serialization.save") or (name == "save" and receiver in ("xm", "accelerator")):
        values = [*call.args, keywords.get("obj"), keywords.get("f")]
        given = [v for v in values if v is not None]
        return Writer(call, module, given[0], given[1]) if len(given) > 1 else None
    if name == "save" and receiver == "fabric" and len(call.args) > 1:
        return Writer(call, module, call.args[1], call.args[0], "fabric")
    if name == "save_checkpoint" and receiver == "trainer" and call.args:
        return Writer(call, module, None, call.args[0], "lightning")
    return None


def find_saved(load: ast.Call, where: ast.expr | None, module: Module, project: Project) -> tuple[Saved, ...]:
    """The writers of what `load` reads from `where`, the surest reason first; only the surest kind is returned."""
    if where is None:
        return ()
    reader = _Place(where, load, module)
    found: dict[int, list[tuple[Writer, str]]] = {}
    for writer in _candidates(reader, project):
        match = _match(reader, writer)
        if match is not None:
            found.setdefault(match[0], []).append((writer, match[1]))
    for function, home in () if _SURE in found else savers_above(load, reader.text, module, project):
        for writer in writers_in(home):
            if home.function(writer.call) is function:
                found.setdefault(_SURE, []).append((writer, f"written just before, by {function.name}"))
    if not found:
        return ()
    rank = min(found)
    return tuple(
        Saved(w, _what(w, project), how, rank == _SURE, rank == _FAR, keys_of(w, project)) for w, how in found[rank][:8]
    )


def text_of(load: ast.Call, where: ast.expr, module: Module) -> str:
    """The path's text, with what is bound to the names in it."""
    return _Place(where, load, module).full


def rewriters(load: ast.Call, where: ast.expr | None, module: Module) -> tuple[Writer, ...]:
    """Writers in the load's own file that write to the path it reads, before or after it, in whatever function."""
    if where is None:
        return ()
    reader = _Place(where, load, module)
    found = []
    for writer in writers_in(module):
        place = remember_place(writer)
        if (
            (place.text == reader.text and (place.function is reader.function or place.text.startswith("self.")))
            or (place.full == reader.full and place.function is reader.function)
            or (reader.name and place.name == reader.name)
        ):
            found.append(writer)
    return tuple(found)


def _what(writer: Writer, project: Project) -> Stored:
    if writer.what is None:
        return Stored(Content.UNKNOWN, "a Lightning checkpoint")
    return Look(project, modules_are_state=writer.library == "fabric").of(writer.what, writer.module)


def literal_of(where: ast.expr | None, module: Module) -> str:
    """The literal path an expression stands for, or empty: only a constant, or a name bound once to one."""
    if where is None:
        return ""
    node = _bare(where)
    if isinstance(node, ast.Name):
        node = _only_binding(node, module) or node
        node = _bare(node)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


class _Place:
    """A path expression as it can be compared: its text with local names put in, its literal file name, its owner."""

    def __init__(self, where: ast.expr, call: ast.Call, module: Module) -> None:
        self.module, self.call = module, call
        self.function = module.function(call)
        self.owner = _class_name(call, module)
        self.text = ast.unparse(_bare(where))
        full = _inline(where, module, 0)
        self.full = full
        constant = _CONSTANT.search(full)
        self.constant = constant[0] if constant else ""
        self.name = _file_name(full) or self.constant
        self.own = self.function is not None


def _bare(node: ast.expr) -> ast.expr:
    """Without `str(...)`, `Path(...)` and `open(...)` around it."""
    while isinstance(node, ast.Call) and len(node.args) >= 1 and ast.unparse(node.func) in _WRAPPERS:
        node = node.args[0]
    return node


_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:FILE_?NAME|FILE)\b")
"""`EMA_STATE_FILENAME`: a name given once and imported is as good an address as the file's own."""

_WRAPPERS = frozenset({"str", "Path", "pathlib.Path", "os.fspath", "open", "os.path.expanduser", "os.path.abspath"})


def _inline(node: ast.expr, module: Module, depth: int) -> str:
    """The expression's text, followed by what is bound to the names in it."""
    node = _bare(node)
    text = ast.unparse(node)
    if depth > 3:
        return text
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            value = _only_binding(part, module) or _default(part, module)
            if value is not None:
                text += " <- " + _inline(value, module, depth + 1)
    return text


def _only_binding(name: ast.Name, module: Module) -> ast.expr | None:
    function = module.function(name)
    stores = [
        n for n in module.names(name.id) if isinstance(n.ctx, ast.Store) and module.function(n) in (function, None)
    ]
    stores = [s for s in stores if (s.lineno, s.col_offset) < (name.lineno, name.col_offset)] or stores
    if not stores:
        return None
    parent = module.parent(stores[-1])
    return parent.value if isinstance(parent, ast.Assign) and parent.targets == [stores[-1]] else None


def _default(name: ast.Name, module: Module) -> ast.expr | None:
    """The string a parameter has where its caller gives none."""
    function = module.function(name)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    value = defaults(function).get(name.id)
    return value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _file_name(text: str) -> str:
    """The literal file name in a path's text: `'ckpt.pt'` of `os.path.join(d, 'ckpt.pt')`."""
    for literal in re.findall(r"""['"]([^'"]+)['"]""", text):
        match = re.search(r"([\w.=-]*[\w-]\.(?:pth?|bin|ckpt|tar|pkl|th|pickle|model|dat))$", literal)
        if match:
            return match[1].rsplit("/", 1)[-1]
    return ""


def _class_name(node: ast.AST, module: Module) -> str:
    return module.qualname(node).rpartition(".")[0]


def _match(reader: _Place, writer: Writer) -> tuple[int, str] | None:
    """How sure it is that `writer` writes what `reader` reads: 0 is surest, None is not at all."""
    place = remember_place(writer)
    same_file = place.module is reader.module
    before = (writer.call.lineno, writer.call.col_offset) < (reader.call.lineno, reader.call.col_offset)
    if same_file and place.function is reader.function and place.text == reader.text and before:
        return 0, "written just before, in the same function"
    if same_file and place.function is reader.function and before and place.full == reader.full:
        return 0, "written just before, in the same function"
    if same_file and place.text == reader.text and place.text.startswith("self.") and place.owner == reader.owner:
        return 0, f"written to the same {place.text} in the same class"
    if reader.constant and place.constant == reader.constant and not same_file:
        return 2, f"writes {reader.constant}"
    if reader.name and place.name == reader.name:
        if same_file:
            return 1, f"writes {reader.name} in the same file"
        if _near(place.module.path, reader.module.path):
            return 2, f"writes {reader.name} in the same package"
        return 4, f"writes a file called {reader.name}"
    if _pair(reader, place):
        return 3, "is its counterpart by name"
    return None


def _near(one: str, other: str) -> bool:
    first, second = PurePosixPath(one).parent, PurePosixPath(other).parent
    return first == second or first in second.parents or second in first.parents


def remember_place(writer: Writer) -> _Place:
    """The writer's path, worked out once."""
    key = ("evidence.place", id(writer.call))
    cached = writer.module.cache.get(key)
    if cached is None:
        cached = writer.module.cache[key] = _Place(writer.where, writer.call, writer.module)
    assert isinstance(cached, _Place)  # noqa: S101
    return cached


_LOADS = re.compile(
    r"load|read|restore|resume|deserialize|unpickle|decode|unpack|from_(?=checkpoint|file|disk|pretrained)|get"
)
_SAVES = re.compile(r"save|write|store|dump|serialize|pickle|encode|pack|to_(?=checkpoint|file|disk)|put")


def _pair(reader: _Place, place: _Place) -> bool:
    """`load_x` and `save_x` of one class, or of one file."""
    if reader.function is None or place.function is None or reader.module is not place.module:
        return False
    if reader.name and place.name and reader.name != place.name:
        return False  # one of several files that the pair keeps
    if reader.owner != place.owner:
        return False
    load, save = getattr(reader.function, "name", ""), getattr(place.function, "name", "")
    if not (_LOADS.search(load) and _SAVES.search(save)):
        return False
    return _LOADS.sub("", load, count=1) == _SAVES.sub("", save, count=1)
