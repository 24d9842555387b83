"""Storages a pickle declares, held against the records that carry their bytes."""

from __future__ import annotations

from bot.scan.checkpoint.inventory import Inventory
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.records import Archive, Entry


def check_parts(reading: Reading, inventory: Inventory, wanted: int, *, label: str) -> None:
    """torch unpacks a storage's persistent id into that many names, and stops at any other number."""
    for storage in inventory.storages.values():
        if storage.parts != wanted:
            reading.log.corrupt(
                f"storage {storage.key} is described by {storage.parts} values, not {wanted}",
                record=label,
                offset=storage.at,
            )


def check_storages(reading: Reading, archive: Archive, pickle: Entry, inventory: Inventory, *, label: str) -> set[str]:
    """The names of the records that are storages. torch checks their size since 2.10, never when mapped."""
    folder = pickle.name.removesuffix(".pkl")
    used: set[str] = set()
    by_name = {entry.name: entry for entry in archive.entries}
    check_parts(reading, inventory, 5, label=f"{label}!{pickle.name}" if label else pickle.name)
    for storage in inventory.storages.values():
        name = f"{folder}/{storage.key}"
        record = f"{label}!{name}" if label else name
        entry = by_name.get(name)
        if entry is None:
            reading.log.corrupt(f"no record for storage {storage.key}", record=record, offset=storage.at)
            continue
        used.add(name)
        if entry.size != storage.nbytes:
            reading.log.corrupt(
                f"the record has {entry.size:,} bytes, the pickle wants {storage.nbytes:,} "
                f"({storage.numel:,} of {storage.dtype}); mapped, neighbouring records are read (CVE-2026-24747)",
                record=record,
                offset=entry.start,
            )
    for other in inventory.persistent:
        reading.log.corrupt("a persistent id that is no storage", record=pickle.name, offset=other.offset)
    return used
