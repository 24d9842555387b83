"""`loadguard sweep run` against the test server: what is read, what is recorded, when it stops, what a kill leaves."""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bot.activities.sweep_run import RunOutcome
from bot.cli.context import Context
from bot.cli.sweep_run import ProgressBar, closing_lines, duration, read_shard
from bot.edge.runner import Console
from bot.edge.store import Store
from bot.errors import ForgeError, UsageError
from bot.main import run as loadguard
from bot.model.sweep import Progress
from tests.fake_github import FakeGitHub
from tests.fake_github.wire import Answer
from tests.sweep_run_helpers import LOAD, Bench, planned, row_of
from tests.tarball_bytes import hostile

ROOT = Path(__file__).parent.parent


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def bench(github: FakeGitHub, tmp_path: Path) -> Bench:
    return Bench(github, tmp_path)


def three(github: FakeGitHub) -> dict[str, dict[str, bytes | str | None]]:
    return {f"acme/{name}": {"train.py": LOAD, "n.txt": name} for name in ("one", "two", "three")}


# -- reading and keeping -------------------------------------------------------------------------------------
def test_each_repository_once_with_its_findings(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, three(github)))
    outcome = bench.run()
    assert (outcome.scanned, outcome.failures, outcome.left, outcome.requests) == (3, 0, 0, 3)
    rows = bench.rows()
    for row in rows.values():
        assert row.progress is Progress.SCANNED and row.attempts == 1
        assert row.scan is not None
        assert (row.scan.basis.tree, row.scan.commit) == (row.repository.tree, row.repository.commit)
        found = row.scan.report["findings"]
        assert isinstance(found, list)
        assert [(each["rule"], each["path"], each["line"], each["new"]) for each in found] == [
            ("LG001", "train.py", 3, False)
        ]
        assert found[0]["change"]["added"] == ["model.load_state_dict(torch.load('w.pt', weights_only=True))"]
    github.forget()
    assert bench.run().scanned == 0
    assert github.log == []


def test_evidence_is_followed_across_files(github: FakeGitHub, bench: Bench) -> None:
    files = {
        "lib/io.py": "import torch\n\ndef read(path):\n    return torch.load(path)\n",
        "train.py": "from lib.io import read\n\nmodel.load_state_dict(read('w.pt'))\n",
        "lib/__init__.py": "",
    }
    bench.plan(planned(github, {"acme/one": files}))
    bench.run()
    scan = bench.rows()["acme/one"].scan
    assert scan is not None
    (finding,) = scan.report["findings"]  # type: ignore[attr-defined]
    assert (finding["path"], finding["use"]) == ("lib/io.py", "state"), "its use is in another file"


def test_clone_and_tarball_tell_the_same(github: FakeGitHub, bench: Bench) -> None:
    files = {
        "train.py": LOAD,
        "a\nb.py": LOAD,
        "data.bin": b"\0" * 50_000,
        "out.py": "../../etc/passwd",
        "in.py": "train.py",
        "w.pt": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
        "big.py": b"#" * (20 * 1024 * 1024 + 1),
    }
    rows = planned(github, {"acme/one": files}, modes={"out.py": "120000", "in.py": "120000"})
    bench.plan(rows)
    assert bench.command() == 0
    streamed = bench.rows()["acme/one"].scan
    github.forget()
    bench.path.unlink()
    bench.plan(rows)
    assert bench.command(read="clone", patience=False) == 0
    cloned = bench.rows()["acme/one"].scan
    assert streamed is not None and cloned is not None
    assert cloned.report == streamed.report
    assert {each["path"] for each in streamed.report["unreadable"]} == {"out.py", "big.py"}  # type: ignore[attr-defined]
    assert all("/tarball" not in entry.path for entry in github.log)
    assert not list(bench.path.parent.glob("clones*"))


