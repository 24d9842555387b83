"""Each rule of evidence as a small project: what must be fixed beside what must not.

A case file holds several projects. `@@ TIER [word, word]` starts one: the tier of its first site, and words the
reason, the evidence or the advice must hold. `--- path` starts a file of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.edits import apply_edits
from bot.model import Edit, Tier, Use
from bot.scan.engine import scan_files
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


@pytest.mark.parametrize("tree", [c[3] for c in ALL], ids=[c[0] for c in ALL])
def test_what_a_fix_writes_is_no_evidence_for_another(tree: dict[str, bytes]) -> None:
    """A second fix changes nothing: what the first one wrote into one load must not prove the next."""
    fixed = dict(tree)
    for path, edits in _safe_edits(tree).items():
        fixed[path] = apply_edits(tree[path], edits)
    assert not _safe_edits(fixed)


def _safe_edits(tree: dict[str, bytes]) -> dict[str, list[Edit]]:
    found: dict[str, list[Edit]] = {}
    for finding in scan_files(tree).findings:
        if finding.fix is not None and finding.fix.tier is Tier.SAFE:
            found.setdefault(finding.path, []).extend(finding.fix.edits)
    return found


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


def test_a_branch_that_is_proved_speaks_for_the_other() -> None:
    source = b"""import torch
def build(net, path, name):
    if path is not None:
        state = torch.load(path)
        net.load_state_dict(state, strict=False)
    else:
        state = torch.load(fetch(name))
        net.load_state_dict(state)
