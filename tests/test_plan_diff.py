"""Hunks, byte edits, new findings and patches, against the git that is installed."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.diff import compare_lines, hunk_holding, parse_hunks, touched_lines
from bot.model import ChangedFile, Edit, FileChange, Finding, Fix, FixBranch, Hunk, Severity, Tier
from bot.plan.edits import apply_fixes
from bot.plan.fresh import mark_new
from bot.plan.patch import mail_patch, unified_diff
from bot.plan.place import git_lines, line_at
from tests.git_helpers import Repository
from tests.plan_helpers import find_calls

# -- hunks -----------------------------------------------------------------------------------------------------------

PATCHES = [
    ("@@ -1,2 +1,3 @@\n a\n+b\n c", (Hunk(1, 3, frozenset({2})),)),
    ("@@ -0,0 +1 @@\n+only\n\\ No newline at end of file", (Hunk(1, 1, frozenset({1})),)),
    ("@@ -5 +5 @@ def f():\n-old\n+new", (Hunk(5, 5, frozenset({5})),)),
    ("@@ -3,2 +2,0 @@\n-gone\n-gone", ()),
    ("@@ -1,2 +1,2 @@\n-x\n+@@ -9,9 +9,9 @@\n y", (Hunk(1, 2, frozenset({1})),)),
    ("@@ -1,1 +1,2 @@\n a\n+b\n@@ -8,1 +9,2 @@\n c\n+d", (Hunk(1, 2, frozenset({2})), Hunk(9, 10, frozenset({10})))),
    ("@@ -1,1 +1,2 @@\n a\r\n+b\r", (Hunk(1, 2, frozenset({2})),)),
    ("", ()),
    ("Binary files a/x and b/x differ", ()),
]


@pytest.mark.parametrize(("patch", "hunks"), PATCHES)
def test_parse_hunks(patch: str, hunks: tuple[Hunk, ...]) -> None:
    assert parse_hunks(patch) == hunks


def test_one_hunk_holds_or_none() -> None:
    hunks = (Hunk(1, 5, frozenset()), Hunk(6, 9, frozenset()))
    assert hunk_holding(hunks, 1, 5) == hunks[0]
    assert hunk_holding(hunks, 5, 6) is None
    assert hunk_holding(hunks, 10, 10) is None


contents = st.lists(st.sampled_from(["a", "b", "", "c\r", "d\x0c", "é"]), max_size=12).flatmap(
    lambda lines: st.sampled_from(["\n".join(lines).encode(), ("\n".join(lines) + "\n").encode() if lines else b""])
)


@settings(max_examples=60, deadline=None)
@given(old=contents, new=contents)
def test_hunks_without_git_are_lines_that_exist_and_differ(old: bytes, new: bytes) -> None:
    hunks = compare_lines(old, new)
    lines = new.count(b"\n") + (not new.endswith(b"\n") and bool(new))
    assert all(1 <= hunk.start <= hunk.end <= lines for hunk in hunks)
    touched = touched_lines(ChangedFile("a", "modified", hunks))
    kept = [line for number, line in enumerate(new.split(b"\n"), 1) if number not in touched]
    assert old == new or touched or len(kept) <= old.count(b"\n") + 2
    assert not (old == new and hunks)


# -- edits -----------------------------------------------------------------------------------------------------------


def with_edits(*edits: Edit) -> Finding:
    made = Finding("LG001", Severity.ERROR, "a.py", 1, 1, 1, 1, "m", fix=Fix(Tier.SAFE, ("x",), edits, "r"))
    return replace(made, fingerprint=str(edits))


def test_fixes_that_collide_leave_the_first() -> None:
    first, inside, beside = with_edits(Edit(2, 4, "XX")), with_edits(Edit(3, 3, "y")), with_edits(Edit(4, 4, "z"))
    applied = apply_fixes(b"abcdef", [first, inside, beside])
    assert (applied.content, applied.done, applied.left) == (b"abXXzef", (first, beside), (inside,))
    twice = apply_fixes(b"abcdef", [with_edits(Edit(1, 1, "p")), with_edits(Edit(1, 1, "q"))])
    assert (twice.content, len(twice.left)) == (b"apbcdef", 1)


def test_the_same_edit_of_two_findings_is_made_once() -> None:
    applied = apply_fixes(b"abc", [with_edits(Edit(1, 1, "p")), replace(with_edits(Edit(1, 1, "p")), rule="LG008")])
    assert applied.content == b"apbc" and len(applied.done) == 2


def test_an_edit_beyond_the_file_is_left() -> None:
    assert apply_fixes(b"abc", [with_edits(Edit(2, 9, "x"))]).content == b"abc"


# -- places ----------------------------------------------------------------------------------------------------------


def test_git_counts_lines_at_lf_alone() -> None:
    data = b"a\rb\rtorch.load(p)\n"
    finding = replace(find_calls("a.py", data)[0], line=3, end_line=3, fix=None)
    assert git_lines(finding, data) == (1, 1)
    assert git_lines(finding, b"a\nb\ntorch.load(p)\n") == (3, 3)
    assert line_at(b"a\nb", 2) == 2


def test_a_notebook_cell_is_found_in_its_json() -> None:
    data = b'{"cells": [\n {"source": [\n  "x = 1\\n",\n  "torch.load(\\"p\\")"\n ]}\n]}'
    at = data.index(b'\\")')
    finding = Finding("LG001", Severity.ERROR, "a.ipynb", 2, 1, 2, 9, "m", 'torch.load("p")', cell=0)
    assert git_lines(finding, data) == (4, 4)
    assert git_lines(replace(finding, fix=Fix(Tier.SAFE, (), (Edit(at, at, "x"),), "")), data) == (4, 4)
    assert git_lines(finding, data + data) is None, "twice the same: a guess"
    assert git_lines(replace(finding, source=""), data) is None


# -- new -------------------------------------------------------------------------------------------------------------


def marks(head: bytes, base: bytes | None, **names: str) -> list[bool]:
    touched = touched_lines(ChangedFile("a.py", "modified", compare_lines(base or b"", head)))
    found = [replace(each, qualname=names.get("now", "")) for each in find_calls("a.py", head)]
    old = None if base is None else [replace(each, qualname=names.get("then", "")) for each in find_calls("a.py", base)]
    return [each.new for each in mark_new(found, touched=touched, base=old, lines={})]


NEW = [
    ("an added call", b"torch.load(a)\ntorch.load(b)\n", b"torch.load(a)\n", [False, True]),
    ("a changed call", b"torch.load(b)\n", b"torch.load(a)\n", [True]),
    ("a moved call", b"x\ny\ntorch.load(a)\n", b"torch.load(a)\nx\ny\n", [False]),
    ("an indented call", b"if x:\n    torch.load(a)\n", b"torch.load(a)\n", [False]),
    ("a comment beside it", b"torch.load(a)  # hm\n", b"torch.load(a)\n", [False]),
    ("a second equal one, in front", b"torch.load(a)\nx\ntorch.load(a)\n", b"x\ntorch.load(a)\n", [True, False]),
    ("broken over lines", b"torch.load(\n  a)\n", b"torch.load(a)\n", [False]),
]


@pytest.mark.parametrize(("name", "head", "base", "expected"), NEW, ids=[row[0] for row in NEW])
def test_what_is_new(name: str, head: bytes, base: bytes, expected: list[bool]) -> None:
    assert marks(head, base) == expected


def test_without_the_base_lines_alone_decide() -> None:
    touched = frozenset({2})
    found = find_calls("a.py", b"torch.load(a)\ntorch.load(b)\n")
    assert [each.new for each in mark_new(found, touched=touched, base=None, lines={})] == [False, True]
    assert [each.new for each in mark_new(found, touched=None, base=None, lines={})] == [True, True]


def test_a_renamed_function_brings_nothing_but_a_changed_constant_does() -> None:
    assert marks(b"def g():\n  torch.load(a)\n", b"def f():\n  torch.load(a)\n", now="g", then="f") == [False]
    found = find_calls("a.py", b"W = False\ntorch.load(a)\n")
    assert [each.new for each in mark_new(found, touched={1}, base=(), lines={})] == [True], (
        "safe before, untouched, not now"
    )


# -- patches ---------------------------------------------------------------------------------------------------------

ODD = ["a.py", "sub dir/b c.py", 'quo"te.py', "new\nline.py", "-lead.py", "t\tab.py", "größe.py", "back\\slash.py"]


def branch(*changes: FileChange) -> FixBranch:
    return FixBranch("b", "main", "x", changes, "t", "body", "Load safely\n\nBecause.\n")


@pytest.mark.parametrize("command", [("apply",), ("am", "--quiet", "--keep-cr")], ids=["git apply", "git am"])
def test_git_takes_the_patch(tmp_path: Path, command: tuple[str, ...]) -> None:
    repository = Repository(tmp_path / "r")
    lines = [b"line %d\n" % number for number in range(60)]
    old = {name: b"".join(lines) + b"last" for name in ODD} | {"crlf.py": b"a\r\nb\r\n", "latin.py": b"# \xe9\nx\n"}
    repository.commit(old)
    new = {name: data.replace(b"line 5\n", b"line five\n").replace(b"last", b"end") for name, data in old.items()}
    new |= {"crlf.py": b"a\r\nB\r\n", "latin.py": b"# \xe9\ny\n"}
    new["a.py"] = b"".join([*lines[:3], b"more\n", b"and more\n", *lines[4:]])
    patch = mail_patch(branch(*(FileChange(name, data) for name, data in new.items())), old)
    repository.git(*command, data=patch)
    for name, data in new.items():
        assert (repository.root / name).read_bytes() == data, name


@settings(max_examples=25, deadline=None)
@given(old=contents, new=contents)
def test_git_takes_any_patch(tmp_path_factory: pytest.TempPathFactory, old: bytes, new: bytes) -> None:
    folder = tmp_path_factory.mktemp("patch")
    (folder / "a.py").write_bytes(old)
    patch = unified_diff([(FileChange("a.py", new), old)])
    if old == new:
        assert patch == b""
        return
    done = subprocess.run(
        ["git", "apply", "--unidiff-zero", "-"], cwd=folder, input=patch, capture_output=True, check=False
    )
    assert done.returncode == 0, (done.stderr, patch)
    assert (folder / "a.py").read_bytes() == new
