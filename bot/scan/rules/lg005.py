"""The protection of `weights_only` is switched off for the whole program.

Three ways lead there. `torch.load` is replaced by a version that passes `weights_only=False`, or the default it asks
for, or the unpickler behind the keyword: every library in the process gets it, unasked.
`TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1` undoes torch 2.6's safe default for every call that says nothing, from Python, a
Dockerfile, a workflow, a shell script or a .env file. `add_safe_globals` is given something that runs code: torch
refuses only the modules sys, os, posix and nt there, `eval` is accepted.

Bad:

    torch.load = functools.partial(torch.load, weights_only=False)
    os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"
    torch.serialization.add_safe_globals([getattr])

Good:

    with torch.serialization.safe_globals([argparse.Namespace]):
        state = torch.load(path, weights_only=True)

Fix: take the switch out, see which loads fail, and name for each the harmless classes its file needs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.model import Finding, Severity
from bot.scan.names.module import Module
from bot.scan.project import Project
from bot.scan.rules.base import Rule, also, finding_at, words
from bot.scan.rules.patched import REPLACED_BY_WORD, find_patches
from bot.scan.rules.switches import NAME, SPELT, may_be_script, may_switch, switched_in_python, switched_in_text
from bot.scan.rules.trusted import Trusted, find_trusted

_ADVICE = (
    "Take it out, see which loads fail, and name what each file needs with torch.serialization.safe_globals([...])."
)
_ENVIRONMENT = f"{NAME} makes every torch.load that says nothing run the code a pickle asks for"
_CONTENTS = rb"(?:__dict__|vars\(\s*torch[\w.]*\s*\))\s*(?:\[|\.update)"
"""`torch.__dict__["load"] = ...`, `vars(torch).update(load=...)`."""


def check(module: Module, project: Project) -> Iterator[Finding]:
    for patch in find_patches(module):
        yield _at(module, patch.node, Severity.ERROR if patch.unsafe else Severity.WARNING, patch.what)
    for node in switched_in_python(module):
        yield _at(module, node, Severity.ERROR, _ENVIRONMENT)
    for trusted in find_trusted(module):
        yield _at(module, trusted.call, Severity.ERROR, _trust(trusted))


def _at(module: Module, node: ast.expr | ast.stmt, severity: Severity, message: str) -> Finding:
    return finding_at(module, node, rule=RULE.code, severity=severity, message=message, advice=_ADVICE)


def _trust(trusted: Trusted) -> str:
    if trusted.dangerous:
        return "the allow-list trusts " + "; ".join(f"{name}, which {why}" for name, why in trusted.dangerous)
    return f"the allow-list trusts everything {trusted.wholesale}() lists: no one has looked at what that runs"


def check_file(path: str, data: bytes, project: Project) -> Iterator[Finding]:
    if NAME.encode() not in data or not (may_switch(path) or may_be_script(path, data)):
        return
    text = data.decode("utf-8", errors="replace")
    lines = text.splitlines()
    for line, column, end in switched_in_text(text):
        source = lines[line - 1].strip()[:200]
        yield Finding(
            RULE.code, Severity.ERROR, path, line, column, line, end, _ENVIRONMENT, source=source, advice=_ADVICE
        )  # fmt: skip


RULE = Rule(
    "LG005",
    "safety-switched-off",
    Severity.ERROR,
    "torch.load is patched, its safe default is switched off, or its allow-list trusts what executes",
    check_module=check,
    trigger=(
        *SPELT,
        *words(b"safe_globals", b"__kwdefaults__", *REPLACED_BY_WORD),
        also(b".load", rb"\.load\s*=[^=]", load=True),
        also(b"setattr", rb"setattr\s*\((?:[^)]{0,200}\bload\b|\s*torch[\w.]*\s*,\s*(?![\"']\w+[\"']\s*,))", load=True),
        also(b"patch", rb"patch(?:\.object)?\s*\([^)]{0,200}\bload\b", load=True),
        *(also(word, _CONTENTS, load=True) for word in (b'load"]', b"load']", b"(load=")),
    ),
    check_file=check_file,
    wants=lambda path: may_switch(path) or "." not in path.rpartition("/")[2],
)
