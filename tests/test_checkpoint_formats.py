"""Formats by their content, pointers, limits, comparison, and the proof that reading runs nothing."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from bot.model import CheckpointReport, Verdict
from bot.scan.checkpoint import BytesReader, Limits, StreamReader, compare, read_checkpoint
from bot.scan.checkpoint.allowing import proposal
from bot.scan.checkpoint.allowlist import allow_list
from bot.scan.checkpoint.findings import SEVERITIES
from bot.scan.checkpoint.inert import Global
from bot.scan.checkpoint.judge import rule_on
from bot.scan.rules import CHECKPOINT_RULES
from tests.checkpoint_bytes import PROTO2, Tensor, call, floats, name, payload, state_dict, text, torch_zip
from tests.checkpoint_faults import all_cases

ROOT = Path(__file__).resolve().parent.parent


def read(data: bytes, path: str = "model.pt") -> CheckpointReport:
    return read_checkpoint(path, BytesReader(data), crc=True)


# -- what stands in a file -----------------------------------------------------------------------------------------
def test_a_stream_and_bytes_read_the_same() -> None:
    data = torch_zip()
    assert read_checkpoint("model.pt", StreamReader(io.BytesIO(data)), crc=True) == read(data)


def test_the_tensors_of_a_file() -> None:
    report = read(torch_zip(state_dict(**{"a.weight": Tensor(), "b": Tensor("1", (4,), (1,), 0, 4)}), s1=floats(4)))
    assert [(each.name, each.dtype, each.shape, each.storage, each.nbytes) for each in report.tensors] == [
        ("a.weight", "float32", (2, 3), "0", 24),
        ("b", "float32", (4,), "1", 16),
    ]


def test_a_large_record_is_summed_beside_the_reading() -> None:
    """Above 4 MiB the CRC has a thread of its own: one flipped bit in the last piece is still found."""
    numel = 5 * 1024 * 1024 // 4
    sound = torch_zip(state_dict(w=Tensor(size=(numel,), stride=(1,), numel=numel)), s0=bytes(numel * 4))
    damaged = bytearray(sound)
    damaged[sound.index(b"m/data/0") + numel * 4] ^= 1
    assert read(sound).verdict is Verdict.LOADABLE
    assert ["CRC is" in found.message for found in read(bytes(damaged)).findings] == [True]
    assert read_checkpoint("m.pt", BytesReader(bytes(damaged))).verdict is Verdict.LOADABLE


def test_every_name_is_judged_with_its_place() -> None:
    report = read(torch_zip())
    assert {(each.module, each.name, each.judgement) for each in report.globals} == {
        ("torch._utils", "_rebuild_tensor_v2", "allowed"),
        ("torch", "FloatStorage", "allowed"),
        ("collections", "OrderedDict", "allowed"),
    }
    first = next(each for each in report.globals if each.name == "_rebuild_tensor_v2")
    pickle = state_dict(w=Tensor())
    assert pickle[first.offset :].startswith(b"ctorch._utils\n_rebuild_tensor_v2\n")
    assert (first.stream, first.called) == ("m/data.pkl", True)


def test_an_lfs_pointer_says_what_it_stands_for() -> None:
    report = read(b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"c" * 64 + b"\nsize 99\n")
    assert (report.format, report.lfs_oid, report.lfs_size) == ("lfs-pointer", "c" * 64, 99)
    assert report.verdict is Verdict.UNREADABLE
    assert "nothing can be said" in report.findings[0].message


def test_a_sharded_index_names_its_shards_once() -> None:
    index = {"metadata": {"total_size": 1}, "weight_map": {"a": "x-1.bin", "b": "x-2.bin", "c": "x-1.bin"}}
    report = read(json.dumps(index).encode(), "pytorch_model.bin.index.json")
    assert (report.format, report.shards, report.verdict) == (
        "sharded-index", ("x-1.bin", "x-2.bin"), Verdict.NOT_A_CHECKPOINT,
    )  # fmt: skip


def test_zlib_with_a_small_window_is_still_a_pickle_when_it_is_one() -> None:
    """`x\\x9c` begins a zlib stream and also a valid line of text: the content decides."""
    assert read(zlib.compress(payload())).format == "zlib"
    assert read(b"x\x9cnot zlib at all").verdict is Verdict.UNREADABLE


def test_a_plain_pickle_is_no_checkpoint_and_no_alarm() -> None:
    report = read(PROTO2 + b"}" + text("a") + b"K\x01s.", "values.pkl")
    assert (report.format, report.verdict, report.findings) == ("pickle", Verdict.NOT_A_CHECKPOINT, ())


# -- judging -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("module", "attribute", "judgement"),
    [
        ("torch._utils", "_rebuild_tensor_v2", "allowed"),
        ("__builtin__", "set", "allowed"),
        ("argparse", "Namespace", "needs-allowlist"),
        ("numpy.core.multiarray", "_reconstruct", "needs-allowlist"),
        ("torch.nn.modules.linear", "Linear", "needs-allowlist"),
        ("mymodel.nets", "Net", "unknown"),
        ("collections", "deque", "never-loads"),
        ("builtins", "ValueError", "never-loads"),
        ("torch.optim.adam", "Adam", "never-loads"),
        ("posix", "system", "executes"),
        ("zipfile", "ZipFile", "executes"),
        ("mymodel", "Net.__init__.__globals__", "executes"),
        ("my model", "x", "executes"),
    ],
)
def test_a_name_is_judged(module: str, attribute: str, judgement: str) -> None:
    assert rule_on(Global(module, attribute, 0), allow_list()).judgement == judgement


def test_a_function_of_another_package_is_code_only_when_called() -> None:
    found = Global("mymodel.losses", "focal", 0)
    assert rule_on(found, allow_list()).judgement == "unknown"
    found.called = found.reduced = True
    assert rule_on(found, allow_list()).judgement == "executes"


def test_an_empty_object_of_a_class_with_a_small_name_is_no_code() -> None:
    """scipy's `csr_matrix` is a class: NEWOBJ cannot call a function."""
    report = read(PROTO2 + name("scipy.sparse._csr", "csr_matrix") + b")\x81.", "x.pkl")
    assert [found.rule for found in report.findings] == ["CK102"]


