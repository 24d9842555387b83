"""The report as one page that needs nothing else: search, filters, light and dark, readable without scripts too."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

from bot import __version__
from bot.model import CheckpointReport, Finding, Report, Severity, Tier
from bot.report.escape import one_line, visible
from bot.report.excerpt import Line, ReadFile, change, excerpt
from bot.report.loads import drift_words, load_words, moved
from bot.report.words import counted, evidence_words, place, whole_file


def render_html(report: Report, *, documentation: Mapping[str, str], read: ReadFile) -> str:
    """The page. Its policy admits only the script and style it brings, by their hashes; no name or line can add one."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = f"default-src 'none'; style-src '{_digest(style)}' 'unsafe-hashes'; script-src '{_digest(script)}'"
    mixed = len({each.new for each in report.findings}) > 1
    body = "".join(
        [
            _tiles(report),
            _checkpoints(report.checkpoints),
            _unreadable(report),
            _form(report) if report.findings else "<p class=good>No findings.</p>",
            *(_article(each, read, mixed=mixed) for each in report.findings),
            _rules(report, documentation),
        ]
    )
    root = "" if report.root == "." else _text(report.root)
    title = f"Loadguard: {counted(len(report.findings), 'finding')}"
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style></head>\n<body><header><h1>Loadguard</h1>"
        f"<span class=soft>{root}</span><button id=theme type=button>light / dark</button></header>\n"
        f"<main>{body}<footer class=soft>Made by loadguard {__version__}.</footer></main>\n"
        f"<script>{script}</script></body></html>\n"
    )


@cache
def _asset(name: str) -> str:
    return files("bot.report").joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _text(raw: str) -> str:
    return escape(one_line(raw))


