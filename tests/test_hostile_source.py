"""Source that is odd, broken or hostile: each gets its right result, nothing crashes, every other byte stays.

The engine is asked whole (`scan_files`), because a crash anywhere on the way is the same crash to a user.
"""

from __future__ import annotations

import ast
import codecs

import pytest

from bot.edits import apply_edits
from bot.model import Report, Unreadable
from bot.scan.engine import scan_files
from bot.scan.fixing.prove import Expected, prove
from bot.scan.fixing.rewrite import rewrite
from bot.scan.text.read import read_file
from bot.scan.text.source import MAX_BYTES

LOAD = "import torch\nmodel.load_state_dict(torch.load(p))\n"
FIXED = LOAD.replace("(p)", "(p, weights_only=True)")


def scan(data: bytes, path: str = "a.py") -> Report:
    return scan_files({path: data})


def fixed(data: bytes) -> bytes:
    source = read_file("a.py", data)
    assert not isinstance(source, Unreadable), source
    tree = ast.parse(source.text)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "torch.load"]
    edits = [edit for call in calls for edit in rewrite(source, call, weights_only=True, mmap=False) or ()]
    expected = [Expected(call, weights_only=True, mmap=False) for call in calls]
    assert prove(source, tree, edits=edits, expected=expected) == ""
    return apply_edits(data, edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LOAD.replace("\n", "\r\n").encode(), FIXED.replace("\n", "\r\n").encode()),
        (LOAD.replace("\n", "\r").encode(), FIXED.replace("\n", "\r").encode()),
        (b"x = torch.load(p)", b"x = torch.load(p, weights_only=True)"),
        (b"if 1:\r\n\tx = torch.load(p)\n", b"if 1:\r\n\tx = torch.load(p, weights_only=True)\n"),
        (b"\xef\xbb\xbfx = torch.load(p)\n", b"\xef\xbb\xbfx = torch.load(p, weights_only=True)\n"),
        (b"\x0cx = torch.load(p)\n\x0c\n", b"\x0cx = torch.load(p, weights_only=True)\n\x0c\n"),
        (
            b"# coding: latin-1\ns = '\xe9\xff'; x = torch.load('\xe4', d)\n",
            b"# coding: latin-1\ns = '\xe9\xff'; x = torch.load('\xe4', d, weights_only=True)\n",
        ),
        (
            "# -*- coding: shift_jis -*-\nx = torch.load('重み', '表')\n".encode("shift_jis"),
            "# -*- coding: shift_jis -*-\nx = torch.load('重み', '表', weights_only=True)\n".encode("shift_jis"),
        ),
        (
            "s = '\u2028\x0b\x1c\x85'; x = torch.load('\u2029')\ny = torch.load(p)\n".encode(),
            "s = '\u2028\x0b\x1c\x85'; x = torch.load('\u2029', weights_only=True)\n"
            "y = torch.load(p, weights_only=True)\n".encode(),
        ),
    ],
    ids=[
        "crlf",
        "old-mac",
        "no-final-newline",
        "tabs-and-mixed-ends",
        "bom",
        "form-feed",
        "latin-1",
        "shift-jis",
        "line-separators-that-are-none",
    ],
)
def test_every_other_byte_stays(before: bytes, after: bytes) -> None:
    assert fixed(before) == after
    assert fixed(after) == after


