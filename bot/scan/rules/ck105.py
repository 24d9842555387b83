"""A checkpoint cannot be mapped: `torch.load(path, mmap=True)` would raise, crash or read wrong weights.

Mapping needs torch's zip format with stored records. Legacy files, tar and compressed files raise. A zip that was
packed again (DEFLATE) loads **without an error and with wrong weights**. TorchScript and `.pt2` are read by other
functions. A big-endian file crashes the process with `map_location="meta"` (SIGSEGV).

Bad: a checkpoint from before torch 1.6, loaded with `mmap=True`.

Good:

    state = torch.load("old.pt", map_location="cpu", weights_only=True)
    torch.save(state, "new.pt")

Advisory: none; reproduced on torch 2.9 and 2.13.

Fix: save the file again with torch.save, or leave `mmap` out for it.
"""

from __future__ import annotations

from bot.model import Severity
from bot.scan.rules.base import Rule

RULE = Rule("CK105", "cannot-map", Severity.WARNING, "legacy, tar or compressed container: mmap=True would fail")
