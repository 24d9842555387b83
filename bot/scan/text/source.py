"""Source text as it is parsed, and the way back from a parsed position to the bytes on disk."""

from __future__ import annotations

import codecs
import io
import itertools
import re
import tokenize
from dataclasses import dataclass

from bot.model import Unreadable

MAX_BYTES = 10_000_000
"""Larger source files are reported as unreadable: no hand-written module comes near (torch's largest is 1 MB)."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands for a person: 1-based line and column in characters, within `cell` in a notebook."""

    cell: int | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """`text` is what the parser sees; `lines` are its lines with their ends, split as the parser splits them.

    `starts[i]` is the byte offset on disk of line `i + 1`. Positions come from `ast`: 1-based lines, columns in UTF-8
    bytes. A notebook overrides `offset`, `place` and `written` (see `scan/text/notebook.py`), and nothing else.
    """

    path: str
    data: bytes
    text: str
    encoding: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]

    def offset(self, line: int, column: int) -> int:
        """The byte offset on disk of an ast position."""
        return self.starts[line - 1] + len(self._before(line, column).encode(self.encoding))

    def place(self, line: int, column: int) -> Place:
        """An ast position as a person counts it."""
        return Place(None, line, len(self._before(line, column)) + 1)

    def between(self, line: int, column: int, end_line: int, end_column: int) -> str:
        """The text from one ast position to another, end exclusive."""
        if line == end_line:
            return self.lines[line - 1].encode()[column:end_column].decode(errors="replace")
        first = self.lines[line - 1].encode()[column:].decode(errors="replace")
        last = self._before(end_line, end_column)
        return "".join((first, *self.lines[line : end_line - 1], last))

    def written(self, text: str, *, offset: int) -> str:
        """How new source text is spelt on disk at a byte offset; a notebook escapes it for JSON."""
        return text

    def _before(self, line: int, column: int) -> str:
        if line > len(self.lines):
            return ""
        return self.lines[line - 1].encode()[:column].decode(errors="replace")


def read_source(path: str, data: bytes) -> SourceText | Unreadable:
    """Decode one Python file as the interpreter would (PEP 263), or say why that cannot be done."""
    if len(data) > MAX_BYTES:
        return Unreadable(path, f"{len(data):,} bytes; files over {MAX_BYTES:,} are not parsed")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return Unreadable(path, f"line {line}: a NUL byte; Python does not read such a file")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(_first_two(data)).readline)
        mark = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0
        encoding = "utf-8" if mark else encoding
        text = data[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start + mark) + 1
        return Unreadable(path, f"line {line}: byte 0x{data[error.start + mark]:02x} is not {encoding}")
    except (SyntaxError, LookupError, ValueError) as error:
        if "missing encoding" in str(error):  # the tokenizer's words for bytes in the first two lines
            return Unreadable(path, "not utf-8, and no coding line says what else it is")
        return Unreadable(path, f"the declared encoding cannot be read: {error}")
    lines = split_lines(text)
    return SourceText(path, data, text, encoding, lines, _line_starts(lines, encoding, mark))


def _first_two(data: bytes) -> bytes:
    """Where a coding line may stand; Python itself takes an old Mac's line ends there, its `tokenize` does not."""
    return b"\n".join(re.split(rb"\r\n|\r|\n", data, maxsplit=2)[:2]) + b"\n"


def split_lines(text: str) -> tuple[str, ...]:
    """Lines with their ends, split where Python's parser splits them: `str.splitlines` knows more ends."""
    lines = text.splitlines(keepends=True)
    plain = len(lines) == text.count("\n") + (not text.endswith("\n")) and "\r" not in text
    return tuple(lines if plain else _LINE.findall(text))


def _line_starts(lines: tuple[str, ...], encoding: str, mark: int) -> tuple[int, ...]:
    if encoding == "utf-8" and all(map(str.isascii, lines)):
        return tuple(itertools.accumulate(map(len, lines), initial=mark))
    starts, at = [mark], mark
    for line in lines:
        at += len(line) if line.isascii() and encoding == "utf-8" else len(line.encode(encoding))
        starts.append(at)
    return tuple(starts)
