"""What people left standing around a load: a reason in a comment, a shape for old torch, a handler that tries again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

_REASON = re.compile(
    r"trust|unpickl|pickle|weights[_ ]only|unsafe|arbitrary|wrapped python|legacy|numpy|namespace|"
    r"not (just|only) tensors|custom (class|object)|full (object|checkpoint)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"#\s*(noqa|type:|nosec|nosemgrep|pragma|pylint|ruff|loadguard)\b", re.IGNORECASE)
REACH = 3
"""How many comment lines above the statement still speak of it."""

_TRUE = re.compile(
    r"weights_only`{0,2}\s*=\s*`{0,2}True|restricted[ _](torch[ _]load|unpickl)|weights[ _]only[ _](safe|load)|"
    r"(?<!\.)\bsafe[ _](torch[ _])?load(er)?\b|\bsafely (load|deseriali[sz]e|unpickle|read)",
    re.I,
)
_FALSE = re.compile(r"weights_only`{0,2}\s*=\s*`{0,2}False", re.I)
_UNSAFE = re.compile(r"unsafe|insecure|unrestricted|dangerous|allow_?pickle", re.I)
_OUTSIDE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)
"""Beyond these nothing is said of a load any more."""
_KEEPS_OUT = re.compile(
    r"\b(avoid\w*|prevent\w*|must not|must never|cannot|can't|no)\b[^.;]{0,60}"
    r"(arbitrary[ -]code|code[ -]execution|execute (any )?code|run (any )?code|\bRCE\b)",
    re.I,
)
"""A reason to load safely, in which a negation turns nothing round."""
_BUT = re.compile(
    r"\b(not|cannot|can't|don't|doesn't|won't|isn't|never|fail\w*|break\w*|error|false|todo|fixme|if possible|without|"
    r"yet|by default|unfortunately|instead|however|but)\b",
    re.I,
)
_CUT_OFF = re.compile(r"[,\s]*weights_only\s*=\s*True[\s,)]*")
_SENTENCE = re.compile(r"[.;]\s|\n\s*\n")
_NO_REFUSAL = frozenset(
    "FileNotFoundError IsADirectoryError NotADirectoryError PermissionError OSError IOError EnvironmentError"
    " ImportError ModuleNotFoundError ConnectionError TimeoutError HTTPError URLError KeyboardInterrupt".split()
)
"""What a missing file or library raises: none of them is a base of pickle's UnpicklingError."""

OLD_TORCH = frozenset({"TypeError"})
"""What a torch below 1.13 raises for a keyword it does not know; the bytes of a file cannot choose it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A larger construction the call is one half of; rewriting one half would make nonsense of it."""

    line: int
    why: str


def reason_comment(node: ast.expr, module: Module) -> tuple[int, str] | None:
    """The comment on or right above the call that explains why it loads as it does: line and text."""
    statement = module.statement(node) or node
    lines = module.source.lines
    first, last = statement.lineno, node.end_lineno or node.lineno
    for number in [*range(first, min(last, len(lines)) + 1), *_above(first, lines)]:
        text = _comment(lines[number - 1], whole=number < first)
        if text and _REASON.search(text) and not _MARKS.match(text):
            return number, text.lstrip("# ")
    return None


def _above(first: int, lines: tuple[str, ...]) -> list[int]:
    found: list[int] = []
    number = first - 1
    while number >= 1 and len(found) < REACH and lines[number - 1].lstrip().startswith("#"):
        found.append(number)
        number -= 1
    return found


def _comment(line: str, *, whole: bool) -> str:
    if whole:
        return line.strip()
    place = line.rfind("#")
    return line[place:].strip() if place >= 0 and line.count('"', place) == 0 else ""


def says_true(node: ast.expr, module: Module) -> tuple[int, str] | None:
    """What speaks for `weights_only=True` at the call: a comment on or above it, its function's docstring or name.

    A load behind a switch called unsafe is the one they do not mean.
    """
    if _is_behind_a_switch(node, module):
        return None
    for line, text in _told(node, module):
        if (sentence := _speaks_for_true(text)) is not None:
            return line, sentence
    return None


