"""Damage and garbage: the reader never raises, never hangs, and never calls a file clean whose content has changed."""

from __future__ import annotations

import io
import random
import time
import tracemalloc
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import CheckpointReport, Verdict
from bot.scan.checkpoint import BytesReader, Limits, read_checkpoint
from bot.scan.checkpoint.opcodes import NAMES
from tests.checkpoint_bytes import (
    PROTO2,
    Record,
    Tensor,
    floats,
    legacy_file,
    payload,
    state_dict,
    text,
    torch_zip,
    write_zip,
)
from tests.checkpoint_faults import make_tar

CLEAN = (Verdict.LOADABLE, Verdict.NEEDS_ALLOWLIST, Verdict.NOT_A_CHECKPOINT)
BIG = torch_zip(
    state_dict(**{f"w{index}": Tensor(str(index), (50, 20), (20, 1), 0, 1000) for index in range(5)}),
    **{f"s{index}": floats(1000) for index in range(5)},
)
LEGACY = legacy_file({f"w{index}": Tensor(str(index), (50, 20), (20, 1), 0, 1000) for index in range(5)})


def read(data: bytes, path: str = "model.pt", limits: Limits | None = None) -> CheckpointReport:
    return read_checkpoint(path, BytesReader(data), limits or Limits(), crc=True)


def is_clean(report: CheckpointReport) -> bool:
    return report.verdict in CLEAN and not any(found.rule in ("CK101", "CK103", "CK104") for found in report.findings)


def test_what_is_damaged_below_is_whole_to_begin_with() -> None:
    assert is_clean(read(BIG))
    assert is_clean(read(LEGACY))


@pytest.mark.parametrize("sound", [BIG, LEGACY], ids=["zip", "legacy"])
def test_truncated_at_every_thousandth_byte(sound: bytes) -> None:
    for length in [*range(0, len(sound), 1000), len(sound) - 1]:
        assert not is_clean(read(sound[:length])), length


def test_a_safetensors_file_truncated_anywhere() -> None:
    header = b'{"w":{"dtype":"F32","shape":[20],"data_offsets":[0,80]}}'
    sound = len(header).to_bytes(8, "little") + header + floats(20)
    assert is_clean(read(sound, "m.safetensors"))
    for length in range(len(sound)):
        assert not is_clean(read(sound[:length], "m.safetensors")), length


