"""Landlock: after this, only the libraries and the one file can be read, and no TCP port be bound or reached.

From the kernel's `uapi/linux/landlock.h`: ABI 1 came with Linux 5.13, TCP with ABI 4, scoped signals and abstract
sockets with ABI 6.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on x86-64 and arm64
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_RULE_PATH_BENEATH = 1
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP_BIND_CONNECT = 0b11
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


def supported_abi() -> int:
    """The kernel's Landlock ABI, 0 where there is none."""
    return max(0, int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, 0, 1)))


def restrict(*, folders: Sequence[str], files: Sequence[str]) -> int:
    """Confine this process to reading `folders` (and below) and `files`. Needs no_new_privs.

    Returns the ABI in force, 0 where the kernel has no Landlock. Raises OSError where it refuses.
    """
    abi = supported_abi()
    if abi == 0:
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = struct.pack("=Q", _FILE_RIGHTS[min(abi, 5)])
    if abi >= 4:
        attributes += struct.pack("=Q", _TCP_BIND_CONNECT)
    if abi >= 6:
        attributes += struct.pack("=Q", _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS)
    ruleset = _checked(libc.syscall(_CREATE, attributes, len(attributes), 0))
    try:
        for folder in folders:
            _allow(libc, ruleset, folder, _READ_FILE | _READ_DIR | _EXECUTE)
        for file in files:
            _allow(libc, ruleset, file, _READ_FILE)
        _checked(libc.syscall(_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)
    return abi


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", rights, descriptor)
        _checked(libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0))
    finally:
        os.close(descriptor)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused: " + os.strerror(ctypes.get_errno()))
    return result
