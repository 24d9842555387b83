"""A tree of torch files as projects have them, generated from a seed: to measure a scan on.

    python benchmarks/torch_tree.py FOLDER [--files N] [--seed S]

Every file imports torch. Of a hundred files some eighty hold models, layers and pipelines that never load a checkpoint,
nine load one (into a model, by its keys, as an object, through a helper of another file, with weights_only written out),
four write one, and the rest are tests and tools: about the shares of huggingface/diffusers, whose files are as long. The
same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path

_NOUNS = (
    "encoder decoder attention block unet vae sampler scheduler text image video audio prior refiner adapter".split()
)
_VERBS = "encode decode project embed rescale normalize merge split prepare denoise blend refine mask sample".split()


class Words:
    """Names and numbers out of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        return f"{self.random.choice(_NOUNS)}_{self.random.choice(_NOUNS)}_{self.random.randrange(100)}"

    def verb(self) -> str:
        return f"{self.random.choice(_VERBS)}_{self.random.choice(_NOUNS)}"

    def size(self) -> int:
        return self.random.choice((32, 64, 128, 256, 320, 512, 768, 1024))


def layer(words: Words) -> str:
    """A module with a few methods, as most of a torch project is."""
    title = "".join(part.title() for part in words.name().split("_"))
    lines = [f"class {title}(nn.Module):", f'    """Part {words.name()} of the model; sizes are in channels."""', ""]
    lines += [
        "    def __init__(self, channels: int, heads: int = 8, dropout: float = 0.0) -> None:",
        "        super().__init__()",
    ]
    names = sorted({words.name() for _ in range(words.random.randrange(3, 8))})
    lines += [
        f"        self.{name} = nn.Linear(channels, {words.size()}, bias={bool(i % 2)})" for i, name in enumerate(names)
    ]
    lines += ["        self.dropout = nn.Dropout(dropout)", "        self.heads = heads", ""]
    for verb in sorted({words.verb() for _ in range(words.random.randrange(2, 6))}):
        lines += [f"    def {verb}(self, hidden_states: torch.Tensor, scale: float = 1.0) -> torch.Tensor:"]
        for name in names:
            lines += [
                f"        # {words.verb().replace('_', ' ')} before the residual is added",
                f"        {name} = self.{name}(hidden_states) * scale",
                f"        if {name}.shape[-1] != hidden_states.shape[-1]:",
                f"            {name} = torch.nn.functional.interpolate({name}, size=hidden_states.shape[-1])",
                f"        hidden_states = self.dropout(hidden_states + {name})",
            ]
        lines += ["        return hidden_states", ""]
    return "\n".join(lines) + "\n"


def plain(words: Words, number: int) -> str:
    """A file that never loads anything; `load` stands in its text all the same, as it does in most."""
    parts = [layer(words) for _ in range(words.random.randrange(1, 5))]
    return (
        f'"""Layers {number}: see `load_lora` and `from_pretrained` for how weights come in."""\n'
        + _IMPORTS
        + "\n\n"
        + "\n\n".join(parts)
    )


def loads_state(words: Words, number: int) -> str:
    return (
        plain(words, number)
        + f"""

def restore_{number}(model: nn.Module, checkpoint_path: str) -> nn.Module:
    model.load_state_dict(torch.load(checkpoint_path, map_location="cpu"))
    return model
"""
    )


def loads_keys(words: Words, number: int) -> str:
    return (
        plain(words, number)
        + f'''

def convert_{number}(checkpoint_path: str, dump_path: str) -> None:
    checkpoint = torch.load(checkpoint_path, map_location="cpu")
    state_dict = checkpoint["state_dict"] if "state_dict" in checkpoint else checkpoint
    converted = {{}}
    for key, value in state_dict.items():
        converted[key.replace("module.", "")] = value
    converted["{words.name()}.weight"] = converted.pop("proj.weight").chunk(2)[0]
    torch.save(converted, dump_path)
'''
    )


def loads_object(words: Words, number: int) -> str:
    return (
        plain(words, number)
        + f"""

def whole_{number}(path: str) -> torch.Tensor:
    model = torch.load(path)
    model.eval()
    return model(torch.randn(1, {words.size()}))
"""
    )


def loads_by_helper(words: Words, number: int) -> str:
    return (
        plain(words, number)
        + f"""
from project.common import read_checkpoint


def resume_{number}(model: nn.Module, optimizer, folder: str) -> int:
    state = read_checkpoint(os.path.join(folder, "last.pt"))
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"]
"""
    )


def says_it(words: Words, number: int) -> str:
    value = words.random.choice(("True", "True", "False"))
    return (
        plain(words, number)
        + f"""

def latents_{number}(path: str) -> torch.Tensor:
    return torch.load(path, weights_only={value}).to("cuda").mean(dim=0)
"""
    )


def saves(words: Words, number: int) -> str:
    return (
        plain(words, number)
        + f"""

def keep_{number}(model: nn.Module, optimizer, epoch: int, folder: str) -> None:
    state = {{"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}}
    torch.save(state, os.path.join(folder, "last.pt"))
"""
    )


_IMPORTS = "import os\n\nimport torch\nfrom torch import nn"
_COMMON = '''"""What every part of the project reads checkpoints with."""

import torch


def read_checkpoint(path: str, device: str = "cpu"):
    return torch.load(path, map_location=device)
'''
_SHARES: tuple[tuple[Callable[[Words, int], str], int], ...] = (
    (plain, 870), (loads_state, 25), (loads_keys, 25), (loads_object, 8), (loads_by_helper, 15), (says_it, 17), (saves, 40),
)  # fmt: skip


def write_tree(folder: Path, *, files: int, seed: int) -> None:
    """Write `files` Python files below `folder`, twenty to a package."""
    words = Words(seed)
    kinds, weights = zip(*_SHARES, strict=True)
    for number in range(files - 1):
        make = words.random.choices(kinds, weights)[0]
        path = folder / "project" / f"part_{number // 20:03}" / f"{words.name()}_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(words, number))
    (folder / "project" / "common.py").write_text(_COMMON)
    (folder / "pyproject.toml").write_text('[project]\nname = "project"\ndependencies = ["torch>=2.4"]\n')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20260101)
    arguments = parser.parse_args()
    write_tree(arguments.folder, files=arguments.files, seed=arguments.seed)
    size = sum(path.stat().st_size for path in arguments.folder.rglob("*.py"))
    print(f"{arguments.files} files, {size / 1e6:.1f} MB in {arguments.folder}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
