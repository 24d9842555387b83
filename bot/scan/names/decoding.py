"""Texts that Python's own decoders make: `codecs.decode("ybnq", "rot13")`, `base64.b64decode("bG9hZA==")`,
`bytes.fromhex("6c6f6164")`, `bytes([108, 111, 97, 100])`.
"""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
from collections.abc import Callable, Iterable
from functools import partial

from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Evaluate, Sequence, Unknown, Value

_LONGEST = 1_000
_TEXT_CODECS = frozenset({"rot13", "rot_13", "rot-13", "hex", "hex_codec", "base64", "base64_codec", "ascii", "utf-8"})
"""What is decoded; others may inflate a short text to a very long one."""


def _by_codec(text: str | bytes, encoding: str = "utf-8") -> object:
    return codecs.getdecoder(encoding)(text)[0] if encoding.lower() in _TEXT_CODECS else None  # type: ignore[arg-type]


def _rotated(text: str, encoding: str) -> object:
    """What turns letters back is what turned them."""
    return _by_codec(text, encoding) if encoding.startswith("rot") else None


_DECODERS: dict[str, Callable[..., object]] = {
    "codecs.decode": _by_codec,
    "codecs.encode": _rotated,
    "base64.b64decode": base64.b64decode,
    "base64.standard_b64decode": base64.b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.b32decode": base64.b32decode,
    "base64.b16decode": base64.b16decode,
    "binascii.unhexlify": binascii.unhexlify,
    "binascii.a2b_base64": binascii.a2b_base64,
    "builtins.bytes.fromhex": bytes.fromhex,
}


def _decoded(call: ast.Call, module: Module, of: Evaluate, decoder: Callable[..., object]) -> Iterable[Value]:
    """What a decoder makes of constants."""
    given = [of(argument, module) for argument in call.args]
    plain = [g[0].value for g in given if len(g) == 1 and isinstance(g[0], Constant)]
    texts = [each for each in plain if isinstance(each, str | bytes) and len(each) <= _LONGEST]
    if not texts or len(texts) != len(call.args) or call.keywords:
        return (Unknown(),)
    try:
        made = decoder(*texts)
    except (TypeError, ValueError, LookupError):
        return (Unknown(),)
    return (Constant(made),) if isinstance(made, str | bytes) else (Unknown(),)


def _of_numbers(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`bytes([108, 111, 97, 100])`."""
    lists = of(call.args[0], module) if len(call.args) == 1 and not call.keywords else ()
    made: list[Value] = []
    for each in lists:
        items = [item[0] for item in each.items if len(item) == 1] if isinstance(each, Sequence) else []
        codes = [v.value for v in items if isinstance(v, Constant) and isinstance(v.value, int) and 0 <= v.value < 256]
        whole = isinstance(each, Sequence) and 0 < len(codes) == len(each.items) <= _LONGEST
        made.append(Constant(bytes(codes)) if whole else Unknown())
    return made or (Unknown(),)


DECODED: dict[str, Callable[[ast.Call, Module, Evaluate], Iterable[Value]]] = {
    **{name: partial(_decoded, decoder=decoder) for name, decoder in _DECODERS.items()},
    "builtins.bytes": _of_numbers,
    "builtins.bytearray": _of_numbers,
}
