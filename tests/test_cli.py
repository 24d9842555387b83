"""The command line as a person meets it: help, misspellings, paths, exit codes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import __version__
from bot.cli.context import Context
from bot.cli.doctor import CHECKS, Check
from bot.cli.grammar import EXIT_CODES, build_parser
from bot.edge.runner import Console
from bot.errors import ExitCode
from bot.main import run
from tests.fake_github import FakeGitHub

UNSAFE = "import torch\n\n\ndef weights(model, path):\n    model.load_state_dict(torch.load(path))\n"
SAFE = "import torch\n\nx = torch.load('a.pt', weights_only=True)\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [*os.environ]:
        if name.startswith(("GITHUB_", "INPUT_")) or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    (tmp_path / "unsafe.py").write_text(UNSAFE)
    (tmp_path / "safe.py").write_text(SAFE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


Captured = pytest.CaptureFixture[str]


def commands() -> list[str]:
    actions = build_parser()._subparsers._group_actions  # type: ignore[union-attr]
    return [*actions[0].choices]  # type: ignore[arg-type]


@pytest.mark.parametrize("command", [[], *([each] for each in commands())], ids=lambda each: each[0] if each else "all")
def test_help_shows_the_exit_codes(command: list[str], folder: Path, capsys: Captured) -> None:
    assert run([*command, "--help"]) == ExitCode.CLEAN
    shown = capsys.readouterr().out
    for code, meaning in EXIT_CODES.items():
        assert f"  {code.value:<5}{meaning}\n" in shown
    assert "examples:" in shown or command in (["action"], ["rules"], ["doctor"])


@pytest.mark.parametrize(
    "command", [["smoke"], ["explain"], ["config"], ["scan"], ["sweep", "plan"], ["sweep", "publish"]]
)
def test_help_keeps_to_a_terminal_and_says_what_each_word_is(command: list[str], capsys: Captured) -> None:
    assert run([*command, "--help"]) == ExitCode.CLEAN
    shown = capsys.readouterr().out
    lines = shown.partition("examples:")[0].splitlines()
    assert max(map(len, lines)) <= 80
    positional = shown.partition("positional arguments:\n")[2].partition("\n\n")[0].splitlines()
    assert all(len(line.split()) > 1 for line in positional if not line.startswith("   "))


def test_every_exit_code_is_told() -> None:
    assert set(EXIT_CODES) == set(ExitCode)


def test_version(folder: Path, capsys: Captured) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"loadguard {__version__}\n"


def test_no_command_is_the_help_and_wrong_usage(folder: Path, capsys: Captured) -> None:
    assert run([]) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert not captured.out
    assert "usage: loadguard" in captured.err


@pytest.mark.parametrize(
    ("words", "told", "hint"),
    [
        (["scna"], "unknown command 'scna'", "did you mean `scan`?"),
        (["scan", "--fromat", "json"], "does not know '--fromat'", "did you mean `--format`?"),
        (["scan", "--form", "json"], "does not know '--form'", "did you mean `--format`?"),
        (["scan", "--format", "jsn"], "'jsn'", "did you mean `json`?"),
        (["scan", "--fail-on", "eror"], "'eror'", "did you mean `error`?"),
        (["scan", "--select", "LG01"], "unknown rule 'LG01'", "did you mean `LG001`?"),
        (["explain", "LG04"], "unknown rule 'LG04'", "did you mean `LG004`?"),
        (["explain", "unsafe-falback"], "unknown rule 'unsafe-falback'", "did you mean `unsafe-fallback`?"),
        (["explain", "zzz"], "unknown rule 'zzz'", "`loadguard rules` lists them"),
        (["explain"], "the following arguments are required: CODE", "see `loadguard explain --help`"),
        (["scan", "nowhere.py"], "nowhere.py: there is no such file or folder", "relative to this folder"),
        (["scan", "--config", "no.yml"], "no.yml: there is no such policy file", "config check"),
        (["scan", "--baseline", "no.json"], "no.json: the baseline cannot be read", "--write-baseline no.json"),
        (["smoke", "nowhere.pt"], "nowhere.pt: there is no such file", ""),
        (["smoke", "."], ".: a folder", "*.pt"),
        (["scan", "--output", "safe.py/x"], "cannot be written", ""),
        (["scan", "--diff-base", "main"], "git repository", ""),
        (["action"], "GITHUB_REPOSITORY is not set", "GitHub Actions"),
    ],
)
def test_wrong_usage_says_what_and_what_next(
    words: list[str], told: str, hint: str, folder: Path, capsys: Captured
) -> None:
    assert run(words) == ExitCode.USAGE
    shown = capsys.readouterr().err
    assert told in shown
    assert hint in shown
    assert "Traceback" not in shown


def test_scan_ends_with_findings_or_clean(folder: Path, capsys: Captured) -> None:
    assert run(["scan"]) == ExitCode.FINDINGS
    assert "unsafe.py:5:27: LG001" in capsys.readouterr().out
    assert run(["scan", "safe.py"]) == ExitCode.CLEAN
    assert run(["scan", "--fail-on", "never"]) == ExitCode.CLEAN
    assert run(["scan", "--ignore", "LG001"]) == ExitCode.CLEAN
    assert run(["scan", "--select", "LG002"]) == ExitCode.CLEAN
    assert run(["scan", "--select", "LG"]) == ExitCode.FINDINGS


def test_several_paths_and_one_outside_the_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "far.py").write_text(UNSAFE)
    assert run(["scan", "safe.py", "unsafe.py"]) == ExitCode.FINDINGS
    assert run(["scan", "safe.py", str(elsewhere)]) == ExitCode.FINDINGS
    assert run(["scan", str(elsewhere / "far.py"), "--format", "json", "--output", "out.json"]) == ExitCode.FINDINGS
    assert [each["path"] for each in json.loads(Path("out.json").read_text())["findings"]] == ["far.py"]


def test_the_report_goes_to_a_file_and_a_sentence_to_the_person(folder: Path, capsys: Captured) -> None:
    assert run(["scan", "--format", "json", "--output", "reports/out.json"]) == ExitCode.FINDINGS
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "reports/out.json: 1 finding written as json\n"
    assert json.loads((folder / "reports/out.json").read_text())["root"] == "."


def test_fix_prints_then_writes_then_has_nothing_to_do(folder: Path, capsys: Captured) -> None:
    (folder / "train.py").write_text("import torch\n\ntorch.save(net.state_dict(), 'w.pt')\n")
    (folder / "unsafe.py").write_text(UNSAFE.replace("(path)", "('w.pt')"))
    before = (folder / "unsafe.py").read_bytes()
    run(["fix", "--diff"])
    diff = capsys.readouterr().out
    assert "weights_only=True" in diff
    assert (folder / "unsafe.py").read_bytes() == before
    done = subprocess.run(["git", "apply", "--check", "-"], input=diff.encode(), cwd=folder, check=False)
    assert done.returncode == 0
    assert run(["fix"]) == ExitCode.CLEAN
    assert "fixed unsafe.py" in capsys.readouterr().out
    after = (folder / "unsafe.py").read_text()
    assert "weights_only=True" in after
    assert run(["fix"]) == ExitCode.CLEAN
    assert (folder / "unsafe.py").read_text() == after


def test_a_policy_mistake_is_told_with_its_place(folder: Path, capsys: Captured) -> None:
    (folder / ".github").mkdir()
    (folder / ".github/loadguard.yml").write_text("fial_on: error\n")
    assert run(["scan"]) == ExitCode.USAGE
    shown = capsys.readouterr().err
    assert ".github/loadguard.yml:1:1: unknown key `fial_on`" in shown
    assert "did you mean `fail_on`?" in shown


@pytest.mark.parametrize(
    ("put", "told"),
    [
        (lambda place: place.mkdir(), "a folder where the policy should be"),
        (lambda place: place.symlink_to("nowhere.yml"), "a link that leads to no file"),
        (os.mkfifo, "not a regular file"),
    ],
)
def test_what_is_no_file_is_not_passed_over_for_a_policy(
    put: Callable[[Path], None], told: str, folder: Path, capsys: Captured
) -> None:
    place = folder / ".github/loadguard.yml"
    place.parent.mkdir()
    put(place)
    assert run(["scan"]) == ExitCode.USAGE
    assert f".github/loadguard.yml:1:1: {told}" in capsys.readouterr().err


def test_a_policy_may_be_a_link_to_a_file(folder: Path) -> None:
    (folder / ".github").mkdir()
    (folder / "shared.yml").write_text("fail_on: never\n")
    (folder / ".github/loadguard.yml").symlink_to("../shared.yml")
    assert run(["scan"]) == ExitCode.CLEAN


def test_the_policy_above_is_found_and_checked(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.loadguard]\nfail_on = "never"\n\n[tool.loadguard.rules]\nLG001 = "note"\n'
    )
    (folder / "deep/er").mkdir(parents=True)
    monkeypatch.chdir(folder / "deep/er")
    assert run(["config", "check"]) == ExitCode.CLEAN
    shown = capsys.readouterr().out
    assert f"fail_on  {' ' * 29}never  # {folder}/pyproject.toml:2" in shown
    assert f"rules  {' ' * 31}LG001 note  # {folder}/pyproject.toml:5" in shown
    assert "inline_cap" in shown
    assert "# default" in shown


def test_rules_and_explain_speak_of_every_rule(folder: Path, capsys: Captured) -> None:
    assert run(["rules", "--format", "json"]) == 0
    rules = json.loads(capsys.readouterr().out)
    wanted = [f"LG{n:03d}" for n in range(1, 9)] + [f"CK{n}" for n in range(101, 109)]
    assert [each["code"] for each in rules] == wanted
    for each in [*rules, {"code": "LG000", "name": "baseline", "severity": "error"}]:
        assert run(["explain", each["code"].lower()]) == 0
        shown = capsys.readouterr().out
        assert shown.startswith(f"{each['code']} {each['name']} ({each['severity']})\n")
        assert len(shown) > 200


def test_doctor_names_what_it_looks_at_and_what_is_wrong(folder: Path, capsys: Captured) -> None:
    (folder / ".github").mkdir()
    (folder / ".github/loadguard.yml").write_text("fix: maybe\n")
    assert run(["doctor"]) == ExitCode.USAGE
    shown = capsys.readouterr().out
    assert "wrong   policy" in shown
    for name in CHECKS:
        assert f" {name} " in shown


def check(name: str, folder: Path, **environ: str) -> Check:
    """One check of the doctor's; the sandbox's alone takes seconds."""
    return CHECKS[name](Context(environ, Console(io.StringIO(), io.StringIO()), folder))


def test_doctor_tries_the_token(folder: Path) -> None:
    with FakeGitHub() as github:
        slug = github.create_repository({"a": "b"}).slug
        server = {"GITHUB_API_URL": github.api_url, "GITHUB_TOKEN": github.token.text}
        assert check("github", folder).told == "no token; local work needs none"
        assert check("github", folder, **server).told == "a token, not tried"
        found = check("github", folder, GITHUB_REPOSITORY=slug, **server)
        assert (found.state, found.told) == ("good", f"the token reads {slug} at {github.api_url}")
        found = check("github", folder, GITHUB_REPOSITORY=slug, **{**server, "GITHUB_TOKEN": "ghs_nonsense"})
        assert found.state == "wrong"
        assert "ghs_nonsense" not in repr(found)


def test_doctor_without_git_or_with_a_repository(folder: Path) -> None:
    assert "this folder is in no repository" in check("git", folder).told
    (folder / ".git").rmdir()
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    assert f"repository {folder}" in check("git", folder).told


def test_the_package_runs_as_a_module_and_keeps_its_exit_code(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "bot", "scan"], capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.FINDINGS
    assert "\x1b[" not in done.stdout
    done = subprocess.run([sys.executable, "-m", "bot", "scan", "--color", "always"], capture_output=True, check=False)
    assert b"\x1b[" in done.stdout


def test_a_closed_pipe_is_no_trouble(folder: Path) -> None:
    for number in range(400):
        (folder / f"m{number}.py").write_text(UNSAFE)
    command = f"{sys.executable} -m bot scan | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


def test_scanning_starts_without_what_it_does_not_need(folder: Path) -> None:
    script = "import sys; from bot.main import run; run(['scan', 'safe.py']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "github", "requests", "jsonschema"} & set(done.stderr.split())
