"""Folders on disk: everything odd a tree can hold, and none of it read outside or silently left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.edge.tree import MAX_FILE, TreeFiles, read_file, walk_tree
from bot.model import Unreadable

ROOT_IS_ME = os.geteuid() == 0


def python(path: str) -> bool:
    return path.endswith(".py")


def make(root: Path, *paths: str) -> None:
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path, encoding="utf-8")


def test_files_are_listed_once_in_order_and_read_when_asked(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a/z.py", "a/b/c.py", "a.py", "note.txt")
    files = TreeFiles(tmp_path, walk_tree(tmp_path, wants=python))
    assert sorted(files) == ["a.py", "a/b/c.py", "a/z.py", "b.py"]
    assert files["a/z.py"] == b"a/z.py" and len(files) == 4 and not files.unreadable
    with pytest.raises(KeyError):
        files["note.txt"]


def test_environments_and_caches_hold_nobodys_code(tmp_path: Path) -> None:
    make(
        tmp_path,
        ".git/a.py",
        ".venv/a.py",
        "node_modules/a.py",
        "x/__pycache__/a.py",
        "env/pyvenv.cfg",
        "env/lib/a.py",
        "venvs/a.py",
    )
    assert list(walk_tree(tmp_path, wants=python).sizes) == ["venvs/a.py"]


def test_a_nested_repository_is_another_project(tmp_path: Path) -> None:
    make(tmp_path, "third/.git", "third/a.py", "mine.py")
    walk = walk_tree(tmp_path, wants=python)
    assert list(walk.sizes) == ["mine.py"]
    assert walk.notices == ["third: another repository or a submodule, not scanned"]


def test_links_are_not_followed_out(tmp_path: Path) -> None:
    make(tmp_path / "tree", "real.py", "pkg/real.py")
    make(tmp_path, "secret.py", "outside/a.py")
    for name, target in {
        "in.py": "real.py",
        "in_folder": "pkg",
        "out.py": "../secret.py",
        "out_folder": "../outside",
        "loop": ".",
        "dangling.py": "../nowhere.py",
        "up.txt": "../secret.py",
    }.items():
        (tmp_path / "tree" / name).symlink_to(target)
    walk = walk_tree(tmp_path / "tree", wants=python)
    assert sorted(walk.sizes) == ["pkg/real.py", "real.py"]
    assert sorted(walk.unreadable) == ["dangling.py", "out.py"]
    assert walk.notices == ["out_folder: a link to a folder outside the tree, not followed"]


def test_a_file_that_became_a_link_meanwhile_is_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "tree/a.py", "secret")
    files = TreeFiles(tmp_path / "tree", walk_tree(tmp_path / "tree", wants=python))
    (tmp_path / "tree" / "a.py").unlink()
    (tmp_path / "tree" / "a.py").symlink_to("../secret")
    assert files["a.py"] == b"" and "a.py" in files.unreadable


def test_a_pipe_is_no_file_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert walk_tree(tmp_path, wants=python).unreadable == {"pipe.py": "not a regular file"}
    assert read_file(tmp_path, "pipe.py") == Unreadable("pipe.py", "not a regular file")


def test_a_huge_file_is_named_and_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.py").open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with (tmp_path / "edge.py").open("wb") as file:
        file.truncate(MAX_FILE)
    walk = walk_tree(tmp_path, wants=python)
    assert list(walk.sizes) == ["edge.py"]
    assert "more than the limit" in walk.unreadable["huge.py"]
    grown = read_file(tmp_path, "huge.py")
    assert isinstance(grown, Unreadable) and "20,971,521 bytes" in grown.reason


@pytest.mark.skipif(ROOT_IS_ME, reason="root reads everything")
def test_what_may_not_be_read_is_a_value(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "shut/b.py")
    (tmp_path / "a.py").chmod(0)
    (tmp_path / "shut").chmod(0)
    try:
        walk = walk_tree(tmp_path, wants=python)
        files = TreeFiles(tmp_path, walk)
        assert files["a.py"] == b""
        assert "permission denied" in files.unreadable["a.py"]
        assert "permission denied" in files.unreadable["shut"]
    finally:
        (tmp_path / "shut").chmod(0o700)


def test_a_file_that_vanishes_is_a_value(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    files = TreeFiles(tmp_path, walk_tree(tmp_path, wants=python))
    (tmp_path / "a.py").unlink()
    assert files["a.py"] == b"" and "no such file" in files.unreadable["a.py"]


@pytest.mark.parametrize("name", [b"\xff.py", b"new\nline.py", b"-rf.py", b"a b.py", "größe.py".encode()])
def test_any_name_works(tmp_path: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    files = TreeFiles(tmp_path, walk_tree(tmp_path, wants=python))
    assert [os.fsencode(path) for path in files] == [name]
    assert files[os.fsdecode(name)] == b"x"


def test_a_name_with_a_nul_is_a_value(tmp_path: Path) -> None:
    assert isinstance(read_file(tmp_path, "a\0.py"), Unreadable)


def test_deep_folders_do_not_end_the_walk(tmp_path: Path) -> None:
    here = tmp_path
    for _ in range(300):
        here = here / "d"
    here.mkdir(parents=True)
    (here / "a.py").write_text("x", encoding="utf-8")
    assert len(walk_tree(tmp_path, wants=python).sizes) == 1
