"""Read a folder of checkpoints (such as another scanner's test data) statically and print what is said of each.

    python benchmarks/checkpoint_corpus.py FOLDER [FOLDER ...] [--history GITDIR] [--benign REGEX] [--all] [--renamed]

Nothing in the folders is run, imported or unpickled. A file counts as benign when its name or a folder of it says so
(benign, safe, clean, good, or --benign); the rest of such a corpus is malicious or broken. `--history` adds every
version of every file that a git directory's history has under a test folder. `--renamed` reads each file under every
suffix a checkpoint may have, and under none. Exit 1 when a file that is not benign came out clean.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.model import CheckpointReport, Verdict  # noqa: E402
from bot.scan.checkpoint import BytesReader, StreamReader, read_checkpoint  # noqa: E402

SUFFIXES = (
    ".pkl .pickle .pt .pth .bin .ckpt .npy .npz .zip .7z .joblib .safetensors .tar .dat .data .pt2 .h5 .skops .th .p"
).split()
BENIGN = (
    r"(?:^|[/_.-])(?:benign\d*|safe|clean|good)(?:[/_.-]|$)|int_array|object_array|(?:^|/)(?:new_)?pytorch_model\.bin"
)
TESTS = re.compile(r"(?:^|/)(?:tests?|testing|data\d*|examples?|assets|fixtures|samples)/", re.I)
CLEAN = (Verdict.LOADABLE, Verdict.NOT_A_CHECKPOINT)


def files_of(folder: Path, *, renamed: bool) -> Iterator[tuple[str, CheckpointReport]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix.lower() in SUFFIXES and ".git" not in path.parts:
            for suffix in (*SUFFIXES, "") if renamed else (path.suffix,):
                with path.open("rb") as stream:
                    report = read_checkpoint(path.stem + suffix, StreamReader(stream), crc=True)
                    yield f"{path.relative_to(folder.parent)}{f' as {suffix!r}' if renamed else ''}", report


def history_of(git_dir: str) -> Iterator[tuple[str, CheckpointReport]]:
    """Every blob of every commit under a test folder, once."""
    git = ["git", "--git-dir", git_dir]
    listed = subprocess.run(
        [*git, "rev-list", "--objects", "--all", "--missing=allow-any"], capture_output=True, text=True, check=True
    )
    for line in sorted(set(listed.stdout.splitlines())):
        sha, _, name = line.partition(" ")
        if name and Path(name).suffix.lower() in SUFFIXES and TESTS.search(name):
            data = subprocess.run([*git, "cat-file", "blob", sha], capture_output=True, check=False)
            if data.returncode == 0:
                report = read_checkpoint(Path(name).name, BytesReader(data.stdout), crc=True)
                yield f"{name}@{sha[:8]}", report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--history", action="append", default=[])
    parser.add_argument("--benign", default="(?!)", help="regular expression of more names that are benign")
    parser.add_argument("--all", action="store_true", help="print every file, not only the surprising ones")
    parser.add_argument("--renamed", action="store_true", help="each file under every suffix, and under none")
    options = parser.parse_args()
    sources = [files_of(folder, renamed=options.renamed) for folder in options.folders] + [
        history_of(each) for each in options.history
    ]
    benign = re.compile(f"{BENIGN}|{options.benign}", re.I)
    return summarise((each for source in sources for each in source), benign, show_all=options.all)


def summarise(reports: Iterable[tuple[str, CheckpointReport]], benign: re.Pattern[str], *, show_all: bool) -> int:
    counts: dict[str, Counter[str]] = {"benign": Counter(), "other": Counter()}
    wrong = 0
    for name, report in reports:
        kind = "benign" if benign.search(name) else "other"
        counts[kind][report.verdict.value] += 1
        rules = ",".join(sorted({found.rule for found in report.findings})) or "-"
        alarm = kind == "benign" and {"CK101", "CK104"} & set(rules.split(","))
        clean = kind == "other" and report.verdict in CLEAN
        wrong += bool(clean)
        if show_all or alarm or clean:
            mark = "CLEAN" if clean else "ALARM" if alarm else ""
            first = report.findings[0].message[:90] if report.findings else ""
            print(f"{mark:<6}{report.verdict.value:<17}{report.format:<14}{rules:<18}{name}  {first}")
    for kind, found in counts.items():
        print(f"{kind}: {found.total()} files: " + ", ".join(f"{value} {name}" for name, value in found.most_common()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
