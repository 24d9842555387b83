"""Scopes and flow: which bindings reach a use. The use is the last `x` of each snippet."""

from __future__ import annotations

import ast

import pytest

from bot.scan.names.lookup import find_bindings
from bot.scan.names.module import Module, parse_module
from bot.scan.text.source import SourceText, read_source


def module_of(text: str) -> Module:
    source = read_source("a.py", text.encode())
    assert isinstance(source, SourceText)
    module = parse_module(source)
    assert isinstance(module, Module)
    return module


def reaching(text: str) -> list[int]:
    """Lines of the bindings of `x` that reach its last reading."""
    module = module_of(text)
    use = max((n for n in module.names("x") if isinstance(n.ctx, ast.Load)), key=lambda n: (n.lineno, n.col_offset))
    return sorted(getattr(b.node, "lineno", 0) for _, b in find_bindings("x", use, module))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x = 1\nx = 2\nx\n", [2]),
        ("x = 1\nif a:\n    x = 2\nx\n", [1, 3]),
        ("if a:\n    x = 1\nelse:\n    x = 2\nx\n", [2, 4]),
        ("x = 1\nif a:\n    x = 2\n    raise E\nx\n", [1]),
        ("x = 1\nif a:\n    x = 2\nelse:\n    raise E\nx\n", [3]),
        ("x = 1\nfor a in b:\n    x = 2\nx\n", [1, 3]),
        ("x = 1\nfor a in b:\n    x\n    x = 2\n", [1, 4]),
        ("for x in b:\n    x\n", [1]),
        ("x = 1\nwhile a:\n    x = 2\nx\n", [1, 3]),
        ("x = 1\nwith a as x:\n    x\n", [2]),
        ("x = 1\nwith a:\n    x = 2\nx\n", [3]),
        ("try:\n    x = 1\nexcept E:\n    x = 2\nx\n", [2, 4]),
        ("x = 0\ntry:\n    x = 1\nexcept E:\n    pass\nx\n", [1, 3]),
        ("x = 0\ntry:\n    x = 1\nexcept E:\n    raise\nx\n", [3]),
        ("x = 0\ntry:\n    a()\n    x = 1\nexcept E:\n    x\n", [1, 4]),
        ("try:\n    pass\nexcept E as x:\n    x\n", [3]),
        ("x = 0\ntry:\n    pass\nfinally:\n    x = 1\nx\n", [5]),
        ("x = 0\ntry:\n    x = 1\nexcept E:\n    raise\nelse:\n    x = 2\nx\n", [7]),
        ("x = 0\nmatch a:\n    case 1:\n        x = 1\nx\n", [1, 4]),
        ("match a:\n    case [x]:\n        x\n", [2]),
        ("x = 0\n(x := 1)\nx\n", [2]),
        ("if (x := a):\n    x\n", [1]),
        ("x = 0\na and (x := 1) and x\n", [2]),
        ("x = 0\n[(x := i) for i in b]\nx\n", [2]),
        ("x = 0\ndel x\nx\n", []),
        ("x = 0\ndef f(x):\n    x\n", [2]),
        ("x = 0\ndef f(a=x):\n    pass\n", [1]),
        ("x = 0\ndef f(x, a=x):\n    pass\n", [1]),
        ("x = 0\nf = lambda x: x\n", [2]),
        ("x = 0\n[x for x in b]\n", [2]),
        ("x = 0\n[i for x in b for i in x]\n", [2]),
        ("x = 0\n[i for i in x]\n", [1]),
        ("x = 0\n[x for x in x]\n", [1]),
        ("x = 0\nclass A:\n    x = 1\n    x\n", [3]),
        ("x = 0\nclass A:\n    x = 1\n    def f(self):\n        x\n", [1]),
        ("x = 0\nclass A:\n    def f(self):\n        return x\n    x = 1\n", [1]),
        ("def f():\n    x\nx = 1\nx = 2\n", [4]),
        ("x = 1\ndef f():\n    x\nif a:\n    x = 2\n", [1, 5]),
        ("x = 1\ndef f():\n    global x\n    x = 2\ndef g():\n    x\n", [1, 4]),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    x\n", [2, 5]),
        ("def f():\n    x = 1\n    def g():\n        x\n    x = 2\n    return g\n", [5]),
        ("def f(a):\n    if a:\n        x = 1\n        def g():\n            x\n        return g\n    x = 2\n", [3]),
        ("def f():\n    import x\ndef g():\n    x\n", []),
        ("import x.y\nx\n", [1]),
        ("import y as x\nx\n", [1]),
        ("from y import z as x\nx\n", [1]),
        ("async def f():\n    async with a as x:\n        x\n", [2]),
        ("async def f():\n    async for x in a:\n        x\n", [2]),
        ("try:\n    import x\nexcept ImportError:\n    x = None\ndef f():\n    x\n", [2, 4]),
    ],
)  # fmt: skip
def test_reaching_bindings(text: str, lines: list[int]) -> None:
    assert reaching(text) == lines


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f():\n    x\n", "f"),
        ("class A:\n    def f(self):\n        x\n", "A.f"),
        ("class A:\n    class B:\n        x\n", "A.B"),
        ("def f():\n    def g():\n        return [x for _ in y]\n", "f.g"),
        ("x\n", ""),
    ],
)
def test_qualname(text: str, name: str) -> None:
    module = module_of(text)
    assert module.qualname(module.names("x")[0]) == name


def test_a_decorator_and_a_default_are_evaluated_outside_of_their_function() -> None:
    module = module_of("@x\ndef f(a=x):\n    x\n")
    scopes = [type(module.scope(n)).__name__ for n in sorted(module.names("x"), key=lambda n: n.lineno)]
    assert scopes == ["Module", "Module", "FunctionDef"]
