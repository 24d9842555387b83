"""A safe load whose failure leads to an unsafe one, the pattern of the Stanza 1.12 advisory, in each of its shapes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.model import WeightsOnly
from bot.scan.evidence.human import OLD_TORCH, names_caught
from bot.scan.names.arguments import word_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Function, Parameter, Partial, Qualified, Value
from bot.scan.sites.holding import through_partial
from bot.scan.sites.saying import read_call, read_partial
from bot.scan.sites.site import Site, sites_of

_UNSAFE = frozenset({WeightsOnly.FALSE, WeightsOnly.NONE})
# What a missing file or library raises; the bytes of a checkpoint do not choose it.
_NOT_THE_FILE = frozenset({"FileNotFoundError", "ImportError", "ModuleNotFoundError", "KeyboardInterrupt"})
_UNPICKLES = frozenset(
    """pickle.load pickle.loads dill.load dill.loads cloudpickle.load cloudpickle.loads joblib.load pandas.read_pickle
    """.split()
)
"""What runs the code a pickle asks for, as torch.load(weights_only=False) does."""
_MODE = re.compile("[rbt+]{1,3}")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LEAVES = (ast.Return, ast.Raise, ast.Break)


@dataclass(frozen=True, slots=True)
class Load:
    """A load as seen from one place: `node` is what stands there, torch.load or a call of a helper that loads."""

    node: ast.expr
    says: frozenset[WeightsOnly]
    file: str
    helper: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A block that may fail, what is caught, and the statements that run then."""

    body: Sequence[ast.stmt]
    caught: frozenset[str]
    then: Sequence[ast.stmt]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Fallback:
    """`unsafe` runs when `safe` fails. `gated` when something besides the failure has to be true as well."""

    safe: Load
    unsafe: Load
    old_torch: bool
    gated: bool = False


def find_fallbacks(module: Module) -> tuple[Fallback, ...]:
    """Every pair of one module, by position; those for torch below 1.13 (`except TypeError`) are marked."""
    found = [pair for attempt in _attempts(module) for pair in _pairs(attempt, module)]
    found += (*_retries(module), *_in_turn(module))
    unique = {id(pair.unsafe.node): pair for pair in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda p: (p.unsafe.node.lineno, p.unsafe.node.col_offset)))


def is_for_old_torch(call: ast.Call, module: Module) -> bool:
    """Whether `call` is the branch for a torch without the keyword: writing it there would undo the branch."""
    if all(name not in module.source.text for name in OLD_TORCH):
        return False
    return any(pair.old_torch and pair.unsafe.node is call for pair in _remembered(module))


def _remembered(module: Module) -> tuple[Fallback, ...]:
    if "fallbacks" not in module.cache:
        module.cache["fallbacks"] = find_fallbacks(module)
    found: tuple[Fallback, ...] = module.cache["fallbacks"]
    return found


def _attempts(module: Module) -> Iterator[Attempt]:
    tries: list[ast.Try | ast.TryStar] = [*module.of(ast.Try), *module.of(ast.TryStar)]
    withs: list[ast.With | ast.AsyncWith] = [*module.of(ast.With), *module.of(ast.AsyncWith)]
    for node in tries:
        for handler in node.handlers:
            caught = names_caught(handler.type)
            yield Attempt(node.body, caught, handler.body, handler.name or "")
            if not _leaves(handler.body):
                yield Attempt(node.body, caught, _after(node, module, [*node.body, *handler.body]), handler.name or "")
    for block in withs:
        for item in block.items:
            call = item.context_expr
            then = _after(block, module, block.body) if isinstance(call, ast.Call) else []
            if isinstance(call, ast.Call) and then and _is_suppress(call, module):
                caught = frozenset(name for argument in call.args for name in names_caught(argument))
                yield Attempt(block.body, caught, then)


def _is_suppress(call: ast.Call, module: Module) -> bool:
    values = evaluate(call.func, module)
    return any(isinstance(value, Qualified) and value.name == "contextlib.suppress" for value in values)


