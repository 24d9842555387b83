"""Write four checkpoints as `torch.save` would, without torch: good, holding numpy, truncated, malicious.

The pickles are put together opcode by opcode, because pickling the real thing needs torch and pickling an attack
needs the attack's function at hand. Nothing here unpickles anything.
"""

from __future__ import annotations

import struct
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path


def main(folder: Path) -> None:
    """Write `good.pt`, `numpy.pt`, `truncated.pt` and `malicious.pt` below `folder`."""
    weights = {"ears.weight": (16, 1, 9), "ears.bias": (16,), "names.weight": (40, 16), "names.bias": (40,)}
    write(folder / "good.pt", state_dict(weights), [storage(shape) for shape in weights.values()])
    write(folder / "numpy.pt", mapping([(text("mean"), numpy_array([0.5, 1.5, 2.5]))]), [])
    whole = (folder / "good.pt").read_bytes()
    (folder / "truncated.pt").write_bytes(whole[: len(whole) * 3 // 5])
    write(folder / "malicious.pt", call("posix", "system", text("echo this must never be seen")), [])


def write(path: Path, value: bytes, storages: list[bytes]) -> None:
    """A zip of stored records, as torch has written since 1.6."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{path.stem}/data.pkl", b"\x80\x02" + value + b".")
        archive.writestr(f"{path.stem}/byteorder", "little")
        for index, data in enumerate(storages):
            archive.writestr(f"{path.stem}/data/{index}", data)
        archive.writestr(f"{path.stem}/version", "3\n")


def state_dict(shapes: dict[str, tuple[int, ...]]) -> bytes:
    """An OrderedDict of float32 tensors, each in a storage of its own."""
    tensors = [(text(name), tensor(index, shape)) for index, (name, shape) in enumerate(shapes.items())]
    return call("collections", "OrderedDict") + b"(" + b"".join(key + value for key, value in tensors) + b"u"


def tensor(index: int, shape: tuple[int, ...]) -> bytes:
    """`torch._utils._rebuild_tensor_v2(storage, 0, shape, stride, False, OrderedDict())`."""
    where = row(text("storage"), name("torch", "FloatStorage"), text(str(index)), text("cpu"), number(count(shape)))
    strides = [count(shape[axis + 1 :]) for axis in range(len(shape))]
    return call(
        "torch._utils",
        "_rebuild_tensor_v2",
        where + b"Q",
        number(0),
        row(*map(number, shape)),
        row(*map(number, strides)),
        b"\x89",
        call("collections", "OrderedDict"),
    )


def numpy_array(values: list[float]) -> bytes:
    """What pickling a one-dimensional float32 array gives since numpy 2."""
    empty = call("numpy._core.multiarray", "_reconstruct", name("numpy", "ndarray"), row(number(0)), latin(b"b"))
    kind = call("numpy", "dtype", text("f4"), b"\x89", b"\x88")
    kind += row(number(3), text("<"), b"N", b"N", b"N", number(-1), number(-1), number(0)) + b"b"
    data = latin(struct.pack(f"<{len(values)}f", *values))
    return empty + row(number(1), row(number(len(values))), kind, b"\x89", data) + b"b"


def storage(shape: tuple[int, ...]) -> bytes:
    """Small float32 values, different in every place."""
    size = count(shape)
    return struct.pack(f"<{size}f", *((place - size / 2) / size for place in range(size)))


# -- opcodes of pickle protocol 2 --------------------------------------------------------------------------------------


def call(module: str, function: str, *arguments: bytes) -> bytes:
    return name(module, function) + row(*arguments) + b"R"


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def row(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def mapping(items: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"}(" + b"".join(key + value for key, value in items) + b"u"


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def latin(data: bytes) -> bytes:
    """Bytes, which protocol 2 spells as `_codecs.encode(text, "latin1")`."""
    return call("_codecs", "encode", text(data.decode("latin1")), text("latin1"))


def count(shape: tuple[int, ...]) -> int:
    total = 1
    for length in shape:
        total *= length
    return total


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
