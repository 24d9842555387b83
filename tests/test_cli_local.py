"""`loadguard pr` and `loadguard smoke`: the embedded default, on real repositories and files."""

from __future__ import annotations

import gzip
import json
import os
import pickle
from importlib.resources import files as package_files
from pathlib import Path

import jsonschema
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


def test_pr_loses_no_finding_where_nothing_can_be_written(repository: Repository, capsys: Captured) -> None:
    """A read-only repository, for root too: what is in the way has the names of what would be written."""
    (repository.root / ".git/loadguard").write_text("in the way")
    (repository.root / ".git/refs/heads/loadguard").write_text("in the way")
    (repository.root / "loadguard-fix.patch").mkdir()
    assert run(["pr", "--base", "main", "--head", "topic"]) == ExitCode.FINDINGS
    captured = capsys.readouterr()
    assert "read.py:5:27: LG001" in captured.out
    assert "not done: review: " in captured.err and "not done: fix branch: " in captured.err
    assert "loadguard-fix.patch cannot be written either: Is a directory" in captured.err
    assert "it all stands there already" not in captured.err
    assert "the findings stand above" in captured.err and "job summary" not in captured.err


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


LENIENT = """\
[tool.loadguard]
fail_on = "never"
[tool.loadguard.rules]
CK101 = "off"
CK103 = "note"
CK104 = "off"
CK105 = "error"
"""


@pytest.mark.parametrize("options", [[], ["--fail-on", "never"], ["--fail-on", "error"]], ids=" ".join)
def test_smoke_fails_on_code_and_on_broken_files_whatever_the_policy_says(
    options: list[str], files: Path, capsys: Captured
) -> None:
    (files / "pyproject.toml").write_text(LENIENT)
    (files / "cut.pt").write_bytes(smallest_checkpoint()[:-30])
    (files / "bomb.gz.pt").write_bytes(gzip.compress(bytes(64 << 20)))
    for name, rule in (("evil.pkl", "CK101"), ("cut.pt", "CK103"), ("bomb.gz.pt", "CK104")):
        assert run(["smoke", "--static", *options, name]) == ExitCode.FINDINGS
        assert f"{rule} error" in capsys.readouterr().out
    assert run(["smoke", "--static", *options, "good.pt"]) == ExitCode.CLEAN


def test_smoke_heeds_the_policy_on_the_rest(files: Path) -> None:
    (files / "data.pt").write_bytes(pickle.dumps({"a": 1}, protocol=2))  # CK105: a plain pickle maps never
    assert run(["smoke", "--static", "data.pt"]) == ExitCode.CLEAN
    (files / "pyproject.toml").write_text(LENIENT.replace("never", "error"))
    assert run(["smoke", "--static", "data.pt"]) == ExitCode.FINDINGS
    assert run(["smoke", "--static", "--fail-on", "never", "data.pt"]) == ExitCode.CLEAN


def test_smoke_fails_on_a_load_that_dies(files: Path) -> None:
    """The file is whole: what kills the child is that it has one byte of memory beside torch's own."""
    pytest.importorskip("torch", reason="a smoke load needs the extra loadguard[smoke]")
    (files / "pyproject.toml").write_text(
        '[tool.loadguard]\nfail_on = "never"\n[tool.loadguard.checkpoints.limits]\nseconds = 1\nmemory = 1\n'
    )
    assert run(["smoke", "good.pt", "--format", "json", "--output", "report.json"]) == ExitCode.FINDINGS
    report = json.loads((files / "report.json").read_text())
    assert [each["rule"] for each in report["findings"]] == ["CK106"]


def test_smoke_opens_files_only(files: Path, capsys: Captured) -> None:
    os.mkfifo(files / "pipe.pt")
    (files / "link.pt").symlink_to("/dev/zero")
    for name in ("/dev/zero", "/dev/stdin", "pipe.pt", "link.pt", ".", "gone\x1b[31m\n.pt"):
        assert run(["smoke", "--static", name]) == ExitCode.USAGE, name
    assert "\x1b" not in capsys.readouterr().err
    (files / "outside.pt").symlink_to("/etc/passwd")
    Repository(files).commit({"other": "x"})
    assert run(["smoke", "--static", "--against", "main", "outside.pt"]) == ExitCode.USAGE
    assert "outside" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a\nb.pt", "a\x1b[2J.pt", "a\u202etp.b.pt", "::error::x.pt"])
@pytest.mark.parametrize("style", ["text", "github", "markdown", "html"])
def test_names_cannot_steer_the_output(style: str, name: str, files: Path, capsys: Captured) -> None:
    (files / name).write_bytes(b"")
    assert run(["smoke", "--static", "--format", style, name]) == ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert "\x1b[2J" not in out
    assert "\u202e" not in out
    assert "a\nb.pt" not in out
    if style == "github":
        assert not [line for line in out.splitlines() if line.startswith("::error::x")]


def test_smokes_json_is_as_the_schema_says(files: Path, capsys: Captured) -> None:
    schema = json.loads(package_files("bot").joinpath("schemas/report.schema.json").read_text("utf-8"))
    (files / "empty.pt").write_bytes(b"")
    for words in ([], ["--against", "evil.pkl"], ["--device", "tpu", "--static"]):
        run(["smoke", "good.pt", "evil.pkl", "empty.pt", "--format", "json", *words])
        report = json.loads(capsys.readouterr().out)
        jsonschema.validate(report, schema)
        assert len(report["checkpoints"]) == 3
