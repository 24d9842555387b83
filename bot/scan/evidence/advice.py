"""What a person does where Loadguard writes no fix. An allow-list is judged before it is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.save import Saved

if TYPE_CHECKING:
    from bot.model import CheckpointReport

REFACTOR = (
    "Save a state_dict (torch.save(model.state_dict(), path)) and load it into a fresh model, or use safetensors;"
    " then weights_only=True reads it."
)
TRAINING_ARGS = (
    "Write what is needed of the arguments into a JSON file (TrainingArguments.to_json_string) and read that;"
    " a training_args.bin of somebody else runs what it likes."
)
_TORCH_BLOCKS = frozenset({"sys", "os", "posix", "nt"})
_EXECUTES = frozenset(
    {"builtins", "subprocess", "runpy", "importlib", "pydoc", "pty", "socket", "shutil", "pickle", "code"}
)


def allow_list(names: tuple[str, ...]) -> str:
    """The exact lines that allow `names`, or empty where one of them must not be allowed."""
    good = tuple(dict.fromkeys(n for n in names if "." in n))
    if not good or any(n.split(".")[0] in _TORCH_BLOCKS | _EXECUTES for n in good):
        return ""
    imports = "; ".join(f"import {module}" for module in dict.fromkeys(n.rpartition(".")[0] for n in good))
    return f"{imports}; with torch.serialization.safe_globals([{', '.join(good)}]): ..."


def for_objects(saved: tuple[Saved, ...]) -> str:
    """Advice where a whole object is loaded, or something in the file is no tensor."""
    blocked = next((s for s in saved if s.stored.content is Content.OBJECT), None)
    if blocked is None:
        return REFACTOR
    place = f"{blocked.writer.module.path}:{blocked.writer.call.lineno}"
    listed = allow_list(blocked.stored.needs)
    numpy = " (and the numpy.dtypes class of each array)" if "numpy.ndarray" in blocked.stored.needs else ""
    line = f" Or allow what is in it, after a look at each: {listed}{numpy}." if listed else ""
    return f"{place} stores {blocked.stored.why}. {REFACTOR}{line}"


def for_options(part: str) -> str:
    """Advice where a section of the file is used as what argparse gives."""
    return (
        f"Save vars(...) of what is under {part}, a plain dict. Or allow what is in it, if it is argparse's:"
        f" {allow_list(('argparse.Namespace',))}."
    )


def for_checkpoint(report: CheckpointReport) -> str:
    """Advice where the file itself is at hand."""
    listed = allow_list(report.safe_globals)
    if listed:
        return f"{report.path} needs an allow-list: {listed}"
    return f"{report.path} cannot be loaded with weights_only=True: {REFACTOR}"
