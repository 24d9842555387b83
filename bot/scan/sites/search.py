"""The search behind `find_sites`: words, their uses, and where torch.load goes from there."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from typing import cast

from bot.model import WeightsOnly
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.parameters import is_cell
from bot.scan.names.values import LOADS, Getter, Qualified, Value, is_load
from bot.scan.names.writes import names_of_same
from bot.scan.sites.destinations import is_harmless, names_of_targets, put_into, words_set
from bot.scan.sites.disguises import looked_up_in_pieces
from bot.scan.sites.elsewhere import said_elsewhere
from bot.scan.sites.holding import (
    aliases,
    calls_load,
    defaults,
    gets_load,
    gets_other,
    goes_on,
    holds,
    is_overwritten,
    parameters_with_default,
    passes_on,
    patches_torch,
    through_partial,
)
from bot.scan.sites.partials import Partials
from bot.scan.sites.replaced import is_made_safe
from bot.scan.sites.saying import Saying, read_call, read_dict
from bot.scan.sites.site import Form, Site
from bot.scan.sites.takers import handed_on

_BY_TEXT = (
    "getattr getattr_static attrgetter methodcaller vars __dict__ __getattribute__ globals locals eval reduce "
    "locate resolve_name import_string get_method get_object"
).split()
"""Ways to look torch.load up by its name as text; followed only where that text stands in the file."""
_TEXTS = frozenset({"load", "torch.load", "torch:load", "serialization.load", "torch.serialization.load"})
_TEXT = re.compile(r"load(?<=\bload)[\"']")
_PRIVATE = ("_legacy_load", "_load")
_NAMES_ONLY = frozenset({"getattr", "vars", "globals", "locals", "eval"})
_STORES = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)
_CLIMB = 8


class Search:
    """One module's sites. `words` grows while torch.load is given new names."""

    def __init__(self, module: Module, words: Collection[str], *, used: Collection[str] | None = None) -> None:
        self.module = module
        data = module.source.data
        by_text = _BY_TEXT if _TEXT.search(module.source.text) or looked_up_in_pieces(data) else ()
        private = _PRIVATE if b"serialization" in data and b"_load" in data else ()
        renamed = aliases(module, (*words, *private))
        self.words: list[str] = [*dict.fromkeys(("load", *by_text, *private, *words, *renamed))]
        self.done = 0
        self.seen: set[ast.AST] = set()
        self.led: set[ast.AST] = set()  # those of them that are torch.load
        self.sites: dict[ast.expr, Site] = {}
        self.stored: dict[
            ast.expr, tuple[list[str], bool]
        ] = {}  # where it was stored: under which words, and whether for others
        self.reached: set[str] = set(used or ())  # words that led to a call or further on
        self.partials = Partials(module, used or ())
        self.settles = used is not None  # not where it is only asked what a module keeps for others

    def run(self) -> Iterator[Site]:
        self._follow_words()
        for constant in self.module.texts("load"):
            if isinstance(constant.value, str) and constant.value in _TEXTS:
                self._look_at_text(constant)
        self._follow_words()
        self._settle_partials()
        self._settle_stored()
        yield from self.sites.values()

    def _look_at_text(self, constant: ast.Constant) -> None:
        """`anything(torch, "load")`, `anything["load"]`: the call or item the text stands in."""
        parent = self.module.parent(constant)
        if isinstance(parent, ast.keyword):
            parent = self.module.parent(parent)
        if isinstance(parent, ast.Call | ast.Subscript):
            self._look(parent, "")
        elif isinstance(parent, ast.Dict) and constant in parent.values:
            self._look_at_target(constant, parent)

    def _look_at_target(self, constant: ast.Constant, options: ast.Dict) -> None:
        """`instantiate({"_target_": "torch.load", "f": path})`: hydra's way to say what is called with the rest."""
        key = options.keys[options.values.index(constant)]
        call = self.module.parent(options)
        if isinstance(key, ast.Constant) and key.value == "_target_" and constant.value in LOADS:
            node = call if isinstance(call, ast.Call) else options
            load = Qualified(str(constant.value))
            self._add(node, None, Form.HANDED_ON, read_dict(options, self.module), (load,))

    def _follow_words(self) -> None:
        while self.done < len(self.words):
            word = self.words[self.done]
            self.done += 1
            for name in self.module.names(word):
                if isinstance(name.ctx, ast.Load) and not gets_other(name, self.module):
                    self._look(name, word)
            for attribute in () if word in _NAMES_ONLY else self.module.attributes(word):
                if isinstance(attribute.ctx, ast.Load):
                    self._look(attribute, word)

    def _look(self, expression: ast.expr, word: str) -> None:
        """Evaluate a use of a word, then what is built on it: its item, its attribute, its call."""
        node: ast.expr = expression
        for _ in range(_CLIMB):
            if node in self.seen:
                if node in self.led:
                    self.reached.add(word)
                return
            self.seen.add(node)
            values = defaults(evaluate(node, self.module))
            if any(is_load(v) for v in values):
                if not patches_torch(node, self.module):  # torch's own name tells nothing of `reader.load = torch.load`
                    self.reached.add(word)
                    self.led.add(node)
                self._follow(node, values)
                return
            if any(through_partial(v) for v in values):
                self.reached.add(word)
                self._use_partial(node, values)
                return
            self._call_by_getter(node, values)
            parent = self.module.parent(node)
            stored = isinstance(parent, _STORES) and any(gets_load(v) for v in values)
            if (stored or any(holds(v) for v in values)) and not goes_on(parent, node):
                self.reached.add(word)
                self._flow(node, node)
            if not goes_on(parent, node):
                return
            node = cast(ast.expr, parent)

    def _follow(self, node: ast.expr, values: Iterable[Value]) -> None:
        """`node` is torch.load: a site where it is called, otherwise see where it goes."""
        parent = self.module.parent(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            if not (parent.args or parent.keywords):
                return  # a TypeError: a test asks for it
            said = read_call(parent.args, parent.keywords, self.module)
            if said.sum is not WeightsOnly.ABSENT or not is_made_safe(node, self.module):
                self._add(parent, parent, Form.CALL, said, values)
        else:
            self._flow(node, node)

    def _add(self, node: ast.expr, call: ast.Call | None, form: Form, said: Saying, values: Iterable[Value]) -> None:
        loads = [v for v in values if isinstance(v, Qualified) and is_load(v)]
        self.sites[node] = Site(
            self.module,
            node,
            self.module,
            call,
            form,
            said.sum,
            said.possible,
            said.weights_only,
            said.values,
            said.file,
            said.pickle_module,
            said.has_star,
            said.has_kwargs,
            bool(loads) and all(v.ambiguous for v in loads),
        )

    def _flow(self, node: ast.expr, origin: ast.expr) -> None:
        """torch.load, or something that holds it, stands at `node`: go where it goes."""
        parent = self.module.parent(node)
        if isinstance(parent, ast.keyword):
            parent = self.module.parent(parent)
        if goes_on(parent, node):
            self._look(node if isinstance(parent, ast.Call) else cast(ast.expr, parent), "")
        elif isinstance(parent, ast.Call):
            self._argument(node, parent, origin)
        elif isinstance(parent, _STORES) and parent.value is node:
            self._store(parent, origin)
            if isinstance(parent, ast.NamedExpr):
                self._flow(parent, origin)
        elif passes_on(parent, node) and parent not in self.seen:
            self._flow(cast(ast.expr, parent), origin)
        else:
            self._leave(node, parent, origin)

    def _leave(self, node: ast.expr, parent: ast.AST | None, origin: ast.expr) -> None:
        """Out of the expression: returned, a parameter's default, looped over, entered."""
        if isinstance(parent, ast.Return | ast.Yield | ast.YieldFrom):
            function = self.module.function(parent)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [n.id for n in ast.walk(parent) if isinstance(n, ast.Name)]
                self._remember(given if is_cell(function, self.module) else [function.name], origin, shared=True)
        elif isinstance(parent, ast.arguments):
            self._remember(parameters_with_default(parent, node), origin, shared=False)
        elif isinstance(parent, ast.ClassDef):  # `class Reader(Base, loader=torch.load)`
            self._remember([parent.name], origin, shared=True)
        elif isinstance(parent, ast.For | ast.AsyncFor | ast.comprehension) and parent.iter is node:
            self._remember(names_of_targets([parent.target]), origin, shared=False)
        elif isinstance(parent, ast.Match):
            self._remember(
                [n.name for n in ast.walk(parent) if isinstance(n, ast.MatchAs) and n.name], origin, shared=False
            )
        elif isinstance(parent, ast.withitem) and parent.optional_vars is not None:  # `with nullcontext(...) as reader`
            self._remember(names_of_targets([parent.optional_vars]), origin, shared=False)

    def _argument(self, node: ast.expr, call: ast.Call, origin: ast.expr) -> None:
        values = evaluate(call, self.module)
        if self.partials.note(values, call):
            self._use_partial(call, values)
        elif any(is_load(v) for v in values) and not isinstance(self.module.parent(call), ast.Expr):
            if call not in self.seen:
                self.seen.add(call)
                self.led.add(call)
                self._follow(call, values)
        elif any(through_partial(v) for v in values):  # `staticmethod(partial(torch.load))`
            self._use_partial(call, values)
        elif any(holds(v) for v in values):
            self._flow(call, origin)
        elif words := words_set(node, call, self.module) or put_into(call, self.module):
            # setattr(self, "reader", torch.load), readers.append(torch.load)
            self._remember(words, origin, shared=True)
        elif not is_harmless(call, self.module):
            said = handed_on(node, call, self.module)
            self._add(call, call, Form.HANDED_ON, said, evaluate(node, self.module))

    def _store(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr, origin: ast.expr) -> None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        own = [t for t in targets if not patches_torch(t, self.module)]
        shared = any(not isinstance(t, ast.Name) for t in own) or self.module.parent(origin) is not statement
        owner = self.module.parent(statement)
        if isinstance(owner, ast.ClassDef):  # others call it through the class
            self._remember([owner.name], origin, shared=True)
        self._remember(names_of_targets(own), origin, shared=shared and bool(own))

    def _remember(self, words: Iterable[str], origin: ast.expr, *, shared: bool) -> None:
        new = [*dict.fromkeys(same for word in words for same in names_of_same(word, self.module))]
        known = self.stored.get(origin)
        self.stored[origin] = ([*(known[0] if known else ()), *new], shared or bool(known and known[1]))
        self.words += [w for w in new if w not in self.words]

    def _use_partial(self, node: ast.expr, values: tuple[Value, ...]) -> None:
        """A partial of torch.load stands at `node`; a call through it may add to what it says."""
        parent = self.module.parent(node)
        if not (isinstance(parent, ast.Call) and parent.func is node):
            self._flow_partial(node)
        elif (said := self.partials.called(parent, values)) is not None:
            self._add(parent, parent, Form.CALL, said, ())

    def _flow_partial(self, node: ast.expr) -> None:
        parent = self.module.parent(node)
        if isinstance(parent, ast.keyword):
            parent = self.module.parent(parent)
        call = parent if isinstance(parent, ast.Call) else None
        if call is None or any(through_partial(v) or holds(v) for v in evaluate(call, self.module)):
            self._flow(node, node)

    def _settle_partials(self) -> None:
        words = {origin: words for origin, (words, _) in self.stored.items() if isinstance(origin, ast.Call)}
        for call, said, partial in self.partials.unsafe(words):
            self._add(call, call, Form.PARTIAL, said, (partial.function,))

    def _settle_stored(self) -> None:
        """What was stored for others to call, and is called nowhere here, is reported where it is stored."""
        for origin, (words, shared) in self.stored.items():
            if shared and not self.reached.intersection(words) and origin not in self.partials.made:
                if any(is_overwritten(word, origin, self.module) for word in words[:1]):
                    continue
                values = evaluate(origin, self.module)
                if any(is_load(v) for v in values) and not self._is_told_elsewhere(words):
                    self._add(origin, None, Form.STORED, Saying((WeightsOnly.ABSENT,)), values)

    def _is_told_elsewhere(self, words: Iterable[str]) -> bool:
        """Whether other files call it, and say True wherever they do."""
        said = {each.sum for each in said_elsewhere(words, self.module, is_load)} if self.settles else set()
        return said == {WeightsOnly.TRUE}

    def _call_by_getter(self, node: ast.expr, values: tuple[Value, ...]) -> None:
        """`methodcaller("load", path)(torch)`: the keywords stand in methodcaller's call."""
        parent = self.module.parent(node)
        told = next((v.call for v in values if isinstance(v, Getter) and calls_load(v)), None)
        if told is None or not (isinstance(parent, ast.Call) and parent.func is node and parent.args):
            return
        owners = evaluate(parent.args[0], self.module)
        if any(isinstance(v, Qualified) and v.name in ("torch", "torch.serialization") for v in owners):
            said = read_call(told.args[1:], told.keywords, self.module)
            self._add(told, told, Form.CALL, said, (Qualified("torch.load"),))
