"""`loadguard action` against the test server: events in, findings wherever a person looks, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.errors import ExitCode
from bot.main import run
from bot.settings import OUTPUTS
from tests.fake_github import FakeGitHub
from tests.test_runner import parse_outputs

UNSAFE = "import torch\n\n\ndef whole(path):\n    model = torch.load(path)\n    model.eval()\n    return model\n"
CLEAN = "x = 1\n"
BASE = {"requirements.txt": "torch>=2.3\n", "old.py": UNSAFE}


class Step:
    """One job on a runner: a checkout, an event, the runner's files."""

    def __init__(self, github: FakeGitHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.github, self.folder, self.monkeypatch = github, folder, monkeypatch
        self.repository: Any = None

    def run(self, event: str, payload: Mapping[str, Any], *, ref: str = "main", **inputs: str) -> int:
        workspace = self.folder / "workspace"
        if not workspace.exists():
            clone = ["git", "clone", "--quiet", str(self.repository.git.path), str(workspace)]
            subprocess.run(clone, check=True, capture_output=True)
        subprocess.run(["git", "-C", str(workspace), "fetch", "--quiet", "origin"], check=True)
        subprocess.run(["git", "-C", str(workspace), "checkout", "--quiet", f"origin/{ref}"], check=True)
        (self.folder / "event.json").write_text(json.dumps(payload))
        for name in ("outputs", "summary"):
            (self.folder / name).write_text("")
        environ = {
            "GITHUB_REPOSITORY": self.repository.slug,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_OUTPUT": str(self.folder / "outputs"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_SERVER_URL": self.github.web,
            "INPUT_GITHUB-API-URL": self.github.api_url,
            "INPUT_GITHUB-TOKEN": self.github.token.text,
            **{f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()},
        }
        for name in [*os.environ]:
            if name.startswith(("GITHUB_", "INPUT_")):
                self.monkeypatch.delenv(name)
        for name, value in environ.items():
            self.monkeypatch.setenv(name, value)
        return run(["action"])

    def pull(self, files: Mapping[str, str | None], *, branch: str = "feature", **inputs: str) -> int:
        """Open a pull request with these files and run on it; without comments, whose pace GitHub asks to be slow."""
        inputs.setdefault("comment", "off")
        pull = self.github.open_pull_request(self.repository, files, branch=branch)
        return self.again(pull, **inputs)

    def again(self, pull: Any, **inputs: str) -> int:
        payload = self.github.pull_request_event(self.repository, pull)
        return self.run("pull_request", payload, ref=pull.head_ref, **inputs)

    @property
    def outputs(self) -> dict[str, str]:
        return parse_outputs((self.folder / "outputs").read_text())

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Step]:
    with FakeGitHub() as github:
        made = Step(github, tmp_path, monkeypatch)
        made.repository = github.create_repository(BASE)
        yield made


Captured = pytest.CaptureFixture[str]


def test_a_new_finding_is_in_log_annotation_summary_outputs_review_and_reports(step: Step, capsys: Captured) -> None:
    pull = step.github.open_pull_request(step.repository, {"new.py": UNSAFE})
    assert step.again(pull, sarif_file="out/a.sarif", report_json="report.json") == ExitCode.FINDINGS
    log = capsys.readouterr().out
    assert "::error file=new.py,line=5,endLine=5,col=13,endColumn=29,title=LG001::" in log
    assert "old.py" not in log
    assert "#### `new.py:5:13`" in step.summary
    assert [*step.outputs] == [each.name for each in OUTPUTS]
    assert step.outputs["new"] == "1"
    assert step.outputs["exit-reason"].startswith("1 new finding")
    assert step.outputs["smoke-status"] == "none"
    workspace = step.folder / "workspace"
    assert json.loads((workspace / step.outputs["sarif-file"]).read_text())["version"] == "2.1.0"
    assert json.loads((workspace / step.outputs["report-json"]).read_text())["findings"][0]["path"] == "new.py"
    assert len(pull.reviews) == 1
    step.github.forget()
    assert step.again(pull) == ExitCode.FINDINGS
    assert not step.github.mutating


def test_nothing_new_is_clean_and_quiet(step: Step, capsys: Captured) -> None:
    assert step.pull({"new.py": CLEAN}, comment="review") == ExitCode.CLEAN
    assert "::error" not in capsys.readouterr().out
    assert step.outputs["new"] == "0"
    assert not step.github.mutating
    assert len(step.github.requests) <= 2


def test_old_findings_are_counted_in_the_log(step: Step, capsys: Captured) -> None:
    assert step.pull({"old.py": UNSAFE + "\n\nMORE = 1\n"}) == ExitCode.CLEAN
    log = capsys.readouterr().out
    assert "1 older finding not shown here: see the job summary." in log
    assert "::error" not in log
    assert "old.py" in step.summary


