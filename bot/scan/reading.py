"""Bytes to source text, by what kind of file it is."""

from __future__ import annotations

from bot.model import Unreadable
from bot.scan.notebook import read_notebook
from bot.scan.source import SourceText, read_source


def read_file(path: str, data: bytes) -> SourceText | Unreadable:
    """A notebook's code cells, or a Python file's text; why not, where that cannot be done."""
    return read_notebook(path, data) if path.endswith(".ipynb") else read_source(path, data)
