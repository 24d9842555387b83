"""What a locked child tries, and what it gets. Needs no torch: the walls are the same with or without it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.escape_attempts import (
    DYING,
    REFUSED,
    SYSTEM_CALLS,
    reachable_checkpoint,
    run_locked,
    try_refused,
    try_system_call,
)


@pytest.fixture
def checkpoint() -> Iterator[Path]:
    """A file any user can reach: pytest's own temporary folders are root's alone."""
    with reachable_checkpoint() as path:
        yield path


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused(name: str, checkpoint: Path) -> None:
    refused, seen = try_refused(name, checkpoint)
    assert refused, seen


def test_os_system_runs_nothing(checkpoint: Path) -> None:
    ending = run_locked("attempt(lambda: os.system('echo escaped >&2'))", checkpoint)
    assert b"escaped" not in ending.complaint
    assert json.loads(ending.answer)["result"] != "0"


@pytest.mark.parametrize("name", sorted(SYSTEM_CALLS))
def test_system_call_refused(name: str, checkpoint: Path) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers are x86-64's")
    assert try_system_call(name, checkpoint) == [-1, "EPERM"]


def test_the_32_bit_door_is_shut(checkpoint: Path) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("x32 is x86-64's")
    ending = run_locked("ctypes.CDLL(None).syscall(0x40000000 + 39)", checkpoint)
    assert ending.status == -31, "SIGSYS"


def test_reads_what_it_was_given_and_answers(checkpoint: Path) -> None:
    ending = run_locked(f"attempt(lambda: (open({str(checkpoint)!r}, 'rb').read(), walls))", checkpoint)
    assert "weights" in json.loads(ending.answer)["result"]
    assert "seccomp" in json.loads(ending.answer)["result"]


@pytest.mark.parametrize("name", sorted(DYING))
def test_the_parent_answers_in_time(name: str, checkpoint: Path) -> None:
    code, reason = DYING[name]
    started = time.monotonic()
    ending = run_locked(code, checkpoint, seconds=2.0)
    assert ending.stopped == reason
    assert time.monotonic() - started < 10
    assert len(ending.answer) <= 1 << 20


def test_a_flood_of_complaints_is_cut_and_harms_nothing(checkpoint: Path) -> None:
    ending = run_locked("for _ in range(64): os.write(2, b'y' * 65536)\nprint('done', flush=True)", checkpoint)
    assert ending.answer == b"done\n"
    assert len(ending.complaint) <= 16 << 10


def test_processor_time_is_bounded(checkpoint: Path) -> None:
    ending = run_locked("while True: pass", checkpoint, seconds=60, cpu=1)
    assert (ending.stopped, ending.status) in (("", -24), ("", -9)), "SIGXCPU, or SIGKILL at the hard limit"
