"""The pickle protocol a save is given: weights_only=True reads those that torch.save writes by itself, and no newer."""

from __future__ import annotations

import ast

from bot.scan.evidence.saves.content import Content, Stored
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Qualified

_READ = (2, 3)
"""What the unpickler of torch 2.13 knows every opcode of: 4 frames its stream, 0 and 1 write tensors as text."""
_NEWER = ("pickle.HIGHEST_PROTOCOL", "pickle.DEFAULT_PROTOCOL")
"""What Python 3.8 and later make 4 or 5; torch has a DEFAULT_PROTOCOL of its own, which is 2."""
_PLACE = 3
"""Of `torch.save(obj, f, pickle_module, pickle_protocol)`."""


def unread_protocol(call: ast.Call, module: Module) -> Stored | None:
    """What stands in the way where `call`, a torch.save, is given a protocol that weights_only=True does not read."""
    named = next((k.value for k in call.keywords if k.arg == "pickle_protocol"), None)
    given = named or (call.args[_PLACE] if len(call.args) > _PLACE else None)
    for value in evaluate(given, module) if given is not None else ():
        newer = isinstance(value, Qualified) and value.name in _NEWER
        other = isinstance(value, Constant) and isinstance(value.value, int) and value.value not in _READ
        if newer or other:
            return Stored(Content.OBJECT, "opcodes of a pickle protocol that weights_only=True does not read")
    return None