# -- policies ------------------------------------------------------------------------------------------------
def test_the_owners_policy_and_the_repositorys_own(github: FakeGitHub, bench: Bench) -> None:
    github.create_repository({"loadguard.yml": "rules:\n  LG001: note\n"}, slug="acme/.github")
    own = "rules:\n  LG001: error\n"
    planned(github, {"acme/shared": {"t.py": LOAD}, "acme/own": {"t.py": LOAD, ".github/loadguard.yml": own}})
    planned(github, {"acme/broken": {"t.py": LOAD, ".github/loadguard.yml": "rulez: 1\n"}})
    planned(github, {"acme/toml": {"t.py": LOAD, "pyproject.toml": '[tool.loadguard]\nrules = {LG001 = "off"}\n'}})
    bench.plan([
        row_of(github, "acme/shared"),
        row_of(github, "acme/own", policy=own),
        row_of(github, "acme/broken", policy="rulez: 1\n"),
        row_of(github, "acme/toml"),
    ])  # fmt: skip
    assert bench.command() == 0
    rows = bench.rows()
    levels = {
        slug: [each["severity"] for each in row.scan.report["findings"]]  # type: ignore[attr-defined]
        for slug, row in rows.items()
        if row.scan is not None
    }
    assert levels == {"acme/shared": ["note"], "acme/own": ["error"], "acme/broken": ["note"], "acme/toml": []}
    broken = rows["acme/broken"].scan
    assert broken is not None
    (notice,) = broken.report["notices"]  # type: ignore[misc]
    assert "its owner's is used" in str(notice) and ".github/loadguard.yml:1:1" in str(notice)
    asked = [entry for entry in github.requests if "/.github/" in entry.path]
    assert len(asked) == 1, "the owner's policy is asked for once"
    assert len({row.scan.basis.policy for row in rows.values() if row.scan}) == 3


def test_an_owners_wrong_policy_fails_its_repositories_only(github: FakeGitHub, bench: Bench) -> None:
    github.create_repository({"loadguard.yml": "fail_on: sometimes\n"}, slug="bad/.github")
    bench.plan(planned(github, {"bad/one": {"t.py": LOAD}, "good/one": {"t.py": LOAD}}))
    assert bench.command() == 0
    rows = bench.rows()
    assert rows["good/one"].progress is Progress.SCANNED
    assert rows["bad/one"].progress is Progress.FAILED
    assert "its owner's policy is wrong: bad/.github/loadguard.yml:1:" in rows["bad/one"].reason
    assert rows["bad/one"].attempts == 0


def test_a_baseline_in_the_tree_is_read(github: FakeGitHub, bench: Bench) -> None:
    own = "baseline: old.json\n"
    planned(github, {"acme/one": {"t.py": LOAD, ".github/loadguard.yml": own}})
    bench.plan([row_of(github, "acme/one", policy=own)])
    assert bench.command() == 0
    scan = bench.rows()["acme/one"].scan
    assert scan is not None and "there is no such file" in str(scan.report["notices"])


# -- what is no repository any more --------------------------------------------------------------------------
def test_every_fate_of_a_repository_has_its_reason(github: FakeGitHub, bench: Bench) -> None:
    names = ("gone", "blocked", "archived", "rewritten", "renamed", "hidden", "fine")
    rows = planned(github, {f"acme/{name}": {"t.py": LOAD, "n.txt": name} for name in names})
    github.create_repository(slug="acme/empty")
    rows.append(row_of(github, "acme/empty", commit="0" * 40))
    server = github.repositories
    server["acme/gone"].gone = 404
    server["acme/blocked"].gone = 451
    server["acme/archived"].archived = True
    for name in ("rewritten", "archived"):
        github.faults.add("GET", rf"/repos/acme/{name}/tarball", status=404, times=9)
    server["acme/new-name"] = server.pop("acme/renamed")
    server["acme/new-name"].slug = "acme/new-name"
    github.moved["acme/renamed"] = "acme/new-name"
    github.faults.add(
        "GET",
        r"/repos/acme/hidden/tarball",
        status=403,
        body={"message": "Resource protected by organization SAML enforcement."},
    )
    github.faults.add("GET", r"/repos/acme/empty/tarball", status=409, body={"message": "Git Repository is empty."})
    bench.plan(rows)
    assert bench.command() == 0
    said = {slug.removeprefix("acme/"): (row.progress, row.reason) for slug, row in bench.rows().items()}
    failed, scanned = Progress.FAILED, Progress.SCANNED
    assert said["fine"][0] is scanned and said["renamed"][0] is scanned
    assert said["gone"] == (failed, "gone, or hidden from the token since the plan (404)")
    assert said["blocked"] == (failed, "taken down, GitHub answers 451")
    assert said["archived"] == (Progress.SKIPPED, "archived since the plan")
    assert said["rewritten"][0] is failed and "its branch was rewritten since the plan" in said["rewritten"][1]
    assert said["hidden"][0] is failed and "SAML enforcement" in said["hidden"][1]
    assert said["empty"] == (failed, "empty, it has no commit")
    text = bench.said.getvalue()
    assert "scanned 2 repositories" in text and "1 skipped, 5 failed" in text
    assert "failed: acme/blocked: taken down, GitHub answers 451" in text


