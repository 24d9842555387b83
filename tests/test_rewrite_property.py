"""Whatever the layout and the encoding of a call: nothing but the keywords is new, and a second time nothing is."""

from __future__ import annotations

import ast
import tokenize

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.edits import apply_edits
from bot.model import Unreadable
from bot.scan.fixing.prove import Expected, prove
from bot.scan.fixing.rewrite import rewrite
from bot.scan.text.read import read_file

GAPS = st.sampled_from(["", " ", "\t", "  "])
BREAKS = st.sampled_from(
    ["", " ", "\n    ", "\n", "  # why, (not)\n        ", "\n\t# more\n\t", " \\\n   ", "\n\f    "]
)
VALUES = st.sampled_from(
    [
        "p",
        "'a.pt'",
        '"b), c"',
        "f'{a}{b}'",
        "f(x, y)",
        "(p)",
        "{'a': [1, (2,)]}",
        "lambda s, l: s",
        "a if b else c",
        "open(\n  p,\n  'rb')",
        "'''t\n)'''",
        "x[1:2, ...]",
        "r'\\'",
        "(\n    a\n    / b  # c\n)",
        "q.load(p,)",
        "-1j",
        "'é𝒳モ'",
    ]
)
WORDS = st.sampled_from(["map_location", "encoding", "f"])
FRAMES = st.sampled_from(
    [
        "x = {}",
        "if x:\n\ty = {}\n",
        "model.load_state_dict({}, strict=True)\n",
        "def g(p={}): pass",
        "s = 'ü'; {}; t = 1  # {{",
        "a = [{}\n   for b in c]\n",
        "@deco({})\nclass A: pass",
        "(\n  {}\n)['k']",
        "with {} as f: pass",
        "x = '''\n''', {}, '#'\n",
    ]
)


@st.composite
def calls(draw: st.DrawFn) -> str:
    """A call as people lay it out, and as nobody does."""
    arguments = [draw(VALUES)]
    arguments += [
        f"{word}{draw(GAPS)}={draw(GAPS)}{draw(VALUES)}" for word in draw(st.lists(WORDS, unique=True, max_size=3))
    ]
    if draw(st.booleans()):
        standing = draw(st.sampled_from(["weights_only=False", "weights_only = None", "weights_only=(0)", "mmap=True"]))
        arguments.insert(draw(st.integers(1, len(arguments))), standing)
    if draw(st.integers(0, 9)) == 0:
        arguments.append("**{'pickle_module': None}" if draw(st.booleans()) else "**{'encoding': 'a', 'b': 1}")
    text = f"torch{draw(st.sampled_from(['', ' ', ' ']))}.load{draw(GAPS)}("
    for index, argument in enumerate(arguments):
        last = index == len(arguments) - 1
        comma = draw(st.booleans()) if last else True
        text += draw(BREAKS) + argument + draw(GAPS) + (draw(BREAKS) + "," if comma else "")
    return text + draw(BREAKS) + ")"


def comments(text: str) -> list[str]:
    lines = iter(text.splitlines(keepends=True))
    return [t.string for t in tokenize.generate_tokens(lambda: next(lines, "")) if t.type == tokenize.COMMENT]


@settings(max_examples=400, deadline=None)
@given(
    call=calls(),
    frame=FRAMES,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "cp1251", "euc_jp", "gb18030"]),
    mmap=st.booleans(),
)
def test_only_the_keywords_are_new(call: str, frame: str, end: str, encoding: str, mmap: bool) -> None:
    coding = "" if encoding.startswith("utf-8") else f"# coding: {encoding}\n"
    text = coding + frame.replace("{}", call).replace("{{", "{")
    try:
        ast.parse(text)
        data = text.replace("\n", end).encode(encoding)
    except (SyntaxError, UnicodeEncodeError):
        assume(False)
    source = read_file("a.py", data)
    assert not isinstance(source, Unreadable)
    tree = ast.parse(source.text)
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "torch.load"]
    assert len(found) == 1
    edits = rewrite(source, found[0], weights_only=True, mmap=mmap)
    if edits is None:
        assert "**{'pickle_module'" in call
        return
    assert prove(source, tree, edits=edits, expected=[Expected(found[0], weights_only=True, mmap=mmap)]) == ""
    after = apply_edits(data, edits)
    # Taking out what was put in gives the old bytes back: nothing else moved.
    back = bytearray(after)
    for edit in sorted(edits, key=lambda e: e.start):
        assert after.count(b"weights_only") == 1
        length = len(edit.text.encode())
        assert bytes(back[edit.start : edit.start + length]) == edit.text.encode()
        back[edit.start : edit.start + length] = data[edit.start : edit.end]
    assert bytes(back) == data
    new = read_file("a.py", after)
    assert not isinstance(new, Unreadable)
    assert comments(new.text.replace("\r\n", "\n").replace("\r", "\n")) == comments(text)
    again = [
        n for n in ast.walk(ast.parse(new.text)) if isinstance(n, ast.Call) and ast.unparse(n.func) == "torch.load"
    ]
    assert rewrite(new, again[0], weights_only=True, mmap=mmap) is None


@settings(max_examples=60, deadline=None)
@given(call=calls(), data=st.binary(max_size=40))
def test_random_bytes_around_a_call_never_crash(call: str, data: bytes) -> None:
    whole = data + b"\nx = " + call.encode() + b"\n" + data
    source = read_file("a.py", whole)
    if isinstance(source, Unreadable):
        return
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            edits = rewrite(source, node, weights_only=True, mmap=True)
            if edits:
                assert prove(source, tree, edits=edits, expected=[Expected(node, weights_only=True, mmap=True)]) == ""
