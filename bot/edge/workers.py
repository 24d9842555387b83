"""Work over many files in forked children: as fast as there are cores, and a child that dies takes one file with it.

A parser can be brought to its end by one hostile file (stack, memory, time). The child that reads it dies alone; the
files after it go to another. Children are forks: what the parent has read they have, and only results are sent.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import signal
import struct
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

BATCH = 24
"""Items handed over at once, at most: a message for each would cost more than most files do."""

_LENGTH = struct.Struct("<I")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Died:
    """What became of the child that had an item: `reason` is a clause such as "was ended by signal 11"."""

    reason: str


@dataclass(slots=True, eq=False)
class _Child:
    """`left` are the items it was given and has not answered; `since` when it began with the first of them."""

    pid: int
    orders: int
    results: int
    left: deque[int] = field(default_factory=deque)
    since: float = 0.0
    received: bytearray = field(default_factory=bytearray)


def cores() -> int:
    """How many children are worth having: the cores this process may use, eight at most."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, 8))


def can_fork() -> bool:
    return hasattr(os, "fork")


Heard = Callable[[int, int], None]
"""Told how many items are done, and of how many."""


def map_forked(  # noqa: PLR0913 - how many, for how long, and who is to hear of it
    work: Callable[[T], R],
    items: Sequence[T],
    *,
    jobs: int,
    seconds: float,
    heard: Heard | None = None,
    meanwhile: Iterable[None] = (),
) -> list[R | Died]:
    """`work` of every item, in order. An item that takes longer than `seconds`, or ends its child, is a `Died`.

    `meanwhile` is the parent's own work, done step by step while it would wait, and to its end in any case.
    """
    return _Herd(work, items, jobs, seconds).run(heard, meanwhile)


class _Herd:
    def __init__(self, work: Callable[[Any], Any], items: Sequence[Any], jobs: int, seconds: float) -> None:
        self.work, self.items, self.jobs, self.seconds = work, items, jobs, seconds
        self.results: list[Any] = [None] * len(items)
        self.waiting = deque(range(len(items)))
        self.children: list[_Child] = []

    def run(self, heard: Heard | None, meanwhile: Iterable[None]) -> list[Any]:
        steps, busy = iter(meanwhile), meanwhile != ()
        gc.freeze()  # what exists by now is never collected in a child, so its pages stay shared
        try:
            while self.waiting or any(child.left for child in self.children):
                self._hand_out(rounds=2 if busy else 4)
                busy = next(steps, False) is None
                self._listen(patient=not busy)
                if heard is not None:
                    left = len(self.waiting) + sum(len(child.left) for child in self.children)
                    heard(len(self.items) - left, len(self.items))
        finally:
            gc.unfreeze()
            for child in self.children:
                _let_go(child, kill=bool(child.left))
            for child in self.children:  # each gives back its memory while the others do
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(child.pid, 0)
        for _ in steps:
            pass
        return self.results

    def _hand_out(self, *, rounds: int) -> None:
        """What is waiting, to be done in about so many rounds: fewer while nobody looks up to hand out the next."""
        while self.waiting and len(self.children) < self.jobs:
            self.children.append(self._fork())
        for child in self.children:
            if not child.left and self.waiting:
                # fewer towards the end, so that no child is left with a long batch when the others are done
                share = min(BATCH, 1 + len(self.waiting) // (rounds * self.jobs))
                child.left.extend(self.waiting.popleft() for _ in range(share))
                child.since = time.monotonic()
                with contextlib.suppress(BrokenPipeError):  # it has died; its results end, and that is noticed
                    os.write(child.orders, struct.pack(f"<{BATCH}i", *child.left, *[-1] * (BATCH - len(child.left))))

    def _listen(self, *, patient: bool) -> None:
        """Take what there is of results; with patience wait for some."""
        busy = {child.results: child for child in self.children if child.left}
        soonest = min(child.since for child in busy.values()) + self.seconds
        ready, _, _ = select.select(list(busy), [], [], max(soonest - time.monotonic(), 0) if patient else 0)
        for descriptor in ready:
            child = busy[descriptor]
            piece = os.read(descriptor, _PIECE)
            if piece:
                self._take(child, piece)
            else:
                self._bury(child, _how_it_ended(os.waitpid(child.pid, 0)[1]))
        for child in busy.values():
            if child in self.children and child.left and time.monotonic() - child.since > self.seconds:
                os.kill(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)
                self._bury(child, f"took longer than {self.seconds:g} s")

    def _take(self, child: _Child, piece: bytes) -> None:
        child.received += piece
        while len(child.received) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(child.received)
            end = _LENGTH.size + length
            if len(child.received) < end:
                return
            # Our own fork wrote this, from our own types: no foreign bytes are ever unpickled here.
            self.results[child.left.popleft()] = pickle.loads(child.received[_LENGTH.size : end])  # noqa: S301
            child.since = time.monotonic()
            del child.received[:end]

    def _bury(self, child: _Child, reason: str) -> None:
        """The first unanswered item is what ended it; the others go to the next child."""
        self.children.remove(child)
        if child.left:
            self.results[child.left.popleft()] = Died(reason)
            self.waiting.extendleft(reversed(child.left))
        os.close(child.orders)
        os.close(child.results)

    def _fork(self) -> _Child:
        order_end, orders = os.pipe()
        results, result_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                for other in self.children:
                    os.close(other.orders)
                    os.close(other.results)
                os.close(orders)
                os.close(results)
                self._serve(order_end, result_end)
                code = 0
            finally:
                os._exit(code)  # no handlers, no buffers: those are the parent's
        os.close(order_end)
        os.close(result_end)
        return _Child(pid, orders, results)

    def _serve(self, orders: int, results: int) -> None:
        """The child's whole life: batches in, results out, until the parent closes."""
        while order := os.read(orders, 4 * BATCH):
            for index in struct.unpack(f"<{BATCH}i", order):
                if index >= 0:
                    answer = pickle.dumps(self._one(self.items[index]), pickle.HIGHEST_PROTOCOL)
                    _write_all(results, _LENGTH.pack(len(answer)) + answer)

    def _one(self, item: Any) -> Any:
        try:
            return self.work(item)
        except Exception as trouble:  # one item's trouble is a value, whatever it is; the parent says so
            last = traceback.extract_tb(trouble.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno}"
            return Died(f"met a mistake of loadguard's own: {type(trouble).__name__} at {place}")


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _let_go(child: _Child, *, kill: bool) -> None:
    """A child ends when nobody gives it orders; `kill` is for one that is busy."""
    os.close(child.orders)
    os.close(child.results)
    if kill:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)


def _how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return f"was ended by signal {-code}"
    return f"ended with exit code {code}"
