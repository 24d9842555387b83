"""Ways to hide code that no scanner's own tests have: calls by way of an argument, two files in one, text beside tensors.

Like in `test_checkpoint_bypasses.py`, nothing here is ever run: the bytes only pass through the static reader.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import time
import zipfile
import zlib

import pytest

from bot.model import CheckpointReport, Verdict
from bot.scan.checkpoint import BytesReader, read_checkpoint
from tests.checkpoint_bytes import (
    PROTO2,
    STOP,
    Record,
    Tensor,
    call,
    floats,
    name,
    number,
    numbers,
    payload,
    state_dict,
    text,
    torch_records,
    torch_zip,
    write_zip,
)

EVIL = payload()
OPEN = (Verdict.LOADABLE, Verdict.NEEDS_ALLOWLIST, Verdict.NOT_A_CHECKPOINT, Verdict.REFUSED)


def read(data: bytes, path: str = "model.pt") -> CheckpointReport:
    return read_checkpoint(path, BytesReader(data), crc=True)


def assert_code(data: bytes, word: str, path: str = "model.pt") -> None:
    report = read(data, path)
    messages = [found.message for found in report.findings if found.rule == "CK101"]
    assert report.verdict is Verdict.DANGEROUS, report.verdict
    assert any(word in message for message in messages), messages
    assert report.safe_globals == ()


def stacked(module: str, attribute: str, arguments: bytes = b"") -> bytes:
    """A protocol 4 pickle that calls a dotted name."""
    both = b"".join(b"\x8c" + bytes([len(each)]) + each.encode() for each in (module, attribute))
    return b"\x80\x04" + both + b"\x93(" + arguments + b"tR" + STOP


# -- names ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("module", "attribute"),
    [
        ("torch.nn.modules.module", "torch.hub.load"),
        ("torch.nn.modules.module", "register_module_forward_hook"),
        ("torch.optim.lr_scheduler", "types.FunctionType"),
        ("torch.optim.swa_utils", "update_bn"),
        ("numpy.dtypes", "np.load"),
        ("torch", "hub.load"),
        ("nobodys.package", "random._os.execv"),
    ],
    ids=lambda each: each,
)
def test_a_dotted_name_behind_a_harmless_module(module: str, attribute: str) -> None:
    assert_code(stacked(module, attribute, text("x")), attribute.partition(".")[0])


def test_numpys_ufunc_reconstruct_imports_whatever_it_is_told() -> None:
    """`_ufunc_reconstruct("posix", "system")` is `posix.system`, and would stay so once it is allow-listed."""
    for module in ("numpy.core", "numpy._core"):
        assert_code(PROTO2 + call(module, "_ufunc_reconstruct", text("posix") + text("system")) + STOP, "reconstruct")


@pytest.mark.parametrize(
    ("module", "attribute"),
    [
        ("torch.distributed", "TCPStore"), ("torch.distributed", "FileStore"), ("h5py._hl.files", "File"),
        ("torch.utils.tensorboard.writer", "SummaryWriter"), ("numpy", "memmap"), ("git.repo.base", "Repo"),
        ("pandas.io.pytables", "HDFStore"), ("torch.storage", "UntypedStorage.from_file"), ("torch", "save"),
    ],
    ids=lambda each: each,
)  # fmt: skip
def test_a_class_whose_making_opens_a_file_or_a_socket(module: str, attribute: str) -> None:
    assert_code(torch_zip(state_dict(w=Tensor(), x=call(module, attribute, text("/tmp/x")))), attribute)


def test_a_name_that_would_be_pasted_as_code() -> None:
    """The proposed line is Python that people paste: a name from the file must not be able to end its bracket."""
    for attribute in ("A]): __import__('os').system('id') #", "A B", "A#", "", "A."):
        assert_code(torch_zip(state_dict(w=Tensor(), x=name("nobodys.package", attribute))), "no name that honest code")


COMPUTED = call("argparse", "Namespace", b"")
UNKNOWN = name("nobodys.package", "function")


@pytest.mark.parametrize("callee", [COMPUTED, UNKNOWN], ids=["computed", "a function nobody knows"])
@pytest.mark.parametrize(
    ("module", "attribute", "layout"),
    [
        ("torch._tensor", "_rebuild_from_type_v2", "{}" + "T" + "A" + "N"),
        ("copyreg", "__newobj__", "{}" + "A"),
        ("copyreg", "_reconstructor", "{}" + "T" + "N"),
        ("numpy.random._pickle", "__generator_ctor", "A" + "{}"),
        ("pandas.core.indexes.base", "_new_Index", "{}" + "A"),
    ],
    ids=lambda each: each if isinstance(each, str) and each.startswith("_") else "",
)
def test_a_harmless_function_calls_what_it_is_handed(module: str, attribute: str, layout: str, callee: bytes) -> None:
    parts = {"T": name("torch", "Tensor"), "A": b"(" + text("id") + b"t", "N": b"N"}
    before, _, after = layout.partition("{}")
    arguments = b"".join(parts[each] for each in before) + callee + b"".join(parts[each] for each in after)
    assert_code(torch_zip(state_dict(w=Tensor(), x=call(module, attribute, arguments))), "call")


def test_such_a_functions_arguments_are_computed() -> None:
    inner = name("torch._tensor", "_rebuild_from_type_v2") + call("builtins", "tuple", b"]") + b"R"
    assert_code(torch_zip(state_dict(w=Tensor(), x=inner)), "what another call returned")


def test_bytes_that_such_a_function_unpickles() -> None:
    arguments = name("torch.storage", "_load_from_bytes") + name("torch", "Tensor") + b"(" + text("x") + b"t" + b"N"
    assert_code(torch_zip(state_dict(x=call("torch._tensor", "_rebuild_from_type_v2", arguments))), "unpickles bytes")


def test_names_only_torchscript_knows_are_not_a_prefix() -> None:
    for module, attribute in (("torch.jit._pickle_evil", "build"), ("__torch__evil", "a"), ("torch.jit._pickle", "os")):
        body = PROTO2 + call(module, attribute, b"") + STOP
        report = read(_torchscript(body))
        assert (module, attribute) in {(use.module, use.name) for use in report.globals}
    assert read(_torchscript(PROTO2 + call("__torch__.M", "M", b"") + STOP)).verdict is Verdict.REFUSED


def _torchscript(body: bytes = PROTO2 + b"N.", code: bytes = b"def forward(self):\n  return 1\n") -> bytes:
    records = {"data.pkl": body, "constants.pkl": PROTO2 + b")" + STOP, "code/__torch__/m.py": code, "version": b"3\n"}
    return write_zip([Record(f"m/{key}", data) for key, data in records.items()])


@pytest.mark.parametrize("operator", [b"torch.save(x, '/tmp/a')", b"torch.from_file('/etc/passwd', False, 9)"])
def test_torchscript_that_opens_files_by_name(operator: bytes) -> None:
    assert_code(
        _torchscript(code=b"def forward(self, x):\n  " + operator + b"\n"), "TorchScript code that calls torch."
    )


def test_calls_in_what_joblib_would_take_for_an_array() -> None:
    """joblib reads 40 raw bytes where pickle.load, given the same file, reads opcodes."""
    dtype = call("numpy", "dtype", text("u1") + number(0) + number(1))
    wrapper = name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81}("
    wrapper += text("dtype") + dtype + text("shape") + numbers((40,)) + b"ub"
    hidden = call("os", "system", text("id")).ljust(40, b"N")
    assert_code(PROTO2 + wrapper + hidden + STOP, "os.system")
    assert read(PROTO2 + wrapper + bytes(range(40)) + STOP).verdict is Verdict.NEEDS_ALLOWLIST


def test_a_pickle_behind_a_thousand_decoys_is_no_silence() -> None:
    decoy = b"C\x0c\x80\x02Nabcdefghi"
    hidden = b"C" + bytes([len(EVIL)]) + EVIL
    assert_code(PROTO2 + b"](" + decoy * 900 + hidden + b"e" + STOP, "os.system")
    report = read(PROTO2 + b"](" + decoy * 1100 + hidden + b"e" + STOP)
    assert "CK104" in {found.rule for found in report.findings}


# -- two files in one ------------------------------------------------------------------------------------------------
def _tar(members: dict[str, bytes], **headers: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:", format=tarfile.PAX_FORMAT) as archive:
        for key, data in members.items():
            info = tarfile.TarInfo(key)
            info.size, info.pax_headers = len(data), headers
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _disguised(head: bytes) -> bytes:
    """torch's oldest format, with `head` where the first member's name stands, and a header that still adds up."""
    made = bytearray(_tar({"sys_info": EVIL, "pickle": EVIL, "tensors": EVIL, "storages": EVIL}))
    made[: len(head)] = head
    made[148:156] = b"%06o\0 " % (sum(made[:148]) + 8 * 32 + sum(made[156:512]))
    return bytes(made)


def test_a_tar_in_one_long_string_of_a_pickle() -> None:
    """torch.load tries tar first: to pickle.load it is harmless bytes, to torch without weights_only it is code."""
    size = len(_tar({"sys_info": EVIL, "pickle": EVIL, "tensors": EVIL, "storages": EVIL}))
    data = _disguised(b"\x80\x04\x8e" + struct.pack("<Q", size - 11)) + STOP
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        assert "pickle" in archive.getnames()
    assert_code(data, "os.system")


def test_a_tar_that_is_a_safetensors_file_too() -> None:
    body = _disguised(struct.pack("<Q", 2) + b"{}")
    assert_code(body, "os.system", "model.safetensors")


def test_an_archive_as_the_last_tensor_of_a_safetensors_file() -> None:
    inner = _zip({"data.pkl": EVIL})
    header = json.dumps({"w": {"dtype": "U8", "shape": [len(inner)], "data_offsets": [0, len(inner)]}}).encode()
    assert_code(struct.pack("<Q", len(header)) + header + inner, "os.system", "model.safetensors")


def test_an_archive_behind_a_tar() -> None:
    assert_code(_tar({"a": b"x" * 600}) + _zip({"data.pkl": EVIL}), "os.system")


def test_a_pickle_behind_a_tars_end() -> None:
    assert_code(_tar({"a": b"x" * 600}) + EVIL, "os.system")


def test_a_pax_header_that_shows_other_members() -> None:
    report = read(_tar({"a": b"x" * 600}, size="512"))
    assert report.verdict is Verdict.CORRUPT


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
@pytest.mark.parametrize("first", [b"", PROTO2 + b"N" + STOP], ids=["empty", "a pickle"])
def test_a_second_compressed_stream(pack: object, first: bytes) -> None:
    """gzip.open and its like read both as one file."""
    assert callable(pack)
    assert_code(pack(first) + pack(EVIL), "os.system")
    assert_code(pack(first) + bytes(512) + pack(EVIL), "os.system")
    assert read(pack(torch_zip()) + b"behind").verdict is Verdict.CORRUPT
    assert read(pack(torch_zip()) + bytes(512)).verdict is Verdict.REFUSED


def test_ten_thousand_compressed_streams_are_a_finding() -> None:
    report = read(gzip.compress(b"") * 10_000)
    assert any("compressed streams" in found.message for found in report.findings)


def test_bytes_behind_a_deflated_record() -> None:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = machine.compress(b"3\n") + machine.flush() + b"hidden"
    facts = {"method": 8, "crc": zlib.crc32(b"3\n"), "packed": len(packed), "size": 2}
    records = [*torch_records()[:-1], Record("m/version", packed, flags=0, local=facts, central=facts)]
    report = read(write_zip(records))
    assert any("6 bytes behind" in found.message and "m/version" in found.message for found in report.findings)


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for key, data in members.items():
            archive.writestr(key, data)
    return out.getvalue()


def test_an_extra_field_with_another_name() -> None:
    """Python reads Info-ZIP's Unicode Path since 3.13; miniz, and so torch, does not."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("notes.txt")
        other = b"m/data.pkl"
        info.extra = struct.pack("<HHBI", 0x7075, 5 + len(other), 1, 0) + other
        archive.writestr(info, b"harmless")
    report = read(out.getvalue())
    assert any("'m/data.pkl'" in found.message for found in report.findings)


