"""The nodes of a syntax tree by class, by name and by parent, a part of the file at a time.

To go through all nodes of a file takes half as long as to parse it, and most parts of a long file are never asked for:
only those are gone through that hold a word which somebody looks for.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

_Node = TypeVar("_Node", bound=ast.AST)
_Kinds = dict[type[ast.AST], list[Any]]
_PLAIN = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "lineno", "type_ignores", "type_comment", "kind", "level"})


_KEYWORDS: dict[type[ast.AST], str] = {
    ast.Import: "import",
    ast.ImportFrom: "from",
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "async",
    ast.ClassDef: "class",
    ast.Return: "return",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.Try: "try",
    ast.TryStar: "try",
    ast.With: "with",
    ast.AsyncWith: "async",
}
"""What statements of these classes begin with."""
_WHOLE = {word: re.compile(rf"{word}\b") for word in _KEYWORDS.values()}
_CALLED = {ast.Name: "id", ast.Attribute: "attr", ast.arg: "arg"}
"""Where these keep what they are called; all others have a `name`."""


class Nodes:
    """The nodes of `tree`, which was parsed from `lines`; they are always told breadth first.

    What is asked for with a word comes from the parts in whose text the word stands. An identifier stands there as it
    is, but for letters that Python takes for others (NFKC), and so does a keyword.
    """

    __slots__ = (
        "_attributes", "_binding", "_holding", "_home", "_names", "_parents", "_parts", "_texts", "_whole", "tree",
    )  # fmt: skip

    def __init__(self, tree: ast.Module, lines: Sequence[str]) -> None:
        self.tree = tree
        self._parts = [*_divided(tree, lines)]
        self._home: dict[ast.AST, _Part] = {root: part for part in self._parts for root in part.roots}
        self._parents: dict[ast.AST, ast.AST] = {root: part.parent for root, part in self._home.items()}
        self._holding: dict[str, list[_Part]] = {}
        self._binding: dict[str, list[_Part]] = {}
        self._texts: dict[str, Sequence[ast.Constant]] = {}
        self._names: dict[str, Sequence[ast.Name]] = {}
        self._attributes: dict[str, Sequence[ast.Attribute]] = {}
        self._whole: dict[type[ast.AST], Sequence[Any]] = {}

    def of(self, kind: type[_Node], *holding: str) -> Sequence[_Node]:
        """All nodes of exactly this class; with `holding`, of the parts that hold one of these words."""
        if holding:
            parts = [part for part in self._parts if any(word in part.plain for word in holding)]
            return self._merged(self._read(part).get(kind, ()) for part in parts)
        if kind not in self._whole:
            parts = self._beginning(_KEYWORDS[kind]) if kind in _KEYWORDS else self._parts
            self._whole[kind] = self._merged(self._read(part).get(kind, ()) for part in parts)
        return self._whole[kind]

    def names(self, word: str) -> Sequence[ast.Name]:
        """Every reading, writing and deletion of the name `word`."""
        if word not in self._names:
            self._names[word] = self._called(ast.Name, word, self._with(word))
        return self._names[word]

    def attributes(self, word: str) -> Sequence[ast.Attribute]:
        """Every `something.word`, read or written."""
        if word not in self._attributes:
            self._attributes[word] = self._called(ast.Attribute, word, self._with(word))
        return self._attributes[word]

    def written(self, word: str) -> Sequence[ast.Name]:
        """Every writing and deletion of the name `word`."""
        return [name for name in self.bound(ast.Name, word) if name.ctx.__class__ is not ast.Load]

    def bound(self, kind: type[_Node], word: str) -> Sequence[_Node]:
        """All definitions, arguments, handlers or patterns (whichever `kind` is) that are called `word`."""
        if word not in self._binding:  # nothing is bound where a dot follows, but by `import a.b`
            dotted = f"{word}."
            self._binding[word] = [p for p in self._with(word) if p.plain.count(word) > p.plain.count(dotted)]
        return self._called(kind, word, self._binding[word])

    def names_in(self, scope: ast.AST, word: str) -> Sequence[ast.Name]:
        """As `names`; those outside of `scope` may be left out."""
        if scope is self.tree:
            return self.names(word)
        around = scope
        while (home := self._home.get(around)) is None and (above := self.parent(around)) is not None:
            around = above
        inside = [part for part in self._with(word) if part is home or part.parent is scope]
        return self._called(ast.Name, word, inside)

    def texts(self, word: str) -> Sequence[ast.Constant]:
        """The constants that can be a text with `word` in it, which may be spelt with escapes or pieced together."""
        if word not in self._texts:
            pieces = _pieces_of(word)
            parts = [p for p in self._parts if word in p.text or "\\" in p.text or pieces.search(p.text)]
            self._texts[word] = self._merged(self._read(part).get(ast.Constant, ()) for part in parts)
        return self._texts[word]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """None for the tree itself, and for a node of another tree."""
        found = self._parents.get(node)
        if found is None and node is not self.tree:
            line = getattr(node, "lineno", 0)
            # those around the line first; but inside an f-string Python can tell a wrong one
            for part in sorted(self._parts, key=lambda part: not part.first <= line <= part.last):
                if part.kinds is None:
                    self._read(part)
                    if node in self._parents:
                        return self._parents[node]
        return found

    def above(self, node: ast.AST) -> ast.AST:
        """The parent of a node that has one. Raises `KeyError` where it has none."""
        found = self.parent(node)
        if found is None:
            raise KeyError(node)
        return found

    def adopt(self, node: ast.AST, parent: ast.AST) -> None:
        """A node that is put below `parent` for a while, until `drop`: it is known by its parent alone."""
        self._parents[node] = parent

    def drop(self, node: ast.AST) -> None:
        del self._parents[node]

    def _with(self, word: str) -> list[_Part]:
        if word not in self._holding:
            self._holding[word] = [p for p in self._parts if word and word in p.plain]
        return self._holding[word]

    def _beginning(self, keyword: str) -> list[_Part]:
        return [part for part in self._parts if keyword in part.text and _begins(keyword, part.text)]

    def _called(self, kind: type[_Node], word: str, parts: Iterable[_Part]) -> Sequence[_Node]:
        return self._merged(self._by_name(part, kind).get(word, ()) for part in parts)

    def _by_name(self, part: _Part, kind: type[ast.AST]) -> dict[str, list[Any]]:
        known = part.named.get(kind)
        if known is None:
            known = part.named[kind] = {}
            field = _CALLED.get(kind, "name")
            for node in self._read(part).get(kind, ()):
                known.setdefault(getattr(node, field), []).append(node)
        return known

    def _read(self, part: _Part) -> _Kinds:
        if part.kinds is None:
            part.kinds = _walk(part.roots, self._parents)
        return part.kinds

    def _merged(self, found: Iterable[Sequence[Any]]) -> Sequence[Any]:
        """What several parts hold as one; each is in order by itself, and one behind the other."""
        some = [each for each in found if each]
        if len(some) < 2:
            return some[0] if some else ()
        return sorted((node for each in some for node in each), key=self._depth)

    def _depth(self, node: ast.AST) -> int:
        depth = 0
        while node in self._parents:
            node = self._parents[node]
            depth += 1
        return depth


class _Part:
    """Neighbours in a tree, all below `parent`: a statement, or what stands around the body of a class.

    `text` is that of its lines, `first` to `last`, `plain` the same as Python reads identifiers; `kinds` are its nodes
    by class, once they have been asked for, `named` the same by what they are called.
    """

    __slots__ = ("first", "kinds", "last", "named", "parent", "plain", "roots", "text")

    def __init__(self, parent: ast.AST, roots: Sequence[ast.AST], *, lines: Sequence[str], first: int, last: int):
        self.parent, self.roots, self.first, self.last = parent, roots, first, last
        self.text = "".join(lines[first - 1 : last])
        self.plain = self.text if self.text.isascii() else unicodedata.normalize("NFKC", self.text)
        self.kinds: _Kinds | None = None
        self.named: dict[type[ast.AST], dict[str, list[Any]]] = {}


def _divided(tree: ast.Module, lines: Sequence[str]) -> Iterator[_Part]:
    """The parts of a file in the order in which a walk of its tree, breadth first, comes by them."""
    for statement in tree.body:
        first, last = first_line(statement), statement.end_lineno or statement.lineno
        if not isinstance(statement, ast.ClassDef):
            yield _Part(tree, [statement], lines=lines, first=first, last=last)
            continue
        head = statement.body[0].lineno
        alone = _Part(tree, [statement], lines=lines, first=first, last=head)
        alone.kinds = {ast.ClassDef: [statement]}
        yield alone
        yield _Part(statement, [*statement.bases, *statement.keywords], lines=lines, first=first, last=head)
        for inner in statement.body:
            end = inner.end_lineno or inner.lineno
            yield _Part(statement, [inner], lines=lines, first=first_line(inner), last=end)
        behind = [*statement.decorator_list, *getattr(statement, "type_params", ())]
        yield _Part(statement, behind, lines=lines, first=first, last=head)


def first_line(statement: ast.stmt) -> int:
    """Decorators stand above what Python calls a statement's first line."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def _begins(keyword: str, text: str) -> bool:
    """Whether the keyword stands where a statement can begin: on a line of its own, or behind another or the head of
    its block.
    """
    for found in _WHOLE[keyword].finditer(text):
        at = found.start()
        while at and text[at - 1] in " \t\f":
            at -= 1
        if not at or text[at - 1] in "\n\r;:":
            return True
    return False


