"""Static verdicts against torch itself: generated checkpoints, read here and loaded in the sandbox's locked child.

    python benchmarks/fuzz_weights_only.py [--count 2000] [--seed 1] [--batch 400]

What is held: a payload is CK101 and torch refuses it; nothing runs (a canary file, a listening socket, child processes);
a file called loadable is loaded or refused harmlessly, never the death of the child. Printed: how verdicts and loads go
together. Exit 1 where one of these does not hold.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.model import CheckpointReport, Verdict  # noqa: E402
from bot.scan.checkpoint import BytesReader, read_checkpoint  # noqa: E402
from tests.generated_pickles import Made, payloads, random_files  # noqa: E402
from tests.locked_batch import load_all  # noqa: E402


def broken_promises(made: Made, report: CheckpointReport, answer: str) -> str:
    """What was promised of this file and does not hold; empty when all does."""
    if made.malicious and report.verdict is not Verdict.DANGEROUS:
        return f"a payload is called {report.verdict}"
    if made.malicious and not answer.startswith("refused"):
        return f"a payload is {answer}"
    if report.verdict is Verdict.LOADABLE and answer.startswith("killed"):
        return f"called loadable, and the child is {answer}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=400)
    parser.add_argument("--show", type=int, default=20, help="how many files of the surprising kinds to print")
    options = parser.parse_args()
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as ear, tempfile.TemporaryDirectory() as folder:
        ear.setblocking(False)
        Path(folder).chmod(0o777)
        canary = Path(folder) / "canary"
        files = [*payloads(str(canary), ear.getsockname()[1]), *random_files(options.seed, options.count)]
        reports = [read_checkpoint("model.pt", BytesReader(made.data), crc=True) for made in files]
        read = time.monotonic() - started
        answers: list[str] = []
        for start in range(0, len(files), options.batch):
            chunk = range(start, min(start + options.batch, len(files)))
            answers += load_all([(files[each].data, reports[each].mappable) for each in chunk])
        ran = canary.exists() or _somebody_called(ear)
    wrong = 0
    table: Counter[tuple[str, str, str]] = Counter()
    for made, report, answer in zip(files, reports, answers, strict=True):
        kind = "payload" if made.malicious else "random"
        table[(kind, report.verdict.value, answer.split()[0])] += 1
        if broken := broken_promises(made, report, answer):
            wrong += 1
            print(f"BROKEN {made.name}: {broken}")
        elif report.verdict is Verdict.LOADABLE and answer != "loaded" and options.show > 0:
            options.show -= 1
            print(f"loadable, yet {answer}: {made.name}")
        elif report.verdict in (Verdict.DANGEROUS, Verdict.CORRUPT) and answer.startswith("killed"):
            print(f"{report.verdict}, and {answer}: {made.name}")
    for (kind, verdict, answer), count in sorted(table.items()):
        print(f"{kind:<8} static {verdict:<18} torch {answer:<8} {count:6,}")
    print(f"{len(files):,} files, read in {read:.1f} s, all in {time.monotonic() - started:.1f} s")
    print(f"{wrong} broken promises; {'SOMETHING RAN' if ran else 'nothing ran'}")
    return 1 if wrong or ran else 0


def _somebody_called(ear: socket.socket) -> bool:
    try:
        ear.accept()
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
