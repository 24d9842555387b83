"""A sweep as one page that needs nothing else: what it adds up to without scripts, each finding with them.

The page admits only the script and the style it brings, by their hashes, and lets no script write markup (Trusted
Types); what a repository wrote stands in it as text. It paints before the data below it is read.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from bot import __version__
from bot.report.escape import one_line
from bot.report.sweep import panels
from bot.report.sweep.markdown import moment_words
from bot.report.sweep.overview import Overview
from bot.report.sweep.pack import pack
from bot.report.sweep.panels import text
from bot.report.sweep.trend import render_trend

STYLE = ("page.css", "table.css")
SCRIPT = ("data.js", "choose.js", "detail.js", "table.js", "page.js")
MOST_TARGETS = 3
MOST_CHOICES = 300

COLUMNS = (
    ("slug", "Repository", ""),
    ("total", "Findings", "number"),
    ("error", "Errors", "number"),
    ("warning", "Warnings", "number"),
    ("note", "Notes", "number"),
    ("safe", "Proved", "number"),
    ("review", "Likely", "number"),
    ("pull", "Pull request", ""),
    ("progress", "State", ""),
    ("scanned", "Scanned", "day"),
    ("pushed", "Pushed", "day"),
)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's name and its own documentation."""

    name: str
    text: str


def render_sweep_html(overview: Overview, *, rules: Mapping[str, RuleText]) -> str:
    """The page; the same overview makes the same bytes."""
    style, script = _joined(STYLE), f'"use strict";\n(() => {{\n{_joined(SCRIPT)}}})();\n'
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    used = {code: {"name": rules[code].name, "text": rules[code].text} for code in overview.by_rule() if code in rules}
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name=viewport content="width=device-width, initial-scale=1"><meta name=referrer content=no-referrer>'
        f"<title>Loadguard sweep {overview.number}: {overview.figures.findings:,} findings</title>"
        f"<style>{style}</style></head>\n<body>{_header(overview)}<main>{_body(overview, rules)}</main>\n"
        f"<footer class=soft>Made by loadguard {__version__} from the state of sweep {overview.number}.</footer>\n"
        f"<script type=application/json id=data>{pack(overview, used)}</script>\n"
        f"<script>{script}</script></body></html>\n"
    )


@cache
def _joined(names: Iterable[str]) -> str:
    folder = files("bot.report.sweep")
    return "".join(folder.joinpath(name).read_text("utf-8") for name in names)


def _digest(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _header(overview: Overview) -> str:
    targets = [text(each.removeprefix("org:")) for each in overview.targets]
    more = f" and {len(targets) - MOST_TARGETS} more" if len(targets) > MOST_TARGETS else ""
    when = f"{moment_words(overview.moment)}" if overview.finished else f"{moment_words(overview.moment)}, not finished"
    return (
        "<a class=skip href=#repositories>To the repositories</a>"
        f"<header><div><p class=brand>{SHIELD}Loadguard</p>"
        f"<h1>{', '.join(targets[:MOST_TARGETS]) or 'Sweep'}{more}</h1>"
        f"<p class=soft>Sweep {overview.number:,} · {escape(when)}</p></div>"
        "<nav aria-label=Page><a href=#overview>Overview</a><a href=#repositories>Repositories</a>"
        "<a href=#rules>Rules</a>"
        "<button id=theme type=button hidden>Light / dark</button></nav></header>\n"
    )


SHIELD = (
    "<svg viewBox='0 0 24 24' width=18 height=18 aria-hidden=true>"
    "<path d='M12 2l8 3v6c0 5-3.4 9.3-8 11-4.6-1.7-8-6-8-11V5z' class=shield />"
    "<path d='M8 12l3 3 5-6' class=tick /></svg>"
)


def _body(overview: Overview, rules: Mapping[str, RuleText]) -> str:
    names = {code: each.name for code, each in rules.items()}
    return (
        f"<section id=overview aria-label=Overview>{panels.tiles(overview)}<div class=grid>"
        f"<section class=card><h2>Trend</h2>{render_trend(overview)}</section>"
        f"<section class=card>{panels.by_rule(overview, names)}</section>"
        f"<section class=card>{panels.worst(overview)}</section>"
        f"<div class=stack>{panels.groups(overview)}{panels.not_scanned(overview)}</div></div></section>\n"
        f"{_table(overview)}{_rules(overview, rules)}"
    )


def _table(overview: Overview) -> str:
    """The frame that the script fills; it stays hidden without one."""
    heads = "".join(
        f"<th scope=col class='{kind}' aria-sort=none><button type=button data-sort={key}>{name}</button>"
        for key, name, kind in COLUMNS
    )
    return (
        "<section id=repositories aria-label=Repositories><h2>Repositories</h2>"
        "<noscript><p>The list of all repositories with search and filters needs scripts; "
        "<code>repositories.csv</code> and <code>findings.csv</code> beside this page hold the same.</p></noscript>"
        f"{_form(overview)}"
        "<p id=cut class=soft hidden></p><div id=scroll hidden tabindex=0 role=region "
        "aria-label='Table of repositories'><table id=table>"
        f"<caption class=unseen>Repositories and their findings</caption><thead><tr>{heads}<tbody></table></div>"
        "<nav id=pager aria-label=Pages hidden><button type=button id=before>Previous</button>"
        "<span id=page role=status></span><button type=button id=after>Next</button>"
        "<label>Rows <select id=size><option>50<option>100<option>250</select></label></nav></section>\n"
    )


def _form(overview: Overview) -> str:
    rules = {code: f"{code} ({tiers.total():,})" for code, tiers in overview.by_rule().items()}
    entries = overview.entries
    return (
        "<form id=filters role=search hidden><label class=search><span class=unseen>Search</span>"
        "<input type=search name=q placeholder='Search repository, path, code   /' "
        "autocomplete=off spellcheck=false></label>"
        + _select("rule", "Rule", rules)
        + _select("severity", "Level", _plain("error", "warning", "note"))
        + _select("fix", "Fix", {"safe": "proved", "review": "likely", "none": "by hand"})
        + _select("progress", "State", _plain(*overview.progress))
        + _select("pull", "Pull request", _plain("open", "merged", "closed", "none"))
        + _select("language", "Language", _named(name for each in entries for name in each.languages))
        + _select("owner", "Owner", _named(each.owner for each in entries), least=2)
        + _select("topic", "Topic", _named(name for each in entries for name in each.topics))
        + _select("unread", "Files", {"yes": "unreadable"})
        + "<button type=reset>Clear</button><p id=count role=status></p><p id=chosen></p></form>\n"
    )


def _plain(*values: str) -> dict[str, str]:
    return {each: each for each in values}


def _named(values: Iterable[str]) -> dict[str, str]:
    shown = sorted({one_line(each) for each in values}, key=lambda each: (each.lower(), each))
    return _plain(*shown[:MOST_CHOICES])


def _select(name: str, label: str, choices: Mapping[str, str], *, least: int = 1) -> str:
    if len(choices) < least:
        return ""
    options = "".join(f'<option value="{escape(value)}">{text(words)}' for value, words in choices.items())
    return f"<label>{label} <select name={name}><option value=''>any{options}</select></label>"


def _rules(overview: Overview, rules: Mapping[str, RuleText]) -> str:
    shown = "".join(
        f"<details id=rule-{code}><summary><b>{code}</b> {text(rules[code].name)}</summary>"
        f"<pre class=prose>{escape(rules[code].text)}</pre></details>"
        for code in sorted(overview.by_rule())
        if code in rules
    )
    return f"<section id=rules aria-label=Rules><h2>Rules</h2>{shown}</section>" if shown else ""
