"""A checkpoint was refused, crashed or ran out of its limits in the sandbox.

What looks whole is loaded once, in a child process that can open nothing else, start nothing and reach no network,
with limits on time and memory: `torch.load(path, map_location="cpu", weights_only=True)`. Every way to die there is a
verdict: an exception, a signal (files can crash torch), a timeout, an answer that is none.

Bad: a file on which the child dies of SIGSEGV.

Good: a file that loads in the sandbox within its limits, whose report counts its tensors.

Advisory: CVE-2026-24747, and the crashes torch's maintainers do not count as security problems.

Fix: the finding gives torch's own reason. Save the file again as a state dict; do not load it elsewhere before that.
"""

from __future__ import annotations

from bot.model import Severity
from bot.scan.rules.base import Rule

RULE = Rule("CK106", "smoke-load-failed", Severity.ERROR, "refused, crashed, timed out or killed in the sandbox")
