"""Jobs in forked children, a child each: what ends one of them ends nothing else, and its memory goes with it.

`bot.edge.workers` goes through many small items with few children; here each item is a whole repository, so a fork for
each costs nothing beside it and keeps memory flat whatever came before. The parent has one thread and no lock a child
could inherit. A child is the head of a process group of its own: everything it started ends with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.edge.workers import Died

_PIECE = 1 << 20
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


@dataclass(frozen=True, slots=True)
class Done:
    """`answer` is what the job returned; `key` is the caller's own."""

    key: str
    answer: bytes | Died


@dataclass(slots=True, eq=False)
class _Child:
    key: str
    pid: int
    results: int
    until: float
    received: bytearray = field(default_factory=bytearray)


class Crew:
    """At most as many children as the caller starts. `seconds` is the wall time of one, `most` the bytes of an answer,
    `memory` the bytes of address space a child may have (0: as many as there are).
    """

    def __init__(self, *, seconds: float, most: int, memory: int = 0) -> None:
        self.seconds, self.most, self.memory = seconds, most, memory
        self._children: list[_Child] = []

    def __len__(self) -> int:
        return len(self._children)

    def __enter__(self) -> Crew:
        gc.freeze()  # what exists by now is never collected in a child, so its pages stay shared
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever ended the work, nobody is left behind."""
        gc.unfreeze()
        for child in self._children:
            _kill(child)
        self._children.clear()

    def start(self, key: str, job: Callable[[], bytes]) -> None:
        """Fork a child that does the job; its answer comes out of `wait`."""
        results, result_end = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                for each in self._children:
                    os.close(each.results)
                os.close(results)
                _settle(parent, self.memory)
                _answer(job, result_end)
                code = 0
            finally:
                os._exit(code)  # no handlers, no buffers: those are the parent's
        os.close(result_end)
        with contextlib.suppress(OSError):  # it has done so itself, or is gone
            os.setpgid(pid, pid)
        self._children.append(_Child(key, pid, results, time.monotonic() + self.seconds))

    def wait(self, seconds: float | None = None) -> list[Done]:
        """Those that have ended, as soon as there is one; none after `seconds`, or where nobody is at work."""
        until = None if seconds is None else time.monotonic() + seconds
        done: list[Done] = []
        while self._children and not done:
            soonest = min(child.until for child in self._children)
            nearest = soonest if until is None else min(soonest, until)
            done = self._listen(max(nearest - time.monotonic(), 0.0))
            if until is not None and time.monotonic() >= until:
                break
        return done

    def _listen(self, seconds: float) -> list[Done]:
        by_pipe = {child.results: child for child in self._children}
        ready, _, _ = select.select(list(by_pipe), [], [], seconds)
        done = [each for each in map(self._read, (by_pipe[one] for one in ready)) if each is not None]
        now = time.monotonic()
        # One that has answered while we were busy elsewhere is read first: only who is silent is late.
        late = [child for child in self._children if child.until < now and child.results not in ready]
        return done + [self._bury(child, Died(f"took longer than {self.seconds:g} s")) for child in late]

    def _read(self, child: _Child) -> Done | None:
        piece = os.read(child.results, _PIECE)
        child.received += piece
        if len(child.received) > self.most:
            return self._bury(child, Died(f"has more to say than {self.most:,} bytes"))
        return None if piece else self._bury(child, None)

    def _bury(self, child: _Child, why: Died | None) -> Done:
        """`why` None: it has closed its end, and how it ended says whether its answer is whole."""
        self._children.remove(child)
        if why is not None:
            _kill(child)
            return Done(child.key, why)
        os.close(child.results)
        code = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
        _end_group(child.pid)
        if code == 0:
            return Done(child.key, bytes(child.received))
        told = child.received.decode("utf-8", "replace") if code == 1 else ""
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return Done(child.key, Died(told or ended))


def _answer(job: Callable[[], bytes], result_end: int) -> None:
    """The child's whole life. Raises SystemExit with 1 after a mistake of ours, which it has told."""
    try:
        view = memoryview(job())
    except Exception as trouble:  # one repository's trouble is a value, whatever it is; the parent says so
        last = traceback.extract_tb(trouble.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        os.write(result_end, f"met a mistake of loadguard's own: {type(trouble).__name__} at {place}".encode())
        raise SystemExit(1) from None
    while view:
        view = view[os.write(result_end, view) :]


def _settle(parent: int, memory: int) -> None:
    """What a child does first: a group of its own, an end with its parent, no more memory than it is given."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it ends us
    prctl = _prctl()
    if prctl is not None:
        prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it was gone before we asked
            os._exit(1)
    if memory:
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


@functools.cache
def _prctl() -> Callable[..., int] | None:
    """Linux's; other systems have none, and there a child ends when it finds nobody to tell its answer to."""
    return getattr(ctypes.CDLL(None), "prctl", None)


def _kill(child: _Child) -> None:
    _end_group(child.pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)
    os.close(child.results)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child.pid, 0)


def _end_group(pid: int) -> None:
    """Whatever a child started and left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
