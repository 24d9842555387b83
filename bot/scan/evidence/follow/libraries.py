"""What functions of libraries say of what they are given: tensors, arrays or modules."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import Answer, Spot
from bot.scan.evidence.ground.behind import values_of
from bot.scan.evidence.ground.classes import enclosing_class
from bot.scan.evidence.ground.imports import dotted
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

_OBJECT_CALLS = (
    "torch.nn.Sequential",
    "torch.nn.ModuleList",
    "torch.nn.ModuleDict",
    "torch.optim.swa_utils.",
)
_FIRST_OBJECTS = (
    "torch.jit.",
    "torch.compile",
    "torch.nn.DataParallel",
    "torch.nn.parallel.",
    "torch.utils.data.",
    "torch.fx.",
    "torch.onnx.",
    "torch.export.export",
    "torch.ao.quantization.",
    "torch.quantization.",
    "torch.vmap",
    "torch.nn.SyncBatchNorm.",
    "torch.nn.utils.prune.",
    "torch.nn.utils.parametriz",
    "torch.nn.utils.spectral_norm",
    "torch.nn.utils.weight_norm",
    "torch.nn.utils.remove_",
    "torch.optim.lr_scheduler.",
    "torch.utils.checkpoint.",
    "torch.utils.mobile_optimizer.",
    "torch.cuda.make_graphed_callables",
    "torch.distributed.fsdp.",
    "torch.distributed._composable.",
    "torch.distributed.tensor.parallel.",
    "torch.distributed.pipelining.",
    "torch.distributed.checkpoint.state_dict.",
)
"""torch's own that take a module, a function, a dataset or an optimizer first, and then other things."""

_OF_LISTS = ("torch.utils.data.TensorDataset", "torch.utils.data.StackDataset")
"""A dataset of tensors, each of which is one of the arguments."""
_COLLATES = re.compile(r"torch\.utils\.data\.(\w+\.)*(default_(collate|convert)|WeightedRandomSampler)")

_MODULE_CALLS = tuple(
    """torchsummary. torchinfo. thop. ptflops. fvcore.nn. torchviz. captum. pytorch_grad_cam. ignite.engine. torch2trt.
    torch_tensorrt. deepspeed.initialize apex.amp.initialize coremltools.convert openvino.convert_model
    torchao.quantization. intel_extension_for_pytorch.optimize nncf. torch_pruning. peft.get_peft_model peft.PeftModel.
    transformers.Trainer transformers.Seq2SeqTrainer timm.utils.ModelEma torchvision.models.feature_extraction.
    wandb.watch mlflow.pytorch. shap. skorch. torch_geometric.loader. torch_geometric.data.Batch.from_data_list
    torch_geometric.utils.to_networkx torch_geometric.explain. dataclasses.asdict dataclasses.astuple
    dataclasses.replace dataclasses.fields omegaconf.OmegaConf.to_ omegaconf.OmegaConf.set_ omegaconf.OmegaConf.resolve
    omegaconf.OmegaConf.select omegaconf.OmegaConf.save
    safetensors.torch.save_model safetensors.torch.load_model pandas.concat torchvision.datasets. sklearn.pipeline.
    sklearn.model_selection.cross_ sklearn.model_selection.GridSearchCV sklearn.model_selection.RandomizedSearchCV
    sklearn.calibration.CalibratedClassifierCV sklearn.inspection. sklearn.ensemble. sklearn.base.clone
    scipy.optimize.minimize torchvision.transforms.Compose torchvision.transforms.v2.Compose monai.transforms.Compose
    albumentations.Compose""".split()
)
"""Libraries whose functions take a module first, a list of graphs, or a config object."""

_FIRST = (
    0,
    *"objs collate_fn model module net root fn function func dataset datasets optimizer cfg obj train_dataset".split(),
    *"eval_dataset data_collator tokenizer processing_class transform target_transform transforms".split(),
    *"estimator steps".split(),
)
_TASKS = ("transformers.pipeline", "bentoml.pytorch.")
"""A task or a name stands first, the model second."""

_FETCHES = "ray.get"

_WRAPS = frozenset(
    "prepare prepare_model prepare_optimizer prepare_scheduler prepare_data_loader setup setup_module setup_optimizers"
    " setup_dataloaders".split()
)
_WRAPPER = re.compile(r"accelerat|fabric", re.I)
"""accelerate's Accelerator and Lightning's Fabric wrap modules, optimizers, loaders and schedulers; no tensors."""

