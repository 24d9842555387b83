"""Names across files: re-exports through the project's own modules are found, other people's names are not."""

from __future__ import annotations

import pytest

from bot.scan.engine import ScanOptions, scan_files

OURS = ("LG001", "LG002", "LG003")


def places(files: dict[str, str], *, only: set[str] | None = None) -> list[tuple[str, int, str]]:
    report = scan_files({path: text.encode() for path, text in files.items()}, ScanOptions(only=only))
    assert not report.unreadable
    return [(f.path, f.line, f.rule) for f in report.findings if f.rule in OURS]


CALLER = "read('model.pt')\n"


@pytest.mark.parametrize(
    ("giver", "taker", "line"),
    [
        ("from torch import load\n", "from .io import load\nload('m.pt')\n", 2),
        ("from torch import load\n", "from pkg.io import load as read\nread('m.pt')\n", 2),
        ("from torch import load as read\n", "from .io import read\nread('m.pt')\n", 2),
        ("import torch\nread = torch.load\n", "from .io import read\nread('m.pt')\n", 2),
        ("import torch\nread = torch.load\n", "from . import io\nio.read('m.pt')\n", 2),
        ("import torch\nread = torch.load\n", "from .io import *\nread('m.pt')\n", 2),
        ("import torch\n__all__ = ['read']\nread = torch.load\n", "from .io import *\nread('m.pt')\n", 2),
        ("import torch\n", "from .io import torch\ntorch.load('m.pt')\n", 2),
        ("import torch as th\n", "from .io import th\nth.load('m.pt')\n", 2),
        ("import torch\n", "from pkg import io\nio.torch.load('m.pt')\n", 2),
        ("import torch\nREADERS = {'pt': torch.load}\n", "from .io import READERS\nREADERS['pt']('m.pt')\n", 2),
        ("import torch\ndef reader():\n    return torch.load\n", "from .io import reader\nreader()('m.pt')\n", 2),
        (
            "import torch\nclass Base:\n    read = staticmethod(torch.load)\n",
            "from .io import Base\nBase.read('m.pt')\n",
            2,
        ),
        (
            "import torch\nclass Base:\n    reader = staticmethod(torch.load)\n",
            "from .io import Base\nclass Child(Base):\n    def state(self):\n        return self.reader('m.pt')\n",
            4,
        ),
        (
            "def __getattr__(name):\n    import torch\n    return getattr(torch, name)\n",
            "from .io import load\nload('m.pt')\n",
            2,
        ),
        (
            "import importlib\ndef __getattr__(name):\n    return importlib.import_module('torch')\n",
            "from . import io\nio.torch.load('m.pt')\n",
            2,
        ),
        (
            "try:\n    from torch import load\nexcept ImportError:\n    load = None\n",
            "from .io import load\nload(1)\n",
            2,
        ),
    ],
)
def test_a_re_export_is_followed(giver: str, taker: str, line: int) -> None:
    files = {"pkg/__init__.py": "", "pkg/io.py": giver, "pkg/use.py": taker}
    assert ("pkg/use.py", line, "LG001") in places(files)
    assert [p for p in places(files) if p[0] == "pkg/io.py"] == []


