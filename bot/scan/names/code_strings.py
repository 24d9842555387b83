"""Code in string constants that something runs: exec, eval, compile, timeit, `python -c`."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from bot.model import Unreadable
from bot.scan.names.code_runs import programs_run
from bot.scan.names.code_text import plain, text_of, whole_text
from bot.scan.names.module import Module, parse_module
from bot.scan.text.shell import programs_in, unquoted
from bot.scan.text.source import SourceText, split_lines

_FIELD = re.compile(r"(?<!\{)\{[\w.]*(?:![rsa])?(?::[^{}\n]*)?\}|%(?:\(\w+\))?[-+\d.]*[srdif]")
"""What `format` and `%` fill in."""


def code_in_strings(module: Module) -> Iterator[tuple[Module, ast.expr]]:
    """Each string of `module` that is run and can hold a site, parsed, with the string's own node."""
    done: set[str] = set()
    for constant in module.texts("load"):
        if isinstance(constant.value, str | bytes) and "load" in plain(constant.value):
            command = unquoted(constant.value)
            if command is not None:
                programs = (_parse(code, module, constant) for code in programs_in(command))
                yield from ((program, constant) for program in programs if program)
                continue
            whole = whole_text(constant, module)
            if _is_new(whole, done):
                yield from _run_in(whole, module, done)


def parse_text(code: str, module: Module, node: ast.expr) -> Module | None:
    """Code that runs where `node` stands, as a module of its own that sees the names around."""
    return _parse(code, module, node)


def _run_in(whole: ast.expr, module: Module, done: set[str]) -> Iterator[tuple[Module, ast.expr]]:
    """The programs in one text; those of joined lines once, however many of these are asked about."""
    first: ast.expr | None = None
    for code, node in programs_run(text_of(whole, module), whole, module):
        if node is whole or node is first or _is_new(node, done):
            first = node
            inner = _parse(code, module, node)
            if inner is not None:
                yield inner, node


def _is_new(node: ast.expr, done: set[str]) -> bool:
    key = f"{node.lineno}:{node.col_offset}:{type(node).__name__}"
    known = key in done
    done.add(key)
    return not known


def _parse(code: str, module: Module, node: ast.expr) -> Module | None:
    """The module; where the text is no Python, what it is once something is filled in: `"torch.load({!r})"`."""
    parsed = _parse_text(code, module, node)
    filled = _FIELD.sub("__value__", code) if parsed is None else code
    return _parse_text(filled.replace("{{", "{").replace("}}", "}"), module, node) if filled != code else parsed


def _parse_text(code: str, module: Module, node: ast.expr) -> Module | None:
    text = textwrap.dedent(code).strip("\n") + "\n"
    lines = split_lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode(errors="replace")))
    source = SourceText(module.path, text.encode(errors="replace"), text, "utf-8", lines, tuple(starts))
    parsed = parse_module(source, project=module.project, outer=(module, node))
    return None if isinstance(parsed, Unreadable) else parsed
