"""How long a scan of a tree takes beside ruff's (and bandit's, where it is installed) of the same tree.

    python benchmarks/scan_speed.py TREE [--runs N]

The tools run in turn, N times each, every one in a fresh process and with no cache of its own; the first round only
warms the disk. Our modules are compiled before, as pip and the image do it. Printed are medians of wall time and of CPU seconds (children included), and loadguard's ratio to each
of the others. Findings are not compared: ruff's S301 and S403 and bandit's B614 and B301 look for less.
"""

from __future__ import annotations

import argparse
import compileall
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent


def commands() -> dict[str, list[str]]:
    """The tools at hand, each as the command a person would type in the tree."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    found = {"loadguard": [sys.executable, "-m", "bot", "scan", ".", "--format", "json"]}
    if ruff := shutil.which("ruff", path=beside):
        found["ruff"] = [ruff, "check", "--isolated", "--no-cache", "--quiet", "--select", "S301,S403", "."]
    if bandit := shutil.which("bandit", path=beside):
        found["bandit"] = [bandit, "--quiet", "--recursive", "--tests", "B614,B301", "."]
    return found


def measure(command: Sequence[str], tree: Path) -> tuple[float, float]:
    """Seconds of wall time and of CPU, that of all children included. Findings are no failure; a crash is."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} ended with exit code {done.returncode}: {done.stderr.strip()[-400:]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    compileall.compile_dir(ROOT / "bot", quiet=1)
    tools = commands()
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in tools}
    for number in range(max(1, arguments.runs) + 1):
        for name, command in tools.items():
            result = measure(command, arguments.tree)
            if number:
                measured[name].append(result)
    own = [median(column) for column in zip(*measured["loadguard"], strict=True)]
    files = sum(1 for _ in arguments.tree.rglob("*.py"))
    load = os.getloadavg()[0]
    print(f"{files} Python files, {arguments.runs} runs, {os.cpu_count()} cores, load {load:.1f}")
    print(f"{'tool':10} {'wall':>7} {'CPU':>7}   loadguard takes")
    for name, results in measured.items():
        wall, cpu = (median(column) for column in zip(*results, strict=True))
        print(f"{name:10} {wall:6.2f}s {cpu:6.2f}s   {own[0] / wall:5.2f}x its wall, {own[1] / cpu:5.2f}x its CPU")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
