"""`python -I -B -c <bootstrap> FOLDER REQUEST`: one request as JSON in, one line of JSON out, then gone.

Whatever can run code happens after `lock_down`; whatever must import happens before it.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

_PRACTICAL_FLOOR = (2, 10)  # CVE-2026-24747 is fixed there


def main() -> None:
    request: dict[str, Any] = json.loads(sys.argv[1])
    try:
        answer = _answer(request)
    except MemoryError as trouble:
        answer = {"kind": "killed", "reason": f"out of memory: {trouble}"}
    except Exception as trouble:  # the parent turns any answer into a verdict; silence would be a worse one
        answer = {"kind": "failed", "reason": f"{type(trouble).__name__}: {trouble}"[:600]}
    os.write(1, json.dumps(answer, allow_nan=False, default=str).encode() + b"\n")
    os._exit(0)  # no finaliser of a loaded object gets a turn


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        import torch
    except ImportError as trouble:
        return {"kind": "not-tried", "reason": f"torch is not installed ({trouble}); pip install 'loadguard[smoke]'"}
    version = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
    if request["verb"] == "device":
        from .device import on_device

        return on_device(request)
    if version < _PRACTICAL_FLOOR:
        reason = f"torch {torch.__version__} has CVE-2026-24747 and must not open a stranger's file"
        return {"kind": "not-tried", "reason": f"{reason}; install torch >= 2.10"}
    torch.set_num_threads(1)
    return _locked(request)


def _locked(request: dict[str, Any]) -> dict[str, Any]:
    from .load import load, trusted_globals, warm_up
    from .lockdown import Confinement, lock_down

    if request["verb"] == "compare":
        from .compare import compare

        readable = [request["old"], request["new"]]
    else:
        try:
            allowed = trusted_globals(request["safe_globals"])
        except (LookupError, ImportError, AttributeError) as trouble:
            return {"kind": "not-tried", "reason": f"{trouble}".strip("'\"")}
        warm_up()
        readable = [request["path"]]
    export = request.get("export")
    status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)  # /proc is out of reach afterwards
    walls = lock_down(
        Confinement(**request["confinement"]),
        readable=readable,
        writable=() if export is None else (export,),
        keep=(status,),
    )
    answer = compare(request) if request["verb"] == "compare" else load(request, allowed)
    return {**answer, "walls": walls, "peak_memory": _peak_memory(os.pread(status, 1 << 14, 0))}


def _peak_memory(status: bytes) -> int:
    """VmHWM in bytes. The kernel's ru_maxrss would also count what the parent had mapped when it forked."""
    for line in status.splitlines():
        if line.startswith(b"VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


main()
