"""`loadguard pr` and `loadguard smoke`: the embedded default, on real repositories and files."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from bot.cli.doctor import smallest_checkpoint
from bot.errors import ExitCode
from bot.main import run
from tests.git_helpers import Repository

SAVE = "import torch\n\n\ndef keep(model):\n    torch.save(model.state_dict(), 'weights.pt')\n"
READ = "import torch\n\n\ndef weights(model):\n    model.load_state_dict(torch.load('weights.pt'))\n"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path / "birds")
    made.commit({"train.py": SAVE, "requirements.txt": "torch>=2.3\n", "old.py": READ})
    made.git("switch", "--quiet", "--create", "topic")
    made.commit({"read.py": READ})
    monkeypatch.chdir(made.root)
    return made


def test_pr_reviews_and_puts_the_fix_on_a_branch_once(repository: Repository, capsys: Captured) -> None:
    assert run(["pr", "--base", "main", "--head", "topic"]) == ExitCode.FINDINGS
    captured = capsys.readouterr()
    assert "read.py:5:27: LG001" in captured.out
    assert "old.py" not in captured.out
    assert "review with 1 inline comment." in captured.err
    assert "```suggestion\n    model.load_state_dict(torch.load('weights.pt', " in captured.err
    diff = repository.git("diff", "topic", "loadguard/weights-only")
    assert [line for line in diff.splitlines() if line.startswith("+ ")] == [
        "+    model.load_state_dict(torch.load('weights.pt', mmap=True, weights_only=True))"
    ]
    standing = repository.git("rev-parse", "loadguard/weights-only")
    assert run(["pr", "--base", "main", "--head", "topic"]) == ExitCode.FINDINGS
    assert "review with" not in capsys.readouterr().err
    assert repository.git("rev-parse", "loadguard/weights-only") == standing
    assert repository.git("status", "--porcelain") == ""


def test_pr_can_only_suggest_and_answers_in_json(repository: Repository, capsys: Captured) -> None:
    words = ["pr", "--base", "main", "--head", "topic", "--fix", "suggest", "--mmap", "never", "--format", "json"]
    assert run(words) == ExitCode.FINDINGS
    report = json.loads(capsys.readouterr().out)
    assert [each["fix"]["adds"] for each in report["findings"]] == [["weights_only=True"]]
    assert "loadguard/weights-only" not in repository.git("branch", "--list")


def test_mmap_alone_is_for_fix_and_not_for_a_pull_request(repository: Repository, capsys: Captured) -> None:
    repository.commit({"read.py": READ.replace("')", "', weights_only=True)", 1)})
    assert run(["scan", "read.py", "--quiet"]) == ExitCode.CLEAN
    assert "read.py:5:27: LG008 note" in capsys.readouterr().out
    assert run(["pr", "--base", "main", "--head", "topic"]) == ExitCode.CLEAN
    assert "LG008" not in capsys.readouterr().out


def test_pr_reads_the_policy_of_the_base(repository: Repository, capsys: Captured) -> None:
    repository.commit({".github/loadguard.yml": "fail_on: never\n"})
    assert run(["pr", "--base", "main", "--head", "topic"]) == ExitCode.FINDINGS
    assert run(["pr", "--base", "main", "--head", "topic", "--config", "no.yml"]) == ExitCode.USAGE
    assert "no such policy file in the base" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--base", "nowhere"], ["--head", "--help-me"], ["--repository", "nowhere"]])
def test_pr_says_what_is_missing(words: list[str], repository: Repository, capsys: Captured) -> None:
    assert run(["pr", *words]) == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.pt").write_bytes(smallest_checkpoint())
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps(Evil()))
    return tmp_path


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("never printed",)


def test_smoke_reads_without_running(files: Path, capsys: Captured) -> None:
    assert run(["smoke", "--static", "good.pt", "evil.pkl", "--format", "json"]) == ExitCode.FINDINGS
    report = json.loads(capsys.readouterr().out)  # a pickle that ran would have printed before it
    verdicts = {each["path"]: each["verdict"] for each in report["checkpoints"]}
    assert verdicts == {"good.pt": "loadable", "evil.pkl": "dangerous"}
    assert {each["smoke"]["status"] for each in report["checkpoints"]} == {"not-tried"}
    assert [each["rule"] for each in report["findings"]] == ["CK101"]


def test_smoke_compares_with_a_file_or_a_ref(files: Path, capsys: Captured) -> None:
    assert run(["smoke", "--static", "--against", "good.pt", "good.pt"]) == ExitCode.CLEAN
    assert run(["smoke", "--static", "--against", "main", "good.pt"]) == ExitCode.USAGE
    assert "neither a file nor a ref" in capsys.readouterr().err
    (files / "good.pt").unlink()
    repository = Repository(files)
    repository.commit({"other": "x"})
    (files / "good.pt").write_bytes(smallest_checkpoint())
    assert run(["smoke", "--static", "--against", "main", "good.pt"]) == ExitCode.CLEAN
    assert "not in main, so there is nothing to compare it with" in capsys.readouterr().err
    repository.commit({})
    assert run(["smoke", "--static", "--against", "main", "good.pt"]) == ExitCode.CLEAN


def test_smoke_heeds_the_policy(files: Path) -> None:
    (files / "pyproject.toml").write_text('[tool.loadguard]\nfail_on = "never"\n')
    assert run(["smoke", "--static", "evil.pkl"]) == ExitCode.CLEAN
    assert run(["smoke", "--static", "--fail-on", "error", "evil.pkl"]) == ExitCode.FINDINGS
