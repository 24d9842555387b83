"""A sweep's tables, data, Markdown and page: what they say, and that a hostile state can make nothing else of them."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from argparse import Namespace
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.activities.sweep_report import add_up, report
from bot.cli.context import Context
from bot.cli.sweep_report import sweep_report
from bot.edge.files import replace_file
from bot.edge.runner import Console
from bot.edge.store import Store
from bot.errors import UsageError
from bot.model.sweep import Progress, Repository, Row, Standing, Sweep
from bot.report.sweep.data import render_sweep_json
from bot.report.sweep.entry import read_entry
from bot.report.sweep.html import RuleText, render_sweep_html
from bot.report.sweep.links import finding_link, forge_address
from bot.report.sweep.markdown import render_sweep_markdown
from bot.report.sweep.overview import Overview, make_overview
from bot.report.sweep.stored import stored_report
from bot.report.sweep.tables import harmless, render_findings_csv, render_repositories_csv
from tests.report_samples import HOSTILE, ORDINARY, read, read_hostile
from tests.sweep_samples import EVIL, hostile_rows, sample_rows, sample_sweeps, write_state
from tests.test_report_json import closed, schema

WEB = "https://github.com"
RULES = {"LG001": RuleText("missing-weights-only", "`torch.load`.\n\n<b>Why</b>."), "LG004": RuleText("x", "y")}
ROWS = list(sample_rows(300))
SAMPLE = make_overview(ROWS, sample_sweeps(ROWS), web=WEB)
FORGED = make_overview(hostile_rows(), [Sweep(3, EVIL, EVIL, (f"org:{EVIL}",))], web=WEB)
EMPTY = make_overview([], [Sweep(1, "2026-11-24T01:17:00Z")], web=WEB)
ALL = pytest.mark.parametrize("overview", [SAMPLE, FORGED, EMPTY], ids=["sample", "forged", "empty"])


@ALL
def test_json_is_valid_and_describes_every_field(overview: Overview) -> None:
    jsonschema.Draft202012Validator.check_schema(schema("sweep"))
    text = render_sweep_json(overview)
    assert text.isascii()
    jsonschema.validate(json.loads(text), closed(schema("sweep")), cls=jsonschema.Draft202012Validator)


def test_the_sums_agree_with_the_rows() -> None:
    data = json.loads(render_sweep_json(SAMPLE))
    summary, listed = data["summary"], data["repositories"]
    found = [(each, entry) for entry in listed for each in entry["findings"]]
    assert summary["repositories"] == len(ROWS) == sum(summary["by_progress"].values())
    assert summary["findings"] == len(found) == sum(summary["by_rule"].values()) == data["trend"][-1]["findings"] > 300
    assert summary["errors"] + summary["warnings"] + summary["notes"] == len(found)
    assert summary["fixable"]["safe"] == sum(bool(each["fix"]) and each["fix"]["tier"] == "safe" for each, _ in found)
    assert summary["pull_requests"]["merged"] == sum(e["pull_request"]["standing"] == "merged" for e in listed)
    errors = [sum(each["severity"] == "error" for each in entry["findings"]) for entry in listed]
    assert errors == sorted(errors, reverse=True)
    assert [each["sweep"] for each in data["trend"]] == list(range(1, 46))


def test_a_finding_is_linked_at_the_commit_that_was_scanned() -> None:
    entry = next(each for each in SAMPLE.entries if each.findings)
    found = entry.findings[0]
    assert finding_link(WEB, entry, found) == f"{WEB}/{entry.slug}/blob/{entry.commit}/{found.path}#L{found.line}"
    assert finding_link(WEB, entry, replace(found, path="a dir/ü#?.py", line=0)).endswith("/a%20dir/%C3%BC%23%3F.py")
    assert finding_link(WEB, entry, replace(found, cell=3)).endswith(found.path)
    for path in ("../../x", "a//b", "./a", "", "/etc/passwd"):
        assert finding_link(WEB, entry, replace(found, path=path)) == ""
    for bad in (replace(entry, commit="main"), replace(entry, slug="a/.."), replace(entry, slug="a/b/c")):
        assert finding_link(WEB, bad, found) == ""


@pytest.mark.parametrize(
    ("web", "kept"),
    [
        ("https://github.com", "https://github.com"),
        ("http://ghe.example:8443/", "http://ghe.example:8443"),
        ("https://host/path/", "https://host/path"),
        ("javascript:alert(1)", ""),
        ("https://user@evil.example", ""),
        ('https://x"><script>', ""),
        ("//github.com", ""),
        ("", ""),
    ],
)
def test_only_a_web_address_is_linked_to(web: str, kept: str) -> None:
    assert forge_address(web) == kept


def test_a_skipped_repository_shows_no_findings_and_a_failed_one_keeps_its_last() -> None:
    row = next(each for each in ROWS if each.scan and each.scan.report["findings"])
    assert read_entry(replace(row, progress=Progress.SKIPPED)).findings == ()
    failed = read_entry(replace(row, progress=Progress.FAILED, reason="404: gone"))
    assert (len(failed.findings) > 0, failed.reason) == (True, "404: gone")


def test_a_level_that_nobody_knows_is_the_loudest() -> None:
    assert {each.severity for each in FORGED.entries[0].findings} == {"error"}
    assert FORGED.figures.errors == 6


def test_a_running_sweep_is_dated_by_its_latest_scan() -> None:
    rows = [*ROWS, Row(Repository("R_w", "acme/waiting"), Progress.WAITING)]
    overview = make_overview(rows, [Sweep(2, "2026-11-01T00:00:00Z")], web=WEB)
    assert overview.moment == max(each.scan.at for each in ROWS if each.scan)
    assert "not finished" in render_sweep_markdown(overview)
    assert "not finished" in render_sweep_html(overview, rules=RULES)


def test_a_sweep_that_was_broken_off_is_no_point_of_the_trend() -> None:
    newest, *past = sample_sweeps(ROWS, nights=4)
    overview = make_overview(ROWS, [newest, replace(past[0], finished="", by_rule={}), *past[1:]], web=WEB)
    assert [each.number for each in overview.trend] == [1, 2, 4]


def test_a_report_notes_what_the_sweep_came_to(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    store.put_plan(Sweep(1, "2026-11-23T01:00:00Z"), [replace(each, progress=Progress.WAITING) for each in ROWS[:20]])
    first = add_up(store, web=WEB)
    assert (first.finished, store.sweep()) == (
        False,
        replace(Sweep(1, first.moment), counts={"waiting": 20}, published=first.standings),
    )
    for row in ROWS[:20]:
        store.scanned(
            row.repository.id, replace(ROWS_SCAN, at="2026-11-23T02:00:00Z", report=row.scan.report if row.scan else {})
        )
    second = add_up(store, web=WEB)
    ended = store.sweep()
    assert ended is not None
    assert (ended.finished, ended.counts) == ("2026-11-23T02:00:00Z", {"scanned": 20})
    assert sum(ended.by_rule.values()) == second.figures.findings > 0
    store.put_plan(Sweep(2, "2026-11-24T01:00:00Z"), ROWS[:20])
    assert add_up(store, web=WEB).trend[0].findings == second.figures.findings
    store.close()


# -- tables --------------------------------------------------------------------------------------------------------


def table(text: str) -> list[list[str]]:
    assert text.replace("\r\n", "").count("\n") == text.replace("\r\n", "").count("\r") == 0
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_the_tables_hold_every_repository_and_every_finding() -> None:
    head, *lines = table(render_repositories_csv(SAMPLE))
    assert len(lines) == len(ROWS)
    assert {len(each) for each in lines} == {len(head)}
    assert sum(int(each[head.index("findings")]) for each in lines) == SAMPLE.figures.findings
    head, *lines = table(render_findings_csv(SAMPLE))
    assert len(lines) == SAMPLE.figures.findings
    first = dict(zip(head, lines[0], strict=True))
    found = SAMPLE.entries[0].findings[0]
    assert (first["rule"], first["path"], first["line"]) == (found.rule, found.path, str(found.line))
    assert first["url"].startswith(f"{WEB}/{SAMPLE.entries[0].slug}/blob/")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", " \n=1+1", "＝1+1", '=HYPERLINK("x")', "'=1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text)[0] == "'"


@pytest.mark.parametrize("text", ["plain", "a=b", "torch.load(x)", "", "é"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_hostile_tables_keep_their_shape() -> None:
    for text in (render_repositories_csv(FORGED), render_findings_csv(FORGED)):
        head, *lines = table(text)
        assert len(lines) in (4, 6)
        assert {len(each) for each in lines} == {len(head)}
        assert not [cell for line in lines for cell in line if cell[:1] and cell[0] in "=+-@\t\r"]
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202e\u2066\u2028\ud800-\udfff]", text)


# -- Markdown ------------------------------------------------------------------------------------------------------


def test_markdown_is_short_and_names_the_worst() -> None:
    text = render_sweep_markdown(SAMPLE)
    assert len(text) < 20_000
    assert f"{SAMPLE.figures.findings:,} findings in {SAMPLE.figures.affected:,} of 300 repositories" in text
    owner, _, name = SAMPLE.entries[0].slug.partition("/")
    assert re.search(rf"\[{owner}/{name}\]\({WEB}/{SAMPLE.entries[0].slug}\)", text.replace("\\", ""))
    assert "404" in text


def test_hostile_markdown_is_inert() -> None:
    text = render_sweep_markdown(FORGED)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    assert "<script" not in outside
    assert "<img" not in outside
    assert "@octocat" not in outside
    assert "javascript:" not in outside
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e\u2066\ud800-\udfff]", text)


# -- the page ------------------------------------------------------------------------------------------------------


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def tags(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


@ALL
def test_the_page_admits_only_its_own_script_and_leads_only_to_the_forge(overview: Overview) -> None:
    page = render_sweep_html(overview, rules=RULES)
    elements = Elements(page)
    for tag, attributes in elements.found:
        assert not {"src", "srcset", "style", "action", "formaction", "data"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag not in {"img", "iframe", "object", "embed", "link", "base"}
        if "href" in attributes:
            assert tag == "a"
            assert (attributes["href"] or "").startswith(("#", f"{WEB}/")), attributes
    assert [each.get("type") for each in elements.tags("script")] == ["application/json", None]
    policy = next(each["content"] for each in elements.tags("meta") if "http-equiv" in each) or ""
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    for tag in ("script", "style"):
        text = page.rpartition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def carried(page: str) -> tuple[str, dict[str, Any]]:
    raw = page.partition("<script type=application/json id=data>")[2].partition("</script>")[0]
    data: dict[str, Any] = json.loads(raw)
    return raw, data


@ALL
def test_the_data_cannot_end_its_element(overview: Overview) -> None:
    raw, data = carried(render_sweep_html(overview, rules=RULES))
    assert raw.isascii()
    assert not set(raw) & set("<>")
    assert len(data["repositories"]["slug"]) == len(overview.entries)
    assert len(data["findings"]["rule"]) == overview.figures.findings
    assert len(set(data["texts"])) == len(data["texts"])
    shown = "".join(data["texts"])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u2028\u2029\u202e\u2066\ud800-\udfff]", shown)


def test_the_page_says_the_figures_without_a_script() -> None:
    page = re.sub(r"<script.*?</script>", "", render_sweep_html(SAMPLE, rules=RULES), flags=re.DOTALL)
    assert f"<b>{SAMPLE.figures.findings:,}</b>" in page
    for rule, tiers in SAMPLE.by_rule().items():
        assert re.search(rf">{rule}</a>.*?<td class=number>{tiers.total():,}", page)
    assert SAMPLE.entries[0].slug in page
    assert "repositories.csv" in page
    assert "no Python and no notebooks" in page
    assert "Findings and merged fixes over 45 sweeps" in page
    assert "&lt;b&gt;Why&lt;/b&gt;" in page


def test_more_findings_than_a_page_can_carry_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.report.sweep.pack.MOST_FINDINGS", 40)
    monkeypatch.setattr("bot.report.sweep.pack.MOST_OF_ONE", 7)
    _, data = carried(render_sweep_html(SAMPLE, rules=RULES))
    assert len(data["findings"]["rule"]) == sum(data["repositories"]["carried"]) == 40
    assert max(data["repositories"]["carried"]) == 7
    assert sum(data["repositories"]["total"]) == SAMPLE.figures.findings


def test_words_stand_out_from_what_they_stand_on() -> None:
    """WCAG 2.1 AA: 4.5 to 1 for text, in light, dark and on paper."""
    styles = [Path(__file__).parent.parent / f"bot/report/sweep/{name}.css" for name in ("page", "table")]
    text = "\n".join(each.read_text("utf-8") for each in styles)
    light, *others = [
        dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", each)) for each in re.findall(r"\{[^{}]*--[^{}]*\}", text)
    ]
    full = [each for each in (light, *others) if "bg" in each]
    assert len(full) == 4
    for colours in full:
        for word in ("fg", "soft", "accent", "error", "warning", "note", "ok", "merged"):
            for ground in ("bg", "card"):
                assert contrast(colours[word], colours[ground]) >= 4.5, (word, ground, colours[word])
        for ground in ("added", "removed"):
            assert contrast(colours["fg"], colours[ground]) >= 4.5


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return sum(share * each for share, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# -- what a sweep stores of a report -------------------------------------------------------------------------------


def test_a_stored_report_keeps_the_lines_and_the_change() -> None:
    data = stored_report(ORDINARY, read=read)
    first, second = data["findings"][:2]
    assert first["lines"] == ['    model.load_state_dict(torch.load("w.pt", map_location="cpu"))']
    assert first["change"]["added"] == [
        '    model.load_state_dict(torch.load("w.pt", map_location="cpu", weights_only=True))'
    ]
    assert (second["lines"], "change" in second) == (["model = torch.load(", "    p,", ")"], False)
    shown = read_entry(Row(Repository("R", "a/b"), Progress.SCANNED, scan=replace(ROWS_SCAN, report=data)))
    safe = next(each for each in shown.findings if each.tier)
    assert (safe.removed, safe.added) == (tuple(first["lines"]), tuple(first["change"]["added"]))
    assert safe.evidence[1] == ("save", "saved as a state dict (train.py:9)")


def test_a_stored_report_goes_through_json_and_cuts_long_lines() -> None:
    data = stored_report(HOSTILE, read=read_hostile)
    assert json.loads(json.dumps(data)) == data
    jsonschema.validate(data, schema("report"), cls=jsonschema.Draft202012Validator)
    long = stored_report(ORDINARY, read=lambda path: b"x = '" + b"a" * 5_000 + b"'\n" * 9)
    assert max(len(line) for each in long["findings"] for line in each["lines"]) <= 400


ROWS_SCAN = next(each.scan for each in ROWS if each.scan)


# -- written -------------------------------------------------------------------------------------------------------


def test_the_same_state_makes_the_same_bytes(tmp_path: Path) -> None:
    store = Store(write_state(tmp_path / "state.sqlite", 60))
    report(store, tmp_path / "one", web=WEB, rules=RULES)
    report(store, tmp_path / "two", web=WEB, rules=RULES)
    store.close()
    names = sorted(each.name for each in (tmp_path / "one").iterdir())
    assert names == ["findings.csv", "index.html", "report.json", "report.md", "repositories.csv"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    data = json.loads((tmp_path / "one" / "report.json").read_text())
    assert (data["sweep"]["number"], data["summary"]["repositories"]) == (45, 60)
    assert data["summary"]["pull_requests"].keys() == {each.value for each in Standing} - {"none"}


def command(folder: Path, *, output: str = "", **environ: str) -> tuple[int, str]:
    out = io.StringIO()
    context = Context(environ, Console(out, io.StringIO()), folder)
    return sweep_report(Namespace(state="state", output=output), context), out.getvalue()


def test_the_command_writes_beside_the_state_or_where_told_and_into_the_job_summary(tmp_path: Path) -> None:
    write_state(tmp_path / "state" / "state.sqlite", 60)
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    code, out = command(tmp_path, GITHUB_STEP_SUMMARY=str(summary), GITHUB_SERVER_URL="https://ghe.example")
    assert code == 0
    assert f"Report: {tmp_path / 'state' / 'report' / 'index.html'}" in out
    assert summary.read_text() == "before\n" + (tmp_path / "state/report/report.md").read_text()
    assert "](https://ghe.example/aurora-" in summary.read_text()
    assert command(tmp_path, output="elsewhere")[0] == 0
    assert (tmp_path / "elsewhere" / "findings.csv").is_file()


def test_the_command_says_where_it_looked_for_a_state(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"state\.sqlite: no state of a sweep") as told:
        command(tmp_path)
    assert "sweep plan" in told.value.hint
    assert not (tmp_path / "state").exists()


def test_a_state_without_a_sweep_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    with pytest.raises(UsageError, match="no sweep was planned"):
        report(store, tmp_path / "report", web=WEB, rules=RULES)
    store.close()
    assert not (tmp_path / "report").exists()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a" / "report.md"
    replace_file(path, "one \udcff")
    assert path.read_text() == "one \\udcff"
    replace_file(path, "two")
    assert path.read_text() == "two"
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="folder: cannot be written"):
        replace_file(tmp_path / "folder", "x")
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a", "folder", "report.md"]
