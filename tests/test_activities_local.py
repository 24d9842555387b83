"""The embedded default: a pull request in a plain local repository. The work tree is never touched."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from bot.activities import gate, pull_request
from bot.activities.desk import Desk
from bot.edge.checkout import Checkout
from bot.edge.forge_local import LocalForge
from bot.errors import ForgeError
from bot.model import Outcome
from bot.policy import FixMode, Policy
from tests.git_helpers import Repository

BRANCH = "loadguard/weights-only"
# The shape of google/gemma_pytorch before its own fix: a path that is loaded into the model, and the same on XLA.
MODEL = """\
import gc
import json
import os

import torch
from torch import nn


class ForCausalLM(nn.Module):
    def load_weights(self, model_path: str):
        if os.path.isfile(model_path):
            self.load_state_dict(
                torch.load(
                    model_path, mmap=True,
                )['model_state_dict'],
                strict=False,
            )
        else:
            index_path = os.path.join(model_path, 'pytorch_model.bin.index.json')
            with open(index_path, "r", encoding="utf-8") as f:
                index = json.load(f)
            for shard_file in list(set(index["weight_map"].values())):
                shard_path = os.path.join(model_path, shard_file)
                state_dict = torch.load(shard_path, map_location="cpu", weights_only=True)
                self.load_state_dict(state_dict, strict=False)
                del state_dict
                gc.collect()
"""
XLA = """\
import torch
import torch_xla.core.xla_model as xm


