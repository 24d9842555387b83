"""Opening checkpoints in a child that can do nothing else, and reading every way it can end as a verdict.

The walls are in `sandbox_child/lockdown.py`. None needs a privilege, a namespace or a container: what a default Docker
seccomp profile allows is enough. Where the parent is root, the child also gives up its user.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.edge.sandbox_process import Ending, converse
from bot.model import Drift, Killed, Loaded, NotTried, Refused

_NOBODY = 65534
_BOOTSTRAP = (
    "import sys, runpy; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module('sandbox_child', run_name='__main__', alter_sys=False)"
)
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "TORCH_DEVICE_BACKEND_AUTOLOAD": "0",  # torch_tpu without a TPU makes `import torch` take 12 s
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
}
_DEVICE_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "LD_LIBRARY_PATH",
    "NVIDIA_VISIBLE_DEVICES",
    "PJRT_DEVICE",
    "TPU_LIBRARY_PATH",
)
_SLOWEST_BYTES_PER_SECOND = 30 << 20

Smoke = Loaded | Refused | Killed | NotTried


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """`seconds` of wall time, more for a large file (30 MiB/s); `memory` in bytes beside torch's own and the file's."""

    seconds: float = 60.0
    memory: int = 1 << 30


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where and how children run. `python` must be able to import torch; `environment` is the device legs' only.

    `device_python` runs those legs where it is given: PyTorch/XLA is bound to a torch that must not open a pickle.
    """

    python: str = sys.executable
    limits: SandboxLimits = SandboxLimits()
    environment: tuple[tuple[str, str], ...] = ()
    device_python: str = ""

    def smoke(
        self, path: Path, *, mapped: bool, safe_globals: tuple[str, ...] = (), export: Path | None = None
    ) -> Smoke:
        """Load `path` with `weights_only=True`; with `export`, also write its tensors there as safetensors.

        Raises OSError where `path` cannot be read by us.
        """
        size = path.stat().st_size
        with _readable(path, user=self._user()) as reachable, _opened(export) as descriptor:
            request = {
                "verb": "load",
                "path": str(reachable),
                "mmap": mapped,
                "safe_globals": list(safe_globals),
                "export": descriptor,
                "confinement": self._confinement(size, output=2 * size + (64 << 20) if export else 0),
            }
            return _smoke_verdict(self._ask(request, size, keep=() if descriptor is None else (descriptor,)))

    def compare(self, old: Path, new: Path) -> tuple[Drift, ...] | Killed | NotTried:
        """How far the tensors of two safetensors files of ours lie apart, largest relative drift first, at most 200."""
        size = old.stat().st_size + new.stat().st_size
        with _readable(old, user=self._user()) as before, _readable(new, user=self._user()) as after:
            confinement = self._confinement(4 * size, output=0)
            request = {"verb": "compare", "old": str(before), "new": str(after), "confinement": confinement}
            ending = self._ask(request, size)
        answer = _answer(ending)
        if isinstance(answer, Killed):
            return answer
        if answer["kind"] != "compared":
            return NotTried(str(answer["reason"]))
        try:
            return tuple(map(_drift, answer["drift"]))
        except (KeyError, TypeError, ValueError, ArithmeticError) as trouble:
            return Killed(_senseless(trouble))

    def on_device(self, path: Path, device: str) -> Smoke:
        """Move the tensors of a safetensors file of ours to `device` and read them back. No pickle is opened there."""
        request = {"verb": "device", "path": str(path), "device": device}
        size, variables = path.stat().st_size, dict(self.environment)
        ending = self._ask(request, size, python=self.device_python, environment=variables)
        return _smoke_verdict(ending, device=device)

    def _user(self) -> int | None:
        return _NOBODY if os.geteuid() == 0 else None

    def _confinement(self, size: int, *, output: int) -> dict[str, int | None]:
        seconds = int(self.limits.seconds + size / _SLOWEST_BYTES_PER_SECOND) + 1
        return {"memory": self.limits.memory + size, "cpu": seconds, "output": output, "user": self._user()}

    def _ask(
        self,
        request: dict[str, Any],
        size: int,
        *,
        keep: tuple[int, ...] = (),
        python: str = "",
        environment: dict[str, str] | None = None,
    ) -> Ending:
        folder = str(Path(__file__).resolve().parent)
        command = [python or self.python, "-I", "-B", "-c", _BOOTSTRAP, folder, json.dumps(request)]
        return converse(
            command,
            environment={**_ENVIRONMENT, **(environment or {})},
            seconds=self.limits.seconds + size / _SLOWEST_BYTES_PER_SECOND,
            descriptors=keep,
        )


