"""git on disk, real repositories: what is read, and what a hostile one cannot make us run."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.activities.sources import from_commit
from bot.edge.checkout import Checkout
from bot.edge.checkout_write import EMAIL, checked_out, move_branch, write_commit, write_tree, written_by_us
from bot.edge.forge_local import LocalForge
from bot.errors import ForgeError, UsageError
from bot.model import FileChange, FixBranch, Hunk
from tests.git_helpers import Repository

ODD = [
    "new\nline.py",
    'quo"te.py',
    "-lead.py",
    "--output=x.py",
    "ret\rurn.py",
    "t\tab.py",
    "größe.py",
    "a b.py",
    ":(top)x.py",
    "*.py",
]


PROGRAMS = """
core.fsmonitor diff.external diff.evil.command diff.evil.textconv filter.evil.clean filter.evil.smudge filter.evil.process
core.pager core.editor core.sshCommand core.askPass credential.helper gpg.program uploadpack.packObjectsHook
merge.evil.driver core.alternateRefsCommand interactive.diffFilter
""".split()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "r")
    made.commit({"a.py": "1\n2\n3\n", "sub/b.py": "x\n"}, "base")
    return made


def test_commits_by_any_name(repository: Repository) -> None:
    checkout = Checkout(repository.root)
    tip = repository.git("rev-parse", "HEAD")
    assert checkout.commit("HEAD") == checkout.commit("main") == checkout.commit(tip) == tip
    for wrong in ("nowhere", "", "--help", "-h", "a\nb", "HEAD:a.py", "0" * 40):
        assert checkout.commit(wrong) is None, wrong
    with pytest.raises(UsageError, match="nowhere"):
        checkout.require("nowhere")


def test_a_folder_without_a_repository(tmp_path: Path, repository: Repository) -> None:
    (tmp_path / "plain").mkdir()
    assert Checkout.find(tmp_path / "plain") is None
    found = Checkout.find(repository.root / "sub")
    assert found is not None and found.root == repository.root


def test_no_git_is_said(repository: Repository) -> None:
    assert Checkout.find(repository.root, git="/nonexistent/git") is None
    with pytest.raises(ForgeError, match="git is not installed"):
        Checkout(repository.root, git="/nonexistent/git").run("status")


def test_changed_files_with_hunks_renames_and_types(repository: Repository) -> None:
    long = "".join(f"{n}\n" for n in range(40))
    base = repository.commit({"gone.py": "g\n", "type.py": "t\n", "long.py": long, "bin": b"\0\1"})
    repository.git("mv", "long.py", "moved.py")
    (repository.root / "type.py").unlink()
    (repository.root / "type.py").symlink_to("a.py")
    moved = long.replace("20\n", "twenty\n")
    head = repository.commit({"gone.py": None, "moved.py": moved, "a.py": "1\ntwo\n3\n", "new.py": "n", "bin": b"\0\2"})
    changed = {each.path: each for each in Checkout(repository.root).changed_files(base, head)}
    assert {path: each.status for path, each in changed.items()} == {
        "a.py": "modified",
        "bin": "modified",
        "gone.py": "removed",
        "moved.py": "renamed",
        "new.py": "added",
        "type.py": "changed",
    }
    assert changed["a.py"].hunks == (Hunk(1, 3, frozenset({2})),)
    assert changed["moved.py"].previous_path == "long.py"
    assert changed["moved.py"].hunks == (Hunk(18, 24, frozenset({21})),)
    assert changed["new.py"].hunks == (Hunk(1, 1, frozenset({1})),)
    assert changed["bin"].hunks == changed["gone.py"].hunks == ()
    assert changed["a.py"].blob == repository.git("rev-parse", "HEAD:a.py") and changed["gone.py"].blob == ""


def test_names_git_has_to_quote(repository: Repository) -> None:
    base = repository.git("rev-parse", "HEAD")
    fake = "diff --git a/x b/x\n@@ -1 +7 @@\n+no\n"
    head = repository.commit({name: f"# {name!r}\n{fake}" for name in ODD})
    checkout = Checkout(repository.root)
    changed = checkout.changed_files(base, head)
    assert sorted(each.path for each in changed) == sorted(ODD)
    for each in changed:
        assert each.hunks == (Hunk(1, 4, frozenset({1, 2, 3, 4})),), each.path
        assert checkout.read_file(each.path, head) == f"# {each.path!r}\n{fake}".encode()


def test_a_name_that_is_no_utf8(repository: Repository) -> None:
    name = os.fsdecode(b"\xff\xfe.py")
    base, head = repository.git("rev-parse", "HEAD"), repository.commit({name: "x\n"})
    checkout = Checkout(repository.root)
    assert [each.path for each in checkout.changed_files(base, head)] == [name]
    assert checkout.read_file(name, head) == b"x\n"


def test_reading_files_links_and_submodules(repository: Repository) -> None:
    (repository.root / "link.py").symlink_to("/etc/passwd")
    head = repository.commit({"run.sh": "#!/bin/sh\n"})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{head},module")
    repository.git("commit", "--quiet", "-m", "module")
    head = repository.git("rev-parse", "HEAD")
    checkout = Checkout(repository.root)
    modes = {entry.path: entry.mode for entry in checkout.list_tree(head)}
    assert modes["link.py"] == "120000" and modes["module"] == "160000"
    for path in ("link.py", "module", "sub", "nowhere", ""):
        assert checkout.read_file(path, head) is None, path
    assert checkout.read_file("sub/b.py", head) == b"x\n"
    assert checkout.read_file("a.py", "0" * 40) is None
    assert checkout.read_blobs(["0" * 40]) == {}


def test_merge_bases(repository: Repository) -> None:
    start = repository.git("rev-parse", "HEAD")
    one = repository.commit({"a.py": "one"})
    repository.git("checkout", "--quiet", "-b", "side", start)
    other = repository.commit({"b.py": "other"})
    repository.git("checkout", "--quiet", "--orphan", "alone")
    alone = repository.commit({"c.py": "alone"})
    checkout = Checkout(repository.root)
    assert checkout.merge_base(one, other) == start
    assert checkout.merge_base(one, alone) is None
    assert checkout.is_ancestor(start, one) and not checkout.is_ancestor(one, start)


def test_nothing_the_repository_planted_is_run(repository: Repository, tmp_path: Path) -> None:
    """Hooks, fsmonitor, external diffs, text conversion, filters, helpers: each would leave a file behind."""
    trap, sprung = tmp_path / "trap.sh", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\necho $0 $@ >> {sprung}\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    base = repository.commit({".gitattributes": "*.py diff=evil filter=evil merge=evil\n"})
    head = repository.commit({"a.py": "1\n2\nchanged\n"})
    for key in PROGRAMS:
        repository.git("config", key, f"!{trap}" if key == "credential.helper" else str(trap))
    repository.git("config", "commit.gpgSign", "true")
    repository.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    (tmp_path / "hooks").mkdir()
    for hook in (
        "pre-commit",
        "post-commit",
        "reference-transaction",
        "post-index-change",
        "post-checkout",
        "commit-msg",
    ):
        (tmp_path / "hooks" / hook).symlink_to(trap)
        (repository.root / ".git" / "hooks" / hook).unlink(missing_ok=True)
        (repository.root / ".git" / "hooks" / hook).symlink_to(trap)
    checkout = Checkout(repository.root)
    assert len(checkout.changed_files(base, head)) == 1
    checkout.list_tree(head)
    checkout.read_file("a.py", head)
    checkout.merge_base(base, head)
    tree = write_tree(checkout, head, [FileChange("a.py", b"fixed\n")])
    commit = write_commit(checkout, tree, parent=head, message="m")
    move_branch(checkout, "loadguard/x", commit, standing=None)
    written_by_us(checkout, commit, head)
    LocalForge(checkout).default_branch()
    assert not sprung.exists(), sprung.read_text(encoding="utf-8")


def test_a_missing_object_is_not_fetched(repository: Repository, tmp_path: Path) -> None:
    """A promisor remote would make git run whatever its address says."""
    sprung = tmp_path / "sprung"
    head = repository.git("rev-parse", "HEAD")
    blob = repository.git("rev-parse", "HEAD:a.py")
    planted = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.promisor": "true",
        "remote.evil.url": f"ext::sh -c 'touch {sprung}'",
        "protocol.ext.allow": "always",
    }
    for key, value in planted.items():
        repository.git("config", key, value)
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    checkout = Checkout(repository.root)
    assert checkout.read_blobs([blob]) == {}
    assert checkout.read_file("a.py", head) is None
    source = from_commit(checkout, head)
    assert source.files["a.py"] == b"" and "partial clone" in source.unreadable["a.py"]
    assert not sprung.exists()


def test_somebody_elses_folder_is_read_all_the_same(repository: Repository) -> None:
    """A container's root reads the runner's checkout: git would speak of dubious ownership."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    for path in (repository.root, repository.root / ".git"):
        os.chown(path, 12345, 12345)
    assert Checkout(repository.root).commit("HEAD")


