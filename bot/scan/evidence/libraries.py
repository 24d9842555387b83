"""What functions of libraries say of what they are given: tensors, arrays or modules."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence.signs import Kind
from bot.scan.evidence.spot import Answer, Spot

_OBJECT_CALLS = (
    "torch.jit.",
    "torch.compile",
    "torch.nn.DataParallel",
    "torch.nn.parallel.",
    "torch.utils.data.",
    "torch.fx.",
    "torch.onnx.",
    "torch.ao.quantization.",
    "torch.quantization.",
    "torch.vmap",
    "torch.nn.Sequential",
    "torch.nn.ModuleList",
    "torch.distributed.fsdp.",
    "torch.distributed.tensor.parallel.",
)
_MODULE_CALLS = tuple(
    """torchsummary. torchinfo. thop. ptflops. fvcore.nn. torchviz. captum. pytorch_grad_cam. ignite.engine. torch2trt.
    torch_tensorrt. deepspeed.initialize apex.amp.initialize coremltools.convert openvino.convert_model""".split()
)
"""Libraries whose functions take a module first."""

_OF_TENSORS = re.compile(
    r"torch\.(?!is_tensor$|typename$|is_storage$)[a-z]\w*|torch\.[A-Z]\w*|"
    r"torch\.(?:_C\._nn|fft|linalg|special|testing|nn\.functional|sparse|Tensor|nested|masked|nn\.Embedding)\..+"
)
"""torch's own functions that take tensors alone; the others (`torch.ao`, `torch.optim`, `torch.cuda`) modules too."""


def is_known(full: str, place: int | str) -> bool:
    """Whether anything is known of the function `full`, which is given the value at `place`."""
    if full.startswith(_MODULE_CALLS):
        return place in (0, "model")
    return full.startswith(("torch.", "numpy.", "safetensors."))


def into_library(spot: Spot, call: ast.Call, full: str) -> Answer:
    """What the function says of the value that it is given."""
    if full.startswith(_MODULE_CALLS):
        yield spot.says(Kind.OBJECT, f"goes into {full}")
    elif full == "torch.save":
        yield spot.says(Kind.SAVED, "is saved again")
    elif full.startswith(_OBJECT_CALLS):
        if spot.path and spot.path[-1].startswith("«["):  # a list of modules
            spot = spot._replace(path=spot.path[:-1])
        yield spot.says(Kind.OBJECT, f"goes into {full}")
    elif full in ("torch.tensor", "torch.as_tensor", "torch.from_numpy", "torch.asarray"):
        yield spot.says(Kind.ARRAY, f"goes into {full}")
    elif _OF_TENSORS.fullmatch(full):
        yield spot.says(Kind.TENSOR, f"goes into {full}")
        yield spot.at(call)
    elif full.startswith("torch."):
        yield spot.says(Kind.ESCAPES, f"goes into {full}")
    else:
        yield spot.says(Kind.TENSOR if full.startswith("safe") else Kind.ARRAY, f"goes into {full}")
