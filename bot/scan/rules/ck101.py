"""A checkpoint names something that runs code.

A pickle is a program: `GLOBAL os system` and `REDUCE` are two of its opcodes, and plain `torch.load`, `pickle.load`
and `joblib.load` do as they are told. The reader walks every stream of the file, also those hidden behind the first
one, inside strings, in nested archives or behind a broken tail, and judges each name by torch's own allow-list: what
is not on it and comes from the standard library, from a package known to run code, or is a function that the pickle
calls, is this. So are native code, Python sources in an archive, TorchScript that opens files by name, and text in
safetensors metadata that is a program. Nothing of the file is run to find out.

Bad: `model.pt` whose `data.pkl` calls `posix.system` at byte 2.

Good: a state dict, whose only names are `collections.OrderedDict` and `torch._utils._rebuild_tensor_v2`.

Advisory: GHSA-53q9-r3pm-6pq6 (CVE-2025-32434): below torch 2.6 such a file runs in spite of `weights_only=True`.

Fix: do not load it, in any way. Ask who made it; replace it by tensors saved anew, best as safetensors. There is no
line that allows it: an allow-list with a callable that executes is LG005.
"""

from __future__ import annotations

from bot.model import Severity
from bot.scan.rules.base import Rule

RULE = Rule("CK101", "code-in-checkpoint", Severity.ERROR, "the pickle names something that executes")