"""
    assert len(_safe_edits({"a.py": source})["a.py"]) == 2


def test_a_partial_is_fixed_where_it_is_made() -> None:
    source = (
        b"from functools import partial\nimport torch\nread = partial(torch.load, map_location='cpu')\n"
        b"model.load_state_dict(read('a.pt'))\nother.load_state_dict(torch.load('b.pt'))\n"
    )
    fixes = [f.fix for f in scan_files({"a.py": source}).findings]
    edits = [edit for fix in fixes if fix is not None for edit in fix.edits]
    fixed = apply_edits(source, edits).decode().splitlines()
    assert fixed[2:] == [
        "read = partial(torch.load, map_location='cpu', weights_only=True)",
        "model.load_state_dict(read('a.pt'))",
        "other.load_state_dict(torch.load('b.pt', weights_only=True))",
    ]


MANY = range(20)
"""More files than a name is followed through that stands in each of them."""


def test_a_method_of_a_common_name_is_followed_by_its_class() -> None:
    others = {f"other{n}.py": b"class Other:\n    def get_args(self):\n        return 1\n" for n in MANY}
    tree = {
        "checkpoint.py": b"import torch\nclass Checkpoint:\n    def get_args(self):\n"
        b"        return torch.load(self.path)['args']\n",
        "convert.py": b"from checkpoint import Checkpoint\nheld = Checkpoint('a')\nprint(held.get_args().width)\n",
    }
    assert judge_first({**tree, **others}).tier is None


def test_a_function_of_a_common_name_is_followed_by_its_imports() -> None:
    others = {f"other{n}.py": b"def load_it(path):\n    return 1\n" for n in MANY}
    tree = {
        "checkpoint.py": b"import torch\ndef load_it(path):\n    return torch.load(path)\n",
        "run.py": b"from checkpoint import load_it\nload_it('a').eval()\n",
    }
    assert judge_first({**tree, **others}).tier is None


def test_reads_of_other_keys_do_not_use_up_what_is_followed() -> None:
    others = "".join(f"    def take{n}(self):\n        return self.meta['other{n}'].width\n" for n in range(300))
    source = (
        "import torch\nclass Keeper:\n    def read(self, path):\n"
        "        self.meta['recipe'] = torch.load(path)['recipe']\n"
        f"{others}    def run(self):\n        return self.meta['recipe'].delayed()\n"
    )
    assert judge_first({"a.py": source.encode()}).tier is None


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
    "ms=[torch.load(p) for p in ps]\nlist(map(lambda m: m.eval(), ms))",
    "m=torch.load('a.pt')\nxs=map(lambda m: m(x), [m])",
    "m=torch.load('a.pt')\no=torch.optim.Adam(m.parameters())",
    "m=None\ndef init():\n    global m\n    m=torch.load('a.pt')\ndef run(x):\n    return m(x)",
    "import functools\nm=torch.load('a.pt')\nf=functools.partial(m, 3)\nf()",
    "import copy\nm=copy.deepcopy(torch.load('a.pt')).cuda().eval()",
    "from torch.nn import DataParallel\nm=DataParallel(torch.load('a.pt'))",
    "from torch.nn.parallel import DistributedDataParallel as D\nm=D(torch.load('a.pt'))",
    "m=torch.jit.trace(torch.load('a.pt'), x)",
    "m=torch.load('a.pt')\nm.module.conv(x)",
    "getattr(torch.load('a.pt'),'eval')()",
    "from dataclasses import dataclass\n@dataclass\nclass B:\n    net: object\n    def run(self,x):\n        return self.net(x)\nb=B(torch.load('a.pt'))\nb.run(1)",
    "from dataclasses import dataclass\n@dataclass\nclass B:\n    net: object\nb=B(net=torch.load('a.pt'))\nb.net(x)",
    "class A:\n    @property\n    def net(self):\n        return torch.load('a.pt')\n    def run(self,x):\n        return self.net(x)",
    "from functools import cached_property\nclass A:\n    @cached_property\n    def net(self):\n        return torch.load('a.pt')\n    def run(self,x):\n        return self.net.forward(x)",
    "class A:\n    @property\n    def net(self):\n        return torch.load('a.pt')\na=A()\na.net.eval()",
    "def g():\n    yield torch.load('a.pt')\nfor m in g():\n    m.eval()",
    "import pytest\n@pytest.fixture\ndef net():\n    yield torch.load('a.pt')\ndef test_it(net):\n    net.eval()",
    "import pytest\n@pytest.fixture\ndef net():\n    return torch.load('a.pt')\ndef test_it(net):\n    net(3)",
    "import asyncio\nasync def g():\n    return torch.load('a.pt')\nasync def h():\n    m=await g()\n    m.eval()",
    "if (m := torch.load('a.pt')) is not None:\n    m.eval()",
    "a, m = 1, torch.load('a.pt')\nm.eval()",
    "def run(*nets):\n    for n in nets:\n        n.eval()\nrun(torch.load('a.pt'))",
    "def run(*nets):\n    nets[0](x)\nrun(torch.load('a.pt'))",
    "def run(**kw):\n    kw['net'].eval()\nrun(net=torch.load('a.pt'))",
    "class A:\n    def __init__(self):\n        setattr(self,'net',torch.load('a.pt'))\n    def run(self,x):\n        return self.net(x)",
    "setattr(cfg,'net',torch.load('a.pt'))\ncfg.net.eval()",
    "globals()['m']=torch.load('a.pt')\nm.eval()",
    "globals()['m']=torch.load('a.pt')\nglobals()['m'].eval()",
    "m=torch.load('a.pt')\nwith torch.no_grad():\n    y=m(x)",
    "import types\nns=types.SimpleNamespace()\nns.m=torch.load('a.pt')\nns.m.eval()",
    "d={}\nd['m']=torch.load('a.pt')\nd['m'].eval()",
    "d={'m':torch.load('a.pt')}\nd.get('m')(x)",
    "d=[torch.load('a.pt')]\nd[0](x)",
    "d=[]\nfor p in ps:\n    d.append(torch.load(p))\nfor m in d:\n    m.eval()",
    "class A:\n    def __init__(self):\n        self.ms=[]\n        for p in ps:\n            self.ms.append(torch.load(p))\n    def run(self,x):\n        return [m(x) for m in self.ms]",
    "m=torch.load('a.pt') if p else None\nm.eval()",
    "def f():\n    m=torch.load('a.pt')\n    def g(x):\n        return m(x)\n    return g",
    "load=lambda p: torch.load(p)\nm=load('a.pt')\nm.eval()",
    "import functools\n@functools.lru_cache\ndef get(p):\n    return torch.load(p)\nget('a').eval()",
    "def f(m=torch.load('a.pt')):\n    return m(x)",
    "class A:\n    net=torch.load('a.pt')\n    def run(self,x):\n        return self.net(x)",
    "class A:\n    net=torch.load('a.pt')\nA.net.eval()",
    "import cfg\ncfg.net=torch.load('a.pt')\ndef f(x):\n    return cfg.net(x)",
    "m=torch.nn.Sequential(torch.load('a.pt'), torch.nn.Softmax())",
    "import torch.nn as nn\nm=nn.ModuleList([torch.load(p) for p in ps])",
    "m=torch.compile(torch.load('a.pt'))",
    "torch.onnx.export(torch.load('a.pt'), x, 'o')",
    "m=torch.load('a.pt')\nm.apply(f)",
    "m=torch.load('a.pt')\nm.zero_grad()",
    "m=torch.load('a.pt')\nfor n,p in m.named_parameters():\n    p.requires_grad=False",
    "m=torch.load('a.pt')\nl=list(m.children())",
    "m=torch.load('a.pt')\nother.load_state_dict(m.state_dict())",
    "m=torch.load('a.pt')\ndel m.fc",
    "m=torch.load('a.pt')\nif hasattr(m,'module'):\n    m=m.module\nm.eval()",
    "m=torch.load('a.pt').module.eval()",
    "m=torch.load('a.pt').cuda()\nm.eval()",
    "torch.load('a.pt').to('cpu')(x)",
    "m=torch.load('a.pt').eval()",
    "from torchsummary import summary\nm=torch.load('a.pt')\nsummary(m.cuda(), (3,1,1))",
    "import itertools\nm=torch.load('a.pt')\nlist(map(m, xs))",
    "m=torch.load('a.pt')\ny=list(map(m, xs))",
    "m=torch.load('a.pt')\ny=filter(m, xs)",
    "m=torch.load('a.pt')\ny=sorted(xs, key=m)",
    "m=torch.load('a.pt')\npool.submit(m, x)",
    "import threading\nm=torch.load('a.pt')\nthreading.Thread(target=m).start()",
    "m=torch.load('a.pt')\ntorch.vmap(m)(x)",
    "m=torch.load('a.pt')\ntorch.func.functional_call(m, {}, (x,))",
    "ms=[torch.load(p) for p in ps]\nfor m, x in zip(ms, xs):\n    m(x)",
    "ms=tuple(torch.load(p) for p in ps)\nms[0].eval()",
    "y=sum(m(x) for m in (torch.load(p) for p in ps))",
    "ms=[]\nms+=[torch.load('a.pt')]\nms[0].eval()",
    "ms=[]+[torch.load('a.pt')]\nms[0].eval()",
    "ms=[]\nms.extend([torch.load('a.pt')])\nms[0].eval()",
    "m, *rest=[torch.load(p) for p in ps]\nm.eval()",
    "import operator\nm=torch.load('a.pt')\noperator.methodcaller('eval')(m)",
    "import operator\nm=torch.load('a.pt')\noperator.attrgetter('module')(m)",
    "m=torch.load('a.pt')\ntorch.nn.utils.clip_grad_norm_(m.parameters(), 1)",
    "m=torch.load('a.pt')\ntorch.quantization.quantize_dynamic(m)",
    "m=torch.load('a.pt')\nm.train(False)",
    "ds=torch.load('a.pt')\nfor b in torch.utils.data.DataLoader(ds):\n    pass",
    "from torch.utils.data import Subset\nds=Subset(torch.load('a.pt'), [1])",
    "try:\n    m=torch.load('a.pt')\nexcept OSError:\n    m=None\nm.eval()",
    "while True:\n    m=torch.load('a.pt')\n    m.eval()",
    "class B:\n    def __init__(self):\n        self.net=torch.load('a.pt')\nclass C(B):\n    def run(self,x):\n        return self.net(x)",
    "m=torch.load('a.pt')\nm.register_forward_hook(h)",
    "a=torch.load('a.pt')\na,b=b,a\nb.eval()",
    "def f():\n    return torch.load('a.pt'), 1\nm,_=f()\nm.eval()",
    "def f():\n    return {'m': torch.load('a.pt')}\nf()['m'].eval()",
    "class W:\n    def __init__(self, m):\n        self.m=m\n    def go(self,x):\n        return self.m(x)\nw=W(torch.load('a.pt'))",
    "class B:\n    def __init__(self, m):\n        self.m=m\n    def go(self,x):\n        return self.m(x)\nclass W(B):\n    def __init__(self):\n        super().__init__(torch.load('a.pt'))",
]


@pytest.mark.parametrize("code", WHOLE_OBJECTS)
def test_whole_object_use_never_gets_a_fix(code: str) -> None:
    """Of 31 such sites that maintainers decided by hand, none was given True."""
    found = judge_first({"a.py": f"import torch\n{code}\n".encode()})
    assert found.use is Use.OBJECT
    assert found.tier is None
    assert found.adds == ()
    assert "state_dict" in found.advice


OBJECTS_IN_CONTAINERS = [
    "m, o = torch.load('a.pt')\nm.eval()",
    "d={'m':torch.load('a.pt')}\nfor k,v in d.items():\n    v.eval()",
    "ms=[torch.load(p) for p in ps]\nfor i, m in enumerate(ms):\n    m.eval()",
    "ms={p: torch.load(p) for p in ps}\nfor m in ms.values():\n    m.eval()",
    "d=dict(net=torch.load('a.pt'))\nd['net'].eval()",
]


@pytest.mark.parametrize("code", OBJECTS_IN_CONTAINERS)
def test_an_object_taken_out_of_a_container_never_gets_a_fix(code: str) -> None:
    found = judge_first({"a.py": f"import torch\n{code}\n".encode()})
    assert (found.tier, found.adds) == (None, ())
    assert "a live " in found.reason


OBJECTS_OF_OTHER_FILES: list[dict[str, str]] = [
    {
        "a.py": "import torch\nclass Base:\n    def __init__(self):\n        self.net = torch.load('a.pt')\n",
        "b.py": "from a import Base\nclass C(Base):\n    def run(self, x):\n        return self.net(x)\n",
    },
    {
        "pkg/a.py": "import torch\nclass Base:\n    def setup(self):\n        self.net = torch.load('a.pt')\n",
        "pkg/b.py": "from pkg import a\nclass C(a.Base):\n    def run(self, x):\n        self.net.eval()\n",
    },
    {"a.py": "import torch\nNET = torch.load('a.pt')\n", "b.py": "from a import NET\nNET.eval()\n"},
    {"a.py": "import torch\nNET = torch.load('a.pt')\n", "b.py": "import a\na.NET.eval()\n"},
    {
        "a.py": "import torch\nclass Holder:\n    def __init__(self):\n        self.network = torch.load('a.pt')\n",
        "b.py": "from a import Holder\nh = Holder()\nh.network.eval()\n",
    },
    {
        "a.py": "import torch\nfrom b import Base\nclass C(Base):\n    def __init__(self):\n        self.net = torch.load('a.pt')\n",
        "b.py": "class Base:\n    def run(self, x):\n        return self.net(x)\n",
    },
]


@pytest.mark.parametrize("tree", OBJECTS_OF_OTHER_FILES)
def test_whole_object_use_in_another_file_never_gets_a_fix(tree: dict[str, str]) -> None:
    found = judge_first({path: text.encode() for path, text in tree.items()})
    assert found.use is Use.OBJECT
    assert (found.tier, found.adds) == (None, ())


STILL_DATA = [
    "held = [torch.load(p) for p in ps]\nfor one, x in zip(held, xs):\n    model.load_state_dict(one)",
    "model.load_state_dict(next(map(lambda s: s['state_dict'], [torch.load('m.pt')])))",
    "import pytest\n@pytest.fixture\ndef state():\n    return torch.load('m.pt')\ndef test_it(state):\n    net.load_state_dict(state)",
    "class A:\n    @property\n    def state(self):\n        return torch.load('m.pt')\n    def run(self):\n        net.load_state_dict(self.state)",
    "pool.submit(torch.load('m.pt'))",
    "xs = sorted(torch.load('m.pt'))",
]


@pytest.mark.parametrize("code", STILL_DATA)
def test_what_is_followed_as_far_is_no_object_for_it(code: str) -> None:
    found = judge_first({"a.py": f"import torch\n{code}\n".encode()})
    assert found.use is not Use.OBJECT
    assert found.tier is not None


ANOTHER_LOADER = [
    "def read(net, load=torch.load):\n    net.load_state_dict(load('m.pt'))",
    "class A:\n    def __init__(self, load=torch.load):\n        self.load = load\n"
    "    def go(self, net):\n        net.load_state_dict(self.load('m.pt'))",
    "import json\nREADERS = {'.pt': torch.load, '.json': json.load}\nnet.load_state_dict(READERS[end]('m.pt'))",
    "try:\n    from torch import load\nexcept ImportError:\n    from pickle import load\nnet.load_state_dict(load('m.pt'))",
    "for read in [open, torch.load]:\n    net.load_state_dict(read('m.pt'))",
    "def text(path):\n    return path\nfor read in [text, torch.load]:\n    net.load_state_dict(read('m.pt'))",
]


@pytest.mark.parametrize("code", ANOTHER_LOADER)
def test_a_function_that_a_caller_may_hand_in_is_given_no_keyword(code: str) -> None:
    """speechbrain's `average_state_dicts(..., parameter_loader=torch.load)`: another loader knows no weights_only."""
    found = judge_first({"a.py": f"import torch\n{code}\n".encode()})
    assert (found.tier, found.adds) == (None, ())
    assert "another function" in found.reason
