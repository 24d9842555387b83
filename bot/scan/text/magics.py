"""What IPython allows in a cell and Python does not, replaced so that lines and columns stay where they are."""

from __future__ import annotations

import ast
import re
import warnings

from bot.scan.text.shell import quoted
from bot.scan.text.source import split_lines

# Cell magics whose body is not Python, or is not run where it stands.
_SHELLS = frozenset("bash sh script cmd system sx".split())
_FOREIGN = frozenset(
    "html HTML javascript js latex markdown svg SVG perl ruby R sql bigquery "
    "writefile file cython julia octave configure".split()
)
_WRITES_PYTHON = re.compile(r"\s*%%(?:writefile|file)\b[^\n]*\.pyw?[\"']?[ \t]*\n")
_TRIPLE = "'" * 3
_CELL_MAGIC = re.compile(r"\s*%%(\w*)")
# Magics that run the rest of their line as Python: `%time state = torch.load(path)`.
_RUNS = re.compile(
    r"(?P<indent>[ \t]*)(?P<magic>%(?:time|timeit|[lm]?prun|memit)(?:[ \t]+-(?:[fmTDsl][ \t]+[^\s(]+(?=[ \t])|"
    r"\w+(?:[ \t]+\d+)?))*[ \t]+)(?P<code>[^\s-].*)",
    re.S,
)
_RUNS_FILE = re.compile(r"%run[ \t]+(?:-\w+[ \t]+)*[\"']?(?:\./)?(?P<module>\w+(?:/\w+)*)(?:\.py)?[\"']?(?:[ \t].*)?")
_SCRIPT_IN_PYTHON = re.compile(r"\s*%%script[ \t]+(?:--?\S+[ \t]+)*\S*(?:python|pypy)[\d.]*[ \t]*\r?\n")
_COMMAND = re.compile(r"(?P<indent>[ \t]*)(?:[%!]|\?{1,2}\w|[\w.*]+[ \t]*\?{1,2}[ \t]*(?:#.*)?$)")
_ASSIGNED = re.compile(r"(?P<target>[ \t]*[\w.,\[\]'\" \t]+=[ \t]*)(?P<command>[!%][\w!].*)", re.S)
_LEXEME = re.compile(
    r"""#.*|(?P<triple>\"\"\"|''')|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(?P<open>[(\[{])|(?P<close>[)\]}])""",
)


def tolerate_magics(cell: str) -> str:
    """The cell as Python, with as many lines, and each kept line's columns as they were.

    A cell in another language comes back blank.
    """
    if parses(cell):
        return cell
    magic = _CELL_MAGIC.match(cell)
    lines = list(split_lines(cell))
    if magic:
        if magic.group(1) in _SHELLS and not _SCRIPT_IN_PYTHON.match(cell):
            return _command(cell) if "load" in cell else _blank(lines)
        if magic.group(1) in _FOREIGN and not _WRITES_PYTHON.match(cell):
            return _blank(lines)
        skipped = len(split_lines(cell[: magic.start(1)]))
        body = _without_commands(lines[skipped:])
        return _blank(lines[:skipped]) + body if parses(body) else _blank(lines)
    return _without_commands(lines)


def _command(cell: str) -> str:
    """A cell in a shell's language as one string, whose Python programs are read as those in other strings are."""
    text = cell.rstrip("\r\n")
    opened = text.index("%%") + len(_TRIPLE)
    return text[: opened - len(_TRIPLE)] + quoted(text[opened:], quote=_TRIPLE) + cell[len(text) :]


def parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _blank(lines: list[str]) -> str:
    return "".join(_ending(line) for line in lines)


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _without_commands(lines: list[str]) -> str:
    """Every line that begins a statement and is IPython's becomes `pass` or loses its magic; others stay."""
    done: list[str] = []
    quote, depth, continued, shell = "", 0, False, False
    for line in lines:
        if shell:
            shell = line.rstrip().endswith("\\")
            done.append(_ending(line))
            continue
        new = line if quote or depth or continued else _statement(line)
        shell = new is not line and "pass" in new and line.rstrip().endswith("\\")
        quote, depth = _state(new, quote, depth)
        continued = new.rstrip("\r\n").endswith("\\")
        done.append(new)
    return "".join(done)


def _statement(line: str) -> str:
    runs = _RUNS.fullmatch(line)
    if runs:
        return runs["indent"] + "if 1:".ljust(len(runs["magic"])) + runs["code"]
    command = _COMMAND.match(line)
    file = _RUNS_FILE.fullmatch(line.strip())
    if command and file:  # its names are the notebook's then
        return f"{command['indent']}from {file['module'].replace('/', '.')} import *{_ending(line)}"
    if command:
        return f"{command['indent']}{_said(line[command.end('indent') :]) or 'pass'}{_ending(line)}"
    assigned = _ASSIGNED.fullmatch(line)
    timed = _RUNS.fullmatch(assigned["command"]) if assigned else None
    if assigned and timed:  # `state = %time torch.load(path)`
        return f"{assigned['target']}{' ' * len(timed['magic'])}{timed['code']}"
    return f"{assigned['target']}{_said(assigned['command']) or 'None'}{_ending(line)}" if assigned else line


def _said(command: str) -> str:
    """A line for the shell as a string, where a Python program in it can be of interest."""
    said = command.rstrip("\r\n")
    return quoted(said[1:]) if "load" in said and said[0] == "!" and not said.endswith("\\") else ""


def _state(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Whether a triple-quoted string, and how many brackets, are open at the end of `line`."""
    position = 0
    while position < len(line):
        if quote:
            end = re.compile(rf"(?:[^\\]|\\.)*?{quote}", re.S).match(line, position)
            if not end:
                return quote, depth
            position, quote = end.end(), ""
            continue
        lexeme = _LEXEME.search(line, position)
        if not lexeme:
            break
        quote = lexeme["triple"] or ""
        depth = max(0, depth + bool(lexeme["open"]) - bool(lexeme["close"]))
        position = lexeme.end()
    return quote, depth
