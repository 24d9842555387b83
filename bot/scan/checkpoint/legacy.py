"""Pickles on their own: torch's legacy file (five stacked pickles and raw storages), plain pickles, joblib."""

from __future__ import annotations

from bot.scan.checkpoint.inert import Call, Global, Pairs, as_integer, as_text, elements
from bot.scan.checkpoint.inventory import Inventory
from bot.scan.checkpoint.machine import Machine, Walk
from bot.scan.checkpoint.reader import Reader, SliceReader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.storages import check_parts
from bot.scan.checkpoint.streams import judge_calls, looks_like_pickle, read_inventory, read_stream

MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_VERSION = 1001
LEGACY_REASON = "torch's legacy format: torch.load(mmap=True) raises for it"
RESAVE = "Load it once and save it again with torch.save, which writes the zip format since torch 1.6."
JOBLIB_ARRAY = ("joblib.numpy_pickle.NumpyArrayWrapper", "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper")


def read_pickles(reading: Reading, reader: Reader, label: str) -> None:
    """A file that begins with a pickle. Every stream in it is walked, also those nobody would load."""
    joblib = _Joblib(reading, label)
    walk = read_stream(reading, reader, label, after_build=joblib.after_build)
    if walk.root == MAGIC and isinstance(walk.root, int):
        _read_legacy(reading, reader, label, walk.end)
        return
    names = {found.module.split(".")[0] for found in walk.globals}
    reading.is_a("joblib" if joblib.arrays or "joblib" in names else "pickle")
    if not label and not reading.mmap_reason:
        reading.mmap_reason = "a plain pickle, no checkpoint of torch.save"
        if reading.path.lower().endswith((".pt", ".pth", ".ckpt", ".bin")):
            reading.log.unmappable(reading.mmap_reason, note=True)
    read_inventory(reading, walk, label)
    if joblib.arrays:
        judge_calls(reading, reading.walk(reader), f"{label or 'the file'}[read without joblib]")
    _read_rest(reading, reader, label, walk)


def _read_rest(reading: Reading, reader: Reader, label: str, walk: Walk) -> None:
    """More streams after the first: `pickle.load` leaves them, a loop or a second reader does not."""
    count = 1
    while walk.stopped and walk.end < reader.size and count < reading.limits.streams:
        start = walk.end
        place = f"{label}[stream {count} at byte {start}]" if label else f"[stream {count} at byte {start}]"
        head = reader.read(start, 4)
        if head[:2] == b"PK":
            reading.nested(SliceReader(reader, start, reader.size - start), place)
            return
        walk = reading.walk(reader, start=start)
        if not looks_like_pickle(walk) and head[:1] != b"\x80":
            reading.log.corrupt(
                f"{reader.size - start:,} bytes after the pickle's end are no pickle", record=label, offset=start
            )
            return
        walk = read_stream(reading, reader, place, start=start)
        read_inventory(reading, walk, place)
        count += 1
    if count >= reading.limits.streams:
        reading.log.over(f"more than {reading.limits.streams:,} pickles in one file", record=label)


# -- torch's legacy format ------------------------------------------------------------------------------------------
def _read_legacy(reading: Reading, reader: Reader, label: str, start: int) -> None:
    """magic, protocol version, system information, the object, storage keys; then each storage's length and bytes."""
    reading.is_a("torch-legacy", loadable=True)
    if not label:
        reading.mmap_reason = LEGACY_REASON
        reading.log.unmappable(LEGACY_REASON, advice=RESAVE, note=True)
    version = read_stream(reading, reader, label, start=start)
    if version.stopped and version.root != LEGACY_VERSION:
        reading.log.corrupt("the legacy protocol version is not 1001", record=label, offset=start)
    system = read_stream(reading, reader, label, start=version.end) if version.stopped else version
    _check_system(reading, system, label)
    main = read_stream(reading, reader, label, start=system.end) if system.stopped else system
    inventory = read_inventory(reading, main, label)
    check_parts(reading, inventory, 6, label=label)
    keys = read_stream(reading, reader, label, start=main.end) if main.stopped else main
    if keys.stopped:
        _check_raw_storages(reading, reader, label, keys, inventory)


def _check_system(reading: Reading, walk: Walk, label: str) -> None:
    if not walk.stopped:
        return
    facts = {as_text(key): value for key, value in walk.root.held} if isinstance(walk.root, Pairs) else {}
    if facts.get("little_endian") is not True:
        reading.log.corrupt("system information without little_endian=True: torch reads it byte-swapped", record=label)


def _check_raw_storages(reading: Reading, reader: Reader, label: str, keys: Walk, inventory: Inventory) -> None:
    position = keys.end
    names = [as_text(each) for each in elements(keys.root)]
    if sorted(name or "" for name in names) != sorted(inventory.storages):
        reading.log.corrupt(
            "the storage keys at the end are not those the pickle names", record=label, offset=keys.start
        )
    for name in names:
        storage = inventory.storages.get(name or "")
        if storage is None:
            return
        head = reader.read(position, 8)
        numel = int.from_bytes(head, "little", signed=True)
        if len(head) < 8 or numel != storage.numel:
            reading.log.corrupt(
                f"storage {name} has {numel:,} elements here, the pickle says {storage.numel:,}" if len(head) == 8
                else f"ends before storage {name}",
                record=label,
                offset=position,
            )  # fmt: skip
            return
        position += 8 + storage.nbytes
    if position > reader.size:
        reading.log.corrupt(
            f"cut off: {position - reader.size:,} bytes of storages are missing", record=label, offset=reader.size
        )
    elif position < reader.size:
        rest = reader.size - position
        reading.log.corrupt(f"{rest:,} bytes after the last storage", record=label, offset=position)
        reading.nested(SliceReader(reader, position, rest), f"{label}[after byte {position}]")


# -- joblib ---------------------------------------------------------------------------------------------------------
class _Joblib:
    """joblib writes an array's raw bytes between two opcodes, right after the BUILD of its wrapper."""

    def __init__(self, reading: Reading, label: str) -> None:
        self.reading = reading
        self.label = label
        self.arrays = 0

    def after_build(self, machine: Machine, call: Call) -> None:
        if not (isinstance(call.callee, Global) and call.callee.dotted in JOBLIB_ARRAY):
            return
        self.arrays += 1
        state = {as_text(key): value for key, value in call.state.held} if isinstance(call.state, Pairs) else {}
        code = _dtype_code(state.get("dtype"))
        if code.lstrip("|<>=").startswith("O"):
            self._object_array(machine)
            return
        size = _itemsize(code)
        for count in elements(state.get("shape")):
            size *= max(0, as_integer(count) or 0)
        if state.get("numpy_array_alignment_bytes") is not None:
            machine.cursor.skip(machine.cursor.take(1)[0])
        machine.cursor.skip(size)

    def _object_array(self, machine: Machine) -> None:
        """An object array is one more pickle in the middle of this one."""
        inner = read_stream(self.reading, machine.cursor.reader, self.label, start=machine.cursor.position)
        machine.cursor.seek(inner.end)


def _dtype_code(value: object) -> str:
    if isinstance(value, Call):
        arguments = elements(value.arguments)
        order = elements(value.state)
        sign = as_text(order[1]) if len(order) > 1 else ""
        return (sign or "") + (as_text(arguments[0]) or "" if arguments else "")
    return ""


def _itemsize(code: str) -> int:
    digits = code.lstrip("|<>=")[1:]
    size = int(digits) if digits.isdigit() and len(digits) < 10 else 0
    return size * 4 if code.lstrip("|<>=").startswith("U") else size
