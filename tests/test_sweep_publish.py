"""`loadguard sweep publish` against the test server: for whom, how fast, in which stages, and when not any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.edge.store import Store
from bot.errors import ForgeError
from bot.model.sweep import Standing
from tests.fake_github import FakeGitHub
from tests.fake_github.state import CheckRun, Issue
from tests.sweep_publish_helpers import BRANCH, Publishing
from tests.sweep_run_helpers import LOAD, planned, row_of


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def bench(github: FakeGitHub, tmp_path: Path) -> Publishing:
    return Publishing(github, tmp_path)


def fixed(github: FakeGitHub, slug: str, path: str) -> str:
    """A file as it stands on the fix branch."""
    git = github.repositories[slug].git
    entries = git.list_tree(git.resolve(BRANCH, kind="tree") or "", recursive=True)
    return next(git.blob(each.sha) for each in entries if each.path == path).decode()


def test_one_pull_request_each_and_nothing_the_second_time(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(3)
    outcome = bench.publish()
    assert (outcome.opened, outcome.left, outcome.failures) == (3, 0, 0)
    for slug, pull in bench.pulls.items():
        assert fixed(github, slug, "train.py") == LOAD.replace("'w.pt')", "'w.pt', weights_only=True)")
        assert pull.head_ref == BRANCH and pull.state == "open"
        told = bench.publications[slug]
        assert (told.standing, told.number) == (Standing.OPEN, pull.number)
    github.forget()
    again = bench.publish()
    assert (again.opened, again.left) == (0, 0)
    assert github.mutating == []
    assert len(github.log) == 1, "one query asks what became of all three"


# -- for whom ------------------------------------------------------------------------------------------------
def test_only_who_opted_in(github: FakeGitHub, bench: Publishing) -> None:
    bench.policy = {"mode": "opt-in", "opt_in": ("lab/*",)}
    pr, off = "fix: pr\n", "fix: off\n"
    slugs = ("acme/own", "acme/topic", "acme/not", "lab/glob", "lab/off")
    planned(github, {slug: {"train.py": LOAD} for slug in slugs})
    bench.plan([
        row_of(github, "acme/own", policy=pr),
        row_of(github, "acme/topic", topics=("loadguard",)),
        row_of(github, "acme/not"),
        row_of(github, "lab/glob"),
        row_of(github, "lab/off", policy=off),
    ])  # fmt: skip
    bench.command()
    assert bench.publish().opened == 3
    assert set(bench.pulls) == {"acme/own", "acme/topic", "lab/glob"}
    reasons = {slug: each.reason for slug, each in bench.publications.items() if each.standing is Standing.NONE}
    assert reasons == {"acme/not": "it has not opted in", "lab/off": "its own policy says `fix: off`"}


def test_off_asks_nothing(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(2)
    bench.policy = {"mode": "off"}
    github.forget()
    assert bench.typed() == 0
    assert github.log == []


def test_a_branch_that_moved_since_the_scan_is_left_for_the_next_sweep(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(2)
    github.commit(github.repositories["acme/r000"], {"train.py": "import torch\n"})
    assert bench.typed() == 0
    assert set(bench.pulls) == {"acme/r001"}
    assert "moved since the scan" in bench.publications["acme/r000"].reason
    assert "1 moved since their scan, left for the next sweep" in bench.said.getvalue()


def test_what_people_closed_stays_closed_even_when_the_state_is_lost(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(2)
    bench.publish()
    github.close(bench.pulls["acme/r000"])
    bench.path.unlink()
    rows = [row_of(github, slug) for slug in ("acme/r000", "acme/r001")]
    bench.plan(rows)
    bench.command()
    github.forget()
    assert bench.publish().opened == 0
    assert github.mutating == []
    standings = {slug: each.standing for slug, each in bench.publications.items()}
    assert standings == {"acme/r000": Standing.CLOSED, "acme/r001": Standing.OPEN}


def test_a_stored_fix_that_was_tampered_with_is_not_written(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(1)
    store = Store(bench.path)
    (row,) = store.rows()
    assert row.scan is not None
    report = json.loads(json.dumps(row.scan.report))
    report["findings"][0]["fix"]["edits"][0]["text"] += "); import evil; (None"
    store.scanned(row.repository.id, replace(row.scan, report=report))
    store.close()
    assert bench.publish().opened == 0
    assert bench.pulls == {}


# -- how fast ------------------------------------------------------------------------------------------------
def test_no_hour_sees_more_than_the_policy_allows(github: FakeGitHub, bench: Publishing) -> None:
    bench.policy |= {"per_hour": 4, "canary": (100,)}
    bench.scanned(9)
    began = bench.clock.now
    assert bench.publish().opened == 9
    moments = sorted(each.opened_at for each in bench.publications.values())
    seconds = [datetime.fromisoformat(each).timestamp() - began for each in moments]
    assert max(sum(start <= each < start + 3600 for each in seconds) for start in seconds) <= 4


def test_a_limit_that_asks_for_longer_stops_and_says_when_to_resume(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(3)
    github.faults.add("POST", r"/pulls$", nth=2, status=403, headers={"retry-after": "7200"}, times=1)
    assert bench.typed() == 5
    assert len(bench.pulls) == 1
    assert "resume after" in bench.said.getvalue()
    bench.clock.now += 7200
    assert bench.typed() == 0
    assert len(bench.pulls) == 3


def test_a_dry_run_writes_nothing_and_says_what_it_would(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(2)
    github.forget()
    before = bench.rows()
    assert bench.typed(dry_run=True, dashboard="acme/r000") == 0
    assert github.mutating == [] and bench.rows() == before and bench.publications == {}
    said = bench.said.getvalue()
    assert said.count("would open a pull request") == 2
    assert "2 opened" in said and "dry run" in said and "would open the dashboard in acme/r000" in said


# -- stages and halts ----------------------------------------------------------------------------------------
def test_the_canary_waits_until_people_have_looked(github: FakeGitHub, bench: Publishing) -> None:
    bench.policy |= {"canary": (4,)}
    bench.scanned(6)
    assert bench.typed() == 5
    assert len(bench.pulls) == 4
    assert "the rest wait until 2 of these have been looked at" in bench.said.getvalue()
    for slug, pull in list(bench.pulls.items())[:2]:
        head = github.repositories[slug].git.resolve(pull.head_ref) or ""
        github.repositories[slug].check_runs.append(CheckRun("tests", head, "completed", "success"))
    assert bench.typed() == 0
    assert len(bench.pulls) == 6


def test_too_many_closed_halts_until_somebody_says_go_on(github: FakeGitHub, bench: Publishing) -> None:
    bench.policy |= {"canary": (5,)}
    bench.scanned(7)
    github.create_repository({"README.md": "sweeps\n"}, slug="acme/sweeps")
    bench.publish(dashboard="acme/sweeps")
    for pull in list(bench.pulls.values())[:3]:
        github.close(pull)
    bench.clock.now += 2 * 86_400
    outcome = bench.publish(dashboard="acme/sweeps")
    assert (outcome.opened, outcome.left) == (0, 2)
    assert outcome.halted.startswith("halted: 3 of the 5 pull requests that were looked at were closed unmerged")
    (issue,) = github.repositories["acme/sweeps"].issues.values()
    assert "> [!WARNING]\n> Halted" in issue.body and "3 of the 5 pull requests" in issue.body
    issue.body = issue.body.replace("- [ ] <!-- loadguard:box=go-on", "- [x] <!-- loadguard:box=go-on")
    assert bench.publish(dashboard="acme/sweeps").opened == 2
    assert "go-on" not in issue.body


def test_red_checks_halt(github: FakeGitHub, bench: Publishing) -> None:
    bench.policy |= {"canary": (6,)}
    bench.scanned(8)
    bench.publish()
    for slug, pull in bench.pulls.items():
        head = github.repositories[slug].git.resolve(pull.head_ref) or ""
        github.repositories[slug].check_runs.append(CheckRun("tests", head, "completed", "failure"))
    assert bench.publish().halted.startswith("halted: the checks of 6 of 6 pull requests failed")


# -- the dashboard -------------------------------------------------------------------------------------------
def ticked(body: str, key: str) -> str:
    box = f"- [ ] <!-- loadguard:box={key} -->"
    assert box in body, f"no box {key}"
    return body.replace(box, box.replace("[ ]", "[x]"))


def test_the_dashboard_is_one_issue_whose_boxes_are_read_back(github: FakeGitHub, bench: Publishing) -> None:
    bench.policy = {"mode": "opt-in"}
    bench.scanned(3)
    calling = github.create_repository({"README.md": "sweeps\n"}, slug="acme/sweeps")
    bench.publish(dashboard="acme/sweeps")
    (issue,) = calling.issues.values()
    issue.body = ticked(ticked(issue.body, "pause"), "publish:acme/r001")
    assert bench.publish(dashboard="acme/sweeps").paused
    assert bench.pulls == {}
    issue.body = issue.body.replace("- [x] <!-- loadguard:box=pause", "- [ ] <!-- loadguard:box=pause")
    assert bench.publish(dashboard="acme/sweeps").opened == 1
    assert set(bench.pulls) == {"acme/r001"} and "box=publish:acme/r001" not in issue.body
    github.close(bench.pulls["acme/r001"])
    bench.publish(dashboard="acme/sweeps")
    issue.body = ticked(issue.body, "again:acme/r001")
    assert bench.publish(dashboard="acme/sweeps").opened == 1
    assert [pull.state for pull in github.repositories["acme/r001"].pulls.values()] == ["closed", "open"]
    github.forget()
    bench.publish(dashboard="acme/sweeps")
    assert (len(calling.issues), github.mutating) == (1, [])


def test_a_dashboard_that_somebody_else_typed_is_none_of_ours(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(1)
    calling = github.create_repository({"README.md": "sweeps\n"}, slug="acme/sweeps")
    forged = "<!-- loadguard:dashboard -->\n- [x] <!-- loadguard:box=pause --> x\n"
    calling.labels["loadguard-sweep"] = 1
    calling.issues[1] = Issue(1, "Loadguard sweep", forged, github.account("mallory"), labels=["loadguard-sweep"])
    assert bench.publish(dashboard="acme/sweeps").opened == 1
    assert calling.issues[1].body == forged and len(calling.issues) == 2


def test_no_right_to_keep_a_dashboard_keeps_no_pull_request_away(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(1)
    calling = github.create_repository({"README.md": "sweeps\n"}, slug="acme/sweeps")
    github.faults.add("POST", r"/issues$", status=403, body={"message": "Resource not accessible by integration"})
    outcome = bench.publish(dashboard="acme/sweeps")
    assert outcome.opened == 1 and not calling.issues
    assert any("the dashboard could not be written" in each and "issues: write" in each for each in outcome.remarks)


# -- trouble -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [r"/pulls$", r"/git/refs$", r"/git/commits$", r"/git/trees$"])
def test_an_error_after_it_was_done_makes_no_second_one(github: FakeGitHub, bench: Publishing, path: str) -> None:
    bench.scanned(2)
    fault = github.faults.add("POST", path, status=502, after=True)
    outcome = bench.publish()
    assert (outcome.opened, outcome.failures, fault.struck) == (2, 0, 1)
    assert len(bench.pulls) == 2, "and none has two"


def test_one_repository_in_trouble_does_not_stop_the_others(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(3)
    github.repositories["acme/r000"].gone = 404
    outcome = bench.publish()
    assert (outcome.opened, outcome.failures, outcome.left) == (2, 1, 0)
    assert bench.publications["acme/r000"].reason


def test_a_token_without_rights_stops_early_and_says_which(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(8)
    github.token.permissions = {**github.token.permissions, "contents": "read"}
    with pytest.raises(ForgeError, match=r"5 repositories failed one after the other.*contents: write"):
        bench.publish()
    assert bench.pulls == {}
