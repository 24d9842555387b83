"""Give up every right but reading one file and answering. In order, since each step needs the ones before it.

1. descriptors: all but the answer's are closed; 2. limits; 3. no_new_privs; 4. Landlock, while the libraries'
folders can still be opened; 5. the user; 6. seccomp.
What a kernel does not offer is named in the answer, so that a weaker sandbox is never silent.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import landlock, seccomp

_SET_NO_NEW_PRIVS, _SET_DUMPABLE = 38, 4


@dataclass(frozen=True, slots=True)
class Confinement:
    """`memory` in bytes over what is mapped already; `cpu` in seconds; `output` in bytes a file may be written to."""

    memory: int
    cpu: int
    output: int
    user: int | None


def lock_down(
    wanted: Confinement, *, readable: Sequence[str], writable: tuple[int, ...] = (), keep: tuple[int, ...] = ()
) -> tuple[str, ...]:
    """Lock this process for good; the names of the walls that stand.

    `writable` and `keep` descriptors stay open beside 0 to 2, the latter for reading.
    """
    _close_other_descriptors(keep=(*writable, *keep))
    _limit(wanted)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs refused")
    walls = ["rlimits", "no_new_privs"]
    abi = landlock.restrict(folders=library_folders(), files=tuple(readable))
    if abi:
        walls.append(f"landlock {abi}")
    if wanted.user is not None:
        os.setgroups([])
        os.setresgid(wanted.user, wanted.user, wanted.user)
        os.setresuid(wanted.user, wanted.user, wanted.user)
        walls.append("unprivileged user")
    libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    seccomp.install(writable=(1, 2, *writable))
    walls.append("seccomp")
    return tuple(walls)


def library_folders() -> tuple[str, ...]:
    """Where Python, its packages and the system's shared libraries lie; late imports read from here."""
    folders = {*sys.path, "/usr/lib", "/lib", "/lib64", "/usr/lib64", "/usr/share/zoneinfo"}
    return tuple(sorted(name for name in folders if Path(name).is_absolute() and Path(name).is_dir()))


def _close_other_descriptors(keep: tuple[int, ...]) -> None:
    kept = {0, 1, 2, *keep}
    highest = max((int(entry.name) for entry in Path("/proc/self/fd").iterdir()), default=2)
    for descriptor in range(3, highest + 1):
        if descriptor not in kept:
            try:
                os.close(descriptor)
            except OSError:
                continue  # the listing's own descriptor is gone already


def _limit(wanted: Confinement) -> None:
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limits = {
        resource.RLIMIT_AS: mapped + wanted.memory,
        resource.RLIMIT_FSIZE: wanted.output,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_CPU: wanted.cpu,
    }
    for name, value in limits.items():
        hard = resource.getrlimit(name)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (bound, bound))
