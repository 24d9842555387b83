"""Coverage-guided fuzzing of the static checkpoint reader, with atheris (not a dependency: pip install atheris).

    python benchmarks/fuzz_checkpoint.py [CORPUS_DIR] [-max_total_time=300] [any libFuzzer option]

What is held: no exception leaves the reader, no input takes longer than libFuzzer's timeout, and nothing that names a
function of `os` in the clear comes out loadable. The seeds are the test suite's own broken and sound files.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["bot.scan.checkpoint"]):
    from bot.model import Verdict
    from bot.scan.checkpoint import BytesReader, Limits, read_checkpoint

from tests.checkpoint_bytes import payload, torch_zip  # noqa: E402
from tests.checkpoint_faults import all_cases  # noqa: E402

LIMITS = Limits(opcodes=200_000, held=1 << 20, objects=100_000, stack=100_000, memo=100_000)


def one_input(data: bytes) -> None:
    report = read_checkpoint("model.pt", BytesReader(data), LIMITS, crc=True)
    if data.startswith(b"cos\nsystem\n") and report.verdict is Verdict.LOADABLE:
        raise AssertionError("a call of os.system came out loadable")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for index, data in enumerate([torch_zip(), payload(), *(case.data for case in all_cases())]):
            if len(data) < 20_000:
                (Path(folder) / f"seed-{index}").write_bytes(data)
        atheris.Setup([sys.argv[0], *sys.argv[1:], folder, "-timeout=20", "-rss_limit_mb=1024"], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
