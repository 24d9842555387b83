"""Every way around a scanner that somebody has used or published is a test here, built by our own generators.

No payload in this file is ever run: the bytes only pass through the static reader.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import struct
import zlib

import pytest

from bot.model import CheckpointReport, Verdict
from bot.scan.checkpoint import BytesReader, read_checkpoint
from tests.checkpoint_bytes import (
    PROTO2,
    STOP,
    End,
    Record,
    Tensor,
    call,
    legacy_file,
    name,
    number,
    payload,
    state_dict,
    text,
    torch_records,
    torch_zip,
    write_zip,
)
from tests.checkpoint_faults import make_tar

EVIL = payload()


def read(data: bytes, path: str = "model.pt") -> CheckpointReport:
    return read_checkpoint(path, BytesReader(data), crc=True)


def assert_code(data: bytes, *words: str, path: str = "model.pt") -> CheckpointReport:
    report = read(data, path)
    messages = [found.message for found in report.findings if found.rule == "CK101"]
    assert report.verdict is Verdict.DANGEROUS
    assert messages
    for word in words:
        assert any(word in message for message in messages), messages
    assert report.safe_globals == ()
    assert not report.mappable
    return report


def short(value: str) -> bytes:
    return b"\x8c" + bytes([len(value)]) + value.encode()


# -- what is called ----------------------------------------------------------------------------------------------
GADGETS = [
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"), ("builtins", "eval"),
    ("__builtin__", "eval"), ("builtins", "getattr"), ("builtins", "__import__"), ("importlib", "import_module"),
    ("pip", "main"), ("pip._internal", "main"), ("pkgutil", "resolve_name"), ("pydoc", "locate"),
    ("pydoc", "pipepager"), ("ctypes", "CDLL"), ("logging", "FileHandler"), ("io", "FileIO"), ("runpy", "run_path"),
    ("timeit", "timeit"), ("cProfile", "run"), ("pty", "spawn"), ("code", "InteractiveInterpreter"),
    ("webbrowser", "open"), ("socket", "create_connection"), ("urllib.request", "urlopen"), ("shutil", "rmtree"),
    ("types", "CodeType"), ("types", "FunctionType"), ("marshal", "loads"), ("pickle", "loads"), ("_pickle", "loads"),
    ("operator", "attrgetter"), ("operator", "methodcaller"), ("functools", "reduce"), ("bdb", "Bdb"),
    ("idlelib.run", "Executive"), ("lib2to3.pgen2.grammar", "Grammar.loads"), ("distutils.file_util", "write_file"),
    ("venv", "create"), ("ensurepip", "_run_pip"), ("imaplib", "IMAP4_stream"), ("uuid", "_get_command_stdout"),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start"), ("doctest", "debug_script"), ("trace", "Trace.run"),
    ("numpy.testing._private.utils", "runstring"), ("numpy.f2py.crackfortran", "getlincoef"),
    ("torch.hub", "load"), ("torch.serialization", "load"), ("torch.utils.bottleneck.__main__", "run_cprofile"),
    ("torch._dynamo.guards", "GuardBuilder.get"), ("torch.jit.unsupported_tensor_ops", "execWrapper"),
    ("torch.fx.graph_module", "reduce_graph_module"), ("torch.utils.collect_env", "run"),
    ("torch._inductor.codecache", "compile_file"), ("cloudpickle.cloudpickle", "_make_function"),
    ("dill._dill", "_create_function"), ("joblib.memory", "Memory"), ("somebody.elses", "function"),
    ("torch.serialization", "os.system"), ("torch", "os"), ("collections", "OrderedDict.__init__.__globals__"),
]  # fmt: skip


@pytest.mark.parametrize("gadget", GADGETS, ids=".".join)
@pytest.mark.parametrize("container", ["pickle", "torch zip", "legacy"])
def test_gadget(gadget: tuple[str, str], container: str) -> None:
    body = call(*gadget, text("x"))
    if container == "pickle":
        assert_code(PROTO2 + body + STOP)
    elif container == "torch zip":
        assert_code(torch_zip(state_dict(w=Tensor(), x=body)))
    else:
        assert_code(_legacy(body))


def _legacy(body: bytes) -> bytes:
    sound = legacy_file({"w": Tensor()})
    return sound.replace(text("w"), text("x") + body + text("w"), 1)


def test_a_dangerous_name_that_is_only_mentioned() -> None:
    assert_code(PROTO2 + name("os", "system") + STOP, "names os.system")


def test_an_allowed_class_whose_attributes_build_rewrites() -> None:
    assert_code(PROTO2 + name("collections", "OrderedDict") + b"}" + text("x") + number(1) + b"sb" + STOP, "BUILD")


def test_a_call_of_what_a_call_returned() -> None:
    inner = call("argparse", "Namespace", b"")
    assert_code(PROTO2 + inner + b")R" + STOP, "another call returned")


# -- how it is spelled -------------------------------------------------------------------------------------------
def test_stack_global() -> None:
    assert_code(b"\x80\x04" + short("os") + short("system") + b"\x93" + short("x") + b"\x85R.", "os.system")


def test_stack_global_through_memo() -> None:
    """The name is remembered early and recalled much later; a reader that looks back a few opcodes sees nothing."""
    memo = short("os") + b"\x94" + short("system") + b"\x94" + b"00" + b"]\x940" * 30
    assert_code(b"\x80\x04" + memo + b"h\x00h\x01\x93" + short("x") + b"\x85R.", "os.system")


def test_stack_global_through_dup_and_pop() -> None:
    body = short("os") + b"2" + b"0" + short("decoy") + b"0" + short("system") + b"\x93" + short("x") + b"\x85R."
    assert_code(b"\x80\x04" + body, "os.system")


def test_stack_global_with_a_computed_name() -> None:
    computed = call("builtins", "str", text("system"))
    assert_code(b"\x80\x04" + short("os") + computed + b"\x93" + short("x") + b"\x85R.", "computed")


def test_inst() -> None:
    assert_code(b"(S'true'\nios\nsystem\n.", "os.system")


def test_obj() -> None:
    assert_code(b"(cos\nsystem\nS'true'\no.", "os.system")


def test_newobj_and_newobj_ex() -> None:
    assert_code(PROTO2 + name("subprocess", "Popen") + b"(" + text("x") + b"t\x81.", "subprocess.Popen")
    body = short("subprocess") + short("Popen") + b"\x93" + short("x") + b"\x85" + b"}\x92."
    assert_code(b"\x80\x04" + body, "subprocess.Popen")


def test_protocol_0_text() -> None:
    assert_code(b"cos\nsystem\n(S'true'\ntR.", "os.system")


def test_python_2_names() -> None:
    assert_code(b"c__builtin__\neval\n(S'1'\ntR.", "builtins.eval")
    assert_code(b"ccPickle\nloads\n(S'1'\ntR.", "pickle.loads")


def test_a_frame_that_ends_inside_an_opcode() -> None:
    body = short("os") + short("system") + b"\x93" + short("x") + b"\x85R."
    report = assert_code(b"\x80\x04\x95" + struct.pack("<Q", 6) + body, "os.system")
    assert any("over the end of its frame" in found.message for found in report.findings)


def test_a_broken_tail_after_the_payload() -> None:
    """CPython has run the call when it meets the break; a reader that raises there has said nothing."""
    for tail in (b"", b"\xff", b"X\xff\xff\xff\x7f", b"RRRR", b"h\x77."):
        report = assert_code(EVIL[:-1] + tail, "os.system")
        assert any(found.rule == "CK103" for found in report.findings)


def test_a_payload_behind_a_harmless_first_stream() -> None:
    assert_code(PROTO2 + b"}." + PROTO2 + b"]." + EVIL, "stream 2")


def test_a_payload_behind_the_legacy_magic_number() -> None:
    magic = PROTO2 + b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little") + STOP
    assert_code(magic + EVIL, "os.system")
    assert_code(EVIL + magic, "os.system")


def test_a_payload_after_stop_inside_data_pkl() -> None:
    assert_code(torch_zip(state_dict(w=Tensor()) + EVIL), "os.system")


def test_a_payload_behind_the_last_legacy_storage() -> None:
    assert_code(legacy_file({"w": Tensor()}) + EVIL, "os.system")


def test_an_extension_code() -> None:
    """EXT1 takes whatever was registered under the number: nothing in the file says what."""
    assert read(PROTO2 + b"\x82\x01)R.").verdict is Verdict.DANGEROUS


# -- where it is hidden ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("flags", [0x1, 0x20, 0x40], ids=["encrypted", "patched", "strong"])
def test_zip_flag_bits(flags: int) -> None:
    """A zip reader that believes the flag gives up; torch's does not look at it."""
    assert_code(write_zip([Record("m/data.pkl", EVIL, flags=0x0808 | flags)]), "os.system")


