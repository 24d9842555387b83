"""A checkpoint against the version it replaces: keys, shapes, dtypes, bytes. Values are the sandbox's to compare."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import CheckpointReport, Finding, TensorInfo
from bot.scan.checkpoint.faults import LAYOUT, Fault
from bot.scan.checkpoint.findings import finding

SHOWN = 8


def compare(report: CheckpointReport, base: CheckpointReport) -> tuple[Finding, ...]:
    """CK108 for what differs; nothing where either could not be read to its tensors."""
    if not report.tensors or not base.tensors:
        return ()
    return tuple(finding(report.path, fault) for fault in _layout(_by_name(report), _by_name(base)))


def _by_name(report: CheckpointReport) -> dict[str, TensorInfo]:
    return {tensor.name: tensor for tensor in report.tensors}


def _layout(new: dict[str, TensorInfo], old: dict[str, TensorInfo]) -> Iterable[Fault]:
    added, removed = [name for name in new if name not in old], [name for name in old if name not in new]
    common = [name for name in new if name in old]
    reshaped = [name for name in common if new[name].shape != old[name].shape]
    retyped = [name for name in common if new[name].dtype != old[name].dtype]
    if added:
        yield _note(f"{_tensors(added)} new", added)
    if removed:
        yield _note(f"{_tensors(removed)} gone", removed)
    if reshaped:
        yield _note(
            "shapes differ", [f"{name} {list(old[name].shape)} -> {list(new[name].shape)}" for name in reshaped]
        )
    if retyped:
        yield _note("dtypes differ", [f"{name} {old[name].dtype} -> {new[name].dtype}" for name in retyped])
    before, after = _nbytes(old), _nbytes(new)
    if before != after and (added or removed or reshaped or retyped):
        yield Fault(LAYOUT, f"tensors take {after:,} bytes, {before:,} before", note=True)


def _note(what: str, names: list[str]) -> Fault:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return Fault(LAYOUT, f"{what}: {', '.join(names[:SHOWN])}{more}", note=True)


def _tensors(names: list[str]) -> str:
    return "1 tensor is" if len(names) == 1 else f"{len(names):,} tensors are"


def _nbytes(tensors: dict[str, TensorInfo]) -> int:
    """Bytes of the distinct stretches: a shared storage counts once."""
    return sum({(each.storage, each.offset, each.nbytes): each.nbytes for each in tensors.values()}.values())
