"""One child, one question, one line back, within a deadline. Every way to die is a value.

The child's whole session is killed afterwards whatever happened: stopped, forked or still talking.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

_MOST_ANSWER = 1 << 20
_MOST_COMPLAINT = 16 << 10
_READ = 1 << 16


@dataclass(frozen=True, slots=True)
class Ending:
    """How the child ended: what it wrote (cut at 1 MiB), and why it was stopped early, if it was.

    `status` is as `os.waitstatus_to_exitcode` gives it, `seconds` are of wall time.
    """

    answer: bytes
    complaint: bytes
    status: int
    stopped: str
    seconds: float


def converse(
    command: Sequence[str], *, environment: Mapping[str, str], seconds: float, descriptors: tuple[int, ...] = ()
) -> Ending:
    """Run `command` until it ends, `seconds` pass, or it says more than an answer needs.

    Raises OSError if it cannot start.
    """
    started = time.monotonic()
    child = subprocess.Popen(  # noqa: S603 - our own interpreter, our own files
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        cwd="/",
        start_new_session=True,
        pass_fds=descriptors,
    )
    answer, complaint = _Ear(child.stdout, _MOST_ANSWER), _Ear(child.stderr, _MOST_COMPLAINT)
    try:
        stopped = _listen(child.pid, answer, complaint, deadline=started + seconds)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        _, wait_status = os.waitpid(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(wait_status)
        answer.pipe.close()
        complaint.pipe.close()
    return Ending(
        answer=bytes(answer.heard),
        complaint=bytes(complaint.heard),
        status=child.returncode,
        stopped=stopped,
        seconds=time.monotonic() - started,
    )


class _Ear:
    """One pipe, read without waiting and without end: what comes after `most` bytes is dropped and counted."""

    def __init__(self, pipe: IO[bytes] | None, most: int) -> None:
        if pipe is None:
            raise OSError("the child was started without a pipe")
        self.pipe, self.most, self.heard, self.flooded = pipe, most, bytearray(), False
        os.set_blocking(pipe.fileno(), False)

    def listen(self) -> bool:
        """Read what is there; False at the end of the pipe or when nothing more is there now."""
        try:
            data = os.read(self.pipe.fileno(), _READ)
        except BlockingIOError:
            return False
        self.flooded = self.flooded or len(self.heard) + len(data) > self.most
        self.heard += data[: self.most - len(self.heard)]
        return bool(data)


def _listen(pid: int, answer: _Ear, complaint: _Ear, *, deadline: float) -> str:
    """Until the child ends (empty string) or must be ended (why)."""
    ended = os.pidfd_open(pid)
    try:
        with selectors.DefaultSelector() as selector:
            for source in (ended, answer.pipe, complaint.pipe):
                selector.register(source, selectors.EVENT_READ)
            while True:
                events = selector.select(max(0.0, deadline - time.monotonic()))
                ready = {key.fileobj for key, _ in events}
                if ended in ready:
                    while answer.listen() or complaint.listen():
                        pass
                    return ""
                for ear in (answer, complaint):
                    if ear.pipe in ready and not ear.listen():
                        selector.unregister(ear.pipe)
                if answer.flooded:
                    return "said more than an answer needs"
                if time.monotonic() >= deadline:
                    return "ran out of time"
    finally:
        os.close(ended)
