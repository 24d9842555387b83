"""What becomes of text: whether it runs, and which programs are in it then.

Followed by name: through assignments, containers, loops, the project's own functions and what they return.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from bot.scan.names.arguments import TIMES, parameter_given, word_of
from bot.scan.names.code_text import FILLED_IN, TEXT_METHODS, lines_around, text_of
from bot.scan.names.given import used_inside, uses_of_word
from bot.scan.names.module import Module
from bot.scan.names.written_files import STARTS_PROGRAMS, WRITERS, is_python, is_run_later
from bot.scan.text.shell import programs_in, starts_python, timed

_RUNS_TEXT = frozenset(
    """exec eval compile run_cell run_code runcode runsource run_line_magic ex run_cell_magic runctx
    runeval""".split()
).union(TIMES)
_RUNS_TEXT_BY_RUN = frozenset({"cProfile", "profile", "pdb", "bdb"})
_GIVES_TEXT_BACK = frozenset({"dedent", "indent", "compile", "split", "quote", "str", "parse"})
_CONTAINER_METHODS = frozenset({"values", "items", "get", "pop"})
_HOLDS = (ast.BinOp, ast.IfExp, ast.BoolOp, ast.JoinedStr, ast.FormattedValue, ast.List, ast.Tuple, ast.Set)
_INTERPRETER = re.compile(r"py|sh$")
_TIMEIT = ("timeit", "-mtimeit")
_IS_PYTHON = re.compile(r"i?python[\d.]*")
_STEPS = 40


def programs_run(text: str, node: ast.expr, module: Module) -> Iterator[tuple[str, ast.expr]]:
    """The programs in `text`, which is `node`, if what becomes of it is that they run; each with the expression they
    stand in: `node`, or the list whose lines are joined.
    """
    todo: list[ast.expr] = [node]
    place, seen = node, set[ast.expr]()
    while todo and len(seen) < _STEPS:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        call = _given_to(current, module)
        if call is not None and word_of(call.func) == "join":
            text, place = lines_around(node, module) or (text, place)
        programs = _run_by(call, current, text, module) if call else _behind_c(current, text, module)
        if programs is not None:
            yield from ((program, place) for program in programs)
            return
        todo += _out_of_call(call, current, module) if call else _onwards(current, module)


def _given_to(node: ast.expr, module: Module) -> ast.Call | None:
    """The call that `node` is an argument of."""
    parent = module.parent(node)
    if isinstance(parent, ast.keyword):
        parent = module.parent(parent)
    return parent if isinstance(parent, ast.Call) and parent.func is not node else None


def _out_of_call(call: ast.Call, argument: ast.expr, module: Module) -> list[ast.expr]:
    """Where text that a call is given goes on."""
    word, function = word_of(call.func), call.func
    if word in _GIVES_TEXT_BACK or word == "join":
        return [call]
    if isinstance(function, ast.Attribute) and word in ("append", "extend") and isinstance(function.value, ast.Name):
        return [*uses_of_word(function.value.id, module)]
    return [
        use
        for inside in _functions(word, module)
        for use in used_inside(parameter_given(call, argument, inside), inside, module)
    ]


def _onwards(node: ast.expr, module: Module) -> list[ast.expr]:
    """Where text goes that is no argument."""
    parent = module.parent(node)
    if isinstance(parent, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        passed = [parent] if isinstance(parent, ast.NamedExpr) else []
        return [*(use for target in targets for use in uses_of_word(_named(target), module)), *passed]
    if isinstance(parent, ast.For | ast.comprehension) and parent.iter is node:
        names = [n.id for n in ast.walk(parent.target) if isinstance(n, ast.Name)]
        around = module.function(node)
        return [use for name in names for use in uses_of_word(name, module) if module.function(use) is around]
    if isinstance(parent, ast.Return):
        function = module.function(parent)
        uses = uses_of_word(getattr(function, "name", ""), module)
        return [call for use in uses if isinstance(call := module.parent(use), ast.Call) and call.func is use]
    if isinstance(parent, ast.Attribute) and parent.attr in TEXT_METHODS | _CONTAINER_METHODS:
        call = module.parent(parent)
        return [call] if isinstance(call, ast.Call) else []
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return [parent]
    if isinstance(parent, ast.Dict):
        return [parent] if node in parent.values else []
    return [parent] if isinstance(parent, _HOLDS) else []


def _functions(word: str, module: Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of the file that are called so."""
    found: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
    if word:
        found += module.of(ast.FunctionDef, word)
        found += module.of(ast.AsyncFunctionDef, word)
    return [function for function in found if function.name == word]


