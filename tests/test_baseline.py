"""A baseline accepts what was reviewed, and complains about everything else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.baseline import RULE, UNREVIEWED, apply_baseline, call_hash, read_baseline, write_baseline
from bot.errors import ExitCode, PolicyError
from bot.main import run
from bot.model import Report, Unreadable
from tests.report_samples import OBJECT, SAFE


def report(*findings, **more) -> Report:  # type: ignore[no-untyped-def]
    return Report(".", 3, findings, **more)


def reviewed(text: str) -> str:
    return text.replace(UNREVIEWED, "our own file")


def applied(current: Report, text: str) -> Report:
    return apply_baseline(current, read_baseline(text.encode(), name="b.json"), name="b.json")


def test_a_reviewed_baseline_accepts_exactly_what_it_lists() -> None:
    text = reviewed(write_baseline(report(SAFE, OBJECT)))
    result = applied(report(SAFE, OBJECT), text)
    assert result.findings == ()
    assert result.suppressed == 2
    assert [each.reason for each in result.silenced] == ["our own file"] * 2


def test_lines_may_move_and_the_call_be_reformatted() -> None:
    text = reviewed(write_baseline(report(SAFE)))
    moved = replace(SAFE, line=90, end_line=93, source='torch.load(\n    "w.pt",\n    map_location="cpu",\n)')
    assert applied(report(moved), text).findings == ()
    assert call_hash(moved) == call_hash(SAFE)
    assert call_hash(replace(SAFE, source="torch.load(other)")) != call_hash(SAFE)


def test_another_of_the_same_is_new() -> None:
    text = reviewed(write_baseline(report(SAFE)))
    again = replace(SAFE, line=70)
    assert applied(report(SAFE, again), text).findings == (again,)


def test_unreviewed_and_stale_entries_fail() -> None:
    (unreviewed,) = applied(report(SAFE), write_baseline(report(SAFE))).findings
    assert (unreviewed.rule, unreviewed.severity.value, unreviewed.path) == (RULE, "error", "b.json")
    assert "has no reason" in unreviewed.message
    (stale,) = applied(report(), reviewed(write_baseline(report(SAFE)))).findings
    assert "accepted 1 times and found 0" in stale.message
    assert stale.advice == "take the entry out"
    two = reviewed(write_baseline(report(SAFE, replace(SAFE, line=9))))
    (stale,) = applied(report(SAFE), two).findings
    assert stale.advice == "set its count to 1"


def test_nothing_is_said_of_files_that_were_not_looked_at() -> None:
    entries = read_baseline(reviewed(write_baseline(report(SAFE))).encode(), name="b.json")
    assert apply_baseline(report(), entries, name="b.json", looked_at=lambda path: path != "read.py").findings == ()
    assert apply_baseline(report(unreadable=(Unreadable("read.py", "x"),)), entries, name="b.json").findings == ()


def test_writing_again_keeps_the_reasons() -> None:
    first = read_baseline(reviewed(write_baseline(report(SAFE))).encode(), name="b.json")
    again = json.loads(write_baseline(report(SAFE, OBJECT), previous=first))["accepted"]
    assert [each["reason"] for each in again] == ["our own file", UNREVIEWED]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "b.json:1:2: not JSON"),
        ("[]", "b.json:1:1: a baseline is an object"),
        ('{"version": 2, "accepted": []}', "`version` 1"),
        ('{"version": 1, "accepted": {}}', "`accepted` is not a list"),
        ('{"version": 1, "accepted": [1]}', "`accepted[0]` is not an object"),
        ('{"version": 1, "accepted": [{"path": "a"}]}', "`accepted[0]` has no `call`"),
        ('{"version": 1, "accepted": [{"paht": "a"}]}', "does not know 'paht'"),
        ("[" * 100_000, "b.json:1:"),
    ],
)
def test_a_baseline_out_of_shape_is_refused(text: str, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read_baseline(text.encode(), name="b.json")
    assert told in str(caught.value)


@pytest.mark.parametrize("change", [{"count": 0}, {"count": True}, {"count": "1"}, {"reason": None}])
def test_an_entry_has_the_right_kinds(change: dict[str, object]) -> None:
    entry = {"path": "a", "rule": "LG001", "call": "x", "count": 1, "reason": "y", **change}
    with pytest.raises(PolicyError, match="not as it should be"):
        read_baseline(json.dumps({"version": 1, "accepted": [entry]}).encode(), name="b.json")


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    source = "import torch\n\nmodel = torch.load(p)\nmodel.eval()\n"
    (tmp_path / "a.py").write_text(source)
    (tmp_path / "b.py").write_text("x = 1\n")
    assert run(["scan", "--write-baseline", "base.json"]) == ExitCode.CLEAN
    assert "Give every entry a reason" in capsys.readouterr().err
    assert run(["scan", "--baseline", "base.json"]) == ExitCode.FINDINGS
    assert "has no reason" in capsys.readouterr().out
    (tmp_path / "base.json").write_text(reviewed((tmp_path / "base.json").read_text()))
    assert run(["scan", "--baseline", "base.json"]) == ExitCode.CLEAN
    (tmp_path / "pyproject.toml").write_text('[tool.loadguard]\nbaseline = "base.json"\n')
    assert run(["scan"]) == ExitCode.CLEAN
    assert run(["scan", "b.py"]) == ExitCode.CLEAN, "an entry for a file that was not named is not stale"
    (tmp_path / "a.py").write_text("x = 1\n")
    assert run(["scan"]) == ExitCode.FINDINGS
    assert "stale baseline entry" in capsys.readouterr().out


def test_a_policy_that_names_no_baseline_there_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("import torch\ntorch.load('a')\n")
    (tmp_path / "pyproject.toml").write_text('[tool.loadguard]\nbaseline = "base.json"\n')
    assert run(["scan"]) == ExitCode.USAGE
    assert "pyproject.toml:2:1: `baseline` is 'base.json', which cannot be read" in capsys.readouterr().err
    assert run(["scan", "--baseline", "other.json"]) == ExitCode.USAGE
    assert "other.json: the baseline cannot be read" in capsys.readouterr().err


def test_paths_of_policy_and_baseline_are_from_the_policys_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub/kept").mkdir(parents=True)
    (tmp_path / "sub/a.py").write_text("import torch\n\nmodel = torch.load(p)\nmodel.eval()\n")
    (tmp_path / "sub/kept/b.py").write_text("import torch\n\nmodel = torch.load(q)\nmodel.eval()\n")
    policy = "[tool.loadguard]\nexclude = ['sub/kept/*.py']\n"
    (tmp_path / "pyproject.toml").write_text(policy)
    monkeypatch.chdir(tmp_path / "sub")
    assert run(["scan", "--write-baseline", "../base.json"]) == ExitCode.CLEAN
    written = (tmp_path / "base.json").read_text()
    assert [each["path"] for each in json.loads(written)["accepted"]] == ["sub/a.py"]
    (tmp_path / "base.json").write_text(reviewed(written))
    (tmp_path / "pyproject.toml").write_text(policy + "baseline = 'base.json'\n")
    assert run(["scan"]) == ExitCode.CLEAN
    assert run(["scan", "--baseline", "../base.json"]) == ExitCode.CLEAN
    monkeypatch.chdir(tmp_path)
    assert run(["scan"]) == ExitCode.CLEAN
    monkeypatch.chdir("/")
    assert run(["scan", str(tmp_path)]) == ExitCode.CLEAN