def test_sizes_in_the_local_headers_zip64_field() -> None:
    """What is full in the local header stands in an extra field, and streaming readers go by that."""
    sound = torch_zip()
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        infos = {info.header_offset: info for info in archive.infolist()}
    room = {at: int.from_bytes(sound[at + 28 : at + 30], "little") for at in infos}
    start = max(room, key=lambda at: room[at])
    info, rest = infos[start], room[start] - 20
    padding = struct.pack("<HH", 0x4246, rest - 4) + b"Z" * (rest - 4)
    for more, verdict in ((0, Verdict.LOADABLE), (1, Verdict.CORRUPT)):
        made, field = bytearray(sound), start + 30 + len(info.filename)
        made[field : field + room[start]] = struct.pack("<HHQQ", 1, 16, info.file_size + more, info.file_size) + padding
        made[start + 18 : start + 26] = b"\xff" * 8
        assert read(bytes(made)).verdict is verdict


# -- archives of others ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"config.json": b'{"class_name": "Lambda"}', "metadata.json": b"{}"}, "Keras"),
        ({"schema.json": b'{"__module__": "os", "__class__": "system"}'}, "skops"),
        ({"MAR-INF/MANIFEST.json": b"{}", "weights.bin": b"\x00\x01"}, "TorchServe"),
        ({"m/.data/extern_modules": b"os\n", "m/model/model.pkl": PROTO2 + b"N" + STOP}, "torch.package"),
        ({"model.onnx": b"\x08\x08\x12\x07pytorch\x00"}, "model.onnx"),
        ({"weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(20)}, "hdf5"),
    ],
    ids=["keras", "skops", "torchserve", "torch.package", "onnx", "hdf5"],
)
def test_somebody_elses_archive_is_called_that_and_never_clean(members: dict[str, bytes], says: str) -> None:
    report = read(_zip(members))
    assert report.verdict not in OPEN
    assert any(says in found.message for found in report.findings), report.findings


