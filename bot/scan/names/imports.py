"""Whose module is it? The project's own, or a library's."""

from __future__ import annotations

import ast

from bot.scan.names.module import Module
from bot.scan.names.values import ProjectModule, Qualified, Value

OWN_TORCH = frozenset(
    {"safetensors", "executorch", "horovod", "einops", "thinc", "ray", "flax", "numpyro", "mlflow", "wandb"}
)
"""Libraries with a module of their own called `torch`: theirs is certainly not torch itself."""


def imported_module(dotted: str, module: Module) -> Value:
    """What `import dotted as x` binds."""
    if (
        dotted.partition(".")[0] == "torch"
    ):  # a folder of the project that is called torch is PyTorch, or beside the point
        return Qualified(dotted)
    found = module.project.resolve(dotted, module.path, 0) if module.project else None
    return ProjectModule(found) if found else Qualified(dotted)


def imported_name(statement: ast.ImportFrom, name: str, module: Module) -> tuple[Module, str] | Qualified:
    """What `from x import name` means: a name of a project module, or a library's."""
    source = statement.module or ""
    if not statement.level and source.partition(".")[0] == "torch":
        return Qualified(whole_name(f"{source}.{name}"))
    found = module.project.resolve(source, module.path, statement.level) if module.project else None
    if found is not None:
        return found, name
    ambiguous = name == "torch" and source.partition(".")[0] not in OWN_TORCH
    return Qualified("torch" if ambiguous else f"{'.' * statement.level}{source}.{name}", ambiguous=ambiguous)


def whole_name(dotted: str) -> str:
    """Modules of torch import torch: `torch.hub.torch` is torch."""
    return "torch" if dotted.startswith("torch.") and dotted.endswith(".torch") else dotted
