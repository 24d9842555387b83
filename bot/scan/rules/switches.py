"""`TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD`: the variable that makes every call without the keyword unsafe again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.scan.names.arguments import word_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant
from bot.scan.names.written_files import STARTS_PROGRAMS
from bot.scan.rules.base import also, words
from bot.scan.text.read import is_python_script

NAME = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
_CONSTANT = rb"\s*(?:\w+\.)*[A-Z][A-Z_\d]+\s*"
_SET_BY_NAME = rb"env(?:iron\s*(?:\[%b\]\s*=[^=]|\.setdefault\(%b,)|(?:(?<=setenv)|(?<=putenv))\(%b,)" % (
    _CONSTANT, _CONSTANT, _CONSTANT,
)  # fmt: skip
"""A variable set by a constant's name. It begins with plain letters, so that it is found at the speed of memory."""
SPELT = (
    *words(NAME.encode(), b"TORCH_FORCE", b"NO_WEIGHTS", b"ONLY_LOAD"),
    also(b"WEIGHTS", rb"[\"']WEIGHTS[\"']"),
    also(b"env", _SET_BY_NAME),
)
"""Which Python files may set it: the name is there, a piece of it, or a constant that may be another file's."""
_ON = frozenset({"1", "y", "yes", "true"})
"""What torch takes for on (torch/serialization.py, `_get_wo_message` and its neighbours, 2.6 to 2.13), in any case."""

_WRITERS = frozenset({"setdefault", "putenv", "setenv", "__setitem__", "update", "dict", "Popen", "run", "call"})
_MADE = (ast.Name, ast.Attribute, ast.BinOp, ast.JoinedStr, ast.Call, ast.Subscript)
_IN_TEXT = re.compile(rf"""\b{NAME}["']?(?:\s*[=:,]\s*|\s+)["']?(?P<value>[\w$]+)""", re.I)
_BEFORE_COMMAND = re.compile(rf"""(?:^|[;&|\s]){NAME}=["']?(?:1|y|yes|true)\b""", re.I)
_NAMED = re.compile(rf"""name["']?\s*:\s*["']?{NAME}\b""", re.I)
_VALUE = re.compile(r"""value["']?\s*:\s*["']?(?P<value>\w+)""", re.I)

_SUFFIXES = frozenset(
    ".yml .yaml .sh .bash .zsh .fish .env .envrc .ini .cfg .toml .mk .make .ps1 .bat .cmd .dockerfile .service .slurm "
    ".sbatch .tf .hcl .nix .ipynb".split()
)
_FILES = re.compile(
    r"(Dockerfile|Containerfile|Makefile|GNUmakefile|Jenkinsfile|justfile|Procfile|Vagrantfile|\.env|\.envrc|"
    r"devcontainer\.json|launch\.json|settings\.json)([._-].*)?"
)


def may_switch(path: str) -> bool:
    """Whether a file of this name is a place where people set environment variables."""
    name = path.rpartition("/")[2]  # asked of every file of a tree: pathlib takes ten times as long
    stem, _, ending = name.rpartition(".")
    return (stem != "" and f".{ending.lower()}" in _SUFFIXES) or _FILES.fullmatch(name) is not None


def may_be_script(path: str, data: bytes) -> bool:
    """Whether a file without a suffix is a script for a shell: its first line says so."""
    return "." not in path.rpartition("/")[2] and data.startswith(b"#!") and not is_python_script(data)


def switched_in_python(module: Module) -> Iterator[ast.expr | ast.stmt]:
    """Each assignment or call that sets the variable to something torch takes for on, or to something unknown."""
    if not any(trigger.fires(module.source.data) for trigger in SPELT):
        return
    for key, value, node in _set(module):
        if _is_name(key, module) and _is_on(value, module):
            yield node
    for constant in module.of(ast.Constant):
        if isinstance(constant.value, str) and _BEFORE_COMMAND.search(constant.value):
            command: ast.expr = constant
            holder = module.parent(command)
            if isinstance(holder, ast.JoinedStr):
                command, holder = holder, module.parent(holder)
            if isinstance(holder, ast.Call) and command in holder.args and word_of(holder.func) in STARTS_PROGRAMS:
                yield holder
    for keyword in module.of(ast.keyword):
        if keyword.arg == NAME and _is_on(keyword.value, module):
            holder = module.parent(keyword)
            if isinstance(holder, ast.Call):
                yield holder


def _set(module: Module) -> Iterator[tuple[ast.expr, ast.expr, ast.expr | ast.stmt]]:
    """What is set under a key, as a name is in the environment: the key, the value, and the code that does it."""
    for item in module.of(ast.Subscript):
        named = isinstance(item.slice, ast.Constant) or "env" in word_of(item.value).lower()
        statement = module.statement(item) if named and isinstance(item.ctx, ast.Store) else None
        if isinstance(statement, ast.Assign):
            yield item.slice, statement.value, statement
    for call in module.of(ast.Call):
        if len(call.args) > 1 and word_of(call.func) in _WRITERS:
            yield call.args[0], call.args[1], call
        elif len(call.args) > 2 and word_of(call.func) == "set_key":  # of dotenv: the file stands first
            yield call.args[1], call.args[2], call
    for options in module.of(ast.Dict):
        yield from ((key, value, options) for key, value in zip(options.keys, options.values, strict=True) if key)


def _is_name(key: ast.expr, module: Module) -> bool:
    """Whether a key is the variable's name, also put together from pieces or under a name of ours."""
    if isinstance(key, ast.Constant):
        return key.value == NAME
    return isinstance(key, _MADE) and Constant(NAME) in evaluate(key, module)


def _is_on(value: ast.expr, module: Module) -> bool:
    return any(not isinstance(v, Constant) or str(v.value).lower() in _ON for v in evaluate(value, module))


def switched_in_text(text: str) -> Iterator[tuple[int, int, int]]:
    """Line and columns (1-based, end exclusive) where a Dockerfile, workflow, script or .env file sets the variable."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        bare = line.split("#", 1)[0] if line.lstrip().startswith(("#", "//", ";", "REM ")) else line
        found = _IN_TEXT.search(bare)
        if found and found["value"].lower() in _ON:
            yield number, found.start() + 1, found.end() + 1
            continue
        named = _NAMED.search(bare)  # a Kubernetes list: the value stands on the next line, or behind a comma
        value = (
            _VALUE.search(bare, named.end()) or (_VALUE.search(lines[number]) if number < len(lines) else None)
            if named
            else None
        )
        if named and value and value["value"].lower() in _ON:
            yield number, named.start() + 1, named.end() + 1
