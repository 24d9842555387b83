"""The page brings everything it needs, admits nothing else, and says what the repository wrote as text only."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bot.model import Report
from bot.report.html import render_html
from tests.report_samples import HOSTILE, ORDINARY, SAFE, read, read_hostile

DOCUMENTATION = {"LG001": "`torch.load` without `weights_only`.\n\n<b>Why</b>.\n"}
ORDINARY_PAGE = render_html(ORDINARY, documentation=DOCUMENTATION, read=read)
HOSTILE_PAGE = render_html(HOSTILE, documentation=DOCUMENTATION, read=read_hostile)
EMPTY_PAGE = render_html(Report(".", 0, ()), documentation={}, read=read)


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def tags(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


@pytest.mark.parametrize("page", [ORDINARY_PAGE, HOSTILE_PAGE, EMPTY_PAGE], ids=["ordinary", "hostile", "empty"])
def test_the_page_refers_to_nothing_outside_and_admits_only_its_own_script(page: str) -> None:
    elements = Elements(page)
    for tag, attributes in elements.found:
        assert not {"src", "href", "srcset", "style", "action"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag not in {"a", "img", "iframe", "object", "embed", "link", "base"}
    assert len(elements.tags("script")) == 1
    policy = next(each["content"] for each in elements.tags("meta") if "http-equiv" in each) or ""
    assert policy.startswith("default-src 'none'; ")
    for tag in ("script", "style"):
        text = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_every_finding_can_be_filtered() -> None:
    articles = Elements(ORDINARY_PAGE).tags("article")
    assert [each["data-rule"] for each in articles] == ["LG001", "LG002", "LG001", "LG006"]
    assert [each["data-severity"] for each in articles] == ["error", "warning", "error", "note"]
    assert [each["data-fix"] for each in articles] == ["safe", "none", "none", "none"]
    assert [each["data-new"] for each in articles] == ["yes", "no", "yes", "yes"]
    names = {each.get("name") for tag in ("input", "select") for each in Elements(ORDINARY_PAGE).tags(tag)}
    assert names == {"search", "severity", "rule", "fix", "fresh"}


def test_the_page_shows_call_fix_evidence_and_checkpoints() -> None:
    assert "<mark>torch.load(&quot;w.pt&quot;, map_location=&quot;cpu&quot;)</mark>" in ORDINARY_PAGE
    assert "<ins>+     model.load_state_dict(" in ORDINARY_PAGE
    assert "<b>save</b> saved as a state dict (train.py:9)" in ORDINARY_PAGE
    assert "Save <code>model.state_dict()</code> instead" in ORDINARY_PAGE
    assert "<td class=good>loadable" in ORDINARY_PAGE
    assert "<td class=bad>dangerous" in ORDINARY_PAGE
    assert "&lt;b&gt;Why&lt;/b&gt;" in ORDINARY_PAGE
    assert "No findings." in EMPTY_PAGE


def test_new_is_said_only_where_it_tells_findings_apart() -> None:
    assert ">new</span>" in ORDINARY_PAGE
    assert ">new</span>" not in render_html(Report(".", 1, (SAFE,)), documentation={}, read=read)


def test_hostile_text_is_text() -> None:
    assert "<script>alert" not in HOSTILE_PAGE
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e\u2066\ud800-\udfff]", HOSTILE_PAGE)
    assert any("<script>alert(1)</script>" in each for each in Elements(HOSTILE_PAGE).texts)


def test_a_page_of_two_thousand_findings_stays_small() -> None:
    many = tuple(replace(SAFE, line=5, path=f"p{n}.py") for n in range(2_000))
    page = render_html(Report(".", 2_000, many), documentation={}, read=lambda _: read("read.py"))
    assert len(page) < 3_000_000
