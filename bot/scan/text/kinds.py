"""What kind of file source text comes from, by its name, so that a reader is only imported for a file it reads."""

from __future__ import annotations

_MARKDOWN = (".md", ".markdown", ".mdx", ".rmd", ".qmd")


def is_notebook(path: str) -> bool:
    return path.endswith(".ipynb")


def is_markdown(path: str) -> bool:
    return path.lower().endswith(_MARKDOWN)
