"""A few hundred repositories swept twice within GitHub's limits: what benchmarks/sweep_scale.py does with 10,000."""

from __future__ import annotations

from pathlib import Path

from bot.model.sweep import Progress
from tests.sweep_organisation import DAY, organisation
from tests.sweep_simulation import publish, sweep


def test_two_sweeps_keep_within_the_budget_and_the_second_costs_what_changed(tmp_path: Path) -> None:
    with organisation(tmp_path, 300, trees=range(30)) as made:
        made.github.token.limit = 250
        first = sweep(made)
        assert first.progress == {"scanned": 300}
        assert first.refused == {} and first.unheeded == 0
        assert not {403, 429} & set(first.statuses)
        assert len(first.stops) == 1 and "which is the reserve" in first.stops[0]
        made.clock.now += DAY
        changed = made.change(0.03)
        second = sweep(made)
        assert second.progress == {"scanned": len(changed), "unchanged": 300 - len(changed)}
        assert second.requests["plan"] / 300 <= 0.02
        assert second.requests["run"] / len(changed) <= 2
        assert second.stops == []


def test_publishing_keeps_its_pace_and_every_limit_and_opens_one_each(tmp_path: Path) -> None:
    with organisation(tmp_path, 60, trees=range(20)) as made:
        made.say("sweep:\n  targets: [org:acme]\n  publish: {mode: all, per_hour: 12, canary: [4, 12]}\n")
        sweep(made)
        told = publish(made)
        assert told.pulls >= 10
        assert told.fullest_hour <= 12
        assert told.refused == {} and made.github.rates.unheeded == []
        made.github.forget()
        assert made.publish() == 0
        assert made.github.mutating == []


def test_what_happens_to_repositories_between_plan_and_run_ends_no_sweep(tmp_path: Path) -> None:
    with organisation(tmp_path, 12) as made:
        repositories = made.github.repositories
        made.add("empty", tip="")

        def meanwhile() -> None:
            repositories["acme/r00000"].archived = True
            repositories["acme/r00001"].gone = 404
            repositories["acme/r00002"].gone = 451
            made.rename("r00003", "renamed")
            repositories["acme/r00004"].git.update_ref("refs/heads/main", made.plant({"a.py": b"import torch\n"}))
            made.github.faults.add("GET", "/tarballs/acme/r00005/", status=500, times=10)

        figures = sweep(made, between=meanwhile)
        rows = made.rows()
        told = {slug: (row.progress, row.reason) for slug, row in rows.items() if row.progress is not Progress.SCANNED}
        assert told == {
            "acme/r00001": (Progress.FAILED, "gone, or hidden from the token since the plan (404)"),
            "acme/r00002": (Progress.FAILED, "taken down, GitHub answers 451"),
            "acme/r00005": (Progress.FAILED, "the download host answered 500, 3 times"),
            "acme/empty": (Progress.SKIPPED, "empty"),
        }
        assert figures.stops == []
        made.github.faults.clear()
        second = sweep(made)
        gone = {slug for slug in rows if slug not in made.rows()}
        assert gone == {"acme/r00001", "acme/r00003"}
        assert made.rows()["acme/renamed"].progress is Progress.UNCHANGED
        assert made.rows()["acme/r00000"].reason == "archived"
        assert second.progress == {"scanned": 2, "unchanged": 7, "skipped": 2, "failed": 1}