def device_environment(variables: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The few variables a device's driver needs, out of those of the whole process."""
    return tuple((name, variables[name]) for name in _DEVICE_VARIABLES if name in variables)


def _answer(ending: Ending) -> dict[str, Any] | Killed:
    """The child's one line, or why there is none. A status of 0 with half a line is no answer either."""
    if ending.stopped:
        return Killed(f"{ending.stopped} after {ending.seconds:.1f} s")
    if ending.status < 0:
        return Killed(f"died of {_signal_name(-ending.status)}{_last_words(ending)}")
    lines = ending.answer.splitlines()
    try:
        answer = json.loads(lines[0]) if len(lines) == 1 else None
    except (ValueError, RecursionError):
        answer = None
    if ending.status != 0 or not isinstance(answer, dict) or not isinstance(answer.get("kind"), str):
        return Killed(f"gave no answer (exit status {ending.status}){_last_words(ending)}")
    if answer["kind"] in ("killed", "failed"):
        return Killed(str(answer["reason"]))
    return answer


def _smoke_verdict(ending: Ending, *, device: str = "cpu") -> Smoke:
    answer = _answer(ending)
    if isinstance(answer, Killed):
        return Killed(answer.reason, device)
    try:
        if answer["kind"] == "refused":
            return Refused(str(answer["reason"]), tuple(map(str, answer.get("needs", ()))), device)
        if answer["kind"] == "not-tried":
            return NotTried(str(answer["reason"]), device)
        return _loaded(answer, device)
    except (KeyError, TypeError, ValueError, ArithmeticError) as trouble:
        return Killed(_senseless(trouble), device)


def _loaded(answer: dict[str, Any], device: str) -> Loaded:
    return Loaded(
        tensors=int(answer["tensors"]),
        parameters=int(answer["parameters"]),
        dtypes=tuple((str(name), int(count)) for name, count in answer.get("dtypes", ())),
        nbytes=int(answer["nbytes"]),
        seconds=float(answer["seconds"]),
        peak_memory=int(answer.get("peak_memory", 0)),
        bad_values=tuple(map(str, answer.get("bad_values", ()))),
        device=str(answer.get("device", device)),
        mapped=bool(answer.get("mapped", False)),
        all_zero=tuple(map(str, answer.get("all_zero", ()))),
        walls=tuple(map(str, answer.get("walls", ()))),
    )


def _drift(row: dict[str, Any]) -> Drift:
    largest, mean, relative = (float(row[name]) for name in ("max", "mean", "mean_relative"))
    return Drift(str(row["name"]), largest, mean, relative, int(row["new_bad"]))


def _senseless(trouble: Exception) -> str:
    return f"gave an answer without sense ({trouble!r})"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_words(ending: Ending) -> str:
    lines = ending.complaint.decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""


@contextmanager
def _opened(export: Path | None) -> Iterator[int | None]:
    if export is None:
        yield None
        return
    descriptor = os.open(export, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _readable(path: Path, *, user: int | None) -> Iterator[Path]:
    """`path` itself where the child's user can read it, else a copy that it can, gone afterwards."""
    path = path.resolve(strict=True)
    if user is None or _open_to_others(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="loadguard-") as folder:
        Path(folder).chmod(0o711)
        copy = Path(folder) / "checkpoint"
        shutil.copyfile(path, copy)
        copy.chmod(0o444)
        yield copy


def _open_to_others(path: Path) -> bool:
    """Whether any user may read the file and pass through every folder above it."""
    if not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
