"""Forked children: results in order, and whatever ends a child takes one item with it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.edge.workers import BATCH, Died, cores, map_forked


def square(number: int) -> int:
    return number * number


def ending(how: Callable[[], object], *at: int) -> Callable[[int], int]:
    def work(number: int) -> int:
        if number in at:
            how()
        return number

    return work


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1, 500])
def test_every_item_once_and_in_order(jobs: int, count: int) -> None:
    assert map_forked(square, range(count), jobs=jobs, seconds=60) == [n * n for n in range(count)]


WAYS = [
    ("killed", lambda: os.kill(os.getpid(), signal.SIGKILL), "signal 9"),
    ("crashed", lambda: os.kill(os.getpid(), signal.SIGSEGV), "signal 11"),
    ("left", lambda: os._exit(7), "exit code 7"),
    ("raised", lambda: 1 / 0, "ZeroDivisionError at test_activities_workers.py:"),
    ("exited", lambda: sys.exit(3), "exit code 1"),
    ("hung", lambda: threading.Event().wait(), "took longer than"),
]


@pytest.mark.parametrize(("name", "how", "said"), WAYS, ids=[way[0] for way in WAYS])
def test_a_child_that_ends_takes_one_item_with_it(
    name: str, how: Callable[[], object], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    results = map_forked(ending(how, 3, 4, 40), range(60), jobs=2, seconds=0.5)
    assert [n for n in range(60) if isinstance(results[n], Died)] == [3, 4, 40]
    assert said in results[3].reason  # type: ignore[union-attr]
    assert all(results[n] == n for n in range(60) if n not in (3, 4, 40))


def test_large_results_arrive_whole() -> None:
    results = map_forked(lambda n: bytes([n % 256]) * 3_000_000, range(6), jobs=2, seconds=60)
    assert [len(each) for each in results] == [3_000_000] * 6  # type: ignore[arg-type]


def test_nothing_is_left_behind() -> None:
    here = Path("/proc/self/fd")
    before = sorted(each.name for each in here.iterdir()) if here.is_dir() else []
    map_forked(ending(lambda: os._exit(1), 2), range(50), jobs=3, seconds=60)
    after = sorted(each.name for each in here.iterdir()) if here.is_dir() else []
    assert after == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_an_interrupted_parent_takes_its_children_along() -> None:
    def interrupt(number: int) -> int:
        if number == 5:
            os.kill(os.getppid(), signal.SIGINT)
            threading.Event().wait()
        return number

    with pytest.raises(KeyboardInterrupt):
        map_forked(interrupt, range(10), jobs=2, seconds=60)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("steps", [1, 7, 400])
def test_the_parent_works_meanwhile_instead_of_waiting_and_to_the_end(steps: int) -> None:
    """The child waits for what the parent does first, and would be ended for it if the parent only waited as well."""
    hears, tells = os.pipe()
    done: list[int] = []

    def meanwhile() -> Iterator[None]:
        for number in range(steps):
            if not number:
                os.write(tells, b"ready")
            done.append(number)
            yield

    answers = map_forked(lambda _: os.read(hears, 5), range(1), jobs=1, seconds=10, meanwhile=meanwhile())
    os.close(hears)
    os.close(tells)
    assert answers == [b"ready"]
    assert done == list(range(steps))


def test_cores() -> None:
    assert 1 <= cores() <= 8