def test_an_event_without_its_pull_request_is_told_in_words(step: Step, capsys: Captured) -> None:
    assert step.run("pull_request", {"action": "opened"}) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "the payload of event `pull_request` is not GitHub's: it has no `pull_request`" in told
    assert "KeyError" not in told


def test_the_inputs_are_heeded(step: Step) -> None:
    assert step.pull({"new.py": UNSAFE}, fail_on="never", comment="summary") == ExitCode.CLEAN
    assert [each.path for each in step.github.mutating] == ["/repos/octo/models/issues/1/comments"]


def test_a_dry_run_writes_nothing_and_says_what_it_would(step: Step, capsys: Captured) -> None:
    assert step.pull({"new.py": UNSAFE}, dry_run="true", comment="review") == ExitCode.FINDINGS
    assert not step.github.mutating
    log = capsys.readouterr().out
    assert "dry run: would post a review on #1, with comments at new.py:" in log
    assert "dry run: would write the summary comment" in log


def test_a_dry_run_tells_later_steps_that_nothing_happened(step: Step, capsys: Captured) -> None:
    fixable = "import torch\n\n\ndef fit(net):\n    net.load_state_dict(torch.load('net.pt'))\n"
    assert step.pull({"new.py": fixable}, dry_run="true", fix="pr") == ExitCode.FINDINGS
    assert not step.github.mutating
    assert "dry run: would open a pull request" in capsys.readouterr().out
    assert (step.outputs["pr-operation"], step.outputs["pr-url"]) == ("none", "")


def test_a_pull_request_cannot_loosen_its_own_gate(step: Step) -> None:
    loose = "fail_on: never\nrules: {LG001: off}\nignore: [{path: '*.py', reason: because}]\n"
    assert step.pull({"new.py": UNSAFE, ".github/loadguard.yml": loose}) == ExitCode.FINDINGS


def test_the_policy_and_baseline_of_the_base_hold(step: Step) -> None:
    step.github.commit(step.repository, {".github/loadguard.yml": "fail_on: never\n"})
    assert step.pull({"new.py": UNSAFE}) == ExitCode.CLEAN
    step.github.commit(step.repository, {".github/loadguard.yml": "baseline: b.json\n"})
    pull = step.github.open_pull_request(step.repository, {"other.py": UNSAFE}, branch="other")
    assert step.again(pull) == ExitCode.USAGE
    assert "`baseline` is 'b.json'; there is no such file" in step.outputs["exit-reason"]


def test_the_owners_policy_holds_below_the_repositorys(step: Step) -> None:
    step.github.create_repository({"loadguard.yml": "fail_on: never\n"}, slug="octo/.github")
    assert step.pull({"new.py": UNSAFE}) == ExitCode.CLEAN
    step.github.commit(step.repository, {".github/loadguard.yml": "fail_on: warning\n"})
    assert step.pull({"more.py": UNSAFE}, branch="more") == ExitCode.FINDINGS


def test_trouble_in_reading_the_owners_policy_loosens_nothing(step: Step) -> None:
    step.github.faults.add("POST", r"/graphql", status=400, body={"message": "no"})
    step.github.faults.add("GET", r"/repos/octo/\.github/", status=400, body={"message": "no"})
    assert step.pull({"new.py": CLEAN}) == ExitCode.FORGE
    assert "GitHub" in step.outputs["exit-reason"]


def test_a_missing_permission_is_named_and_the_findings_stand_elsewhere(step: Step, capsys: Captured) -> None:
    read_only = {"contents": "read", "pull_requests": "read"}
    token = step.github.new_token(permissions=read_only)
    assert step.pull({"new.py": UNSAFE}, github_token=token.text, comment="review") == ExitCode.FINDINGS
    log = capsys.readouterr().out
    assert "::error file=new.py" in log
    assert "::warning title=loadguard::" in log
    assert "pull-requests: write" in log
    assert "new.py" in step.summary


def test_a_hostile_file_name_forges_nothing(step: Step, capsys: Captured) -> None:
    name = "a\n::set-output name=new::0\r::error::x,title=y::`<!-- loadguard:summary -->@octocat`.py"
    assert step.pull({name: UNSAFE}) == ExitCode.FINDINGS
    heeded, word = [], ""
    for line in capsys.readouterr().out.replace("\r", "\n").splitlines():
        if word:
            word = "" if line == f"::{word}::" else word
        elif line.startswith("::stop-commands::"):
            word = line.removeprefix("::stop-commands::")
        elif line.lstrip().startswith("::"):
            heeded.append(line)
    assert len(heeded) == 1
    assert heeded[0].startswith("::error file=a%0A%3A%3Aset-output name=new")
    assert step.outputs["new"] == "1"
    assert [*step.outputs] == [each.name for each in OUTPUTS]


