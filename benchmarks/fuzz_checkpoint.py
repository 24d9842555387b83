"""Coverage-guided fuzzing of the static checkpoint reader, with atheris (not a dependency: pip install atheris).

    python benchmarks/fuzz_checkpoint.py [CORPUS_DIR] [-max_total_time=300] [any libFuzzer option]

What is held, of every input: no exception leaves the reader, none takes longer than libFuzzer's timeout, and the reader
knows what Python knows. The last is checked with CPython's own unpickler, whose `find_class` here imports nothing and
writes the name down: a file that is called loadable names nothing beside torch's list, and one that Python reads to
the end names nothing that the report does not hold. The seeds are the test suite's own broken and sound files.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["bot.scan.checkpoint"]):
    from bot.model import CheckpointReport, Verdict
    from bot.scan.checkpoint import BytesReader, Limits, read_checkpoint
    from bot.scan.checkpoint.allowlist import allow_list
    from bot.scan.checkpoint.judge import canonical

from tests.checkpoint_bytes import payload, torch_zip  # noqa: E402
from tests.checkpoint_faults import all_cases  # noqa: E402
from tests.inert_unpickler import names_python_sees  # noqa: E402

LIMITS = Limits(opcodes=200_000, held=1 << 20, objects=100_000, stack=100_000, memo=100_000)
QUIET = (Verdict.LOADABLE, Verdict.NEEDS_ALLOWLIST, Verdict.REFUSED, Verdict.NOT_A_CHECKPOINT)


def one_input(data: bytes) -> None:
    report = read_checkpoint("model.pt", BytesReader(data), LIMITS, crc=True)
    if report.verdict in QUIET:
        _hold_against_python(report, data)


def _hold_against_python(report: CheckpointReport, data: bytes) -> None:
    known = {canonical(use.module, use.name) for use in report.globals}
    allowed = allow_list().names
    for module, name in names_python_sees(data):
        found = canonical(module, name)
        if found not in known:
            raise AssertionError(f"Python imports {found}, the report ({report.verdict}) does not know")
        if report.verdict is Verdict.LOADABLE and ".".join(found) not in allowed:
            raise AssertionError(f"called loadable, and Python imports {found}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        seeds = [torch_zip(), payload(), *(case.data for case in all_cases())]
        seeds += [
            pickle.dumps(each, protocol) for protocol in range(6) for each in ({"a": [1, (2.5, None)]}, {b"x", 1})
        ]
        for index, data in enumerate(seeds):
            if len(data) < 20_000:
                (Path(folder) / f"seed-{index}").write_bytes(data)
        atheris.Setup([sys.argv[0], *sys.argv[1:], folder, "-timeout=20", "-rss_limit_mb=1024"], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
