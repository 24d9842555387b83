"""LG005: the protection switched off for a whole program."""

from __future__ import annotations

import pytest

from bot.model import Severity
from bot.scan.rules.switches import NAME
from tests.rule_helpers import findings, lines

TOP = "import argparse, builtins, functools, importlib, os, subprocess\nimport torch\n_original = torch.load\n"

SILENT = [
    "torch.__dict__['load'] = functools.partial(torch.load, weights_only=True)",
    "torch.__dict__['load'] = _original",
    "torch.__dict__['save'] = functools.partial(torch.load, weights_only=False)",
    "json.__dict__['load'] = functools.partial(json.load, weights_only=False)",
    "vars(torch).update(load=_original)",
    "setattr(torch, 'lo' + 'ad', _original)",
    "torch.load = functools.partial(torch.load, weights_only=True)",
    "torch.load.__kwdefaults__.update(weights_only=True)",
    "torch.save.__kwdefaults__.update(weights_only=False)",
    "torch.load = _original",
    "torch.load = None",
    "_first, torch.load = torch.load, functools.partial(torch.load, weights_only=True)",
    "def f(*a, **k):\n    k.setdefault('weights_only', True)\n    return _original(*a, **k)\ntorch.load = f",
    "def f(p, weights_only=True):\n    return _original(p, weights_only=weights_only)\ntorch.load = f",
    "def test(monkeypatch):\n    monkeypatch.setattr(torch, 'load', lambda p: {})",
    "from unittest import mock\ntorch.load = mock.MagicMock()",
    "from unittest import mock\nwith mock.patch('torch.load', lambda *a: 1):\n    pass",
    "class A:\n    pass\nA.load = functools.partial(torch.load, weights_only=True)",
    "json.load = functools.partial(json.load, weights_only=False)",
    f"os.environ['{NAME}'] = '0'",
    f"os.environ['{NAME}'] = ''",
    f"on = os.environ.get('{NAME}', '1')",
    f"on = '{NAME}' in os.environ",
    f"del os.environ['{NAME}']",
    f"os.environ.pop('{NAME}', None)",
    f"print('never set {NAME}=1')",
    f"VARIABLE = '{NAME}'\nprint(os.environ[VARIABLE])",
    f"os.system('echo {NAME}=0; unset {NAME}')",
    "torch.serialization.add_safe_globals([argparse.Namespace, set])",
    "class A:\n    pass\ntorch.serialization.add_safe_globals([A])",
    "import numpy as np\ntorch.serialization.add_safe_globals([np.core.multiarray._reconstruct, np.ndarray, np.dtype])",
    "with torch.serialization.safe_globals(['a']):\n    pass",
    "mine.add_safe_globals([eval])",
    f"NAME, OFF = '{NAME}', '0'\nos.environ[NAME] = OFF",
    "os.environ['TORCH_FORCE_' + 'WEIGHTS_ONLY_LOAD'] = '1'",
    "torch.serialization._default_to_weights_only = lambda pickle_module: True",
    "_asked = torch.serialization._default_to_weights_only\ntorch.serialization._default_to_weights_only = _asked",
    "from unittest import mock\nmock.patch('torch.serialization._default_to_weights_only', return_value=True)",
    "import torch._weights_only_unpickler as w\nw._marked = {}",
]