@pytest.mark.parametrize(
    ("event", "payload", "told"),
    [
        ("check_run", {}, "checks are read on the pull request itself"),
        ("gollum", {}, "there is nothing to do about it"),
    ],
)
def test_other_events_are_a_sentence(step: Step, event: str, payload: dict[str, Any], told: str) -> None:
    assert step.run(event, payload) == ExitCode.CLEAN
    assert told in step.outputs["exit-reason"]
    assert "No findings" not in step.summary
    assert not step.github.requests


def test_a_broken_event_is_a_sentence_too(step: Step, capsys: Captured) -> None:
    assert step.run("pull_request", {"pull_request": 1}) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert "::error title=loadguard::" in captured.out
    assert "Traceback" not in captured.err
    (step.folder / "event.json").write_text("[")
    assert run(["action"]) == ExitCode.USAGE
    assert "holds no JSON" in capsys.readouterr().err
    (step.folder / "event.json").unlink()
    assert run(["action"]) == ExitCode.USAGE


def test_a_wrong_policy_is_an_annotation_with_its_place(step: Step, capsys: Captured) -> None:
    step.github.commit(step.repository, {".github/loadguard.yml": "fix: maybe\n"})
    assert step.pull({"new.py": UNSAFE}) == ExitCode.USAGE
    assert "::error title=loadguard::.github/loadguard.yml:1:6: `fix` is 'maybe'" in capsys.readouterr().out
    assert "loadguard.yml" in step.summary


def test_a_report_is_never_written_through_a_link_of_the_pull_request(step: Step) -> None:
    victim = step.folder / "victim"
    victim.write_text("kept")
    workspace = step.folder / "workspace"
    pull = step.github.open_pull_request(step.repository, {"new.py": CLEAN})
    step.again(pull)
    (workspace / "a.sarif").symlink_to(victim)
    assert step.again(pull, sarif_file="a.sarif") == ExitCode.USAGE
    assert victim.read_text() == "kept"


def test_a_push_to_the_default_branch_reports_and_passes(step: Step) -> None:
    assert step.run("push", step.github.push_event(step.repository)) == ExitCode.CLEAN
    assert step.outputs["findings"] == "2"
    assert step.outputs["new"] == "0"


def test_the_token_is_nowhere(step: Step, capsys: Captured) -> None:
    step.pull({"new.py": UNSAFE}, report_json="r.json")
    captured = capsys.readouterr()
    report = (step.folder / "workspace/r.json").read_text()
    assert step.github.token.text not in captured.out + captured.err + step.summary + report


# -- as a GitHub App -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return key.private_bytes(*kinds).decode()


def install_app(step: Step, key: rsa.RSAPrivateKey, *, installation: int | None = 4242) -> None:
    account = step.github.account("loadguard-app[bot]", kind="Bot")
    step.github.apps[77] = {"account": account, "public_key": key.public_key(), "installation": installation}


def test_the_action_speaks_as_the_app_it_is_given(step: Step, app_key: rsa.RSAPrivateKey, capsys: Captured) -> None:
    install_app(step, app_key)
    pull = step.github.open_pull_request(step.repository, {"new.py": UNSAFE})
    key = pem(app_key)
    assert step.again(pull, comment="summary", app_id="77", app_private_key=key) == ExitCode.FINDINGS
    assert [one.author.login for one in pull.comments] == ["loadguard-app[bot]"]
    assert {one.token for one in step.github.requests} <= {"loadguard-app[bot]", ""}
    assert sum(one.path.endswith("/access_tokens") for one in step.github.requests) == 1
    log = "".join(capsys.readouterr()) + step.summary + str(step.outputs)
    assert not any(line in log for line in key.splitlines())


def test_an_app_that_is_not_installed_is_told_so(step: Step, app_key: rsa.RSAPrivateKey, capsys: Captured) -> None:
    install_app(step, app_key, installation=None)
    assert step.pull({"new.py": UNSAFE}, app_id="77", app_private_key=pem(app_key)) == ExitCode.FORGE
    assert "the GitHub App is not installed on octo/models" in capsys.readouterr().err


def test_a_key_that_is_none_is_told_so_and_not_shown(step: Step, capsys: Captured) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----"
    assert step.pull({"new.py": UNSAFE}, app_id="77", app_private_key=key) == ExitCode.USAGE
    told = "".join(capsys.readouterr())
    assert "the private key of the GitHub App is none" in told
    assert "c2VjcmV0" not in told
