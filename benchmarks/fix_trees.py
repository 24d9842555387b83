"""What `loadguard fix` does to real repositories: a check to run before a release, on checkouts of one's own.

    python benchmarks/fix_trees.py TREE [TREE ...]

Each tree is copied and fixed (safe tier, then with --review-tier). Of every changed file it is checked that it still
compiles, that its syntax tree without the keywords added is the one it had, that a second run changes nothing, and,
where the tree configures ruff's or black's format and the tool is installed, that the formatter has no more to say than before.
"""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SKIP = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__")
ADDED = {"weights_only", "mmap"}


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
    try:
        new = ast.parse(path.read_bytes())
    except SyntaxError as error:
        yield f"{name}: does not compile: {error}"
        return
    if _without_added(new) != _without_added(ast.parse(old)):
        yield f"{name}: more than the keywords changed"


def _without_added(module: ast.Module) -> str:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            node.keywords = [k for k in node.keywords if k.arg not in ADDED]
    return ast.dump(module)


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
