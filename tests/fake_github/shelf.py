"""Thousands of repositories over one object store: each is a view with refs of its own, as forks on GitHub are.

Setting up ten thousand takes one `git fast-import`; reading goes through one `git cat-file` that stays open. A view gets
a git directory of its own, with the shelf as its alternate, only when something asks for its path: a clone or a push.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fake_github.gitdb import SHA, CommitFacts, FileDiff, GitDirectory, Person, TreeEntry, environment


@dataclass(frozen=True)
class Seed:
    """A commit to import: the files it has, or (with `parent`) those it changes; None deletes."""

    files: Mapping[str, bytes | None]
    message: str
    parent: str = ""


class Shelf(GitDirectory):
    """The objects. What an object id says never changes, so that everything read is kept."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._known: dict[str, tuple[str, str] | None] = {}
        self._facts: dict[str, CommitFacts] = {}
        self._listed: dict[tuple[str, bool], list[TreeEntry]] = {}
        self._lock = threading.RLock()
        self._reader: subprocess.Popen[bytes] | None = None
        self._seconds = 1_767_225_600

    @classmethod
    def open(cls, path: Path) -> Shelf:
        GitDirectory.create(path)
        return cls(path)

    def close(self) -> None:
        """End the reading process; the next read starts another."""
        with self._lock:
            if self._reader is not None and self._reader.stdin is not None and self._reader.stdout is not None:
                self._reader.stdin.close()
                self._reader.stdout.close()
                self._reader.wait()
            self._reader = None

    # -- writing ---------------------------------------------------------------------------------------------
    def plant(self, seeds: Iterable[Seed]) -> list[str]:
        """The commits' ids, in order: one process, however many there are."""
        marks = self.path / "marks"
        data = b"".join(self._stream(number, seed) for number, seed in enumerate(seeds, 1))
        self.run("fast-import", "--quiet", "--force", f"--export-marks={marks}", data=data)
        lines = marks.read_text().split("\n") if marks.exists() else []
        marks.unlink(missing_ok=True)
        numbered = sorted((int(mark[1:]), sha) for mark, _, sha in (line.partition(" ") for line in lines if line))
        return [sha for _, sha in numbered]

    def _stream(self, number: int, seed: Seed) -> bytes:
        self._seconds += 1
        head = f"commit refs/planted/x\nmark :{number}\ncommitter alice <alice@example.org> {self._seconds} +0000\n"
        message = seed.message.encode()
        parts = [head.encode(), b"data %d\n%b\n" % (len(message), message)]
        parts.append(f"from {seed.parent}\n".encode() if seed.parent else b"")
        for path, data in seed.files.items():
            name = path.encode("utf-8", "surrogateescape")
            if data is None:
                parts.append(b"D %b\n" % name)
            else:
                parts.append(b"M 100644 inline %b\ndata %d\n%b\n" % (name, len(data), data))
        # A ref that is deleted again: the next commit of this stream stands on nothing unless it says so.
        return b"".join([*parts, b"\nreset refs/planted/x\nfrom 0000000000000000000000000000000000000000\n\n"])

    # -- reading ---------------------------------------------------------------------------------------------
    def _ask(self, line: str) -> tuple[list[str], bytes]:
        """One line to `cat-file --batch-command`; its header's words, and the contents where they were asked for."""
        with self._lock:
            if self._reader is None:
                self._reader = subprocess.Popen(
                    ["git", f"--git-dir={self.path}", "cat-file", "--batch-command", "--buffer"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment(self.path.parent),
                )
            assert self._reader.stdin is not None
            assert self._reader.stdout is not None
            self._reader.stdin.write(line.encode("utf-8", "surrogateescape") + b"\nflush\n")
            self._reader.stdin.flush()
            head = self._reader.stdout.readline().decode("utf-8", "surrogateescape").split()
            data = b""
            if line.startswith("contents ") and head[-1] != "missing":
                data = self._reader.stdout.read(int(head[2]) + 1)[:-1]
            return head, data

    def info(self, name: str) -> tuple[str, str] | None:
        """Id and kind of what a revision expression names; a full id that is there is remembered."""
        if name in self._known:
            return self._known[name]
        if "\n" in name or " " in name.partition(":")[0]:
            return None
        head, _ = self._ask(f"info {name}")
        found = (head[0], head[1]) if len(head) == 3 and SHA.fullmatch(head[0]) else None
        if found is not None and SHA.match(name):
            self._known[name] = found
        return found

    def resolve(self, name: str, *, kind: str = "commit") -> str | None:
        if not SHA.fullmatch(name):
            return None
        found = self.info(name if kind == "object" else f"{name}^{{{kind}}}")
        return found[0] if found else None

    def at(self, treeish: str, path: str) -> str | None:
        found = self.info(f"{treeish}:{path}")
        return found[0] if found else None

    def kind_of(self, sha: str) -> str | None:
        found = self.info(sha)
        return found[1] if found else None

    def blob(self, sha: str) -> bytes:
        return self._ask(f"contents {sha}")[1]

    def list_tree(self, tree: str, *, recursive: bool = False) -> list[TreeEntry]:
        if (tree, recursive) not in self._listed:
            self._listed[tree, recursive] = super().list_tree(tree, recursive=recursive)
        return self._listed[tree, recursive]

    def facts(self, sha: str) -> CommitFacts:
        if sha not in self._facts:
            head, raw = self._ask(f"contents {sha}")
            self._facts[sha] = _commit(head[0], raw)
        return self._facts[sha]


def _commit(sha: str, raw: bytes) -> CommitFacts:
    top, _, message = raw.decode("utf-8", "replace").partition("\n\n")
    lines = [line.partition(" ") for line in top.split("\n") if not line.startswith(" ")]
    one = {key: value for key, _, value in lines}
    parents = tuple(value for key, _, value in lines if key == "parent")
    return CommitFacts(
        sha, one["tree"], parents, _person(one["author"]), _person(one["committer"]), message.rstrip("\n")
    )


def _person(line: str) -> Person:
    from datetime import UTC, datetime

    name, _, rest = line.partition(" <")
    email, _, when = rest.partition("> ")
    date = datetime.fromtimestamp(int(when.split()[0]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Person(name, email, date)


class View(GitDirectory):
    """One repository's refs over the shelf's objects. Object ids that others wrote are found too, as in a fork."""

    def __init__(self, shelf: Shelf, home: Path, *, branch: str = "main", tip: str = "") -> None:
        self._home = home
        self._own: GitDirectory | None = None
        self._shelf = shelf
        self._branch = branch
        self._refs: dict[str, str] = {f"refs/heads/{branch}": tip} if tip else {}

    @property
    def path(self) -> Path:
        """A directory of its own, made at the first time somebody asks for it."""
        if self._own is None:
            own = GitDirectory.create(self._home, branch=self._branch)
            (self._home / "objects/info/alternates").write_text(f"{self._shelf.path.resolve() / 'objects'}\n")
            lines = "".join(f"update {name} {sha}\n" for name, sha in self._refs.items())
            own.run("update-ref", "--stdin", data=lines.encode())
            self._own = own
        return self._home

    @path.setter
    def path(self, _: Path) -> None:
        raise AttributeError("a view's home is given once")

    @property
    def stands(self) -> GitDirectory:
        return self._own or self._shelf

    def run(
        self, *arguments: str, data: bytes | None = None, extra: Mapping[str, str] | None = None, inside: bool = True
    ) -> bytes:
        return self.stands.run(*arguments, data=data, extra=extra, inside=inside)

    # -- names -----------------------------------------------------------------------------------------------
    def refs(self, prefix: str = "refs/heads/") -> dict[str, str]:
        if self._own is not None:
            return self._own.refs(prefix)
        return {name: sha for name, sha in sorted(self._refs.items()) if name.startswith(prefix)}

    def _sha(self, name: str) -> str:
        """The object a branch, a ref or an id names, or the name itself."""
        if self._own is not None or SHA.fullmatch(name):
            return name
        full = name if name.startswith("refs/") else f"refs/heads/{name}"
        return self._refs.get(self._refs_head if name == "HEAD" else full, name)

    @property
    def _refs_head(self) -> str:
        return f"refs/heads/{self._branch}"

    def resolve(self, name: str, *, kind: str = "commit") -> str | None:
        return self.stands.resolve(self._sha(name), kind=kind)

    def at(self, treeish: str, path: str) -> str | None:
        return self.stands.at(self._sha(treeish), path)

    def update_ref(self, ref: str, sha: str) -> None:
        if self._own is not None:
            self._own.update_ref(ref, sha)
        else:
            self._refs[ref] = sha

    def delete_ref(self, ref: str) -> None:
        if self._own is not None:
            self._own.delete_ref(ref)
        else:
            self._refs.pop(ref, None)

    def is_ancestor(self, old: str, new: str) -> bool:
        return self.stands.is_ancestor(self._sha(old), self._sha(new))

    def merge_base(self, one: str, other: str) -> str | None:
        return self.stands.merge_base(self._sha(one), self._sha(other))

    def between(self, base: str, head: str) -> list[str]:
        return self.stands.between(self._sha(base), self._sha(head))

    # -- objects ---------------------------------------------------------------------------------------------
    def kind_of(self, sha: str) -> str | None:
        return self.stands.kind_of(sha)

    def blob(self, sha: str) -> bytes:
        return self.stands.blob(sha)

    def write_blob(self, content: bytes) -> str:
        return self.stands.write_blob(content)

    def list_tree(self, tree: str, *, recursive: bool = False) -> list[TreeEntry]:
        return self.stands.list_tree(tree, recursive=recursive)

    def facts(self, sha: str) -> CommitFacts:
        return self.stands.facts(sha)

    def diff(self, base: str, head: str) -> list[FileDiff]:
        return self.stands.diff(base, head)