_OF_TENSORS = re.compile(
    r"torch\.(?!is_tensor$|typename$|is_storage$)[a-z]\w*|torch\.[A-Z]\w*|"
    r"torch\.(?:_C\._nn|fft|linalg|special|testing|nn\.functional|sparse|Tensor|nested|masked|nn\.Embedding)\..+"
)
"""torch's own functions that take tensors alone; the others (`torch.ao`, `torch.optim`, `torch.cuda`) modules too."""


def is_known(full: str, place: int | str) -> bool:
    """Whether anything is known of the function `full`, which is given the value at `place`."""
    if full.startswith(_MODULE_CALLS):
        return place in _FIRST
    if full.startswith(_TASKS):
        return place in (1, "model")
    if full == _FETCHES:
        return place == 0
    return full.startswith(("torch.", "numpy.", "safetensors."))


def takes_objects(call: ast.Call, name: str, place: int | str, module: Module) -> bool:
    """Whether a method or class of this name takes objects alone, wherever it was imported from."""
    if name.endswith("DataLoader"):
        return place in (0, "dataset", "collate_fn")
    if not isinstance(call.func, ast.Attribute):
        return False
    if name == "collate" and place in (0, "data_list") and spelt(call.func.value) == "self":
        around = enclosing_class(call, module)
        return around is not None and is_dataset_of_graphs(around, module)
    if name == "add_graph":  # of TensorBoard's writers
        return place in (0, "model")
    return name in _WRAPS and _is_wrapper(call.func.value, module)


def is_dataset_of_graphs(owner: ast.ClassDef, module: Module) -> bool:
    """Whether a class is one of PyG's datasets, whose `get` gives a graph and whose `collate` takes a list of them."""
    bases = (dotted(base, module) or spelt(base) for base in owner.bases)
    return any(base.startswith("torch_geometric.data.") or base.endswith("InMemoryDataset") for base in bases)


def _is_wrapper(receiver: ast.expr, module: Module) -> bool:
    if _WRAPPER.search(spelt(receiver)):
        return True
    made = values_of(receiver, module) if isinstance(receiver, ast.Name) else ()
    return any(isinstance(v, ast.Call) and _WRAPPER.search(spelt(v.func)) for v in made)


def into_library(spot: Spot, call: ast.Call, full: str, *, place: int | str) -> Answer:
    """What the function says of the value that it is given."""
    if full.startswith((*_MODULE_CALLS, *_TASKS)):
        pairs = full.startswith("sklearn.") and len(spot.path) > 1  # `Pipeline([("clf", value)])`
        yield out_of_a_list(out_of_a_list(spot) if pairs else spot).says(Kind.OBJECT, f"goes into {full}")
    elif full == _FETCHES:
        yield spot.at(call)
    elif full == "torch.save":
        yield spot.says(Kind.SAVED, "is saved again")
    elif _COLLATES.fullmatch(full):
        yield spot.says(Kind.ESCAPES, f"goes into {full}")
    elif full in _OF_LISTS:
        yield spot.says(Kind.TENSOR, f"goes into {full}")
    elif full.startswith(_OBJECT_CALLS) or (full.startswith(_FIRST_OBJECTS) and place in _FIRST):
        yield out_of_a_list(spot).says(Kind.OBJECT, f"goes into {full}")
    elif full in ("torch.tensor", "torch.as_tensor", "torch.from_numpy", "torch.asarray"):
        yield spot.says(Kind.ARRAY, f"goes into {full}")
    elif full == "numpy.random.set_state":
        yield spot.says(Kind.OBJECT, f"goes into {full}, whose state holds a numpy array")
    elif _OF_TENSORS.fullmatch(full):
        yield spot.says(Kind.TENSOR, f"goes into {full}")
        yield spot.at(call)
    elif full.startswith("torch."):
        yield spot.says(Kind.ESCAPES, f"goes into {full}")
    else:
        yield spot.says(Kind.TENSOR if full.startswith("safe") else Kind.ARRAY, f"goes into {full}")


def out_of_a_list(spot: Spot) -> Spot:
    """`Sequential([value])`: what is in the list is what is taken."""
    inside = spot.path and spot.path[-1].startswith("«[")
    return spot._replace(path=spot.path[:-1]) if inside else spot
