"""Walk a pickle stream and write into the reading what its names, breaks and hidden streams mean."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.model import GlobalUse
from bot.scan.checkpoint import judge
from bot.scan.checkpoint.embedded import MOST, unpack
from bot.scan.checkpoint.inert import Blob, Call, Global, as_text, elements
from bot.scan.checkpoint.inventory import Inventory
from bot.scan.checkpoint.machine import Machine, Walk
from bot.scan.checkpoint.reader import BytesReader, Reader, SliceReader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.tensors import take_inventory

IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*\Z")
TORCHSCRIPT = re.compile(
    r"__torch__\.[\w.]+|__torch__|torch\.jit\._pickle\.(?:build_\w+list|build_tensor_from_id|restore_type_tag)"
)
"""Names that only TorchScript's own unpickler knows. Python's would find none of the first in any module."""
MOST_DTYPES = 1000


def read_stream(
    reading: Reading,
    reader: Reader,
    label: str,
    *,
    start: int = 0,
    after_build: Callable[[Machine, Call], None] | None = None,
) -> Walk:
    """Walk the stream at `start`, judge its names, and keep its breaks."""
    walk = reading.walk(reader, start=start, after_build=after_build)
    for trouble in walk.troubles:
        note = reading.log.over if trouble.over else reading.log.corrupt
        note(trouble.message, record=label, offset=trouble.offset)
    judge_names(reading, walk, label)
    _judge_shape(reading, walk, label)
    _read_embedded(reading, reader, walk, label)
    for offset, arguments in walk.unpickled:
        _read_unpickled(reading, reader, arguments, offset=offset, label=label)
    return walk


def judge_calls(reading: Reading, walk: Walk, label: str) -> None:
    """Of another way to read the same bytes, only calls of code that can be imported: raw numbers spell odd names."""
    for found in walk.globals:
        spelt = IDENTIFIER.match(found.module) and IDENTIFIER.match(found.name)
        if found.called and spelt and judge.rule_on(found, reading.allowed).judgement == judge.EXECUTES:
            judge_name(reading, found, label)


def judge_names(reading: Reading, walk: Walk, label: str) -> None:
    """Every global of a walk, once by name for the report, with a fault for each that runs code."""
    for found in walk.globals:
        if not (reading.torchscript and TORCHSCRIPT.fullmatch(found.dotted)):
            judge_name(reading, found, label)


def judge_name(reading: Reading, found: Global, label: str) -> None:
    ruling = judge.rule_on(found, reading.allowed)
    key = (found.module, found.name)
    known = reading.rulings.get(key)
    if known is not None and known.judgement == ruling.judgement:
        return
    reading.rulings[key] = ruling
    reading.globals.append(GlobalUse(found.module, found.name, ruling.judgement, label, found.offset, found.called))
    if ruling.judgement == judge.EXECUTES:
        verb = "calls" if found.called else "names"
        message = f"{verb} {ruling.dotted[:200]}, which {ruling.why}"
        reading.log.code(message, record=label, offset=found.offset)
    elif ruling.judgement == judge.NEVER:
        reading.refuse_stream(f"{ruling.dotted} {ruling.why}")


def _judge_shape(reading: Reading, walk: Walk, label: str) -> None:
    for offset in walk.computed[:5]:
        reading.log.code("calls what another call returned", record=label, offset=offset)
    for offset, code in walk.extensions[:5]:
        reading.refuse_stream(f"extension code {code} at byte {offset} stands for whatever copyreg has registered")
    if walk.unsupported:
        name, code, offset = walk.unsupported
        reading.refuse_stream(
            f"opcode {name} ({code}) at byte {offset} of {label or 'the file'}: torch's weights_only unpickler reads "
            "protocol 2 only"
        )
    for opcode, offset, callee in walk.subclasses[:5]:
        name = callee.dotted if isinstance(callee, Global) else "an object"
        what = "a dict" if opcode.startswith("SETITEM") else "a list"
        reading.refuse_stream(
            f"{name} is filled like {what} at byte {offset}, which torch >= 2.10 never does for another class"
        )


def _read_embedded(reading: Reading, reader: Reader, walk: Walk, label: str) -> None:
    """Pickles inside strings: they run when something unpickles them, so code in them is named like any other."""
    if len(walk.embedded) > MOST:
        reading.log.over(f"more than {MOST:,} strings that may be pickles: only these were read", record=label)
    for start, data, blob in walk.embedded[:MOST]:
        raw = data or _blob_bytes(reader, blob, reading.limits.held)
        read_hidden(reading, raw, f"{label or 'the file'}[string at byte {start}]")


def read_hidden(reading: Reading, raw: bytes, place: str) -> None:
    """What bytes in a string hold: an archive, or a pickle that names code. Anything else is data."""
    inner = unpack(raw)
    if inner.startswith(b"PK\x03\x04"):
        reading.nested(BytesReader(inner), place)
        return
    nested = reading.walk(BytesReader(inner))
    if not looks_like_pickle(nested):
        return
    if any(judge.rule_on(name, reading.allowed).judgement == judge.EXECUTES for name in nested.globals):
        judge_names(reading, nested, place)
    reading.deeper(lambda: _read_embedded(reading, BytesReader(inner), nested, place))


def _read_unpickled(reading: Reading, reader: Reader, arguments: object, *, offset: int, label: str) -> None:
    """What `_load_from_bytes` unpickles. Literal bytes are read like a file; computed ones can be anything."""
    inner = _literal(reading, reader, arguments)
    if inner is None:
        message = "unpickles bytes that are computed, so they can hold anything"
        reading.log.code(message, record=label, offset=offset)
    else:
        reading.nested(inner, f"{label or 'the file'}[bytes at byte {offset}]")


def _literal(reading: Reading, reader: Reader, arguments: object) -> Reader | None:
    """Bytes as protocol 3 writes them, or as protocol 2 does: text, and a call that encodes it as latin-1."""
    parts = elements(arguments)
    value = parts[0] if len(parts) == 1 else None
    if isinstance(value, bytes):
        return BytesReader(value)
    if isinstance(value, Blob) and not value.text:
        return SliceReader(reader, value.start, value.length)
    if not (isinstance(value, Call) and isinstance(value.callee, Global) and value.callee.dotted == "_codecs.encode"):
        return None
    encoded = elements(value.arguments)
    if len(encoded) != 2 or as_text(encoded[1]) not in ("latin1", "latin-1"):
        return None
    if isinstance(encoded[0], str):
        return BytesReader(encoded[0].encode("latin-1", "replace"))
    if isinstance(encoded[0], Blob):
        if encoded[0].length > reading.limits.held:
            reading.log.over(f"unpickles {encoded[0].length:,} bytes that are written as text", offset=encoded[0].start)
            return BytesReader(b"")
        raw = _blob_bytes(reader, encoded[0], reading.limits.held)
        return BytesReader(raw.decode("utf-8", "replace").encode("latin-1", "replace"))
    return None


def _blob_bytes(reader: Reader, blob: Blob | None, bound: int) -> bytes:
    return reader.read(blob.start, min(blob.length, bound)) if blob else b""


def looks_like_pickle(walk: Walk) -> bool:
    """Whether bytes without a magic number are a pickle: they end well, or name importable things before they break."""
    if walk.whole and walk.opcodes > 1:
        return True
    return any(IDENTIFIER.match(found.module) and IDENTIFIER.match(found.name) for found in walk.globals)


def read_inventory(reading: Reading, walk: Walk, label: str, *, prefix: str = "") -> Inventory:
    """The tensors and storages of a walked stream, with what contradicts itself in the log."""
    inventory = take_inventory(walk.root, reading.limits)
    for message, offset, over in inventory.troubles:
        note = reading.log.over if over else reading.log.corrupt
        note(message, record=label, offset=offset)
    room = reading.limits.tensors - len(reading.tensors)
    reading.tensors.extend(inventory.tensors[:room])
    reading.numpy_dtypes.update(dict.fromkeys(inventory.numpy_dtypes[:MOST_DTYPES]))
    return inventory