def test_a_rename_to_another_host_is_not_followed(github: FakeGitHub, bench: Bench) -> None:
    rows = planned(github, three(github))
    github.faults.add(
        "GET",
        r"/repos/acme/two/tarball",
        change=lambda request, answer: Answer(301, {"message": "Moved"}, {"Location": "http://localhost:1/repos/x"}),
    )
    bench.plan(rows)
    assert bench.command() == 0
    assert "localhost" in bench.rows()["acme/two"].reason
    assert bench.rows()["acme/two"].progress is Progress.FAILED


def test_hostile_archives_are_recorded_and_the_sweep_goes_on(github: FakeGitHub, bench: Bench) -> None:
    cases = {name: case for name, case in hostile().items() if "million" not in name}
    slugs = {f"acme/r{number}": name for number, name in enumerate(cases)}
    bench.plan(
        [*planned(github, {slug: {"t.py": LOAD} for slug in slugs}), *planned(github, {"acme/last": {"t.py": LOAD}})]
    )

    def served(request: object, answer: Answer) -> Answer:
        slug = "/".join(request.path.split("/")[2:4])  # type: ignore[attr-defined]
        return Answer(200, cases[slugs[slug]].data) if slug in slugs else answer

    github.faults.add("GET", r"^/tarballs/", times=10_000, change=served)
    outcome = bench.run()
    assert outcome.left == 0
    rows = bench.rows()
    assert rows["acme/last"].progress is Progress.SCANNED
    for slug, name in slugs.items():
        row, case = rows[slug], cases[name]
        if case.refused:
            assert row.progress is Progress.FAILED and case.refused in row.reason, name
        else:
            assert row.scan is not None, name
            unreadable = {each["path"] for each in row.scan.report["unreadable"]}  # type: ignore[attr-defined]
            assert unreadable == set(case.unreadable), name
            assert "ok.py" in {each["path"] for each in row.scan.report["findings"]}, name  # type: ignore[attr-defined]


# -- trouble -------------------------------------------------------------------------------------------------
def test_a_child_that_dies_takes_one_repository(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, three(github)))
    own = os.getpid()

    def served(request: object, answer: Answer) -> Answer:
        if "/two/" in request.path:  # type: ignore[attr-defined]
            for pid in children_of(own):
                os.kill(pid, signal.SIGKILL)
        return answer

    github.faults.add("GET", r"^/tarballs/", times=99, change=served)
    outcome = bench.run()
    reasons = {row.reason for row in bench.rows().values() if row.progress is Progress.FAILED}
    assert "the process that scanned it was ended by signal 9" in reasons
    assert outcome.left == 0 and outcome.scanned + outcome.failures == 3


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_one_that_takes_too_long_is_ended(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, three(github)))
    over = Event()

    def slow(request: object, answer: Answer) -> Answer:
        over.wait(20)
        return answer

    github.faults.add("GET", r"^/tarballs/acme/two", change=slow)
    try:
        outcome = bench.run(seconds=1.5)
    finally:
        over.set()
    assert outcome.failed == [("acme/two", "the process that scanned it took longer than 1.5 s")]
    assert outcome.scanned == 2


