"""A sweep of a whole organisation within GitHub's limits, twice: the first night, and the second with 3 % changed.

    python benchmarks/sweep_scale.py [--repositories N] [--trees N] [--changed PERCENT] [--limit N]

The test server holds N repositories over a few hundred distinct trees of real git content and enforces GitHub's limits
on a clock that only waiting moves: 5,000 requests and points an hour, 900 and 2,000 points a minute, content creation.
Every command is run as typed (`sweep plan org:acme`, `sweep run`), and again at the moment it names when it ends with
5. What is counted is what the server saw.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.fake_github import FakeGitHub  # noqa: E402
from tests.fake_github.routes_misc import download_tarball  # noqa: E402
from tests.fake_github.wire import ROUTES, Answer, Request  # noqa: E402
from tests.sweep_organisation import DAY, Organisation, organisation  # noqa: E402
from tests.sweep_simulation import Figures, sweep  # noqa: E402


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--trees", type=int, default=400, help="distinct trees (default: 400)")
    parser.add_argument("--changed", type=float, default=3.0, help="percent changed before the second (default: 3)")
    parser.add_argument("--limit", type=int, default=5_000, help="requests of the REST API an hour (default: 5000)")
    options = parser.parse_args()
    keep_archives()
    with (
        tempfile.TemporaryDirectory() as folder,
        organisation(Path(folder), options.repositories, trees=range(options.trees)) as made,
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
    largest = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"largest process, the server with it: {largest / 1024:.0f} MB")
    held = listing <= 0.02 and listing + reading <= 2 and not (first.refused or second.refused)
    return 0 if held and not made.github.rates.unheeded else 1


def tell(name: str, figures: Figures) -> None:
    asked = sum(figures.requests.values())
    print(f"{name}: {dict(figures.progress)}, {figures.findings:,} findings")
    print(
        f"  {asked:,} requests: {figures.requests}; {figures.points:,} points of GraphQL; answers {dict(figures.statuses)}"
    )
    print(f"  refused by a limit: {figures.refused or 'none'}; sent in spite of one: {figures.unheeded}")
    print(f"  {figures.hours:.1f} h by the server's clock, {len(figures.stops)} stops with exit code 5; "
          f"{figures.seconds:.0f} CPU s of the parent and the server")  # fmt: skip
    for stop in figures.stops:
        print(f"    {stop}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