@pytest.mark.parametrize(
    ("giver", "taker"),
    [
        ("from torch import load\n", "from . import io\nio.load('m.pt')\n"),
        ("from torch import load\n", "import pkg.io as reading\nreading.load('m.pt')\n"),
        ("import torch\nload = torch.load\n", "from pkg import io\nio.load('m.pt')\n"),
        ("import torch\nload = getattr(torch, 'load')\n", "from pkg import io\nio.load('m.pt')\n"),
        ("from torch import *\n", "import pkg.io as th\nth.load('m.pt')\n"),
        ("import torch as th\n", "from pkg import io\nio.th.load('m.pt')\n"),
        ("import torch as th\n", "from .io import *\nth.load('m.pt')\n"),
        ("from torch import serialization as tensors\n", "from .io import *\ntensors.load('m.pt')\n"),
        (
            "import torch\nclass Backend:\n    lib = torch  # for now\n",
            "from .io import Backend\nBackend.lib.load(1)\n",
        ),
        ("def get():\n    import torch\n    return torch\n", "from .io import get\nget().load('m.pt')\n"),
        ("def get():\n    import torch\n    return torch\n", "from .io import get\nlib = get(); lib.load('m.pt')\n"),
        ("import torch as th\nclass A:\n    lib = th\n", "from .io import A\nclass B(A): s = A.lib.load(1)\n"),
    ],
)
def test_torch_itself_is_followed_into_files_that_do_not_name_it(giver: str, taker: str) -> None:
    files = {"pkg/__init__.py": "", "pkg/io.py": giver, "pkg/use.py": taker}
    assert places(files) == [("pkg/use.py", 2, "LG001")]


def test_a_module_with_a_load_of_its_own_stays_clean_beside_one_that_hands_torch_out() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/compat.py": "import torch as th\n",
        "pkg/io.py": "def load(path):\n    return path\nth = load\n",
        "pkg/use.py": "from . import io\nio.load('m.pt')\nio.th('m.pt')\n",
        "pkg/trucks.py": "from garage import th\nth.load('bricks')\n",
    }
    assert places(files) == []


def test_a_chain_of_re_exports_is_followed() -> None:
    files = {
        "src/pkg/__init__.py": "from .compat import restore\n",
        "src/pkg/compat.py": "from .low import read as restore\n",
        "src/pkg/low.py": "import torch\nread = torch.load\n",
        "app.py": "from pkg import restore\nrestore('m.pt')\n",
    }
    assert places(files) == [("app.py", 2, "LG001")]


def test_a_package_hands_out_what_a_module_of_it_took_from_torch() -> None:
    files = {
        "pkg/__init__.py": "from .compat import *\n",
        "pkg/compat.py": "from torch import load\n__all__ = ['load']\n",
        "app.py": "import pkg\npkg.load('m.pt')\n",
    }
    assert places(files) == [("app.py", 2, "LG001")]


def test_a_chain_of_star_imports_is_followed() -> None:
    files = {
        "pkg/__init__.py": "from .compat import *\n",
        "pkg/compat.py": "from .low import *\n",
        "pkg/low.py": "import torch\nread = torch.load\n",
        "app.py": "from pkg import read\nread('m.pt')\n",
    }
    assert places(files) == [("app.py", 2, "LG001")]


def test_a_module_that_hands_on_another_library_is_not_torch() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/io.py": "def __getattr__(name):\n    import numpy\n    return getattr(numpy, name)\n",
        "pkg/use.py": "from .io import load\nload('m.npy')\n",
    }
    assert places(files) == []


def test_the_value_of_a_constant_is_found_in_another_module() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/settings.py": "SAFE = True\nUNSAFE = False\n",
        "pkg/use.py": "import torch\nfrom .settings import SAFE, UNSAFE\n"
        "torch.load('a', weights_only=SAFE)\ntorch.load('a', weights_only=UNSAFE)\n",
    }
    assert places(files) == [("pkg/use.py", 4, "LG002")]


def test_a_partial_of_another_module_is_reported_where_it_is_made() -> None:
    files = {
        "io_tools.py": "from functools import partial\nimport torch\nread = partial(torch.load, map_location='cpu')\n",
        "use.py": "from io_tools import read\nread('a.pt')\nread('a.pt', weights_only=False)\n",
    }
    assert places(files) == [("io_tools.py", 3, "LG001"), ("use.py", 3, "LG002")]


def test_a_loader_stored_for_others_is_reported_once_nobody_is_seen_to_call_it() -> None:
    files = {"io_tools.py": "import torch\nREADERS = {'pt': torch.load}\n"}
    assert places(files) == [("io_tools.py", 2, "LG001")]


