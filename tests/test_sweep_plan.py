"""`loadguard sweep plan` against the test server: what is found, skipped, unchanged; what stops it and how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import ForgeError, PolicyError, UsageError
from bot.model.sweep import Progress
from tests.fake_github.faults import RATE_LIMITED
from tests.sweep_organisation import DAY, Organisation, organisation


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Organisation]:
    with organisation(tmp_path, 4) as made:
        yield made


def listed(made: Organisation) -> list[str]:
    return [slug.removeprefix("acme/") for slug in made.rows()]


# -- one sweep after the other -------------------------------------------------------------------------------
def test_the_first_plan_names_everything_and_the_second_only_what_changed(few: Organisation) -> None:
    few.add("docs", tip=few.plant({"README.md": b"# Words\n", "site.js": b"1\n"}))
    few.add("old", archived=True)
    assert few.plan() == 0
    assert few.said == (
        "sweep 1 of org:acme: 6 repositories, found by 2 requests\n"
        "  4 to scan, in 1 shard: 4 for the first time\n"
        "  2 skipped: no Python and no notebooks (1), archived (1)\n"
    )
    row = few.rows()["acme/r00000"]
    facts = few.github.repositories["acme/r00000"]
    assert row.repository == replace(
        row.repository,
        database_id=facts.id,
        branch="main",
        commit=few.tips[0],
        tree=facts.git.resolve("main", kind="tree"),
        pushed_at="2026-01-01T00:00:00Z",
        languages=("Jupyter Notebook", "Python"),
        policy="fix: pr\nfail_on: error\n",
    )
    assert few.scan() == 0
    few.github.forget()
    few.clock.now += DAY
    (changed,) = few.change(0.25)
    assert few.plan() == 0
    assert [str(each) for each in few.github.requests] == ["POST /graphql 200"] * 2
    assert "1 to scan, in 1 shard: 1 again, since they, their policy or our rules changed" in few.said
    assert "3 unchanged since their last scan" in few.said
    assert {slug for slug, row in few.rows().items() if row.progress is Progress.WAITING} == {changed}


def test_a_renamed_repository_is_the_same_one(few: Organisation) -> None:
    few.plan()
    few.scan()
    few.rename("r00001", "better")
    few.plan()
    assert few.rows()["acme/better"].progress is Progress.UNCHANGED
    assert "acme/r00001" not in few.rows()
    few.github.moved.clear()
    few.add("r00001")
    few.plan()
    assert few.rows()["acme/r00001"].progress is Progress.WAITING


def test_another_policy_is_another_scan(few: Organisation) -> None:
    few.plan()
    few.scan()
    home = few.add(".github", tip=few.plant({"loadguard.yml": b"rules: {LG006: off}\n"}), languages=("Shell",))
    few.plan()
    assert few.rows()["acme/r00000"].progress is Progress.WAITING
    few.scan()
    few.plan()
    assert few.rows()["acme/r00000"].progress is Progress.UNCHANGED
    home.git.update_ref("refs/heads/main", few.plant({"loadguard.yml": b"rulez: {}\n"}))
    with pytest.raises(PolicyError, match=r"acme/\.github/loadguard\.yml:1:1: unknown key `rulez`"):
        few.plan()


def test_an_ignore_that_expires_is_another_policy_on_its_day(few: Organisation) -> None:
    text = b"ignore: [{rule: LG001, reason: until the release, expires: 2027-01-16}]\n"
    few.add("dated", tip=few.plant({"a.py": b"import torch\ntorch.load('x.pt')\n", ".github/loadguard.yml": text}))
    few.plan()
    few.scan()
    few.plan()
    assert few.rows()["acme/dated"].progress is Progress.UNCHANGED
    few.clock.now += DAY
    few.plan()
    assert few.rows()["acme/dated"].progress is Progress.WAITING
    assert few.rows()["acme/r00000"].progress is Progress.UNCHANGED


def test_a_section_of_its_own_widens_nothing(few: Organisation) -> None:
    text = b"sweep:\n  targets: [org:evil]\n  forks: true\n"
    few.add("sly", tip=few.plant({"a.py": b"import torch\n", ".github/loadguard.yml": text}))
    few.add("fork", fork_of="evil/fork")
    (few.folder / ".github").mkdir()
    (few.folder / ".github/loadguard.yml").write_text("sweep:\n  targets: [org:acme]\n  exclude: ['*3']\n")
    assert few.plan(targets=[]) == 0
    rows = few.rows()
    assert rows["acme/sly"].progress is Progress.WAITING
    assert (rows["acme/fork"].progress, rows["acme/fork"].reason) == (Progress.SKIPPED, "a fork")
    assert rows["acme/r00003"].reason == "left out by `sweep.exclude: *3`"


# -- lists that do not hold still ----------------------------------------------------------------------------
@pytest.mark.parametrize("gone", [1, 2, 3, 40])
def test_pages_that_shift_lose_nobody(tmp_path: Path, gone: int) -> None:
    with organisation(tmp_path, 310) as made:
        repositories = made.github.repositories

        def vanish() -> None:
            for number in range(gone):
                repositories[f"acme/r{number:05}"].gone = 404
            made.add("new")

        made.github.faults.add("POST", "/graphql", nth=3, act=vanish)
        assert made.plan() == 0
        found = listed(made)
        assert len(found) == len(set(found))
        assert {f"r{number:05}" for number in range(gone, 310)} | {"new"} <= set(found)
        assert len(made.github.requests) <= 6 + (gone > 2)


def test_an_entry_that_vanished_is_a_hole_and_not_the_end(few: Organisation) -> None:
    few.github.repositories["acme/r00002"].unseen = True
    assert few.plan() == 0
    assert listed(few) == ["r00003", "r00001", "r00000"]
    assert "1 listed, but gone or hidden from this token when their turn came" in few.said


def test_contents_that_the_token_may_not_see_are_told_of_and_never_taken_for_empty(few: Organisation) -> None:
    few.github.repositories["acme/r00002"].private = True
    token = few.github.new_token(few.github.account("bot[bot]", kind="Bot"), permissions={"metadata": "read"})
    assert few.plan(environ={**few.environ, "GITHUB_TOKEN": token.text}) == 0
    row = few.rows()["acme/r00002"]
    assert (row.progress, row.reason) == (
        Progress.SKIPPED, "the token may not see its default branch (contents: read)",
    )  # fmt: skip


def test_what_github_cannot_answer_in_its_time_is_asked_for_in_smaller_pages(tmp_path: Path) -> None:
    with organisation(tmp_path, 120) as made:
        made.github.faults.add("POST", "/graphql", status=502, times=10)
        assert made.plan() == 0
        assert len(listed(made)) == 120
        sizes = [each.body["variables"]["first"] for each in made.github.requests if "first" in each.body["variables"]]
        assert sizes[::5][:3] == [100, 50, 25]


# -- limits --------------------------------------------------------------------------------------------------
def test_a_plan_stops_before_the_reserve_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with organisation(tmp_path, 400) as made:
        made.github.rates.graphql_limit = 10
        assert made.plan(reserve=50) == 5
        assert made.said == (
            "stopped after 197 repositories: 6 requests of the graphql limit are left, which is the reserve; "
            "resume after 09:00 UTC. The same command goes on where this one stopped.\n"
        )
        assert made.plan(reserve=50) == 5
        assert len(made.github.requests) == 3  # what is left is told by an answer only
        made.clock.now += 3601
        assert made.plan(reserve=0) == 0
        assert len(made.github.requests) == 6
        assert len(listed(made)) == 400
        assert made.github.rates.refused == {}


def test_what_was_read_before_the_trouble_is_not_read_again(tmp_path: Path) -> None:
    with organisation(tmp_path, 300) as made:
        made.github.faults.add("POST", "/graphql", nth=3, status=401)
        with pytest.raises(ForgeError, match="does not accept the token"):
            made.plan()
        assert made.plan() == 0
        assert len(made.github.requests) == 3 + 2 + 1
        assert len(listed(made)) == 300


def test_a_half_made_plan_of_other_targets_or_of_yesterday_is_begun_again(tmp_path: Path) -> None:
    with organisation(tmp_path, 200) as made:
        made.github.rates.graphql_limit = 4
        assert made.plan(reserve=50) == 5
        made.clock.now += 25 * 3600
        made.github.rates.graphql_limit = 5000
        asked = len(made.github.requests)
        assert made.plan() == 0
        assert len(made.github.requests) - asked == 4


def test_a_limit_told_with_200_is_waited_for_or_resumed_after(few: Organisation) -> None:
    few.github.faults.add("POST", "/graphql", status=200, body=RATE_LIMITED, headers={"Retry-After": "70"})
    assert few.plan() == 0
    assert few.clock.slept == [70.0]
    few.github.faults.add("POST", "/graphql", status=200, body=RATE_LIMITED, headers={"Retry-After": "3000"})
    assert few.plan() == 5
    assert "resume after" in few.said
    assert few.plan() == 0


# -- targets -------------------------------------------------------------------------------------------------
def test_a_list_of_names_a_user_and_what_is_not_there(few: Organisation) -> None:
    few.github.account("octocat")
    few.github.create_repository({"a.py": "import torch\n"}, slug="octocat/hello")
    few.rename("r00001", "better")
    few.github.repositories["acme/r00002"].gone = 404
    assert few.plan("acme/r00001", "user:octocat", "acme/r00002", "acme/r00003", "acme/r00001") == 0
    assert set(few.rows()) == {"acme/better", "octocat/hello", "acme/r00003"}
    assert "not there, or hidden from this token: acme/r00002" in few.said
    assert few.sweep().targets == ("acme/r00001", "user:octocat", "acme/r00002", "acme/r00003")


def test_a_custom_property_and_its_values(few: Organisation) -> None:
    for name, value in (("r00000", "search"), ("r00001", ["ads", "search"]), ("r00002", "searching"), ("r00003", None)):
        few.github.repositories[f"acme/{name}"].properties["team"] = value  # type: ignore[assignment]
    assert few.plan("property:acme:team=search") == 0
    assert set(few.rows()) == {"acme/r00000", "acme/r00001"}
    assert few.sweep().requests == {"core": 1, "graphql": 2}


def test_a_topic_with_more_than_a_search_gives(tmp_path: Path) -> None:
    with organisation(tmp_path, 1_150) as made:
        for number, each in enumerate(made.github.repositories.values()):
            each.topics, each.created_at = ("ml",), f"20{10 + number % 15}-0{number % 9 + 1}-11T00:00:00Z"
        made.github.repositories["acme/r00000"].topics = ()
        made.github.repositories["acme/r00001"].fork_of = "x/y"
        assert made.plan("topic:ml") == 0
        assert len(listed(made)) == len(set(listed(made))) == 1_148


def test_an_owner_that_is_not_there_and_no_target_at_all(few: Organisation) -> None:
    with pytest.raises(UsageError, match="org:acmee: GitHub knows no such owner"):
        few.plan("org:acmee")
    with pytest.raises(UsageError, match="'acme' is no target of a sweep") as caught:
        few.plan("acme")
    assert caught.value.hint.startswith("org:acme or user:acme is everything it has")
    with pytest.raises(UsageError, match="nothing is named to sweep"):
        few.plan(targets=[])
