"""Every generated fault is named by the static reader alone, with its place; sound files are left alone."""

from __future__ import annotations

import pytest

from bot.model import CheckpointReport, Verdict
from bot.scan.checkpoint import BytesReader, Limits, read_checkpoint
from tests.checkpoint_bytes import Tensor, floats, legacy_file, state_dict, torch_zip
from tests.checkpoint_faults import Case, all_cases, sparse_file

CASES = all_cases()


def read(data: bytes, path: str = "model.pt") -> CheckpointReport:
    return read_checkpoint(path, BytesReader(data), Limits(), crc=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_fault_is_named_with_its_place(case: Case) -> None:
    report = read(case.data, case.path)
    named = [found for found in report.findings if found.rule == case.rule]
    assert any(case.where in found.message and case.says in found.message for found in named), report.findings
    assert report.verdict is not Verdict.LOADABLE or case.rule == "CK105"
    assert not report.mappable


def test_there_are_enough_of_them() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 100


@pytest.mark.parametrize(
    "data",
    [
        torch_zip(),
        torch_zip(state_dict()[:3] + b".", s0=None),
        torch_zip(state_dict(a=Tensor(), b=Tensor("1", (4,), (1,), 0, 4)), s1=floats(4)),
        torch_zip(state_dict(view=Tensor(size=(2, 2), stride=(3, 1), offset=1))),
        torch_zip(state_dict(empty=Tensor(size=(0, 5), stride=(5, 1)))),
        torch_zip(state_dict(mask=Tensor(size=(1000, 3), stride=(0, 1)))),
        sparse_file((0, 1), (2, 3)),
    ],
    ids=[
        "one tensor",
        "no tensors",
        "two storages",
        "a view",
        "an empty tensor",
        "an expanded mask",
        "a sparse tensor",
    ],
)
def test_sound_files_are_left_alone(data: bytes) -> None:
    report = read(data)
    assert (report.format, report.verdict, report.findings) == ("torch-zip", Verdict.LOADABLE, ())
    assert report.mappable


def test_a_sound_legacy_file_is_only_told_that_it_cannot_be_mapped() -> None:
    report = read(legacy_file({"a": Tensor(), "b": Tensor("1")}))
    assert report.verdict is Verdict.LOADABLE
    assert [found.rule for found in report.findings] == ["CK105"]


def test_the_fingerprint_tells_files_apart_and_stays() -> None:
    first, again = read(b"", "a.pt").findings, read(b"", "a.pt").findings
    assert first[0].fingerprint == again[0].fingerprint != read(b"", "b.pt").findings[0].fingerprint


def test_a_file_over_the_size_limit_is_said_to_be() -> None:
    report = read_checkpoint("a.pt", BytesReader(torch_zip()), Limits(size=100))
    assert report.verdict is Verdict.OVER_LIMITS