def _prose(raw: str) -> str:
    """A sentence in which what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(raw))


def _tiles(report: Report) -> str:
    fixes = [each.fix.tier for each in report.findings if each.fix]
    tiles: list[tuple[str, int]] = [
        ("files", report.files_scanned),
        ("findings", len(report.findings)),
        ("errors", sum(each.severity is Severity.ERROR for each in report.findings)),
        ("new", sum(each.new for each in report.findings)),
        ("proved fixes", fixes.count(Tier.SAFE)),
        ("likely fixes", fixes.count(Tier.REVIEW)),
        ("suppressed", report.suppressed),
        ("not read", len(report.unreadable)),
    ]
    shown = "".join(f"<div class=tile><b>{count:,}</b>{name}</div>" for name, count in tiles)
    return f"<div class=tiles>{shown}</div>\n" + "".join(f"<p class=soft>{_prose(each)}</p>" for each in report.notices)


def _form(report: Report) -> str:
    rules = sorted({each.rule for each in report.findings})
    return (
        "<h2>Findings</h2><form>"
        "<input type=search name=search placeholder='Search path, code, words ( / )' aria-label=Search>"
        + _select("severity", "any level", ["error", "warning", "note"])
        + _select("rule", "any rule", rules)
        + _select("fix", "any fix", ["safe", "review", "none"])
        + "<label><input type=checkbox name=fresh value=yes> new only</label>"
        "<button type=reset>clear</button><span id=count class=soft role=status></span></form>\n"
    )


def _select(name: str, none: str, values: list[str]) -> str:
    options = "".join(f"<option>{escape(each)}</option>" for each in values)
    return f"<select name={name} aria-label={name}><option value=''>{none}</option>{options}</select>"


def _article(finding: Finding, read: ReadFile, *, mixed: bool) -> str:
    """One finding; that it is new is worth a word only where not all are."""
    tier = finding.fix.tier.value if finding.fix else "none"
    data = None if whole_file(finding) else read(finding.path)
    new = " <span class='badge good'>new</span>" if finding.new and mixed else ""
    evidence = "".join(
        f"<li><b>{each.kind.value}</b> {_prose(evidence_words(each, finding))}</li>" for each in finding.evidence
    )
    return (
        f"<article class={finding.severity.value} data-severity={finding.severity.value} "
        f"data-rule={escape(finding.rule)} data-fix={tier} data-new={'yes' if finding.new else 'no'}>"
        f"<h3>{_text(place(finding))}</h3>"
        f"<p><span class=badge>{escape(finding.rule)}</span>{new} {_prose(finding.message)}</p>"
        f"{_code(excerpt(finding, data))}{_diff(finding, data)}"
        f"{f'<ul>{evidence}</ul>' if evidence else ''}"
        f"{_advice(finding.advice)}</article>\n"
    )


def _advice(advice: str) -> str:
    if "\n" in advice.strip():
        return f"<pre>{escape(visible(advice, keep=chr(10)))}</pre>"
    return f"<p class=soft>{_prose(advice)}</p>" if advice else ""


def _code(lines: tuple[Line, ...]) -> str:
    if not lines:
        return ""
    width = len(str(lines[-1].number))
    shown = []
    for each in lines:
        start, end = each.mark
        cut = (each.text[:start], each.text[start:end], each.text[end:])
        parts = [escape(visible(part, keep="\t")) for part in cut]
        shown.append(f"<i>{each.number:>{width}} </i>{parts[0]}<mark>{parts[1]}</mark>{parts[2]}")
    return "<pre>" + "\n".join(shown) + "</pre>"


def _diff(finding: Finding, data: bytes | None) -> str:
    if not finding.fix or not finding.fix.edits or data is None:
        return ""
    shown = change(finding.fix, data)
    lines = [f"<del>- {escape(visible(each, keep=chr(9)))}</del>" for each in shown.removed]
    lines += [f"<ins>+ {escape(visible(each, keep=chr(9)))}</ins>" for each in shown.added]
    tier = "Proved fix" if finding.fix.tier is Tier.SAFE else "Likely fix, to be read"
    return f"<p><b>{tier}</b>: {_prose(finding.fix.reason)}</p><pre>{''.join(lines)}</pre>"


def _unreadable(report: Report) -> str:
    if not report.unreadable:
        return ""
    rows = "".join(f"<tr><td><code>{_text(u.path)}</code><td>{_prose(u.reason)}" for u in report.unreadable)
    return f"<h2 class=bad>Not read</h2><table><tr><th>file<th>why{rows}</table>\n"


_TONES = {"loadable": "good", "needs-allowlist": "fair", "refused": "fair", "not-a-checkpoint": "soft"}


def _checkpoints(reports: tuple[CheckpointReport, ...]) -> str:
    if not reports:
        return ""
    largest = max(1, *(each.size for each in reports))
    rows = "".join(_checkpoint(each, largest) for each in reports)
    head = "<tr><th>file<th>format<th class=number>bytes<th>size<th>verdict<th>sandboxed load"
    charts = "".join(_drift(each) for each in reports if moved(each))
    return f"<h2>Checkpoints</h2><table>{head}{rows}</table>\n{charts}"


def _checkpoint(report: CheckpointReport, largest: int) -> str:
    told = _text("; ".join(filter(None, (load_words(report), drift_words(report)))))
    tone = _TONES.get(report.verdict.value, "bad")
    bar = f"<svg width=100 height=8 role=img aria-label='{report.size:,} bytes'>" + (
        f"<rect width={max(report.size * 100 // largest, 1)} height=8 rx=3 fill=currentColor /></svg>"
    )
    return (
        f"<tr><td><code>{_text(report.path)}</code><td>{_text(report.format)}<td class=number>{report.size:,}"
        f"<td class=soft>{bar}<td class={tone}>{report.verdict.value}<td>{told}"
    )


def _drift(report: CheckpointReport) -> str:
    """A bar for each tensor that moved, as long as its mean change is large against its old values."""
    shown = moved(report)
    longest = max((row.relative for row in shown), default=0.0) or 1.0
    rows = "".join(
        f"<tr><td><code>{_text(row.name)}</code>"
        f"<td class=soft><svg width=200 height=8 role=img aria-label='{row.relative:.2%}'>"
        f"<rect width={max(row.relative * 200 / longest, 1):.0f} height=8 rx=3 fill=currentColor /></svg>"
        f"<td class=number>{row.relative:.2%}<td class=number>{row.largest:.3g}<td class=number>{row.new_bad_values:,}"
        for row in shown
    )
    head = "<tr><th>tensor<th>drift<th class=number>relative<th class=number>largest<th class=number>new NaN"
    return f"<h3>Drift of <code>{_text(report.path)}</code></h3><table>{head}{rows}</table>\n"


def _rules(report: Report, documentation: Mapping[str, str]) -> str:
    used = [code for code in sorted({each.rule for each in report.findings}) if documentation.get(code)]
    shown = "".join(
        f"<details><summary><b>{escape(code)}</b> {_prose(documentation[code].partition(chr(10))[0])}</summary>"
        f"<pre>{escape(visible(documentation[code], keep=chr(10)))}</pre></details>"
        for code in used
    )
    return f"<h2>Rules</h2>{shown}" if shown else ""
