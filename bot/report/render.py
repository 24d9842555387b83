"""One report, any of the formats; each is imported only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model import Report
from bot.report.excerpt import ReadFile
from bot.report.style import Style


@dataclass(frozen=True, slots=True)
class Look:
    """What a format may need beside the report. `documentation` is each rule's own text by its code."""

    read: ReadFile
    style: Style = field(default_factory=Style)
    quiet: bool = False
    documentation: Mapping[str, str] = field(default_factory=dict)


def render(report: Report, format: str, *, look: Look) -> str:
    """The report as text in `format`: text, json, sarif, github, markdown or html. Raises `ValueError` for another."""
    match format:
        case "text":
            from bot.report.text import render_text

            return render_text(report, read=look.read, style=look.style, quiet=look.quiet)
        case "json":
            from bot.report.data import render_json

            return render_json(report)
        case "sarif":
            from bot.report.sarif import render_sarif

            return render_sarif(report, documentation=look.documentation, read=look.read)
        case "github":
            from bot.report.commands import render_commands

            return render_commands(report)
        case "markdown":
            from bot.report.markdown import render_markdown

            return render_markdown(report, read=look.read)
        case "html":
            from bot.report.html import render_html

            return render_html(report, documentation=look.documentation, read=look.read)
    raise ValueError(f"no such format: {format}")
