"""Where a project names the torch it wants: one reader for each kind of file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.scan.evidence.version.versions import Bounds, read_bounds

_LARGEST = 3_000_000  # locks are long; nothing else here is
_SPECIFIER = r"\s*(?:\[[^\]]*\])?\s*\(?(?P<spec>(?:(?:===|==|~=|>=|<=|!=|>|<)\s*[\w.*+!{}-]+\s*,?\s*)*)"
_REQUIREMENT = re.compile(rf"(?<![\w./:-])(?P<name>torch)(?![\w./-]|\s*@){_SPECIFIER}", re.IGNORECASE)
_QUOTED = re.compile(rf"""(?P<quote>["'])\s*torch(?![\w./-]|\s*@){_SPECIFIER}[^"'\n]*(?P=quote)""", re.IGNORECASE)
_POETRY = re.compile(r"""^\s*["']?torch["']?\s*=\s*(?:\{.*?version\s*=\s*)?["'](?P<spec>[^"']*)["']""")
_CONDA = re.compile(r"""^\s*-\s*["']?(?:[\w.-]+::)?(?:py)?torch(?![\w.-])\s*(?P<spec>[^#"'\n]*)""")
_IMAGE = re.compile(r"^\s*FROM\s+(?:--\S+\s+)?\S*pytorch/pytorch:(?P<spec>\d+(?:\.\d+)+)", re.IGNORECASE)
_SECTION = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_TOOLS = ("tool.poetry", "tool.pdm")
_FIRM, _EXTRA, _LOCK, _IMAGED = range(4)
_FIRM_FOLDERS = frozenset({"requirements", "requires", "reqs", "requirement", "deps", "dependencies"})
_LOCKS = frozenset({"poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml"})
_ASIDE = re.compile(
    r"(^|[-_/.])(docs?|tests?|dev|lint|typing|build|ci|examples?|benchmarks?|doctest)([-_/.]|$)", re.IGNORECASE
)
_EXTRAS = ("project.optional-dependencies", "dependency-groups", "tool.poetry.group", "tool.pdm.dev", "dev-packages")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One line that names torch. `rank` 0 is a dependency, 1 an extra, 2 a lock, 3 an image."""

    path: str
    line: int
    text: str
    bounds: Bounds
    rank: int
    folder: str

    @property
    def firm(self) -> bool:
        return self.rank == _FIRM


def is_manifest(path: str) -> bool:
    """Whether the file's name is one in which people declare dependencies."""
    return _reader(path) is not None


def declarations_in(path: str, data: bytes) -> tuple[Declaration, ...]:
    """Each declaration of torch in one file, in order; empty where it is unreadable, too large or names none."""
    reader = _reader(path)
    if reader is None or len(data) > _LARGEST or b"torch" not in data:
        return ()
    lines = data.decode("utf-8", errors="replace").splitlines()
    folder = _folder(path)
    return tuple(
        Declaration(path, number, lines[number - 1].strip()[:200], read_bounds(spec), rank, folder)
        for number, spec, rank in reader(lines)
    )


_Found = Iterator[tuple[int, str, int]]


def _reader(path: str) -> Callable[[list[str]], _Found] | None:
    name = path.rpartition("/")[2]
    if name in _LOCKS:
        return _lock
    if name in ("pyproject.toml", "Pipfile"):
        return _toml
    if name in ("setup.py", "setup.cfg"):
        return _quoted if name == "setup.py" else _plain
    if name.startswith("Dockerfile") or name.endswith((".dockerfile", ".Dockerfile")) or name == "Containerfile":
        return _image
    if name.endswith((".yml", ".yaml")) and (name.startswith(("environment", "env", "conda")) or name == "meta.yaml"):
        return _conda_aside if _ASIDE.search(path) else _conda
    if name.endswith((".txt", ".in", ".pip")) and ("require" in path.lower() or "constraint" in name):
        return _aside if _ASIDE.search(path) else _plain
    return None


def _folder(path: str) -> str:
    """The folder a declaration speaks for: `requirements/`, `docker/` and `conda/` speak for the one above."""
    parts = list(PurePosixPath(path).parts[:-1])
    for index, part in enumerate(parts):
        if part.lower() in _FIRM_FOLDERS or part.lower() in ("docker", "conda", "recipe", "conda-recipe", ".conda"):
            return "/".join(parts[:index])
    return "/".join(parts)


def _plain(lines: list[str]) -> _Found:
    for number, line in enumerate(lines, start=1):
        match = _REQUIREMENT.match(line.split("#", 1)[0].strip())
        if match:
            yield number, match["spec"], _FIRM


def _aside(lines: list[str]) -> _Found:
    for number, spec, _ in _plain(lines):
        yield number, spec, _EXTRA


def _quoted(lines: list[str]) -> _Found:
    constants = dict(re.findall(r"""^(\w+)\s*=\s*["']([\d.]+)["']""", "\n".join(lines), re.MULTILINE))
    for number, line in enumerate(lines, start=1):
        for match in _QUOTED.finditer(line.split("#", 1)[0]):
            spec = re.sub(r"\{(\w+)\}", lambda m: constants.get(m[1], ""), match["spec"])
            yield number, spec, _FIRM


def _toml(lines: list[str]) -> _Found:
    section = ""
    for number, line in enumerate(lines, start=1):
        header = _SECTION.match(line)
        if header and "=" not in line.split("]")[0]:
            section = header[1].strip("\"' ")
        if section == "build-system" or (section.startswith("tool.") and not section.startswith(_TOOLS)):
            continue
        rank = _EXTRA if section.startswith(_EXTRAS) else _FIRM
        bare = _without_comment(line)
        pinned = _POETRY.match(bare)
        if pinned:
            yield number, pinned["spec"], rank
            continue
        for match in _QUOTED.finditer(bare):
            yield number, match["spec"], rank


def _without_comment(line: str) -> str:
    return line if line.count("#") == 0 else re.sub(r"""#[^"']*$""", "", line)


def _conda(lines: list[str]) -> _Found:
    for number, line in enumerate(lines, start=1):
        match = _CONDA.match(line)
        if match:
            yield number, match["spec"], _FIRM


def _conda_aside(lines: list[str]) -> _Found:
    for number, spec, _ in _conda(lines):
        yield number, spec, _EXTRA


def _lock(lines: list[str]) -> _Found:
    for number, line in enumerate(lines, start=1):
        if re.match(r"""^\s*(name\s*=\s*"torch"|"torch"\s*:\s*\{|-?\s*name:\s*(py)?torch\s*$)""", line):
            for offset, following in enumerate(lines[number : number + 12], start=number + 1):
                version = re.match(r"""^\s*"?version"?\s*[:=]\s*["']?=*(?P<spec>\d[\w.+]*)""", following)
                if version:
                    yield offset, f"=={version['spec']}", _LOCK
                    break


def _image(lines: list[str]) -> _Found:
    for number, line in enumerate(lines, start=1):
        image = _IMAGE.match(line)
        if image:
            yield number, f"=={image['spec']}", _IMAGED
        elif "install" in line or line.lstrip().startswith(("torch", "'torch", '"torch')):
            for match in _REQUIREMENT.finditer(line.split("#", 1)[0].replace('"', " ").replace("'", " ")):
                yield number, match["spec"], _IMAGED