def load_weights(model, model_path: str):
    checkpoint = torch.load(model_path)
    model_state_dict = checkpoint['model_state_dict']

    def split(tensor: torch.Tensor, axis: int) -> torch.Tensor:
        return torch.moveaxis(tensor, axis, 0)[: tensor.shape[axis] // model.world_size, ...]

    for k, v in model_state_dict.items():
        if k == 'freqs_cis':
            continue
        if k.endswith('o_proj.weight'):
            v = split(v.reshape(model.heads, -1), 1)
            v = v.reshape(model.hidden, -1)
        model.state_dict()[k].copy_(v)
    xm.mark_step()
"""
README = "hello\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "r")
    made.commit({"README.md": README}, "base")
    made.git("checkout", "--quiet", "-b", "feature")
    made.commit({"gemma/model.py": MODEL, "gemma/model_xla.py": XLA}, "models")
    return made


def desk(repository: Repository, **policy: object) -> tuple[Desk, LocalForge]:
    checkout = Checkout(repository.root)
    forge = LocalForge(checkout)
    rules = replace(Policy(fix=FixMode.PR), **policy)  # type: ignore[arg-type]
    return Desk(forge, checkout, lambda _: rules, repository.root.parent / "patches"), forge


def run(repository: Repository, *, base: str = "main", head: str = "feature", **policy: object) -> Outcome:
    made, forge = desk(repository, **policy)
    return pull_request.run(made, pull=forge.open_pull(base, head))


def states(repository: Repository) -> tuple[str, str, str]:
    return (
        repository.git("status", "--porcelain"),
        repository.git("rev-parse", "HEAD"),
        repository.git("branch", "--show-current"),
    )


def pages(repository: Repository) -> dict[str, str]:
    folder = repository.root / ".git" / "loadguard"
    return {page.parent.name: page.read_text(encoding="utf-8") for page in folder.rglob("*.md")}


def test_findings_suggestions_and_a_branch_and_nothing_else(repository: Repository) -> None:
    before = states(repository)
    outcome = run(repository)
    assert outcome.exit_code == 1 and not outcome.refused and states(repository) == before
    model, xla = (
        repository.git("show", f"{BRANCH}:gemma/model.py"),
        repository.git("show", f"{BRANCH}:gemma/model_xla.py"),
    )
    assert model.count("weights_only=True") == 2 and "mmap=True, weights_only=True" in model
    assert "torch.load(model_path, weights_only=True)" in xla and "mmap" not in xla
    ast.parse(model), ast.parse(xla)
    assert repository.git("diff", "--name-only", "feature", BRANCH).split() == ["gemma/model.py", "gemma/model_xla.py"]
    assert repository.git("rev-list", "--count", f"feature..{BRANCH}") == "1"
    written = pages(repository)
    assert written["review"].count("```suggestion") == 2
    assert "`gemma/model_xla.py:6`" in written["summary"] and "`gemma/model_xla.py:6`" in written["fix"]
    assert outcome.pull_request_operation == "created" and Path(outcome.pull_request_url).is_file()


def test_a_second_run_writes_nothing(repository: Repository) -> None:
    run(repository)
    tip, files = repository.git("rev-parse", BRANCH), pages(repository)
    again = run(repository)
    assert (repository.git("rev-parse", BRANCH), pages(repository)) == (tip, files)
    assert [each for each in again.written if "stands as it should" not in each] == []


def test_merging_the_branch_settles_everything(repository: Repository) -> None:
    run(repository)
    repository.git("merge", "--quiet", "--ff-only", BRANCH)
    merged = run(repository)
    assert merged.exit_code == 0 and not [each for each in merged.report.findings if each.new and each.fix]
    assert pages(repository)["review"].count("(resolved)") == 2
    assert "No new finding" in pages(repository)["summary"]


def test_deleting_the_branch_declines_it(repository: Repository) -> None:
    run(repository)
    repository.git("branch", "--quiet", "-D", BRANCH)
    again = run(repository)
    assert again.exit_code == 1
    assert not repository.git("branch", "--list", BRANCH)


def test_a_commit_on_the_branch_makes_it_theirs(repository: Repository) -> None:
    run(repository)
    repository.git("checkout", "--quiet", BRANCH)
    mine = repository.commit({"gemma/model.py": "mine\n"})
    repository.git("checkout", "--quiet", "feature")
    repository.commit({"more.py": XLA})
    outcome = run(repository)
    assert repository.git("rev-parse", BRANCH) == mine
    assert any("left alone" in each for each in outcome.written)


def test_a_branch_that_is_checked_out_becomes_a_patch(repository: Repository) -> None:
    run(repository)
    repository.commit({"more.py": XLA})
    repository.git("checkout", "--quiet", BRANCH)
    outcome = run(repository)
    assert outcome.exit_code == 1
    refusal = next(each for each in outcome.refused if each.what == "fix branch")
    assert "checked out" in refusal.reason and "git am" in refusal.reason
    assert states(repository)[0] == ""
    repository.git("checkout", "--quiet", "feature")
    repository.git("apply", str(repository.root.parent / "patches" / "loadguard-fix.patch"))
    assert "weights_only=True" in (repository.root / "more.py").read_text(encoding="utf-8")


def test_findings_gone_the_branch_is_no_longer_needed(repository: Repository) -> None:
    run(repository)
    repository.commit({"gemma/model.py": "x = 1\n", "gemma/model_xla.py": None})
    outcome = run(repository)
    assert outcome.exit_code == 0 and outcome.pull_request_operation == "closed"
    assert "no longer needed" in pages(repository)["fix"]


def test_a_whole_module_gets_advice_and_no_fix(repository: Repository) -> None:
    whole = "import torch\n\n\ndef predict(p, x):\n    model = torch.load(p)\n    model.eval()\n    return model(x)\n"
    repository.git("checkout", "--quiet", "-b", "whole", "main")
    repository.commit({"predict.py": whole})
    outcome = run(repository, head="whole")
    [finding] = [each for each in outcome.report.findings if each.rule == "LG001"]
    assert finding.fix is None and finding.advice
    assert not repository.git("branch", "--list", BRANCH) and "```suggestion" not in pages(repository)["review"]


def test_odd_changes_in_one_pull_request(repository: Repository) -> None:
    """Links, submodules, binaries, huge and unreadable files, deletions: each its own result, nothing lost."""
    repository.git("checkout", "--quiet", "-b", "odd", "main")
    (repository.root / "out.py").symlink_to("/etc/passwd")
    (repository.root / "in.py").symlink_to("README.md")
    repository.commit(
        {"nul.py": b"import torch\ntorch.load(p)\0\n", "b.bin": bytes(range(256)), "README.md": None, "ok.py": XLA}
    )
    head = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{head},module.py")
    repository.git("commit", "--quiet", "-m", "module")
    outcome = run(repository, head="odd")
    assert [each.path for each in outcome.report.unreadable] == ["nul.py", "out.py"]
    assert {each.path for each in outcome.report.findings} == {"ok.py"}
    assert "`nul.py`" in pages(repository)["summary"]


def test_three_thousand_files(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "many", "main")
    files: dict[str, bytes | str | None] = {f"d{n % 50}/f{n}.py": f"x = {n}\n" * 10 for n in range(3000)}
    repository.commit({**files, "d7/load.py": XLA})
    outcome = run(repository, head="many")
    assert {each.path for each in outcome.report.findings} == {"d7/load.py"} and outcome.report.files_scanned == 3001


def test_a_merge_queue_gets_a_report_and_no_word(repository: Repository) -> None:
    made, _ = desk(repository)
    base, head = repository.git("rev-parse", "main"), repository.git("rev-parse", "feature")
    assert gate.run(made, base=base, head=head).exit_code == 1
    assert gate.run(made, base=head, head=head).exit_code == 0
    assert gate.run(made, base="", head=head).exit_code == 1
    assert gate.run(made, base="", head=base, default="main").exit_code == 0, "a new branch brings nothing over main"
    assert gate.run(made, base="0" * 40, head=head, default="main").exit_code == 1, "after a force-push"
    with pytest.raises(ForgeError, match="0000 is not in the checkout"):
        gate.run(made, base="0" * 40, head=head)
    with pytest.raises(ForgeError, match="0000 is not in the checkout"):
        gate.run(made, base=base, head="0" * 40)
    assert pages(repository) == {}
