"""What a locked child tries. Standard library and our own package only, so that the image itself can run it.

As a program it tries everything and prints a JSON object: the walls, and what came of each attempt.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bot.edge.sandbox_process
from bot.edge.sandbox_process import Ending, converse

EDGE = Path(bot.edge.sandbox_process.__file__).resolve().parent
PRELUDE = """
import sys
sys.path.insert(0, {edge!r})
import ctypes, errno, glob, json, mmap, os, resource, shutil, signal, socket, subprocess, threading, time, zlib
from sandbox_child.lockdown import Confinement, lock_down
walls = lock_down(Confinement(memory=256 << 20, cpu={cpu}, output=0, user={user!r}), readable=[{readable!r}])
def attempt(action):
    try:
        result = action()
    except BaseException as trouble:
        print(json.dumps({{"refused": type(trouble).__name__ + ": " + str(trouble)}}), flush=True)
    else:
        print(json.dumps({{"result": repr(result)[:200]}}), flush=True)
"""
USER = 65534 if os.geteuid() == 0 else None

REFUSED = {
    "subprocess": "subprocess.run(['/bin/true'])",
    "fork": "os.fork()",
    "fork bomb": "[os.fork() for _ in range(1000)]",
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
    "a deflate bomb": "zlib.decompress(BOMB)",
}
SYSTEM_CALLS = {
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "io_uring_setup": 425, "unshare": 272,
    "memfd_create": 319, "execveat": 322, "vfork": 58, "clone3": 435, "kill": 62, "pidfd_open": 434,
    "pidfd_getfd": 438, "openat2": 437, "open_by_handle_at": 304, "mount": 165, "chroot": 161, "setns": 308, "bpf": 321,
    "perf_event_open": 298, "userfaultfd": 323, "keyctl": 250, "personality": 135, "ioctl": 16, "sendfile": 40,
    "splice": 275, "shmget": 29, "mq_open": 240, "inotify_init": 253, "timer_create": 222, "sched_setaffinity": 203,
    "landlock_create_ruleset": 444, "rt_sigqueueinfo": 129, "setresuid": 117, "settimeofday": 164, "socketpair": 53,
}  # fmt: skip
"""Numbers of x86-64."""
CALL = """
libc = ctypes.CDLL(None, use_errno=True)
print(json.dumps([libc.syscall({number}, 0, 0, 0, 0, 0), errno.errorcode[ctypes.get_errno()]]), flush=True)
"""
BOMB = """
packer = zlib.compressobj(1)
BOMB = b"".join(packer.compress(bytes(1 << 20)) for _ in range(400)) + packer.flush()
"""
DYING = {
    "endless": ("while True: pass", "ran out of time"),
    "asleep": ("time.sleep(600)", "ran out of time"),
    "stopped": ("signal.raise_signal(signal.SIGSTOP)", "ran out of time"),
    "flood": ("while True: os.write(1, b'x' * 65536)", "said more than an answer needs"),
}


def run_locked(code: str, readable: Path, *, seconds: float = 20.0, cpu: int = 20) -> Ending:
    prelude = PRELUDE.format(edge=str(EDGE), user=USER, readable=str(readable), cpu=cpu)
    command = [sys.executable, "-I", "-B", "-c", prelude + textwrap.dedent(code)]
    return converse(command, environment={"SECRET_OF_CHILD": ""}, seconds=seconds)


@contextmanager
def reachable_checkpoint() -> Iterator[Path]:
    """A file any user can reach, with a secret beside it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "model.pt"
        path.write_bytes(b"weights")
        (path.parent / "beside").write_text("secret")
        yield path


def try_refused(name: str, checkpoint: Path) -> tuple[bool, str]:
    """Whether the attempt was refused and left nothing behind, and what was seen."""
    code = f"CHECKPOINT = {str(checkpoint)!r}\n{BOMB if 'deflate' in name else ''}attempt(lambda: {REFUSED[name]})\n"
    ending = run_locked(code, checkpoint)
    said = [json.loads(line) for line in ending.answer.splitlines()]
    refused = (said and "refused" in said[-1]) or ending.status < 0
    whole = checkpoint.read_bytes() == b"weights" and not list(Path("/tmp").glob("loadguard-escape*"))
    return bool(refused) and whole, str(said[-1]) if said else repr(ending)


def try_system_call(name: str, checkpoint: Path) -> object:
    ending = run_locked(CALL.format(number=SYSTEM_CALLS[name]), checkpoint)
    return json.loads(ending.answer)


def main() -> None:
    """Everything, once."""
    with reachable_checkpoint() as checkpoint:
        walls = json.loads(run_locked("print(json.dumps(walls), flush=True)", checkpoint).answer)
        system = run_locked("attempt(lambda: os.system('echo escaped >&2'))", checkpoint)
        seen = {
            "walls": walls,
            "attempts": {name: try_refused(name, checkpoint) for name in REFUSED},
            "calls": {name: try_system_call(name, checkpoint) for name in SYSTEM_CALLS}
            if os.uname().machine == "x86_64"
            else {},
            "dying": {name: run_locked(code, checkpoint, seconds=2.0).stopped for name, (code, _) in DYING.items()},
            "os.system": [json.loads(system.answer), system.complaint.decode()],
        }
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