@pytest.mark.parametrize(
    ("giver", "taker"),
    [
        ("def load(path):\n    return path\n", "import torch\nfrom .io import load\nload('m.pt')\n"),
        ("from json import load\n", "import torch\nfrom .io import load\nload('m.json')\n"),
        ("class torch:\n    load = print\n", "from .io import torch\ntorch.load('m.pt')\n"),
        ("import torch\n_read = torch.zeros\n", "from .io import _read as load\nload(3)\n"),
        ("import torch\n__all__ = ['other']\nother = torch.zeros\nload = print\n", "from .io import *\nload(3)\n"),
    ],
)
def test_somebody_elses_name_stays_clean(giver: str, taker: str) -> None:
    assert places({"pkg/__init__.py": "", "pkg/io.py": giver, "pkg/use.py": taker}) == []


OWN_LOAD = "def load(path):\n    return path\n"


@pytest.mark.parametrize(
    "own",
    [
        {"torch.py": OWN_LOAD},
        {"torch/__init__.py": OWN_LOAD},
        {"torch/__init__.py": "from .io import load\n", "torch/io.py": OWN_LOAD},
        {"torch/__init__.py": "from torch.io import load\n", "torch/io.py": OWN_LOAD},
        {"src/torch/__init__.py": OWN_LOAD},
    ],
)
def test_a_project_with_a_torch_of_its_own_means_that_one(own: dict[str, str]) -> None:
    taker = "import torch\nfrom torch import load\ntorch.load('m.txt')\nload('m.txt')\n"
    assert places({**own, "main.py": taker, "torch/brick.py": taker}) == []


@pytest.mark.parametrize(
    "other",
    [
        {"pkg/backend/__init__.py": "", "pkg/backend/torch.py": OWN_LOAD},  # nobody imports that as `torch`
        {"pkg/torch/__init__.py": OWN_LOAD, "pkg/__init__.py": ""},
        {"torch/__init__.py": OWN_LOAD, "torch/serialization.py": OWN_LOAD},  # PyTorch's own tree
        {"torch.py": f"import torch.nn\n{OWN_LOAD}"},  # meant in a place where torch is PyTorch
        {"torch/__init__.py": "VERSION = 1\n"},
    ],
)
def test_other_modules_called_torch_do_not_stand_for_it(other: dict[str, str]) -> None:
    files = {**other, "pkg/backend/run.py": "import torch\ntorch.load('m.pt')\n"}
    assert places(files) == [("pkg/backend/run.py", 2, "LG001")]


def test_a_private_helper_that_another_file_calls_is_not_judged_by_its_own_callers() -> None:
    helper = "import torch\ndef _read(p, safe):\n    return torch.load(p, weights_only=safe)\n_read('a', True)\n"
    assert places({"low.py": helper, "use.py": "print(1)\n"}) == []
    assert places({"low.py": helper, "use.py": "from low import _read\n_read('b', flag)\n"}) == [("low.py", 3, "LG003")]


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ("from low import read\nread('b', safe=False)\n", [("low.py", 3, "LG003")]),
        ("from low import read\nread('b', safe=True)\n", []),
        ("from high import read\nread('b', safe=False)\n", []),
    ],
)
def test_a_default_of_true_is_not_the_last_word_where_another_file_gives_false(
    use: str, found: list[tuple[str, int, str]]
) -> None:
    reader = "import torch\ndef read(p, safe=True):\n    return torch.load(p, weights_only=safe)\n"
    assert places({"low.py": reader, "use.py": use}) == found


def test_what_a_package_hands_out_is_followed_into_its_own_modules() -> None:
    files = {
        "pkg/__init__.py": "from .compat import read\n",
        "pkg/compat.py": "from torch import load as read\n",
        "pkg/use.py": "from . import read\nread('m.pt')\n",
    }
    assert places(files) == [("pkg/use.py", 2, "LG001")]


