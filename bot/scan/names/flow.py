"""Which bindings of a name reach a use: straight-line code in order, branches as a union, never a file-wide table.

A walk backwards over statements, from the use to the start of its scope. A statement that surely binds the name ends
the walk; one that may bind it adds to what was found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from bot.scan.names.module import Module, Scope
from bot.scan.names.scopes import Binding, Kind

_STOPS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_TRIES = (ast.Try, ast.TryStar)


class Flow:
    """The bindings of one name in one scope, and the statements they stand in."""

    def __init__(self, module: Module, scope: Scope, found: Sequence[Binding]) -> None:
        self.module, self.scope = module, scope
        self.parameters = [b for b in found if b.kind is Kind.PARAMETER]
        self.remote = [b for b in found if b.remote]
        self.local = [b for b in found if not b.remote and b.kind is not Kind.PARAMETER]
        self.above: dict[ast.AST, list[Binding]] = {}
        for binding in self.local:
            node: ast.AST | None = binding.node
            while node is not None and node is not scope:
                self.above.setdefault(node, []).append(binding)
                node = module.parent(node)

    def before(self, use: ast.AST) -> list[Binding]:
        """What the name can be bound to when `use`, which runs in the scope itself, is evaluated."""
        found, _ = self._before(use)
        return self._with_remote(found)

    def after(self, definition: ast.AST) -> list[Binding]:
        """What the name can be bound to once the code around `definition` has run: a function is called later."""
        found: list[Binding] = []
        for block, index in reversed(self._rest(definition)):
            if self._block(block[index + 1 :], found):
                return self._with_remote(found)
        earlier, _ = self._before(definition, itself=True)
        return self._with_remote(_merge(found, earlier))

    def end(self) -> list[Binding]:
        """What the name can be bound to when the scope's own code has run to its end."""
        found: list[Binding] = []
        if not self._block(getattr(self.scope, "body", ()), found):
            found = _merge(found, self.parameters)
        return self._with_remote(found)

    def _with_remote(self, found: list[Binding]) -> list[Binding]:
        return _merge(found, self.remote)

    def _rest(self, node: ast.AST) -> list[tuple[list[ast.stmt], int]]:
        """The blocks around `node`, innermost first, as far as control leaves one into the next."""
        rest: list[tuple[list[ast.stmt], int]] = []
        child: ast.AST = node
        while child is not self.scope:
            parent = self.module.above(child)
            block = _block_with(parent, child)
            if block is not None:
                index = block.index(child)  # type: ignore[arg-type]
                rest.append((block, index))
                if _stops(block[index + 1 :]):
                    break
            child = parent
        return rest

    def _before(self, use: ast.AST, *, itself: bool = False) -> tuple[list[Binding], bool]:
        found: list[Binding] = []
        child: ast.AST = use
        if itself and child in self.above and self._statement(child, found):
            return found, True
        while child is not self.scope:
            parent = self.module.above(child)
            if self._climb(child, parent, found):
                return found, True
            child = parent
        return _merge(found, self.parameters), bool(self.parameters)

    def _climb(self, child: ast.AST, parent: ast.AST, found: list[Binding]) -> bool:
        """Add what is bound between the start of `parent` and `child`; true when that is sure to have happened."""
        block = _block_with(parent, child)
        if block is None:
            return self._expression(child, parent, found)
        if self._block(block[: block.index(child)], found):  # type: ignore[arg-type]
            return True
        if isinstance(parent, _LOOPS) and block is parent.body:
            self._may(block, found)
        return self._head(parent, block, found)

    def _head(self, parent: ast.AST, block: list[ast.stmt], found: list[Binding]) -> bool:
        """What a compound statement binds before it enters `block`."""
        if isinstance(parent, ast.For | ast.AsyncFor):
            if block is not parent.body:
                self._may(parent.body, found)
            return self._parts([parent.target, parent.iter], found) and block is parent.body
        if isinstance(parent, ast.If | ast.While):
            return self._parts([parent.test], found)
        if isinstance(parent, ast.With | ast.AsyncWith):
            return self._parts(parent.items, found)
        if isinstance(parent, ast.match_case):
            return self._parts([parent.pattern, *([parent.guard] if parent.guard else [])], found)
        if isinstance(parent, ast.ExceptHandler):
            return any(b.node is parent for b in self._take([parent], found, direct=True))
        if isinstance(parent, _TRIES):
            return self._before_part_of_try(parent, block, found)
        return False

    def _before_part_of_try(self, parent: ast.Try | ast.TryStar, block: list[ast.stmt], found: list[Binding]) -> bool:
        if block is parent.orelse:
            return self._block(parent.body, found)
        if block is parent.finalbody:
            self._may([*parent.body, *parent.handlers, *parent.orelse], found)
        return False

    def _expression(self, child: ast.AST, parent: ast.AST, found: list[Binding]) -> bool:
        if isinstance(child, ast.ExceptHandler) and isinstance(parent, _TRIES):
            self._may(parent.body, found)
            return False
        if parent in self.above and isinstance(parent, ast.expr | ast.keyword):
            # a walrus to the left in the same expression has run; one in a sibling to the right has not
            left = [
                b for b in self.above[parent] if b not in self.above.get(child, ()) and _starts_before(b.node, child)
            ]
            found.extend(b for b in left if b not in found)
            return bool(left)
        return False

    def _block(self, block: Sequence[ast.AST], found: list[Binding]) -> bool:
        return any(node in self.above and self._statement(node, found) for node in reversed(block))

    def _statement(self, node: ast.AST, found: list[Binding]) -> bool:
        """Add what `node` binds; true when it surely does, whichever way it goes."""
        if isinstance(node, ast.If):
            return self._branches([node.body, node.orelse], found) or self._parts([node.test], found)
        if isinstance(node, _LOOPS):
            self._may([node], found)
            return False
        if isinstance(node, ast.With | ast.AsyncWith):
            return self._block(node.body, found) or self._parts(node.items, found)
        if isinstance(node, _TRIES):
            return self._try(node, found)
        if isinstance(node, ast.Match):
            self._may([node], found)
            return False
        return bool(self._take([node], found))

    def _try(self, node: ast.Try | ast.TryStar, found: list[Binding]) -> bool:
        if self._block(node.finalbody, found):
            return True
        normal = [*node.body, *node.orelse]
        handlers = [h.body for h in node.handlers if not _stops(h.body)]
        sure = self._branches([normal, *handlers], found)
        if not sure and handlers:
            self._may(node.body, found)  # the handler may start after the body has bound the name
        return sure

    def _branches(self, blocks: Iterable[list[ast.stmt]], found: list[Binding]) -> bool:
        """A branch that leaves by return or raise brings nothing; all others must bind for the whole to be sure."""
        flowing = [block for block in blocks if not _stops(block)]
        sure = [self._block(block, found) for block in flowing]  # every branch is asked, sure or not
        return bool(sure) and all(sure)

    def _parts(self, parts: Iterable[ast.AST], found: list[Binding]) -> bool:
        return bool(self._take(parts, found))

    def _may(self, nodes: Iterable[ast.AST], found: list[Binding]) -> None:
        self._take(nodes, found)

    def _take(self, nodes: Iterable[ast.AST], found: list[Binding], *, direct: bool = False) -> list[Binding]:
        taken = [b for node in nodes for b in self.above.get(node, ()) if not direct or b.node is node]
        found.extend(b for b in taken if b not in found)
        return taken


def _merge(first: Iterable[Binding], second: Iterable[Binding]) -> list[Binding]:
    return list(dict.fromkeys((*first, *second)))


def _block_with(parent: ast.AST, child: ast.AST) -> list[ast.stmt] | None:
    if not isinstance(child, ast.stmt):
        return None
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and child in block:
            return block
    return None


def _stops(block: Sequence[ast.AST]) -> bool:
    """Whether control surely leaves the block before its end."""
    for node in block:
        if isinstance(node, _STOPS):
            return True
        if isinstance(node, ast.If) and node.orelse and _stops(node.body) and _stops(node.orelse):
            return True
        if isinstance(node, ast.With | ast.AsyncWith) and _stops(node.body):
            return True
    return False


def _starts_before(node: ast.AST, other: ast.AST) -> bool:
    here = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    return here < (getattr(other, "lineno", 0), getattr(other, "col_offset", 0))