def _after(node: ast.stmt, module: Module, tried: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements that run after a failure was swallowed and would not have run, or not the same way, without it."""
    parent = module.parent(node)
    block = next((b for b in _blocks(parent) if node in b), [])
    rest = block[block.index(node) + 1 :] if block else []
    if _leaves(tried[:1]) or any(isinstance(s, _LEAVES) for s in tried):
        return rest
    written = {n.id for s in tried for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    asking = [
        s
        for s in rest
        if isinstance(s, ast.If) and written & {n.id for n in ast.walk(s.test) if isinstance(n, ast.Name)}
    ]
    return [inner for statement in asking for inner in (*statement.body, *statement.orelse)]


def _blocks(parent: ast.AST | None) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list):
            yield block


def _leaves(block: Sequence[ast.stmt]) -> bool:
    return any(isinstance(statement, _LEAVES) for statement in block)


def _pairs(attempt: Attempt, module: Module) -> Iterator[Fallback]:
    if (attempt.caught and attempt.caught <= _NOT_THE_FILE) or not attempt.then:
        return
    tried = _loads(attempt.body, module)
    safe = [load for load in tried if load.says == {WeightsOnly.TRUE}]
    unsaid = [load for load in tried if load.says == {WeightsOnly.ABSENT}]
    if not (safe or unsaid):
        return
    for load in _loads(attempt.then, module):
        explicit = bool(load.says & _UNSAFE)
        if load.helper in _UNPICKLES and not _names_the_file(safe, attempt.then):
            continue
        first = next((s for s in (*safe, *(unsaid if explicit else ())) if _same_file(s, load)), None)
        if first and (explicit or WeightsOnly.ABSENT in load.says):
            old = bool(attempt.caught) and attempt.caught <= OLD_TORCH and not explicit
            yield Fallback(first, load, old, _is_gated(load.node, attempt, module))


def _names_the_file(safe: Sequence[Load], then: Sequence[ast.stmt]) -> bool:
    """Whether the file that the safe load is given is named where something else unpickles."""
    asked = {n.id for load in safe if isinstance(load.node, ast.Call) for a in load.node.args[:1] for n in _names(a)}
    return any(name.id in asked for statement in then for name in _names(statement))


def _names(node: ast.AST) -> Iterator[ast.Name]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Name))


def _same_file(first: Load, second: Load) -> bool:
    return not first.file or not second.file or first.file == second.file


def _is_gated(node: ast.AST, attempt: Attempt, module: Module) -> bool:
    """Whether a condition that does not look at the error stands between the failure and the load."""
    current = module.parent(node)
    while current is not None and current not in attempt.then:
        if isinstance(current, ast.If) and not _mentions(current.test, attempt.error):
            return True
        current = module.parent(current)
    return isinstance(current, ast.If) and not _mentions(current.test, attempt.error)


def _mentions(test: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(test))


def _loads(block: Sequence[ast.stmt], module: Module) -> list[Load]:
    """What a block loads itself or through a helper, leaving out functions it only defines."""
    sites = {id(site.node): site for site in sites_of(module)}
    found = []
    for call in _run_here(block):
        site = sites.get(id(call))
        if site is not None:
            file = ast.dump(_opened(site.file, module)) if site.file is not None else ""
            found.append(Load(site.node, _by_default(site), file))
        elif isinstance(call, ast.Call):
            found += _helped(call, module)
    return found


def _opened(file: ast.expr, module: Module) -> ast.expr:
    """The path behind `with open(path, "rb") as file`, `with path.open("rb") as file`; what is no such name stands for
    itself.
    """
    function = module.function(file)
    for item in module.of(ast.withitem) if isinstance(file, ast.Name) else ():
        opened = item.context_expr
        if word_of(item.optional_vars or file) != word_of(file) or module.function(opened) is not function:
            continue
        if item.optional_vars is not None and isinstance(opened, ast.Call) and word_of(opened.func) == "open":
            paths = [a for a in opened.args[:1] if not (isinstance(a, ast.Constant) and _MODE.fullmatch(str(a.value)))]
            return paths[0] if paths else getattr(opened.func, "value", file)
    return file


def _run_here(block: Iterable[ast.AST]) -> Iterator[ast.expr]:
    waiting = [statement for statement in block if not isinstance(statement, _DEFINITIONS)]
    for node in waiting:  # grows while it is read
        if isinstance(node, ast.expr) and not isinstance(node, ast.Lambda):
            yield node
        waiting += (child for child in ast.iter_child_nodes(node) if not isinstance(child, _DEFINITIONS))


def _helped(call: ast.Call, module: Module) -> Iterator[Load]:
    for value in evaluate(call.func, module):
        if isinstance(value, Partial) and through_partial(value):
            said = read_call(call.args, call.keywords, module, under=read_partial(value))
            yield Load(call, frozenset(said.possible), "", word_of(call.func))
        if isinstance(value, Qualified) and value.name in _UNPICKLES:
            yield Load(call, frozenset({WeightsOnly.FALSE}), "", value.name)
        if not isinstance(value, Function):
            continue
        name = word_of(call.func) if isinstance(value.node, ast.Lambda) else value.node.name
        for site in sites_of(value.module):
            if value.module.function(site.node) is value.node:
                yield Load(call, _as_called(site, value, call, module), "", name)


def _as_called(site: Site, function: Function, call: ast.Call, module: Module) -> frozenset[WeightsOnly]:
    """What the helper's load says when it is called so: a parameter becomes the argument."""
    passed = next((v for v in site.values if isinstance(v, Parameter) and v.function is function.node), None)
    if passed is None:
        return frozenset(site.possible)
    given = next((k.value for k in call.keywords if k.arg == passed.name), None)
    arguments = function.node.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    shift = names[:1] in (["self"], ["cls"])
    place = names.index(passed.name) - shift if passed.name in names else -1
    if given is None and 0 <= place < len(call.args):
        given = call.args[place]
    return _words(passed.default if given is None else evaluate(given, module))


def _words(values: Iterable[Value]) -> frozenset[WeightsOnly]:
    constants = [v.value for v in values if isinstance(v, Constant)]
    return frozenset(WeightsOnly.TRUE if value else WeightsOnly.FALSE for value in constants)


def _by_default(site: Site) -> frozenset[WeightsOnly]:
    """What a load says; for a parameter that has a default, the default."""
    defaults = [v for each in site.values if isinstance(each, Parameter) for v in each.default]
    return _words(defaults) if defaults else frozenset(site.possible)


def _retries(module: Module) -> Iterator[Fallback]:
    """`for safe in (True, False): try: torch.load(path, weights_only=safe)`: one call, tried again with the other."""
    for site in sites_of(module):
        if not ({WeightsOnly.TRUE} < set(site.possible) and _UNSAFE & set(site.possible)):
            continue
        swallowed = looped = False
        for node, outer in module.around(site.node, *_DEFINITIONS):
            if isinstance(outer, ast.Try | ast.TryStar) and node in outer.body:
                swallowed = swallowed or any(not _leaves(h.body) for h in outer.handlers)
            looped = looped or (swallowed and isinstance(outer, ast.For | ast.AsyncFor | ast.While))
        if looped:
            load = Load(site.node, frozenset(site.possible), "")
            yield Fallback(load, load, old_torch=False)


def _in_turn(module: Module) -> Iterator[Fallback]:
    """`for read in (strict, loose): try: return read(path)`: readers that are tried until one does not fail."""
    tries: list[ast.Try | ast.TryStar] = [*module.of(ast.Try), *module.of(ast.TryStar)]
    for node in tries:
        loops = [o for _, o in module.around(node, *_DEFINITIONS) if isinstance(o, ast.For | ast.AsyncFor)]
        if not loops or not any(_goes_on(handler) for handler in node.handlers):
            continue
        readers = {name.id for loop in loops for name in _names(loop.target)}
        for call in _run_here(node.body):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in readers:
                loads = list(_helped(call, module))
                safe = next((n for n, load in enumerate(loads) if load.says == {WeightsOnly.TRUE}), len(loads))
                unsafe = [load for load in loads[safe:] if load.says & {*_UNSAFE, WeightsOnly.ABSENT}]
                yield from (Fallback(loads[safe], load, old_torch=False) for load in unsafe[:1])


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Whether what follows a failure that the file can choose is the next round."""
    caught = names_caught(handler.type)
    return not _leaves(handler.body) and not (caught and caught <= _NOT_THE_FILE)