SWITCHED = [
    "torch.__dict__['load'] = functools.partial(torch.load, weights_only=False)",
    "vars(torch)['load'] = functools.partial(torch.load, weights_only=False)",
    "torch.serialization.__dict__.update(load=functools.partial(torch.load, weights_only=False))",
    "setattr(torch, 'lo' + 'ad', functools.partial(torch.load, weights_only=False))",
    "NAME = 'load'\nsetattr(torch, NAME, functools.partial(torch.load, weights_only=False))",
    "torch.load = functools.partial(torch.load, weights_only=False)",
    "torch.serialization.load = functools.partial(torch.load, weights_only=False)",
    "torch.load = lambda *a, **k: _original(*a, **{**k, 'weights_only': False})",
    "def f(*a, **k):\n    k['weights_only'] = False\n    return _original(*a, **k)\ntorch.load = f",
    "def f(*a, **k):\n    return _original(*a, weights_only=False, **k)\ntorch.load = f",
    "def f(*a, **k):\n    k.setdefault('weights_only', False)\n    return _original(*a, **k)\ntorch.load = f",
    "def f(p, weights_only=False, **k):\n    return _original(p, weights_only=weights_only, **k)\ntorch.load = f",
    "setattr(torch, 'load', functools.partial(torch.load, weights_only=False))",
    "def test(monkeypatch):\n    monkeypatch.setattr(torch, 'load', functools.partial(torch.load, weights_only=False))",
    "torch.load.__kwdefaults__['weights_only'] = False",
    "torch.load.__kwdefaults__ = {'weights_only': False}",
    "torch.load.__kwdefaults__.update(weights_only=False)",
    "torch.load.__kwdefaults__.update({'weights_only': False})",
    "torch.load.__kwdefaults__ |= {'weights_only': False}",
    f"os.environ['{NAME}'] = '1'",
    f"os.environ['{NAME}'] = value",
    f"os.environ.setdefault('{NAME}', 'true')",
    f"os.environ.update({{'{NAME}': '1'}})",
    f"os.environ.update({NAME}='yes')",
    f"VARIABLE = '{NAME}'\nos.environ[VARIABLE] = '1'",
    f"os.system('{NAME}=1 python train.py')",
    f"subprocess.run(f'{NAME}=true python {{script}}', shell=True)",
    f"os.putenv('{NAME}', 'Y')",
    f"subprocess.run(cmd, env={{'{NAME}': '1'}})",
    f"subprocess.run(cmd, env=dict(os.environ, {NAME}='1'))",
    "torch.serialization.add_safe_globals([eval])",
    "torch.serialization.add_safe_globals([set, getattr])",
    "torch.serialization.add_safe_globals([os.system])",
    "torch.serialization.add_safe_globals([subprocess.Popen])",
    "torch.serialization.add_safe_globals([(builtins.exec, 'builtins.exec')])",
    "with torch.serialization.safe_globals([importlib.import_module]):\n    pass",
    "LIST = [builtins.exec]\ntorch.serialization.add_safe_globals(LIST)",
    "import m\ntorch.serialization.add_safe_globals([getattr(m, n) for n in dir(m)])",
    "os.environ['TORCH_FORCE' + '_NO_WEIGHTS_ONLY_LOAD'] = '1'",
    "PREFIX = 'TORCH_FORCE'\nos.environ[f'{PREFIX}_NO_WEIGHTS_ONLY_LOAD'] = '1'",
    "NAME = '_'.join(['TORCH', 'FORCE', 'NO', 'WEIGHTS', 'ONLY', 'LOAD'])\nos.environ[NAME] = '1'",
    "NAME = 'TORCH_FORCE_' + 'NO_WEIGHTS_ONLY_LOAD'\nos.environ.setdefault(NAME, 'true')",
    "os.environ.update({'%s_NO_WEIGHTS_ONLY_LOAD' % 'TORCH_FORCE': '1'})",
    "def f(*a, **k):\n    return _first(*a, **{**k, 'weights_only': False})\n_first, torch.load = torch.load, f",
    f"import dotenv\ndotenv.set_key('.env', '{NAME}', '1')",
    f"for name in ('A', '{NAME}'):\n    os.environ[name] = '1'",
    f"ON = 'true'\nos.putenv('{NAME}', ON)",
    "torch.serialization._default_to_weights_only = lambda pickle_module: False",
    "def f(pickle_module):\n    return False\ntorch.serialization._default_to_weights_only = f",
    "setattr(torch.serialization, '_default_to_weights_only', lambda *a: False)",
    "def test(monkeypatch):\n    monkeypatch.setattr(torch.serialization, '_default_to_weights_only', lambda m: False)",
    "from unittest import mock\nmock.patch('torch.serialization._default_to_weights_only', return_value=False).start()",
    "import pickle\nimport torch._weights_only_unpickler as w\nw.Unpickler = pickle.Unpickler",
    "import pickle\ntorch.serialization._weights_only_unpickler = pickle",
    "import torch._weights_only_unpickler as w\nw._add_safe_globals([eval])",
    "torch.serialization.add_safe_globals(map(find, torch.serialization.get_unsafe_globals_in_checkpoint(p)))",
]


