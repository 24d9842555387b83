"""The checkpoints among changed files: which they are, and each through the gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.activities.checkpoints import Gate, inspect
from bot.activities.desk import Read
from bot.cli_context import Context
from bot.edge.checkout import Checkout
from bot.edge.lfs import LfsStore
from bot.edge.sandbox import Sandbox, SandboxLimits, device_environment
from bot.model import ChangedFile, CheckpointReport, Verdict
from bot.policy import CheckpointMode, CheckpointPolicy, Policy
from bot.policy_apply import matches

MAGIC = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"\x93NUMPY", b"version https://git-lfs")
"""How a file begins that may be a checkpoint under another name; what it is then decides the reader."""
SOURCES = (".py", ".pyi", ".md", ".rst", ".txt", ".toml", ".yml", ".yaml", ".json", ".cfg", ".lock", ".sh", ".ipynb")
"""Endings of files that are read as text and never asked for their first bytes."""


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at the checkpoints of a change. `store` says where Git LFS objects come from, `None` where from nowhere."""

    context: Context
    store: LfsStore | None = None

    def __call__(
        self, changed: tuple[ChangedFile, ...], new: Read, old: Read | None, policy: Policy
    ) -> tuple[CheckpointReport, ...]:
        """A report for each, in the order of the change. Nothing when the policy switches the gate off."""
        if policy.checkpoints.mode is CheckpointMode.OFF:
            return ()
        gate = Gate(policy.checkpoints, sandbox=sandbox_for(policy.checkpoints, self.context), objects=self.store)
        reports = (_look_at(gate, each, new, old) for each in changed)
        return tuple(each for each in reports if each is not None)


def sandbox_for(policy: CheckpointPolicy, context: Context) -> Sandbox:
    """The sandbox with the policy's limits; only the device legs see the driver's variables."""
    limits = SandboxLimits(seconds=policy.limits.seconds, memory=policy.limits.memory)
    return Sandbox(limits=limits, environment=device_environment(dict(context.environ)))


def lfs_store(checkout: Checkout | None, cache: Path, *, address: str = "", token: str = "") -> LfsStore:
    """Objects that the checkout already has, then those of the server at `address`, if any."""
    local = checkout.root / ".git" / "lfs" / "objects" if checkout else None
    return LfsStore(cache, local, address, token)


def _look_at(gate: Gate, file: ChangedFile, new: Read, old: Read | None) -> CheckpointReport | None:
    named = any(matches(file.path, pattern) for pattern in gate.policy.patterns)
    if file.status == "removed" or (not named and file.path.endswith(SOURCES)):
        return None
    data = new(file.path)
    if data is None or not (named or data.startswith(MAGIC)):
        return None
    before = old(file.previous_path or file.path) if old and file.status != "added" else None
    with TemporaryDirectory(prefix="loadguard-") as folder:
        path = _put(Path(folder) / "new", data)
        against = None if before is None else _put(Path(folder) / "old", before)
        report = inspect(gate, path, name=file.path, against=against)
    nothing = report.verdict is Verdict.NOT_A_CHECKPOINT and not report.findings
    return None if nothing else report


def _put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
