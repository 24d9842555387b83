"""Python in shell text: behind `python -c` or `python -m timeit`, or in a here-document that python reads."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise

_DASH_C = re.compile(r"(?:^|\s)-\w*c\s|\btimeit\s")
_FLAG = re.compile(r"-\w*c")
_HERE = re.compile(
    r"^(?P<head>[^\n]*)<<-?[ \t]*(?P<quote>['\"\\]?)(?P<end>\w+)(?P=quote)?(?P<rest>[^\n]*)\n"
    r"(?P<text>.*?)^[ \t]*(?P=end)[ \t]*$",
    re.S | re.M,
)
_NESTED = 3
_SETUP = frozenset({"-s", "--setup"})
_TAKES_VALUE = _SETUP | {"-n", "-r", "-u", "--number", "--repeat", "--unit"}
_SIGNS = {ord("'"): 0xE001, ord('"'): 0xE002, ord("\\"): 0xE003}
_WRITTEN = {code: sign for sign, code in _SIGNS.items()}
_MARK = "\ue000"
"""Characters for private use: they stand for the signs that would end a string, and for its being a command."""

_CLOSED = re.compile(f"{_MARK}'{{0,3}}")
_ONE_QUOTE = re.compile(r"'(?!'')")


def programs_in(command: str, *, depth: int = _NESTED) -> Iterator[str]:
    """Each Python program in a command. A shell's own `-c` text may come as well: it does not parse as Python."""
    for here in _HERE.finditer(command) if "<<" in command else ():
        if "python" in here["head"] + here["rest"]:
            yield here["text"]
    if depth and _DASH_C.search(command):
        for code in _after_c(command):
            yield code
            yield from programs_in(code, depth=depth - 1)


def starts_python(command: str) -> bool:
    """Whether a command may hold such a program."""
    return "<<" in command or _DASH_C.search(command) is not None


def timed(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """What `python -m timeit -s "import torch" "torch.load(path)"` runs: the texts of its setup, and where among the
    words the lines stand that it times.
    """
    setup: list[str] = []
    rest = iter(enumerate(words))
    begun = any(_is_timeit(words, at) for at, _ in rest)
    for at, word in rest if begun else ():
        if not word.startswith("-"):
            return setup, [*range(at, len(words))]
        option, _, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
        if option in _TAKES_VALUE:
            value = value or next(rest, (at, ""))[1]
            setup += [value] if option in _SETUP else []
    return setup, []


def _is_timeit(words: Sequence[str], at: int) -> bool:
    if words[at] == "timeit":
        return at > 0 and words[at - 1] in ("-m", "pyperf")
    return words[at] == "-mtimeit"


def _after_c(command: str) -> Iterator[str]:
    for text in (command, *command.splitlines()):  # line by line where a quote in a comment spoils the whole
        try:
            words = shlex.split(text)
        except ValueError:
            continue
        yield from (code for flag, code in pairwise(words) if _FLAG.fullmatch(flag))
        setup, lines = timed(words)
        yield from ["\n".join((*setup, *(words[at] for at in lines)))] if lines else []
        if text is command:
            return


def quoted(command: str, *, quote: str = "'") -> str:
    """A command as a Python string that `unquoted` reads: it begins one quote earlier and ends one later."""
    return f"{quote}{command.translate(_SIGNS)}{_MARK}{quote}"


def as_written(text: str) -> str:
    """Source in which `quoted` commands stand, with their own signs again."""
    if _MARK not in text:
        return text
    plain = _CLOSED.sub("", text).translate(_WRITTEN)
    return f"!{plain[1:]}" if _ONE_QUOTE.match(plain) else plain


def without_end(text: str) -> str:
    """Source up to some place, without what `quoted` put behind a command."""
    return _CLOSED.sub("", text) if _MARK in text else text


def unquoted(text: object) -> str | None:
    """The command that `quoted` was given, None where the string is another."""
    if not isinstance(text, str) or not text.endswith(_MARK):
        return None
    return text[:-1].translate(_WRITTEN)
