"""Code that is written into a file which the same module then runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from bot.scan.names.arguments import word_of
from bot.scan.names.module import Module

STARTS_PROGRAMS = frozenset(
    """system popen run call check_call check_output Popen create_subprocess_exec create_subprocess_shell getoutput
    getstatusoutput execv execve execvp execl execlp spawnv spawnl spawn sh run_command execute""".split()
)
WRITERS = frozenset({"write_text", "write_bytes", "write", "writelines"})
_RUNS_FILES = STARTS_PROGRAMS | {"run_path", "spec_from_file_location", "execfile", "import_module", "exec"}
_OPENERS = frozenset("open Path pathlib os sys str subprocess tempfile self".split())
_SCRIPT = re.compile(r"[\w-]+\.py\b")


def is_python(text: str) -> bool:
    """Whether a command, or a module that starts one, names Python."""
    return "python" in text or "sys.executable" in text


def is_run_later(write: ast.Call, module: Module) -> bool:
    """Whether the module runs the file that is written: `Path("job.py").write_text(code)`, `run(["job.py"])`."""
    said = _words_of_file(write.func, module)
    calls = [call for call in module.of(ast.Call, *_RUNS_FILES) if word_of(call.func) in _RUNS_FILES]
    return any(not said.isdisjoint(_said_in(argument)) for call in calls for argument in call.args)


def _words_of_file(function: ast.expr, module: Module) -> set[str]:
    """Names and `.py` texts that stand for the file behind `path.write_text` or `handle.write`."""
    said = set(_said_in(function))
    for name in said.copy():
        for use in module.names(name):
            parent = module.parent(use)
            if isinstance(parent, ast.withitem):
                said |= set(_said_in(parent.context_expr))
            elif isinstance(parent, ast.Assign) and use in parent.targets:
                said |= set(_said_in(parent.value))
    return said - _OPENERS


def _said_in(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from _SCRIPT.findall(part.value)