def test_zip_crc() -> None:
    assert_code(write_zip([Record("m/data.pkl", EVIL, central={"crc": 5})]), "os.system")


def test_zip_local_and_central_name_differ() -> None:
    assert_code(write_zip([Record("m/data.pkl", EVIL, local={"name": "m/datap.kl"})]), "os.system")
    assert_code(write_zip([Record("m/readme.txt", EVIL, local={"name": "m/data.pkl"})]), "os.system")


def test_wrong_suffix() -> None:
    assert_code(write_zip([Record("m/weights.txt", EVIL)]), "os.system", path="model.zip")
    for path in ("model.safetensors", "model.npy", "README.md", "model"):
        assert_code(EVIL, "os.system", path=path)


def test_second_data_pkl() -> None:
    assert_code(write_zip([*torch_records(), Record("m/data.pkl", EVIL)]), "os.system")
    assert_code(write_zip([Record("m/data.pkl", EVIL), *torch_records()]), "os.system")


def test_pickle_outside_the_archives_folder() -> None:
    assert_code(write_zip([*torch_records(), Record("other/data.pkl", EVIL)]), "os.system")


def test_pickle_in_an_unreferenced_storage() -> None:
    assert_code(torch_zip(s9=EVIL), "os.system")


def test_archive_without_its_directory() -> None:
    data = write_zip([Record("m/data.pkl", EVIL), *torch_records()[1:]])
    assert_code(data[: data.index(b"PK\x01\x02")], "os.system")


