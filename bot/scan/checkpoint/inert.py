"""What the symbolic machine puts on its stack instead of live objects. None of them runs, hashes or compares."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Global:
    """A name the pickle would import, at byte `offset`; is it `called`, does BUILD write on it (`built`)?

    `reduced` tells a call of anything from NEWOBJ, which only makes an empty object of a class.
    """

    module: str
    name: str
    offset: int
    called: bool = False
    reduced: bool = False
    built: bool = False

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Call:
    """`callee(*arguments)` as `opcode` would make it. `state` is what BUILD hands over; `items` what is put into it."""

    callee: object
    arguments: object
    opcode: str
    offset: int
    state: object = None
    items: list[object] = field(default_factory=list)
    pairs: list[tuple[object, object]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Items:
    """A list, set or frozenset. `count` is its real length; scalars beyond a bound are counted and not kept."""

    kind: str
    held: list[object] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True, eq=False)
class Pairs:
    """A dict, as its pairs in order: keys are never hashed."""

    held: list[tuple[object, object]] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True, eq=False)
class Persistent:
    """What `persistent_load(pid)` would return."""

    pid: object
    offset: int


@dataclass(slots=True, eq=False)
class Blob:
    """Bytes or text too long to keep: where they stand, how long they are, how they begin."""

    start: int
    length: int
    head: bytes
    text: bool


@dataclass(slots=True, eq=False)
class Unknown:
    """The pickle took something from where nothing was, or an extension code nobody here knows."""

    reason: str


SCALARS = (int, float, str, bytes, bool, type(None))


def as_text(value: object) -> str | None:
    """A str, or ASCII bytes as Python 2 wrote them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return None


def as_integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def entries(value: object) -> list[tuple[object, object]]:
    """The pairs of a dict or of a dict-like object (OrderedDict, Counter, defaultdict)."""
    if isinstance(value, Pairs):
        return value.held
    if isinstance(value, Call):
        return value.pairs
    return []


def elements(value: object) -> list[object]:
    """The members of a tuple, list or set."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Items):
        return value.held
    return []
