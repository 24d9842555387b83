"""What the checkpoint gate is built from, for every command that looks at checkpoints."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir

from bot.activities.checkpoints import gatekeeper
from bot.activities.desk import Checkpoints
from bot.cli.context import Context
from bot.edge.checkout import Checkout
from bot.edge.lfs import LfsStore
from bot.edge.sandbox import Sandbox, SandboxLimits, device_environment
from bot.policy import CheckpointPolicy


def sandbox_for(policy: CheckpointPolicy, context: Context) -> Sandbox:
    """The sandbox with the policy's limits; only the device legs see the driver's variables."""
    limits = SandboxLimits(seconds=policy.limits.seconds, memory=policy.limits.memory)
    return Sandbox(limits=limits, environment=device_environment(dict(context.environ)))


def gatekeeper_for(checkout: Checkout | None, context: Context, *, address: str = "", token: str = "") -> Checkpoints:
    """The gate for a pull request's checkpoints. `address` is the repository's page, whose LFS server may be asked."""
    cache = Path(context.environ.get("RUNNER_TEMP") or gettempdir()) / "loadguard-lfs"
    local = checkout.root / ".git" / "lfs" / "objects" if checkout else None
    objects = LfsStore(cache, local=local, address=address, token=token)
    return gatekeeper(lambda policy: sandbox_for(policy, context), objects)
