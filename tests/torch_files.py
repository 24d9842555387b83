"""Files that torch itself writes, by name. Needs torch; each maker imports it when it is called."""

from __future__ import annotations

import argparse
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[Path], object]


def _net() -> object:
    from torch import nn

    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Linear(8, 2))


def _save(value: object, path: Path, **options: object) -> None:
    import torch

    torch.save(value, path, **options)


def state_dict(path: Path) -> None:
    _save(_net().state_dict(), path)


def legacy(path: Path) -> None:
    _save(_net().state_dict(), path, _use_new_zipfile_serialization=False)


def legacy_shared(path: Path) -> None:
    import torch

    base = torch.arange(100.0)
    _save({"a": base[:50], "b": base[50:], "c": base}, path, _use_new_zipfile_serialization=False)


def _trained(kind: str) -> tuple[object, object, object]:
    import torch

    net = _net()
    optimizer = getattr(torch.optim, kind)(net.parameters(), lr=0.1)
    net(torch.randn(3, 4)).sum().backward()
    optimizer.step()
    return net, optimizer, torch


def optimizer_adam(path: Path) -> None:
    net, optimizer, _ = _trained("AdamW")
    _save({"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "loss": 0.5}, path)


def optimizer_sgd(path: Path) -> None:
    _, optimizer, _ = _trained("SGD")
    _save(optimizer.state_dict(), path)


def schedulers(path: Path) -> None:
    _, optimizer, torch = _trained("SGD")
    rates = torch.optim.lr_scheduler
    found = [
        rates.StepLR(optimizer, 2),
        rates.CosineAnnealingLR(optimizer, 5),
        rates.ReduceLROnPlateau(optimizer),
        rates.MultiStepLR(optimizer, [2, 4]),
    ]
    _save([each.state_dict() for each in found], path)


def lower_precision(path: Path) -> None:
    import torch

    kinds = (torch.bfloat16, torch.float16, torch.float8_e4m3fn, torch.float8_e5m2, torch.uint16, torch.complex64)
    _save({str(kind): torch.ones(3, 5).to(kind) for kind in kinds}, path)


def sparse(path: Path) -> None:
    import torch

    dense = torch.eye(5)
    _save({"coo": dense.to_sparse(), "csr": dense.to_sparse_csr(), "csc": dense.to_sparse_csc()}, path)


def quantised(path: Path) -> None:
    import torch

    values = torch.randn(4, 3)
    scales, zeros = torch.ones(4), torch.zeros(4, dtype=torch.int64)
    per_tensor = torch.quantize_per_tensor(values, 0.1, 3, torch.qint8)
    per_channel = torch.quantize_per_channel(values, scales, zeros, 0, torch.qint8)
    _save({"tensor": per_tensor, "channel": per_channel}, path)


def nested(path: Path) -> None:
    import torch

    _save(torch.nested.nested_tensor([torch.randn(2, 3), torch.randn(4, 3)]), path)


def shared_storages(path: Path) -> None:
    import torch

    weight = torch.randn(6, 6)
    _save({"whole": weight, "row": weight[2], "turned": weight.t(), "tied": weight}, path)


def expanded(path: Path) -> None:
    import torch

    _save({"mask": torch.ones(1, 1).expand(1000, 1000)}, path)


def parameters(path: Path) -> None:
    import torch

    marked = torch.nn.Parameter(torch.randn(3))
    marked.tag = "kept"
    _save({"p": torch.nn.Parameter(torch.randn(2, 2), requires_grad=False), "marked": marked}, path)


def conjugated(path: Path) -> None:
    import torch

    _save({"conj": torch.randn(3, dtype=torch.complex64).conj(), "neg": torch.randn(2)}, path)


def meta(path: Path) -> None:
    import torch

    _save({"m": torch.empty(1000, 1000, device="meta")}, path)


def empty_tensors(path: Path) -> None:
    import torch

    _save({"none": torch.empty(0), "flat": torch.empty(0, 5), "scalar": torch.tensor(3.0)}, path)


def plain_values(path: Path) -> None:
    value = {"list": [1, 2.5, "x", None, True], "set": {1, 2}, "complex": 1j, "bytes": b"abc", "big": 1 << 200}
    _save({**value, "counter": OrderedDict(a=1), "tuple": (1, (2, 3)), "array": bytearray(b"xy")}, path)


def random_states(path: Path) -> None:
    import random

    import torch

    _save({"torch": torch.get_rng_state(), "python": random.getstate()}, path)


def grad_scaler(path: Path) -> None:
    import torch

    _save(torch.amp.GradScaler("cpu").state_dict(), path)


def many_tensors(path: Path) -> None:
    import torch

    _save({f"layer.{index}.weight": torch.full((2,), float(index)) for index in range(300)}, path)


WHOLE: dict[str, Maker] = {
    maker.__name__: maker
    for maker in (
        state_dict, legacy, legacy_shared, optimizer_adam, optimizer_sgd, schedulers, lower_precision, sparse,
        quantised, nested, shared_storages, expanded, parameters, conjugated, meta, empty_tensors, plain_values,
        random_states, grad_scaler, many_tensors,
    )
}  # fmt: skip
"""Loadable with weights_only=True, all of them."""


def big_endian(path: Path) -> None:
    """What torch writes where `sys.byteorder` is big: `byteorder` says so, and a load swaps every element."""
    from unittest import mock

    import torch

    with mock.patch("sys.byteorder", "big"):
        torch.save({"w": torch.arange(6, dtype=torch.float32)}, path)


def protocol_4(path: Path) -> None:
    _save(_net().state_dict(), path, pickle_protocol=4)


def torchscript(path: Path) -> None:
    import torch

    torch.jit.save(torch.jit.script(_net()), str(path))


def exported(path: Path) -> None:
    import torch

    net = torch.nn.Linear(4, 2)
    torch.export.save(torch.export.export(net, (torch.randn(1, 4),)), str(path))


def old_tar(path: Path) -> None:
    """torch's format from before 0.1.10, written as it was: counts and pickles, raw sizes, raw storages."""
    import io
    import pickle
    import struct
    import tarfile

    import torch

    def dumped(*values: object) -> bytes:
        return b"".join(pickle.dumps(value, protocol=2) for value in values)

    storages = dumped(1, (0, "cpu", torch.FloatStorage)) + struct.pack("<q4f", 4, 1, 2, 3, 4) + dumped([])
    tensors = dumped(1, (1, 0, torch.FloatTensor)) + struct.pack("<i4xqqqqq", 2, 2, 2, 2, 1, 0)
    parts = {"sys_info": dumped({"little_endian": True}), "pickle": dumped({"w": 1})}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in {**parts, "tensors": tensors, "storages": storages}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


UNUSUAL: dict[str, Maker] = {
    maker.__name__: maker for maker in (big_endian, protocol_4, torchscript, exported, old_tar)
}
"""Whole and without code, yet not what torch.load(weights_only=True, mmap=True) takes."""


class Net:
    """A class of the project's own, saved whole."""

    def __init__(self) -> None:
        self.layers = 3


def numpy_values(path: Path) -> None:
    import numpy as np

    kinds = (np.float32, np.int64, np.bool_, np.float64, np.uint8, np.complex64)
    _save(
        {str(kind): np.ones(3, dtype=kind) for kind in kinds} | {"scalar": np.float64(2.5), "text": np.array(["a"])},
        path,
    )


def namespace(path: Path) -> None:
    import torch

    _save({"args": argparse.Namespace(lr=0.1, layers=[1, 2]), "w": torch.ones(2)}, path)


def whole_module(path: Path) -> None:
    _save(_net(), path)


def own_class(path: Path) -> None:
    _save({"net": Net()}, path)


def paths_and_dates(path: Path) -> None:
    import datetime
    import pathlib

    _save({"at": datetime.datetime(2024, 1, 1), "where": pathlib.PurePosixPath("a/b")}, path)


NEEDING: dict[str, Maker] = {
    maker.__name__: maker for maker in (numpy_values, namespace, whole_module, own_class, paths_and_dates)
}
"""Loadable once allow-listed."""


def default_dict(path: Path) -> None:
    _save(defaultdict(int, a=1), path)


def whole_optimizer(path: Path) -> None:
    _, optimizer, _ = _trained("SGD")
    _save(optimizer, path)


def exception(path: Path) -> None:
    _save({"error": ValueError("x")}, path)


class Registry(dict):  # type: ignore[type-arg]
    """A dict subclass."""


class Stack(list):  # type: ignore[type-arg]
    """A list subclass."""


def dict_subclass(path: Path) -> None:
    _save(Registry(a=1), path)


def list_subclass(path: Path) -> None:
    _save(Stack([1, 2, 3]), path)


def a_deque(path: Path) -> None:
    from collections import deque

    _save({"history": deque([1.0, 2.0])}, path)


NEVER: dict[str, Maker] = {
    maker.__name__: maker for maker in (default_dict, whole_optimizer, exception, dict_subclass, list_subclass, a_deque)
}
"""Never loaded since torch 2.10, allow-listed or not."""
