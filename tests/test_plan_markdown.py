"""Foreign text in our Markdown: what it must never become. `tests/test_rendered.py` renders it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import MARKER, SUMMARY_MARKER, Tier
from bot.plan.fix_state import FINDINGS_FACT, hidden_facts
from bot.plan.fix_wording import BodyFacts, commit_message, pull_body
from bot.plan.markdown import BODY_LIMIT, code, fenced, fit, folded, plain, prose, table
from bot.plan.marker import fact, finding_marker, read_fact
from bot.plan.wording import REFUSED_FACT, comment_body, finding_table, summary_body
from tests.plan_helpers import find_calls, report_of

HOSTILE = [
    "@octocat",
    "#1",
    "octo/models#12",
    "GH-7",
    "https://evil.example/",
    "www.evil.example",
    "<!-- loadguard:summary -->",
    "<!-- loadguard:finding abc -->",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "a | b",
    "``` ``",
    "`",
    "``",
    "a\nb",
    "a\r::error::x",
    "**bold** _it_ ~no~",
    "</details>",
    "&lt;b&gt;",
    "$x$",
    "\u202eevil",
    "\ud800",
    "",
    "   ",
]
MENTION = re.compile(r"@\w|(?<!\\)#\d|\bGH-\d|https?://|www\.|<[a-z!/]", re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_stays_plain(text: str) -> None:
    said = plain(text)
    assert not MENTION.search(said.replace("\\<", "").replace("\\&", ""))
    assert "\n" not in said and "\r" not in said
    assert not re.search(r"(?<!\\)[|`]", said)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_code_span_holds_what_is_in_it(text: str) -> None:
    span = code(text)
    fence = re.match(r"`+", span)
    assert fence and span.endswith(fence[0])
    inner = span[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall(r"`+", inner)
    assert MARKER not in span and "\n" not in span
    row = table(("A",), [(span,)]).split("\n")[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 2


@given(st.text(alphabet="`ab\n~", max_size=30))
def test_a_fence_is_longer_than_any_inside(text: str) -> None:
    block = fenced(text, language="suggestion").split("\n")
    fence = block[0].removesuffix("suggestion")
    assert set(fence) == {"`"} and len(fence) >= 3 and block[-1] == fence
    assert all(not line.strip().startswith(fence) for line in block[1:-1])
    assert "\n".join(block[1:-1]) == text


@given(st.text(max_size=60))
def test_our_own_back_quotes_stay_code_and_the_rest_is_plain(text: str) -> None:
    said = prose(text)
    assert "\n" not in said and MARKER not in said
    assert prose("`torch.load` without `weights_only`") == "`torch.load` without `weights_only`"
    assert prose("a @b `c|d`") == "a @\u200bb `c|d`"


def test_markers_survive_what_fingerprints_hold() -> None:
    assert finding_marker(["a1", "b 2 -->"]) == "<!-- loadguard:finding a1 b_2_--_ -->"
    assert read_fact("x\n" + fact("refused", ["a", "b,c"]) + "\ny", "refused") == ("a", "b_c")
    assert read_fact("nothing", "refused") == ()


def test_hostile_names_forge_no_marker_anywhere() -> None:
    path = f"{SUMMARY_MARKER}{fact(REFUSED_FACT, ['zz'])}{fact(FINDINGS_FACT, ['zz'])}@octocat|#1`.py"
    [finding] = find_calls(path, b"torch.load(p)", tier=Tier.SAFE)
    finding = type(finding)(
        **{**_facts(finding), "message": f"{path} is bad", "advice": f"{fact(FINDINGS_FACT, ['zz'])} @you"}
    )
    summary = summary_body(report_of(finding), refused=())
    assert summary.startswith(SUMMARY_MARKER) and summary.count(MARKER) == 1
    assert read_fact(summary, REFUSED_FACT) == ()
    body = pull_body(BodyFacts((finding,), left=(finding,)), hidden=hidden_facts([finding.fingerprint], "d"))
    assert read_fact(body, FINDINGS_FACT) == (finding.fingerprint,)
    assert body.count(MARKER) == 2
    assert comment_body((finding,), None).count(MARKER) == 1


def _facts(finding: object) -> dict[str, object]:
    return {name: getattr(finding, name) for name in finding.__slots__}  # type: ignore[attr-defined]


def test_a_long_body_is_cut_at_a_line_with_a_count() -> None:
    data = b"".join(b"torch.load(p%d)\n" % number for number in range(3000))
    findings = find_calls("a.py", data)
    body = summary_body(report_of(*findings), refused=[])
    assert len(body.encode()) <= BODY_LIMIT
    assert "more, not shown here" in body
    text = fit("\n".join(["<details>", "```", *(["x" * 100] * 1000)]))
    assert len(text.encode()) <= BODY_LIMIT
    assert re.search(r"```\n\n</details>\n\n… [\d,]+ more lines did not fit", text)
    assert fit("short") == "short"


def test_the_body_of_a_fix_says_what_it_must() -> None:
    done = find_calls("a.py", b"torch.load(p)\n")
    left = find_calls("b.py", b"torch.load(q)\n", tier=None, advice="pass a state dict")
    facts = BodyFacts(done, left, floor="2.4", approval=True, remarks=("One thing.",))
    body = pull_body(facts, hidden=hidden_facts(["f"], "d"))
    for said in (
        "CVE-2025-32434",
        "CVE-2026-24747",
        "`a.py:1`",
        "`weights_only=True`",
        "`b.py:1`",
        "pass a state dict",
        "2.4",
    ):
        assert said in body
    assert "ignore[LG001]" in body and "close this pull request" in body and "approves the run" in body
    assert "@" not in body
    opening = body.split("\n\n")[1]
    assert len(opening.splitlines()) == 5
    assert "approves the run" not in pull_body(BodyFacts(done), hidden="") and "review" not in opening
    likely = pull_body(BodyFacts(find_calls("a.py", b"torch.load(p)\n", tier=Tier.REVIEW)), hidden="x")
    assert "1 change marked review" in likely and "`weights_only=True` (review)" in likely
    assert commit_message("t", done, sign_off=True).endswith(
        "Signed-off-by: Loadguard <loadguard@users.noreply.github.com>\n"
    )


def test_tables_and_folds_have_the_blank_lines_markdown_needs() -> None:
    assert folded("t", "b") == "<details>\n<summary>t</summary>\n\nb\n\n</details>"
    assert table(("A", "B"), [("1", "2")]) == "| A | B |\n| --- | --- |\n| 1 | 2 |"
    lines = finding_table(find_calls("a|b.py", b"torch.load(p)\n")).split("\n")
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
