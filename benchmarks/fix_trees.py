"""What `loadguard fix` does to real repositories: a check to run before a release, on checkouts of one's own.

    python benchmarks/fix_trees.py TREE [TREE ...]

Each tree is copied and fixed (safe tier, then with --review-tier). Of every changed file it is checked that it still
compiles, that its tokens (comments too) without the keywords added are those it had, that a second run changes nothing,
and, where the tree configures ruff's or black's format and the tool is installed, that the formatter has no more to say
than before.
"""

from __future__ import annotations

import argparse
import ast
import io
import shutil
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from pathlib import Path

SKIP = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__")
ADDED = {"weights_only", "mmap", "=", "True", ",", "(", ")"}
"""What a fix may add, as tokens; brackets where a line that became too long is wrapped."""
LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}


def main() -> int:
    """Exit code 1 when a tree fails one of the checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path)
    found = False
    for tree in parser.parse_args().trees:
        for trouble in check(tree):
            found = True
            sys.stdout.write(f"{trouble}\n")
        sys.stdout.flush()
    return 1 if found else 0


def check(tree: Path) -> list[str]:
    """What is wrong with the fixes of one tree; a line with the count of changed files is printed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / tree.name
        shutil.copytree(tree, copy, symlinks=True, ignore=SKIP)
        troubles: list[str] = []
        for more in ([], ["--review-tier"]):
            before = _sources(copy)
            said_before = _formatter(copy)
            _fix(copy, more)
            changed = {path: old for path, old in before.items() if path.read_bytes() != old}
            troubles += [f"{tree.name}: {t}" for path, old in changed.items() for t in _compare(path, old, copy)]
            after = _sources(copy)
            _fix(copy, more)
            troubles += [
                f"{tree.name}: {p.name}: a second run changes it" for p, d in after.items() if p.read_bytes() != d
            ]
            troubles += [f"{tree.name}: the formatter minds {n}" for n in sorted(_formatter(copy) - said_before)]
            sys.stdout.write(f"{tree.name} {' '.join(more)}: {len(changed)} files changed\n")
        return troubles


def _fix(tree: Path, more: list[str]) -> None:
    command = [sys.executable, "-m", "bot", "fix", "--quiet", *more, "."]
    done = subprocess.run(command, check=False, cwd=tree, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{tree.name}: fix exited {done.returncode}: {done.stderr.strip()[-300:]}")


def _sources(tree: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in sorted(tree.rglob("*.py")) if p.is_file() and not p.is_symlink()}


def _compare(path: Path, old: bytes, tree: Path) -> Iterator[str]:
    name = path.relative_to(tree)
    new = path.read_bytes()
    try:
        ast.parse(new)
    except SyntaxError as error:
        yield f"{name}: does not compile: {error}"
        return
    if not _only_keywords(_tokens(old), _tokens(new)):
        yield f"{name}: more than the keywords changed"


def _tokens(data: bytes) -> list[str]:
    return [t.string for t in tokenize.tokenize(io.BytesIO(data).readline) if t.type not in LAYOUT]


def _only_keywords(old: list[str], new: list[str]) -> bool:
    """Whether `new` is `old` with keywords put in, or with another value behind `weights_only=`."""
    at = 0
    for index, token in enumerate(new):
        if at < len(old) and old[at] == token:
            at += 1
        elif token == "True" and new[index - 2 : index] == ["weights_only", "="] == old[at - 2 : at]:
            at += 1  # a value changed in place
        elif token not in ADDED:
            return False
    return at == len(old)


def _formatter(tree: Path) -> set[str]:
    """The files that the tree's own formatter would write again."""
    configured = tree / "pyproject.toml"
    text = configured.read_text(encoding="utf-8", errors="replace") if configured.is_file() else ""
    tools = {"[tool.black": ("black", "--check", "."), "[tool.ruff": ("ruff", "format", "--check", ".")}
    command = next((c for sign, c in tools.items() if sign in text and shutil.which(c[0])), None)
    if command is None:
        return set()
    done = subprocess.run(command, check=False, cwd=tree, capture_output=True, text=True)
    lines = (done.stdout + done.stderr).splitlines()
    words = [line.rpartition(" ")[2] if line.startswith("would reformat") else "" for line in lines]
    found = [line.strip().removeprefix("--> ").partition(":")[0] for line in lines if line.strip().startswith("--> ")]
    return {word for word in (*words, *found) if word}


if __name__ == "__main__":
    sys.exit(main())
