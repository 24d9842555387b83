"""The sweep's page in a real browser: search, filter, sort and drill down by clicking, paint in time, stay inert.

Needs Debian's `chromium` and npm's `playwright-core` (`make published`); skipped without, but never in CI.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot.cli.rules import documentation_of, rule_table
from bot.model.sweep import Sweep
from bot.report.sweep.html import RuleText, render_sweep_html
from bot.report.sweep.overview import Overview, make_overview
from tests.sweep_samples import EVIL, hostile_rows, sample_rows, sample_sweeps

ROOT = Path(__file__).parent.parent
WEB = "https://github.com"
SECOND = 1_000
"""Milliseconds: the first paint of a page with 10,000 repositories takes less (issue 6)."""

Seen = dict[str, Any]
Visit = Callable[[str], Seen]


def missing(what: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed, and CI tries the page in a browser")
    pytest.skip(f"{what} is not installed (apt-get install chromium; make published)")


@cache
def tools() -> tuple[str, str, str]:
    """node, playwright-core's entry, chromium."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    node = shutil.which("node", path=beside) or missing("node")
    chromium = shutil.which("chromium") or missing("chromium")
    for folder in (os.environ.get("LOADGUARD_PUBLISHED", ""), str(ROOT / "node_modules")):
        entry = Path(folder) / "playwright-core" / "index.mjs"
        if folder and entry.is_file():
            return node, str(entry), chromium
    missing("playwright-core")


