"""Trees into the scanner and reports out of it: roots, odd files, policies, and what is new since a commit."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from bot.activities import scanning
from bot.activities.scanning import scan_files, scan_paths, wants
from bot.errors import UsageError
from bot.model import FileReport, Report, Scanned, Tier, Unreadable, Use
from bot.policy import Ignore, Policy
from bot.scan.engine import scan_project
from bot.scan.project import Project
from tests.git_helpers import Repository

LOAD = "import torch\nx = torch.load(p)\n"
POLICY = Policy()


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)


def places(report: Report) -> list[str]:
    return [f"{each.path}:{each.line}" for each in report.findings if each.rule == "LG001"]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "tree"
    write(
        root,
        {
            "a.py": LOAD,
            "pkg/b.py": LOAD,
            "pkg/clean.py": "x = 1\n",
            "tool": "#!/usr/bin/env python3\n" + LOAD,
            "notes.txt": LOAD,
        },
    )
    monkeypatch.chdir(root)
    return root


def test_a_folder(tree: Path) -> None:
    report = scan_paths([Path()], policy=POLICY)
    assert places(report) == ["a.py:2", "pkg/b.py:2", "tool:3"]
    assert report.root == "." and not report.unreadable


@pytest.mark.parametrize("name", ["pkg", "pkg/", "./pkg", "pkg/b.py", "pkg/../pkg/b.py"])
def test_a_part_of_it_is_named_from_the_working_directory(tree: Path, name: str) -> None:
    assert places(scan_paths([Path(name)], policy=POLICY)) == ["pkg/b.py:2"]


def test_elsewhere_the_root_is_what_holds_it_all(tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    report = scan_paths([tree], policy=POLICY)
    assert places(report) == ["a.py:2", "pkg/b.py:2", "tool:3"]
    assert (tmp_path / "other" / report.root / "a.py").resolve() == tree / "a.py"
    assert places(scan_paths([tree / "pkg" / "b.py"], policy=POLICY)) == ["b.py:2"]


def test_a_file_that_is_named_is_scanned_wherever_it_lies(tree: Path) -> None:
    write(tree, {".venv/lib/c.py": LOAD})
    assert places(scan_paths([Path()], policy=POLICY)) == ["a.py:2", "pkg/b.py:2", "tool:3"]
    assert places(scan_paths([Path(".venv/lib/c.py")], policy=POLICY)) == [".venv/lib/c.py:2"]


def test_include_and_exclude(tree: Path) -> None:
    assert places(scan_paths([Path()], policy=replace(POLICY, exclude=("pkg",)))) == ["a.py:2", "tool:3"]
    assert places(scan_paths([Path()], policy=replace(POLICY, include=("pkg/**",)))) == ["pkg/b.py:2"]


def test_an_ignore_that_meets_nothing_is_told_when_all_was_scanned(tree: Path) -> None:
    policy = replace(POLICY, ignore=(Ignore("why", path="nowhere.py", place="p:1"),))
    assert len(scan_paths([Path()], policy=policy).notices) == 1
    assert scan_paths([Path("pkg")], policy=policy).notices == ()


def test_what_cannot_be_read_is_reported_and_never_clean(tree: Path, tmp_path: Path) -> None:
    write(tmp_path, {"secret.py": LOAD})
    write(
        tree,
        {
            "nul.py": b"import torch\ntorch.load(p)\0\n",
            "deep.py": "import torch\ntorch.load(" + "(" * 10_000 + ")" * 10_000 + ")\n",
        },
    )
    write(tree, {"broken.py": "import torch\ntorch.load(p\n"})
    (tree / "out.py").symlink_to(tmp_path / "secret.py")
    with (tree / "huge.py").open("wb") as file:
        file.write(LOAD.encode())
        file.truncate(50_000_000)
    report = scan_paths([Path()], policy=POLICY)
    assert [each.path for each in report.unreadable] == ["broken.py", "deep.py", "huge.py", "nul.py", "out.py"]
    assert all(each.reason for each in report.unreadable)
    assert places(report) == ["a.py:2", "pkg/b.py:2", "tool:3"]
    assert not scan_paths([Path("pkg")], policy=POLICY).unreadable
    assert not scan_paths([Path()], policy=replace(POLICY, include=("pkg/**",))).unreadable


def test_crlf_bom_tabs_and_encodings_are_read(tree: Path) -> None:
    files = {
        "crlf.py": LOAD.replace("\n", "\r\n"),
        "bom.py": b"\xef\xbb\xbf" + LOAD.encode(),
        "tabs.py": "import torch\nif 1:\n\tx = torch.load(p)",
        "latin.py": b"# -*- coding: latin-1 -*-\nimport torch\nx = torch.load('gr\xfc\xdfe')\n",
    }
    write(tree, files)
    report = scan_paths([Path()], policy=POLICY)
    assert {"crlf.py:2", "bom.py:2", "tabs.py:3", "latin.py:3"} <= set(places(report)) and not report.unreadable


WANTED = "a.py b/c.ipynb pyproject.toml Dockerfile run .github/workflows/x.yml x/Dockerfile.gpu .env tox.ini a.dockerfile job.slurm".split()
UNWANTED = "a.pyi a.pt model.safetensors README.md x.png".split()


@pytest.mark.parametrize(("path", "wanted"), [(p, True) for p in WANTED] + [(p, False) for p in UNWANTED])
def test_which_files_can_matter(path: str, wanted: bool) -> None:
    assert wants(path) is wanted


@pytest.mark.parametrize("name", ["README.md", "a.mdx", "a.markdown", "report.Rmd", "a.qmd"])
def test_the_blocks_of_markdown_are_scanned_where_the_policy_asks_for_it(name: str) -> None:
    page = b"# How\n\n```{python}\nimport torch\nnet = torch.load('a.pt')\n```\n"
    found = scan_files({name: page}, policy=Policy(markdown_blocks=True)).findings
    assert [(each.path, each.line, each.rule) for each in found] == [(name, 5, "LG001")]
    assert wants(name, markdown=True)
    assert not wants(name)
    assert not scan_files({name: page}, policy=Policy()).findings


def test_the_process_that_reads_a_file_may_die(capfd: pytest.CaptureFixture[str]) -> None:
    def scan(path: str) -> FileReport:
        if path == "bad.py":
            os.kill(os.getpid(), signal.SIGKILL)
        return Scanned(path)

    paths = [f"{n}.py" for n in range(100)] + ["bad.py", "last.py"]
    reports = list(scanning._in_children({}, scan, paths, lost=Unreadable))
    assert reports[100] == Unreadable("bad.py", "the process that read it was ended by signal 9")
    assert [each.path for each in reports if isinstance(each, Scanned)] == [path for path in paths if path != "bad.py"]


def test_whatever_ends_a_glance_costs_no_finding(tmp_path: Path) -> None:
    parent = os.getpid()

    class Deadly(dict[str, bytes]):
        """The first child that looks at `bad.py` is ended by it."""

        def __getitem__(self, path: str) -> bytes:
            if path == "bad.py" and os.getpid() != parent and not (tmp_path / "ended").exists():
                (tmp_path / "ended").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return super().__getitem__(path)

    files = Deadly(
        {f"{n}.py": LOAD.encode() if n % 7 == 0 else b"x = 1\n" for n in range(100)} | {"bad.py": b"y = 2\n"}
    )
    report = scan_files(files, policy=POLICY)
    assert (tmp_path / "ended").exists() and report.files_scanned == 101 and not report.unreadable
    assert sorted(each.path for each in report.findings) == sorted(f"{n}.py" for n in range(0, 100, 7))


def test_several_processes_say_what_one_says() -> None:
    """What is found out before they part (who imports what, which files save) is what each would find out alone."""
    files: dict[str, bytes] = {}
    for n in range(100, 120):
        files[f"p{n}/io.py"] = f"import torch\ndef read_{n}(path):\n    return torch.load(path)\n".encode()
        files[f"p{n}/top.py"] = f"import torch\nNET_{n} = torch.load('n{n}.pt')\n".encode()
        files[f"p{n}/run.py"] = (
            f"from p{n}.io import read_{n}\nimport p{n}.top as top\n"
            f"def run(net):\n    net.load_state_dict(read_{n}('n{n}.pt'))\n    top.NET_{n}.eval()\n"
        ).encode()
        files[f"p{n}/train.py"] = f"import torch\ntorch.save(net.state_dict(), 'n{n}.pt')\n".encode()
    alone = scan_project(Project(files))
    assert {each.path.partition("/")[2]: (each.use, each.fix and each.fix.tier) for each in alone.findings} == {
        "io.py": (Use.STATE, Tier.SAFE),
        "top.py": (Use.OBJECT, None),
    }
    assert scan_files(files, policy=POLICY, jobs=3).findings == alone.findings


# -- new since -------------------------------------------------------------------------------------------------------


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path / "r")
    filler = "".join(f"y{n} = {n}\n" for n in range(30))
    made.commit({"old.py": LOAD + filler, "pkg/b.py": LOAD})
    made.git("branch", "start")
    monkeypatch.chdir(made.root)
    return made


def new(report: Report) -> list[str]:
    return [f"{each.path}:{each.line}" for each in report.findings if each.new and each.rule == "LG001"]


def test_only_what_changed_since_is_new(history: Repository) -> None:
    assert new(scan_paths([Path()], policy=POLICY, diff_base="start")) == []
    history.commit({"old.py": history.root.joinpath("old.py").read_text() + "z = torch.load(q)\n"})
    assert new(scan_paths([Path()], policy=POLICY, diff_base="start")) == ["old.py:33"]
    write(history.root, {"uncommitted.py": LOAD})
    assert new(scan_paths([Path()], policy=POLICY, diff_base="start")) == ["old.py:33", "uncommitted.py:2"]
    assert len(places(scan_paths([Path()], policy=POLICY, diff_base="start"))) == 4


def test_a_renamed_file_brings_nothing(history: Repository) -> None:
    history.git("mv", "old.py", "renamed.py")
    history.commit({})
    assert new(scan_paths([Path()], policy=POLICY, diff_base="start")) == []


def test_from_a_subfolder(history: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    history.commit({"pkg/b.py": LOAD + "z = torch.load(q)\n"})
    monkeypatch.chdir(history.root / "pkg")
    assert new(scan_paths([Path()], policy=POLICY, diff_base="start")) == ["b.py:3"]


def test_the_base_is_where_the_histories_parted(history: Repository) -> None:
    history.git("checkout", "--quiet", "-b", "ahead", "start")
    history.commit({"old.py": "import torch\n"})
    history.git("checkout", "--quiet", "main")
    assert new(scan_paths([Path()], policy=POLICY, diff_base="ahead")) == []


@pytest.mark.parametrize("ref", ["nowhere", "--help", ""])
def test_a_base_that_is_none(history: Repository, ref: str) -> None:
    with pytest.raises(UsageError):
        scan_paths([Path()], policy=POLICY, diff_base=ref)


def test_no_repository(tree: Path) -> None:
    with pytest.raises(UsageError, match="git repository"):
        scan_paths([Path()], policy=POLICY, diff_base="main")


def test_a_policy_that_covers_nothing_is_told_of(tree: Path) -> None:
    policy = Policy(include=("src/**",), origins={"include": ".github/loadguard.yml:1"})
    report = scan_paths([Path()], policy=policy)
    assert not report.findings
    assert report.notices == (".github/loadguard.yml:1: `include` and `exclude` leave no file to scan",)
    assert not scan_paths([Path()], policy=replace(policy, include=("pkg",))).notices
    assert not scan_paths([Path("notes.txt")], policy=Policy()).notices


def test_a_link_that_is_named_says_what_to_name_instead(tree: Path) -> None:
    (tree / "link.py").symlink_to("a.py")
    assert scan_paths([Path()], policy=POLICY).unreadable == ()
    (unread,) = scan_paths([Path("link.py")], policy=POLICY).unreadable
    assert unread == Unreadable("link.py", "a symbolic link, not followed: name the file it leads to")
