"""How long the report of a large sweep takes, how large it is, and how soon its page paints.

    python benchmarks/sweep_report.py [--repositories 10000] [--runs 3]

The state is a made-up one (tests/sweep_samples.py, the same for the same seed). Printed are the median of seconds for
each part, the bytes it makes, the peak memory of the process, and, where Debian's chromium and npm's playwright-core
are at hand (`make published`), the best of three first contentful paints and the time until the page can be used.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.cli.rules import documentation_of, rule_table  # noqa: E402 - the checkout's own, whatever is installed
from bot.edge.store import Store  # noqa: E402
from bot.report.sweep.data import render_sweep_json  # noqa: E402
from bot.report.sweep.html import RuleText, render_sweep_html  # noqa: E402
from bot.report.sweep.markdown import render_sweep_markdown  # noqa: E402
from bot.report.sweep.overview import Overview, make_overview  # noqa: E402
from bot.report.sweep.tables import render_findings_csv, render_repositories_csv  # noqa: E402
from tests.sweep_samples import write_state  # noqa: E402

RULES = {each.code: RuleText(each.name, documentation_of(each.code)) for each in rule_table()}
FORMATS: dict[str, Callable[[Overview], str]] = {
    "index.html": lambda overview: render_sweep_html(overview, rules=RULES),
    "report.json": render_sweep_json,
    "repositories.csv": render_repositories_csv,
    "findings.csv": render_findings_csv,
    "report.md": render_sweep_markdown,
}


def timed(make: Callable[[], object]) -> float:
    """Seconds of wall time."""
    began = time.perf_counter()
    make()
    return time.perf_counter() - began


def overview_of(state: Path) -> Overview:
    """The state read back as a report reads it."""
    store = Store(state)
    try:
        return make_overview(store.rows(), store.sweeps(), web="https://github.com")
    finally:
        store.close()


def paint(page: Path) -> str:
    """First paint and readiness in a browser, or why there is none."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    node, chromium = shutil.which("node", path=beside), shutil.which("chromium")
    playwright = ROOT / "node_modules" / "playwright-core" / "index.mjs"
    if not (node and chromium and playwright.is_file()):
        return "no browser here"
    command = [node, ROOT / "tests/sweep_page.mjs", playwright, chromium, "paint", page]
    seen = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["paints"]
    first, ready = (min(each[name] for each in seen) for name in ("first", "ready"))
    return f"first contentful paint {first:.0f} ms, ready {ready:.0f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        state = write_state(Path(folder) / "state.sqlite", arguments.repositories)
        runs = range(max(1, arguments.runs))
        overview = overview_of(state)
        print(f"{len(overview.entries):,} repositories, {overview.figures.findings:,} findings")
        print(f"{'state.sqlite':<17} {state.stat().st_size / 1e6:7.2f} MB  {'':>6}")
        print(f"{'read':<17} {'':>10}  {median(timed(lambda: overview_of(state)) for _ in runs):6.2f} s")
        for name, render in FORMATS.items():
            seconds = median(timed(lambda render=render: render(overview)) for _ in runs)  # type: ignore[misc]
            text = render(overview)
            (Path(folder) / name).write_text(text, encoding="utf-8", errors="backslashreplace")
            print(f"{name:<17} {len(text.encode('utf-8', 'backslashreplace')) / 1e6:7.2f} MB  {seconds:6.2f} s")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
        print(paint(Path(folder) / "index.html"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
