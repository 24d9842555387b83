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
import struct
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from bot.edge.workers import Died

_PIECE = 1 << 20
_HEAD = struct.Struct("<?Q")
"""Before an answer: whether it is one (or a mistake of ours, told), and its length."""
_LOOK = 0.5
"""Seconds between looks at whether a child still lives: what it started may hold its pipe open after it."""
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
        _prctl(), _resource()  # looked for once, not in every child
        gc.freeze()  # what exists by now is never collected in a child, so its pages stay shared
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever ended the work, nobody is left behind."""
        gc.unfreeze()
        for child in self._children:
            _end(child, kill=True)
        self._children.clear()

    def start(self, key: str, job: Callable[[], bytes]) -> None:
        """Fork a child that does the job; its answer comes out of `wait`."""
        results, result_end = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _let_go(result_end)
                _settle(parent, self.memory)
                _answer(job, result_end)
                code = 0
            finally:
                os._exit(code)  # no handlers, no buffers: those are the parent's; 1 without a word is a mistake
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
        ready, _, _ = select.select(list(by_pipe), [], [], min(seconds, _LOOK))
        done = [each for each in map(self._read, (by_pipe[one] for one in ready)) if each is not None]
        now = time.monotonic()
        for child in [each for each in self._children if each.results not in ready]:
            if _has_ended(child.pid) and not select.select([child.results], [], [], 0)[0]:
                done.append(self._bury(child, None))
            elif child.until < now:  # one that had answered while we were busy elsewhere was read above
                done.append(self._bury(child, Died(f"took longer than {self.seconds:g} s")))
        return done

    def _read(self, child: _Child) -> Done | None:
        piece = os.read(child.results, _PIECE)
        child.received += piece
        if len(child.received) > self.most + _HEAD.size:
            return self._bury(child, Died(f"has more to say than {self.most:,} bytes"))
        if not piece:
            return self._bury(child, None)
        if len(child.received) < _HEAD.size:
            return None
        good, length = _HEAD.unpack_from(child.received)
        if len(child.received) < _HEAD.size + length:
            return None
        text = bytes(child.received[_HEAD.size :])
        return self._bury(child, text if good else Died(text.decode("utf-8", "replace")))

    def _bury(self, child: _Child, answer: bytes | Died | None) -> Done:
        """`answer` None: it has ended without one, and how it ended is all there is to tell."""
        self._children.remove(child)
        status = _end(child, kill=answer is not None)
        if answer is not None:
            return Done(child.key, answer)
        code = os.waitstatus_to_exitcode(status)
        return Done(child.key, Died(f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"))


def _answer(job: Callable[[], bytes], result_end: int) -> None:
    """The child's whole life."""
    try:
        good, data = True, job()
    except MemoryError:
        good, data = False, b"needed more memory than it may have"
    except Exception as trouble:  # one repository's trouble is a value, whatever it is; the parent says so
        last = traceback.extract_tb(trouble.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        good, data = False, f"met a mistake of loadguard's own: {type(trouble).__name__} at {place}".encode()
    os.write(result_end, _HEAD.pack(good, len(data)))
    view = memoryview(data)
    while view:
        view = view[os.write(result_end, view) :]


def _let_go(kept: int) -> None:
    """Nothing the parent has open stays open here: a connection or a pipe ends when the parent closes it, not when the
    last child of that moment does. The numbers stay taken, so that no object of the parent's closes what is ours.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for path in list(Path("/dev/fd").iterdir()):
        descriptor = int(path.name)
        if descriptor > 2 and descriptor not in (kept, nothing):
            with contextlib.suppress(OSError):  # the one that listed them
                os.fstat(descriptor)
                os.dup2(nothing, descriptor)


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
        resource = _resource()
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _resource() -> ModuleType:
    import resource  # not on Windows, where nothing forks either

    return resource


@functools.cache
def _prctl() -> Callable[..., int] | None:
    """Linux's; other systems have none, and there a child ends when it finds nobody to tell its answer to."""
    return getattr(ctypes.CDLL(None), "prctl", None)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _end(child: _Child, *, kill: bool) -> int:
    """End a child and whatever it started; how it ended, as `os.waitpid` has it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    if kill:
        with contextlib.suppress(ProcessLookupError):  # it had no group yet
            os.kill(child.pid, signal.SIGKILL)
    os.close(child.results)
    try:
        return os.waitpid(child.pid, 0)[1]
    except ChildProcessError:
        return 0
