"""What nobody foresaw: a bug report without secrets, and quiet ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot.bug_report import without_secrets, write_bug_report
from bot.errors import ExitCode, ForgeError, PartialRun, PermissionMissing
from bot.main import run

TOKEN = "ghs_" + "a1" * 18


@pytest.fixture
def scanning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], int]:
    """Run a scan in which the walk over the disk meets the given trouble."""
    monkeypatch.chdir(tmp_path)

    def scan(trouble: BaseException) -> int:
        def meet(*_: Any, **__: Any) -> NoReturn:
            raise trouble

        monkeypatch.setattr("os.scandir", meet)
        return run(["scan"])

    return scan


def test_the_unforeseen_is_a_bug_report_without_secrets(
    scanning: Callable[[BaseException], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_API_TOKEN", "hunter2-hunter2")
    assert scanning(RuntimeError(f"broke with hunter2-hunter2 and {TOKEN}")) == ExitCode.INTERNAL
    shown = capsys.readouterr().err
    assert "This is a mistake in loadguard" in shown
    assert "command: loadguard scan" in shown
    assert "RuntimeError: broke with *** and ***" in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (ForgeError("GitHub said no"), ExitCode.FORGE),
        (PermissionMissing("no", permission="contents: write"), ExitCode.FORGE),
        (PartialRun("half"), ExitCode.PARTIAL),
    ],
)
def test_each_trouble_has_its_exit_code(
    trouble: BaseException, code: int, scanning: Callable[[BaseException], int], capfd: pytest.CaptureFixture[str]
) -> None:
    assert scanning(trouble) == code
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "ghp_" + "b" * 36,
        "github_pat_" + "c" * 60,
        "https://user:pass@host/x",
        "Authorization: Bearer abc.def",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_blotted_out(secret: str) -> None:
    cleaned = without_secrets(f"before {secret} after", {})
    assert "***" in cleaned
    for word in ("a1a1", "bbbb", "cccc", "user:pass", "abc.def", "MIIE"):
        assert word not in cleaned


def test_short_values_do_not_blot_out_the_text() -> None:
    assert without_secrets("true story", {"USE_AUTH": "true", "TOKEN": ""}) == "true story"


def test_a_bug_report_names_version_platform_and_command() -> None:
    text = write_bug_report(ValueError("x"), ["scan", "a b"], {})
    assert "loadguard 0." in text
    assert "command: loadguard scan 'a b'" in text
    assert "Python 3." in text