@pytest.mark.parametrize("member", ["__main__.py", "handler.pyc", "sitecustomize.pth", "m/pkg/__init__.py"])
def test_a_program_in_an_archive(member: str) -> None:
    assert_code(_zip({"m/data.pkl": state_dict(), "m/version": b"3\n", member: b"import os\n"}), "a program")


NATIVE = {
    "elf": b"\x7fELF" + bytes(60),
    "windows-executable": b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0",
    "mach-o": b"\xcf\xfa\xed\xfe" + bytes(60),
    "wasm": b"\0asm\x01\0\0\0",
}


@pytest.mark.parametrize("kind", NATIVE)
def test_native_code_by_itself_and_in_a_pt2_archive(kind: str) -> None:
    assert_code(NATIVE[kind], kind)
    assert_code(_zip({"m/archive_format": b"pt2", "m/data/aotinductor/model.so": NATIVE[kind]}), kind, "model.pt2")


UNOPENED = {
    "7z": b"7z\xbc\xaf\x27\x1c", "rar": b"Rar!\x1a\x07\x01\x00", "zstd": b"\x28\xb5\x2f\xfd", "lz4": b"\x04\x22\x4d\x18",
    "zstd skippable": b"\x50\x2a\x4d\x18", "compress": b"\x1f\x9d\x90", "lzop": b"\x89LZO\0\r\n\x1a\n", "lzip": b"LZIP\x01",
    "snappy": b"\xff\x06\x00\x00sNaPpY", "blosc": b"\x02\x01\x21\x04", "hdf5": b"\x89HDF\r\n\x1a\n",
    "hdf5 behind a user block": bytes(512) + b"\x89HDF\r\n\x1a\n", "gguf": b"GGUF\x03\0\0\0", "pte": b"\x18\0\0\0ET12",
    "tflite": b"\x1c\0\0\0TFL3", "onnx": b"\x08\x08\x12\x07pytorch:\x00", "tf graph": b"\n\x12\n\x05input\x12",
    "msgpack": b"\x81\xa6params\x80", "parquet": b"PAR1", "R": b"RDX3\n", "matlab": b"MATLAB 5.0 MAT-file" + bytes(110),
    "pyc": b"\xa7\r\r\n" + bytes(12) + b"\xe3", "marshal": b"\xe3" + bytes(20), "shell": b"#!/bin/sh\nid\n",
    "byte order mark": b"\xef\xbb\xbf" + b"cos\nsystem\n(S'x'\ntR.", "newline first": b"\n" + EVIL,
}  # fmt: skip


