"""Code in string constants that something runs: exec, eval, compile, timeit, `python -c`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.scan.names.code_runs import programs_run
from bot.scan.names.code_text import plain, text_of, whole_text
from bot.scan.names.inner import parse_text
from bot.scan.names.module import Module
from bot.scan.text.shell import programs_in, unquoted


def code_in_strings(module: Module) -> Iterator[tuple[Module, ast.expr]]:
    """Each string of `module` that is run and can hold a site, parsed, with the string's own node."""
    done: set[str] = set()
    for constant in module.texts("load"):
        if isinstance(constant.value, str | bytes) and "load" in plain(constant.value):
            command = unquoted(constant.value)
            if command is not None:
                programs = (parse_text(code, module, constant) for code in programs_in(command))
                yield from ((program, constant) for program in programs if program)
                continue
            whole = whole_text(constant, module)
            if _is_new(whole, done):
                yield from _run_in(whole, module, done)


def _run_in(whole: ast.expr, module: Module, done: set[str]) -> Iterator[tuple[Module, ast.expr]]:
    """The programs in one text; those of joined lines once, however many of these are asked about."""
    first: ast.expr | None = None
    for code, node in programs_run(text_of(whole, module), whole, module):
        if node is whole or node is first or _is_new(node, done):
            first = node
            inner = parse_text(code, module, node)
            if inner is not None:
                yield inner, node


def _is_new(node: ast.expr, done: set[str]) -> bool:
    key = f"{node.lineno}:{node.col_offset}:{type(node).__name__}"
    known = key in done
    done.add(key)
    return not known
