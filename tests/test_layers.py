"""One way down (docs/architecture.md), held by reading every import, and the sizes of the house."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "bot").rglob("*.py"))
ROOMS = ("activities", "scan", "plan", "edge", "report")
# What a room may reach, beside itself and the nouns at the bottom.
MAY_IMPORT = {
    "activities": {"scan", "plan", "edge", "report"},
    "scan": set(),
    "plan": set(),
    "edge": set(),
    "report": set(),
}
# The top: builds things, knows everybody, known by nobody but itself.
TOP = ("main", "__main__", "cli", "bug_report")
# The same inside the largest room of `scan/`: what judges stands above all of these.
EVIDENCE = {
    "ground": set(),
    "version": {"ground"},
    "saves": {"ground", "human"},
    "follow": {"ground", "saves"},
}
# Room or file -> who may import it; the child of the sandbox runs in a process of its own.
ONLY_IN = {
    "github": ("bot/edge/github/",),
    "torch": ("bot/edge/sandbox_child",),
    "subprocess": ("bot/edge/checkout", "bot/edge/sandbox"),
    "libcst": ("bot/scan/",),
}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, also inside functions, with the line."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(path.relative_to(ROOT).parts[: -node.level]) + "." if node.level else ""
            module = f"{above}{node.module or ''}".rstrip(".")
            yield module, node.lineno
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(dotted: str) -> str | None:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "bot" and parts[1] in ROOMS else None


def is_top(dotted: str) -> bool:
    parts = dotted.split(".")
    return len(parts) > 1 and parts[0] == "bot" and parts[1] in TOP


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_room_imports_only_what_lies_below(path: Path) -> None:
    room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    top = is_top("bot." + path.relative_to(ROOT / "bot").parts[0].removesuffix(".py"))
    for name, line in imports(path):
        place = f"{where(path)}:{line} imports {name}"
        other = room_of(name)
        if room is not None:
            assert other in (None, room) or other in MAY_IMPORT[room], place
        elif not top:
            assert other is None, f"{place}: the nouns import no room"
        if not top:
            assert not is_top(name), f"{place}: nobody imports the top"


@pytest.mark.parametrize("path", sorted((ROOT / "bot/scan/evidence").glob("*/*.py")), ids=where)
def test_evidence_rests_on_what_lies_below(path: Path) -> None:
    room = path.parent.name
    for name, line in imports(path):
        parts = name.split(".")
        if parts[:3] == ["bot", "scan", "evidence"] and len(parts) > 3:
            assert parts[3] in {room, *EVIDENCE[room]}, f"{where(path)}:{line} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_heavy_and_dangerous_imports_stay_in_their_place(path: Path) -> None:
    for name, line in imports(path):
        allowed = ONLY_IN.get(name.split(".")[0])
        assert allowed is None or where(path).startswith(allowed), f"{where(path)}:{line} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_the_environment_is_read_in_main_only(path: Path) -> None:
    if where(path) in ("bot/main.py",) or where(path).startswith("bot/edge/sandbox_child"):
        return
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            assert owner != "os", f"{where(path)}:{node.lineno} reads the environment"
        assert not (
            isinstance(node, ast.ImportFrom) and node.module == "os" and "environ" in {a.name for a in node.names}
        )


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_nothing_prints_but_the_runner_and_the_child(path: Path) -> None:
    if where(path).startswith(("bot/edge/runner", "bot/edge/sandbox_child", "bot/report/")):
        return
    for node in ast.walk(ast.parse(path.read_bytes())):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        assert not called, f"{where(path)}:{getattr(node, 'lineno', 0)} prints"


def test_the_sandbox_child_imports_nothing_of_the_bot() -> None:
    child = ROOT / "bot" / "edge" / "sandbox_child"
    files = sorted(child.rglob("*.py")) if child.is_dir() else [child.with_suffix(".py")]
    assert files
    for path in files:
        for name, line in imports(path):
            assert not name.startswith("bot.") or name.startswith("bot.edge.sandbox_child"), (
                f"{where(path)}:{line} {name}"
            )


def test_no_cycle() -> None:
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}
    edges = {
        name: {n for n, _ in module_level(path, names) if n in names and n != name} for name, path in names.items()
    }
    seen: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if seen.setdefault(name, 0):
            return
        for other in sorted(edges[name]):
            visit(other, (*trail, name))
        seen[name] = 1

    for name in sorted(edges):
        visit(name, ())


def module_level(path: Path, names: Collection[str]) -> Iterator[tuple[str, int]]:
    """Imports that run when the module is loaded; those for type checkers alone do not."""
    stack: list[ast.AST] = [ast.parse(path.read_bytes())]
    while stack:
        node = stack.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                continue
            if isinstance(child, ast.Import):
                yield from ((alias.name, child.lineno) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                whole = [f"{child.module}.{alias.name}" for alias in child.names]
                yield from ((name, child.lineno) for name in whole if name in names)
                if not all(name in names for name in whole):
                    yield child.module or "", child.lineno
            stack.append(child)


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_sizes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300, f"{where(path)} is longer than 300 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 50, f"{where(path)}:{node.lineno} {node.name} has {length} lines"


def test_scanning_imports_neither_network_nor_torch() -> None:
    """`loadguard scan` must start fast: asked of a fresh interpreter, not of our own list."""
    import subprocess
    import sys

    code = "import sys, bot.activities.scanning; print(*sorted(m for m in sys.modules if m in HEAVY))"
    heavy = ("github", "requests", "libcst", "torch", "yaml", "subprocess", "multiprocessing", "asyncio", "sqlite3")
    done = subprocess.run(
        [sys.executable, "-c", code.replace("HEAVY", repr(heavy))],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