def visitor(overview: Overview, folder: Path) -> Visit:
    """Lets a scenario of sweep_page.mjs loose on the page; what it saw."""
    node, playwright, chromium = tools()
    rules = {each.code: RuleText(each.name, documentation_of(each.code)) for each in rule_table()}
    page = folder / "index.html"
    page.write_text(render_sweep_html(overview, rules=rules), encoding="utf-8")

    def visit(scenario: str) -> Seen:
        command = [node, str(ROOT / "tests/sweep_page.mjs"), playwright, chromium, scenario, str(page), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr
        seen: Seen = json.loads(done.stdout)
        assert seen["console"] == []
        assert seen["dialogs"] == []
        assert {each.partition("#")[0] for each in seen["requests"]} == {page.as_uri()}, "a request left the page"
        return seen

    return visit


@pytest.fixture(scope="module")
def large() -> Overview:
    tools()
    rows = list(sample_rows(10_000))
    return make_overview(rows, sample_sweeps(rows), web=WEB)


@pytest.fixture(scope="module")
def visit(large: Overview, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    return visitor(large, tmp_path_factory.mktemp("large"))


@pytest.fixture(scope="module")
def used(visit: Visit) -> Seen:
    return visit("use")


def counts(seen: str) -> tuple[int, int]:
    """Repositories and findings out of "28 of 10,000 repositories, 79 findings"."""
    words = seen.replace(",", "").split()
    return int(words[0]), int(words[4])


def test_ten_thousand_repositories_paint_within_a_second(visit: Visit) -> None:
    paints = visit("paint")["paints"]
    assert min(each["first"] for each in paints) < SECOND, paints
    assert min(each["ready"] for each in paints) < 3 * SECOND, paints


def test_it_begins_with_the_worst_of_all(used: Seen, large: Overview) -> None:
    assert counts(used["start"]) == (10_000, large.figures.findings)
    assert used["rows"] == 50
    assert [each for each in used["defaultSort"] if each != "none"] == ["descending"]
    assert used["errors"] == [f"{each.count('error'):,}" for each in large.entries[:50]]


def test_a_click_on_a_head_sorts(used: Seen, large: Overview) -> None:
    names = sorted(each.slug for each in large.entries)
    assert used["bySlug"][0].startswith(names[0])
    assert used["bySlugDown"][0].startswith(names[-1])
    assert (used["slugSort"][0], set(used["slugSort"][1:])) == ("descending", {"none"})
    totals = sorted((len(each.findings) for each in large.entries), reverse=True)
    assert used["byTotal"] == [f"{each:,}" for each in totals[:50]]


def test_filters_leave_what_they_say_and_the_address_keeps_them(used: Seen, large: Overview) -> None:
    def left(*, owner: str = "") -> tuple[int, int]:
        entries = [each for each in large.entries if owner in ("", each.owner)]
        found = [sum(f.rule == "LG004" for f in each.findings) for each in entries]
        return sum(bool(each) for each in found), sum(found)

    assert counts(used["rule"]) == left()
    assert "rule=LG004" in used["ruleHash"]
    assert counts(used["owner"]) == left(owner="aurora-medical")
    assert used["friend"] == used["owner"]
    assert used["friendRows"] == used["mineRows"]
    assert used["clearedHash"] in ("", "#sort=-total")
    assert used["cleared"] == used["start"]


def test_a_row_opens_to_its_findings(used: Seen) -> None:
    assert used["expanded"] == "true"
    assert set(used["opened"]) == {"LG004 error"}
    assert len(used["opened"]) == min(used["openedCount"], 25)
    assert used["place"].startswith(f"{WEB}/{used['openedName']}/blob/")
    assert "#L" in used["place"]
    assert f"open={used['openedName'].replace('/', '%2F')}" in used["openHash"]
    assert "falls back to an unsafe one" in used["why"]
    assert used["closed"] == 0


def test_search_finds_names_and_code(used: Seen) -> None:
    assert used["focused"] == "q"
    assert counts(used["searched"])[0] >= len(used["searchedRows"]) > 0
    assert all("climate" in each or "lab" in each for each in used["searchedRows"][:5])
    assert counts(used["nothing"]) == (0, 0)
    assert "Nothing fits" in used["nothingSaid"]
    assert counts(used["code"])[1] > 0
    assert used["codeLines"]
    assert all("torch.load(cfg.resume).eval" in each for each in used["codeLines"])


def test_what_failed_is_there_with_its_reason(used: Seen, large: Overview) -> None:
    failed = [each for each in large.entries if each.progress == "failed"]
    assert counts(used["failed"])[0] == len(failed)
    assert set(used["failedReasons"]) <= {each.reason for each in failed}
    assert len(used["failedReasons"]) == min(50, len(failed))


def test_keys_open_a_row_and_the_rest_is_shown_when_asked_for(used: Seen) -> None:
    assert used["keyed"] == "true"
    assert (used["diff"][0][0], used["diff"][1][0]) == ("-", "+")
    assert "weights_only=True" in used["diff"][1]
    assert used["shownFirst"] == 25
    assert used["shownAll"] == used["shownTotal"] > 25


def test_pages_turn(used: Seen) -> None:
    assert used["page"] == "Page 2 of 200"
    assert used["pageOfMany"] == ["Page 1 of 40", 250]


def test_a_bar_chooses_what_it_shows_and_the_trend_answers_the_pointer(used: Seen, large: Overview) -> None:
    assert counts(used["fromBar"])[1] == large.by_rule()["LG005"].total()
    assert used["trendLast"].startswith("Sweep 45,")
    assert used["trendFirst"].startswith(("Sweep 1,", "Sweep 2,"))
    assert used["trendNext"] not in (used["trendFirst"], used["trendLast"])


def test_light_and_dark(used: Seen) -> None:
    light, toggled, dark = used["grounds"]
    assert light != toggled == dark


def test_paper_gets_everything_that_is_left_and_no_controls(visit: Visit) -> None:
    seen = visit("print")
    assert tuple(seen["printed"]) == counts(seen["left"])
    assert seen["after"] == 0
    assert not any(seen["onPaper"][each] for each in ("theme", "search", "pager"))
    assert seen["onPaper"]["chosen"] == "Only: rule “LG004”, owner “aurora-medical”"


def test_without_scripts_the_figures_stand_and_no_dead_control_shows(visit: Visit, large: Overview) -> None:
    seen = visit("bare")
    assert f"{large.figures.findings:,}" in seen["text"]
    assert large.entries[0].slug in seen["text"]
    assert "repositories.csv" in seen["text"]
    assert seen["shown"] == [False] * 4


def test_a_forged_state_stays_text(tmp_path: Path) -> None:
    tools()
    overview = make_overview(hostile_rows(), [Sweep(3, EVIL, EVIL, (f"org:{EVIL}",))], web=WEB)
    seen = visitor(overview, tmp_path)("hostile")
    assert seen["rows"] == 4
    assert seen["articles"] == overview.figures.findings
    assert seen["found"].startswith("4 of 4")
    elements = seen["elements"]
    assert (elements["images"], elements["scripts"], elements["frames"], elements["handlers"]) == (0, 2, 0, 0)
    assert not elements["hidden"]
    assert all(each.startswith(("#", f"{WEB}/acme/")) for each in elements["links"])
    assert seen["title"] == "Loadguard sweep 3: 6 findings"
    assert seen["literal"]
    assert seen["forged"] == ["Nothing fits these filters.", "Page 1 of 1", 0]
