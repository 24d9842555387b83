"""How fast a sweep reads and scans, and how much memory it takes: beside cloning everything, in the same run.

    python benchmarks/sweep_throughput.py TREES [--small N] [--times N] [--jobs N] [--without-clones]

The test server runs in a process of its own and serves every folder of TREES as a repository, each package of theirs as
one more, and N small generated ones. Measured are, in turn: `loadguard sweep run` over all of them (`--times` makes the
plan name each so many times, for memory over thousands), and the model of multi-gitter and all-repos, which is a
`git clone --depth 1` of each and `loadguard scan` on the checkout, in as many jobs. Both read from the same server over
HTTP; archives are packed before the clock starts, as a CDN has them. GitHub's pace (900 a minute) is switched off.

Memory is the proportional set size of the whole process tree, sampled every fifth of a second.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

GIT = ("git", "-c", "user.name=b", "-c", "user.email=b@example.org", "-c", "core.autocrlf=false")
SMALL = """import torch


def restore_{n}(model, path):
    state = torch.load(path, map_location="cpu")
    model.load_state_dict(state["state_dict"])
    return model


def save_{n}(model, path):
    torch.save({{"state_dict": model.state_dict()}}, path)
"""


# -- the server ----------------------------------------------------------------------------------------------
def serve(folder: Path) -> None:
    """Serve every bare repository under `folder` until standard input ends; the address goes to standard output."""
    from tests.fake_github import FakeGitHub
    from tests.fake_github.gitdb import GitDirectory
    from tests.fake_github.state import Repository
    from tests.fake_github.wire import ROUTES, Answer, Request

    packed: dict[str, bytes] = {}

    def archive(server: FakeGitHub, request: Request) -> Answer:
        return Answer(200, packed[request.groups["repo"]])

    place = next(at for at, each in enumerate(ROUTES) if each.template.startswith("/tarballs/"))
    ROUTES[place] = replace(ROUTES[place], endpoint=archive)
    with FakeGitHub(root=folder) as github:
        github.token.limit = 10**9
        for path in sorted((folder / "acme").glob("*.git")):
            slug = f"acme/{path.stem}"
            github.repositories[slug] = Repository(slug, github.account("acme"), GitDirectory(path))
            tar = github.repositories[slug].git.run("archive", "--format=tar", f"--prefix={path.stem}/", "main")
            packed[path.stem] = gzip.compress(tar, 6)
        facts = {"api": github.api_url, "web": github.web, "token": github.token.text}
        print(json.dumps({**facts, "packed": sum(map(len, packed.values()))}), flush=True)
        sys.stdin.read()


def plant(trees: Path, small: int, folder: Path) -> list[tuple[str, str, str]]:
    """Make the repositories; slug, commit and tree of each."""
    sources = [each for each in sorted(trees.iterdir()) if each.is_dir()]
    sources += [
        each
        for source in list(sources)
        for each in sorted(source.iterdir())
        if each.is_dir() and not each.name.startswith(".") and len(list(each.rglob("*.py"))) >= 10
    ]
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(small):
            made = Path(scratch) / f"small-{number}"
            (made / "pkg").mkdir(parents=True)
            for n in range(1 + number % 8):
                (made / "pkg" / f"m{n}.py").write_text(SMALL.format(n=n) + f"# {number}\n")
            sources.append(made)
        return [planted(source, folder / "acme" / f"r{n}.git") for n, source in enumerate(sources)]


def planted(source: Path, bare: Path) -> tuple[str, str, str]:
    def git(*words: str) -> str:
        inside = ["--git-dir", str(bare), "--work-tree", str(source)]
        done = subprocess.run([*GIT, *inside, *words], capture_output=True, text=True, check=True, cwd=source)
        return done.stdout.strip()

    subprocess.run([*GIT, "init", "--quiet", "--bare", "--initial-branch=main", str(bare)], check=True)
    git("add", "--force", "--all", ".")
    tree = git("write-tree")
    commit = git("commit-tree", tree, "-m", "tree")
    git("update-ref", "refs/heads/main", commit)
    return f"acme/{bare.stem}", commit, tree


# -- the two models ------------------------------------------------------------------------------------------
def sweep(state: Path, jobs: int, server: dict[str, str]) -> None:
    """What `loadguard sweep run` does, unpaced; in a process of its own so that its memory is its own."""
    from bot.activities.sweep_run import Terms, run
    from bot.activities.sweep_scan import Stand
    from bot.edge.github.forge import Address, connect
    from bot.edge.github.http import Patience
    from bot.edge.github.trees import Tarballs
    from bot.edge.store import Store
    from bot.model.sweep import Basis

    patience = Patience(sleep=lambda seconds: None)
    door = connect(Address("acme/x", server["api"], server["web"]), token=server["token"], patience=patience).door
    terms = Terms(
        stand=lambda repository: Stand(repository.slug),
        basis=lambda repository: Basis(repository.tree, "b", "b"),
        jobs=jobs,
        reserve=0,
        patience=patience,
    )
    store = Store(state)
    outcome = run(store, Tarballs(lambda repository: door, patience=patience), terms)
    store.close()
    facts = {"scanned": outcome.scanned, "failed": outcome.failed, "findings": outcome.findings}
    print(json.dumps({**facts, "downloaded": outcome.downloaded}))


def clones(slugs: list[str], jobs: int, web: str, folder: Path) -> int:
    """Clone, scan, remove; findings of all."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "GIT_TERMINAL_PROMPT": "0"}

    def one(slug: str) -> int:
        here = folder / slug.replace("/", "-")
        subprocess.run(
            ["git", "clone", "--quiet", "--depth", "1", f"{web}/{slug}.git", str(here)], check=True, env=environ
        )
        command = [sys.executable, "-m", "bot", "scan", ".", "--format", "json", "--ignore", "LG008"]  # as a gate
        done = subprocess.run(command, cwd=here, env=environ, capture_output=True, text=True, check=False)
        shutil.rmtree(here)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{slug}: scan ended with exit code {done.returncode}: {done.stderr[-400:]}")
        return len(json.loads(done.stdout)["findings"])

    with ThreadPoolExecutor(jobs) as pool:
        return sum(pool.map(one, slugs))


