"""The generated fault matrix (`tests/fault_matrix.py`): a slice of it here, all of it with LOADGUARD_MATRIX=1/1."""

from __future__ import annotations

import os

import pytest

from tests.fault_matrix import FAULTS, STORIES, run_matrix

SLICE = os.environ.get("LOADGUARD_MATRIX", "1/53")
"""A prime number of slices, so that each takes every kind of fault at some request."""


def test_every_fault_ends_as_if_it_had_not_been(capsys: pytest.CaptureFixture[str]) -> None:
    part, _, of = SLICE.partition("/")
    size, ran, wrong = run_matrix(int(part), int(of))
    with capsys.disabled():
        origin = f"{len(STORIES)} stories and {len(FAULTS)} faults"
        print(f"\nfault matrix: {size} cases from {origin}; slice {SLICE}: {ran} run, {len(wrong)} wrong")
    assert wrong == []
