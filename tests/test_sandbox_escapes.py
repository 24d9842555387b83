"""What a locked child tries, and what it gets. Needs no torch: the walls are the same with or without it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.edge.sandbox_process import Ending, converse

EDGE = Path(__file__).resolve().parents[1] / "bot" / "edge"
PRELUDE = """
import sys
sys.path.insert(0, {edge!r})
import ctypes, errno, glob, json, mmap, os, resource, shutil, signal, socket, subprocess, threading, time, zlib
from sandbox_child.lockdown import Confinement, lock_down
walls = lock_down(Confinement(memory=256 << 20, cpu=20, output=0, user={user!r}), readable=[{readable!r}])
def attempt(action):
    try:
        result = action()
    except BaseException as trouble:
        print(json.dumps({{"refused": type(trouble).__name__ + ": " + str(trouble)}}), flush=True)
    else:
        print(json.dumps({{"result": repr(result)[:200]}}), flush=True)
"""
USER = 65534 if os.geteuid() == 0 else None


def run_locked(code: str, readable: Path, *, seconds: float = 20.0) -> Ending:
    prelude = PRELUDE.format(edge=str(EDGE), user=USER, readable=str(readable))
    command = [sys.executable, "-I", "-B", "-c", prelude + textwrap.dedent(code)]
    return converse(command, environment={"SECRET_OF_CHILD": ""}, seconds=seconds)


@pytest.fixture
def checkpoint() -> Iterator[Path]:
    """A file any user can reach: pytest's own temporary folders are root's alone."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "model.pt"
        path.write_bytes(b"weights")
        yield path


REFUSED = {
    "subprocess": "subprocess.run(['/bin/true'])",
    "fork": "os.fork()",
    "exec": "os.execv('/bin/true', ['true'])",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "thread": "threading.Thread(target=print).start()",
    "tcp socket": "socket.create_connection(('127.0.0.1', 9), 1)",
    "udp socket": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "unix socket": "socket.socket(socket.AF_UNIX)",
    "write a file": "open('/tmp/loadguard-escape', 'w')",
    "write over the checkpoint": "open(CHECKPOINT, 'r+b')",
    "delete the checkpoint": "os.unlink(CHECKPOINT)",
    "rename the checkpoint": "os.rename(CHECKPOINT, CHECKPOINT + '.old')",
    "make a folder": "os.mkdir('/tmp/loadguard-escape-folder')",
    "link": "os.symlink('/etc/passwd', '/tmp/loadguard-escape-link')",
    "chmod": "os.chmod(CHECKPOINT, 0o777)",
    "read /etc/passwd": "open('/etc/passwd').read()",
    "list the folder beside": "os.listdir(os.path.dirname(CHECKPOINT))",
    "read the file beside": "open(os.path.join(os.path.dirname(CHECKPOINT), 'beside')).read()",
    "the parent's environment": "open(f'/proc/{os.getppid()}/environ').read()",
    "the parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "its own memory": "open('/proc/self/mem', 'r+b')",
    "kill the parent": "os.kill(os.getppid(), signal.SIGTERM)",
    "become root again": "os.setuid(0) or os.setresuid(0, 0, 0)",
    "raise its limits": "resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)",
    "executable memory": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "more memory than allowed": "bytearray(1 << 30)",
    "a deflate bomb": "zlib.decompress(zlib.compress(bytes(32 << 20)) and BOMB)",
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused(name: str, checkpoint: Path) -> None:
    (checkpoint.parent / "beside").write_text("secret")
    bomb = "BOMB = b''\n" if "bomb" not in name else "BOMB = zlib.compress(bytes(200 << 20))\n"
    code = f"CHECKPOINT = {str(checkpoint)!r}\n{bomb}attempt(lambda: {REFUSED[name]})\n"
    ending = run_locked(code, checkpoint)
    said = [json.loads(line) for line in ending.answer.splitlines()]
    assert (said and "refused" in said[-1]) or ending.status < 0 or b"MemoryError" in ending.complaint, ending
    assert checkpoint.read_bytes() == b"weights"
    assert not list(Path("/tmp").glob("loadguard-escape*"))


def test_os_system_runs_nothing(checkpoint: Path) -> None:
    ending = run_locked("attempt(lambda: os.system('echo escaped >&2'))", checkpoint)
    assert b"escaped" not in ending.complaint
    assert json.loads(ending.answer)["result"] != "0"


@pytest.mark.parametrize(
    ("name", "call"),
    [("ptrace", 101), ("process_vm_readv", 310), ("io_uring_setup", 425), ("unshare", 272), ("memfd_create", 319)],
)
def test_system_call_refused(name: str, call: int, checkpoint: Path) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers are x86-64's")
    code = f"""
    libc = ctypes.CDLL(None, use_errno=True)
    print(json.dumps([libc.syscall({call}, 0, 0, 0, 0, 0), errno.errorcode[ctypes.get_errno()]]), flush=True)
    """
    ending = run_locked(code, checkpoint)
    assert json.loads(ending.answer) == [-1, "EPERM"], name


def test_the_32_bit_door_is_shut(checkpoint: Path) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("x32 is x86-64's")
    ending = run_locked("ctypes.CDLL(None).syscall(0x40000000 + 39)", checkpoint)
    assert ending.status == -31, "SIGSYS"


def test_reads_what_it_was_given_and_answers(checkpoint: Path) -> None:
    ending = run_locked(f"attempt(lambda: (open({str(checkpoint)!r}, 'rb').read(), walls))", checkpoint)
    assert "weights" in json.loads(ending.answer)["result"]
    assert "seccomp" in json.loads(ending.answer)["result"]


DYING = {
    "endless": ("while True: pass", "ran out of time"),
    "asleep": ("time.sleep(600)", "ran out of time"),
    "stopped": ("signal.raise_signal(signal.SIGSTOP)", "ran out of time"),
    "flood": ("while True: os.write(1, b'x' * 65536)", "said more than an answer needs"),
}


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
    code = "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    prelude = PRELUDE.format(edge=str(EDGE), user=USER, readable=str(checkpoint)).replace("cpu=20", "cpu=1")
    ending = converse([sys.executable, "-I", "-c", prelude + code], environment={}, seconds=30)
    assert ending.status < 0 or b"ValueError" in ending.complaint or b"PermissionError" in ending.complaint
