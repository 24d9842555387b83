"""Many small files through `torch.load(weights_only=True)` in one locked child: the sandbox's own walls, one start-up.

A child that dies names the file it died of by what it had not answered; the rest goes to a new child.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import bot.edge.sandbox_process
from bot.edge.sandbox_process import converse

EDGE = Path(bot.edge.sandbox_process.__file__).resolve().parent
CHILD = """
import sys
sys.path.insert(0, {edge!r})
import json, os, warnings
import torch
warnings.simplefilter("ignore")
torch.set_num_threads(1)
from sandbox_child.load import warm_up
from sandbox_child.lockdown import Confinement, lock_down
from sandbox_child.tensors import walk
warm_up()
jobs = json.load(open({jobs!r}))
lock_down(Confinement(memory=1 << 30, cpu=300, output=0, user={user!r}), readable=[path for path, _ in jobs])
for path, mapped in jobs:
    try:
        with torch.sparse.check_sparse_tensor_invariants():
            loaded = torch.load(path, map_location="cpu", mmap=mapped, weights_only=True)
        word = "loaded"
        for _ in walk(loaded):
            pass
    except Exception as trouble:
        word = "refused " + type(trouble).__name__ + ": " + str(trouble).partition(chr(10))[0][:160]
        if "WeightsUnpickler error: " in str(trouble):
            word = "refused " + str(trouble).partition("WeightsUnpickler error: ")[2].partition(chr(10))[0][:160]
    os.write(1, json.dumps(word).encode() + chr(10).encode())
os._exit(0)
"""


def load_all(files: Sequence[tuple[bytes, bool]], *, seconds: float = 120.0) -> list[str]:
    """For each file and whether to map it: `loaded`, `refused ...` or `killed ...`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        jobs = []
        for index, (data, mapped) in enumerate(files):
            path = Path(folder) / f"{index}.pt"
            path.write_bytes(data)
            jobs.append((str(path), mapped))
        answers: list[str] = []
        while len(answers) < len(jobs):
            answers += _batch(jobs[len(answers) :], Path(folder), seconds)
        return answers


def _batch(jobs: list[tuple[str, bool]], folder: Path, seconds: float) -> list[str]:
    listed = folder / "jobs.json"
    listed.write_text(json.dumps(jobs))
    user = 65534 if os.geteuid() == 0 else None
    code = CHILD.format(edge=str(EDGE), jobs=str(listed), user=user)
    environment = {"OMP_NUM_THREADS": "1", "TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}
    ending = converse([sys.executable, "-I", "-B", "-c", code], environment=environment, seconds=seconds)
    answers: list[str] = [json.loads(line) for line in ending.answer.splitlines() if line.endswith(b'"')]
    if not answers and ending.status > 0:
        raise RuntimeError(f"the child does not start: {ending.complaint.decode(errors='replace')[-2000:]}")
    if len(answers) < len(jobs):
        answers.append(f"killed {ending.stopped or ending.status}")
    return answers