@pytest.mark.parametrize(
    "data",
    [
        b"# coding: utf-7\nx = '+AOk-'; y = torch.load(p)\n",
        "# coding: iso-2022-jp\nx = '重み'; y = torch.load('表')\n".encode("iso-2022-jp"),
    ],
    ids=["utf-7", "iso-2022-jp"],
)
def test_an_encoding_with_states_is_fixed_right_or_not_at_all(data: bytes) -> None:
    source = read_file("a.py", data)
    assert not isinstance(source, Unreadable)
    tree = ast.parse(source.text)
    call = next(n for n in ast.walk(tree) if isinstance(n, ast.Call))
    edits = rewrite(source, call, weights_only=True, mmap=False) or ()
    if prove(source, tree, edits=edits, expected=[Expected(call, weights_only=True, mmap=False)]) == "":
        assert apply_edits(data, edits).decode(source.encoding) == source.text.replace(")\n", ", weights_only=True)\n")
    assert {f.rule for f in scan(data.replace(b"\n", b"\nimport torch\n", 1)).findings} == {"LG001"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (LOAD.encode() + b"\0", "NUL"),
        (LOAD.encode("utf-16"), ""),
        (LOAD.encode("utf-16-le"), ""),
        (codecs.BOM_UTF16_LE + LOAD.encode("utf-16-le"), ""),
        (b"# coding: latin-1\n" + codecs.BOM_UTF8 + LOAD.encode(), ""),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n" + LOAD.encode(), ""),
        (b"s = '\xe9'\n" + LOAD.encode(), "utf-8"),
        (b"# coding: klingon\n" + LOAD.encode(), "encoding"),
        (b"print 'python 2'\n" + LOAD.encode(), "parse"),
        (LOAD.encode() + b"x = (", "parse"),
        (LOAD.encode() + b"(" * 10_000 + b")" * 10_000, ""),
        (LOAD.encode() + b"x = " + b"-" * 200_000 + b"1\n", ""),
        (LOAD.encode() + b"x = " + b"a." * 200_000 + b"a\n", ""),
        (LOAD.encode() + b"x = " + b"[" * 10_000 + b"]" * 10_000, ""),
        (LOAD.encode() + b"x = 1" + b"+1" * 100_000 + b"\n", ""),
        (LOAD.encode() + "".join(" " * n + "if x:\n" for n in range(150)).encode() + b" " * 150 + b"pass\n", ""),
        (LOAD.encode() + b"#" * 50_000_000, "bytes"),
    ],
    ids=[
        "nul",
        "utf-16",
        "utf-16-le",
        "utf-16-bom",
        "bom-in-the-middle",
        "bom-against-coding",
        "latin-1-unsaid",
        "no-such-encoding",
        "python-2",
        "torn",
        "parentheses",
        "minuses",
        "dots",
        "brackets",
        "sum",
        "indents",
        "50-mb",
    ],
)
def test_what_cannot_be_read_is_reported_and_never_clean(data: bytes, says: str) -> None:
    report = scan(data)
    assert [u.path for u in report.unreadable] == ["a.py"]
    assert says in "".join(u.reason for u in report.unreadable)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "-" * 900 + "torch.load(p)",
        "x = a" + "()" * 900 + "; torch.load(p)",
        "torch.load(" + "f(" * 90 + "p" + ")" * 90 + ")",
        "torch.load(p" + ".a" * 900 + ")",
        "torch.load(\n" + "'a'\n" * 5000 + ")",
        "x = [" + "torch.load(p),\n" * 300 + "]",
        "x = '" + "a" * 2_000_000 + "'; torch.load(p)",
        "x = " + "0x" + "f" * 100_000 + "; torch.load(p)",
        "if x:\n  pass\n" + "elif x:\n  pass\n" * 500 + "torch.load(p)",
    ],
    ids=["minuses", "calls", "nested", "dots", "pieces", "many", "long-string", "long-number", "elifs"],
)
def test_large_but_honest_source_is_found(text: str) -> None:
    report = scan(f"import torch\n{text}\n".encode())
    assert report.unreadable == ()
    assert {f.rule for f in report.findings} == {"LG001"}


@pytest.mark.parametrize(
    "line", ["fs = fs + fs", "fs += fs", "fs = fs * 9", "d |= d", "d.update(d)", 'd["a"]["b"] = {"c": d}']
)
def test_containers_that_grow_with_every_line_end(line: str) -> None:
    made = 'import torch\nfs = [torch.load]\nd = {"f": torch.load, "a": {}}\n'
    report = scan(f"{made}{(line + chr(10)) * 40}fs[0](p)\nd['f'](p)\n".encode())
    assert {finding.line for finding in report.findings} == {44, 45}


def test_size_limit_is_a_reason() -> None:
    (unreadable,) = scan(LOAD.encode() + b" " * MAX_BYTES).unreadable
    assert f"{MAX_BYTES:,}" in unreadable.reason


def test_a_hostile_file_costs_only_itself() -> None:
    report = scan_files({"a.py": b"import torch\ntorch.load((", "b.py": LOAD.encode()})
    assert [u.path for u in report.unreadable] == ["a.py"]
    assert [f.path for f in report.findings] == ["b.py"]
