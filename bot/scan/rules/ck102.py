"""A checkpoint loads with `weights_only=True` only when some names are allow-listed, or not at all.

Numpy arrays, `argparse.Namespace`, paths, dates and whole modules are no code, yet not on torch's own list. The
finding gives the exact `safe_globals([...])` line with its imports, including `numpy.dtypes.Float32DType` and its
like, which torch's own message leaves out, and the pair `(function, "old.name")` where numpy 2 has moved a function.
Each name is judged before it is offered: torch itself would accept `builtins.eval`. Some things never load since
torch 2.10, allow-listed or not: defaultdict, deque, subclasses of dict and list, optimizer objects, exceptions,
pickle protocol 3 and newer.

Bad:

    torch.save({"state_dict": net.state_dict(), "args": args}, "model.pt")      # args is a Namespace

Good:

    torch.save({"state_dict": net.state_dict(), "args": vars(args)}, "model.pt")

Advisory: `weights_only=False` instead is CVE-2025-32434's problem for everyone who loads the file.

Fix: save plain dicts, lists, numbers and tensors; or paste the line around the load, after judging the classes whose
modules it imports.
"""

from __future__ import annotations

from bot.model import Severity
from bot.scan.rules.base import Rule

RULE = Rule("CK102", "needs-allowlist", Severity.WARNING, "loads only with safe_globals([...]), whose line is given")
