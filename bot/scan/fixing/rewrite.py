"""Keywords written into one call, as byte edits in its own layout; everything else stays byte for byte the same."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from bot.model import Edit
from bot.scan.fixing.layout import Argument, read_arguments
from bot.scan.text.source import SourceText

# torch raises for weights_only=True beside these (reference: torch/serialization.py, 2.13).
_CLASH = frozenset({"pickle_module", "errors", "fix_imports"})
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Change:
    """Replace characters `start` to `end` of the call's text."""

    start: int
    end: int
    text: str


def rewrite(source: SourceText, call: ast.Call, *, weights_only: bool, mmap: bool) -> tuple[Edit, ...] | None:
    """The edits that give `call` the keywords asked for, or None where they cannot be written without guessing.

    `mmap=True` is only ever added; a `weights_only` that stands as False, None or 0 is changed in place. None also when
    there is nothing to do, so an edit always changes something.
    """
    wanted = _wanted(call, weights_only=weights_only, mmap=mmap)
    if wanted is None:
        return None
    text = source.between(call.lineno, call.col_offset, call.end_lineno or 0, call.end_col_offset or 0)
    if not _is_text_of(call, text):
        return None
    added, replaced = wanted
    changes = _changes(text, call, added, replaced=replaced)
    return tuple(_edit(source, call, text, change) for change in changes) if changes else None


def _wanted(call: ast.Call, *, weights_only: bool, mmap: bool) -> tuple[list[str], bool] | None:
    """The keywords to add, in order, and whether a standing weights_only is to be changed."""
    if not _takes_keywords(call, weights_only=weights_only):
        return None
    standing = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    added, replaced = [], False
    if mmap and "mmap" not in standing:
        added.append("mmap=True")
    elif mmap and not _is_constant(standing["mmap"], True):
        return None
    if weights_only and "weights_only" not in standing:
        added.append("weights_only=True")
    elif weights_only and not _is_constant(standing["weights_only"], True):
        replaced = any(_is_constant(standing["weights_only"], value) for value in (False, None, 0))
        if not replaced:
            return None
    return (added, replaced) if added or replaced else None


def _takes_keywords(call: ast.Call, *, weights_only: bool) -> bool:
    if not (call.args or call.keywords) or any(isinstance(argument, ast.Starred) for argument in call.args):
        return False
    if len(call.args) == 1 and isinstance(call.args[0], ast.GeneratorExp):
        return False  # its parentheses may be the call's own
    for keyword in call.keywords:
        if keyword.arg is None and not _is_plain_dict(keyword.value):
            return False
        if weights_only and keyword.arg in _CLASH and not _is_constant(keyword.value, None):
            return False
    return bool(call.args) or any(keyword.arg for keyword in call.keywords)


def _is_plain_dict(node: ast.expr) -> bool:
    """Whether every key that `**` unpacks can be read, and none is ours to write or clashes with it."""
    taken = _CLASH | {"weights_only", "mmap"}
    keys = node.keys if isinstance(node, ast.Dict) else [None]
    return all(isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value not in taken for key in keys)


def _is_constant(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value


def _is_text_of(call: ast.Call, text: str) -> bool:
    """Whether `text` is the call: positions inside f-strings are wrong below Python 3.12."""
    try:
        parsed = ast.parse(f"({text})", mode="eval").body
        return ast.dump(parsed) == ast.dump(call)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _changes(text: str, call: ast.Call, added: list[str], *, replaced: bool) -> list[Change] | None:
    unpacked = any(keyword.arg is None for keyword in call.keywords)
    if not (replaced or unpacked or _LINE_END.search(text)):
        return [_into_line(text, added)]
    arguments = read_arguments(text)
    if arguments is None or len(arguments) != len(call.args) + len(call.keywords):
        return None
    layout = Layout(text, arguments)
    if not replaced:
        return layout.append(added)
    return layout.replace_weights_only(added)


def _into_line(text: str, added: list[str]) -> Change:
    """The common case, a call on one line: no layout to be read."""
    end = len(text[:-1].rstrip())
    keywords = ", ".join(added)
    return Change(end, end, f" {keywords}," if text[end - 1] == "," else f", {keywords}")


@dataclass(frozen=True, slots=True)
class Layout:
    """A call's text with its arguments, and where new ones go."""

    text: str
    arguments: tuple[Argument, ...]

    def append(self, added: list[str]) -> list[Change] | None:
        """New keywords after the last argument that is not a `**`."""
        named = [argument for argument in self.arguments if argument.star != "**"]
        last = self.arguments[-1]
        if last.star == "**":
            follower = next(a for a in self.arguments if a.start > named[-1].start)
            return [self._before(follower, added)]
        return self._after(last, added)

    def replace_weights_only(self, added: list[str]) -> list[Change] | None:
        """True where weights_only stands, and what is added right before it, so that the order is always the same."""
        standing = next(argument for argument in self.arguments if argument.keyword == "weights_only")
        if "#" in self.text[standing.value : standing.end]:
            return None  # a comment inside the value's parentheses
        change = Change(standing.value, standing.end, "True")
        return [self._before(standing, added), change] if added else [change]

    def _before(self, argument: Argument, added: list[str]) -> Change:
        indent = self._indent(argument)
        joint = " " if indent is None else self._newline() + indent
        return Change(argument.start, argument.start, "".join(f"{keyword},{joint}" for keyword in added))

    def _after(self, last: Argument, added: list[str]) -> list[Change]:
        stop = last.comma or last.end
        indent = self._indent(last) if self._one_a_line() else None
        if indent is None:
            keywords = ", ".join(added)
            return [Change(stop, stop, f" {keywords}," if last.comma else f", {keywords}")]
        joint = self._newline() + indent
        lines = joint + f",{joint}".join(added) + ("," if last.comma else "")
        rest = _LINE_END.split(self.text[stop:-1])[0]
        if "#" not in rest:
            return [Change(stop, stop, lines if last.comma else f",{lines}")]
        comment = Change(stop + len(rest), stop + len(rest), lines)
        return [comment] if last.comma else [Change(stop, stop, ","), comment]

    def _one_a_line(self) -> bool:
        """Whether each argument has a line of its own; a single one only with black's trailing comma."""
        first, *others = self.arguments
        if not others:
            return first.comma is not None and self._indent(first) is not None
        return all(self._indent(argument) is not None for argument in others)

    def _indent(self, argument: Argument) -> str | None:
        """The white space before an argument that begins its line, else None."""
        before = _LINE_END.split(self.text[: argument.start])
        return before[-1] if len(before) > 1 and not before[-1].strip() else None

    def _newline(self) -> str:
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"


def _edit(source: SourceText, call: ast.Call, text: str, change: Change) -> Edit:
    start, end = (_offset(source, call, text[:position]) for position in (change.start, change.end))
    return Edit(start, end, source.written(change.text, offset=start))


def _offset(source: SourceText, call: ast.Call, before: str) -> int:
    """The byte on disk where the call's text goes on after `before`."""
    *lines, last = _LINE_END.split(before)
    column = len(last.encode()) + (0 if lines else call.col_offset)
    return source.offset(call.lineno + len(lines), column)
