"""Each rule of evidence as a small project: what must be fixed beside what must not.

A case file holds several projects. `@@ TIER [word, word]` starts one: the tier of its first site, and words the
reason, the evidence or the advice must hold. `--- path` starts a file of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Use
from bot.scan.evidence.judge import judge
from bot.scan.judgement import Judgement
from bot.scan.names.module import Module
from bot.scan.project import Project
from bot.scan.sites.site import find_sites

CASES = Path(__file__).parent / "cases" / "evidence"


def read_cases(path: Path) -> Iterator[tuple[str, str, tuple[str, ...], dict[str, bytes]]]:
    for number, block in enumerate(path.read_text().split("\n@@ ")[1:], start=1):
        head, *files = block.split("\n--- ")
        title = head.splitlines()[0]
        tier, _, words = title.partition(" ")
        tree = {}
        for file in files:
            name, _, text = file.partition("\n")
            tree[name.strip()] = (text.rstrip("\n") + "\n").encode()
        yield f"{path.stem}-{number}-{tier}", tier, tuple(w.strip() for w in words.split("|") if w.strip()), tree


ALL = [case for path in sorted(CASES.glob("*.txt")) for case in read_cases(path)]


def judge_first(tree: dict[str, bytes]) -> Judgement:
    project = Project(tree)
    module = project.module(next(iter(tree)))
    assert isinstance(module, Module)
    sites = find_sites(module)
    assert sites, "the case holds no torch.load"
    return judge(sites[0], project)


@pytest.mark.parametrize(("tier", "words", "tree"), [c[1:] for c in ALL], ids=[c[0] for c in ALL])
def test_case(tier: str, words: tuple[str, ...], tree: dict[str, bytes]) -> None:
    found = judge_first(tree)
    assert (found.tier.value if found.tier else "none") == tier, found
    told = " ".join(
        [found.reason, found.advice, found.use.value, *(f"{e.kind.value}:{e.detail}" for e in found.evidence)]
    )
    for word in words:
        assert word in told, found
    if tier == "none":
        assert not found.adds
        assert found.advice or not found.evidence
    else:
        assert "weights_only=True" in found.adds


def test_every_file_of_cases_holds_both_sides() -> None:
    for path in CASES.glob("*.txt"):
        tiers = {case[1] for case in read_cases(path)}
        assert len(tiers) > 1, f"{path.name} shows only one side"


def test_evidence_names_its_file_and_line() -> None:
    found = judge_first(
        {
            "load.py": b"import torch\n\nfrom use import take\n\ntake(torch.load('m.pt'))\n",
            "use.py": b"def take(state):\n    model = build()\n    model.load_state_dict({k: v for k, v in state.items()})\n",
        }
    )
    use = [e for e in found.evidence if e.kind.value == "use"]
    assert [(e.path, e.line) for e in use] == [("use.py", 3)]


WHOLE_OBJECTS = [
    "m = torch.load('m.pt')\nm.eval()",
    "m = torch.load('m.pt')\nm(x)",
    "torch.load('m.pt').forward(x)",
    "m = torch.load('m.pt').cuda()\nm.eval()",
    "m = torch.load('m.pt')\nprint(m.parameters())",
    "m = torch.load('m.pt')\nfor layer in m.modules():\n    pass",
    "m = torch.load('m.pt')\nm.classes = 3",
    "m = torch.load('m.pt').to('cpu').float()\ny = m(x)",
    "def get():\n    return torch.load('m.pt')\n\nget().eval()",
    "class A:\n    def __init__(self):\n        self.net = torch.load('m.pt')\n    def run(self, x):\n        return self.net(x)",
    "def run(net, x):\n    return net(x)\n\nrun(torch.load('m.pt'), x)",
    "ms = [torch.load(p) for p in ps]\nfor m in ms:\n    m.eval()",
    "d = torch.load('d.pt')\nprint(d.num_nodes)",
    "m = getattr(torch.load('m.pt'), 'encoder')",
    "sd = torch.load('m.pt').state_dict()\nmodel.load_state_dict(sd)",
    "m, other = torch.load('m.pt'), 1\nm.train()",
    "import torch.nn as nn\nm = nn.DataParallel(torch.load('m.pt'))",
    "m = torch.jit.script(torch.load('m.pt'))",
]


@pytest.mark.parametrize("code", WHOLE_OBJECTS)
def test_whole_object_use_never_gets_a_fix(code: str) -> None:
    """Of 31 such sites that maintainers decided by hand, none was given True."""
    found = judge_first({"a.py": f"import torch\n{code}\n".encode()})
    assert found.use is Use.OBJECT
    assert found.tier is None
    assert found.adds == ()
    assert "state_dict" in found.advice
