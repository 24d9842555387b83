"""Whether a changed file differs from the old one by nothing but switches of loaders that are now `True`.

A fix made in the run at hand is proved where it is made (`prove`). One that was stored, and travelled, is held to this
before it is used: whatever was done to it on the way, it can make a load safer and nothing else.
"""

from __future__ import annotations

import ast
import warnings

from bot.model import Unreadable
from bot.scan.text.notebook import NotebookText, same_apart_from_source
from bot.scan.text.read import read_file

SWITCHES = frozenset({"weights_only", "mmap"})


def only_switches(path: str, before: bytes, after: bytes) -> bool:
    """Both files parse to the same tree but for keywords `weights_only=True` and `mmap=True` of calls."""
    old, new = read_file(path, before), read_file(path, after)
    if isinstance(old, Unreadable) or isinstance(new, Unreadable) or old.encoding != new.encoding:
        return False
    if isinstance(old, NotebookText) and not same_apart_from_source(before, after):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trees = ast.parse(old.text), ast.parse(new.text)
        was, now = (_taken_out(tree) for tree in trees)
        same = ast.dump(trees[0]) == ast.dump(trees[1])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return same and len(was) == len(now) and all(map(_safer, was, now))


def _taken_out(tree: ast.Module) -> list[dict[str, str]]:
    """The switches of every call, taken out of the tree on the way down."""
    found = []
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.Call):
            found.append({each.arg: ast.dump(each.value) for each in node.keywords if each.arg in SWITCHES})
            node.keywords = [each for each in node.keywords if each.arg not in SWITCHES]
        left += ast.iter_child_nodes(node)
    return found


def _safer(was: dict[str, str], now: dict[str, str]) -> bool:
    """None is gone, and each is as it was or `True`."""
    return set(was) <= set(now) and all(text in (was.get(name), _TRUE) for name, text in now.items())


_TRUE = ast.dump(ast.Constant(True))
