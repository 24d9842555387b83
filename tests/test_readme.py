"""The README says nothing that the code does not: inputs, outputs, exit codes, commands, options, targets, links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bot.cli.grammar import EXIT_CODES, build_parser
from bot.settings import INPUTS, OUTPUTS, Input, Output

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table whose header begins with `heading`."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert table, f"no table headed {heading}"
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in table[1].splitlines()]


def input_row(wanted: Input) -> list[str]:
    choices = f" One of {', '.join(f'`{choice}`' for choice in wanted.choices)}." if wanted.choices else ""
    return [f"`{wanted.name}`", wanted.sentence + choices, f"`{wanted.default}`" if wanted.default else ""]


def output_row(wanted: Output) -> list[str]:
    return [f"`{wanted.name}`", wanted.sentence]


def commands() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("loadguard ")]


def test_inputs() -> None:
    assert rows("input") == [input_row(wanted) for wanted in INPUTS]


def test_outputs() -> None:
    assert rows("output") == [output_row(wanted) for wanted in OUTPUTS]


def test_exit_codes() -> None:
    assert rows("exit code") == [[str(code.value), meaning] for code, meaning in EXIT_CODES.items()]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_is_one(words: list[str]) -> None:
    build_parser().parse_args(words)


def test_the_workflow_is_the_example() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert shown in (ROOT / "examples/review-comments.yml").read_text()


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([\w.-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make (\w+)", README, re.MULTILINE)) <= targets


def test_every_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)", README)
    assert targets
    assert [target for target in targets if "://" not in target and not (ROOT / target).exists()] == []


def test_build_arguments_exist() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert set(re.findall(r"--build-arg (\w+)=", README)) <= set(re.findall(r"^ARG (\w+)=", dockerfile, re.MULTILINE))
