"""The lowest torch a project declares: every kind of file people declare it in, and what must not be taken for one."""

from __future__ import annotations

import pytest

from bot.scan.evidence.version.floor import Floor, torch_declarations, torch_floor
from bot.scan.evidence.version.versions import read_bounds, read_version
from bot.scan.project import Project

DECLARED = [
    ("requirements.txt", "numpy\ntorch>=2.1,<3 # pinned\n", (2, 1), 2, True),
    ("requirements.txt", "torch == 2.3.1+cu121 ; python_version >= '3.9'\n", (2, 3, 1), 1, True),
    ("requirements/base.txt", "torch >=2.1.0, <2.10.0\n", (2, 1, 0), 1, True),
    ("requirements-dev.txt", "torch>=2.2\n", (2, 2), 1, False),
    ("setup.py", "setup(\n  install_requires=['numpy', 'torch>=1.8'],\n)\n", (1, 8), 2, True),
    ("setup.py", "TORCH = '1.13'\nsetup(install_requires=[f\"torch>={TORCH}\"])\n", (1, 13), 2, True),
    ("setup.cfg", "[options]\ninstall_requires =\n    torch>=2.0\n", (2, 0), 3, True),
    ("pyproject.toml", '[project]\ndependencies = [\n  "torch>=2.4",\n]\n', (2, 4), 3, True),
    ("pyproject.toml", '[project.optional-dependencies]\nall = ["torch>=2.4"]\n', (2, 4), 2, False),
    ("pyproject.toml", '[tool.poetry.dependencies]\ntorch = "^2.2"\n', (2, 2), 2, True),
    ("pyproject.toml", '[tool.poetry.dependencies]\ntorch = {version = "~2.3", optional = true}\n', (2, 3), 2, True),
    ("Pipfile", '[packages]\ntorch = ">=2.5"\n', (2, 5), 2, True),
    ("environment.yml", "dependencies:\n  - python=3.11\n  - pytorch::pytorch=2.1.0\n", (2, 1, 0), 3, True),
    ("conda/meta.yaml", "requirements:\n  run:\n    - pytorch >=1.13\n", (1, 13), 3, True),
    ("poetry.lock", '[[package]]\nname = "torch"\nversion = "2.3.0"\n', (2, 3, 0), 3, False),
    ("uv.lock", '[[package]]\nname = "torch"\nversion = "2.7.1"\n', (2, 7, 1), 3, False),
    ("Pipfile.lock", '{"default": {\n "torch": {\n  "version": "==2.2.1"\n }}}\n', (2, 2, 1), 3, False),
    ("Dockerfile", "FROM pytorch/pytorch:2.4.0-cuda12.1-cudnn9-runtime\n", (2, 4, 0), 1, False),
    ("docker/Dockerfile", "FROM debian\nRUN pip install torch==2.1.1 numpy\n", (2, 1, 1), 2, False),
]


@pytest.mark.parametrize(("path", "text", "version", "line", "firm"), DECLARED)
def test_declared(path: str, text: str, version: tuple[int, ...], line: int, firm: bool) -> None:
    found = torch_floor(Project({path: text.encode()}), path="pkg/io.py")
    assert (found.version, found.path, found.line, found.firm) == (version, path, line, firm)


NOT_DECLARED = [
    ("requirements.txt", "torchvision>=0.15\ntorch-geometric>=2.1\npytorch-lightning>=2\n"),
    ("requirements.txt", "# torch>=2.1\n"),
    ("pyproject.toml", '[build-system]\nrequires = ["torch>=2.1"]\n'),
    ("pyproject.toml", '[tool.uv]\nexclude-newer-package = { torch = "2099-01-01" }\n'),
    ("notes.txt", "torch>=2.1\n"),
    ("setup.py", "print('torch')\n"),
]


@pytest.mark.parametrize(("path", "text"), NOT_DECLARED)
def test_not_declared(path: str, text: str) -> None:
    assert torch_floor(Project({path: text.encode()}), path="a.py").version is None


def test_a_bare_torch_is_declared_without_a_floor() -> None:
    found = torch_floor(Project({"requirements.txt": b"torch\n"}), path="a.py")
    assert found == Floor(None, "torch", "requirements.txt", 1, firm=True)


def test_the_nearest_folder_above_speaks_for_a_file() -> None:
    project = Project({"requirements.txt": b"torch>=2.0\n", "sub/requirements.txt": b"torch>=2.6\n"})
    assert torch_floor(project, path="sub/pkg/a.py").version == (2, 6)
    assert torch_floor(project, path="other/a.py").version == (2, 0)


def test_an_example_does_not_speak_for_the_project() -> None:
    project = Project({"examples/x/requirements.txt": b"torch==1.8\n"})
    assert torch_floor(project, path="pkg/a.py").version is None


def test_the_lowest_of_the_strongest_kind_counts() -> None:
    project = Project(
        {
            "setup.py": b"x = ['torch>=2.2']\n",
            "requirements.txt": b"torch>=2.1\n",
            "uv.lock": b'name = "torch"\nversion = "1.9"\n',
        }
    )
    assert torch_floor(project, path="a.py").version == (2, 1)
    assert len(torch_declarations(project)) == 3


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("  - pytorch>=1.8.1  # conda", "pytorch>=1.8.1"),
        ('    "torch>=2.1",', "torch>=2.1"),
        ("torch>=2.1", "torch>=2.1"),
        ('torch = ">=2.1"', 'torch = ">=2.1"'),
        ("-", "-"),
    ],
)
def test_evidence_shows_what_is_asked_for_and_not_how_a_list_is_written(line: str, asked: str) -> None:
    assert Floor(text=line.strip()).requirement == asked


def test_the_policy_overrides() -> None:
    project = Project({"requirements.txt": b"torch>=2.0\n"})
    assert torch_floor(project, path="a.py", override="2.6").version == (2, 6)


@pytest.mark.parametrize(
    ("text", "low", "high", "included"),
    [
        (">=2.1,<3", (2, 1), (3,), False),
        ("<=2.5.1", None, (2, 5, 1), True),
        ("~=2.3", (2, 3), None, False),
        ("==2.4.*", (2, 4), (2, 4), True),
        ("^2.1 || ^1.13", (1, 13), None, False),
        ("", None, None, False),
        ("!=2.9.*", None, None, False),
    ],
)
def test_bounds(text: str, low: object, high: object, included: bool) -> None:
    found = read_bounds(text)
    assert (found.low, found.high, found.high_included) == (low, high, included)


def test_versions() -> None:
    assert read_version("2.3.1+cu121") == (2, 3, 1)
    assert read_version("main") is None
