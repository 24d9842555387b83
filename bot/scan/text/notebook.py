"""A notebook's code cells as one Python text, with the way back to a cell and to bytes of the JSON file.

All cells share one text because they share one namespace: `import torch` stands in the first, the load in the tenth.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import Any

from bot.model import Unreadable
from bot.scan.text.json_strings import Literal, Path, byte_of, find_literals, read_text
from bot.scan.text.magics import parses, tolerate_magics
from bot.scan.text.shell import as_written, without_end
from bot.scan.text.source import Place, SourceText, split_lines

MAX_BYTES = 40_000_000
"""Larger notebooks are reported as unreadable; what makes them large are embedded images."""

_DEEPEST = 6  # worksheets, index, cells, index, input, index


Cells = dict[int, tuple[Path, str]]
"""Each Python code cell by its index: where its source stands in the JSON, and the source."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line of the text comes from: line `line` (1-based) of `cell`, `character` characters into `literal`."""

    cell: int
    line: int
    literal: int
    character: int


@dataclass(frozen=True, slots=True)
class NotebookText(SourceText):
    """Code cells as source text. `raw` are the code cells' lines as written, before magics were replaced."""

    literals: tuple[Literal, ...]
    origins: tuple[Origin, ...]

    def offset(self, line: int, column: int) -> int:
        origin = self.origins[min(line, len(self.origins)) - 1]
        index, character = origin.literal, origin.character + len(self._before(line, column))
        while True:  # a position past this literal's end stands in the next one of the cell's list
            literal = self.literals[index]
            raw = self.data[literal.start : literal.end]
            length = len(read_text(raw))
            following = self.literals[index + 1 : index + 2]
            if character < length or not following or following[0].path[:-1] != literal.path[:-1]:
                return literal.start + byte_of(raw, character)
            index, character = index + 1, character - length

    def place(self, line: int, column: int) -> Place:
        origin = self.origins[min(line, len(self.origins)) - 1]
        return Place(origin.cell, origin.line, len(without_end(self._before(line, column))) + 1)

    def between(self, line: int, column: int, end_line: int, end_column: int) -> str:
        """As in any source, with commands as they are written."""
        return as_written(SourceText.between(self, line, column, end_line, end_column))

    def written(self, text: str, *, offset: int) -> str:
        """`text` escaped for JSON; a new line begins a new item where the cell's source is a list of lines."""
        escaped = json.dumps(text)[1:-1]
        literal = next((each for each in self.literals if each.start <= offset <= each.end), None)
        if literal is None or not isinstance(literal.path[-1], int):
            return escaped
        before = self.data[max(0, literal.start - 400) : literal.start - 1]
        space = before[len(before.rstrip()) :].decode()
        return escaped.replace("\\n", f'\\n",{space}"')


def read_notebook(path: str, data: bytes) -> NotebookText | Unreadable:
    """The code cells of nbformat 3 or 4, or why they cannot be read."""
    if len(data) > MAX_BYTES:
        return Unreadable(path, f"{len(data):,} bytes; notebooks over {MAX_BYTES:,} are not read")
    try:
        document = json.loads(data.decode("utf-8-sig"))
        cells = _code_cells(document)
        literals = _sources(data, cells)
    except RecursionError:
        return Unreadable(path, "a notebook nested too deeply to read")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return Unreadable(path, f"not a notebook that can be read: {error}")
    return _assemble(path, data, cells, literals)


def _code_cells(document: Any) -> Cells:
    metadata = document.get("metadata") or {}
    language = (
        (metadata.get("language_info") or {}).get("name")
        or (metadata.get("kernelspec") or {}).get("language")
        or "python"
    )
    if "python" not in str(language).lower():
        return {}
    located: list[tuple[Path, Any]]
    if "worksheets" in document:
        sheets = enumerate(document["worksheets"])
        located = [
            (("worksheets", s, "cells", c, "input"), cell)
            for s, sheet in sheets
            for c, cell in enumerate(sheet["cells"])
        ]
    else:
        located = [(("cells", c, "source"), cell) for c, cell in enumerate(document["cells"])]
    found: Cells = {}
    for index, (where, cell) in enumerate(located):
        source = cell.get(where[-1], "")
        if cell.get("cell_type") == "code" and source:
            found[index] = (where, source if isinstance(source, str) else "".join(source))
    return found


def _sources(data: bytes, cells: Cells) -> dict[int, list[Literal]]:
    """The literals of each cell's source; ValueError where they are not what the decoder read (a key stands twice)."""
    by_path = {where: index for index, (where, _) in cells.items()}
    found: dict[int, list[Literal]] = {index: [] for index in cells}
    for literal in find_literals(data, deepest=_DEEPEST):
        index = by_path.get(literal.path, by_path.get(literal.path[:-1]))
        if index is not None:
            found[index].append(literal)
    for index, literals in found.items():
        said = "".join(read_text(data[each.start : each.end]) for each in literals)
        if said != cells[index][1].encode(errors="replace").decode():
            raise ValueError(f"cell {index}: its source is not one string or list of strings")
    return found


def _assemble(path: str, data: bytes, cells: Cells, sources: dict[int, list[Literal]]) -> NotebookText | Unreadable:
    lines: list[str] = []
    origins: list[Origin] = []
    literals: list[Literal] = []
    for index, own in sources.items():
        text = "".join(read_text(data[each.start : each.end]) for each in own)
        python = tolerate_magics(text)
        if not parses(python):
            if "load" in text:
                return Unreadable(path, f"cell {index}: Python cannot parse it")
            python = "\n" * text.count("\n")
        starts = _line_origins(index, own, data, first=len(literals))
        new = split_lines(python)
        if new and not new[-1].endswith(("\n", "\r")):
            new = (*new[:-1], new[-1] + "\n")
        lines += new
        origins += starts[: len(new)]
        literals += own
    starts_at = tuple(literals[o.literal].start for o in origins)
    return NotebookText(path, data, "".join(lines), "utf-8", tuple(lines), starts_at, tuple(literals), tuple(origins))


def _line_origins(cell: int, own: list[Literal], data: bytes, *, first: int) -> list[Origin]:
    """Where each line of a cell begins, whatever items its list was cut into."""
    origins: list[Origin] = []
    begins = True
    for number, literal in enumerate(own):
        character = 0
        for line in split_lines(read_text(data[literal.start : literal.end])):
            if begins:
                origins.append(Origin(cell, len(origins) + 1, first + number, character))
            character += len(line)
            begins = line.endswith(("\n", "\r"))
    return origins


def same_apart_from_source(before: bytes, after: bytes) -> bool:
    """Whether two notebooks are the same JSON, order of keys included, apart from the lines of their code cells."""
    try:
        return _frame(before) == _frame(after) and before.startswith(codecs.BOM_UTF8) == after.startswith(
            codecs.BOM_UTF8
        )
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return False


def _frame(data: bytes) -> str:
    document = json.loads(data.decode("utf-8-sig"))
    for where, _ in _code_cells(document).values():
        node = document
        for step in where[:-1]:
            node = node[step]
        node[where[-1]] = None
    return json.dumps(document)