def test_three_kills_with_the_same_repository_in_hand_are_enough(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, three(github)))
    store = Store(bench.path)
    two = next(row.repository.id for row in store.rows() if row.repository.slug == "acme/two")
    for _ in range(3):
        store.begin(two)
    store.close()
    outcome = bench.run()
    assert outcome.failed == [("acme/two", "ended the scan three times: the runs that had it in hand were killed")]
    assert outcome.scanned == 2


def test_one_repository_that_meets_a_5xx_is_only_its_own_trouble(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, three(github)))
    github.faults.add("GET", r"/repos/acme/one/tarball", status=502, times=5)
    outcome = bench.run()
    assert outcome.scanned == 2 and "502" in outcome.failed[0][1]


def test_when_github_is_down_nothing_is_lost_to_it(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, {f"acme/{n}": {"t.py": LOAD, "n.txt": str(n)} for n in range(6)}))
    github.faults.add("GET", r"/repos/acme/[2-9]/tarball", status=503, times=99)
    with pytest.raises(ForgeError, match="503"):
        bench.run()
    progress = [row.progress for row in bench.rows().values()]
    assert progress == [Progress.SCANNED] * 2 + [Progress.WAITING] * 4
    github.faults.clear()
    assert bench.run().scanned == 4


def test_a_token_that_is_refused_stops_the_run(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, three(github)))
    github.faults.add("GET", r"/tarball", status=401, times=99)
    with pytest.raises(ForgeError, match="does not accept the token"):
        bench.run()
    assert {row.progress for row in bench.rows().values()} == {Progress.WAITING}


# -- limits --------------------------------------------------------------------------------------------------
def test_it_stops_before_the_reserve_and_says_when_to_resume(github: FakeGitHub, bench: Bench) -> None:
    github.clock = bench.clock
    github.token.limit = 10
    bench.plan(planned(github, {f"acme/{n}": {"t.py": LOAD, "n.txt": str(n)} for n in range(12)}))
    assert bench.command(reserve=50) == 5
    done = sum(row.progress is Progress.SCANNED for row in bench.rows().values())
    assert done == 4, "one of the five requests was for the owner's policy"
    assert (
        "8 left: 5 requests of the core limit are left, which is the reserve; resume after 09:00 UTC"
        in bench.said.getvalue()
    )
    assert all(entry.status != 403 for entry in github.log)
    bench.clock.now += 3_700
    github.token.used, github.token.limit = 0, 100
    assert bench.command() == 0
    assert {row.progress for row in bench.rows().values()} == {Progress.SCANNED}


def test_no_reserve_at_all_meets_the_limit_and_still_ends_well(github: FakeGitHub, bench: Bench) -> None:
    github.clock = bench.clock
    github.hide_limits = True
    github.token.limit = 4
    bench.plan(planned(github, {f"acme/{n}": {"t.py": LOAD, "n.txt": str(n)} for n in range(6)}))
    assert bench.command(reserve=0) == 5
    assert "left" in bench.said.getvalue() and "resume after" in bench.said.getvalue()
    assert {row.progress for row in bench.rows().values()} == {Progress.SCANNED, Progress.WAITING}


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_is_waited_out_as_told(github: FakeGitHub, bench: Bench, status: int) -> None:
    bench.plan(planned(github, three(github)))
    said = {"message": "You have exceeded a secondary rate limit."}
    github.faults.add(
        "GET", r"/repos/acme/two/tarball", status=status, body=said, headers={"Retry-After": "37"}, times=2
    )
    outcome = bench.run()
    assert outcome.scanned == 3 and bench.clock.slept == [37.0, 37.0]


def test_a_secondary_limit_longer_than_patience_ends_with_5(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, three(github)))
    said = {"message": "You have exceeded a secondary rate limit."}
    github.faults.add(
        "GET", r"/repos/acme/two/tarball", status=403, body=said, headers={"Retry-After": "7200"}, times=2
    )
    assert bench.command() == 5
    rows = bench.rows()
    assert rows["acme/one"].progress is Progress.SCANNED and rows["acme/two"].progress is Progress.WAITING
    assert rows["acme/two"].attempts == 0
    assert "resume after" in bench.said.getvalue()