def _flips(data: bytes, places: range) -> list[tuple[int, bytes]]:
    made = []
    for place in places:
        for mask in (0x01, 0x10, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[place] ^= mask
            made.append((place, bytes(damaged)))
    return made


def test_a_flipped_byte_in_any_record_is_never_clean() -> None:
    """The CRC covers every record, small ones even when no CRC pass is asked for."""
    sound = torch_zip()
    for record in (state_dict(w=Tensor()), b"little", floats(6), b"3\n"):
        start = sound.index(record)
        for place, damaged in _flips(sound, range(start, start + len(record))):
            assert not is_clean(read(damaged)), place


def test_a_flipped_byte_in_the_headers_is_named_or_changes_nothing() -> None:
    """What is clean after a flip loads as the same values: padding, attributes, version numbers."""
    torch = pytest.importorskip("torch", reason="torch says whether the content is the same: loadguard[smoke]")
    sound = torch_zip()
    before = torch.load(io.BytesIO(sound), weights_only=True)
    clean = [(place, data) for place, data in _flips(sound, range(len(sound))) if is_clean(read(data))]
    assert clean
    for place, data in clean:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            after = torch.load(io.BytesIO(data), weights_only=True)
        assert list(after) == list(before), place
        assert torch.equal(after["w"], before["w"]), place


def test_a_flipped_byte_in_a_malicious_pickle_is_never_clean() -> None:
    sound = payload()
    for place, damaged in _flips(sound, range(len(sound))):
        report = read(damaged)
        assert report.verdict is not Verdict.LOADABLE, place
        assert report.findings, place


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_never_loadable(data: bytes) -> None:
    assert read(data).verdict is not Verdict.LOADABLE


OPCODES = st.lists(
    st.one_of(
        st.sampled_from([bytes([code]) for code in NAMES]),
        st.binary(min_size=1, max_size=4),
        st.sampled_from([text("a"), b"cos\nsystem\n", b"\x8c\x01a", b"h\x00", b"q\x00"]),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(OPCODES, st.sampled_from([b"", PROTO2, b"\x80\x04"]))
def test_random_opcodes_end_in_a_verdict(opcodes: list[bytes], head: bytes) -> None:
    body = head + b"".join(opcodes)
    for data in (body, torch_zip(body), write_zip([Record("m/x", body)]), make_tar({"pickle": body})):
        assert read(data).verdict in Verdict


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(BIG) - 1))
def test_overwritten_stretches_end_in_a_verdict(patch: bytes, place: int) -> None:
    damaged = BIG[:place] + patch + BIG[place + len(patch) :]
    report = read(damaged)
    assert damaged == BIG or not is_clean(report) or report.tensors == read(BIG).tensors


# -- bounds --------------------------------------------------------------------------------------------------------
BOMBS = {
    "nested tuples": PROTO2 + b")" + b"\x85" * 200_000 + b".",
    "nested lists": PROTO2 + b"]" * 200_000 + b"a" * 199_999 + b".",
    "marks": PROTO2 + b"(" * 300_000,
    "doubling tuples": PROTO2 + b")" + b"q\x000h\x00h\x00\x86" * 5_000 + b".",
    "doubling parameters": PROTO2 + b")" + b"q\x000ctorch._utils\n_rebuild_parameter\nh\x00h\x00N\x87R" * 2_000 + b".",
    "long integer": PROTO2 + b"\x8b\xff\xff\xff\x7f",
    "decimal digits": b"L" + b"9" * 900_000 + b"L\n.",
    "long line": b"c" + b"a" * 3_000_000,
    "dup": PROTO2 + b"N" + b"2" * 300_000 + b".",
    "many names": PROTO2 + b"".join(b"ca\nb%d\n0" % index for index in range(30_000)) + b"N.",
    "many strings": PROTO2 + b"](" + text("x" * 100) * 30_000 + b"e.",
    "many streams": (PROTO2 + b"N.") * 5_000,
    "claims a huge string": PROTO2 + b"\x8d" + b"\xff" * 7 + b"\x00",
    "deep JSON": (20_000).to_bytes(8, "little") + b"{" + b"[" * 20_000,
    "deep npy header": b"\x93NUMPY\x01\x00\x10\x27" + b"(" * 10_000,
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_a_bomb_ends_soon_and_in_little_memory(data: bytes) -> None:
    tracemalloc.start()
    begin = time.process_time()
    report = read(data, limits=Limits(stack=50_000, memo=50_000, objects=50_000, opcodes=400_000))
    spent = time.process_time() - begin
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.verdict is not Verdict.LOADABLE
    assert spent < 20
    assert peak < 100 * 1024 * 1024


def test_seeded_damage_of_every_kind_of_file() -> None:
    """A bounded, repeatable stand-in for a long fuzzing run: splices of real formats."""
    dice = random.Random(20241124)
    sources = [torch_zip(), LEGACY[:3000], payload(), make_tar({"pickle": payload()})]
    for _ in range(400):
        one, two = dice.choice(sources), dice.choice(sources)
        cut, join = dice.randrange(len(one)), dice.randrange(len(two))
        assert read(one[:cut] + two[join:]).verdict in Verdict


def test_a_line_may_cross_the_readers_window() -> None:
    """The cursor reads in windows; a name that straddles two of them is one name."""
    for pad in range(65_500, 65_560):
        body = PROTO2 + b"B" + pad.to_bytes(4, "little") + bytes(pad) + b"0" + b"cos\nsystem\n)R."
        report = read(body)
        assert report.verdict is Verdict.DANGEROUS
        assert any(found.offset == 7 + pad + 1 for found in report.globals), pad
