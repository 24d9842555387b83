"""Code in string constants that something runs: exec, eval, compile, timeit, `python -c`."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from bot.model import Unreadable
from bot.scan.names.lookup import find_bindings
from bot.scan.names.module import Module, parse_module
from bot.scan.names.written_files import STARTS_PROGRAMS, WRITERS, is_python, is_run_later
from bot.scan.text.shell import programs_in, starts_python, unquoted
from bot.scan.text.source import SourceText, split_lines

_RUNS_TEXT = frozenset(
    "exec eval compile timeit repeat Timer run_cell run_code runcode runsource run_line_magic ex run_cell_magic".split()
)
_TEXT_METHODS = frozenset({"format", "strip", "lstrip", "rstrip", "replace", "encode", "format_map", "join"})
_WRAPS_TEXT = frozenset({"dedent", "indent", "cleandoc"})
_STEPS = 40
_SHORT = 100


def code_in_strings(module: Module) -> Iterator[tuple[Module, ast.expr]]:
    """Each string of `module` that is run and can hold a site, parsed, with the string's own node."""
    done: set[str] = set()
    for constant in module.texts("load"):
        if isinstance(constant.value, str | bytes) and "load" in _plain(constant.value):
            command = unquoted(constant.value)
            if command is not None:
                programs = (_parse(code, module, constant) for code in programs_in(command))
                yield from ((program, constant) for program in programs if program)
                continue
            whole = _whole(constant, module)
            key = f"{getattr(whole, 'lineno', 0)}:{getattr(whole, 'col_offset', 0)}"
            if key in done:
                continue
            done.add(key)
            for code in _codes(_text(whole, module), whole, module):
                inner = _parse(code, module, whole)
                if inner is not None:
                    yield inner, whole


def parse_text(code: str, module: Module, node: ast.expr) -> Module | None:
    """Code that runs where `node` stands, as a module of its own that sees the names around."""
    return _parse(code, module, node)


def _parse(code: str, module: Module, node: ast.expr) -> Module | None:
    text = textwrap.dedent(code).strip("\n") + "\n"
    lines = split_lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode(errors="replace")))
    source = SourceText(module.path, text.encode(errors="replace"), text, "utf-8", lines, tuple(starts))
    parsed = parse_module(source, project=module.project, outer=(module, node))
    return None if isinstance(parsed, Unreadable) else parsed


def _whole(constant: ast.expr, module: Module) -> ast.expr:
    """The text that a constant is part of: an f-string, a concatenation, `"...".format(...)`, `dedent("...")`."""
    node = constant
    while True:
        parent = module.parent(node)
        if isinstance(parent, ast.List | ast.Tuple):
            call = module.parent(parent)
            parent = call if isinstance(call, ast.Call) and _joins(call) and call.args[0] is parent else None
        elif isinstance(parent, ast.Attribute) and parent.attr in _TEXT_METHODS:
            call = module.parent(parent)
            parent = call if isinstance(call, ast.Call) and call.func is parent else None
        elif isinstance(parent, ast.Call) and not (_word(parent.func) in _WRAPS_TEXT and parent.args[:1] == [node]):
            parent = None
        if not isinstance(parent, ast.JoinedStr | ast.Call) and not (
            isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Mod)
        ):
            return node
        node = parent


def _text(node: ast.expr, module: Module) -> str:
    """The text as far as it is constant, left to right; what is filled in stands as a name."""
    parts: list[str] = []
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, ast.Constant):
            parts.append(_plain(current.value))
        elif isinstance(current, ast.JoinedStr):
            stack += reversed(current.values)
        elif isinstance(current, ast.BinOp) and isinstance(current.op, ast.Mod):
            stack.append(current.left)
        elif isinstance(current, ast.BinOp):
            stack += (current.right, current.left)
        elif isinstance(current, ast.Call) and _joins(current):
            between = current.func.value if isinstance(current.func, ast.Attribute) else current
            lines = current.args[0].elts if isinstance(current.args[0], ast.List | ast.Tuple) else []
            stack += [part for line in reversed(lines) for part in (line, between)][:-1]
        elif isinstance(current, ast.Call):
            inside = (
                current.func.value
                if isinstance(current.func, ast.Attribute) and current.func.attr in _TEXT_METHODS
                else None
            )
            given = inside or (current.args[0] if _word(current.func) in _WRAPS_TEXT and current.args else None)
            if given is None:  # `open(path).read()`
                parts.append(_filled_in(current, module))
            else:
                stack.append(given)
        else:
            parts.append(_filled_in(current, module))
    return "".join(parts)


