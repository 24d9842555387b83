"""What a run costs, counted by the server: `docs/requests.md` is this test's own table, and its limits are the card's.

`LOADGUARD_WRITE_DOCS=1` writes the page anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli.action import policy_maker
from bot.settings import read_settings
from tests.fake_github import FakeGitHub
from tests.github_stories import HARMLESS, QUIET, UNSAFE, Story, as_app, tell

PAGE = Path(__file__).parent.parent / "docs" / "requests.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"


def as_action(story: Story, *, fix: str = "pr") -> Story:
    """With the policies as the action reads them: the organisation's, the base's, `fix` from the workflow."""
    environ = {
        "GITHUB_API_URL": story.github.api_url,
        "GITHUB_SERVER_URL": story.github.web,
        "GITHUB_REPOSITORY": story.repository.slug,
        "INPUT_GITHUB-TOKEN": story.github.token.text,
        "INPUT_GITHUB-API-URL": story.github.api_url,
        "INPUT_FIX": fix,
        "INPUT_CHECKPOINTS": "off",
    }
    settings = read_settings(environ)
    owner = story.repository.slug.partition("/")[0]
    story.policy = lambda forge: policy_maker(settings, forge.beside(f"{owner}/.github"))  # type: ignore[attr-defined]
    return story


def moved(story: Story) -> None:
    """A force-push that only moves lines."""
    changed = {path: text.replace("import torch\n", "import torch\n\nX = 1\n") for path, text in UNSAFE.items()}
    story.github.commit(story.repository, changed, branch="feature", amend=True)


def mended(story: Story) -> None:
    story.github.commit(story.repository, {**QUIET, "pkg/run.py": None}, branch="feature")


def uploading(story: Story) -> Story:
    story.uploads = True
    return story


def without_fix(story: Story) -> Story:
    return as_action(story, fix="off")


def _once(story: Story, *, checkout: bool = True) -> None:
    story.play(checkout=checkout)


def _twice(story: Story, between: Callable[[Story], None] = lambda _: None, *, checkout: bool = True) -> None:
    story.play(checkout=checkout)
    between(story)
    story.github.forget()
    story.play(checkout=checkout)


def _push(story: Story, *, runs: int) -> None:
    for _ in range(runs):
        story.github.forget()
        story.play_push()


Steps = Callable[[Story], None]
ROWS: dict[str, tuple[str, int, Steps]] = {
    "quiet pull request, checkout with history": ("quiet", 2, _once),
    "quiet pull request, no checkout": ("quiet", 4, lambda s: _once(s, checkout=False)),
    "two findings, first run": ("unsafe", 8, _once),
    "two findings, first run, no checkout": ("unsafe", 8, lambda s: _once(s, checkout=False)),
    "the same commits again": ("unsafe", 1, _twice),
    "the same commits again, no checkout": ("unsafe", 2, lambda s: _twice(s, checkout=False)),
    "a force-push that only moves lines": ("unsafe", 8, lambda s: _twice(s, moved)),
    "the findings are gone": ("unsafe", 6, lambda s: _twice(s, mended)),
    "two findings, first run, an App": ("unsafe", 8, lambda s: _once(as_app(s))),
    "the same commits again, an App": ("unsafe", 1, lambda s: _twice(as_app(s))),
    "two findings, first run, SARIF upload": ("unsafe", 8, lambda s: _once(uploading(s))),
    "the same commits again, SARIF upload": ("unsafe", 2, lambda s: _twice(uploading(s))),
    "push to main, first run": ("push", 6, lambda s: _push(s, runs=1)),
    "push to main, again": ("push", 1, lambda s: _push(s, runs=2)),
    "push to main, `fix: off`": ("push", 1, lambda s: _push(without_fix(s), runs=1)),
}


def measure(name: str, folder: Path) -> tuple[list[str], list[str]]:
    """Every request of the row's last run, and those that wrote."""
    kind, _, steps = ROWS[name]
    with FakeGitHub() as github:
        told = {
            "quiet": {"after": HARMLESS},
            "unsafe": {},
            "push": {"before": UNSAFE, "after": {"README.md": "# More\n"}},
        }
        story = as_action(tell(github, folder, **told[kind]))
        github.forget()
        steps(story)
        return [_short(one) for one in story.requests], [str(one) for one in github.mutating]


def _short(request: str) -> str:
    return re.sub(r"\b[0-9a-f]{40}\b", "SHA", re.sub(r"\d{10}", "ID", request)).rsplit(" ", 1)[0]


def row(name: str, requests: list[str], writes: list[str]) -> str:
    return f"| {name} | {len(requests)} | {len(writes)} | {', '.join(f'`{one}`' for one in requests)} |\n"


@pytest.mark.parametrize("name", ROWS)
def test_what_a_run_costs(name: str, tmp_path: Path) -> None:
    requests, writes = measure(name, tmp_path)
    assert len(requests) <= ROWS[name][1], requests
    if "again" in name or name.startswith("quiet"):
        assert writes == []
    line = row(name, requests, writes)
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("LOADGUARD_WRITE_DOCS"):
        _write(page, name, line)
    else:
        assert line in page, f"docs/requests.md is out of date; it should say\n{line}"


def _write(page: str, name: str, line: str) -> None:
    head, rest = page.split(BEGIN)
    table, tail = rest.split(END)
    rows = {text.split(" | ")[0].removeprefix("| "): text for text in table.splitlines(keepends=True)}
    rows[name] = line
    ordered = [text for key, text in rows.items() if key not in ROWS] + [rows[key] for key in ROWS if key in rows]
    PAGE.write_text(head + BEGIN + "".join(ordered) + END + tail, encoding="utf-8")
