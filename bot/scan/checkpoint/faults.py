"""What is wrong with a file, before it becomes a finding: a code, a sentence, and the place in the file."""

from __future__ import annotations

from dataclasses import dataclass, field

CODE = "CK101"
ALLOWLIST = "CK102"
CORRUPT = "CK103"
LIMITS = "CK104"
MAPPING = "CK105"
LAYOUT = "CK108"

MAX_PER_RULE = 50
CODE_ADVICE = "Do not load this file, in any way. Ask who made it, and replace it by a state dict saved anew."


@dataclass(frozen=True, slots=True)
class Fault:
    """`record` is the entry of the archive (empty for the file itself), `offset` a byte in it (-1: the whole)."""

    rule: str
    message: str
    record: str = ""
    offset: int = -1
    advice: str = ""
    note: bool = False

    @property
    def place(self) -> str:
        """Where in the file, in words: `archive/data.pkl, byte 17`."""
        where = [self.record] if self.record else []
        if self.offset >= 0:
            where.append(f"byte {self.offset}")
        return ", ".join(where)


@dataclass(slots=True)
class FaultLog:
    """Faults in the order they were met; beyond `MAX_PER_RULE` of one rule they are only counted."""

    kept: list[Fault] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, fault: Fault) -> None:
        count = self._counts.get(fault.rule, 0)
        if count >= MAX_PER_RULE:
            self.dropped[fault.rule] = self.dropped.get(fault.rule, 0) + 1
            return
        if fault not in self.kept:
            self._counts[fault.rule] = count + 1
            self.kept.append(fault)

    def corrupt(self, message: str, *, record: str = "", offset: int = -1, advice: str = "") -> None:
        self.add(Fault(CORRUPT, message, record, offset, advice))

    def code(self, message: str, *, record: str = "", offset: int = -1) -> None:
        self.add(Fault(CODE, message, record, offset, CODE_ADVICE))

    def over(self, message: str, *, record: str = "", offset: int = -1) -> None:
        self.add(Fault(LIMITS, message, record, offset))

    def unmappable(self, message: str, *, record: str = "", advice: str = "", note: bool = False) -> None:
        self.add(Fault(MAPPING, message, record, -1, advice, note))

    def has(self, *rules: str) -> bool:
        return any(fault.rule in rules for fault in self.kept)

    def first(self, rule: str) -> Fault | None:
        return next((fault for fault in self.kept if fault.rule == rule), None)
