"""The index of words answers as a search through every file would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.scan.project import INDEX_AFTER, Project
from bot.scan.words import Words, imported_words

texts = st.lists(st.text(alphabet="abAB_0 .(\né\x0c", max_size=40).map(str.encode), max_size=6)
pieces = st.text(alphabet="abAB_0.é", min_size=1, max_size=4).map(str.encode)


@given(texts, st.lists(pieces, min_size=1, max_size=8))
def test_as_a_search_would(contents: list[bytes], asked: list[bytes]) -> None:
    files = [(f"{number}.py", data) for number, data in enumerate(contents)]
    words = Words(files)
    for piece in asked:
        held = words.holders(piece)
        if held is None:
            assert b"." in piece
        else:
            assert held == {path for path, data in files if piece in data}


def test_a_project_answers_the_same_before_and_after() -> None:
    files = {f"f{n}.py": f"load_{n} = torch.load_{n % 7}(x)\n".encode() for n in range(50)}
    asked = [f"oad_{n}".encode() for n in range(INDEX_AFTER)] + [b"load_3", b"torch.load", b"oad_4", b"nowhere"]
    project = Project(files)
    for piece in asked:
        assert project.containing(piece) == tuple(sorted(path for path, data in files.items() if piece in data))


def test_an_import_that_is_never_closed_is_read_at_once() -> None:
    """A pattern that could end a comment anywhere tried them all: two real files were given up after a minute."""
    unclosed = b"# import (as for the old layout\n" + b"#### x\n" * 2_000
    assert b"layout" in imported_words(unclosed)
    assert imported_words(b"from a import (b,  # not c)\n    d,\n)\ne = 1\n") >= {b"a", b"b", b"d"}
