"""One request to GitHub's API as we mean it, and the small readings of what came back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Spare = Mapping[str, frozenset[str]]
"""Fields of a GraphQL answer, dotted, and the types of errors for which each may be missing."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `standing` reads back what a POST may have made; `graphql` marks a query or a mutation, of which
    the fields in `spare` may be missing for the errors named there.
    """

    method: str
    address: str
    body: Any = None
    query: Mapping[str, Any] | None = None
    needs: str = ""
    notifies: bool = False
    repeatable: bool = True
    standing: Callable[[], Any] | None = None
    graphql: bool = False
    elsewhere: bool = False
    spare: Spare = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return bool(self.needs)

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


def spared(error: Mapping[str, Any], spare: Spare) -> bool:
    """Whether the error lies in or below a field that may be missing for it."""
    path = f"{'.'.join(map(str, error.get('path') or ()))}."
    return any(error.get("type") in types and path.startswith(f"{name}.") for name, types in spare.items())


def innermost(error: BaseException) -> str:
    """Why a connection failed, without the wrappers of requests and urllib3, which say it three times over."""
    for _ in range(10):
        told = (getattr(error, "reason", None), *error.args[:1], error.__context__)
        inside = next((each for each in told if isinstance(each, BaseException)), None)
        if inside is None:
            break
        error = inside
    return getattr(error, "strerror", None) or str(error)


def parsed(text: str) -> tuple[Any, bool]:
    """The body, and whether it was whole JSON: a proxy answers in HTML, a cut connection with half of it."""
    try:
        return (json.loads(text) if text else None), True
    except ValueError:
        return {"message": text[:200]}, False