def _is_behind_a_switch(node: ast.AST, module: Module) -> bool:
    """Whether it stands under `if unsafe_load:` or the like."""
    return any(
        isinstance(outer, ast.If) and child in outer.body and _UNSAFE.search(spelt(outer.test))
        for child, outer in module.around(node, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    )


def _told(node: ast.expr, module: Module) -> Iterator[tuple[int, str]]:
    lines = module.source.lines
    statement = module.statement(node) or node
    first, last = statement.lineno, min(node.end_lineno or node.lineno, len(lines))
    above = sorted(_above(first, lines))
    yield above[0] if above else first, " ".join(lines[number - 1].strip().lstrip("# ") for number in above)
    for number in range(first, last + 1):
        yield number, _comment(lines[number - 1], whole=False).lstrip("# ")
    function = module.function(node)
    if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        yield function.lineno, ast.get_docstring(function) or ""
        yield function.lineno, function.name.replace("_", " ")


def meant_for_weights_only(save: ast.Call, module: Module) -> bool:
    """Whether a comment in the function that saves says that the file is for `weights_only=True`."""
    if "weights_only" not in module.source.text:
        return False
    function = module.function(save)
    if function is None:
        return False
    lines = module.source.lines[function.lineno - 1 : function.end_lineno]
    comments = [_comment(line, whole=line.lstrip().startswith("#")) for line in lines if "#" in line]
    return any(_speaks_for_true(text) for text in comments)


def _speaks_for_true(text: str) -> str | None:
    """The sentence that does, unless a word turns it round, or what is said beside it that this load has False."""
    if not text or _FALSE.search(text):
        return None
    for sentence in map(str.strip, _SENTENCE.split(text)):
        if _KEEPS_OUT.search(sentence):
            return sentence
        if _TRUE.search(sentence) and not _BUT.search(sentence) and not _is_code(sentence):
            return sentence
    return None


def _is_code(text: str) -> bool:
    """Whether a comment is what was code, and was switched off: `torch.load(path)  # , weights_only=True)`."""
    if _CUT_OFF.fullmatch(text):
        return True
    try:
        held = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.Call) for node in ast.walk(held))


def expects_refusal(call: ast.Call, module: Module) -> int | None:
    """The line of a handler for `UnpicklingError` around the load: what weights_only=True raises when it refuses.

    Stanza wraps its loads so since its 1.12 advisory. The handler must not load again: that is a fallback.
    """
    for child, parent in module.around(call, *_OUTSIDE):
        if isinstance(parent, ast.Try) and child in parent.body:
            for handler in parent.handlers:
                caught = spelt(handler.type) if handler.type is not None else ""
                if caught.rpartition(".")[2] == "UnpicklingError" and not _loads(handler, module):
                    return handler.lineno
    return None


def names_its_globals(call: ast.Call, module: Module) -> int | None:
    """The line of a `with safe_globals([...])` around the load: it does nothing unless weights_only is True.

    Source: torch.serialization.safe_globals, since 2.5.
    """
    return next((line for line, name in _contexts(call, module) if name == "safe_globals"), None)


def trusting_context(call: ast.Call, module: Module) -> tuple[int, str] | None:
    """`with trusted_load():`, `with allow_unsafe_pickle():` around the load: its line and itself."""
    for line, name in _contexts(call, module):
        if re.search(r"trust", name, re.I) or _UNSAFE.search(name):
            return line, f"with {name}()"
    return None


def _contexts(call: ast.Call, module: Module) -> Iterator[tuple[int, str]]:
    """The line and the last name of each context manager that is called around the load, in its function."""
    for _, outer in module.around(call, *_OUTSIDE):
        if isinstance(outer, ast.With | ast.AsyncWith):
            entered = (i.context_expr.func for i in outer.items if isinstance(i.context_expr, ast.Call))
            yield from ((outer.lineno, spelt(function).rpartition(".")[2]) for function in entered)


def compatibility_shape(call: ast.Call, module: Module) -> Shape | None:
    """`try: load(..., weights_only=True) except TypeError: load(...)`, and the same behind a version check.

    A handler that a refused pickle never reaches makes no such shape: `except FileNotFoundError: download()`.
    """
    for child, parent in module.around(call, *_OUTSIDE):
        if isinstance(parent, ast.ExceptHandler) and not _caught(parent) <= _NO_REFUSAL:
            return Shape(parent.lineno, "it is the handler of a load that failed")
        if isinstance(parent, ast.Try) and child in parent.body:
            other = next((h for h in parent.handlers if _loads(h, module) and not _only_repeats(h, call)), None)
            if other is not None:
                return Shape(other.lineno, "its handler loads again another way")
        if isinstance(parent, ast.If | ast.IfExp) and _asks_version(parent.test) and child is not parent.test:
            return Shape(parent.lineno, "a version of torch is checked around it")
    return None


def _only_repeats(handler: ast.ExceptHandler, call: ast.Call) -> bool:
    """Whether a handler loads again after something else than a refused pickle, or makes the very same call.

    `except TypeError` around two equal calls is what is left of a `weights_only=True` for a torch that knows none.
    """
    caught = _caught(handler)
    same = ast.dump(call)
    equal = any(isinstance(node, ast.Call) and ast.dump(node) == same for node in ast.walk(handler))
    return caught <= _NO_REFUSAL or (equal and caught <= _NO_REFUSAL | OLD_TORCH)


def _caught(handler: ast.ExceptHandler) -> frozenset[str]:
    """What a handler catches; a bare one catches everything."""
    return names_caught(handler.type) or frozenset({"BaseException"})


def names_caught(caught: ast.expr | None) -> frozenset[str]:
    """The last names of the exceptions; empty for a bare except."""
    if caught is None:
        return frozenset()
    parts = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return frozenset(spelt(part).rpartition(".")[2] for part in parts)


def _loads(node: ast.AST, module: Module) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "load" for n in ast.walk(node)
    )


def _asks_version(test: ast.expr) -> bool:
    text = spelt(test).lower()
    return "version" in text and ("torch" in text or "parse(" in text)