# -- measuring -----------------------------------------------------------------------------------------------
@dataclass
class Memory:
    """Samples of a process tree's memory, in megabytes."""

    pid: int
    samples: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.over.wait(0.2):
            self.samples.append(sum(map(proportional, tree_of(self.pid))) / 1024)

    def peak(self, part: slice = slice(None)) -> float:
        return max(self.samples[part], default=0.0)


def tree_of(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return
    for child in " ".join(children).split():
        yield from tree_of(int(child))


def proportional(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0)


def cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def measured(command: list[str]) -> tuple[float, float, Memory, str]:
    """Wall seconds, CPU seconds of the tree, memory, output."""
    before, began = cpu(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    memory = Memory(process.pid)
    watcher = threading.Thread(target=memory.watch)
    watcher.start()
    out, _ = process.communicate()
    memory.over.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{command[2:4]} ended with exit code {process.returncode}")
    return time.perf_counter() - began, cpu() - before, memory, out


def main() -> int:
    if sys.argv[1:2] == ["--serve"]:
        return serve(Path(sys.argv[2])) or 0
    if sys.argv[1:2] == ["--sweep"]:
        return sweep(Path(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])) or 0
    if sys.argv[1:2] == ["--clones"]:
        print(clones(json.loads(sys.argv[4]), int(sys.argv[3]), sys.argv[5], Path(sys.argv[2])))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", type=Path)
    parser.add_argument("--small", type=int, default=50, help="generated small repositories (default: 50)")
    parser.add_argument("--times", type=int, default=1, help="how often the plan names each (default: once)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--without-clones", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return compare(options, Path(folder))


def compare(options: argparse.Namespace, folder: Path) -> int:
    planted_ones = plant(options.trees.resolve(), options.small, folder)
    own = [sys.executable, str(Path(__file__))]
    server = subprocess.Popen(
        [*own, "--serve", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert server.stdout is not None
        facts = json.loads(server.stdout.readline())
        rows = plan(planted_ones, options.times, folder / "state.sqlite")
        print(f"{rows:,} repositories ({len(planted_ones)} distinct), {facts['packed'] / 1e6:.0f} MB packed, "
              f"{options.jobs} jobs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")  # fmt: skip
        ours = measured([*own, "--sweep", str(folder / "state.sqlite"), str(options.jobs), json.dumps(facts)])
        told = json.loads(ours[3])
        rate, volume = rows / ours[0], told["downloaded"] / 1e6 / ours[0]
        quarter = max(1, len(ours[2].samples) // 4)
        print(
            f"sweep run       {ours[0]:8.1f} s  {ours[1]:8.1f} CPU s  {rate:6.2f} repositories/s  {volume:6.2f} MB/s packed"
        )
        print(f"  memory, MB: peak {ours[2].peak():.0f}; first quarter {ours[2].peak(slice(0, quarter)):.0f}, "
              f"last quarter {ours[2].peak(slice(-quarter, None)):.0f}")  # fmt: skip
        print(f"  {told['scanned']:,} scanned, {told['findings']:,} findings, failed: {told['failed']}")
        if not options.without_clones:
            slugs = json.dumps([slug for slug, _, _ in planted_ones])
            (folder / "clones").mkdir()
            theirs = measured([*own, "--clones", str(folder / "clones"), str(options.jobs), slugs, facts["web"]])
            rate = len(planted_ones) / theirs[0]
            print(f"clone and scan  {theirs[0]:8.1f} s  {theirs[1]:8.1f} CPU s  {rate:6.2f} repositories/s")
            print(f"  memory, MB: peak {theirs[2].peak():.0f}; {int(theirs[3]):,} findings")
            wall, spent = (theirs[n] / (ours[n] / options.times) for n in (0, 1))
            print(f"the sweep is {wall:.2f} times as fast by the clock, {spent:.2f} times by the CPU of its processes")
    finally:
        if server.stdin is not None:
            server.stdin.close()
        server.wait()
    return 0


def plan(planted_ones: list[tuple[str, str, str]], times: int, path: Path) -> int:
    from bot.edge.store import Store
    from bot.model.sweep import Progress, Repository, Row, Sweep

    rows = [
        Row(Repository(f"R{turn}_{slug}", slug, commit=commit, tree=tree), Progress.WAITING, shard=1)
        for turn in range(times)
        for slug, commit, tree in planted_ones
    ]
    store = Store(path)
    store.put_plan(Sweep(1, "2026-11-24T00:00:00+00:00"), rows)
    store.close()
    return len(rows)


if __name__ == "__main__":
    sys.exit(main())
