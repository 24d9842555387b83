"""Ways a server, a proxy or a network fails, each given by method, path and which such request it strikes.

github.faults.add("POST", r"/pulls$", status=502, after=True)       # created, and then an error is answered
github.faults.add("GET", r"/files", status=429)                     # without any header
github.faults.add("*", r".*", cut=True, nth=3)                      # the connection dies in mid-body
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fake_github.wire import Answer, Request

RATE_LIMITED = {
    "data": None,
    "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for installation ID 1."}],
}


@dataclass
class Fault:
    """`after` lets the request do its work first. `change` rewrites a good answer (a cut tree, a shifted page)."""

    method: str
    path: re.Pattern[str]
    nth: int
    times: int
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False
    cut: bool = False
    change: Callable[[Request, Answer], Answer] | None = None
    act: Callable[[], None] | None = None
    seen: int = 0
    struck: int = 0

    def matches(self, request: Request) -> bool:
        if self.method not in ("*", request.method) or not self.path.search(request.path):
            return False
        self.seen += 1
        if self.seen < self.nth or self.struck >= self.times:
            return False
        self.struck += 1
        return True

    def answer(self) -> Answer:
        status = self.status or 502
        body = self.body if self.body is not None else {"message": f"Fault {status}", "documentation_url": ""}
        return Answer(status, body, dict(self.headers))


class Faults:
    """The faults in waiting."""

    def __init__(self) -> None:
        self._list: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, method: str, path: str, *, nth: int = 1, times: int = 1, **how: Any) -> Fault:
        """Strike the `nth` matching request and the `times - 1` after it."""
        fault = Fault(method, re.compile(path), nth, times, **how)
        with self._lock:
            self._list.append(fault)
        return fault

    def strike(self, request: Request) -> Fault | None:
        with self._lock:
            return next((fault for fault in self._list if fault.matches(request)), None)

    def clear(self) -> None:
        with self._lock:
            self._list.clear()

    @property
    def unstruck(self) -> list[Fault]:
        """Faults that never came to pass: a test that waits for one in vain should say so."""
        return [fault for fault in self._list if not fault.struck]
