"""Attacker-chosen text made harmless in GitHub's Markdown: mentions, references, links, HTML, tables, fences, markers.

File names, code lines and class names out of pickles are written by whoever wrote the pull request (SPEC section 12).
Zero-width spaces are the one thing that holds against GitHub's own filters: those run on the rendered text, where a
backslash or an entity is gone again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

BODY_LIMIT = 58_000
"""UTF-8 bytes of a comment or a pull request's body; GitHub refuses more than 65,536 characters."""

_BREAK = "\u200b"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPECIAL = re.compile(r"([\\`*{}\[\]<>|~&$]|(?<!\w)_|_(?!\w))")
_REFERENCE = re.compile(r"([@#])(?=\w)|(?<=\b[Gg][Hh])-(?=\d)|(?<=:)(?=//)|(?<=\b[Ww]{3})(?=\.)")
_BAR = re.compile(r"(?<!\\)\|")
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def code(text: str) -> str:
    """An inline code span on one line, without our marker in it."""
    line = _unmarked(_visible(text))
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line.strip() else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def plain(text: str) -> str:
    """One line of prose that stays prose: no mention, reference, link, HTML or table cell comes out of it."""
    line = _unmarked(" ".join(_visible(text).split()))
    return _REFERENCE.sub(lambda found: found[0] + _BREAK, _SPECIAL.sub(r"\\\1", line))


def prose(text: str) -> str:
    """A sentence of ours with foreign names in it: `balanced` back-quoted parts stay code, the rest is `plain`."""
    parts = _SPAN.split(" ".join(_visible(text).split()))
    return "".join(code(part) if index % 2 else _keep_blanks(part) for index, part in enumerate(parts))


def fenced(text: str, *, language: str = "") -> str:
    """A block whose fence is longer than any run of backticks inside. The text itself is kept as it is."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, limit: int = 200) -> str:
    """A table of cells that are safe but for their bars. Rows over `limit` are counted in a last line, never lost."""
    lines = [" | ".join(("", *header, "")).strip(), "|" + " --- |" * len(header)]
    lines += [" | ".join(("", *(_BAR.sub(r"\|", cell) for cell in row), "")).strip() for row in rows[:limit]]
    if len(rows) > limit:
        lines += ["", f"… and {len(rows) - limit:,} more, not shown here."]
    return "\n".join(lines)


def folded(title: str, body: str) -> str:
    """A part that is closed until someone opens it. GitHub wants a blank line before Markdown inside HTML."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def fit(body: str, *, limit: int = BODY_LIMIT) -> str:
    """The body within the limit, cut at a line, with a count of the lines left out. Fences and folds left open are
    closed.
    """
    if len(body.encode("utf-8", "replace")) <= limit:
        return body
    lines = body.split("\n")
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line.encode("utf-8", "replace")) + 1
        if size > limit - 200:
            break
        kept.append(line)
    return (
        "\n".join(kept)
        + _closing(kept)
        + f"\n\n… {len(lines) - len(kept):,} more lines did not fit here; the job summary has them all."
    )


def _closing(lines: list[str]) -> str:
    """What ends the fence or the folded parts that the cut left open."""
    fence, depth = "", 0
    for line in lines:
        mark = re.match(r"`{3,}", line)
        if mark and not fence:
            fence = mark[0]
        elif mark and line.rstrip() == mark[0] and len(mark[0]) >= len(fence):
            fence = ""
        elif not fence:
            depth += line.count("<details>") - line.count("</details>")
    return (f"\n{fence}" if fence else "") + "\n\n</details>" * max(depth, 0)


def _keep_blanks(text: str) -> str:
    inner = plain(text)
    return (" " if text[:1] == " " else "") + inner + (" " if inner and text[-1:] == " " else "")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _unmarked(text: str) -> str:
    """No comment can open here: our marker is looked for in the raw text, where an escape would not hide it."""
    return text.replace("<!--", f"<!{_BREAK}--")


def _visible(text: str) -> str:
    """What does not show (line breaks, overrides of direction, surrogates) written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _HIDDEN else c for c in text)


def _escape(character: str) -> str:
    return repr(character)[1:-1] if character != "\t" else "\\t"
