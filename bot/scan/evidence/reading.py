"""The signs of one site, asked questions: of the whole, of its parts, of the keys it is asked for."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from bot.scan.evidence.follow.signs import COMPARED, RID, Kind, Sign
from bot.scan.names.module import Definition, Module

_CONSTANT = re.compile(r"\[(\w+\.)*_*[A-Z][A-Z\d_]+(\.value|\.name)?\]")
"""A key that is a constant's name: `loaded[ARGS_KEY]`, `loaded[KEYS.STATE]`, `loaded[Key.ARGS.value]`."""
_ATTRIBUTE = re.compile(r"\[\w+(\.\w+)+\]")
_LOADER = re.compile(r"(load|set)_(\w+_)?state_dict")


@dataclass(frozen=True)
class Reading:
    """The signs of one site, asked questions."""

    signs: tuple[Sign, ...]
    call: ast.Call
    module: Module

    @cached_property
    def function(self) -> Definition | ast.Lambda | None:
        return self.module.function(self.call)

    def whole(self, *kinds: Kind) -> Sign | None:
        """The first sign of one of these kinds about the loaded value as a whole."""
        return next((s for s in self.signs if s.kind in kinds and not s.path), None)

    def anywhere(self, *kinds: Kind) -> Sign | None:
        return next((s for s in self.signs if s.kind in kinds), None)

    @cached_property
    def keys(self) -> dict[str, set[Kind]]:
        """What is said of each part by its first step."""
        found: dict[str, set[Kind]] = {}
        for sign in self.signs:
            if sign.path and not sign.path[0].startswith("«"):
                found.setdefault(sign.path[0], set()).add(sign.kind)
        return found

    def themselves(self, *kinds: Kind) -> set[str]:
        """The parts that are said to be one of these kinds, and not only something inside them."""
        return {s.path[0] for s in self.signs if s.kind in kinds and len(s.path) == 1}

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """Keys read at the top that are no parameter's: the file holds more than one thing."""
        return tuple(k for k in self.keys if k.startswith("[") and ("." not in k or _CONSTANT.fullmatch(k)))

    @cached_property
    def named_sections(self) -> tuple[str, ...]:
        """Those of them that are written out as strings, or as constants."""
        return tuple(k for k in self.sections if k[1:2] in ("'", '"') or _CONSTANT.fullmatch(k))

    @property
    def by_a_given_key(self) -> bool:
        """`loaded[key]`, `loaded[self.key]` go into load_state_dict: a section under a key that somebody gives."""
        return any(key == "[?]" or _ATTRIBUTE.fullmatch(key) for key in self.themselves(Kind.LOADED))

    @property
    def perhaps_a_section(self) -> bool:
        """`if key: state = state[key]`, and on into load_state_dict: one that may stand beside others."""
        return self.whole(Kind.LOADED) is not None and self.by_a_given_key

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """The keys of what is taken away before the rest is used: `loaded.pop("args")`, `if key != "args"`."""
        taken = (s.detail.removeprefix(RID) for s in self.signs if not s.path and s.detail.startswith(RID))
        of_keys = (s for s in self.signs if s.path == ("key",) and s.detail.startswith(COMPARED))
        return (*taken, *(f"'{s.detail.removeprefix(COMPARED)}'" for s in of_keys))

    @property
    def direct(self) -> bool:
        """`x.load_state_dict(torch.load(...))`."""
        parent = self.module.parent(self.call)
        return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and _loads(parent)

    @property
    def unpacked(self) -> tuple[str, ...]:
        """The members that `one, other = torch.load(...)` gives names."""
        statement = self.module.parent(self.call)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        named = targets[0].elts if len(targets) == 1 and isinstance(targets[0], ast.Tuple | ast.List) else []
        return tuple(f"[{place}]" for place, each in enumerate(named) if not isinstance(each, ast.Starred))

    @property
    def taken_at_once(self) -> bool:
        """`torch.load(...)["weights"]`: nothing else of the file is kept."""
        return isinstance(self.module.parent(self.call), ast.Subscript)

    @property
    def receiver(self) -> ast.expr | None:
        """`x` of `x.load_state_dict(torch.load(...))`."""
        parent = self.module.parent(self.call)
        function = parent.func if isinstance(parent, ast.Call) else None
        return function.value if isinstance(function, ast.Attribute) else None

    @property
    def in_a_test(self) -> bool:
        name = self.module.path.rpartition("/")[2]
        return name.startswith("test_") or name.endswith("_test.py")

    def here(self, sign: Sign) -> bool:
        """Whether a sign stands in the function that loads."""
        if sign.file != self.module.path:
            return False
        return self.function is None or self.function.lineno <= sign.line <= (self.function.end_lineno or 0)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """Keys the whole is asked for: `"model" in checkpoint`."""
        prefix = "is asked for "
        return tuple(s.detail.removeprefix(prefix) for s in self.signs if not s.path and s.detail.startswith(prefix))

    @cached_property
    def asked_by_name(self) -> tuple[str, ...]:
        """Those of them that are written out as strings."""
        return tuple(key for key in self.asked if key[:1] in ("'", '"'))

    @property
    def asked_for_keys(self) -> bool:
        return bool(self.asked)


def _loads(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and _LOADER.fullmatch(call.func.attr) is not None
