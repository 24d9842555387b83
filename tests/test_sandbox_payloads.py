"""Payloads of every class that scanners' tests generate: CK101 when read, refused when loaded, and nothing ever runs."""

from __future__ import annotations

import pickle
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.edge.sandbox import Sandbox
from bot.model import CheckpointReport, Refused, Verdict
from bot.scan.checkpoint import BytesReader, read_checkpoint
from tests import torch_files
from tests.checkpoint_bytes import PROTO2, STOP, Tensor, call, legacy_file, state_dict, text, torch_zip
from tests.generated_pickles import Made, payloads, random_files
from tests.locked_batch import load_all


@dataclass(frozen=True)
class Canary:
    """What a payload that ran would touch: a file in a folder open to all, and a server that listens."""

    file: Path
    ear: socket.socket

    def sang(self) -> bool:
        try:
            self.ear.accept()
        except BlockingIOError:
            return self.file.exists()
        return True


@pytest.fixture
def canary() -> Iterator[Canary]:
    with socket.create_server(("127.0.0.1", 0)) as ear, tempfile.TemporaryDirectory() as folder:
        ear.setblocking(False)
        Path(folder).chmod(0o777)
        yield Canary(Path(folder) / "canary", ear)


def made_for(canary: Canary) -> list[Made]:
    return list(payloads(str(canary.file), canary.ear.getsockname()[1]))


def read(data: bytes) -> CheckpointReport:
    return read_checkpoint("model.pt", BytesReader(data), crc=True)


def test_the_canary_sings_when_it_should(canary: Canary) -> None:
    socket.create_connection(canary.ear.getsockname(), 5).close()
    assert canary.sang()


def test_every_payload_is_code_when_read(canary: Canary) -> None:
    files = made_for(canary)
    assert len(files) > 1_500
    assert [made.name for made in files if read(made.data).verdict is not Verdict.DANGEROUS] == []
    assert not canary.sang()


def test_every_payload_is_refused_behind_the_sandboxs_walls(canary: Canary) -> None:
    pytest.importorskip("torch", reason="a smoke load needs the extra loadguard[smoke]")
    files = made_for(canary)[::5]
    answers = load_all([(made.data, False) for made in files])
    assert [pair for pair in zip(files, answers, strict=True) if not pair[1].startswith("refused")] == []
    assert not canary.sang()


@pytest.mark.parametrize(
    "name", ["os.system by GLOBAL, zip", "builtins.eval by INST, pickle", "os.fork by OBJ, legacy"]
)
def test_the_sandbox_itself_refuses(name: str, canary: Canary, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="a smoke load needs the extra loadguard[smoke]")
    (made,) = (each for each in made_for(canary) if each.name == name)
    (tmp_path / "model.pt").write_bytes(made.data)
    for allowed in ((), ("collections.deque",)):
        assert isinstance(Sandbox().smoke(tmp_path / "model.pt", mapped=False, safe_globals=allowed), Refused)
    assert not canary.sang()


@pytest.mark.parametrize("seed", [11, 12])
def test_what_is_called_loadable_never_kills_the_child(seed: int) -> None:
    pytest.importorskip("torch", reason="a smoke load needs the extra loadguard[smoke]")
    files = list(random_files(seed, 250))
    reports = [read(made.data) for made in files]
    loadable = [
        (made, report) for made, report in zip(files, reports, strict=True) if report.verdict is Verdict.LOADABLE
    ]
    assert len(loadable) > 20
    answers = load_all([(made.data, report.mappable) for made, report in loadable])
    assert [answer for answer in answers if answer.startswith("killed")] == []
    assert answers.count("loaded") > len(answers) * 0.8


# -- what the fuzzing taught ----------------------------------------------------------------------------------------
EVIL = b"N0cos\nsystem\n(Vtrue\ntR."


@pytest.mark.parametrize("codec", ["cp037", "utf-16-le", "utf-7", "hex_codec"])
def test_bytes_that_are_computed_and_then_unpickled_are_code(codec: str) -> None:
    """`torch.storage._load_from_bytes` is plain pickle, and an encoding turns any text into any bytes."""
    hidden = EVIL.decode("cp037") if codec == "cp037" else "harmless"
    data = (
        PROTO2 + call("torch.storage", "_load_from_bytes", call("_codecs", "encode", text(hidden) + text(codec))) + STOP
    )
    assert read(data).verdict is Verdict.DANGEROUS


def test_bytes_that_are_unpickled_are_read_however_they_begin() -> None:
    literal = PROTO2 + call("torch.storage", "_load_from_bytes", b"C" + bytes([len(EVIL)]) + EVIL) + STOP
    (found,) = [each for each in read(literal).findings if each.rule == "CK101"]
    assert "os.system" in found.message
    assert "bytes at byte" in found.message


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_tensors_that_plain_pickle_wrote_are_no_false_alarm(protocol: int) -> None:
    torch = pytest.importorskip("torch")
    report = read(pickle.dumps({"w": torch.ones(3), "v": torch.zeros(100_000)}, protocol=protocol))
    assert report.verdict is Verdict.NOT_A_CHECKPOINT
    assert {each.rule for each in report.findings} <= {"CK105"}


def test_a_storage_that_is_described_by_too_many_or_too_few_values() -> None:
    short = PROTO2 + b"}" + text("w") + Tensor().opcodes(legacy=False) + b"s" + STOP
    assert read(legacy_file({"w": Tensor()}, main=short)).verdict is Verdict.CORRUPT
    assert read(torch_zip(state_dict(w=Tensor().opcodes(legacy=True)))).verdict is Verdict.CORRUPT


def test_every_kind_of_file_torch_writes_loads_behind_the_walls(tmp_path: Path) -> None:
    """Late imports, codecs, memory: what a sound file needs must still be there after the child has locked itself."""
    files = []
    for name, maker in {**torch_files.WHOLE, "big_endian": torch_files.big_endian}.items():
        maker(tmp_path / name)
        data = (tmp_path / name).read_bytes()
        files.append((name, data, read(data).mappable))
    answers = load_all([(data, mappable) for _, data, mappable in files])
    assert {name: answer for (name, _, _), answer in zip(files, answers, strict=True) if answer != "loaded"} == {}
