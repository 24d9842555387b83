"""Notebooks: read with magics, fixed byte for byte outside the source lines, hostile ones refused."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from bot.edits import apply_edits
from bot.model import Unreadable
from bot.scan.engine import scan_files
from bot.scan.fixing.prove import Expected, prove
from bot.scan.fixing.rewrite import rewrite
from bot.scan.text.notebook import MAX_BYTES, NotebookText, read_notebook, same_apart_from_source
from bot.scan.text.source import Place


def cell(*lines: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": list(lines), **more}


def notebook(*cells: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {"z": 1, "a": 2}, "nbformat": 4, "nbformat_minor": 5, **more}


def read(data: bytes) -> NotebookText:
    source = read_notebook("a.ipynb", data)
    assert isinstance(source, NotebookText), source
    return source


def loads(source: NotebookText) -> list[ast.Call]:
    calls = (n for n in ast.walk(ast.parse(source.text)) if isinstance(n, ast.Call))
    return sorted((c for c in calls if ast.unparse(c.func) == "torch.load"), key=lambda c: c.lineno)


def fixed(data: bytes) -> bytes:
    source = read(data)
    tree = ast.parse(source.text)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "torch.load"]
    edits, expected = [], []
    for call in calls:
        found = rewrite(source, call, weights_only=True, mmap=False)
        if found:
            edits += found
            expected.append(Expected(call, weights_only=True, mmap=False))
    assert prove(source, tree, edits=edits, expected=expected) == ""
    return apply_edits(data, edits)


CELLS = (
    {"cell_type": "markdown", "metadata": {}, "source": ["torch.load(p)\n"]},
    cell('import torch  # é "quoted" \\ 😀\n', "x = torch.load('ä😀\\n.pt')", outputs=[{"text": ["torch.load(p)"]}]),
    cell("y = torch.load(\n", "    p,\n", "    'cpu',\n", ")\n"),
    {"cell_type": "raw", "metadata": {}, "source": "torch.load(p"},
)


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [1, 2, "\t", None])
@pytest.mark.parametrize("end", ["\n", ""])
def test_everything_but_the_source_lines_is_the_same(ascii_only: bool, indent: Any, end: str) -> None:
    before = (json.dumps(notebook(*CELLS), indent=indent, ensure_ascii=ascii_only) + end).encode()
    after = fixed(before)
    want = json.loads(before)
    want["cells"][1]["source"][1] = "x = torch.load('ä😀\\n.pt', weights_only=True)"
    want["cells"][2]["source"].insert(3, "    weights_only=True,\n")
    # Written again with the same settings it is the same file: no key moved, no list lost its layout.
    assert after == (json.dumps(want, indent=indent, ensure_ascii=ascii_only) + end).encode()
    assert fixed(after) == after


def test_a_source_that_is_one_string() -> None:
    before = json.dumps(notebook(cell(source="import torch\nx = torch.load(\n  p,\n  q\n)\n")), indent=1).encode()
    after = json.loads(fixed(before))
    assert after["cells"][0]["source"] == "import torch\nx = torch.load(\n  p,\n  q,\n  weights_only=True\n)\n"


def test_any_json_escape_maps_back() -> None:
    raw = r'"\u0078 = \"\ud83d\ude00\/\t\" ; y = torch\u002eload(\"\u00e9\")"'
    before = b'{"cells": [{"source": [%s], "cell_type": "code"}]}' % raw.encode()
    after = raw.replace(r"\u00e9\")", r"\u00e9\", weights_only=True)")
    assert fixed(before) == b'{"cells": [{"source": [%s], "cell_type": "code"}]}' % after.encode()


def test_letters_spelt_out_as_numbers_hide_no_call() -> None:
    raw = rb'{"cells": [{"source": ["import torch\n", "tor\u0063h.lo\u0061d(path)"], "cell_type": "code"}]}'
    report = scan_files({"a.ipynb": raw})
    assert [(f.rule, f.cell, f.line) for f in report.findings] == [("LG001", 0, 2)]


def test_nbformat_3() -> None:
    sheets = [{"cells": [{"cell_type": "code", "input": ["x = torch.load(p)"], "language": "python"}]}]
    before = json.dumps({"worksheets": sheets, "nbformat": 3, "metadata": {}}, indent=1).encode()
    assert fixed(before) == before.replace(b"load(p)", b"load(p, weights_only=True)")


def test_positions_name_the_cell() -> None:
    source = read(json.dumps(notebook(*CELLS)).encode())
    places = [source.place(call.lineno, call.col_offset) for call in loads(source)]
    assert [(p.cell, p.line, p.column) for p in places] == [(1, 2, 5), (2, 1, 5)]


def test_a_call_over_several_items_of_the_list_without_line_ends() -> None:
    before = json.dumps(notebook(cell("x = torch.lo", "ad(", "p", ")\ny = 1\n", "z = torch.load(q)"))).encode()
    assert "".join(json.loads(fixed(before))["cells"][0]["source"]) == (
        "x = torch.load(p, weights_only=True)\ny = 1\nz = torch.load(q, weights_only=True)"
    )


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("%matplotlib inline\n", None),
        ("!pip install torch \\\n", None),
        ("?torch.load\n", None),
        ("torch.load?\n", None),
        ("files = !ls *.pt\n", None),
        ("here = %pwd\n", None),
        ("for f in x:\n    !echo torch.load({f})\n", None),
        ("%time y = torch.load(p)\n", "%time y = torch.load(p, weights_only=True)\n"),
        ("y = %time torch.load(p)\n", "y = %time torch.load(p, weights_only=True)\n"),
        ("%timeit -n 3 torch.load(p)\n", "%timeit -n 3 torch.load(p, weights_only=True)\n"),
        ("%lprun -f read torch.load(p)\n", "%lprun -f read torch.load(p, weights_only=True)\n"),
        ("%prun -s cumulative torch.load(p)\n", "%prun -s cumulative torch.load(p, weights_only=True)\n"),
        ("%%script python3\ntorch.load(p)\n", "%%script python3\ntorch.load(p, weights_only=True)\n"),
        ("%%script --bg /usr/bin/ruby\ntorch.load(p)\n", None),
        ("%run names.py\ntorch.load(p)\n", "%run names.py\ntorch.load(p, weights_only=True)\n"),
        ("%%time\ny = torch.load(p)\n", "%%time\ny = torch.load(p, weights_only=True)\n"),
        ("%%capture out\ny = torch.load(p)\n", "%%capture out\ny = torch.load(p, weights_only=True)\n"),
        ("%%bash\npython -c 'torch.load(p)'\n", None),
        ("%%writefile load.py\ntorch.load(p)\n", "%%writefile load.py\ntorch.load(p, weights_only=True)\n"),
        ("%%writefile notes.txt\ntorch.load(p)\n", None),
        ("%%R\nx <- torch.load(p)\n", None),
        ("s = '''\n%d torch.load(p)\n!x\n'''\n", None),
        ("y = (torch.load(p)\n%z)\n!ls\n", "y = (torch.load(p, weights_only=True)\n%z)\n!ls\n"),
        ("await torch.load(p)\n", "await torch.load(p, weights_only=True)\n"),
    ],
)
def test_what_ipython_allows(line: str, fix: str | None) -> None:
    rest = "   more\n" if line.endswith("\\\n") else ""
    before = json.dumps(notebook(cell(source="import torch\n"), cell(source=line + rest))).encode()
    assert json.loads(fixed(before))["cells"][1]["source"] == (fix or line) + rest


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("!python -c \"import torch; torch.load('x')\"\n", [1]),
        ("print(1)\nout = !python -c 'import torch; torch.load(1)'\n", [2]),
        ("%%bash\npython -c \"import torch; torch.load('x')\"\n", [1]),
        ("%%bash\npython - <<EOF\nimport torch\ntorch.load('it''s')\nEOF\n", [1]),
        ("%%sh\n# don't\npython -c 'import torch; torch.load(1)'", [1]),
        ("%%writefile job.py\nimport torch\ntorch.load(1)\n", [3]),
        ("!python -c \"import torch; torch.load('x', weights_only=True)\"\n", []),
        ("!python -m timeit -s 'import torch' \"torch.load('x')\"\n", [1]),
        ("!python -m timeit -s 'from json import load' \"load('x')\"\n", []),
        ("!echo torch.load\n", []),
        ("%%bash\necho torch.load\n", []),
        ("%%bash\ncat <<EOF\nimport torch; torch.load(1)\nEOF\n", []),
    ],
)
def test_programs_that_a_cell_runs_or_writes(source: str, found: list[int]) -> None:
    before = json.dumps(notebook(cell(source=source))).encode()
    report = scan_files({"a.ipynb": before})
    assert not report.unreadable
    assert [f.line for f in report.findings] == found
    if found and not source.startswith("%%writefile"):
        first, line = report.findings[0], source.splitlines()[found[0] - 1]
        assert line.startswith("%%") or first.source == line[line.index("!") :]
        assert first.end_column == len(source.rstrip("\n").splitlines()[-1]) + 1
        assert fixed(before) == before


@pytest.mark.parametrize(
    "source", ["{run}\nread('m.pt')\n", ["{run}\n", "read('m.pt')"], ["{run}\n", "th.load('m.pt')"]]
)
@pytest.mark.parametrize("run", ["%run names.py", "%run -i ./names.py 3", "%run names", "%run 'names.py'"])
def test_names_of_a_file_that_a_cell_runs(run: str, source: str | list[str]) -> None:
    lines = [line.format(run=run) for line in ([source] if isinstance(source, str) else source)]
    before = json.dumps(notebook(cell(source=lines if isinstance(source, list) else lines[0]))).encode()
    names = b"import torch as th\nread = th.load\n"
    assert [(f.path, f.line) for f in scan_files({"a.ipynb": before, "names.py": names}).findings] == [("a.ipynb", 2)]
    other = names.replace(b"torch", b"jax")
    assert scan_files({"a.ipynb": before, "names.py": other}).findings == ()


@pytest.mark.parametrize("at", range(2, 14))
def test_a_call_cut_anywhere_between_two_items(at: int) -> None:
    line = "m = torch.load(p)"
    before = json.dumps(notebook(cell("import torch\n", line[:at], line[at:]))).encode()
    assert [f.line for f in scan_files({"a.ipynb": before}).findings] == [2]
    assert "".join(json.loads(fixed(before))["cells"][0]["source"]).endswith("m = torch.load(p, weights_only=True)")


def test_a_cell_of_single_letters() -> None:
    before = json.dumps(notebook(cell(*"import torch\nm = torch.load(p)"))).encode()
    assert [f.line for f in scan_files({"a.ipynb": before}).findings] == [2]
    assert "".join(json.loads(fixed(before))["cells"][0]["source"]).endswith("m = torch.load(p, weights_only=True)")


def test_other_languages_hold_no_python() -> None:
    julia = notebook(cell("x = torch.load(p)"), metadata={"kernelspec": {"language": "julia"}})
    assert read(json.dumps(julia).encode()).text == ""


def test_a_broken_cell_costs_only_itself_unless_it_may_load() -> None:
    python2 = notebook(cell("print 'x'\n", "y"), cell("x = torch.load(p)"))
    source = read(json.dumps(python2).encode())
    assert [source.place(c.lineno, c.col_offset) for c in loads(source)] == [Place(1, 1, 5)]
    torn = read_notebook("a.ipynb", json.dumps(notebook(cell("x = torch.load(p"))).encode())
    assert torn == Unreadable("a.ipynb", "cell 0: Python cannot parse it")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a notebook"),
        (b"[]", "not a notebook"),
        (b"{}", "not a notebook"),
        (b'{"cells": 3}', "not a notebook"),
        (b'{"cells": [3]}', "not a notebook"),
        (b'{"cells": [{"cell_type": "code", "source": {"a": "torch.load(p)"}}]}', "not a notebook"),
        (b'{"cells": [{"cell_type": "code", "source": [["torch.load(p)"]]}]}', "not a notebook"),
        (b'{"cells": [', "not a notebook"),
        (b'{"cells": []} x', "not a notebook"),
        ('{"cells": []}'.encode("utf-16"), "not a notebook"),
        (b'{"cells": "\xff"}', "not a notebook"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"cells": [{"cell_type": "code", "source": "x = 1", "source": "torch.load(p)"}]}', "not a notebook"),
        (b'{"n": ' + b"9" * 5000 + b', "cells": []}', "not a notebook"),
        (b" " * (MAX_BYTES + 1), "bytes; notebooks over"),
    ],
)
def test_hostile_notebooks_are_unreadable(data: bytes, says: str) -> None:
    source = read_notebook("a.ipynb", data)
    assert isinstance(source, Unreadable)
    assert says in source.reason


def test_what_jupyter_itself_writes_is_read() -> None:
    data = json.dumps(notebook(cell("x = torch.load(p)"), score=float("nan"))).encode()
    assert b"NaN" in data
    assert b"weights_only=True" in fixed(data)
    lone = b'{"cells": [{"cell_type": "code", "source": ["# \\ud800\\n", "x = torch.load(p)"]}]}'
    assert fixed(lone) == lone.replace(b"(p)", b"(p, weights_only=True)")
    marked = b"\xef\xbb\xbf" + data
    assert fixed(marked) == b"\xef\xbb\xbf" + fixed(data)


def test_the_proof_sees_any_change_outside_the_source() -> None:
    before = json.dumps(notebook(*CELLS)).encode()
    assert same_apart_from_source(before, fixed(before))
    assert not same_apart_from_source(before, before.replace(b'"z": 1', b'"z": 2'))
    assert not same_apart_from_source(before, before.replace(b'"z": 1, "a": 2', b'"a": 2, "z": 1'))
    assert not same_apart_from_source(before, before.replace(b"markdown", b"raw"))
