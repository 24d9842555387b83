"""What a scan stood on, as short texts that change when it would come out differently."""

from __future__ import annotations

import hashlib


def policy_digest(shared: str | None, own: str | None) -> str:
    """Of the owner's policy and the repository's own; None where there is none, which is another thing than empty."""
    parts = [b"-" if text is None else b"+" + text.encode("utf-8", "surrogateescape") for text in (shared, own)]
    digest = hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts))
    return digest.hexdigest()[:16]
