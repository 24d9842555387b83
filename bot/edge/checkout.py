"""git on disk: the history of a checkout, read without running anything the repository may have planted.

A `.git/config` can name programs (fsmonitor, external diffs, filters, pagers, credential helpers, an upload-pack):
every command here runs with those switched off, no network, an empty environment and a time limit.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.diff import join_raw_and_patch
from bot.errors import ForgeError, UsageError
from bot.model import ChangedFile

SECONDS = 120
_SWITCHED_OFF = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "false"),
    ("core.attributesFile", os.devnull),
    ("core.pager", "cat"),
    ("core.sshCommand", "false"),
    ("credential.helper", ""),
    ("protocol.allow", "never"),
    ("diff.external", ""),
    (
        "core.bigFileThreshold",
        "20m",
    ),  # a larger file is not read as text (bot.edge.tree.MAX_FILE): no diff of it either
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("commit.gpgSign", "false"),
)
_PATH = "/usr/local/bin:/usr/bin:/bin"
_DIFF = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--find-renames",
    "--ignore-submodules=none",
    "--submodule=short",
)


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a commit's tree. `mode` is git's: 100644, 100755, 120000 (link), 160000 (submodule). `size` -1
    where it has none.
    """

    path: str
    mode: str
    blob: str
    size: int


class Checkout:
    """A repository on disk. Reading verbs never touch the work tree, the index or the network."""

    def __init__(self, root: Path, *, git: str = "git") -> None:
        self.root = root.resolve()
        self._git = git
        self._home = tempfile.TemporaryDirectory(prefix="loadguard-git-")
        config = Path(self._home.name) / "gitconfig"
        # A container runs as root on a folder of somebody else's; only our own config says that is fine.
        config.write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")
        config.chmod(0o600)

    @classmethod
    def find(cls, folder: Path, *, git: str = "git") -> Checkout | None:
        """The repository around `folder`, or None where there is none (or no git at all)."""
        trial = cls(folder, git=git)
        try:
            top = trial.run("rev-parse", "--show-toplevel", "--git-dir")
        except ForgeError:
            return None
        first = os.fsdecode(top).split("\n", 1)[0]
        return cls(Path(first), git=git) if first else None

    def run(
        self,
        *arguments: str,
        data: bytes | None = None,
        environment: Mapping[str, str] | None = None,
        okay: tuple[int, ...] = (0,),
        seconds: float = SECONDS,
    ) -> bytes:
        """Standard output of one git command. Raises `ForgeError` with git's own words where it fails, or takes more
        than `seconds`.
        """
        switches = [word for key, value in _SWITCHED_OFF for word in ("-c", f"{key}={value}")]
        command = [self._git, "--no-pager", "--no-replace-objects", "--literal-pathspecs", *switches, *arguments]
        try:
            done = subprocess.run(  # noqa: S603 -- git itself, arguments as a list, everything it could start switched off
                command,
                cwd=self.root,
                input=data if data is not None else b"",
                capture_output=True,
                check=False,
                timeout=seconds,
                env=self._environment(environment or {}),
            )
        except FileNotFoundError as trouble:
            raise ForgeError("git is not installed, or not in PATH", hint="install git") from trouble
        except subprocess.TimeoutExpired as trouble:
            raise ForgeError(f"git {arguments[0]} took longer than {seconds:g} s") from trouble
        if done.returncode not in okay:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise ForgeError(f"git {arguments[0]} failed: {said[-1] if said else f'exit {done.returncode}'}")
        return done.stdout

    def commit(self, ref: str) -> str | None:
        """The full id of the commit a name stands for, or None. A name that looks like an option is only a name."""
        if not ref or "\0" in ref or "\n" in ref:
            return None
        out = self.run("rev-parse", "--quiet", "--verify", "--end-of-options", f"{ref}^{{commit}}", okay=(0, 1, 128))
        return out.decode("ascii", "replace").strip() or None

    def require(self, ref: str) -> str:
        """As `commit`. Raises `UsageError` where there is no such commit here."""
        found = self.commit(ref)
        if found is None:
            raise UsageError(f"{ref!r} names no commit in {self.root}", hint="in CI, check out with `fetch-depth: 0`")
        return found

    def merge_base(self, one: str, other: str) -> str | None:
        """Where the two histories part; None where they never met, or a shallow clone has not got that far."""
        return self.run("merge-base", "--end-of-options", one, other, okay=(0, 1, 128)).decode("ascii").strip() or None

    def is_ancestor(self, one: str, other: str) -> bool:
        """Whether commit `one` is part of `other`'s history."""
        out = self.run("rev-list", "--max-count=1", "--end-of-options", one, f"^{other}", okay=(0, 128))
        return not out.strip()

    def changed_files(self, base: str, head: str) -> tuple[ChangedFile, ...]:
        """Every file that differs between two commits, with the hunks a pull request page shows (three lines of
        context).
        """
        between = ("--end-of-options", base, head, "--")
        raw = self.run("diff-tree", "-r", "--raw", "-z", "--full-index", *_DIFF, *between)
        patch = self.run("diff-tree", "-r", "--patch", "--unified=3", *_DIFF, *between)
        return join_raw_and_patch(raw, patch)

    def list_tree(self, commit: str) -> tuple[TreeEntry, ...]:
        """Every file of a commit, links and submodules included."""
        out = self.run("ls-tree", "-r", "-l", "-z", "--full-tree", "--end-of-options", commit)
        return tuple(_entry(record) for record in out.split(b"\0") if record)

    def read_blobs(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The content of each blob, in one go; what is not there is left out."""
        wanted = list(dict.fromkeys(blobs))
        if not wanted:
            return {}
        out = self.run("cat-file", "--batch", data="".join(f"{blob}\n" for blob in wanted).encode("ascii"))
        return dict(_batch(out))

    def read_file(self, path: str, ref: str) -> bytes | None:
        """A file's bytes at a commit; None where there is none, or it is a link or a submodule."""
        out = self.run("ls-tree", "-z", "--full-tree", "--end-of-options", ref, "--", path, okay=(0, 128))
        entries = [_entry(record) for record in out.split(b"\0") if record]
        if len(entries) != 1 or entries[0].path != path or not entries[0].mode.startswith("100"):
            return None
        return self.read_blobs([entries[0].blob]).get(entries[0].blob)

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        home = self._home.name
        return {
            "PATH": _PATH,
            "HOME": home,
            "XDG_CONFIG_HOME": home,
            "GIT_CONFIG_GLOBAL": f"{home}/gitconfig",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "LC_ALL": "C",
            **more,
        }


def _entry(record: bytes) -> TreeEntry:
    facts, _, name = record.partition(b"\t")
    words = facts.decode("ascii").split()
    size = words[3] if len(words) > 3 else "-"
    return TreeEntry(os.fsdecode(name), words[0], words[2], int(size) if size.isdigit() else -1)


def _batch(out: bytes) -> Iterable[tuple[str, bytes]]:
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        words = out[at:end].split()
        at = end + 1
        if len(words) == 3 and words[2].isdigit():
            size = int(words[2])
            yield words[0].decode("ascii"), out[at : at + size]
            at += size + 1
