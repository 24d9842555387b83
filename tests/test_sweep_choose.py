"""Which repositories a plan takes, in which order and in how many jobs: values in, values out."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.model.sweep import Basis, Kind, Progress, Repository, Row, Target
from bot.plan.sweep.choose import MOST_ATTEMPTS, Known, make_rows, skip_reason
from bot.plan.sweep.shards import MOST_JOBS, matrix, shard_at, shards_for
from bot.plan.sweep.targets import parse_target
from bot.plan.sweep.version import policy_digest, rules_version
from bot.plan.sweep.windows import FIRST_DAY, halves, words
from bot.policy.sweep import SweepPolicy


def repository(name: str = "r", **more: object) -> Repository:
    facts = {"slug": f"acme/{name}", "tree": f"tree of {name}", "languages": ("C", "Python"), **more}
    return Repository(f"R_{name}", **facts)  # type: ignore[arg-type]


def basis(each: Repository) -> Basis:
    return Basis(each.tree, "rules", "policy")


POLICY = SweepPolicy(include=("acme/*", "Octocat/*"), exclude=("*-archive", "acme/secret"))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, ""),
        ({"languages": ("Jupyter Notebook",)}, ""),
        ({"languages": ()}, ""),
        ({"languages": ("C", "Rust")}, "no Python and no notebooks"),
        ({"archived": True, "fork": True}, "archived"),
        ({"disabled": True}, "disabled by GitHub"),
        ({"mirror": True}, "a mirror"),
        ({"fork": True}, "a fork"),
        ({"empty": True, "tree": ""}, "empty"),
        ({"tree": ""}, "the token may not see its default branch (contents: read)"),
        ({"slug": "octocat/x"}, ""),
        ({"slug": "other/x"}, "not named by `sweep.include`"),
        ({"slug": "acme/old-Archive"}, "left out by `sweep.exclude: *-archive`"),
        ({"slug": "Acme/Secret"}, "left out by `sweep.exclude: acme/secret`"),
        ({"policy": "exclude: ['**']\n"}, "opted out by its own policy"),
        ({"policy": "exclude: ['*']\n"}, "opted out by its own policy"),
        ({"policy": "exclude: [third_party, '*.ipynb', '**/tests']\n"}, ""),
        ({"policy": "exclude: [" * 5_000}, ""),
        ({"policy": "exclude: ['**']\nnonsense: 1\n"}, ""),
    ],
)
def test_what_is_skipped_and_why(facts: dict[str, object], reason: str) -> None:
    assert skip_reason(repository(**facts), POLICY) == reason  # type: ignore[arg-type]


def test_forks_are_swept_where_the_policy_says_so() -> None:
    assert skip_reason(repository(fork=True), SweepPolicy(forks=True)) == ""


def test_never_scanned_then_the_oldest_scan_then_the_last_push() -> None:
    found = [
        repository("old", pushed_at="2026-01-03"),
        repository("new", pushed_at="2026-01-01"),
        repository("newer", pushed_at="2026-01-02"),
        repository("recent", pushed_at="2026-01-09"),
        repository("failed", pushed_at="2026-01-09"),
        repository("skipped", archived=True),
        repository("twin", pushed_at="2026-01-04"),
    ]
    known = Known(
        scanned_at={"R_old": "2026-02-01", "R_twin": "2026-02-01", "R_recent": "2026-02-09"},
        rows={"R_failed": Row(repository("failed"), Progress.FAILED, "451")},
        tried="2026-02-05",
    )
    rows, shards = make_rows(found, known, policy=SweepPolicy(shard_size=4), basis=basis)
    names = [(row.repository.slug.removeprefix("acme/"), row.shard) for row in rows]
    assert names == [
        ("newer", 1), ("new", 2), ("twin", 1), ("old", 2), ("failed", 1), ("recent", 2), ("skipped", 0),
    ]  # fmt: skip
    assert shards == 2


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (Row(repository(), Progress.SCANNING, attempts=1), (Progress.SCANNING, 1)),
        (Row(repository(), Progress.FAILED, "killed", attempts=MOST_ATTEMPTS), (Progress.FAILED, MOST_ATTEMPTS)),
        (Row(repository(), Progress.FAILED, "451", attempts=1), (Progress.WAITING, 0)),
        (Row(repository(tree="other"), Progress.SCANNING, attempts=2), (Progress.WAITING, 0)),
        (Row(repository(tree="other"), Progress.FAILED, "killed", attempts=MOST_ATTEMPTS), (Progress.WAITING, 0)),
    ],
)
def test_what_ends_the_scan_each_time_waits_until_it_changes(before: Row, now: tuple[Progress, int]) -> None:
    ((row,), _) = make_rows([repository()], Known(rows={"R_r": before}), policy=SweepPolicy(), basis=basis)
    assert (row.progress, row.attempts) == now


def test_the_same_basis_is_unchanged_whatever_the_name() -> None:
    known = Known(bases={"R_r": Basis("tree of r", "rules", "policy")})
    ((row,), shards) = make_rows([repository(slug="acme/new")], known, policy=SweepPolicy(), basis=basis)
    assert (row.progress, shards) == (Progress.UNCHANGED, 0)


# -- shards --------------------------------------------------------------------------------------------------
@given(st.integers(0, 200_000), st.integers(1, 500))
def test_every_job_has_its_share_and_none_too_many(waiting: int, size: int) -> None:
    shards = shards_for(waiting, size)
    assert 0 <= shards <= MOST_JOBS
    taken = min(waiting, shards * size)
    fullest = -(-taken // shards) if shards else 0
    assert fullest <= size
    assert shard_at(waiting, shards, size) == 0 or waiting < shards * size
    assert taken == waiting or shards == MOST_JOBS


def test_the_matrix_is_what_the_workflow_reads() -> None:
    jobs = [{"shard": "1/3", "name": "1-of-3"}, {"shard": "2/3", "name": "2-of-3"}, {"shard": "3/3", "name": "3-of-3"}]
    assert json.loads(matrix(3)) == {"include": jobs}
    assert json.loads(matrix(0)) == {"include": []}


# -- targets, windows, versions ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("org:acme", Target(Kind.ORGANISATION, "acme")),
        ("user:octo-cat", Target(Kind.USER, "octo-cat")),
        ("topic:ml", Target(Kind.TOPIC, "ml")),
        ("property:acme:team=search ads", Target(Kind.PROPERTY, "acme:team=search ads")),
        (" acme/a.b_c \n", Target(Kind.REPOSITORY, "acme/a.b_c")),
    ],
)
def test_targets_are_read_as_they_are_written(text: str, target: Target) -> None:
    assert parse_target(text) == target
    assert str(target) == text.strip()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("acme", "org:acme or user:acme"),
        ("property:team=x", "property:ORG:NAME=VALUE"),
        ("orgs:acme", "org:NAME"),
        ("org:acme/x", "org:NAME"),
        ("https://github.com/acme/x", "org:NAME"),
        ('property:acme:team="x" org:evil', "property:ORG"),
        ("topic:ml org:evil", "org:NAME"),
        ("", "org:NAME"),
    ],
)
def test_what_is_no_target_is_refused_with_the_way_to_write_it(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_target(text)
    assert hint in caught.value.hint


@given(st.dates(FIRST_DAY, date(2040, 1, 1)), st.integers(0, 5_000))
def test_halves_are_the_whole_and_end(since: date, days: int) -> None:
    until = date.fromordinal(since.toordinal() + days)
    parts = halves((since, until))
    if not days:
        assert parts == ()
        return
    (a, b), (c, d) = parts
    assert (a, d) == (since, until)
    assert a <= b < c <= d and c.toordinal() == b.toordinal() + 1


def test_a_search_says_its_window() -> None:
    window = (date(2020, 1, 1), date(2020, 6, 30))
    assert words("ml", window, forks=True) == "ml created:2020-01-01..2020-06-30 fork:true"


def test_a_digest_knows_none_from_empty_and_a_day_that_has_come() -> None:
    texts = [(None, None), ("", None), (None, ""), ("a", "b"), ("ab", ""), ("", "ab")]
    assert len({policy_digest(*each, today="2026-11-24") for each in texts}) == len(texts)
    dated = "ignore: [{expires: 2026-11-25}]"
    before, on = (policy_digest(None, dated, today=day) for day in ("2026-11-24", "2026-11-25"))
    assert before != on == policy_digest(None, dated, today="2027-01-01")


def test_the_version_of_the_rules_is_that_of_the_code() -> None:
    assert rules_version() == rules_version()
    assert len(rules_version().partition("+")[2]) == 12
