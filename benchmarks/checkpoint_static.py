"""The static checkpoint reader on a 2 GiB file: time and memory, beside other scanners where they are installed.

    python benchmarks/checkpoint_static.py [--gib 2] [--runs 5] [--folder DIR]

Each measurement is a child of its own, so that its peak memory is its own. The file is made here, without torch, in the
folder given (a temporary one by default) and removed again. Bars (issue 4): without CRC at most 50 ms after start and
40 MB; with CRC at most 1.3 times the time of reading the file once from the disk (`cold`: the page cache is asked to
let go of it first). The fastest run counts: what else a machine does only ever adds. CPU seconds stand beside it.
Others are run when their command is on the PATH.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.checkpoint_bytes import Tensor, state_dict  # noqa: E402

MIB = 1024 * 1024
TENSORS = 64
OTHERS = {"picklescan": ["-p"], "hayward": ["scan"], "modelaudit": ["scan"]}

CHILD = """
import json, os, resource, sys, time
sys.path.insert(0, sys.argv[1])
kind, path = sys.argv[2:4]
from bot.scan.checkpoint import StreamReader, read_checkpoint
def run():
    with open(path, "rb") as stream:
        if kind == "read":
            buffer = bytearray(1 << 20)
            raw = open(path, "rb", buffering=0)
            while raw.readinto(buffer):
                pass
            return "read"
        return read_checkpoint(path, StreamReader(stream), crc=kind == "crc").verdict.value
if "cold" in sys.argv[4:]:
    with open(path, "rb") as stream:
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
begin, started = time.perf_counter(), time.process_time()
answer = run()
spent, busy = time.perf_counter() - begin, time.process_time() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": spent, "cpu": busy, "mb": peak, "answer": answer}))
"""


def make_file(path: Path, gib: float) -> None:
    """A torch zip of 64 equal float32 storages, written record by record as torch does."""
    numel = int(gib * 1024 * MIB) // 4 // TENSORS
    tensors = {f"layer.{i}": Tensor(str(i), (numel,), (1,), 0, numel) for i in range(TENSORS)}
    piece = struct.pack("<262144f", *(index / 262144 for index in range(262144)))
    directory = bytearray()
    with path.open("wb") as out:
        _record(out, directory, "m/data.pkl", state_dict(**tensors), 1)
        _record(out, directory, "m/byteorder", b"little", 1)
        for index in range(TENSORS):
            _record(out, directory, f"m/data/{index}", piece, numel * 4 // len(piece))
        _record(out, directory, "m/version", b"3\n", 1)
        start, count = out.tell(), TENSORS + 3
        out.write(directory)
        end = out.tell()
        out.write(struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 0, 0, 0, 0, count, count, len(directory), start))
        out.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
        out.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0))


def _record(out: BinaryIO, directory: bytearray, name: str, piece: bytes, times: int) -> None:
    start, raw = out.tell(), name.encode()
    pad = -(start + 34 + len(raw)) % 64
    out.write(struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 0, 0x0808, 0, 0, 0, 0, 0, 0, len(raw), pad + 4))
    out.write(raw + b"FB" + struct.pack("<H", pad) + b"Z" * pad)
    crc = 0
    for _ in range(times):
        out.write(piece)
        crc = zlib.crc32(piece, crc)
    size = len(piece) * times
    out.write(b"PK\x07\x08" + struct.pack("<III", crc, size, size))
    facts = (0, 0, 0x0808, 0, 0, 0, crc, size, size, len(raw), 0, 0, 0, 0, 0, start)
    directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", *facts) + raw


def measure(kind: str, path: Path, runs: int, *, cache: str = "warm") -> dict[str, object]:
    results = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(ROOT), kind, str(path), cache], capture_output=True, text=True, check=True
        )
        results.append(json.loads(done.stdout))
    names = {"plain": "loadguard", "crc": "loadguard, every CRC", "read": "reading the file once"}
    return {
        "what": f"{names[kind]}, {cache}",
        "seconds": min(result["seconds"] for result in results),
        "cpu": min(result["cpu"] for result in results),
        "mb": max(result["mb"] for result in results),
        "answer": results[0]["answer"],
    }


def measure_other(command: str, arguments: list[str], path: Path) -> dict[str, object] | None:
    """Whole process, once: their start-up is theirs. Nobody is told of it."""
    found = shutil.which(command) or shutil.which(command, path=str(Path(sys.executable).parent))
    if not found:
        return None
    begin = time.perf_counter()
    silent = {**os.environ, "DO_NOT_TRACK": "1", "PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_ANALYTICS": "1"}
    done = subprocess.run([found, *arguments, str(path)], capture_output=True, text=True, check=False, env=silent)
    return {"what": f"{command} (process)", "seconds": time.perf_counter() - begin, "answer": f"exit {done.returncode}"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=float, default=2.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder) / "model.pt"
        make_file(path, options.gib)
        os.sync()
        kinds = (
            ("plain", "cold"),
            ("read", "cold"),
            ("crc", "cold"),
            ("plain", "warm"),
            ("read", "warm"),
            ("crc", "warm"),
        )
        rows = [measure(kind, path, options.runs, cache=cache) for kind, cache in kinds]
        rows += [row for row in (measure_other(name, extra, path) for name, extra in OTHERS.items()) if row]
        size = path.stat().st_size
    print(f"{size:,} bytes")
    for row in rows:
        own = f"{row['cpu'] * 1000:9.1f} ms CPU {row['mb']:7.1f} MB" if "mb" in row else " " * 27  # type: ignore[operator]
        print(f"{row['what']:<30} {row['seconds'] * 1000:9.1f} ms {own}  {row['answer']}")
    plain, read, crc = rows[:3]
    ratio = float(crc["seconds"]) / float(read["seconds"])  # type: ignore[arg-type]
    warm = float(rows[5]["seconds"]) / float(rows[4]["seconds"])  # type: ignore[arg-type]
    held = plain["seconds"] <= 0.05 and plain["mb"] <= 40 and ratio <= 1.3  # type: ignore[operator]
    print(f"CRC against one read: {ratio:.2f} from the disk, {warm:.2f} out of the page cache (zlib's own speed)")
    print(f"bars {'held' if held else 'MISSED'}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
