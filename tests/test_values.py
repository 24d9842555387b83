"""What an expression can stand for. `v` is assigned last in each snippet; its value is what is asked."""

from __future__ import annotations

import ast

import pytest

from bot.model import WeightsOnly
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Qualified, Unknown, Value
from bot.scan.project import Project
from bot.scan.sites.site import find_sites


def values(text: str) -> tuple[Value, ...]:
    module = Project({"a.py": text.encode()}).module("a.py")
    assert isinstance(module, Module)
    statement = module.tree.body[-1]
    while isinstance(statement, ast.FunctionDef | ast.ClassDef):
        statement = statement.body[-1]
    assert isinstance(statement, ast.Assign)
    return evaluate(statement.value, module)


@pytest.mark.parametrize(
    ("text", "constants"),
    [
        ("v = 1", [1]),
        ("v = not 1", [False]),
        ("v = not (not True)", [True]),
        ("a = False\nv = a", [False]),
        ("a = b = 3\nv = b", [3]),
        ("a, (b, c) = 1, (2, 3)\nv = c", [3]),
        ("v = 1 if x else 2", [1, 2]),
        ("v = 1 if False else 2", [2]),
        ("v = 0 or 5", [5]),
        ("v = 3 and 5", [5]),
        ("v = x or 5", [None, 5]),
        ("v = {'a': 1}['a']", [1]),
        ("v = {'a': 1, **{'a': 2}}['a']", [2]),
        ("d = {}\nd['a'] = 4\nv = d['a']", [4]),
        ("d = {}\nif x:\n    d['a'] = 4\nv = d.get('a', 5)", [4, 5]),
        ("d = dict(a=1)\nd.update({'a': 2}, b=3)\nv = d['a']", [2]),
        ("d = dict([('a', 1)])\nv = d['a']", [1]),
        ("v = dict(a=1).get('b', 7)", [7]),
        ("v = ({'a': 1} | {'a': 2})['a']", [2]),
        ("v = [1, 2][1]", [2]),
        ("v = (1, 2)[x]", [1, 2]),
        ("v = 'lo' + 'ad'", ["load"]),
        ("a = 'ad'\nv = f'lo{a}'", ["load"]),
        ("def f(a=4):\n    v = a", []),
        ("def f():\n    return 6\nv = f()", [6]),
        ("def f(a):\n    return a\nv = f(6)", [6]),
        ("def f(a, b=2):\n    return b\nv = f(1, b=8)", [8]),
        ("v = (lambda: 9)()", [9]),
        ("class A:\n    b = 3\nv = A.b", [3]),
        ("class A:\n    b = 3\nv = A().b", [3]),
        ("class A:\n    b = 3\nclass B(A):\n    pass\nv = B().b", [3]),
        ("class A:\n    def __init__(self):\n        self.b = 3\nv = A().b", [3]),
        ("import types\nn = types.SimpleNamespace(a=2)\nv = n.a", [2]),
        ("v = bool(0)", [False]),
    ],
)
def test_constants(text: str, constants: list[object]) -> None:
    found = [v.value if isinstance(v, Constant) else None for v in values(text) if isinstance(v, Constant | Unknown)]
    assert found == constants


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import torch\nv = torch.load", "torch.load"),
        ("import torch.nn as nn\nv = nn.Module", "torch.nn.Module"),
        ("import torch.nn\nv = torch.load", "torch.load"),
        ("from torch import nn\nv = nn.Linear", "torch.nn.Linear"),
        ("import numpy as np\nv = np.load", "numpy.load"),
        ("from safetensors import torch\nv = torch.load", "safetensors.torch.load"),
        ("import importlib\nv = importlib.import_module('torch.serialization')", "torch.serialization"),
        ("v = __import__('torch.serialization')", "torch"),
        ("v = __import__('torch.serialization', fromlist=['load'])", "torch.serialization"),
        ("import importlib\nv = importlib.import_module('.serialization', 'torch')", "torch.serialization"),
    ],
)
def test_qualified_names(text: str, name: str) -> None:
    assert values(text) == (Qualified(name),)


@pytest.mark.parametrize(
    "text", ["v = v", "a = b\nb = a\nv = a", "def f():\n    return f()\nv = f()", "v = unheard_of"]
)
def test_what_cannot_be_told_is_unknown_and_ends(text: str) -> None:
    assert all(isinstance(value, Unknown) for value in values(text))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", WeightsOnly.ABSENT),
        ("weights_only=None", WeightsOnly.NONE),
        ("weights_only=False", WeightsOnly.FALSE),
        ("weights_only=True", WeightsOnly.TRUE),
        ("weights_only=x", WeightsOnly.DYNAMIC),
        ("weights_only=True if x else False", WeightsOnly.DYNAMIC),
        ("weights_only=None if x else False", WeightsOnly.FALSE),
        ("**x", WeightsOnly.KWARGS),
        ("**{'mmap': True}", WeightsOnly.ABSENT),
        ("**{'mmap': True}, weights_only=True", WeightsOnly.TRUE),
        ("**x, weights_only=True", WeightsOnly.TRUE),
    ],
)
def test_what_a_call_says(arguments: str, says: WeightsOnly) -> None:
    module = Project({"a.py": f"import torch\ntorch.load(p, {arguments})\n".encode()}).module("a.py")
    assert isinstance(module, Module)
    assert [site.says for site in find_sites(module)] == [says]


def test_what_is_seen_of_the_arguments() -> None:
    text = "import torch, pickle\ntorch.load(p, 'cpu', pickle, *more, **rest)\ntorch.load(f=q, **{'mmap': True})\n"
    module = Project({"a.py": text.encode()}).module("a.py")
    assert isinstance(module, Module)
    first, second = find_sites(module)
    assert (first.has_star, first.has_kwargs, first.editable) == (True, True, False)
    assert isinstance(first.pickle_module, ast.Name)
    assert isinstance(second.file, ast.Name)
    assert (second.has_star, second.has_kwargs, second.editable) == (False, False, True)
