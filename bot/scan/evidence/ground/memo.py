"""What the evidence worked out once for a project, kept as long as the project lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from bot.scan.project import Project

_T = TypeVar("_T")
_KNOWN: WeakKeyDictionary[Project, dict[object, Any]] = WeakKeyDictionary()


def remember(project: Project, key: object, make: Callable[[], _T]) -> _T:
    """The value under `key` for this project, made on the first call."""
    known = _KNOWN.setdefault(project, {})
    if key not in known:
        known[key] = make()
    value: _T = known[key]
    return value
