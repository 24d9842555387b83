"""The decisions of publishing, as tables: who gets a pull request, how fast, in which stages, what a box means."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.model import Edit
from bot.model.sweep import Publication, Repository, Standing
from bot.plan.sweep.bucket import Bucket, read_bucket
from bot.plan.sweep.consent import consent
from bot.plan.sweep.recall import recalled
from bot.plan.sweep.stages import Tally, halted, room, tally
from bot.plan.sweep.wishes import read_wishes
from bot.policy.sweep import PublishMode, PublishPolicy
from bot.scan.fixing.sound import only_switches

NOW = 1_800_000_000.0


def iso(hours_ago: float) -> str:
    return datetime.fromtimestamp(NOW - 3600 * hours_ago, UTC).isoformat(timespec="seconds")


# -- consent -------------------------------------------------------------------------------------------------
OWN = Repository("R1", "Acme/Tools", topics=("loadguard",))
PLAIN = Repository("R2", "acme/tools")


@pytest.mark.parametrize(
    ("repository", "mode", "opt_in", "asked", "given", "words"),
    [
        (PLAIN, "opt-in", (), False, False, "has not opted in"),
        (PLAIN, "all", (), False, True, "every repository"),
        (PLAIN, "off", ("acme/*",), True, False, "publishing is off"),
        (OWN, "opt-in", (), False, True, "the topic `loadguard`"),
        (OWN, "opt-in", ("acme/*",), False, True, "topic"),
        (PLAIN, "opt-in", ("ACME/t*",), False, True, "`sweep.publish.opt_in: ACME/t*`"),
        (PLAIN, "opt-in", ("acme/other",), False, False, "has not opted in"),
        (PLAIN, "opt-in", (), True, True, "dashboard"),
        (replace(PLAIN, policy="fix: pr\n"), "opt-in", (), False, True, "`fix: pr`"),
        (replace(PLAIN, policy="fix: pr\n"), "off", (), False, False, "off"),
        (replace(PLAIN, policy="fix: off\n"), "all", (), True, False, "`fix: off`"),
        (replace(OWN, policy="fix: suggest\n"), "opt-in", (), False, False, "`fix: suggest`"),
        (replace(PLAIN, policy="fix: [\n"), "opt-in", (), False, False, "has not opted in"),
        (replace(OWN, archived=True), "all", (), True, False, "archived"),
    ],
)
def test_consent(
    repository: Repository, mode: str, opt_in: tuple[str, ...], asked: bool, given: bool, words: str
) -> None:
    found = consent(repository, PublishPolicy(mode=PublishMode(mode), opt_in=opt_in), asked=asked)
    assert (found.given, words in found.reason) == (given, True), found


# -- pace ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("per_hour", [2, 4, 40, 500])
def test_no_hour_holds_more_than_its_number_however_it_is_drawn_on(per_hour: int) -> None:
    bucket, now, taken = read_bucket("", per_hour=per_hour, now=NOW), NOW, []
    while len(taken) < 3 * per_hour:
        now += bucket.wait(now)
        bucket = read_bucket(str(bucket.taken(now)), per_hour=per_hour, now=now)
        taken.append(now)
    assert max(sum(start <= each < start + 3600 for each in taken) for start in taken) <= per_hour
    assert taken[-1] - NOW < 3600 * 5.1, "and it is no slower than it must be"


def test_a_limit_halves_the_pace_and_calm_gives_it_back() -> None:
    bucket = Bucket(40, 10, NOW)
    slow = bucket.slowed(NOW)
    assert slow.wait(NOW) == 2 * Bucket(40, 0, NOW).wait(NOW) == 240
    assert slow.slowed(NOW).slowed(NOW).slowed(NOW).slowed(NOW).halvings == 4
    assert slow.hastened().wait(NOW) == 120
    assert read_bucket(str(slow), per_hour=40, now=NOW) == slow


@pytest.mark.parametrize("text", ["", "x", "5", "-1 2 0", "1 2 9", f"9 {NOW + 99_999:.3f} 0", "9" * 40])
def test_a_note_that_is_none_is_a_full_bucket(text: str) -> None:
    assert read_bucket(text, per_hour=40, now=NOW) == Bucket(40, 10.0, NOW)


def test_a_note_cannot_hold_more_than_the_bucket() -> None:
    assert read_bucket(f"9999 {NOW:.3f} 0", per_hour=40, now=NOW).tokens == 10


# -- stages and halts ----------------------------------------------------------------------------------------
def pull(standing: str, *, hours: float = 1, red: bool | None = None) -> Publication:
    return Publication("R", Standing(standing), number=1, opened_at=iso(hours), red=red)


def test_tally() -> None:
    ours = [
        pull("open"),
        pull("open", hours=25),
        pull("open", red=True),
        pull("open", red=False),
        pull("merged", hours=2),
        pull("closed", hours=99),
        pull("none"),
    ]
    assert tally(ours, now=NOW) == Tally(opened=6, merged=1, closed=1, checked=2, red=1, seen=5)
    assert tally(ours, now=NOW, since=iso(26)) == Tally(opened=5, merged=1, closed=0, checked=2, red=1, seen=4)


@pytest.mark.parametrize(
    ("found", "canary", "most"),
    [
        (Tally(), (10, 100), 10),
        (Tally(opened=9), (10, 100), 1),
        (Tally(opened=10, seen=4), (10, 100), 0),
        (Tally(opened=10, seen=5), (10, 100), 90),
        (Tally(opened=12, seen=4), (10, 100), 0),
        (Tally(opened=100, seen=49), (10, 100), 0),
        (Tally(opened=100, seen=50), (10, 100), None),
        (Tally(opened=100, seen=50), (100, 10), None),
        (Tally(), (), None),
        (Tally(), (1,), 1),
    ],
)
def test_room(found: Tally, canary: tuple[int, ...], most: int | None) -> None:
    assert room(found, canary).most == most


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Tally(opened=4, seen=4, closed=4), ""),
        (Tally(opened=50, seen=10, closed=1), ""),
        (Tally(opened=50, seen=10, closed=2), "2 of the 10 pull requests that were looked at were closed unmerged"),
        (Tally(opened=50, checked=10, seen=10, red=1), ""),
        (Tally(opened=50, checked=10, seen=10, red=2), "the checks of 2 of 10 pull requests failed"),
        (Tally(opened=50, checked=4, seen=10, red=4), ""),
    ],
)
def test_halted(found: Tally, words: str) -> None:
    said = halted(found, PublishPolicy())
    assert words in said and bool(said) == bool(words)


# -- boxes ---------------------------------------------------------------------------------------------------
BOX = "- [{}] <!-- loadguard:box={} --> words\n"


@pytest.mark.parametrize(
    ("body", "paused", "now"),
    [
        (BOX.format("x", "pause"), True, set()),
        (BOX.format("X", "pause").replace("\n", "\r\n"), True, set()),
        (BOX.format(" ", "pause"), False, set()),
        ("text " + BOX.format("x", "pause"), False, set()),
        ("- [x] pause\n", False, set()),
        (BOX.format("x", "publish:acme/one"), False, {"acme/one"}),
        (BOX.format("x", "publish:acme/stranger"), False, set()),
        (BOX.format("x", "publish"), False, set()),
        (BOX.format("x", "delete:acme/one"), False, set()),
        (BOX.format("x", "publish:../one"), False, set()),
    ],
)
def test_boxes(body: str, paused: bool, now: set[str]) -> None:
    found = read_wishes(body, {"acme/one", "acme/two"})
    assert (found.paused, found.now, found.again) == (paused, now, frozenset())


# -- a stored report, and what its fixes may do --------------------------------------------------------------
FINDING = {
    "rule": "LG001",
    "severity": "error",
    "path": "a.py",
    "line": 1,
    "fix": {"tier": "safe", "adds": ["weights_only=True"], "edits": [{"start": 1, "end": 1, "text": "x"}]},
}


def test_a_report_is_recalled() -> None:
    (finding,) = recalled({"findings": [FINDING]}).findings
    assert finding.fix is not None
    assert (finding.rule, finding.fix.edits, finding.new) == ("LG001", (Edit(1, 1, "x"),), False)


@pytest.mark.parametrize(
    "change",
    [
        {"path": "../a.py"},
        {"path": "/etc/passwd"},
        {"path": "a/.git/config"},
        {"path": ""},
        {"path": 7},
        {"severity": "loud"},
        {"severity": None},
    ],
    ids=json.dumps,
)
def test_a_finding_that_is_none_is_left_out(change: dict[str, object]) -> None:
    assert recalled({"findings": [{**FINDING, **change}, 5, None]}).findings == ()


@pytest.mark.parametrize(
    "edits", [[], [{"start": -1, "end": 1, "text": ""}], [{"start": 2, "end": 1, "text": ""}], [{"start": True}], "x"]
)
def test_edits_that_are_none_are_no_fix(edits: object) -> None:
    (finding,) = recalled({"findings": [{**FINDING, "fix": {"tier": "safe", "edits": edits}}]}).findings
    assert finding.fix is None


LOADS = "import torch\nx = torch.load('a', weights_only=False)\n"


@pytest.mark.parametrize(
    ("after", "sound"),
    [
        (LOADS, True),
        (LOADS.replace("False", "True"), True),
        (LOADS.replace("False", "True, mmap=True"), True),
        (LOADS.replace("False", "1"), False),
        (LOADS.replace(", weights_only=False", ""), False),
        (LOADS.replace("'a'", "'b'"), False),
        (LOADS.replace("False", "True, pickle_module=evil"), False),
        (LOADS + "import os\n", False),
        (LOADS.replace("torch.load", "torch.save"), False),
        (LOADS + "x = (\n", False),
    ],
)
def test_what_a_stored_fix_may_do(after: str, sound: bool) -> None:
    assert only_switches("a.py", LOADS.encode(), after.encode()) is sound


def test_a_switch_is_never_taken_back() -> None:
    safe = LOADS.replace("False", "True")
    assert not only_switches("a.py", safe.encode(), LOADS.encode())
