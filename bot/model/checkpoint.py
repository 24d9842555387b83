"""What is known of a checkpoint: from its bytes, from a sandboxed load, against the version it replaces."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.finding import Finding
from bot.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class GlobalUse:
    """A global a pickle names.

    `judgement`: allowed, needs-allowlist, executes, never-loads, unknown. `offset` is the opcode's in its stream.
    """

    module: str
    name: str
    judgement: str
    stream: str
    offset: int
    called: bool


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor; `stride` and `offset` in elements, `nbytes` those the tensor spans in its storage."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    storage: str
    device: str
    nbytes: int


@dataclass(frozen=True, slots=True)
class CheckpointReport:
    """What the static reader says of a file, without running any of it.

    `format`: torch-zip, torch-legacy, torch-tar, torchscript, pt2, safetensors, numpy, pickle, joblib, lfs-pointer, …
    `mappable` is whether `torch.load(mmap=True)` would work and be right; `mmap_reason` says why not. `devices` are the
    legs beside the CPU's `smoke`; `drift` is against the version this file replaces, farthest first. `shards` are the
    files a sharded index names; `lfs_oid` and `lfs_size` (bytes) what an LFS pointer stands for; `refusal` why
    weights_only=True would not take the file in any way.
    """

    path: str
    format: str
    size: int
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    globals: tuple[GlobalUse, ...] = ()
    tensors: tuple[TensorInfo, ...] = ()
    mappable: bool = False
    mmap_reason: str = ""
    safe_globals: tuple[str, ...] = ()
    shards: tuple[str, ...] = ()
    lfs_oid: str = ""
    lfs_size: int = -1
    refusal: str = ""
    smoke: Loaded | Refused | Killed | NotTried | None = None
    devices: tuple[Loaded | Refused | Killed | NotTried, ...] = ()
    drift: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The sandboxed load worked: counts, bytes, `seconds` wall, `peak_memory` in bytes (the whole child, torch
    included).

    `bad_values` and `all_zero` name the first tensors with NaN or infinity, or nothing but zeros; `walls` are the
    sandbox's that stood.
    """

    tensors: int
    parameters: int
    dtypes: tuple[tuple[str, int], ...]
    nbytes: int
    seconds: float
    peak_memory: int
    bad_values: tuple[str, ...] = ()
    device: str = "cpu"
    mapped: bool = False
    all_zero: tuple[str, ...] = ()
    walls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """torch would not load it: its own reason, and the globals it wants allow-listed."""

    reason: str
    needs: tuple[str, ...] = ()
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Killed:
    """The child died: a signal, a timeout, a limit, or an answer that was no answer."""

    reason: str
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one tensor moved from the version it replaces; `relative` is the mean difference over the mean old
    magnitude.
    """

    name: str
    largest: float
    mean: float
    relative: float
    new_bad_values: int


@dataclass(frozen=True, slots=True)
class NotTried:
    """Neutral: no torch, no such device, or already dangerous. Never a pass."""

    reason: str
    device: str = "cpu"
