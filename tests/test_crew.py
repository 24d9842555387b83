"""Jobs in children: answers whole, deaths as values, nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.edge.crew import Crew, Done
from bot.edge.workers import Died

GIB = 1024**3


def crew(*, seconds: float = 30.0, most: int = 1 << 24, memory: int = 0) -> Crew:
    return Crew(seconds=seconds, most=most, memory=memory)


def answer(job: Callable[[], bytes], **how: float) -> bytes | Died:
    with crew(**how) as it:  # type: ignore[arg-type]
        it.start("one", job)
        (done,) = it.wait()
        assert len(it) == 0 and it.wait() == []
    assert done.key == "one"
    return done.answer


def ends(code: int) -> bytes:
    os._exit(code)


def hangs() -> bytes:
    signal.pause()
    return b""


def says_so_and_hangs(at_work: Path) -> bytes:
    at_work.touch()
    return hangs()


def swells() -> bytes:
    return bytes(2 * GIB)


def starts_another() -> bytes:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write, b"up")
        hangs()
    os.read(read, 2)
    return str(pid).encode()


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_an_answer_comes_whole(size: int) -> None:
    assert answer(lambda: b"x" * size) == b"x" * size


def test_several_at_once_each_by_its_key() -> None:
    with crew() as it:
        for number in range(5):
            it.start(str(number), lambda number=number: str(number).encode() * 100_000)  # type: ignore[misc]
        done: list[Done] = []
        while len(it):
            done += it.wait()
    assert sorted(each.key for each in done) == list("01234")
    assert all(each.answer == each.key.encode() * 100_000 for each in done)


def test_every_way_to_die_is_a_value() -> None:
    assert answer(lambda: ends(7)) == Died("ended with exit code 7")
    assert answer(lambda: os.kill(os.getpid(), signal.SIGSEGV) or b"") == Died("was ended by signal 11")
    assert answer(hangs, seconds=0.2) == Died("took longer than 0.2 s")
    assert answer(lambda: bytes(9_000), most=1_000) == Died("has more to say than 1,000 bytes")
    said = answer(lambda: bytes(1 // 0))
    assert isinstance(said, Died) and said.reason.startswith("met a mistake of loadguard's own: ZeroDivisionError at")
    assert answer(swells, memory=GIB) == Died("needed more memory than it may have")


def test_an_answer_that_waited_while_we_were_elsewhere_is_not_late() -> None:
    with crew(seconds=0.3) as it:
        it.start("one", lambda: b"done")
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        time.sleep(0.4)  # the deadline passes: nothing else could make it do so
        assert it.wait() == [Done("one", b"done")]


def test_what_a_child_started_ends_with_it() -> None:
    told = answer(starts_another)
    assert isinstance(told, bytes)
    assert dies(int(told))


def test_nobody_is_left_behind() -> None:
    with pytest.raises(KeyboardInterrupt), crew() as it:
        it.start("one", hangs)
        (pid,) = [child.pid for child in it._children]
        raise KeyboardInterrupt
    assert dies(pid)


def test_a_child_keeps_nothing_of_ours_open(tmp_path: Path) -> None:
    """A pipe of the parent's has to end when the parent closes it: a server's thread once waited on one for ever."""
    at_work = tmp_path / "at-work"
    read, write = os.pipe()
    with crew() as it:
        it.start("one", lambda: says_so_and_hangs(at_work))
        os.close(write)
        assert os.read(read, 1) == b""
        assert comes_true(at_work.exists)  # that pipe has ended, but the child may still be letting go of others
        descriptors = {str(path.readlink()) for path in Path(f"/proc/{it._children[0].pid}/fd").iterdir()}
        assert len([each for each in descriptors if each.startswith(("socket:", "pipe:"))]) <= 4
    os.close(read)


def dies(pid: int) -> bool:
    """Whether a process is gone, within the moment that a signal takes to arrive."""
    return comes_true(lambda: is_gone(pid))


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def comes_true(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.005)
    return False