def test_a_module_beside_a_script_is_its_neighbour_but_never_the_standard_library() -> None:
    files = {
        "tools/json.py": "from torch import load\n",
        "tools/helper.py": "from torch import load\n",
        "tools/a.py": "from json import load\nload('x')\n",
        "tools/b.py": "from helper import load\nload('x')\n",
    }
    assert places(files) == [("tools/b.py", 2, "LG001")]


def test_only_some_files_are_reported_and_the_others_still_give_evidence() -> None:
    files = {
        "low.py": "import torch\nread = torch.load\ntorch.load(1)\n",
        "use.py": "from low import read\nread('m')\n",
    }
    assert places(files, only={"use.py"}) == [("use.py", 2, "LG001")]


def test_a_file_too_deep_for_us_takes_no_other_with_it() -> None:
    branches = "".join(f"{'el' if n else ''}if a == {n}:\n    load = torch.load\n" for n in range(2000))
    files = {"deep.py": f"import torch\n{branches}load('m.pt')\n", "use.py": "import torch\ntorch.load('m.pt')\n"}
    report = scan_files({path: text.encode() for path, text in files.items()})
    assert [unread.path for unread in report.unreadable] == ["deep.py"]
    assert [finding.path for finding in report.findings] == ["use.py"]


def test_modules_that_import_from_each_other_end() -> None:
    files = {"a.py": "from b import load\nload(1)\n", "b.py": "from a import load\nload(2)\n"}
    assert places(files) == []


def test_kinds_of_files() -> None:
    text = "import torch\ntorch.load('m.pt')\n"
    files = {
        "a.py": text,
        "b.pyw": text,
        "c.pyi": text,
        "run": f"#!/usr/bin/env python3\n{text}",
        "script": f"#!/usr/bin/env -S uv run --script\n{text}",
        "start": f"#!/bin/sh\n{text}",
        "notes": text,
        "d.txt": text,
        "e.ipynb": '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, '
        '"source": ["import torch\\n", "torch.load(1)"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        "f.md": f"# Use\n\n```python\n{text}```\n",
    }
    found = [("a.py", 2), ("b.pyw", 2), ("e.ipynb", 2), ("run", 3), ("script", 3)]
    assert places(files) == [(path, line, "LG001") for path, line in found]
    asked = scan_files({p: t.encode() for p, t in files.items()}, ScanOptions(markdown=True))
    assert ("f.md", 5) in [(f.path, f.line) for f in asked.findings]


def test_the_report_does_not_depend_on_the_order_of_the_files() -> None:
    files = {f"{name}.py": "import torch\ntorch.load(1)\ntorch.load(2, weights_only=False)\n" for name in "cab"}
    backwards = dict(reversed(files.items()))
    assert places(files) == places(backwards) == sorted(places(files))


def test_a_storage_client_in_front_of_torch_is_doubtful_not_clean() -> None:
    client = "class Client:\n    def __getattr__(self, name):\n        return look(name)\nclient = Client()\n"
    files = {"client.py": client, "use.py": "from client import client\nclient.torch.load('m.pt')\n"}
    assert places(files) == [("use.py", 2, "LG003")]
    lamp = "class Lamp:\n    pass\nlamp = Lamp()\n"
    assert places({"lamp.py": lamp, "use.py": "from lamp import lamp\nlamp.torch.load('battery')\n"}) == []


@pytest.mark.parametrize(
    "run",
    [
        "exec(open('names.py').read())",
        "exec(compile(open('names.py').read(), 'names.py', 'exec'))",
        "from pathlib import Path\nexec(Path('names.py').read_text())",
        "PATH = 'names.py'\nexec(open(PATH).read(), globals())",
    ],
)
def test_names_of_a_file_that_is_read_and_executed_are_followed(run: str) -> None:
    taker = f"{run}\nload('m.pt')\n"
    line = taker.count("\n")
    assert places({"names.py": "from torch import load\n", "main.py": taker}) == [("main.py", line, "LG001")]
    assert places({"names.py": "from json import load\n", "main.py": taker}) == []


