"""Members of enumerations, which are no numbers and no strings, even where they are derived from these."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.behind import project_classes
from bot.scan.evidence.ground.classes import bases_of
from bot.scan.evidence.saves.content import Content, Stored, annotation_of
from bot.scan.names.module import Definition
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_ENUMERATES = re.compile(r"\w*(Enum|Flag)")
"""`Enum`, `IntEnum`, `StrEnum`, `IntFlag`, and a base of the project's own that is called so."""


def member_of_enum(node: ast.Attribute, project: Project) -> Stored | None:
    """`Phase.TRAIN` of a class of the project that is an enumeration and has it; its `.value` is what it stands for."""
    if not isinstance(node.value, ast.Name):
        return None
    owner = node.value.id
    named = (t for c in _enums(owner, project) for s in c.body if isinstance(s, ast.Assign) for t in s.targets)
    return _member_of(owner) if any(isinstance(t, ast.Name) and t.id == node.attr for t in named) else None


def declared_enum(name: str, function: Definition, project: Project) -> Stored | None:
    """What a parameter is that is declared as an enumeration of the project."""
    declared = annotation_of(name, function)
    word = spelt(declared).rpartition(".")[2] if declared is not None else ""
    return _member_of(word) if _enums(word, project) else None


def _enums(name: str, project: Project) -> list[ast.ClassDef]:
    found = (owner for owner, _ in project_classes(name, project)) if name[:1].isupper() else ()
    return [owner for owner in found if any(map(_ENUMERATES.fullmatch, bases_of(owner)))]


def _member_of(enum: str) -> Stored:
    return Stored(Content.OBJECT, f"a member of {enum}, an enumeration", (enum,))