def test_joblib_frames_around_raw_arrays_are_sound() -> None:
    """joblib ends a frame at the BUILD of its wrapper and writes the array's bytes behind it."""
    short = [
        bytes([0x8C, len(each)]) + each for each in (b"joblib.numpy_pickle", b"NumpyArrayWrapper", b"dtype", b"shape")
    ]
    numpy = b"\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02f4\x89\x88\x87R"
    body = short[0] + short[1] + b"\x93)\x81}(" + short[2] + numpy + short[3] + b"K\x03\x85ub"
    data = b"\x80\x04\x95" + len(body).to_bytes(8, "little") + body + bytes(12) + b"."
    report = read(data, "x.joblib")
    assert (report.format, {found.rule for found in report.findings}) == ("joblib", {"CK102"})


def test_the_nearest_older_allow_list_is_taken() -> None:
    newest = allow_list()
    assert allow_list("99.0") == newest
    assert allow_list("2.13.1+cpu").version == "2.13"
    assert len(newest.names) > 100
    assert "os.system" not in newest.names


def test_the_proposal_imports_what_it_names() -> None:
    lines = proposal(("argparse.Namespace", "numpy.core.multiarray.scalar", "builtins.slice"), "a'b.pt").splitlines()
    assert lines[:-2] == ["import argparse", "import numpy._core.multiarray", "import torch"]
    assert '(numpy._core.multiarray.scalar, "numpy.core.multiarray.scalar"), slice]' in lines[-2]
    assert lines[-1] == """    checkpoint = torch.load("a'b.pt", map_location='cpu', weights_only=True)"""


def test_the_readers_severities_are_the_rules() -> None:
    told = {rule.code: rule.severity for rule in CHECKPOINT_RULES}
    assert {code: severity for code, severity in SEVERITIES.items() if told[code] is not severity} == {}


# -- against the version it replaces -------------------------------------------------------------------------------
def test_the_same_layout_is_silent() -> None:
    assert compare(read(torch_zip()), read(torch_zip(s0=bytes(24)))) == ()


def test_what_differs_is_named() -> None:
    old = read(torch_zip(state_dict(gone=Tensor(), shape=Tensor(), kind=Tensor())))
    kind = Tensor("1", (2, 3), (3, 1), 0, 6, "HalfStorage")
    new = read(torch_zip(state_dict(fresh=Tensor(), shape=Tensor(size=(6,), stride=(1,)), kind=kind), s1=bytes(12)))
    messages = [found.message for found in compare(new, old)]
    assert [found.rule for found in compare(new, old)] == ["CK108"] * len(messages)
    assert messages == [
        "1 tensor is new: fresh",
        "1 tensor is gone: gone",
        "shapes differ: shape [2, 3] -> [6]",
        "dtypes differ: kind float32 -> float16",
        "tensors take 36 bytes, 24 before",
    ]


# -- limits --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(entries=3), "a directory of 5 records"),
        (Limits(directory=50), "a directory of"),
        (Limits(opcodes=10), "more than 10 opcodes"),
        (Limits(globals=1), "imports"),
        (Limits(tensors=1), "more objects"),
    ],
)
def test_every_limit_is_a_finding(limits: Limits, says: str) -> None:
    tensors = {f"w{index}": Tensor() for index in range(200)}
    report = read_checkpoint("m.pt", BytesReader(torch_zip(state_dict(**tensors))), limits)
    assert report.verdict is Verdict.OVER_LIMITS
    assert any(found.rule == "CK104" and says in found.message for found in report.findings), report.findings


# -- nothing runs --------------------------------------------------------------------------------------------------
WATCH = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from bot.scan.checkpoint import BytesReader, read_checkpoint
files = [path.read_bytes() for path in sorted(Path(sys.argv[2]).iterdir())]
read_checkpoint("warm.pt", BytesReader(files[0]), crc=True)
seen = []
FORBIDDEN = ("os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.", "marshal.", "pickle.", "open", "exec",
             "import")
def watch(event, arguments):
    if event.startswith(FORBIDDEN):
        seen.append((event, repr(arguments)[:120]))
sys.addaudithook(watch)
before = set(sys.modules)
for data in files:
    read_checkpoint("model.pt", BytesReader(data), crc=True)
foreign = {name for name in set(sys.modules) - before}
print(len(files), seen, sorted(foreign))
sys.exit(bool(seen or foreign))
"""


def test_reading_hostile_files_imports_opens_and_starts_nothing(tmp_path: Path) -> None:
    """The interpreter's own audit events are the canary: imports, files, processes, sockets."""
    hostile = [payload(*each) for each in (("os", "system"), ("this", "s"), ("antigravity", "fly"))]
    hostile += [torch_zip(PROTO2 + call("subprocess", "Popen", text("touch x")) + b".", s0=None)]  # type: ignore[arg-type]
    for index, data in enumerate([torch_zip(), *hostile, *(case.data for case in all_cases())]):
        (tmp_path / f"{index:04}").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(ROOT), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
