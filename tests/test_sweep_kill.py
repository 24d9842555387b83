"""kill -9 anywhere in `sweep run` and `sweep publish`: the same command again ends as if nothing had happened.

A small process has everything imported and forks for each command, so that a kill strikes the work and not Python's
start. LOADGUARD_SWEEP_KILLS says how many seeds there are, half of them in each command; 200 take some minutes.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.edge.store import Store
from bot.model.sweep import Progress, Standing
from tests.fake_github import FakeGitHub
from tests.sweep_publish_helpers import BRANCH, Publishing
from tests.sweep_run_helpers import LOAD, planned, row_of

ROOT = Path(__file__).parent.parent
KILLS = int(os.environ.get("LOADGUARD_SWEEP_KILLS", "8"))
NAMES = [f"acme/{number}" for number in range(4)]

SERVER = """
import io, os, sys, time
from argparse import Namespace
from pathlib import Path
from bot.activities.sweep_run import warm
from bot.cli.context import Context
from bot.cli import sweep_publish, sweep_run
from bot.edge.github import forge, seen, trees
from bot.edge.github.http import Patience
from bot.edge.runner import Console
import github
warm()
environ = dict(zip(("GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_SERVER_URL"), sys.argv[1:4]))
patience = Patience(between_writes=0.0, after_notifying=0.0)
run = dict(state="state", shard=None, jobs=2, read="tarball", reserve=0, quiet=True)
publish = dict(state="state", config=None, reserve=0, dry_run=False, dashboard="acme/sweeps", quiet=True)
for line in sys.stdin:
    stage, folder, kill_after = line.split()
    pid = 0 if stage == "warm" else os.fork()
    if pid == 0:
        if stage != "warm":
            os.setpgid(0, 0)
        context = Context(environ, Console(io.StringIO(), io.StringIO()), Path(folder), patience)
        command, options = (sweep_run.sweep_run, run) if stage == "run" else (sweep_publish.sweep_publish, publish)
        try:
            code = command(Namespace(**options), context)
            if stage == "warm":
                print(code, flush=True)
                continue
            os._exit(code)
        except BaseException as trouble:
            print(repr(trouble), file=sys.stderr)
            os._exit(99)
    if float(kill_after) >= 0:
        time.sleep(float(kill_after))  # the moment is what the seed draws: there is nothing to wait for
        os.kill(pid, 9)  # it is not reaped yet, so the number is still its own
    print(os.waitpid(pid, 0)[1], flush=True)
"""


class Forks:
    """Runs a command in a fork, and kills it when told to."""

    def __init__(self, github: FakeGitHub) -> None:
        words = [sys.executable, "-c", SERVER, github.token.text, github.api_url, github.web]
        self.process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, stage: str, folder: Path, *, kill_after: float = -1) -> int:
        """The exit code, or minus the signal."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{stage} {folder} {kill_after}\n")
        self.process.stdin.flush()
        return os.waitstatus_to_exitcode(int(self.process.stdout.readline()))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@pytest.fixture(scope="module")
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        planned(server, {name: {"t.py": LOAD, "n.txt": name} for name in NAMES})
        server.create_repository({"README.md": "sweeps\n"}, slug="acme/sweeps")
        yield server


@pytest.fixture(scope="module")
def forks(github: FakeGitHub) -> Iterator[Forks]:
    found = Forks(github)
    yield found
    found.close()


def begin_again(github: FakeGitHub) -> None:
    """No trace of us, and a new hour of requests: two hundred seeds take more than one has."""
    github.token.used = 0
    for repository in github.repositories.values():
        repository.pulls.clear()
        repository.issues.clear()
        repository.git.run("update-ref", "-d", f"refs/heads/{BRANCH}")


@pytest.fixture
def bench(github: FakeGitHub, tmp_path: Path) -> Publishing:
    """The same four repositories, as if no sweep had ever come by."""
    begin_again(github)
    found = Publishing(github, tmp_path)
    found.plan([row_of(github, name) for name in NAMES])
    assert found.context.folder == tmp_path  # and the calling repository's policy lies there
    return found


def spans(forks: Forks, bench: Publishing) -> dict[str, float]:
    """Seconds that each command takes when it is left alone."""
    found = {}
    for stage in ("run", "publish"):
        began = time.monotonic()
        assert forks.run(stage, bench.folder) == 0
        found[stage] = time.monotonic() - began
    return found


def end_state(bench: Publishing) -> list[tuple[str, Progress, object, Standing, int]]:
    """All that must be the same in the end, moments apart."""
    store = Store(bench.path)
    try:
        rows = list(store.rows())
    finally:
        store.close()
    found = []
    for row in rows:
        assert row.scan is not None and row.publication is not None
        facts = (row.scan.report, row.publication.standing, row.publication.number)
        found.append((row.repository.slug, row.progress, *facts))
    return found


@pytest.fixture(scope="module")
def undisturbed(
    github: FakeGitHub, forks: Forks, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, float], object]:
    bench = Publishing(github, tmp_path_factory.mktemp("undisturbed"))
    bench.plan([row_of(github, name) for name in NAMES])
    assert bench.context
    assert forks.run("run", bench.folder) == 0
    assert forks.run("warm", bench.folder) == 0, "publishes here, with everything imported for the forks to come"
    wanted = end_state(bench)
    begin_again(github)
    bench.path.unlink()
    bench.plan([row_of(github, name) for name in NAMES])
    return spans(forks, bench), wanted


@pytest.mark.parametrize("seed", range(KILLS))
def test_kill_9_and_the_same_command_again(
    seed: int, undisturbed: tuple[dict[str, float], object], bench: Publishing, forks: Forks
) -> None:
    taken, wanted = undisturbed
    draw = random.Random(seed)
    stage = ("run", "publish")[seed % 2]
    for each in ("run", "publish"):
        if each == stage:
            killed = forks.run(each, bench.folder, kill_after=draw.uniform(0, 1.1 * taken[each]))
            assert killed in (0, -signal.SIGKILL)
        assert forks.run(each, bench.folder) == 0
    assert end_state(bench) == wanted
    assert sorted(bench.pulls) == NAMES, "one pull request each, and none has two"
    (issue,) = bench.github.repositories["acme/sweeps"].issues.values()
    assert issue.author.login == bench.github.token.account.login


def test_how_many_kills_there_were(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{KILLS} kills by seed, half in `sweep run` and half in `sweep publish`")
    assert KILLS >= 2
