"""What a policy makes of a report: globs, levels, ignored findings, projects, baselines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.baseline import Accepted, call_hash
from bot.model import Report, Severity
from bot.policy import Ignore, Policy, ProjectPolicy
from bot.policy.apply import apply_policy, covers, fail_level, levels, project_of
from bot.policy.globs import matches
from bot.policy.load import for_gate
from tests.report_samples import NOTE, OBJECT, SAFE

REPORT = Report(".", 3, (SAFE, OBJECT, NOTE))


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("tests", ["tests/a.py", "tests/deep/a.py", "x/tests/a.py"], ["tests2/a.py", "atests/a.py"]),
        ("tests/", ["tests/a.py", "x/tests/a.py"], ["tests.py"]),
        ("tests/*.py", ["tests/a.py"], ["tests/deep/a.py", "x/tests/a.py"]),
        ("*.py", ["a.py", "x/y/a.py"], ["a.pyi", "a.py.txt"]),
        ("src/**", ["src/a.py", "src/x/a.py"], ["a.py", "x/src/a.py"]),
        ("**/fixtures/**", ["fixtures/a.py", "x/y/fixtures/z/a.py"], ["fixture/a.py"]),
        ("src/**/gen_*.py", ["src/gen_a.py", "src/x/y/gen_a.py"], ["src/x/a.py"]),
        ("a?.py", ["ab.py"], ["a.py", "a/b.py"]),
        ("a[bc].py", ["ab.py", "ac.py"], ["ad.py"]),
        ("a[!bc].py", ["ad.py"], ["ab.py"]),
        ("a[]x].py", ["a].py", "ax.py"], ["ab.py"]),
        ("a[a-c-].py", ["ab.py", "a-.py"], ["ad.py"]),
        ("a[&&b].py", ["a&.py", "ab.py"], ["aa.py"]),
        ("a[+--].py", ["a,.py"], ["aa.py"]),
        ("a[[b].py", ["a[.py", "ab.py"], ["aa.py"]),
        ("a[^b].py", ["a^.py", "ab.py"], ["aa.py"]),
        ("{{cookie}}/a.py", ["{{cookie}}/a.py"], ["cookie/a.py"]),
        ("a+(b).py", ["a+(b).py"], ["aab.py"]),
        ("./src", ["src/a.py"], ["x.py"]),
        ("**", ["a.py", "x/y.py"], []),
        (".", ["a.py"], []),
        ("new\nline.py", ["new\nline.py"], ["newline.py"]),
    ],
)
def test_globs(glob: str, yes: list[str], no: list[str]) -> None:
    for path in yes:
        assert matches(path, glob), (glob, path)
    for path in no:
        assert not matches(path, glob), (glob, path)


def test_include_and_exclude_are_from_the_policys_folder() -> None:
    policy = Policy(include=("src",), exclude=("src/vendor",))
    assert covers(policy, "src/a.py")
    assert not covers(policy, "src/vendor/a.py")
    assert not covers(policy, "docs/a.py")
    inside = replace(policy, prefix="src/")
    assert covers(inside, "a.py")
    assert not covers(inside, "vendor/a.py")


def test_levels() -> None:
    policy = Policy(rules={"LG001": "note", "LG002": "off"})
    assert levels(policy) == {"LG001": Severity.NOTE, "LG002": None}
    assert [(each.rule, each.severity) for each in apply_policy(REPORT, policy).findings] == [
        ("LG001", Severity.NOTE),
        ("LG006", Severity.NOTE),
    ]


@pytest.mark.parametrize(
    ("entry", "hit"),
    [
        (Ignore("r", rule="LG001"), True),
        (Ignore("r", rule="LG002"), False),
        (Ignore("r", path="read.py"), True),
        (Ignore("r", path="*.py", rule="LG001"), True),
        (Ignore("r", path="other/*.py", rule="LG001"), False),
        (Ignore("r", fingerprint="f" * 16), True),
        (Ignore("r", fingerprint="0" * 16), False),
        (Ignore("r", match=r'"w\.pt"'), True),
        (Ignore("r", match="^other"), False),
    ],
)
def test_an_ignore_needs_every_condition(entry: Ignore, hit: bool) -> None:
    entry = replace(entry, place="p.yml:3")
    report = apply_policy(Report(".", 1, (SAFE,)), Policy(ignore=(entry,)))
    assert (report.findings == ()) is hit
    assert report.suppressed == int(hit)
    assert [each.reason for each in report.silenced] == ["r"] * hit
    assert bool(report.notices) is not hit
    assert hit or report.notices[0].startswith("p.yml:3: this ignore (")


def test_projects_have_their_own_rules_and_levels() -> None:
    outer = ProjectPolicy("services", rules={"LG001": "off"}, fail_on="never")
    inner = ProjectPolicy("services/a", rules={"LG001": "warning"}, fail_on="error")
    policy = Policy(projects=(outer, inner))
    assert project_of(policy, "services/a/x.py") is inner
    assert project_of(policy, "services/ab/x.py") is outer
    assert project_of(policy, "x.py") is None
    written = replace(outer, path="./services/")
    assert project_of(Policy(projects=(written,)), "services/a.py") is written
    assert project_of(replace(policy, prefix="services/"), "a/x.py") is inner
    assert fail_level(policy, "services/b.py") is None
    assert fail_level(policy, "services/a/b.py") is Severity.ERROR
    assert fail_level(policy, "b.py") is Severity.WARNING
    found = tuple(replace(SAFE, path=path) for path in ("a.py", "services/b.py", "services/a/c.py"))
    kept = apply_policy(Report(".", 3, found), policy).findings
    assert [(each.path, each.severity.value) for each in kept] == [("a.py", "error"), ("services/a/c.py", "warning")]


def test_a_baseline_silences_as_many_as_it_counts() -> None:
    accepted = Accepted("x/read.py", "LG001", call_hash(SAFE), 1, "seen")
    again = replace(SAFE, line=50)
    report = apply_policy(Report(".", 1, (SAFE, again)), Policy(accepted=(accepted,), prefix="x/"))
    assert report.findings == (again,)
    assert report.suppressed == 1


def test_the_gate_is_silent_about_what_is_only_slow() -> None:
    assert for_gate(Policy()).rules == {"LG008": "off"}
    assert for_gate(Policy(rules={"LG008": "warning"})).rules == {"LG008": "warning"}