def _run_by(call: ast.Call, code: ast.expr, text: str, module: Module) -> Iterable[str] | None:
    """The programs in `text` that a call given `code` runs; None where it runs nothing."""
    word = word_of(call.func)
    if _runs(call, code, module):
        return _programs(_prepared(call, code, text, module))
    runs_argv = word in STARTS_PROGRAMS or _IS_PYTHON.fullmatch(word)  # `sh.python("-c", text)`
    found = _by_argv(call.args, code, text, module) if runs_argv else None
    if found is not None:
        return found
    if word in STARTS_PROGRAMS and (starts_python(text) or starts_python(text_of(code, module))):
        return programs_in(text) if starts_python(text) else (text,)
    return (text,) if word in WRITERS and is_run_later(call, module) else None


def _runs(call: ast.Call, code: ast.expr, module: Module) -> bool:
    """Whether the call runs the text it is given; `re.compile` does not."""
    word = word_of(call.func)
    owner = word_of(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if word == "compile" and isinstance(call.func, ast.Attribute) and owner != "builtins":
        return False
    if word == "communicate" or (word == "write" and owner == "stdin"):
        return is_python(module.source.text)
    if word == "run" and owner in _RUNS_TEXT_BY_RUN:
        return True
    return word in _RUNS_TEXT or (word in STARTS_PROGRAMS and _is_input(call, code, module))


def _prepared(call: ast.Call, code: ast.expr, text: str, module: Module) -> str:
    """What `timeit(text, setup="import torch")` runs: the setup first."""
    given = next((k.value for k in call.keywords if k.arg == "setup"), None) or next(iter(call.args[1:2]), None)
    if word_of(call.func) not in TIMES or given is None or given is code:
        return text
    setup = text_of(given, module)
    return text if setup == FILLED_IN else f"{setup}\n{text}"


def _is_input(call: ast.Call, code: ast.expr, module: Module) -> bool:
    """`run([sys.executable], input=code)`."""
    given = any(k.arg == "input" and k.value is code for k in call.keywords)
    return given and any(is_python(module.segment(argument)) for argument in call.args[:1])


def _behind_c(code: ast.expr, text: str, module: Module) -> Iterable[str] | None:
    """The programs of text that stands behind `-c` in a list of arguments."""
    parent = module.parent(code)
    return _by_argv(parent.elts, code, text, module) if isinstance(parent, ast.List | ast.Tuple) else None


def _by_argv(argv: Sequence[ast.expr], code: ast.expr, text: str, module: Module) -> Iterable[str] | None:
    """The programs of text that stands among the arguments of a command: behind `-c`, or where `timeit` takes it."""
    if _follows_c(argv, code):
        return _programs(text)
    if code not in argv or not any(isinstance(each, ast.Constant) and each.value in _TIMEIT for each in argv):
        return None
    words = [text_of(each, module) for each in argv]
    setup, lines = timed(words)
    if argv.index(code) in lines:
        return ("\n".join((*setup, text)),)
    return (text,) if text in setup else None


def _follows_c(argv: Sequence[ast.expr], node: ast.expr) -> bool:
    """`[sys.executable, "-c", node]`, unless what is called is surely no interpreter: `["grep", "-c", ...]`."""
    before = argv[: argv.index(node)] if node in argv else ()
    words = [each.value if isinstance(each, ast.Constant) else None for each in before]
    if not words or not re.fullmatch(r"-\w*c", str(words[-1])):
        return False
    return len(words) == 1 or any(not isinstance(word, str) or _INTERPRETER.search(word) for word in words)


def _programs(text: str) -> Iterator[str]:
    """What runs as it is, and what stands behind `python -c` in it where it is a shell's: `["bash", "-c", text]`."""
    yield text
    yield from programs_in(text)


def _named(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
