"""Bytes to source text, and back: Python, notebooks, Markdown, comments."""
