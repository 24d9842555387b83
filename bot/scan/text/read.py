"""Bytes to source text, by what kind of file it is."""

from __future__ import annotations

from bot.model import Unreadable
from bot.scan.text.markdown_blocks import SUFFIXES, read_markdown
from bot.scan.text.notebook import read_notebook
from bot.scan.text.source import SourceText, read_source


def read_file(path: str, data: bytes) -> SourceText | Unreadable:
    """A notebook's code cells, a Markdown file's Python blocks or a Python file's text; why not, where that fails."""
    if path.endswith(".ipynb"):
        return read_notebook(path, data)
    return read_markdown(path, data) if path.lower().endswith(SUFFIXES) else read_source(path, data)
