"""Text for terminals, workflow commands, Markdown: readable, and inert whatever the repository put into it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest

from bot.model import Edit, Finding, Fix, Report, Severity, Tier, Unreadable
from bot.report.commands import render_commands
from bot.report.escape import visible
from bot.report.excerpt import change, excerpt
from bot.report.markdown import block, code, prose, render_markdown, text
from bot.report.render import Look, render
from bot.report.style import Style
from bot.report.text import render_finding, render_text
from tests.report_samples import (
    CELL,
    CHECKPOINTS,
    EVIL,
    HOSTILE,
    NOTE,
    OBJECT,
    ORDINARY,
    SAFE,
    SOURCE,
    read,
    read_hostile,
)

PLAIN = Style()


def test_a_finding_looks_like_this() -> None:
    shown = render_finding(SAFE, read=read, style=PLAIN)
    assert shown == (
        "read.py:5:27: LG001 error: torch.load without weights_only=True runs the code a pickle asks for\n"
        "  |\n"
        '5 |     model.load_state_dict(torch.load("w.pt", map_location="cpu"))\n'
        "  |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  = use: goes into load_state_dict\n"
        "  = save: saved as a state dict (train.py:9)\n"
        "  = safe fix: goes into load_state_dict\n"
        "  = no mmap: the file's format is not known\n"
        '  -     model.load_state_dict(torch.load("w.pt", map_location="cpu"))\n'
        '  +     model.load_state_dict(torch.load("w.pt", map_location="cpu", weights_only=True))\n'
        "\n"
    )


def test_a_call_over_several_lines_is_underlined_on_each() -> None:
    lines = render_finding(OBJECT, read=read, style=PLAIN).splitlines()
    assert lines[2:8] == [
        "3 | model = torch.load(",
        "  |         ^^^^^^^^^^^",
        "4 |     p,",
        "  |     ^^",
        "5 | )",
        "  | ^",
    ]
    assert lines[-2] == "  = help: Save `model.state_dict()` instead, and load that."


def test_quiet_is_a_line_each_and_the_count() -> None:
    shown = render_text(replace(ORDINARY, checkpoints=()), read=read, style=PLAIN, quiet=True).splitlines()
    assert shown == [
        "read.py:5:27: LG001 error: torch.load without weights_only=True runs the code a pickle asks for",
        "serve.py:3:9: LG002 warning: weights_only=False runs the code a pickle asks for",
        "a.ipynb:cell 4:2:1: LG001 error: torch.load",
        "pyproject.toml: LG006 note: torch>=2.0 admits 2.0",
        "broken.py: unreadable: invalid syntax in line 3",
        "note: serve.py:9: this comment silences nothing",
        "4 findings in 12 files (2 errors, 1 warning, 1 note), 1 suppressed, 1 unreadable.",
        "Fixes: 1 proved, write with loadguard fix.",
    ]


def test_nothing_found_is_said_in_a_line() -> None:
    assert render_text(Report(".", 1, ()), read=read, style=PLAIN) == "No findings in 1 file.\n"


def test_checkpoints_are_whole_files() -> None:
    finding = Finding(
        "CK101", Severity.ERROR, "bad.pt", 1, 1, 1, 1, "calls posix.system", advice="Do not load it.\nwith x:"
    )
    report = Report(".", 2, (finding,), checkpoints=CHECKPOINTS)
    shown = render_text(report, read=lambda _: b"PK\x03\x04", style=PLAIN)
    assert "bad.pt: CK101 error: calls posix.system" in shown
    assert "PK" not in shown
    assert "good.pt: torch-zip, loadable; loaded on cpu in 250 ms, 4 tensors" in shown
    assert "bad.pt: torch-zip, dangerous; not loaded: dangerous" in shown


def test_colour_is_only_colour() -> None:
    coloured = render_text(ORDINARY, read=read, style=Style(colour=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_text(ORDINARY, read=read, style=PLAIN)
    assert "\x1b[" in coloured


@pytest.mark.parametrize("quiet", [True, False])
def test_a_terminal_sees_no_control_character_of_the_repository(quiet: bool) -> None:
    shown = render_text(HOSTILE, read=read_hostile, style=PLAIN, quiet=quiet)
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs"}]
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]


def test_visible_escapes_what_does_not_show() -> None:
    assert visible("a\x1b[31m\u202e\udcff\U000e0041\n") == "a\\x1b[31m\\u202e\\udcff\\U000e0041\\n"
    assert visible("über 漢字 ✓") == "über 漢字 ✓"


def test_tabs_keep_the_underline_in_place() -> None:
    finding = replace(SAFE, line=1, end_line=1, column=2, end_column=15, fix=None, evidence=())
    lines = render_finding(finding, read=lambda _: b"\ttorch.load(p)\n", style=PLAIN).splitlines()
    assert lines[2] == "1 |     torch.load(p)"
    assert lines[3] == "  |     ^^^^^^^^^^^^^"


def test_a_notebook_cell_is_shown_from_its_own_lines() -> None:
    notebook = b'{"cells": [{}, {}, {}, {"source": ["import torch\\n", "torch.load(p)"]}]}'
    (line,) = excerpt(CELL, notebook)
    assert (line.number, line.text, line.mark) == (2, "torch.load(p)", (0, 13))
    assert excerpt(CELL, b"{not json")[0].text == "torch.load(p)"


def test_a_change_shows_only_the_lines_that_differ() -> None:
    data = b"a(\r\n    b,\r\n)\r\n"
    fix = Fix(Tier.SAFE, ("c=1",), (Edit(9, 10, ",\r\n    c=1,"),), "")
    assert change(fix, data).removed == ()
    assert change(fix, data).added == ("    c=1,",)
    assert change(fix, data).line == 3


# -- workflow commands ---------------------------------------------------------------------------------------


def test_an_annotation_names_file_lines_and_title() -> None:
    assert render_commands(Report(".", 1, (SAFE,))) == (
        "::error file=read.py,line=5,endLine=5,col=27,endColumn=65,title=LG001::"
        "torch.load without weights_only=True runs the code a pickle asks for. "
        "Safe fix: add weights_only=True.\n"
    )
    assert render_commands(Report(".", 1, (CELL,))).startswith("::error file=a.ipynb,title=LG001 in cell 4::")


def test_ten_of_a_level_and_a_count_of_the_rest() -> None:
    findings = tuple(replace(SAFE, severity=s, path=f"{n}.py") for s in Severity for n in range(15))
    lines = render_commands(Report(".", 1, findings, (Unreadable("u.py", "no"),))).splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert sum(line.startswith("::notice ") for line in lines) == 10
    assert any("file=u.py" in line for line in lines)
    assert lines[-1] == "and 6 errors, 5 warnings, 5 notes more, in the job summary and the report"


def test_new_findings_are_annotated_first() -> None:
    old = tuple(replace(SAFE, new=False, path=f"{n}.py") for n in range(15))
    assert "file=new.py" in render_commands(Report(".", 1, (*old, replace(SAFE, path="new.py"))))


def test_no_command_can_be_forged() -> None:
    lines = render_commands(HOSTILE).split("\n")
    assert len(lines) == 5
    for line in lines[:-1]:
        assert re.fullmatch(r"::(error|warning|notice) file=[^,:\r\n]*(,\w+=[^,:\r\n]*)*::[^\r\n]*", line)
        assert "\x1b" not in line


# -- Markdown ------------------------------------------------------------------------------------------------


def test_the_job_summary_has_counts_findings_diff_and_checkpoints() -> None:
    shown = render_markdown(ORDINARY, read=read)
    assert "4 findings in 12 files, 1 file not read." in shown
    assert "| 4 | 3 | 1 | 0 | 1 |" in shown
    assert "```diff\n-    model.load_state_dict(" in shown
    assert "| `good.pt` | torch\\-zip | 2,048 | loadable | loaded on cpu in 250 ms, 4 tensors, peak" in shown
    assert "| `broken.py` | invalid syntax in line 3 |" in shown
    assert "Save `model.state_dict()` instead" in shown


def test_the_job_summary_stays_below_its_limit_and_counts_the_rest() -> None:
    many = tuple(replace(SAFE, path=f"{n}.py", message="x" * 1000) for n in range(2_000))
    shown = render_markdown(Report(".", 1, many), read=lambda _: None)
    assert len(shown.encode()) <= 1_000_000
    left = re.search(r"\*([\d,]+) findings more, which this page has no room for", shown)
    assert left is not None
    assert shown.count("#### ") + int(left[1].replace(",", "")) == 2_000


def test_markdown_says_only_what_it_says() -> None:
    shown = render_markdown(HOSTILE, read=read_hostile)
    outside = re.sub(r"(?ms)^(`{3,}).*?^\1$", "", shown)
    outside = re.sub(r"(`+).+?\1", "", outside)
    assert not re.search(r"(?<!\\)<[a-z!/]", outside)
    assert not re.search(r"@\w", outside)
    assert not re.search(r"#\d", outside)
    assert "://" not in outside
    assert "\x1b" not in shown


def test_fences_are_longer_than_what_they_hold() -> None:
    assert block("a\n````\nb") == "`````\na\n````\nb\n`````\n"
    assert code("a``b`") == "``` a``b` ```"
    assert prose("use `x` here") == "use `x` here"
    assert "`" not in prose("an odd ` one").replace("\\`", "")
    assert text("a|b") == "a\\|b"


@pytest.mark.parametrize("format", ["text", "json", "sarif", "github", "markdown", "html"])
def test_every_format_takes_every_report(format: str) -> None:
    for report, reader in ((ORDINARY, read), (HOSTILE, read_hostile), (Report(".", 0, ()), read)):
        assert render(report, format, look=Look(read=reader, documentation={"LG001": EVIL})) or format == "github"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="no such format: xml"):
        render(ORDINARY, "xml", look=Look(read=read))


def test_a_whole_file_has_no_excerpt() -> None:
    assert excerpt(NOTE, SOURCE) == ()
