"""`TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD`: the variable that makes every call without the keyword unsafe again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.scan.names.module import Module
from bot.scan.names.written_files import STARTS_PROGRAMS
from bot.scan.text.read import is_python_script

NAME = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
_ON = frozenset({"1", "y", "yes", "true"})
"""What torch takes for on (torch/serialization.py, `_get_wo_message` and its neighbours, 2.6 to 2.13), in any case."""

_WRITERS = frozenset({"setdefault", "putenv", "setenv", "__setitem__", "update", "dict", "Popen", "run", "call"})
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
    for constant in module.of(ast.Constant):
        if constant.value == NAME:
            for written in (constant, *_names_for(constant, module)):
                yield from _set_with(written, module)
        elif isinstance(constant.value, str) and _BEFORE_COMMAND.search(constant.value):
            command: ast.expr = constant
            holder = module.parent(command)
            if isinstance(holder, ast.JoinedStr):
                command, holder = holder, module.parent(holder)
            if isinstance(holder, ast.Call) and command in holder.args and _called(holder) in STARTS_PROGRAMS:
                yield holder
    for keyword in module.of(ast.keyword):
        if keyword.arg == NAME and _is_on(keyword.value):
            holder = module.parent(keyword)
            if isinstance(holder, ast.Call):
                yield holder


def _names_for(constant: ast.Constant, module: Module) -> Iterator[ast.expr]:
    """`VARIABLE = "TORCH_..."`: where VARIABLE is used."""
    statement = module.parent(constant)
    if isinstance(statement, ast.Assign) and statement.value is constant:
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield from (n for n in module.names(target.id) if isinstance(n.ctx, ast.Load))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _set_with(constant: ast.expr, module: Module) -> Iterator[ast.expr | ast.stmt]:
    parent = module.parent(constant)
    if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
        statement = module.statement(parent)
        if isinstance(statement, ast.Assign) and _is_on(statement.value):
            yield statement
    elif isinstance(parent, ast.Call) and len(parent.args) > 1 and parent.args[0] is constant:
        if _called(parent) in _WRITERS and _is_on(parent.args[1]):
            yield parent
    elif (
        isinstance(parent, ast.Dict) and constant in parent.keys and _is_on(parent.values[parent.keys.index(constant)])
    ):
        yield parent


def _is_on(value: ast.expr) -> bool:
    return not isinstance(value, ast.Constant) or str(value.value).lower() in _ON


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
