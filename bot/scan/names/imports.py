"""Whose module is it? The project's own, or a library's."""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING

from bot.scan.names.module import Module
from bot.scan.names.values import ProjectModule, Qualified, Value

if TYPE_CHECKING:
    from bot.scan.project import Project

_TAKES_TORCH = re.compile(rb"^[ \t]*(?:import|from)[ \t]+torch\b((?:\.\w+)*)", re.M)
OWN_TORCH = frozenset(
    {"safetensors", "executorch", "horovod", "einops", "thinc", "ray", "flax", "numpyro", "mlflow", "wandb"}
)
"""Libraries with a module of their own called `torch`: theirs is certainly not torch itself."""


def imported_module(dotted: str, module: Module) -> Value:
    """What `import dotted as x` binds."""
    if dotted.partition(".")[0] == "torch" and not has_own_torch(module):
        return Qualified(dotted)
    found = module.project.resolve(dotted, module.path, 0) if module.project else None
    return ProjectModule(found) if found else Qualified(dotted)


def imported_name(statement: ast.ImportFrom, name: str, module: Module) -> tuple[Module, str] | Qualified:
    """What `from x import name` means: a name of a project module, or a library's."""
    source = statement.module or ""
    if not statement.level and source.partition(".")[0] == "torch" and not has_own_torch(module):
        return Qualified(whole_name(f"{source}.{name}"))
    found = module.project.resolve(source, module.path, statement.level) if module.project else None
    if found is not None:
        return found, name
    ambiguous = name == "torch" and source.partition(".")[0] not in OWN_TORCH
    return Qualified("torch" if ambiguous else f"{'.' * statement.level}{source}.{name}", ambiguous=ambiguous)


def has_own_torch(module: Module) -> bool:
    """Whether `import torch` means a module of the project: one where Python looks first, with a `load` of its own.

    A folder `torch` inside a package is none: Python does not look there. Nor is a file that imports torch itself,
    or PyTorch's own tree.
    """
    if module.project is None:
        return False
    files, folder = module.project.files, posixpath.dirname(module.path)
    roots = dict.fromkeys((*([] if f"{folder}/__init__.py" in files else [folder and f"{folder}/"]), "", "src/"))
    homes = (root + name for root in roots for name in ("torch.py", "torch/__init__.py"))
    return any(home in files and _is_own_torch(home, module.project) for home in homes)


def _is_own_torch(path: str, project: Project) -> bool:
    if path.endswith("/__init__.py") and path.replace("__init__", "serialization") in project.files:
        return False
    data, folder = project.files[path], path.removesuffix("/__init__.py")
    taken = [found[1].decode().replace(".", "/") for found in _TAKES_TORCH.finditer(data)]
    own = (f"{folder}{rest}{end}" for rest in taken for end in (".py", "/__init__.py"))
    return b"load" in data and (not taken or (all(taken) and any(path in project.files for path in own)))


def whole_name(dotted: str) -> str:
    """Modules of torch import torch: `torch.hub.torch` is torch."""
    return "torch" if dotted.startswith("torch.") and dotted.endswith(".torch") else dotted