def test_archive_behind_a_pickle() -> None:
    assert_code(PROTO2 + b"}." + write_zip([Record("m/data.pkl", EVIL)]), "os.system")


def test_archive_behind_other_bytes() -> None:
    assert_code(write_zip([Record("m/data.pkl", EVIL)], End(prefix=b"GIF89a" + bytes(50))), "os.system")


def test_pickles_in_archives_in_archives() -> None:
    inner = write_zip([Record("m/data.pkl", EVIL)])
    assert_code(write_zip([Record("a/inner.zip", inner, method=8)]), "os.system")
    assert_code(write_zip([Record("a/inner.bin", gzip.compress(inner))]), "os.system")
    assert_code(make_tar({"a/model.pt": inner}), "os.system", path="m.tar")


def test_pickle_in_a_string_of_a_pickle() -> None:
    for hidden in (EVIL, base64.b64encode(EVIL), EVIL.hex().encode(), b"cos\nsystem\n(S'true'\ntR."):
        assert_code(b"\x80\x03C" + bytes([len(hidden)]) + hidden + b".", "string at byte")


def test_npy_of_objects() -> None:
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n"
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + EVIL
    assert_code(data, "os.system", path="a.npy")
    assert_code(write_zip([Record("a.npy", data)]), "os.system", path="a.npz")


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(EVIL), bz2.compress(EVIL), lzma.compress(EVIL), zlib.compress(EVIL)],
    ids=["gzip", "bzip2", "xz", "zlib"],
)
def test_compressed_as_a_whole(packed: bytes) -> None:
    assert_code(packed, "os.system")


def test_old_tar() -> None:
    assert_code(make_tar({"pickle": EVIL, "tensors": b"", "storages": b""}), "os.system")
    assert_code(make_tar({"pickle": PROTO2 + b"}.", "tensors": b"", "storages": number(0) + STOP + EVIL}), "os.system")


def test_joblib_arrays_do_not_hide_what_follows() -> None:
    """joblib writes raw bytes between two opcodes; a reader that does not know loses its place."""
    wrapper = name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81}("
    dtype = call("numpy", "dtype", text("f4") + b"\x89\x88")
    state = text("dtype") + dtype + text("shape") + b"(K\x04t" + text("numpy_array_alignment_bytes") + b"N" + b"ub"
    raw = b"...." * 4
    report = assert_code(b"\x80\x03](" + wrapper + state + raw + call("os", "system", text("x")) + b"e.", "os.system")
    assert report.format == "joblib"


def test_7z_is_not_opened_and_not_clean() -> None:
    report = read(b"7z\xbc\xaf\x27\x1c" + bytes(64))
    assert (report.verdict, [found.rule for found in report.findings]) == (Verdict.UNREADABLE, ["CK103"])


def test_a_pointer_is_not_clean() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"b" * 64 + b"\nsize 5\n"
    report = read(pointer)
    assert (report.verdict, report.lfs_oid, report.lfs_size) == (Verdict.UNREADABLE, "b" * 64, 5)
    assert report.findings


def test_what_a_name_holds_never_reaches_a_terminal() -> None:
    hostile = PROTO2 + name("os", "sys\x1b[31mtem") + b")R."
    assert all(found.message.isprintable() for found in read(hostile).findings)


def test_nothing_that_executes_is_ever_proposed() -> None:
    body = call("argparse", "Namespace", b"") + b"0" + call("builtins", "eval", text("1"))
    report = assert_code(torch_zip(PROTO2 + body + STOP, s0=None))  # type: ignore[arg-type]
    assert all("safe_globals" not in found.advice for found in report.findings)
