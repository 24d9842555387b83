"""Code that stands in a string, parsed as a module of its own that sees the names around the string."""

from __future__ import annotations

import ast
import re
import textwrap

from bot.model import Unreadable
from bot.scan.names.module import Module, parse_module
from bot.scan.text.source import SourceText, split_lines

_FIELD = re.compile(r"(?<!\{)\{[\w.]*(?:![rsa])?(?::[^{}\n]*)?\}|%(?:\(\w+\))?[-+\d.]*[srdif]")
"""What `format` and `%` fill in."""


def parse_text(code: str, module: Module, node: ast.expr) -> Module | None:
    """Code that runs where `node` stands, None where it does not parse.

    Text that is no Python is parsed as it is once something is filled in: `"torch.load({!r})"`.
    """
    parsed = _parse(code, module, node)
    filled = _FIELD.sub("__value__", code) if parsed is None else code
    return _parse(filled.replace("{{", "{").replace("}}", "}"), module, node) if filled != code else parsed


def _parse(code: str, module: Module, node: ast.expr) -> Module | None:
    text = textwrap.dedent(code).strip("\n") + "\n"
    lines = split_lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode(errors="replace")))
    source = SourceText(module.path, text.encode(errors="replace"), text, "utf-8", lines, tuple(starts))
    parsed = parse_module(source, project=module.project, outer=(module, node))
    return None if isinstance(parsed, Unreadable) else parsed
