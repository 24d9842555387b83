"""Comments that silence a finding: ours and the neighbours', honoured, counted, reported when they do nothing."""

from __future__ import annotations

import ast
import json
from datetime import date

import pytest

from bot.model import Edit, Finding, Fix, Severity, Tier, Unreadable
from bot.scan.suppress import Sifted, Terms, silence, silence_plain
from bot.scan.text.read import read_file

KNOWN = frozenset({"LG001", "LG002", "LG003", "LG004", "LG005", "LG007", "LG008"})
TERMS = Terms(date(2026, 11, 24), KNOWN, KNOWN - {"LG008"})
FIX = Fix(Tier.SAFE, ("weights_only=True",), (Edit(0, 0, "x"),), "why")


def sift(text: str, *rules: str, path: str = "a.py") -> Sifted:
    """One finding for each rule on every torch.load call of `text`."""
    source = read_file(path, text.encode())
    assert not isinstance(source, Unreadable)
    findings = []
    for call in ast.walk(ast.parse(source.text)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "torch.load":
            start = source.place(call.lineno, call.col_offset)
            end = source.place(call.end_lineno or 0, call.end_col_offset or 0)
            at = (path, start.line, start.column, end.line, end.column)
            findings += [Finding(r, Severity.ERROR, *at, "m", cell=start.cell, fix=FIX) for r in rules or ("LG001",)]
    return silence(source, findings, terms=TERMS)


@pytest.mark.parametrize(
    "comment",
    [
        "# just a comment",
        "# noqa",  # mostly about long lines
        "# noqa: E501",
        "# noqa: TOR101, E501",
        "# nosec B101",
        "# nosemgrep: python.lang.security.audit.eval-detected",
        "# NOSONAR(python:S1234)",
        "# type: ignore",
        "# noseconds",
        "# loadguard: ignore[LG002] another rule",
        "# loadguard: ignore[LG001] until=2026-11-23 last month",
        "# loadguard: ignore[LG001] until=tomorrow",
        "# loadguard: ignore[] none",
        "# loadguard: ignore [LG002] another rule",
        "# loadguard: ignore LG002",
        "# loadguard: ignore: lg001 would silence the other rules as well",
        "# loadguard: ignore(LG001)",
        "# loadguard: ignore[LG001 until the release",
        "# loadguard: allow",
    ],
)
def test_not_silenced(comment: str) -> None:
    assert len(sift(f"x = torch.load(p)  {comment}\n").findings) == 1


@pytest.mark.parametrize(
    "comment",
    [
        "# loadguard: ignore",
        "# loadguard: ignore[LG001]",
        "# loadguard: ignore[LG002, LG001] we write this file ourselves",
        "# loadguard:ignore[lg001] small letters",
        "# loadguard: ignore [LG001] a blank between",
        "# loadguard: ignore (we write this file)",
        "# loadguard: ignore[LG001] until=2026-11-24 today is the last day",
        "# noqa: TOR102",
        "# noqa: E501,TOR102",
        "#noqa:TOR102",
        "# noqa: E501 TOR102 - trusted",
        "# nosec",
        "# nosec: B614",
        "# nosec B614 - our own file",
        "# nosec B301,B614",
        "# nosec pytorch_load",
        "# type: ignore # nosec B614",
        "# nosemgrep",
        "# nosemgrep: trailofbits.python.pickles-in-pytorch.pickles-in-pytorch",
        "# nosemgrep: a.b, python.lang.pickles-in-pytorch",
        "# NOSONAR",
        "# NOSONAR(python:S6985) trusted",
    ],
)
def test_silenced_and_counted(comment: str) -> None:
    sifted = sift(f"x = torch.load(p)  {comment}\n")
    assert sifted.findings == ()
    assert [(s.finding.rule, s.where) for s in sifted.silenced] == [("LG001", "inSource")]
    assert sifted.silenced[0].reason == comment.lstrip("# ")
    assert sifted.notices == ()


@pytest.mark.parametrize("comment", ["# nosec B614", "# noqa: TOR102", "# nosemgrep", "# loadguard: ignore"])
@pytest.mark.parametrize("line", [0, 1, 2, 3])
def test_any_line_of_a_call_over_several_lines(comment: str, line: int) -> None:
    lines = ["x = torch.load(", "    p,", "    'cpu',", ")"]
    lines[line] += "  " + comment
    assert sift("\n".join(lines) + "\n").findings == ()


def test_a_comment_on_another_line_is_another_matter() -> None:
    assert len(sift("y = 1  # nosec\nx = torch.load(p)\nz = 2  # noqa: TOR102\n").findings) == 1
    assert len(sift("# noqa: TOR102\nx = torch.load(p)\n# nosec\n").findings) == 1


@pytest.mark.parametrize("comment", ["# loadguard: ignore[LG001] why", "# nosemgrep"])
def test_a_comment_alone_on_its_line_speaks_of_the_code_below(comment: str) -> None:
    assert sift(f"{comment}\n# more\n\nx = torch.load(p)\n").findings == ()
    assert len(sift(f"{comment}\ny = 1\nx = torch.load(p)\n").findings) == 1


def test_words_in_strings_are_no_comments() -> None:
    text = 's = "# nosec"; x = torch.load(p, "# loadguard: ignore", """\n# noqa: TOR102\n""")\n'
    sifted = sift(text)
    assert len(sifted.findings) == 1
    assert sifted.notices == ()


def test_a_whole_file() -> None:
    text = "# flake8: noqa: TOR102\nx = torch.load(p)\ny = torch.load(q)\n"
    assert len(sift(text).silenced) == 2
    assert len(sift(text, "LG005").findings) == 2
    assert len(sift("# flake8: noqa: E501\nx = torch.load(p)\n").findings) == 1


def test_anothers_rule_silences_only_what_it_speaks_of() -> None:
    sifted = sift("x = torch.load(p)  # noqa: TOR102\n", "LG001", "LG002", "LG004", "LG007")
    assert [f.rule for f in sifted.findings] == ["LG007"]


def test_a_line_somebody_ruled_on_is_never_rewritten() -> None:
    sifted = sift("x = torch.load(p)  # loadguard: ignore[LG001] ours\ny = torch.load(p)\n", "LG001", "LG008")
    assert [(f.rule, f.line, f.fix) for f in sifted.findings] == [
        ("LG008", 1, None),
        ("LG001", 2, FIX),
        ("LG008", 2, FIX),
    ]


@pytest.mark.parametrize(
    ("comment", "notice"),
    [
        ("ignore[LG002]", "silences nothing; remove it"),
        ("ignore[LG002] until=2026-11-23", "expired on 2026-11-23"),
        ("ignore[LG001] until=2026-11-23 x", "expired on 2026-11-23"),
        ("ignore[LG001] until=soon", "is not honoured: it says `soon`, which is no date like 2027-01-31"),
        ("ignore[LG01]", "names LG01, which is no rule; did you mean LG001?"),
        ("ignore[B614]", "names B614, which is no rule"),
        ("ignore[]", "is not honoured: it names no rule between its brackets"),
        ("ignore LG001 ours", "is not honoured: it does not name its rules as in `ignore[LG001]`"),
        ("ignor", "is not honoured: it does not say `ignore` but `ignor`"),
    ],
)
def test_comments_of_ours_that_do_nothing_are_reported(comment: str, notice: str) -> None:
    sifted = sift(f"\nx = torch.load(p)  # loadguard: {comment}\n")
    assert [n.partition("`loadguard: ignore` ")[2] for n in sifted.notices] == [notice]
    assert sifted.notices[0].startswith("a.py:2: ")


def test_unused_is_told_even_without_a_finding_in_the_file() -> None:
    assert len(sift("x = 1  # loadguard: ignore\n").notices) == 1


def test_a_rule_that_does_not_run_cannot_be_unused() -> None:
    assert sift("x = torch.load(p)  # loadguard: ignore[LG008]\n").notices == ()


def test_cells_are_told_apart() -> None:
    cells = [{"cell_type": "code", "source": f"x = torch.load(p){end}"} for end in ("", "  # nosec", "")]
    sifted = sift(json.dumps({"cells": cells}), path="a.ipynb")
    assert [f.cell for f in sifted.findings] == [0, 2]


def test_line_ends_and_tabs_and_form_feeds() -> None:
    for end in ("\r\n", "\r", "\n\f"):
        assert sift(f"if 1:{end}\tx = torch.load(p)  # nosec{end}\ty = 1{end}".replace("\f\t", "\t")).findings == ()


def test_files_that_are_not_python() -> None:
    def found(text: str) -> Sifted:
        finding = Finding("LG005", Severity.ERROR, "Dockerfile", 2, 1, 2, 9, "m")
        return silence_plain("Dockerfile", text, [finding], terms=TERMS)

    assert found("FROM x\nENV A=1  # loadguard: ignore[LG005] needed\n").findings == ()
    assert found("# loadguard: ignore[LG005] needed\nENV A=1\n").findings == ()
    assert len(found("FROM x\nENV A=1  # nosec\n").findings) == 1
    assert found("FROM x  # loadguard: ignore\nENV A=1\n").notices == (
        "Dockerfile:1: the comment `loadguard: ignore` silences nothing; remove it",
    )