def test_files_that_execute_each_other_end() -> None:
    files = {
        "a.py": "exec(open('b.py').read())\nload('m.pt')\n",
        "b.py": "exec(open('a.py').read())\nfrom torch import load\n",
    }
    assert places(files) == [("a.py", 2, "LG001")]


def test_a_module_that_hands_on_what_it_is_asked_for_stands_for_torch() -> None:
    giver = "def __getattr__(name):\n    import torch\n    return getattr(torch, name)\n"
    assert places({"utils.py": giver, "main.py": "import utils\nutils.load('m.pt')\n"}) == [("main.py", 2, "LG001")]
    other = giver.replace("torch", "json")
    assert places({"utils.py": other, "main.py": "import utils\nutils.load('m.pt')\n"}) == []


def test_a_fixture_of_a_conftest_above_is_given_to_a_test() -> None:
    fixture = "import pytest\n@pytest.fixture\ndef th():\n    import torch\n    return torch\n"
    test = "def test(th):\n    th.load('m.pt')\n"
    found = [("tests/unit/test_x.py", 2, "LG001")]
    assert places({"tests/conftest.py": fixture, "tests/unit/test_x.py": test}) == found
    assert places({"other/conftest.py": fixture, "tests/unit/test_x.py": test}) == []
    assert places({"tests/conftest.py": fixture.replace("torch", "json"), "tests/unit/test_x.py": test}) == []


@pytest.mark.parametrize(
    ("giver", "taker", "line"),
    [
        ("import torch, helper\nhelper.read(torch, 'm.pt')\n", "def read(t, p):\n    return t.load(p)\n", 2),
        (
            "import torch\nfrom helper import read\nread(path='m.pt', lib=torch)\n",
            "def read(path, *, lib):\n    return lib.load(path)\n",
            2,
        ),
        (
            "import torch as th\nfrom helper import Reader\nReader(\n    th, 'm.pt'\n).go()\n",
            "class Reader:\n    def __init__(self, lib, p):\n        self.x = lib.load(p)\n",
            3,
        ),
    ],
)
def test_torch_given_as_an_argument_is_followed_into_another_file(giver: str, taker: str, line: int) -> None:
    assert places({"main.py": giver, "helper.py": taker}) == [("helper.py", line, "LG001")]


@pytest.mark.parametrize(
    "giver",
    [
        "import numpy, torch, helper\nhelper.read(numpy, torch.ones(1))\n",
        "import torch, helper\nhelper.write(torch, 'm.pt')\n",
        "import torch, helper\nhelper.read('m.pt', torch)\n",
    ],
)
def test_another_argument_is_not_taken_for_torch(giver: str) -> None:
    taker = "def read(t, p):\n    return t.load(p)\n\ndef write(t, p):\n    return t.save(p)\n"
    assert places({"main.py": giver, "helper.py": taker}) == []


@pytest.mark.parametrize(
    "path",
    [
        '"lib/compat.py"',
        'os.path.join(os.path.dirname(__file__), "..", "lib", "compat.py")',
        'pathlib.Path(__file__).parents[1] / "lib" / "compat.py"',
        "HERE",
    ],
)
def test_a_module_imported_by_its_path_is_the_projects(path: str) -> None:
    spec = f'spec = importlib.util.spec_from_file_location("compat", {path})\n'
    taker = (
        'import importlib.util\nimport os\nimport pathlib\nHERE = os.path.join("lib", "compat.py")\n'
        f"{spec}compat = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(compat)\n"
    )
    files = {"lib/compat.py": "from torch import load as read\n", "tools/a.py": taker + 'compat.read("model.pt")\n'}
    assert places(files) == [("tools/a.py", 8, "LG001")]


def test_a_module_loaded_by_its_loader_is_the_projects() -> None:
    loader = 'importlib.machinery.SourceFileLoader("compat", "lib/compat.py").load_module()'
    taker = f'import importlib.machinery\ncompat = {loader}\ncompat.read("model.pt")\n'
    files = {"lib/compat.py": "from torch import load as read\n", "a.py": taker}
    assert places(files) == [("a.py", 3, "LG001")]


