"""Bytes to source text, by what kind of file it is."""

from __future__ import annotations

import re

from bot.model import Unreadable
from bot.scan.text.kinds import is_markdown, is_notebook
from bot.scan.text.source import SourceText, read_source

_RUNS_PYTHON = re.compile(rb"python|\buv\b|\bpypy|\bpipx\b")


def is_python_script(data: bytes) -> bool:
    """Whether the first line hands the file to Python: `#!/usr/bin/env python3`, `#!/usr/bin/env -S uv run`."""
    first = data[:200].partition(b"\n")[0]
    return first.startswith(b"#!") and bool(_RUNS_PYTHON.search(first))


def read_file(path: str, data: bytes) -> SourceText | Unreadable:
    """A notebook's code cells, a Markdown file's Python blocks or a Python file's text; why not, where that fails."""
    if is_notebook(path):
        from bot.scan.text.notebook import read_notebook

        return read_notebook(path, data)
    if is_markdown(path):
        from bot.scan.text.markdown_blocks import read_markdown

        return read_markdown(path, data)
    return read_source(path, data)
