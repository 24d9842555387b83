"""A checkpoint as plain data, beside the findings of `data.py`: most reports are without one."""

from __future__ import annotations

from typing import Any

from bot.model import CheckpointReport, Killed, Loaded, NotTried, Refused


def checkpoint_data(report: CheckpointReport) -> dict[str, Any]:
    """One checkpoint: counts of what the static reader saw, and the sandbox's answer. Sizes in bytes."""
    return {
        "path": report.path,
        "format": report.format,
        "size": report.size,
        "verdict": report.verdict.value,
        "tensors": len(report.tensors),
        "globals": [
            {"name": f"{each.module}.{each.name}", "judgement": each.judgement, "stream": each.stream}
            for each in report.globals
        ],
        "mappable": report.mappable,
        "mmap_reason": report.mmap_reason,
        "safe_globals": list(report.safe_globals),
        "refusal": report.refusal,
        "smoke": smoke_data(report.smoke),
        "devices": [smoke_data(each) for each in report.devices],
        "drift": [
            {
                "name": each.name,
                "largest": each.largest,
                "mean": each.mean,
                "relative": each.relative,
                "new_bad_values": each.new_bad_values,
            }
            for each in report.drift
        ],
    }


def smoke_data(smoke: Loaded | Refused | Killed | NotTried | None) -> dict[str, Any] | None:
    """The sandbox's answer; `seconds` wall, `peak_memory` and `nbytes` in bytes."""
    match smoke:
        case None:
            return None
        case Loaded():
            return {
                "status": "loaded",
                "device": smoke.device,
                "tensors": smoke.tensors,
                "parameters": smoke.parameters,
                "dtypes": dict(smoke.dtypes),
                "nbytes": smoke.nbytes,
                "seconds": smoke.seconds,
                "peak_memory": smoke.peak_memory,
                "bad_values": list(smoke.bad_values),
                "all_zero": list(smoke.all_zero),
                "walls": list(smoke.walls),
                "mapped": smoke.mapped,
            }
        case Refused():
            return {"status": "refused", "device": smoke.device, "reason": smoke.reason, "needs": list(smoke.needs)}
        case Killed():
            return {"status": "killed", "device": smoke.device, "reason": smoke.reason}
        case NotTried():
            return {"status": "not-tried", "device": smoke.device, "reason": smoke.reason}
