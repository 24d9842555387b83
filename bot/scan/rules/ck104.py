"""A checkpoint asks for more than its limits: a bomb, or a limit that is too low for an honest file.

292 kB of DEFLATE become 517 MB when read; four bytes with stride 0 stand for a tensor of terabytes; a pickle can
nest, repeat and allocate without end. The reader stops at each bound and says which one, with the byte or the record.

Bad: a record of 300 kB that unpacks to 500 MB.

Good: stored records, as torch.save writes them.

Advisory: CWE-409, improper handling of highly compressed data.

Fix: do not load the file without a memory limit. Where the size is meant, raise `checkpoints.limits` in the policy.
"""

from __future__ import annotations

from bot.model import Severity
from bot.scan.rules.base import Rule

RULE = Rule("CK104", "over-limits", Severity.ERROR, "sizes, counts, compression ratio or nesting over the limits")