def test_requests_are_paced_below_900_a_minute(
    github: FakeGitHub, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.plan.sweep import budget

    monkeypatch.setattr(budget, "POINTS_A_MINUTE", budget._ROOM + 2)
    bench.plan(planned(github, {f"acme/{n}": {"t.py": LOAD, "n.txt": str(n)} for n in range(6)}))
    assert bench.run().scanned == 6
    assert bench.clock.slept == [60.0, 60.0]


# -- shards --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shards", [1, 3])
def test_shards_together_do_what_one_does(github: FakeGitHub, bench: Bench, shards: int) -> None:
    rows = planned(github, {f"acme/{n}": {"t.py": LOAD, "n.txt": str(n)} for n in range(6)})
    bench.plan([replace(row, shard=1 + number % shards) for number, row in enumerate(rows)], shards=shards)
    names = [f"shard-{number}-of-{shards}.sqlite" for number in range(1, shards + 1)]
    for number, name in enumerate(names, 1):
        assert bench.command(shard=f"{number}/{shards}") == 0
        part = bench.rows(name)
        assert len(part) == 6 // shards and {row.progress for row in part.values()} == {Progress.SCANNED}
    assert {row.progress for row in bench.rows().values()} == {Progress.WAITING}
    store = Store(bench.path)
    assert sum(store.merge(bench.path.with_name(name)) for name in names) == 6
    store.close()
    assert {row.progress for row in bench.rows().values()} == {Progress.SCANNED}


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/", "a/b", "1/3/5", "-1/3", "1/0"])
def test_a_shard_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="not a shard"):
        read_shard(text)


def test_a_shard_of_another_plan(github: FakeGitHub, bench: Bench) -> None:
    bench.plan(planned(github, three(github)), shards=2)
    with pytest.raises(UsageError, match="the plan has 2 shards"):
        bench.command(shard="1/3")


def test_without_a_plan(bench: Bench) -> None:
    with pytest.raises(UsageError, match="there is no plan"):
        bench.command()
    bench.path.parent.mkdir()
    Store(bench.path).close()
    with pytest.raises(UsageError, match="no sweep was planned"):
        bench.command()


@pytest.mark.parametrize("reserve", [-1, 100])
def test_a_reserve_that_is_no_percentage(github: FakeGitHub, bench: Bench, reserve: int) -> None:
    bench.plan(planned(github, three(github)))
    with pytest.raises(UsageError, match="not a percentage"):
        bench.command(reserve=reserve)


# -- kill -9 -------------------------------------------------------------------------------------------------
CHILD = """
import io, sys
from pathlib import Path
from argparse import Namespace
from bot.cli.context import Context
from bot.cli.sweep_run import sweep_run
from bot.edge.runner import Console
environ = dict(zip(("GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_SERVER_URL"), sys.argv[2:5]))
options = Namespace(state="state", shard=None, jobs=2, read="tarball", reserve=0)
sys.exit(sweep_run(options, Context(environ, Console(sys.stdout, sys.stderr), Path(sys.argv[1]))))
"""


KILLS = int(os.environ.get("LOADGUARD_SWEEP_KILLS", "4"))
"""Seeded kills; 200 of them take five minutes."""


@pytest.fixture(scope="module")
def estate() -> Iterator[FakeGitHub]:
    """Twelve repositories that every kill begins with anew."""
    with FakeGitHub() as server:
        planned(server, {f"acme/{n}": {"t.py": LOAD * (n + 1), "n.txt": str(n)} for n in range(12)})
        yield server


