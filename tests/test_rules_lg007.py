"""LG007: loaders that hide a torch.load."""

from __future__ import annotations

import pytest

from bot.model import Severity, WeightsOnly
from tests.rule_helpers import findings

TOP = "import torch\nfrom torch import hub\nfrom torch.utils import model_zoo\n"


@pytest.mark.parametrize(
    "source",
    [
        "torch.hub.load_state_dict_from_url(url, weights_only=True)",
        "from mylib import load_state_dict_from_url\nload_state_dict_from_url(url)",
        "LitModel.load_from_checkpoint(path, weights_only=True)",
        "model.load_from_checkpoint",
        "def load_from_checkpoint(p):\n    pass\nload_from_checkpoint(p)",
        "class A:\n    @classmethod\n    def load_from_checkpoint(cls, p):\n        pass\nA.load_from_checkpoint(p)",
        "trainer.fit(model, data)",
        "trainer.fit(model, ckpt_path=None)",
        "trainer.test(model, ckpt_path='best')",
        "trainer.fit(model, ckpt_path=path, weights_only=True)",
        "import lightning\ntrainer.fit(model, data, None, None, None)",
        "import lightning\ntrainer.test(model, data, 'best')",
        "import lightning\nforest.fit(a, b, None, None, path)",
        "trainer.fit(a, b, None, None, path)",
        "from lightning import Trainer\nTrainer(resume_from_checkpoint=None)",
        "import lightning\nfrom transformers import Trainer\nTrainer(a).train(resume_from_checkpoint=path)",
        "fabric.save(path, state)",
        "fabric.load(path, weights_only=True)",
        "torch.load(path, pickle_module=None, weights_only=True)",
        "fetch = mylib.load_url\nfetch(url)",
        "map(torch.hub.download_url_to_file, urls)",
        "partial(torch.hub.load_state_dict_from_url, weights_only=True)",
        "f = Texture()\nf.load(path)",
        "x = 'torch.hub.load_state_dict_from_url(url)'",
        "exec('torch.hub.load_state_dict_from_url(url, weights_only=True)')",
        "getattr(mylib, 'load_url')(url)",
        "fetchers = {'web': mylib.load_url}",
        "from mylib import load_url as get\nmap(get, urls)",
        "from mylib.cloud_io import _load\n_load(path)",
        "s = 'load_from_checkpoint(p)'",
    ],
)
def test_silent(source: str) -> None:
    assert findings("LG007", TOP + source + "\n") == []


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        ("torch.hub.load_state_dict_from_url(url)", Severity.WARNING),
        ("hub.load_state_dict_from_url(url, progress=True)", Severity.WARNING),
        ("from torch.hub import load_state_dict_from_url as get\nget(url)", Severity.WARNING),
        ("model_zoo.load_url(url)", Severity.WARNING),
        ("torch.utils.model_zoo.load_url(url)", Severity.WARNING),
        ("torch.hub.load_state_dict_from_url(url, weights_only=False)", Severity.WARNING),
        ("LitModel.load_from_checkpoint(path)", Severity.NOTE),
        ("LitModel.load_from_checkpoint(path, weights_only=False)", Severity.WARNING),
        ("trainer.fit(model, ckpt_path=path)", Severity.NOTE),
        ("Trainer().validate(model, ckpt_path='a.ckpt')", Severity.NOTE),
        ("self.trainer.predict(model, ckpt_path=args.ckpt, weights_only=False)", Severity.WARNING),
        ("import lightning\ntrainer.fit(model, data, None, None, path)", Severity.NOTE),
        ("import lightning as L\nL.Trainer(devices=1).predict(model, data, None, True, path)", Severity.NOTE),
        ("import pytorch_lightning\nself.trainer.validate(model, data, 'a.ckpt')", Severity.NOTE),
        ("from lightning.pytorch import Trainer\nt = Trainer()\nt.test(model, load(a), path)", Severity.NOTE),
        ("import pytorch_lightning as pl\npl.Trainer(resume_from_checkpoint=path)", Severity.NOTE),
        ("fabric.load(path, state)", Severity.NOTE),
        ("self.fabric.load_raw(path, model)", Severity.NOTE),
        ("torch.package.PackageImporter(path)", Severity.WARNING),
        ("from torch.package import PackageImporter\nPackageImporter(path)", Severity.WARNING),
        ("fetch = torch.hub.load_state_dict_from_url\nfetch(url)", Severity.WARNING),
        ("self.fetch = model_zoo.load_url\nself.fetch(url)", Severity.WARNING),
        ("map(torch.hub.load_state_dict_from_url, urls)", Severity.WARNING),
        ("partial(model_zoo.load_url, map_location='cpu')", Severity.WARNING),
        ("from torch.hub import load_state_dict_from_url as get\nmap(get, urls)", Severity.WARNING),
        ("from torch.hub import *\nload_state_dict_from_url(url)", Severity.WARNING),
        ("from torch.utils.model_zoo import *\nload_url(url)", Severity.WARNING),
        ("getattr(torch.hub, 'load_state_dict_from_url')(url)", Severity.WARNING),
        ("exec('torch.hub.load_state_dict_from_url(url)')", Severity.WARNING),
        ("fetchers = {'web': hub.load_state_dict_from_url}", Severity.WARNING),
        ("def read(url, fetch=hub.load_state_dict_from_url):\n    return fetch(url)", Severity.WARNING),
        ("def fetcher():\n    return hub.load_state_dict_from_url", Severity.WARNING),
        ("Reader(fetch=hub.load_state_dict_from_url)", Severity.WARNING),
        ("import joblib\nOPTIONS = {'pickle_module': joblib}\ntorch.load(path, **OPTIONS)", Severity.WARNING),
        ("from lightning import Fabric\nf = Fabric()\nf.load(path)", Severity.NOTE),
        ("from lightning.fabric.utilities.cloud_io import _load\n_load(path)", Severity.NOTE),
        ("from pytorch_lightning.utilities.cloud_io import load as pl_load\npl_load(path)", Severity.NOTE),
        (
            "from torch.distributed.checkpoint.format_utils import torch_save_to_dcp\ntorch_save_to_dcp(a, b)",
            Severity.WARNING,
        ),
        ("import dill\ntorch.load(path, pickle_module=dill)", Severity.WARNING),
        ("import cloudpickle as c\ntorch.load(path, pickle_module=c)", Severity.WARNING),
    ],
)
def test_related(source: str, severity: Severity) -> None:
    (found,) = findings("LG007", TOP + source + "\n")
    assert found.severity is severity
    assert found.fix is None
    assert (found.weights_only is WeightsOnly.FALSE) is ("False" in source)
