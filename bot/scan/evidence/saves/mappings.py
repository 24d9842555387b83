"""Is a thing called `args` or `config` a plain dict here, or an object?

A Namespace, a dataclass and most config classes take no string subscripts; a dict has no attributes of its own.
So the way the rest of its class or function reads it tells which it is. Config libraries that offer both (OmegaConf,
ml_collections, mmengine, EasyDict) are not told apart, and nothing is said where one is imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.behind import values_of
from bot.scan.evidence.ground.classes import enclosing_class
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.saves.content import CONFIG_NAME
from bot.scan.names.arguments import word_of
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_BOTH = ("omegaconf", "hydra", "ml_collections", "mmengine", "mmcv", "easydict", "addict", "munch", "yacs", "box")
_DICT_ONLY = frozenset("items keys values get pop update setdefault copy".split())
_OPTION_TYPES = frozenset("int float str bool".split())
_PATH_TYPE = re.compile(rb"type\s*=\s*(?:pathlib\s*\.\s*)?(?:Pure|Posix)?Path\b")
_MAKERS = frozenset("json.load json.loads yaml.safe_load omegaconf.OmegaConf.to_container".split())


def makes_dict(call: ast.Call, module: Module) -> bool:
    """`vars(args)`, `json.load(f)`: a dict of plain values. `asdict` keeps enums and what else a field holds."""
    name = dotted(call.func, module) or spelt(call.func)
    if name == "vars":  # of options that were parsed; of anything else it is whatever that keeps of itself
        of = call.args[0] if call.args else None
        word = getattr(of, "attr", getattr(of, "id", ""))
        return CONFIG_NAME.match(word) is not None and not _is_given_objects(word, module)
    return name in _MAKERS


def _is_given_objects(word: str, module: Module) -> bool:
    """Whether options called `word` are seen to hold what is no plain value: `type=Path`, `args.out = Path(folder)`.

    Where the file has no parser, the others of its top folder that have one are asked for paths, by their bytes.
    """
    options = _options(module)
    given = [k.value for option in options for k in option.keywords if k.arg in ("type", "default")]
    if any(_makes_an_object(value.func if isinstance(value, ast.Call) else value) for value in given):
        return True
    set_on = (n for n in module.names(word) if isinstance(module.parent(n), ast.Attribute))
    statements = (module.parent(module.above(name)) for name in set_on)
    values = (s.value for s in statements if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Attribute))
    if any(isinstance(value, ast.Call) and _makes_an_object(value.func) for value in values):
        return True
    return not options and module.project is not None and _parses_paths(module.path, module.project)


def _options(module: Module) -> list[ast.Call]:
    """Each option that a parser of the file is given."""
    return [c for c in module.of(ast.Call, "add_argument") if getattr(c.func, "attr", "") == "add_argument"]


def _makes_an_object(maker: ast.expr) -> bool:
    """`Path`, `pathlib.Path`, `Mode`, `lambda p: Path(p)`: a class by its name, or what makes one."""
    if isinstance(maker, ast.Lambda):
        return isinstance(maker.body, ast.Call) and _makes_an_object(maker.body.func)
    word = word_of(maker)
    return word[:1].isupper() and not word.isupper()


def _parses_paths(path: str, project: Project) -> bool:
    top = path.partition("/")[0]
    parsing = (p for p in project.containing(b"add_argument") if p.partition("/")[0] == top)
    return any(_PATH_TYPE.search(project.files[p]) for p in parsing)


def is_option(namespace: ast.Name, module: Module) -> bool:
    """Whether `args.x` is what a command line gave: strings, and what plain types make of them.

    Source: argparse, whose `type` is called with the string; without one it stays a string.
    """
    made = [v for v in values_of(namespace, module) if isinstance(v, ast.Call)]
    parsed = [v for v in made if isinstance(v.func, ast.Attribute) and v.func.attr == "parse_args"]
    if not made or len(parsed) != len(made):
        return False
    types = [spelt(k.value) for option in _options(module) for k in option.keywords if k.arg == "type"]
    return all(name in _OPTION_TYPES for name in types)


def name_is_dict(name: ast.Name, module: Module) -> bool:
    """Whether a local name is only ever read as a dict in its function."""
    function = module.function(name)
    return _only_subscripted((n for n in module.names(name.id) if module.function(n) is function), module)


def attribute_is_dict(attribute: ast.Attribute, module: Module) -> bool:
    """Whether `self.args` is only ever read as a dict in its class."""
    around, owner = enclosing_class(attribute, module), spelt(attribute.value)
    kin = (
        other
        for other in module.attributes(attribute.attr)
        if enclosing_class(other, module) is around and spelt(other.value) == owner
    )
    return _only_subscripted(kin, module)


def _only_subscripted(reads: Iterable[ast.expr], module: Module) -> bool:
    if uses_config_library(module):
        return False
    seen = False
    for read in reads:
        parent = module.parent(read)
        if isinstance(parent, ast.Subscript) and parent.value is read:
            seen = seen or (isinstance(parent.slice, ast.Constant) and isinstance(parent.slice.value, str))
        elif isinstance(parent, ast.Attribute):
            if parent.attr not in _DICT_ONLY:
                return False
            seen = seen or parent.attr in ("items", "get", "setdefault")
    return seen


def _at_the_top(node: ast.stmt, module: Module) -> bool:
    return isinstance(module.parent(node), ast.Module)


def uses_config_library(module: Module) -> bool:
    """Whether a config library is imported whose objects read like dicts, and are none."""
    known: bool | None = module.cache.get("evidence.offers_both")
    if known is None:
        # one made only where it is installed (`if _AVAILABLE: import omegaconf`) is not what the file is written for
        names = [a.name for node in module.of(ast.Import) for a in node.names if _at_the_top(node, module)]
        names += [node.module or "" for node in module.of(ast.ImportFrom) if _at_the_top(node, module)]
        known = module.cache["evidence.offers_both"] = any(n.split(".")[0] in _BOTH for n in names)
    return known