def test_the_environment_is_ours(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/bin/false")
    assert Checkout(repository.root).commit("HEAD")


# -- writing ---------------------------------------------------------------------------------------------------------


def fix(checkout: Checkout, base: str, *changes: FileChange, name: str = "loadguard/weights-only") -> FixBranch:
    return FixBranch(name, "main", base, changes, "title", "body", "Load safely\n\nBecause.\n")


def test_a_branch_without_touching_anything(repository: Repository) -> None:
    repository.commit({"run.py": "old\n", "crlf.py": "a\r\n"})
    repository.git("update-index", "--chmod=+x", "run.py")
    repository.git("commit", "--quiet", "-m", "x")
    (repository.root / "a.py").write_text("dirty\n", encoding="utf-8")
    (repository.root / "staged.py").write_text("staged\n", encoding="utf-8")
    repository.git("add", "staged.py")
    before = (repository.git("status", "--porcelain"), repository.git("rev-parse", "HEAD"))
    checkout = Checkout(repository.root)
    forge = LocalForge(checkout)
    wanted = fix(checkout, before[1], FileChange("run.py", b"new\n", "100755"), FileChange("crlf.py", b"b\r\n"))
    sha = forge.push_fix_branch(wanted, standing=None)
    assert (repository.git("status", "--porcelain"), repository.git("rev-parse", "HEAD")) == before
    assert repository.git("diff", "--name-only", "main", sha).split() == ["crlf.py", "run.py"]
    assert checkout.read_file("crlf.py", sha) == b"b\r\n"
    assert {entry.path: entry.mode for entry in checkout.list_tree(sha)}["run.py"] == "100755"
    state = forge.fix_branch(wanted.name, "main")
    assert state is not None and state.only_ours and state.tree == forge.tree_of(wanted)
    assert repository.git("log", "-1", "--format=%ce|%s|%b", sha) == f"{EMAIL}|Load safely|Because."


def test_a_commit_of_somebody_else_is_seen(repository: Repository) -> None:
    checkout = Checkout(repository.root)
    base = repository.git("rev-parse", "HEAD")
    forge = LocalForge(checkout)
    forge.push_fix_branch(fix(checkout, base, FileChange("a.py", b"x\n")), standing=None)
    repository.git("checkout", "--quiet", "loadguard/weights-only")
    repository.commit({"a.py": "mine\n"})
    state = forge.fix_branch("loadguard/weights-only", "main")
    assert state is not None and not state.only_ours


def test_a_branch_that_moved_or_is_checked_out_is_not_overrun(repository: Repository) -> None:
    checkout = Checkout(repository.root)
    base = repository.git("rev-parse", "HEAD")
    tip = write_commit(checkout, write_tree(checkout, base, []), parent=base, message="m")
    move_branch(checkout, "b", tip, standing=None)
    with pytest.raises(ForgeError):
        move_branch(checkout, "b", base, standing=base)
    with pytest.raises(ForgeError):
        move_branch(checkout, "b", base, standing=None)
    assert checked_out(checkout) == {"main"}
    with pytest.raises(ForgeError, match="checked out"):
        move_branch(checkout, "main", tip, standing=base)
    for wrong in ("a..b", "x.lock", "", "a b", "@{"):
        with pytest.raises(ForgeError):
            move_branch(checkout, wrong, tip, standing=None)


def test_what_is_written_under_git_stays_there(repository: Repository, tmp_path: Path) -> None:
    forge = LocalForge(Checkout(repository.root))
    pull = forge.open_pull("main", "main")
    (tmp_path / "elsewhere").mkdir()
    (repository.root / ".git" / "loadguard").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ForgeError, match="link to elsewhere"):
        forge.put_summary(pull, "body", existing=None)
    assert not list((tmp_path / "elsewhere").rglob("*.md"))


def test_our_git_configuration_is_nobody_elses_to_read(repository: Repository) -> None:
    checkout = Checkout(repository.root)
    home = Path(checkout._home.name)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
