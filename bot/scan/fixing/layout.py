"""How a call is laid out: where its arguments start and end, read token by token from the call's own text."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.scan.text.source import split_lines

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_LAYOUT = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT})


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call, in characters of the call's text.

    `start` to `end` is the argument with its keyword, stars and parentheses, without its comma; `value` is where the
    value begins; `comma` is just past the comma that follows, or None.
    """

    start: int
    value: int
    end: int
    comma: int | None
    keyword: str | None
    star: str


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


def read_arguments(text: str) -> tuple[Argument, ...] | None:
    """The arguments of the call that `text` is, in order; None where the tokenizer reads something else than a call."""
    try:
        tokens = list(_tokens(text))
    except (tokenize.TokenError, SyntaxError):
        return None
    opening = _opening(tokens)
    if not opening or tokens[-1].end != len(text):
        return None
    arguments: list[Argument] = []
    piece: list[_Token] = []
    for token, splits in _with_splits(tokens[opening + 1 : -1]):
        if not splits:
            piece.append(token)
        elif not piece:
            return None
        else:
            arguments.append(_argument(piece, token.end))
            piece = []
    return (*arguments, _argument(piece, None)) if piece else tuple(arguments)


def _tokens(text: str) -> Iterator[_Token]:
    """What stands in the text apart from white space, line ends and comments."""
    written = split_lines(text)
    starts = list(accumulate((len(line) for line in written), initial=0))
    # brackets around it make a line end mean nothing; an old Mac's is none to the tokenizer
    source = "(\n" + "".join(line.rstrip("\r\n") + "\n" for line in written) + ")\n"
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, last = token.start[0] - 2, token.end[0] - 2
        if 0 <= row < len(written) and token.type not in _LAYOUT:
            yield _Token(token.string, starts[row] + token.start[1], starts[last] + token.end[1])


def _opening(tokens: Sequence[_Token]) -> int:
    """The place of the bracket that the last token closes; 0, where no call can open, when there is none."""
    depth = 0
    for place in range(len(tokens) - 1, -1, -1):
        depth += (tokens[place].text in _CLOSING) - (tokens[place].text in _OPENING)
        if depth == 0:
            return place if tokens[place].text == "(" else 0
    return 0


def _with_splits(tokens: Sequence[_Token]) -> Iterator[tuple[_Token, bool]]:
    """Each token, and whether it is a comma between two arguments."""
    depth = lambdas = 0
    for token in tokens:
        if not depth:
            lambdas += (token.text == "lambda") - (token.text == ":" and lambdas > 0)
        yield token, token.text == "," and not depth and not lambdas
        depth += (token.text in _OPENING) - (token.text in _CLOSING)


def _argument(piece: Sequence[_Token], comma: int | None) -> Argument:
    named = len(piece) > 2 and piece[1].text == "="
    star = piece[0].text if piece[0].text in ("*", "**") else ""
    value = piece[2 if named else 1 if star and len(piece) > 1 else 0].start
    return Argument(piece[0].start, value, piece[-1].end, comma, piece[0].text if named else None, star)
