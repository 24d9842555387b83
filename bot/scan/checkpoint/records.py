"""One record of a ZIP archive, and the archive as its directory describes it."""

from __future__ import annotations

from dataclasses import dataclass, field

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR64 = b"PK\x06\x07"
U32 = 0xFFFFFFFF
ENCRYPTED = 0x0001
DESCRIPTOR = 0x0008
PATCHED = 0x0020
STRONG = 0x0040
MASKED = 0x2000
STORED = 0
DEFLATED = 8


@dataclass(slots=True)
class Entry:
    """One record, in bytes. `start` is where its data begins, -1 where the local header is not there."""

    name: str
    raw: bytes
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    header: int
    start: int = -1
    stamp: tuple[int, int] = (0, 0)
    version: int = 0

    @property
    def end(self) -> int:
        return self.start + self.packed


@dataclass(slots=True)
class Archive:
    """`whole` is false where the directory itself could not be read to its end. `central` is where it starts."""

    entries: list[Entry] = field(default_factory=list)
    whole: bool = False
    central: int = 0
    base: int = 0

    def find(self, name: str) -> Entry | None:
        """The entry torch would read: the last of its name."""
        return next((entry for entry in reversed(self.entries) if entry.name == name), None)
