"""The nodes of a syntax tree by class, by name and by parent, a part of the file at a time.

To go through all nodes of a file takes half as long as to parse it, and most parts of a long file are never asked for:
only those are gone through that hold a word which somebody looks for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from bot.scan.names.parts import CALLED, Kinds, Part, divided, walk

_Node = TypeVar("_Node", bound=ast.AST)


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
        self._parts = [*divided(tree, lines)]
        self._home: dict[ast.AST, Part] = {root: part for part in self._parts for root in part.roots}
        self._parents: dict[ast.AST, ast.AST] = {root: part.parent for root, part in self._home.items()}
        self._holding: dict[str, list[Part]] = {}
        self._binding: dict[str, list[Part]] = {}
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

    def binding(self, word: str) -> list[ast.AST]:
        """Whatever but imports can bind `word`, in no order: names that are written or deleted, definitions, arguments,
        handlers and patterns.
        """
        return [node for part in self._binders(word) for node in part.binders.get(word, ())]

    def written(self, word: str) -> list[ast.Name]:
        """Every writing and deletion of the name `word`, in no order."""
        return [node for node in self.binding(word) if isinstance(node, ast.Name)]

    def bound(self, kind: type[_Node], word: str) -> Sequence[_Node]:
        """All definitions, arguments, handlers or patterns (whichever `kind` is) that are called `word`."""
        found = ([n for n in part.binders.get(word, ()) if n.__class__ is kind] for part in self._binders(word))
        return self._merged(found)

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

    def around(self, node: ast.AST, *until: type[ast.AST]) -> Iterator[tuple[ast.AST, ast.AST]]:
        """What `node` stands in, from inside out: each pair is a node and its parent. It ends before a parent of one of
        the classes `until`.
        """
        child, parent = node, self.parent(node)
        while parent is not None and not isinstance(parent, until):
            yield child, parent
            child, parent = parent, self.parent(parent)

    def adopt(self, node: ast.AST, parent: ast.AST) -> None:
        """A node that is put below `parent` for a while, until `drop`: it is known by its parent alone."""
        self._parents[node] = parent

    def drop(self, node: ast.AST) -> None:
        del self._parents[node]

    def _with(self, word: str) -> list[Part]:
        if word not in self._holding:
            self._holding[word] = [p for p in self._parts if word and word in p.plain]
        return self._holding[word]

    def _binders(self, word: str) -> list[Part]:
        """The parts in which `word` may be bound: nothing is where a dot follows, but by `import a.b`."""
        if word not in self._binding:
            dotted = f"{word}."
            parts = [p for p in self._with(word) if p.plain.count(word) > p.plain.count(dotted)]
            for part in parts:
                self._read(part)
            self._binding[word] = parts
        return self._binding[word]

    def _beginning(self, keyword: str) -> list[Part]:
        return [part for part in self._parts if keyword in part.text and _begins(keyword, part.text)]

    def _called(self, kind: type[_Node], word: str, parts: Iterable[Part]) -> Sequence[_Node]:
        return self._merged(self._by_name(part, kind).get(word, ()) for part in parts)

    def _by_name(self, part: Part, kind: type[ast.AST]) -> dict[str, list[Any]]:
        known = part.named.get(kind)
        if known is None:
            known = part.named[kind] = {}
            field = CALLED.get(kind, "name")
            for node in self._read(part).get(kind, ()):
                known.setdefault(getattr(node, field), []).append(node)
        return known

    def _read(self, part: Part) -> Kinds:
        if part.kinds is None:
            part.kinds = walk(part.roots, self._parents)
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
    begun = re.escape(word[0]) + "".join(f"(?:{re.escape(letter)}" for letter in word[1:-1]) + ")?" * (len(word) - 2)
    return re.compile(rf"""{begun}["']+(?:\s|\\|#[^\n]*)*[bfruBFRU]*["']""")