def _filled_in(node: ast.AST, module: Module) -> str:
    """A name that is surely one short text stands for it; anything else for itself."""
    name = node.value if isinstance(node, ast.FormattedValue) else node
    found = find_bindings(name.id, name, module) if isinstance(name, ast.Name) else ()
    statements = [owner.parent(binding.node) for owner, binding in found]
    values = [s.value for s in statements if isinstance(s, ast.Assign | ast.AnnAssign)]
    if len(found) == len(values) == 1 and isinstance(values[0], ast.Constant) and isinstance(values[0].value, str):
        return values[0].value[:_SHORT]
    return "__value__"


def _joins(call: ast.Call) -> bool:
    """`"\\n".join([line, line])`: the lines stand there, one by one."""
    joins = isinstance(call.func, ast.Attribute) and call.func.attr == "join"
    return joins and len(call.args) == 1 and isinstance(call.args[0], ast.List | ast.Tuple)


def _plain(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _codes(text: str, node: ast.expr, module: Module) -> Iterator[str]:
    """The code in `text`, if what becomes of it is that it runs."""
    todo, steps = [node], 0
    while todo and steps < _STEPS:
        steps += 1
        current = todo.pop()
        parent = module.parent(current)
        if isinstance(parent, ast.keyword):
            parent = module.parent(parent)
        if isinstance(parent, ast.Call) and parent.func is not current:
            programs = _run_by(parent, current, text, module)
            if programs is not None:
                yield from programs
                return
            word = _word(parent.func)
            if word in ("dedent", "indent", "compile", "split", "quote", "str"):
                todo.append(parent)
            elif (
                isinstance(parent.func, ast.Attribute)
                and word in ("append", "extend")
                and isinstance(parent.func.value, ast.Name)
            ):
                todo += _uses(parent.func.value.id, module)
        elif isinstance(parent, ast.List | ast.Tuple) and _follows_c(parent.elts, current):
            yield from _programs(text)
            return
        elif isinstance(parent, ast.Assign | ast.AnnAssign):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            for target in targets:
                todo += _uses(target.id if isinstance(target, ast.Name) else getattr(target, "attr", ""), module)
        elif isinstance(parent, ast.BinOp | ast.IfExp | ast.JoinedStr | ast.FormattedValue | ast.List | ast.Tuple):
            todo.append(parent)
        elif isinstance(parent, ast.Attribute) and parent.attr in _TEXT_METHODS:
            call = module.parent(parent)
            todo += [call] if isinstance(call, ast.Call) else []


def _run_by(call: ast.Call, code: ast.expr, text: str, module: Module) -> Iterable[str] | None:
    """The programs in `text` that a call given `code` runs; None where it runs nothing."""
    word = _word(call.func)
    if _runs(call, code, module):
        return _programs(text)
    if word in STARTS_PROGRAMS and starts_python(_text(code, module)):
        return programs_in(text) if starts_python(text) else (text,)
    return (text,) if word in WRITERS and is_run_later(call, module) else None


def _runs(call: ast.Call, code: ast.expr, module: Module) -> bool:
    """Whether the call runs the text it is given; `re.compile` does not."""
    word = _word(call.func)
    if word == "compile" and isinstance(call.func, ast.Attribute) and _word(call.func.value) != "builtins":
        return False
    if word == "communicate":
        return is_python(module.source.text)
    return word in _RUNS_TEXT or (
        word in STARTS_PROGRAMS and (_follows_c(call.args, code) or _is_input(call, code, module))
    )


def _is_input(call: ast.Call, code: ast.expr, module: Module) -> bool:
    """`run([sys.executable], input=code)`."""
    given = any(k.arg == "input" and k.value is code for k in call.keywords)
    return given and any(is_python(module.segment(argument)) for argument in call.args[:1])


def _uses(word: str, module: Module) -> list[ast.expr]:
    names: list[ast.expr] = [n for n in module.names(word) if isinstance(n.ctx, ast.Load)]
    return names + [a for a in module.attributes(word) if isinstance(a.ctx, ast.Load)]


def _follows_c(argv: Sequence[ast.expr], node: ast.expr) -> bool:
    index = argv.index(node) if node in argv else 0
    before = argv[index - 1] if index else None
    return (
        isinstance(before, ast.Constant)
        and isinstance(before.value, str)
        and bool(re.fullmatch(r"-\w*c", before.value))
    )


def _programs(text: str) -> Iterator[str]:
    """What runs as it is, and what stands behind `python -c` in it where it is a shell's: `["bash", "-c", text]`."""
    yield text
    yield from programs_in(text)


def _word(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
