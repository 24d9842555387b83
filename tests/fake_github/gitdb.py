"""A bare repository driven through git's plumbing: what GitHub's git database API stands on."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

SHA = re.compile(r"[0-9a-f]{40}")


class GitFailed(Exception):
    """git said no; the text is its standard error."""


@dataclass(frozen=True)
class TreeEntry:
    mode: str
    type: str
    sha: str
    size: int | None
    path: str


@dataclass(frozen=True)
class FileDiff:
    """One file of a diff as GitHub lists it. `patch` is None for binary and unchanged content."""

    path: str
    previous_path: str | None
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    date: str


@dataclass(frozen=True)
class CommitFacts:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str
    extra: Mapping[str, str] = field(default_factory=dict)


def environment(home: Path) -> dict[str, str]:
    """git's environment without this machine's or this user's configuration."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
    }


class GitDirectory:
    """One bare repository. Every method is one or two git processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._diffs: dict[tuple[str, str], list[FileDiff]] = {}
        self._blobs: dict[bytes, str] = {}

    @classmethod
    def create(cls, path: Path, *, branch: str = "main") -> GitDirectory:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = cls(path)
        made.run("init", "--quiet", "--bare", f"--initial-branch={branch}", str(path), inside=False)
        made.run("config", "http.receivepack", "true")
        made.run("config", "uploadpack.allowAnySHA1InWant", "true")
        made.run("config", "gc.auto", "0")
        return made

    def run(
        self, *arguments: str, data: bytes | None = None, extra: Mapping[str, str] | None = None, inside: bool = True
    ) -> bytes:
        directory = [f"--git-dir={self.path}"] if inside else []
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *directory, *arguments],
            input=data,
            capture_output=True,
            env={**environment(self.path.parent), **(extra or {})},
            check=False,
        )
        if done.returncode != 0:
            raise GitFailed(done.stderr.decode("utf-8", "replace").strip() or f"git {arguments[0]}: {done.returncode}")
        return done.stdout

    def text(self, *arguments: str, data: bytes | None = None) -> str:
        return self.run(*arguments, data=data).decode("utf-8", "surrogateescape").strip()

    # -- names -----------------------------------------------------------------------------------------------
    def resolve(self, name: str, *, kind: str = "commit") -> str | None:
        """The object a branch, tag or sha names, or None."""
        for candidate in (f"refs/heads/{name}", name) if not SHA.fullmatch(name) else (name,):
            try:
                return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}^{{{kind}}}")
            except GitFailed:
                continue
        return None

    def at(self, treeish: str, path: str) -> str | None:
        """The object that lies at `path` of a commit or tree; the empty path is its tree."""
        try:
            return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{treeish}:{path}")
        except GitFailed:
            return None

    def refs(self, prefix: str = "refs/heads/") -> dict[str, str]:
        lines = self.text("for-each-ref", "--format=%(refname) %(objectname)", prefix).splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines)
        return {name: sha for name, sha in pairs}  # noqa: C416 - dict() of lists is no dict of strings to a type checker

    def update_ref(self, ref: str, sha: str) -> None:
        self.run("update-ref", ref, sha)

    def delete_ref(self, ref: str) -> None:
        self.run("update-ref", "-d", ref)

    def is_ancestor(self, old: str, new: str) -> bool:
        try:
            self.run("merge-base", "--is-ancestor", old, new)
        except GitFailed:
            return False
        return True

    def merge_base(self, one: str, other: str) -> str | None:
        try:
            return self.text("merge-base", one, other)
        except GitFailed:
            return None

    def between(self, base: str, head: str) -> list[str]:
        """Commits reachable from `head` and not from `base`, oldest first."""
        return self.text("rev-list", "--reverse", f"{base}..{head}").split()

    # -- objects ---------------------------------------------------------------------------------------------
    def kind_of(self, sha: str) -> str | None:
        try:
            return self.text("cat-file", "-t", sha)
        except GitFailed:
            return None

    def blob(self, sha: str) -> bytes:
        return self.run("cat-file", "blob", sha)

    def write_blob(self, content: bytes) -> str:
        if content not in self._blobs:
            self._blobs[content] = self.text("hash-object", "-w", "--stdin", data=content)
        return self._blobs[content]

    def list_tree(self, tree: str, *, recursive: bool = False) -> list[TreeEntry]:
        flags = ("-r", "-t") if recursive else ()
        rows = self.run("ls-tree", "-z", "-l", *flags, tree).decode("utf-8", "surrogateescape").split("\0")
        entries = []
        for row in filter(None, rows):
            head, path = row.split("\t", 1)
            mode, kind, sha, size = head.split()
            entries.append(TreeEntry(mode, kind, sha, None if size == "-" else int(size), path))
        return entries

    def make_tree(self, base: str | None, entries: Sequence[tuple[str, str | None, str]]) -> str:
        """A tree from `base` with `(mode, sha or None to delete, path)` laid over it."""
        with TemporaryDirectory() as scratch:
            extra = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            self.run("read-tree", *([base] if base else ["--empty"]), extra=extra)
            lines = "".join(f"{mode if sha else '0'} {sha or '0' * 40}\t{path}\0" for mode, sha, path in entries)
            data = lines.encode("utf-8", "surrogateescape")
            self.run("update-index", "-z", "--index-info", data=data, extra=extra)
            return self.run("write-tree", extra=extra).decode().strip()

    def commit(
        self, tree: str, parents: Iterable[str], *, message: str, author: Person, committer: Person | None = None
    ) -> str:
        committer = committer or author
        extra = {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_AUTHOR_DATE": author.date,
            "GIT_COMMITTER_NAME": committer.name,
            "GIT_COMMITTER_EMAIL": committer.email,
            "GIT_COMMITTER_DATE": committer.date,
        }
        flags = [part for parent in parents for part in ("-p", parent)]
        return self.run("commit-tree", tree, *flags, data=message.encode(), extra=extra).decode().strip()

    def facts(self, sha: str) -> CommitFacts:
        form = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
        raw = self.run("log", "-1", f"--format={form}", sha).decode("utf-8", "replace")
        commit, tree, parents, an, ae, ad, cn, ce, cd, message = raw.split("\0", 9)
        return CommitFacts(
            commit, tree, tuple(parents.split()), Person(an, ae, ad), Person(cn, ce, cd), message.rstrip("\n")
        )

    # -- differences -----------------------------------------------------------------------------------------
    def diff(self, base: str, head: str) -> list[FileDiff]:
        """`base..head` file by file, renames found, as GitHub's file list has it. Both are shas, so it is kept."""
        if (base, head) not in self._diffs:
            self._diffs[base, head] = self._diff(base, head)
        return self._diffs[base, head]

    def _diff(self, base: str, head: str) -> list[FileDiff]:
        rows = self.run("diff-tree", "-r", "-M", "--raw", "-z", "--full-index", base, head)
        fields = rows.decode("utf-8", "surrogateescape").split("\0")[:-1]
        patches = self._patches(base, head)
        found, at, patched = [], 0, 0
        while at < len(fields):
            _, _, old_sha, new_sha, letter = fields[at].lstrip(":").split(" ")
            pair = letter[0] in "RC"
            previous, path = (fields[at + 1], fields[at + 2]) if pair else (None, fields[at + 1])
            at += 3 if pair else 2
            status = {"A": "added", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}.get(letter[0])
            patch = patches[patched] if patched < len(patches) else None
            patched += 2 if letter[0] == "T" else 1  # a file that became a link is shown as removed and added
            added, removed = count_lines(patch)
            sha = old_sha if letter[0] == "D" else new_sha
            found.append(FileDiff(path, previous, status or "modified", sha, added, removed, patch))
        return found

    def _patches(self, base: str, head: str) -> list[str | None]:
        """The patches in the order of `--raw`; None where a file has none (binary, mode only, pure rename)."""
        text = self.run("diff-tree", "-r", "-M", "-p", "--full-index", base, head).decode("utf-8", "replace")
        parts = re.split(r"^diff --git .*\n", text, flags=re.MULTILINE)[1:]
        patches: list[str | None] = []
        for part in parts:
            start = re.search(r"^@@ ", part, flags=re.MULTILINE)
            patches.append(part[start.start() :].rstrip("\n") if start else None)
        return patches

    def moved_line(self, path: str, line: int, *, since: str, now: str) -> int | None:
        """Where line `line` of `path` at commit `since` stands at `now`; None when it was changed or removed."""
        text = self.run("diff", "--unified=0", "--no-renames", since, now, "--", path).decode("utf-8", "replace")
        if re.search(r"^deleted file mode", text, flags=re.MULTILINE):
            return None
        shift = 0
        for old, old_count, new_count in re.findall(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@", text, re.MULTILINE):
            start, gone = int(old), int(old_count) if old_count else 1
            come = int(new_count) if new_count else 1
            if start <= line < start + gone:
                return None
            if (start if gone else start + 1) <= line:
                shift += come - gone
        return line + shift


def count_lines(patch: str | None) -> tuple[int, int]:
    lines = (patch or "").split("\n")
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)
