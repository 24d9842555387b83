"""The names of torch as a dict: what `vars(torch)` and `torch.__dict__` bring into another one."""

from __future__ import annotations

from bot.scan.names.values import AnyKey, Dictionary, Item, Qualified, Value

_OF_INTEREST = ("load", "serialization")
_SUFFIX = ".__dict__"


def as_dict(value: Value) -> Value:
    """`{**vars(torch)}` and its like: a dict with torch's names of interest, and more; any other value as it is."""
    if not isinstance(value, Qualified) or value.name not in ("torch.__dict__", "torch.serialization.__dict__"):
        return value
    module = value.name.removesuffix(_SUFFIX)
    named = (Item(name, (Qualified(f"{module}.{name}", value.ambiguous),)) for name in _OF_INTEREST)
    return Dictionary((Item(AnyKey.ANY, ()), *named))
