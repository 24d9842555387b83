"""A seccomp filter, built and installed without a library: what a locked child may still ask of the kernel.

Default is refusal (EPERM), so a system call nobody thought of is refused too. Numbers are per architecture, from
the kernel's `unistd_64.h` (x86-64) and `asm-generic/unistd.h` (arm64). The filter reads registers only: it cannot
follow a pointer, which is why paths are Landlock's business.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from dataclasses import dataclass

_LOAD, _JUMP_EQUAL, _JUMP_SET, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _KILL, _EPERM = 0x7FFF0000, 0x80000000, 0x00050000 | 1
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_X32_BIT = 0x40000000

# Any of these in open's flags means more than reading: write, read-write, create, truncate, append, tmpfile.
_OPEN_TO_WRITE = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000 | 0o20000000
_PROT_EXEC = 0x4

_READING = """
    read pread64 readv close fstat newfstatat statx lseek munmap mremap brk madvise futex futex_waitv
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack getrandom clock_gettime clock_getres gettimeofday
    clock_nanosleep nanosleep exit exit_group getpid gettid getuid geteuid getgid getegid getppid sched_yield
    sched_getaffinity readlink readlinkat access faccessat faccessat2 getcwd getdents64 getrusage sysinfo uname
    times set_robust_list rseq restart_syscall mincore fadvise64 stat lstat poll ppoll dup membarrier msync
""".split()

_NUMBERS = {
    machine: {name: int(number) for name, number in (pair.split("=") for pair in table.split())}
    for machine, table in {
        "x86_64": """
            read=0 write=1 open=2 close=3 stat=4 fstat=5 lstat=6 poll=7 lseek=8 mmap=9 mprotect=10 munmap=11 brk=12
            rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 pread64=17 readv=19 writev=20 access=21 sched_yield=24
            mremap=25 msync=26 mincore=27 madvise=28 dup=32 nanosleep=35 getpid=39 exit=60 uname=63 fcntl=72 getcwd=79
            readlink=89 gettimeofday=96 getrusage=98 sysinfo=99 times=100 getuid=102 getgid=104 geteuid=107 getegid=108
            getppid=110 sigaltstack=131 gettid=186 futex=202 sched_getaffinity=204 getdents64=217 restart_syscall=219
            fadvise64=221 clock_gettime=228 clock_getres=229 clock_nanosleep=230 exit_group=231 tgkill=234 openat=257
            newfstatat=262 readlinkat=267 faccessat=269 ppoll=271 set_robust_list=273 prlimit64=302 seccomp=317
            getrandom=318 membarrier=324 statx=332 rseq=334 faccessat2=439 futex_waitv=449
        """,
        "aarch64": """
            getcwd=17 dup=23 fcntl=25 faccessat=48 openat=56 close=57 getdents64=61 lseek=62 read=63 write=64 readv=65
            writev=66 pread64=67 ppoll=73 readlinkat=78 newfstatat=79 fstat=80 exit=93 exit_group=94 futex=98
            set_robust_list=99 nanosleep=101 clock_gettime=113 clock_getres=114 clock_nanosleep=115
            sched_getaffinity=123 sched_yield=124 restart_syscall=128 tgkill=131 sigaltstack=132 rt_sigaction=134
            rt_sigprocmask=135 rt_sigreturn=139 times=153 uname=160 getrusage=165 gettimeofday=169 getpid=172
            getppid=173 getuid=174 geteuid=175 getgid=176 getegid=177 gettid=178 sysinfo=179 brk=214 munmap=215
            mremap=216 mmap=222 fadvise64=223 mprotect=226 msync=227 mincore=232 madvise=233 prlimit64=261 seccomp=277
            getrandom=278 membarrier=283 statx=291 rseq=293 faccessat2=439 futex_waitv=449
        """,
    }.items()
}
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


@dataclass(frozen=True, slots=True)
class _Check:
    """Allow `call` only if argument `argument` passes: none of the bits `without`, or equal to one of `among`."""

    call: str
    argument: int
    without: int = 0
    among: tuple[int, ...] = ()


def _statement(code: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, value)


def _jump(code: int, value: int, *, if_true: int, if_false: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _checked(number: int, check: _Check) -> bytes:
    """`number` with a bad argument returns EPERM; any other call falls through to what follows."""
    argument = _statement(_LOAD, 16 + 8 * check.argument)
    if check.without:
        body = argument + _jump(_JUMP_SET, check.without, if_true=1, if_false=0)
        body += _statement(_RETURN, _ALLOW) + _statement(_RETURN, _EPERM)
    else:
        tests = b"".join(
            _jump(_JUMP_EQUAL, value, if_true=0, if_false=1) + _statement(_RETURN, _ALLOW) for value in check.among
        )
        body = argument + tests + _statement(_RETURN, _EPERM)
    return _jump(_JUMP_EQUAL, number, if_true=0, if_false=len(body) // 8) + body


def build_filter(machine: str, *, writable: tuple[int, ...], pid: int) -> bytes:
    """The program: `writable` file descriptors may be written, signals may go to `pid` alone (abort needs that).

    Raises KeyError for an architecture whose numbers are not here.
    """
    numbers = _NUMBERS[machine]
    checks = (
        _Check("open", 1, without=_OPEN_TO_WRITE),
        _Check("openat", 2, without=_OPEN_TO_WRITE),
        _Check("mmap", 2, without=_PROT_EXEC),
        _Check("mprotect", 2, without=_PROT_EXEC),
        _Check("write", 0, among=writable),
        _Check("writev", 0, among=writable),
        _Check("tgkill", 0, among=(pid,)),
        _Check("prlimit64", 2, among=(0,)),  # a null new limit: reading only
        _Check("fcntl", 1, among=(1, 2, 3, 1030)),  # F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC
    )
    program = [
        _statement(_LOAD, 4),
        _jump(_JUMP_EQUAL, _AUDIT_ARCH[machine], if_true=1, if_false=0),
        _statement(_RETURN, _KILL),
        _statement(_LOAD, 0),
        _jump(_JUMP_AT_LEAST, _X32_BIT, if_true=0, if_false=1),
        _statement(_RETURN, _KILL),
    ]
    for name in _READING:
        if name in numbers:
            program.append(_jump(_JUMP_EQUAL, numbers[name], if_true=0, if_false=1))
            program.append(_statement(_RETURN, _ALLOW))
    program.extend(_checked(numbers[check.call], check) for check in checks if check.call in numbers)
    program.append(_statement(_RETURN, _EPERM))
    return b"".join(program)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(*, writable: tuple[int, ...]) -> None:
    """Lock this process, every thread of it, for good. Needs no_new_privs. Raises OSError or KeyError."""
    machine = platform.machine()
    code = build_filter(machine, writable=writable, pid=os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(_NUMBERS[machine]["seccomp"], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program))
    if result != 0:
        raise OSError(ctypes.get_errno(), "seccomp filter refused")