@pytest.mark.parametrize("kind", UNOPENED)
@pytest.mark.parametrize("suffix", [".pt", ".safetensors", ".npz", ""])
def test_what_is_not_opened_is_never_clean(kind: str, suffix: str) -> None:
    report = read(UNOPENED[kind] + bytes(range(200)), f"model{suffix}")
    assert report.verdict in (Verdict.UNREADABLE, Verdict.CORRUPT, Verdict.DANGEROUS)
    assert report.findings


# -- text beside tensors -----------------------------------------------------------------------------------------------
def _safetensors(metadata: dict[str, str]) -> bytes:
    tensor = {"dtype": "F32", "shape": [6], "data_offsets": [0, 24]}
    header = json.dumps({"__metadata__": metadata, "w": tensor}).encode()
    return struct.pack("<Q", len(header)) + header + floats(6)


@pytest.mark.parametrize(
    "value",
    [
        base64.b64encode(EVIL).decode(), EVIL.hex(), "cos\nsystem\n(S'id'\ntR.",
        base64.b64encode(b"cos\nsystem\n(S'id'\ntR.").decode(), base64.b64encode(_zip({"a.pkl": EVIL})).decode(),
        "import os; os.system('id')", "exec(base64.b64decode('aWQ='))", "rm -rf / && curl http://127.0.0.1/x",
        "<script>fetch('/')</script>", "{{ ''.__class__.__mro__ }}",
    ],
)  # fmt: skip
def test_code_in_safetensors_metadata(value: str) -> None:
    assert_code(_safetensors({"note": value}), "metadata 'note'", "model.safetensors")
    assert_code(_safetensors({value: "x"}), "metadata", "model.safetensors")