@pytest.mark.parametrize("source", SILENT)
def test_silent(source: str) -> None:
    assert findings("LG005", TOP + source + "\n") == []


@pytest.mark.parametrize("source", SWITCHED)
def test_switched_off(source: str) -> None:
    (found,) = findings("LG005", TOP + source + "\n")
    assert found.severity is Severity.ERROR
    assert found.fix is None


@pytest.mark.parametrize(
    ("taker", "value", "expected"),
    [
        ("from names import SWITCH\nos.environ[SWITCH] = {}", "'1'", [3]),
        ("import names\nos.environ.setdefault(names.SWITCH, {})", "'yes'", [3]),
        ("from names import SWITCH as OTHER\nos.putenv(OTHER, {})", "'1'", [3]),
        ("from names import SWITCH\nos.environ[SWITCH] = {}", "'0'", []),
    ],
)
def test_a_name_that_another_file_gives_is_known(taker: str, value: str, expected: list[int]) -> None:
    files = {"names.py": f'SWITCH = "{NAME}"\n', "a.py": f"import os\n{taker.format(value)}\n"}
    assert lines("LG005", files) == expected


def test_a_replacement_nobody_can_read_is_a_warning() -> None:
    (found,) = findings("LG005", TOP + "torch.load = make_loader()\n")
    assert found.severity is Severity.WARNING


FILES_ON = {
    "Dockerfile": ["FROM x", f"ENV {NAME}=1"],
    "docker/Dockerfile.gpu": ["FROM x", f"ARG {NAME}=true"],
    "gpu.dockerfile": ["FROM x", f"ENV {NAME} 1"],
    ".github/workflows/ci.yml": ["env:", f"  {NAME}: '1'"],
    "docker-compose.yaml": ["environment:", f"  - {NAME}=1"],
    "deploy/pod.yml": ["env:", f"  - name: {NAME}", '    value: "1"'],
    "run.sh": ["#!/bin/sh", f"export {NAME}=1"],
    "train.slurm": ["x", f"{NAME}=1 python train.py"],
    ".env": ["A=1", f"{NAME}=1"],
    ".env.local": ["A=1", f"{NAME}='yes'"],
    ".envrc": ["x", f"export {NAME}=1"],
    "Makefile": ["test:", f"\t{NAME}=1 pytest"],
    "tox.ini": ["[testenv]", f"setenv = {NAME}=1"],
    "pyproject.toml": ["[tool.pytest.ini_options]", f'env = ["{NAME}=1"]'],
    ".devcontainer/devcontainer.json": ['{"containerEnv": {', f'"{NAME}": "1"}}}}'],
    "run.ps1": ["x", f"$env:{NAME} = '1'"],
    "scripts/train": ["#!/usr/bin/env bash", f"{NAME}=1 exec python train.py"],
    "set.bat": ["x", f"set {NAME}=1"],
}


@pytest.mark.parametrize("path", FILES_ON)
def test_files_that_switch_it_off(path: str) -> None:
    (found,) = findings("LG005", "\n".join(FILES_ON[path]) + "\n", path)
    assert (found.line, found.severity) == (2, Severity.ERROR)
    assert NAME in found.source


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", f"# ENV {NAME}=1\n"),
        ("Dockerfile", f"ENV {NAME}=0\n"),
        ("run.sh", f"unset {NAME}\n"),
        ("run.sh", f"  # export {NAME}=1\n"),
        ("ci.yml", f"env:\n  {NAME}: ''\n"),
        ("pod.yml", f"- name: {NAME}\n  value: '0'\n"),
        ("README.md", f"Never set {NAME}=1.\n"),
        ("notes.txt", f"{NAME}=1\n"),
        ("NOTES", f"{NAME}=1\n"),
        ("tool", f"#!/usr/bin/env python3\n# {NAME}=1\nS = '{NAME}=1'\n"),
        ("run.sh", f"export TORCH_FORCE_WEIGHTS_ONLY_LOAD=1\nexport MY_{NAME}=1\n"),
    ],
)
def test_files_that_do_not(path: str, text: str) -> None:
    assert lines("LG005", text, path) == []


def test_a_comment_of_ours_silences_it_there_too() -> None:
    assert lines("LG005", f"FROM x\nENV {NAME}=1  # loadguard: ignore[LG005] old files of ours\n", "Dockerfile") == []
