"""Lines the keywords make too long, broken as the project's own formatter breaks them: it has nothing to say."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from bot.edits import apply_edits
from bot.model import Fix, Tier, Use, WeightsOnly
from bot.scan.fixing.fixes import make_fixes
from bot.scan.fixing.formatter import line_limit
from bot.scan.judgement import Judgement
from bot.scan.names.module import Module
from bot.scan.project import Project
from bot.scan.sites.site import find_sites

BLACK = b"[tool.black]\nline-length = 88\n"


def fixed(text: str, config: bytes = BLACK, *, mmap: bool = False) -> str:
    """Every load of a formatted file given its keywords, as the engine does it."""
    data = text.encode()
    module = Project({"a.py": data, "pyproject.toml": config}).module("a.py")
    assert isinstance(module, Module)
    sites = find_sites(module)
    adds = ("mmap=True", "weights_only=True") if mmap else ("weights_only=True",)
    judgements = [Judgement(Use.STATE, Tier.SAFE, "r", adds if s.says is not WeightsOnly.TRUE else ()) for s in sites]
    fixes = make_fixes(module, sites, judgements)
    return apply_edits(data, [edit for fix in fixes if isinstance(fix, Fix) for edit in fix.edits]).decode()


def formatted(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "88", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


STATEMENTS = [
    'checkpoint = torch.load(os.path.join(folder, "a_rather_long_name.bin"), map_location="cpu")',
    'checkpoint = torch.load(os.path.join(folder, "a_rather_long_name.bin"), map_location="cp")["state_dict"]',
    'return torch.load(os.path.join(folder, "a_rather_long_name.bin"), map_location="cpu").items()',
    'state = torch.load(path, map_location=device)["the_state_of_it"]',
    'return torch.load(path, map_location=device)["state"][self.name]',
    'self.state = torch.load(path, map_location=cpu)["state"].items()  # why',
    'torch.load(path, map_location="cpu")["state"].to(self.device_of)',
    'model.load_state_dict(torch.load(os.path.join(folder, "a_long_name.bin"), map_location=cpu))',
    "self.the.model.of.this.experiment.load_state_dict(torch.load(self.file), strict=False)",
    'self.a.b.the_model.load_state_dict(torch.load(path)["state_dict"], strict=False)',
    'torch.load("a_name_so_long_that_it_fills_the_whole_line_and_leaves_no_room_for_more.bin")',
    'x: dict = torch.load("a_name_so_long_that_it_fills_nearly_the_line", map_location=device)',
    'checkpoint = torch.load(folder / "a_rather_long_name.bin", map_location="cpu")  # why',
    'x = torch.load(folder / "a_rather_long_name_of_a_file.bin", map_location=the_device_that_was_asked_for)',
    "x = torch.load(first_argument_of_some_length, map_location=second_argument_of_length_too, encoding=latin)",
    'model.load_state_dict(torch.load(p, map_location="cpu"), strict=False)',
    "x = torch.load(p)",
    'state = torch.load(path, map_location="cpu") if HAS_A_RECENT_TORCH else read_it(path)',
    'state = torch.load(path, map_location="cpu", mmap=True) if TORCH_IS_RECENT else read(path)',
    "return read(the_path_of_it) if self.lazily else torch.load(the_path_of_it, mmap=True)",
    'x: dict = torch.load(path, map_location="cpu", mmap=True) if TORCH_IS_RECENT else read(path)',
    "held = torch.load(path) if the_library_at_hand_is_a_recent_one else read(path)",
    'state = torch.load(path, map_location="cpu")["state_dict"] if not is_safe(path) else of(path)',
]


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_ruff_has_nothing_to_say(statement: str, mmap: bool, depth: int) -> None:
    lines = ["import torch", "", "", "def f():"]
    lines += ["    " * (level + 1) + "if x:" for level in range(depth)]
    before = formatted("\n".join([*lines, "    " * (depth + 1) + statement, ""]))
    after = fixed(before, mmap=mmap)
    assert after.count("weights_only=True") == 1
    assert formatted(after) == after
    assert fixed(after, mmap=mmap) == after


def test_arguments_on_one_hanging_line() -> None:
    before = textwrap.dedent("""\
        import torch

        checkpoint = torch.load(
            os.path.join(folder, "the_name_of_a_checkpoint"), map_location=torch.device("cpu")
        )
        """)
    assert formatted(before) == before
    assert formatted(fixed(before)) == fixed(before)


def test_below_an_argument_that_fills_lines_of_its_own() -> None:
    before = textwrap.dedent("""\
        import torch

        checkpoint = torch.load(
            fetch(
                repository="a/rather-long-name-of-a-repository", filename="a_rather_long_name.bin"
            )
        )["state"]
        """)
    after = fixed(before)
    assert after == before.replace("    )\n)", "    ),\n    weights_only=True,\n)")
    assert formatted(after) == formatted(before).replace("    )\n)", "    ),\n    weights_only=True,\n)")
    assert fixed(after) == after


def test_carriage_returns_and_multibyte_characters() -> None:
    line = f'import torch\r\nif x:\r\n    ä = torch.load("{"ü" * 38}", map_location="cpu")\r\n'
    inside = f'"{"ü" * 38}", map_location="cpu", weights_only=True'
    assert fixed(line) == f"import torch\r\nif x:\r\n    ä = torch.load(\r\n        {inside}\r\n    )\r\n"


@pytest.mark.parametrize(
    "line",
    [
        'a = 1; x = torch.load(os.path.join(folder, "a_rather_long_name.bin"), map_location="cpu")',
        'x = torch.load(os.path.join(folder, "a_rather_long_name.bin"), map_location="cpu"), 1',
        'x = torch.load(os.path.join(folder, "a_long_name.bin")), torch.load(folder, map_location="c")',
        'for x in torch.load(os.path.join(folder, "a_rather_long_name.bin"), map_location="cpu"): y',
        'x = torch.load(os.path.join(folder, "a_rather_long_name_that_was_too_long_in_the_first_place.bin"), "cpu")',
        'x = torch.load( os.path.join(folder, "a_rather_long_name.bin"), map_location="cpu" )',
        'x = torch.load(os.path.join(folder, "a_rather_long_name.bin"),  map_location="cpu",)',
    ],
)
def test_what_is_not_plain_stays_on_its_line(line: str) -> None:
    after = fixed(f"import torch\n{line}\n")
    assert after.count("\n") == 2
    assert "weights_only=True" in after


def test_without_a_formatter_nothing_is_broken() -> None:
    text = f"import torch\n{STATEMENTS[0]}\n"
    assert fixed(text, b"[project]\nname = 'x'\n").count("\n") == 2


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({}, None),
        ({"pyproject.toml": b"[tool.black]\n"}, 88),
        ({"pyproject.toml": b"[tool.black]\nline_length = 100\n"}, 100),
        ({"pyproject.toml": b"[tool.ruff]\nline-length = 119\n"}, 119),
        ({"pyproject.toml": b"[tool.ruff.format]\nquote-style = 'single'\n"}, 88),
        ({"pyproject.toml": b"[tool.ruff.lint]\nselect = ['E']\n"}, None),
        ({"ruff.toml": b"line-length = 79\n"}, 79),
        ({"pyproject.toml": b"[tool.black]\n", "pkg/pyproject.toml": b"[tool.black]\nline-length = 99\n"}, 99),
        ({"pyproject.toml": b"[tool.black\n"}, None),
        ({"pyproject.toml": b"tool = 3\n"}, None),
        ({"pyproject.toml": b"[tool]\nblack = 3\nruff = []\n"}, None),
        ({"pyproject.toml": b"[tool.black]\nline-length = 'wide'\n"}, 88),
        ({"pyproject.toml": b"\xff"}, None),
        ({".pre-commit-config.yaml": b"repos:\n- repo: x\n  hooks:\n  - id: black\n"}, 88),
        ({".pre-commit-config.yaml": b"  - id: black\n    args: [--line-length, '100']\n"}, 100),
        ({".pre-commit-config.yaml": b"  - id: ruff-format\n    args: ['--line-length=99']\n"}, 99),
        ({".pre-commit-config.yaml": b"  - id: ruff\n  - id: blacken-docs\n"}, None),
        ({".github/workflows/lint.yml": b"    - uses: psf/black@stable\n"}, 88),
        ({".github/workflows/lint.yml": b"    - run: ruff format --check\n"}, 88),
        ({".github/workflows/lint.yml": b"    - run: black -l 79 --check .\n"}, 79),
        ({".github/workflows/lint.yml": b"    - run: ruff check\n"}, None),
        ({"Makefile": b"format:\n\tuv run ruff format .\n"}, 88),
        ({".pre-commit-config.yaml": b"  - id: black\n", "pyproject.toml": b"[tool.black]\nline-length = 99\n"}, 99),
    ],
)
def test_the_limit_is_the_projects_own(files: dict[str, bytes], limit: int | None) -> None:
    assert line_limit(Project(files), "pkg/mod/a.py") == limit
