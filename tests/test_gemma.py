"""google/gemma_pytorch before its own fix, commit 6d83808: LOADGUARD_GEMMA names a checkout of that commit's parent.

Nothing of it is kept here. `tests/test_activities_local.py` has its shape, for everyone.
"""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.main import run
from tests.fake_github import FakeGitHub
from tests.github_stories import tell
from tests.stage import Stage
from tests.test_plan_review import suggestion_in

GEMMA = os.environ.get("LOADGUARD_GEMMA", "")
THEIRS = {
    "gemma/model.py": (
        "torch.load(model_path, mmap=True)[",
        "torch.load(\n                model_path, mmap=True, weights_only=True,\n            )[",
    ),
    "gemma/model_xla.py": ("torch.load(model_path)\n", "torch.load(model_path, weights_only=True)\n"),
}
"""What the maintainers changed, as they wrote it; `git show 6d83808` has no other line."""

pytestmark = pytest.mark.skipif(not GEMMA, reason="LOADGUARD_GEMMA names no checkout of gemma_pytorch before 6d83808")


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


def files() -> dict[str, str]:
    """The text files of the checkout."""
    found = {}
    for path in sorted(Path(GEMMA).rglob("*")):
        if path.is_file() and ".git" not in path.parts and b"\0" not in path.read_bytes():
            found[path.relative_to(GEMMA).as_posix()] = path.read_text(encoding="utf-8")
    return found


def maintained(path: str) -> str:
    """The file as the maintainers left it."""
    before, after = THEIRS[path]
    text = files()[path]
    assert text.count(before) == 1, f"LOADGUARD_GEMMA is no checkout of the parent of 6d83808: {path} differs"
    return text.replace(before, after)


def same_tree(ours: str, theirs: str) -> bool:
    return ast.dump(ast.parse(ours)) == ast.dump(ast.parse(theirs))


def test_fix_changes_what_the_maintainers_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "gemma"
    shutil.copytree(GEMMA, root, ignore=shutil.ignore_patterns(".git"))
    monkeypatch.chdir(root)
    run(["fix"])
    capsys.readouterr()
    changed = {path for path, text in files().items() if (root / path).read_text(encoding="utf-8") != text}
    assert changed == set(THEIRS)
    for path in changed:
        assert same_tree((root / path).read_text(encoding="utf-8"), maintained(path))


def test_one_review_with_two_suggestions_and_a_fix_pull_request(github: FakeGitHub, tmp_path: Path) -> None:
    story = tell(github, tmp_path, before={"README.md": "# Gemma\n"}, after=files())
    story.play()
    (review,) = story.pull.reviews
    assert review.state == "COMMENTED"
    suggested = {thread.path: suggestion_in(thread.comments[0].body) for thread in story.pull.threads}
    assert set(suggested) == set(THEIRS) and all(suggested.values())
    fix = story.repository.pulls[2]
    git = story.repository.git
    assert git.run("diff", "--name-only", "feature", fix.head_ref).decode().split() == sorted(THEIRS)
    for path in THEIRS:
        assert same_tree(git.run("show", f"{fix.head_ref}:{path}").decode(), maintained(path))
    github.forget()
    story.play()
    assert not github.mutating


def test_on_push_the_default_branch_gets_the_same_fix(github: FakeGitHub, tmp_path: Path) -> None:
    stage = Stage(github, github.create_repository(files()), tmp_path)
    stage.push()
    for path in THEIRS:
        assert same_tree(stage.text("loadguard/weights-only", path), maintained(path))
