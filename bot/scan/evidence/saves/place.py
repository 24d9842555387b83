"""Where a checkpoint lies, as it is written: path expressions that can be compared."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence.ground.imports import last_name
from bot.scan.evidence.ground.reach import is_shared
from bot.scan.evidence.saves.content import defaults
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt


def literal_of(where: ast.expr | None, module: Module) -> str:
    """The literal path an expression stands for, or empty: only a constant, or a name bound once to one."""
    if where is None:
        return ""
    node = _bare(where)
    if isinstance(node, ast.Name):
        node = _only_binding(node, module) or node
        node = _bare(node)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


class Place:
    """A path expression as it can be compared: its text with local names put in, its literal file name, its owner."""

    def __init__(self, where: ast.expr, call: ast.Call, module: Module) -> None:
        self.module, self.call = module, call
        self.function = module.function(call)
        self.owner = _class_name(call, module)
        self.text = spelt(_bare(where))
        full = _inline(where, module, 0)
        self.full = full
        constant = _CONSTANT.search(full)
        self.constant = constant[0] if constant else ""
        self.name = _file_name(full) or self.constant
        self.is_local = _is_local(where, module)
        self.names = tuple(n for n in ast.walk(where) if isinstance(n, ast.Name))


def _is_local(where: ast.expr, module: Module) -> bool:
    """Whether a function's own name is in the path: an argument such as pytest's `tmp_path`, or what it made itself."""
    names = (n for n in ast.walk(where) if isinstance(n, ast.Name) and n.id != "self")
    return any(not is_shared(name, module) for name in names)


def same_still(first: Place, second: Place) -> bool:
    """Whether two places in one function, one above the other, are one as they are written: nothing in between gives
    their names something else. What is made of the name itself (`buffer = BytesIO(buffer.getvalue())`) still is.
    """
    if first.full == second.full != second.text:
        return True  # and what is bound to the names in them is the same
    lines = range(first.call.lineno + 1, second.call.lineno)
    return first.text == second.text and not any(
        bound.lineno in lines and isinstance(bound.ctx, ast.Store) and not _is_made_of_itself(bound, first.module)
        for name in first.names
        for bound in first.module.names(name.id)
        if first.module.function(bound) is first.function
    )


def _is_made_of_itself(bound: ast.Name, module: Module) -> bool:
    value = getattr(module.parent(bound), "value", None)
    return value is not None and any(isinstance(n, ast.Name) and n.id == bound.id for n in ast.walk(value))


def place_of(where: ast.expr, call: ast.Call, module: Module) -> Place:
    """Where `call` reads from or writes to, worked out once."""
    known: dict[tuple[ast.expr, ast.Call], Place] = module.cache.setdefault("evidence.places", {})
    if (where, call) not in known:
        known[where, call] = Place(where, call, module)
    return known[where, call]


def _bare(node: ast.expr) -> ast.expr:
    """Without `str(...)`, `Path(...)` and `open(...)` around it."""
    while isinstance(node, ast.Call) and len(node.args) >= 1 and spelt(node.func) in _WRAPPERS:
        node = node.args[0]
    return node


_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:FILE_?NAME|FILE)\b")
"""`EMA_STATE_FILENAME`: a name given once and imported is as good an address as the file's own."""

_WRAPPERS = frozenset({"str", "Path", "pathlib.Path", "os.fspath", "open", "os.path.expanduser", "os.path.abspath"})


def _inline(node: ast.expr, module: Module, depth: int) -> str:
    """The expression's text, followed by what is bound to the names in it."""
    node = _bare(node)
    text = spelt(node)
    if depth > 3:
        return text
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            value = _only_binding(part, module) or _default(part, module)
            if value is not None and not _is_record(value, module):
                text += " <- " + _inline(value, module, depth + 1)
    return text


def _is_record(value: ast.expr, module: Module) -> bool:
    """`Namespace(source="init.pt")` holds a path, and is none: what is made of it may lie anywhere."""
    made = last_name(value.func, module) if isinstance(value, ast.Call) else ""
    return made[:1].isupper() and not made.endswith("Path")


def _only_binding(name: ast.Name, module: Module) -> ast.expr | None:
    function = module.function(name)
    stores = [
        n for n in module.names(name.id) if isinstance(n.ctx, ast.Store) and module.function(n) in (function, None)
    ]
    stores = [s for s in stores if (s.lineno, s.col_offset) < (name.lineno, name.col_offset)] or stores
    if not stores:
        return None
    parent = module.parent(stores[-1])
    if isinstance(parent, ast.For | ast.comprehension) and parent.target is stores[-1]:
        return parent.iter  # each file of `glob("*.bin")` is named like them all
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


def text_of(load: ast.Call, where: ast.expr, module: Module) -> str:
    """The path's text, with what is bound to the names in it."""
    return place_of(where, load, module).full