def test_an_address_that_a_program_is_told_to_call() -> None:
    assert_code(_safetensors({"callback_url": "http://127.0.0.1/x"}), "an address", "model.safetensors")


@pytest.mark.parametrize(
    "piece", ["{{", "{{a__b", "curl ", "wget x", "rm -", "import ", "os.exec", "subprocess.", "exec ", "hook", "<scrip"]
)
def test_a_megabyte_of_what_nearly_is_a_program_takes_no_time(piece: str) -> None:
    """A pattern that begins anew at every place and runs to the end would take hours."""
    length = 1_000_000
    for value in (piece * (length // len(piece)), piece + " " * length, piece + "x" * length, piece + "_" * length):
        started = time.process_time()
        read(_safetensors({"note": value, value[:100_000]: ""}), "model.safetensors")
        assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "metadata",
    [
        {"format": "pt"},
        {"modelspec.author": "us", "modelspec.description": "see https://example.com, a system of evaluation"},
        {"license": "MIT", "ss_base_model": "sd", "source_url": "https://example.com/model"},
        {"prompt": "import the compiled shell of a turtle; execute well", "YesNo": "Y2x1ZQ=="},
    ],
)
def test_ordinary_metadata_raises_no_alarm(metadata: dict[str, str]) -> None:
    assert read(_safetensors(metadata), "model.safetensors").verdict is Verdict.LOADABLE


def test_a_field_with_a_capital_o_is_no_object() -> None:
    header = b"{'descr': [('SCORE', '<f4')], 'fortran_order': False, 'shape': (6,), }"
    sound = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + floats(6)
    assert read(sound, "a.npy").verdict is Verdict.NOT_A_CHECKPOINT
    objects = sound.replace(b"'<f4'", b"'|O' ")
    assert read(objects[: -len(floats(6))] + EVIL, "a.npy").verdict is Verdict.DANGEROUS


@pytest.mark.parametrize("length", range(120, 1600, 8))
def test_a_header_whose_length_looks_like_a_pickles_first_bytes(length: int) -> None:
    """128, 384, 640 and so on: the length's first bytes are PROTO and a version."""
    sound = _safetensors({"note": ""})
    padded = _safetensors({"note": "x" * (length - int.from_bytes(sound[:8], "little"))})
    assert int.from_bytes(padded[:8], "little") == length
    assert read(padded, "model.safetensors").verdict is Verdict.LOADABLE


def test_a_pickle_that_begins_like_safetensors() -> None:
    head = PROTO2 + b"G\0\0\0\0\0{  "
    assert_code(head + EVIL[2:], "os.system")
    length = int.from_bytes(head[:8], "little")
    assert_code(head + EVIL[2:] + b" " * (length - len(EVIL) - 2) + b"}", "os.system")


def test_a_tar_whose_first_name_is_a_pickle() -> None:
    assert_code(_disguised(b"cos\nsystem\n(S'id'\ntR."), "os.system")
    first = bytearray(_tar({"a": b"x"}))
    first[:22] = b"cos\nsystem\n(S'id'\ntR."
    first[148:156] = b"%06o\0 " % (sum(first[:148]) + 8 * 32 + sum(first[156:512]))
    assert_code(bytes(first), "os.system")