@pytest.mark.parametrize("seed", range(KILLS))
def test_kill_9_anywhere_and_each_repository_once(seed: int, estate: FakeGitHub, tmp_path: Path) -> None:
    bench = Bench(estate, tmp_path)
    bench.plan([row_of(estate, f"acme/{n}") for n in range(12)])
    command = [sys.executable, "-c", CHILD, str(bench.folder), estate.token.text, estate.api_url, estate.web]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(random.Random(seed).uniform(0.3, 1.6))  # from before the first to after the last
    process.kill()
    process.wait()
    before = bench.rows()
    done = {slug for slug, row in before.items() if row.progress is Progress.SCANNED}
    estate.forget()
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0
    asked = [entry.path.split("/")[3] for entry in estate.requests if "/tarball/" in entry.path]
    assert sorted(f"acme/{name}" for name in asked) == sorted(set(before) - done), "each that was not done, once"
    for slug, row in bench.rows().items():
        assert row.progress is Progress.SCANNED and row.scan is not None
        assert len(row.scan.report["findings"]) == int(slug.removeprefix("acme/")) + 1  # type: ignore[arg-type]
        assert row.attempts == 1 + (before[slug].progress is Progress.SCANNING)
        if slug in done:
            assert row == before[slug]


# -- as typed ------------------------------------------------------------------------------------------------
def test_the_command_as_typed(
    github: FakeGitHub, bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.plan(planned(github, three(github)))
    for name, value in {
        "GITHUB_TOKEN": github.token.text,
        "GITHUB_API_URL": github.api_url,
        "GITHUB_SERVER_URL": github.web,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(bench.folder)
    assert loadguard(["sweep", "run", "--state", "state", "--jobs", "2"]) == 0
    assert "scanned 3 repositories" in capsys.readouterr().err
    assert loadguard(["sweep", "report", "--state", "state"]) == 0
    assert (bench.folder / "state/report/index.html").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--jobs", "0"], "no whole number from 1"),
        (["--reed", "clone"], "did you mean `--read`?"),
        (["--read", "clones"], "did you mean `clone`?"),
        (["--shard", "2/1"], "--shard 2/1: not a shard"),
        ([], "there is no plan"),
    ],
)
def test_what_is_typed_wrong(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert loadguard(["sweep", "run", *words]) == 2
    assert said in capsys.readouterr().err


# -- words ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "1 h 30 min"), (7260, "2 h 01 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def bar_of(*, interactive: bool) -> tuple[ProgressBar, io.StringIO, list[float]]:
    err, now = io.StringIO(), [1000.0]
    context = Context({}, Console(io.StringIO(), err, interactive=interactive), Path())
    return ProgressBar(context, hidden=False, clock=lambda: now[0]), err, now


def test_a_bar_with_rate_and_estimate_where_a_person_watches() -> None:
    bar, err, now = bar_of(interactive=True)
    with bar.progress:
        bar(0, 400)
        now[0] += 10
        bar(40, 400)
        assert err.getvalue().endswith("░  10 % 40 of 400, 4.0 a second, 2 min to go\x1b[K")
        now[0] += 190
        bar(41, 400)
        assert "41 of 400, 12.3 a minute, 29 min to go" in err.getvalue()
    assert err.getvalue().endswith("\r\x1b[K"), "it leaves no trace"


def test_a_line_a_minute_where_a_log_is_kept() -> None:
    bar, err, now = bar_of(interactive=False)
    with bar.progress:
        for done in range(1, 181):
            now[0] += 1
            bar(done, 720)
    assert err.getvalue().splitlines() == [
        "scanned 60 of 720, 1.0 a second, 11 min to go",
        "scanned 120 of 720, 1.0 a second, 10 min to go",
        "scanned 180 of 720, 1.0 a second, 9 min to go",
    ]


def test_the_closing_sentence_names_ten_and_counts_the_rest() -> None:
    failed = [(f"acme/{n}", "no\x1b[31m reason\n::error::x") for n in range(10)]
    lines = closing_lines(RunOutcome(scanned=1, failures=25, failed=failed, findings=1, seconds=2))
    assert lines[0] == "scanned 1 repository in 2 s: 1 finding, 0.0 MB in, 25 failed"
    assert lines[-1] == "  and 15 more, each with its reason in the report"
    assert len(lines) == 12 and not any("\x1b" in line or "\n" in line for line in lines)
