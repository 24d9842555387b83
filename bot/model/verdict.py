"""What the bytes of a checkpoint come to: by itself, since a scan that meets no checkpoint needs nothing else of it."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """`unreadable` is never `loadable`. `needs-allowlist` loads only with `safe_globals`.

    `refused` is whole and names no code, yet `torch.load(weights_only=True)` takes it in no way: TorchScript, tar,
    pickle protocol 3+, defaultdict.
    """

    LOADABLE = "loadable"
    NEEDS_ALLOWLIST = "needs-allowlist"
    REFUSED = "refused"
    DANGEROUS = "dangerous"
    CORRUPT = "corrupt"
    OVER_LIMITS = "over-limits"
    UNREADABLE = "unreadable"
    NOT_A_CHECKPOINT = "not-a-checkpoint"
