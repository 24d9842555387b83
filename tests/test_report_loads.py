"""Loads and drift in words: every leg is told, a neutral one never sounds like a pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import CheckpointReport, Drift, Killed, Loaded, NotTried, Refused, Report, Verdict
from bot.report.html import render_html
from bot.report.loads import drift_words, load_words, size_words
from bot.report.markdown import render_markdown

LOADED = Loaded(3, 10, (("float32", 3),), 40, 0.5, 300 << 20, mapped=True)
REPORT = CheckpointReport("m.pt", "torch-zip", 2048, Verdict.LOADABLE, smoke=LOADED)
DRIFT = (Drift("a<b>", 0.5, 0.25, 0.125, 0), Drift("bad", 0.0, 0.0, 0.0, 2), Drift("same", 0.0, 0.0, 0.0, 0))


def test_every_leg_is_told() -> None:
    legs = (NotTried("no tpu here", "tpu"), Refused("differs", device="cuda"), Killed("ran out of time", "xla"))
    assert load_words(replace(REPORT, devices=legs)) == (
        "loaded on cpu in 500 ms, 3 tensors, mapped, peak 300.0 MiB; not tried on tpu: no tpu here; "
        "refused on cuda: differs; killed on xla: ran out of time"
    )
    assert load_words(replace(REPORT, smoke=None)) == "not asked for"


def test_drift_names_the_farthest_and_new_bad_values() -> None:
    assert drift_words(REPORT) == ""
    assert drift_words(replace(REPORT, drift=DRIFT)) == "2 of 3 tensors moved, a<b> farthest (12.50%)"
    assert drift_words(replace(REPORT, drift=DRIFT[2:])) == "values as before in 1 tensor"


def test_drift_is_a_table_in_markdown_and_a_chart_in_html() -> None:
    report = Report(".", 1, (), checkpoints=(replace(REPORT, drift=DRIFT),))
    shown = render_markdown(report, read=lambda _: None)
    assert "| `a<b>` | 0.5 | 0.25 | 12.50% | 0 |" in shown
    assert "| `bad` | 0 | 0 | 0.00% | 2 |" in shown
    assert "`same`" not in shown
    page = render_html(report, read=lambda _: None, documentation={})
    assert "a&lt;b&gt;" in page
    assert "<rect width=200 " in page


@pytest.mark.parametrize(("size", "words"), [(0, "0 B"), (1023, "1,023 B"), (1536, "1.5 KiB"), (3 << 40, "3.0 TiB")])
def test_sizes(size: int, words: str) -> None:
    assert size_words(size) == words