PARTIAL = "import functools\nimport torch\ncpu = functools.partial(torch.load, map_location='cpu')\n"


@pytest.mark.parametrize(
    ("taker", "found"),
    [
        ("from lib import cpu\ncpu('m.pt', weights_only=True)\n", False),
        ("import lib\nlib.cpu('m.pt', weights_only=True)\n", False),
        ("import lib\nlib.cpu('m.pt', weights_only=True)\nlib.cpu('n.pt')\n", True),
        ("from lib import cpu as read\nread('m.pt')\n", True),
    ],
)
def test_a_partial_is_what_the_calls_of_other_files_say(taker: str, found: bool) -> None:
    assert places({"lib.py": PARTIAL, "a.py": taker}) == ([("lib.py", 3, "LG001")] if found else [])


def test_a_safe_call_beside_a_partial_says_nothing_of_another_files() -> None:
    files = {"lib.py": PARTIAL + "cpu('m.pt', weights_only=True)\n", "a.py": "from lib import cpu\ncpu('n.pt')\n"}
    assert places(files) == [("lib.py", 3, "LG001")]


@pytest.mark.parametrize(
    ("giver", "taker"),
    [
        ("import importlib\nth = importlib.import_module('torch')\n", "import lib\nlib.th.load('m.pt')\n"),
        ("def th():\n    return __import__('torch')\n", "from lib import th\nth().load('m.pt')\n"),
        (
            "import importlib as i\ndef th():\n    return i.import_module('torch')\n",
            "import lib\nlib.th().load('m.pt')\n",
        ),
    ],
)
def test_torch_imported_by_name_is_followed_into_files_that_do_not_name_it(giver: str, taker: str) -> None:
    assert places({"lib.py": giver, "a.py": taker}) == [("a.py", 2, "LG001")]
    assert places({"lib.py": giver.replace("torch", "json"), "a.py": taker}) == []


def test_a_fixture_that_skips_without_torch_gives_it() -> None:
    fixture = "import pytest\n@pytest.fixture\ndef th():\n    return pytest.importorskip('torch')\n"
    files = {"conftest.py": fixture, "test_x.py": "def test(th):\n    th.load('m.pt')\n"}
    assert places(files) == [("test_x.py", 2, "LG001")]


GIVER = "import torch\nclass Reader:\n    def __init__(self):\n        self.read = torch.load\nreader = Reader()\n"


@pytest.mark.parametrize(
    ("taker", "found"),
    [
        ("from lib import reader\nreader.read('m.pt', weights_only=True)\n", False),
        (
            "from lib import Reader\nclass R(Reader):\n    def go(self):\n        self.read('m.pt', weights_only=True)\n",
            False,
        ),
        ("from lib import reader\nreader.read('m.pt', weights_only=True)\nreader.read('n.pt')\n", True),
        ("from lib import reader\nmap(reader.read, ['m.pt'])\n", True),
    ],
)
def test_an_attribute_is_what_the_calls_of_other_files_say(taker: str, found: bool) -> None:
    assert places({"lib.py": GIVER, "a.py": taker}) == ([("lib.py", 4, "LG001")] if found else [])


@pytest.mark.parametrize(
    ("giver", "taker"),
    [
        ("import torch as th\n", "from lib import th\nth.serialization.load('m.pt')\n"),
        ("import torch as th\n", "import lib\nlib.th.serialization.load('m.pt')\n"),
        ("import torch\nclass C:\n    t = torch\n", "from lib import C\nC.t.serialization.load('m.pt')\n"),
    ],
)
def test_a_part_of_torch_is_followed_into_files_that_do_not_name_it(giver: str, taker: str) -> None:
    assert places({"lib.py": giver, "a.py": taker}) == [("a.py", 2, "LG001")]
    assert places({"lib.py": giver.replace("torch", "flax"), "a.py": taker}) == []
