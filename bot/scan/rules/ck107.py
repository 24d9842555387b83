"""A checkpoint holds NaN or infinity where the version it replaces had none, or tensors that are all zero now.

A training run that diverged writes a perfectly valid file. The sandboxed load looks at every value once, in pieces,
and the result is held against the version in the base branch.

Bad: `layer.3.weight` is NaN throughout after a run with too high a learning rate.

Good: finite values, with the drift of each tensor in the report.

Advisory: none.

Fix: do not merge the file before a look at the run that wrote it.
"""

from __future__ import annotations

from bot.model import Severity
from bot.scan.rules.base import Rule

RULE = Rule("CK107", "bad-values", Severity.WARNING, "NaN or infinity where the base had none; all-zero tensors")