@cache
def _pieces_of(word: str) -> re.Pattern[str]:
    """The beginning of a word at the end of a string that another follows: Python reads them as one."""
    begun = word[0] + "".join(f"(?:{re.escape(letter)}" for letter in word[1:-1]) + ")?" * (len(word) - 2)
    return re.compile(rf"""{begun}["']+(?:\s|\\|#[^\n]*)*[bfruBFRU]*["']""")


def _walk(roots: Iterable[ast.AST], parents: dict[ast.AST, ast.AST]) -> _Kinds:
    """All nodes at and below `roots` that have a place, by class and breadth first; their parents are noted.

    The list grows while it is read: no recursion. Much of the time of looking at a file goes here, so nothing is called
    that need not be.
    """
    nodes = [*roots]
    kinds: _Kinds = {}
    add, scalars, fields_of = nodes.append, _SCALARS, _FIELDS
    for node in nodes:
        kind = node.__class__
        if kind in kinds:
            kinds[kind].append(node)
        else:
            kinds[kind] = [node]
        for field in fields_of[kind]:
            value = getattr(node, field, None)
            if value.__class__ is list:
                for child in value:
                    if child.__class__ not in scalars:
                        parents[child] = node
                        add(child)
            elif value.__class__ not in scalars:
                parents[value] = node  # type: ignore[index]
                add(value)  # type: ignore[arg-type]
    return kinds


_SCALARS = frozenset({str, int, bool, type(None)})
"""What stands in a node's fields beside nodes, once constants are left out: names, flags, the missing key of `**`."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each class of node in which other nodes may stand."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = tuple(field for field in kind._fields if field not in _PLAIN)
        return self[kind]


_FIELDS = _Fields({ast.Constant: ()})
