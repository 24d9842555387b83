"""A sweep of a whole organisation within GitHub's limits, twice: the first night, and the second with 3 % changed.

    python benchmarks/sweep_scale.py [--repositories N] [--trees N] [--changed PERCENT] [--limit N] [--publish GLOB]

The test server holds N repositories over a few hundred distinct trees of real git content and enforces GitHub's limits
on a clock that only waiting moves: 5,000 requests and points an hour, 900 and 2,000 points a minute, content creation.
Every command (`sweep plan org:acme`, `sweep run`) is a process of its own, and run again at the moment it names when it
ends with 5. With --publish, repositories that the glob names get their pull requests after that, 40 an hour and 10 and
100 before the rest. What is counted is what the server saw.
"""

from __future__ import annotations

import argparse
import io
import json
import mmap
import os
import resource
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.fake_github import FakeGitHub  # noqa: E402
from tests.fake_github.routes_misc import download_tarball  # noqa: E402
from tests.fake_github.wire import ROUTES, Answer, Request  # noqa: E402
from tests.sweep_organisation import DAY, Organisation, organisation, run_stage  # noqa: E402
from tests.sweep_run_helpers import Clock  # noqa: E402
from tests.sweep_simulation import Figures, publish, sweep  # noqa: E402


class SharedClock(Clock):
    """A clock in a file, which the server and every command map into their memory."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("d", Clock().now))
        with path.open("r+b") as file:
            self._cell = mmap.mmap(file.fileno(), 8)
        self.slept = []

    @property
    def now(self) -> float:  # type: ignore[override]
        return float(struct.unpack("d", self._cell[:])[0])

    @now.setter
    def now(self, moment: float) -> None:
        self._cell[:] = struct.pack("d", moment)


@dataclass
class Apart(Organisation):
    """Commands as processes of their own: what they take is theirs, and none of the server's memory."""

    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SharedClock(self.folder / "clock")

    def run(self, stage: str, options: dict[str, object], environ: dict[str, str]) -> int:
        asked = json.dumps([stage, options, environ, str(self.folder)])
        command = [sys.executable, str(Path(__file__)), "--command", asked]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
        self.said = done.stdout
        return done.returncode


def as_command(asked: str) -> int:
    """In the process of a command."""
    stage, options, environ, folder = json.loads(asked)
    said = io.StringIO()
    path = Path(folder)
    code = run_stage(stage, options, environ, folder=path, clock=SharedClock(path / "clock"), said=said)
    print(said.getvalue(), end="")
    return code


def keep_archives() -> None:
    """Pack each commit once, as a CDN does: what is measured is not the packing."""
    packed: dict[str, Answer] = {}

    def archive(server: FakeGitHub, request: Request) -> Answer:
        sha = request.groups["sha"]
        if sha not in packed:
            packed[sha] = download_tarball(server, request)
        return packed[sha]

    place = next(at for at, each in enumerate(ROUTES) if each.template.startswith("/tarballs/"))
    ROUTES[place] = replace(ROUTES[place], endpoint=archive)


def main() -> int:
    if sys.argv[1:2] == ["--command"]:
        return as_command(sys.argv[2])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--trees", type=int, default=400, help="distinct trees (default: 400)")
    parser.add_argument("--changed", type=float, default=3.0, help="percent changed before the second (default: 3)")
    parser.add_argument("--limit", type=int, default=5_000, help="requests of the REST API an hour (default: 5000)")
    parser.add_argument("--publish", metavar="GLOB", help="open fix pull requests in these, such as 'acme/r000*'")
    options = parser.parse_args()
    keep_archives()
    with (
        tempfile.TemporaryDirectory() as folder,
        organisation(Path(folder), options.repositories, trees=range(options.trees), make=Apart) as made,
    ):
        made.github.token.limit = options.limit
        return measure(made, options)


def measure(made: Organisation, options: argparse.Namespace) -> int:
    print(f"{options.repositories:,} repositories, {options.trees} distinct trees, {options.limit:,} requests an hour; "
          f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    first = sweep(made)
    tell("first sweep", first)
    made.clock.now += DAY
    changed = len(made.change(options.changed / 100))
    second = sweep(made)
    tell(f"second sweep, {changed:,} changed", second)
    same = options.repositories - changed
    listing, reading = second.requests["plan"] / options.repositories, second.requests["run"] / changed
    print(f"requests for each unchanged repository: {listing:.4f} (at most 0.02; {same:,} of them)")
    print(f"requests for each changed repository:   {listing + reading:.4f} (at most 2)")
    if options.publish:
        tell_published(made, options.publish)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"largest process of a command: {largest / 1024:.0f} MB")
    held = listing <= 0.02 and listing + reading <= 2 and not (first.refused or second.refused)
    return 0 if held and not made.github.rates.unheeded else 1


def tell_published(made: Organisation, glob: str) -> None:
    made.say(f"sweep:\n  publish:\n    mode: opt-in\n    opt_in: ['{glob}']\n")
    told = publish(made)
    print(f"publish, where {glob} or their own policy opts in: {told.pulls:,} pull requests, no repository has two")
    print(f"  {told.requests:,} requests, {told.writes:,} of them writes; {told.runs} runs over {told.hours:.0f} h; "
          f"at most {told.fullest_hour} opened in an hour; refused by a limit: {told.refused or 'none'}")  # fmt: skip


def tell(name: str, figures: Figures) -> None:
    asked = sum(figures.requests.values())
    print(f"{name}: {dict(figures.progress)}, {figures.findings:,} findings")
    print(
        f"  {asked:,} requests: {figures.requests}; {figures.points:,} points of GraphQL; answers {dict(figures.statuses)}"
    )
    print(f"  refused by a limit: {figures.refused or 'none'}; sent in spite of one: {figures.unheeded}")
    print(f"  {figures.hours:.1f} h by the server's clock, {len(figures.stops)} stops with exit code 5; "
          f"{figures.seconds:.0f} CPU s, the server's with it")  # fmt: skip
    for stop in figures.stops:
        print(f"    {stop}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
