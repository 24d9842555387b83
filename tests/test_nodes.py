"""Nodes are told as a walk of the whole tree would tell them, whatever was asked before and in however many parts."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from bot.scan.names.nodes import Nodes
from bot.scan.text.source import split_lines

ROOT = Path(__file__).parent.parent
OWN = sorted([*(ROOT / "bot/scan/evidence").rglob("*.py"), *(ROOT / "bot/edge").glob("*.py"), Path(__file__)])
MIXED = '''
@seen(by=lambda net: net.load)
class Reader(Base, kind=net, metaclass=make(net)):
    """Reads a net."""

    net = other = None
    def read(self, net=net): return net.load(net, *[net for net in nets])

    @net.setter
    @staticmethod
    def write(net): net.ｌｏａｄ = net; del net

    class Inner(net.Base):
        net: int = 1

net = 1; other = (net := 2)
if net: import net.load as load, net
for net in [f"{net!r} {net.load:>{net.width}}", f"""
    {net.load
     (net)}"""]: net.load
try: net.load()
except net.Error as net: raise net from net.load
def later(*net, **other: net) -> net:
    global load
    match net:
        case [net, *load] if net.load: return net
'''


def whole(tree: ast.Module) -> tuple[list[ast.AST], dict[ast.AST, ast.AST]]:
    """Every node, breadth first, and whose child it is."""
    nodes: list[ast.AST] = [tree]
    parents: dict[ast.AST, ast.AST] = {}
    for node in nodes:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.expr_context | ast.operator | ast.unaryop | ast.cmpop | ast.boolop):
                parents[child] = node
                nodes.append(child)
    return nodes, parents


BINDERS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.ExceptHandler, ast.MatchAs, ast.MatchStar,
)  # fmt: skip


def called(node: ast.AST) -> str | None:
    return getattr(node, "arg", None) or getattr(node, "name", None)


def nodes_of(text: str) -> Nodes:
    return Nodes(ast.parse(text), split_lines(text))


@pytest.mark.parametrize("text", [MIXED, *(path.read_text() for path in OWN)], ids=["mixed", *(p.name for p in OWN)])
def test_every_question_is_answered_as_by_a_walk_of_the_whole_tree(text: str) -> None:
    found = nodes_of(text)
    nodes, _ = whole(found.tree)
    names = [node for node in nodes if isinstance(node, ast.Name)]
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    functions = (n.name for n in nodes if isinstance(n, ast.FunctionDef))
    words = sorted({"load", "nowhere", *functions, *(n.id for n in names), *(a.attr for a in attributes)})
    random.Random(len(text)).shuffle(words)
    for word in words:
        assert list(found.names(word)) == [n for n in names if n.id == word]
        assert list(found.attributes(word)) == [a for a in attributes if a.attr == word]
        stores = [n for n in names if n.id == word and not isinstance(n.ctx, ast.Load)]
        assert sorted(map(id, found.written(word))) == sorted(map(id, stores))
        definitions = [n for n in nodes if isinstance(n, BINDERS) and called(n) == word]
        assert sorted(map(id, found.binding(word))) == sorted(map(id, [*stores, *definitions]))
        for kind in (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchStar):
            assert list(found.bound(kind, word)) == [n for n in nodes if type(n) is kind and n.name == word]
        assert list(found.bound(ast.arg, word)) == [n for n in nodes if isinstance(n, ast.arg) and n.arg == word]
        calls = [n for n in nodes if isinstance(n, ast.Call) and word in ast.unparse(n.func)]
        assert [n for n in found.of(ast.Call, word) if word in ast.unparse(n.func)] == calls
    for kind in {type(node) for node in nodes} - {ast.Module}:
        assert list(found.of(kind)) == [node for node in nodes if type(node) is kind]


@pytest.mark.parametrize("text", [MIXED, *(path.read_text() for path in OWN[:8])])
def test_a_parent_is_known_of_a_node_that_nobody_asked_for(text: str) -> None:
    found = nodes_of(text)
    nodes, parents = whole(found.tree)
    random.Random(len(text)).shuffle(nodes)
    assert [found.parent(node) for node in nodes] == [parents.get(node) for node in nodes]


def test_what_a_node_stands_in_is_told_from_inside_out() -> None:
    found = nodes_of(MIXED)
    nodes, parents = whole(found.tree)
    for node in nodes:
        pairs = list(found.around(node))
        assert [child for child, _ in pairs] == [node, *(outer for _, outer in pairs)][: len(pairs)]
        assert all(parents[child] is outer for child, outer in pairs)
        assert node is found.tree or pairs[-1][1] is found.tree
        before = list(found.around(node, ast.FunctionDef, ast.ClassDef))
        ended = [isinstance(outer, ast.FunctionDef | ast.ClassDef) for _, outer in pairs]
        assert before == pairs[: ended.index(True) if True in ended else None]


def test_a_name_is_looked_for_in_the_parts_that_hold_it_and_nowhere_else() -> None:
    found = nodes_of("def first():\n    return torch.load\n\n\ndef second():\n    return [None] * 3\n")
    first, second = found.tree.body
    assert len(found.names("torch")) == 1
    known = set(found._parents)
    assert {node for node in ast.walk(first) if isinstance(node, ast.Name)} <= known
    assert not {node for node in ast.walk(second) if isinstance(node, ast.List)} & known


@pytest.mark.parametrize(
    "spelt",
    [
        '"load"',
        r'"l\x6fad"',
        '"lo" "ad"',
        '("lo"  # no word yet\n "ad")',
        "'loa' r'''d'''",
        '"l" "" "oad"',
        'b"lo" B"ad"',
        'f"lo" f"ad{x}"',
        r'"lo\
ad"',
    ],
)
def test_a_text_is_found_however_it_is_spelt(spelt: str) -> None:
    found = nodes_of(f"def plain():\n    return 'model'\n\n\ngiven = {spelt}\n")
    texts = [constant.value for constant in found.texts("load")]
    assert "load" in texts or b"load" in texts


def test_another_trees_node_has_no_parent_here() -> None:
    found = nodes_of(MIXED)
    strange = ast.parse(MIXED).body[0]
    assert found.parent(strange) is None
    assert found.parent(found.tree) is None
    with pytest.raises(KeyError):
        found.above(strange)


def test_what_is_adopted_has_a_parent_until_it_is_dropped() -> None:
    found = nodes_of("torch.load(path)\n")
    call = found.of(ast.Call)[0]
    word = ast.keyword("mmap", ast.Constant(True))
    found.adopt(word, call)
    assert found.parent(word) is call
    found.drop(word)
    assert found.parent(word) is None
