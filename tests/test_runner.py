"""Streams, outputs, summary: what is written, and what cannot be made to be written."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from bot.edge.runner import (
    SUMMARY_LIMIT,
    Console,
    Progress,
    append_outputs,
    append_summary,
    open_console,
    write_file,
    write_in_workspace,
)
from bot.errors import UsageError


def parse_outputs(text: str) -> dict[str, str]:
    """As the runner reads GITHUB_OUTPUT."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        value = []
        for each in lines:
            if each == delimiter:
                break
            value.append(each)
        else:
            raise AssertionError(f"{name} has no end")
        found[name] = "\n".join(value)
    return found


def test_outputs_come_back_as_they_were_and_cannot_be_forged(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("")
    hostile = "x\nEOF\nfindings<<EOF\n0\nEOF\nloadguard_"
    append_outputs(str(path), {"exit-reason": hostile, "findings": "3", "empty": ""})
    assert parse_outputs(path.read_text()) == {"exit-reason": hostile, "findings": "3", "empty": ""}
    append_outputs(str(path), {"more": "1"})
    delimiters = re.findall(r"<<(\w+)", path.read_text())
    assert len({each for each in delimiters if each.startswith("loadguard_") and len(each) > 20}) == 4


def test_no_output_file_is_no_trouble_and_an_unwritable_one_is(tmp_path: Path) -> None:
    append_outputs("", {"a": "b"})
    assert append_summary("", "text") is False
    with pytest.raises(UsageError, match="GITHUB_OUTPUT names"):
        append_outputs(str(tmp_path / "no/out"), {"a": "b"})


def test_the_summary_never_grows_over_githubs_limit(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    assert append_summary(str(path), "é" * 100)
    assert not append_summary(str(path), "x" * SUMMARY_LIMIT)
    assert path.stat().st_size == 200


def test_text_the_runner_is_not_to_heed() -> None:
    console = Console(io.StringIO(), io.StringIO())
    console.write_unheeded("::error::x")
    shown = console.out.getvalue()  # type: ignore[attr-defined]
    assert re.fullmatch(r"::stop-commands::([0-9a-f]{32})\n::error::x\n::\1::\n", shown)


def test_reports_are_written_inside_the_workspace_only(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    workspace = tmp_path / "work"
    workspace.mkdir()
    (workspace / "link").symlink_to(outside)
    (workspace / "file.sarif").symlink_to(outside / "victim")
    assert write_in_workspace(str(workspace), "deep/a.sarif", "x") == "deep/a.sarif"
    assert (workspace / "deep/a.sarif").read_text() == "x"
    for name in ("../outside/a", "link/a", "file.sarif", str(outside / "a"), ".git/hooks/pre-commit"):
        with pytest.raises(UsageError, match="inside the workspace only"):
            write_in_workspace(str(workspace), name, "x")
    assert [*outside.iterdir()] == []


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_file(tmp_path / "file/below", "x")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "choice", "terminal", "colour"),
    [
        ({}, "auto", True, True),
        ({}, "auto", False, False),
        ({"NO_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "always", True, True),
        ({"FORCE_COLOR": "1"}, "auto", False, True),
        ({"FORCE_COLOR": "0"}, "auto", False, False),
        ({"TERM": "dumb"}, "auto", True, False),
        ({}, "never", True, False),
        ({}, "always", False, True),
    ],
)
def test_colour(
    environ: dict[str, str], choice: str, terminal: bool, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setattr("sys.stderr", stream)
    assert open_console(environ, colour=choice).colour is colour


def test_progress_is_for_people_only() -> None:
    quiet = Console(io.StringIO(), io.StringIO())
    with Progress(quiet, "files") as bar:
        bar(1, 2)
    assert quiet.err.getvalue() == ""  # type: ignore[attr-defined]
    watched = Console(io.StringIO(), io.StringIO(), interactive=True)
    with Progress(watched, "files") as bar:
        for done in range(1, 10_001):
            bar(done, 10_000)
    shown = watched.err.getvalue()  # type: ignore[attr-defined]
    assert "files ██" in shown
    assert shown.count("\r") <= 102
    assert shown.endswith("\r\x1b[K")


def test_ci_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setattr("sys.stderr", Terminal())
    assert open_console({}).interactive
    assert not open_console({"CI": "true"}).interactive
