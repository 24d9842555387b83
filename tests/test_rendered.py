"""Everything we write on GitHub, rendered by GitHub's own Markdown (cmark-gfm), out of a repository that means harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from bot.plan.suggestion import Suggestion, apply_suggestion
from bot.report.markdown import render_markdown
from tests.fake_github import FakeGitHub
from tests.github_stories import Story, many, tell
from tests.test_plan_review import suggestion_in

EVIL = "pkg/@octo `x` | <!-- loadguard:summary --> #1 <img src=x> [a](https:/evil.example) ~b~.py"
TICKS = "import torch\n\n\ndef fit(net):\n    net.load_state_dict(torch.load('a', map_location={'```': '`````suggestion'}))\n"
FILES = {
    EVIL: "import torch\n\n\ndef fit(net):\n    net.load_state_dict(torch.load('net.pt'))\n",
    "pkg/back_quotes.py": TICKS,
    "pkg/run.py": "import torch\n\n\ndef run():\n    model = torch.load('</details>|@me')\n    return model.eval()\n",
    "pkg/bro\nken.py": "import torch\ntorch.load(x\n",
    "pkg/many.py": many(25),
    "requirements.txt": "torch>=2.3\n",
}
OURS = {"p", "strong", "code", "pre", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4"}
OURS |= {"details", "summary", "em", "blockquote"}
ALIVE = re.compile(r"[@#]\w|\bGH-\d|https?://|www\.")
"""What GitHub's filters turn into mentions, references and links, outside code."""


@dataclass
class Page(HTMLParser):
    """What a person would see: elements, blocks of code by language, tables as rows of cells, and text out of code."""

    html: str
    elements: set[str] = field(default_factory=set)
    blocks: list[tuple[str, str]] = field(default_factory=list)
    tables: list[list[int]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.within.append(tag)
        if tag == "pre":
            self.blocks.append((dict(attrs).get("lang") or "", ""))
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append(0)
        elif tag in ("td", "th"):
            self.tables[-1][-1] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.within and self.within.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "pre" in self.within:
            language, text = self.blocks[-1]
            self.blocks[-1] = (language, text + data)
        elif "code" not in self.within:
            self.text += data


def render(body: str) -> Page:
    page = Page(cmarkgfm.github_flavored_markdown_to_html(body, options=Options.CMARK_OPT_UNSAFE))
    assert not page.within, f"never closed: {page.within}"
    assert page.elements <= OURS, page.elements - OURS
    assert not ALIVE.search(page.text.replace("http://server", "")), ALIVE.findall(page.text)
    for rows in page.tables:
        assert len(set(rows)) == 1, "a row that is wider or narrower than its table"
    return page


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Story]:
    with FakeGitHub() as github:
        story = tell(github, tmp_path, after=FILES)
        story.play()
        yield story


def test_what_we_write_on_a_pull_request(told: Story) -> None:
    (review,), (summary,) = told.pull.reviews, told.pull.comments
    folded = render(review.body)
    assert {"details", "summary"} <= folded.elements, "what found no place inline is folded"
    assert sum(map(len, folded.tables)) - len(folded.tables) + len(told.pull.threads) >= 29
    assert len(render(summary.body).tables) == 2, "findings, and the file that could not be read"
    for thread in told.pull.threads:
        body = thread.comments[0].body
        page, offered = render(body), suggestion_in(body)
        assert page.blocks == ([("suggestion", f"{offered}\n")] if offered else [])


def test_a_suggestion_with_back_quotes_is_what_github_applies(told: Story) -> None:
    (thread,) = [each for each in told.pull.threads if each.path == "pkg/back_quotes.py"]
    ((language, text),) = render(thread.comments[0].body).blocks
    assert (language, thread.start_line, thread.line) == ("suggestion", None, 5)
    fixed = apply_suggestion(TICKS, Suggestion(5, 5, text.removesuffix("\n")))
    assert fixed == TICKS.replace("suggestion'})", "suggestion'}, weights_only=True)")


def test_the_body_of_a_fix_pull_request(told: Story) -> None:
    (fix,) = [each for each in told.repository.pulls.values() if each.head_ref.startswith("loadguard/")]
    page = render(fix.body)
    assert len(page.tables) == 3, "what is changed, what is left, what could not be read"
    assert len(page.tables[0]) == 28, "27 fixes and the head of the table"


def test_the_job_summary(told: Story, tmp_path: Path) -> None:
    report = told.play(forge=told.forge()).report
    page = render(render_markdown(report, read=lambda path: FILES.get(path, "").encode() or None))
    assert [language for language, _ in page.blocks].count("diff") == 27
