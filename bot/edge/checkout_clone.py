"""A commit's files by git instead of a tarball: a clone without blobs, then only the blobs that are wanted.

Cheaper than a tarball where a repository is mostly data and its code is little, and no request of the API at all. What
git is given is in the environment, never in its arguments, where other users of the machine could read the token.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.edge.checkout import Checkout
from bot.edge.gunzip import TreeLimits, TreeRefused
from bot.edge.unpack import LEFT_OUT, Choice, Tree, leads_out
from bot.errors import ForgeError
from bot.model import LINK_MODE, SUBMODULE_MODE
from bot.model.sweep import Allowance, Repository

_PLAIN = {
    "http.followRedirects": "false",  # a header of ours would go along to wherever we are sent
    "fetch.fsckObjects": "true",
    "fetch.unpackLimit": "1",
    "fetch.negotiationAlgorithm": "noop",
    "submodule.recurse": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}


@dataclass(frozen=True, slots=True)
class Clones:
    """`web` is GITHUB_SERVER_URL, `token` gives one for a repository. `folder` is ours alone: what an earlier run that
    was killed has left there is taken away.
    """

    folder: Path
    web: str
    token: Callable[[str], str] = field(repr=False)
    limits: TreeLimits = field(default_factory=TreeLimits)

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """Git draws on none of the API's limits."""
        return ()

    def locate(self, repository: Repository) -> str:
        """No request: the token is renewed here, in the parent, where it is about to end."""
        self.token(repository.slug)
        return f"{self.web}/{repository.slug}.git"

    def read(self, address: str, repository: Repository, choice: Choice) -> Tree:
        """Clone, read, remove. Raises `TreeRefused`."""
        home = self.folder / hashlib.sha256(repository.id.encode()).hexdigest()[:16]
        try:
            home.mkdir(parents=True)
            return _Clone(home, address, self._environment(address, repository.slug), self.limits).read(
                repository.commit, choice
            )
        except ForgeError as trouble:
            raise TreeRefused(_why(str(trouble))) from trouble
        except OSError as trouble:
            raise TreeRefused(f"a clone has no place on the disk: {trouble.strerror or trouble}") from trouble
        finally:
            shutil.rmtree(home, ignore_errors=True)
            with contextlib.suppress(OSError):  # others may be at work in it
                self.folder.rmdir()

    def _environment(self, address: str, slug: str) -> dict[str, str]:
        header = base64.b64encode(f"x-access-token:{self.token(slug)}".encode()).decode()
        config = {**_PLAIN, f"http.{address}.extraHeader": f"Authorization: Basic {header}"}
        variables = {"GIT_CONFIG_COUNT": str(len(config)), "GIT_ALLOW_PROTOCOL": "https:http"}
        for number, (key, value) in enumerate(config.items()):
            variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return variables


@dataclass(frozen=True, slots=True)
class _Clone:
    home: Path
    address: str
    environment: dict[str, str] = field(repr=False)
    limits: TreeLimits

    def read(self, commit: str, choice: Choice) -> Tree:
        if not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", commit):
            raise TreeRefused("the plan has no commit for it")
        _bound_files(self.limits.downloaded)
        git = Checkout(self.home)
        git.run("init", "--quiet", "--bare", ".")
        self._fetch(git, ("--depth=1", "--filter=blob:none"), [commit])
        tree, blobs = self._choose(git, commit, choice)
        self._fetch(git, ("--filter=blob:none",), sorted(set(blobs.values())))
        self._keep(git, tree, blobs, choice)
        tree.downloaded = sum(each.stat().st_size for each in self.home.rglob("*.pack"))
        return tree

    def _fetch(self, git: Checkout, how: tuple[str, ...], objects: list[str]) -> None:
        if not objects:
            return
        flags = ("--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--stdin")
        data = "".join(f"{each}\n" for each in objects).encode("ascii")
        seconds = self.limits.seconds
        git.run("fetch", *how, *flags, self.address, data=data, environment=self.environment, seconds=seconds)

    def _choose(self, git: Checkout, commit: str, choice: Choice) -> tuple[Tree, dict[str, str]]:
        """The tree without contents, and the blobs to fetch by path; a link's blob is its target."""
        tree, blobs = Tree(), {}
        out = git.run("ls-tree", "-r", "-z", "--full-tree", commit)
        for record in out.split(b"\0")[:-1]:
            facts, _, name = record.partition(b"\t")
            mode, _, blob = facts.decode("ascii").split()
            path = name.decode("utf-8", "surrogateescape")
            tree.entries += 1
            if mode != SUBMODULE_MODE and (choice.wants(path) or (mode != LINK_MODE and choice.aside(path))):
                tree.modes[path] = mode
                blobs[path] = blob
        if tree.entries > self.limits.entries:
            raise TreeRefused(f"more than {self.limits.entries:,} entries")
        return tree, blobs

    def _keep(self, git: Checkout, tree: Tree, blobs: dict[str, str], choice: Choice) -> None:
        """Contents within the limits; every size is asked for before a single one is read."""
        data = "".join(f"{blob}\n" for blob in blobs.values()).encode("ascii")
        told = (
            git.run("cat-file", "--batch-check=%(objectsize)", data=data).decode("ascii").splitlines() if blobs else []
        )
        left, aside = self.limits.kept, self.limits.aside
        kept: dict[str, str] = {}
        for (path, blob), size_text in zip(blobs.items(), told, strict=True):
            size = int(size_text) if size_text.isdigit() else -1
            if not choice.wants(path):
                aside -= size if 0 <= size <= min(aside, self.limits.file) else 0
                if 0 <= size <= self.limits.file and aside >= 0:
                    kept[path] = blob
            elif size < 0:
                tree.unreadable[path] = "its content did not arrive"
            elif size > self.limits.file:
                tree.unreadable[path] = f"{size:,} bytes, more than the limit of {self.limits.file:,}"
            else:
                kept[path] = blob
                left -= size
        if left < 0:
            raise TreeRefused(f"the files that matter are larger than {self.limits.kept:,} bytes together")
        contents = git.read_blobs(kept.values())
        for path, blob in kept.items():
            _file(tree, path, contents[blob], choice)
        tree.inflated = sum(map(len, contents.values()))


def _file(tree: Tree, path: str, content: bytes, choice: Choice) -> None:
    if not choice.wants(path):
        tree.aside[path] = content
    elif tree.modes[path] == LINK_MODE:
        if leads_out(path, os.fsdecode(content)):
            tree.unreadable[path] = LEFT_OUT
    else:
        tree.files[path] = content


def _bound_files(most: int) -> None:
    """No file that git writes from here on may be larger: a pack is as long as the server says."""
    import resource

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _why(said: str) -> str:
    """git's words, and what they mean."""
    for words, meaning in _MEANINGS.items():
        if words in said:
            return f"{meaning} ({said})"
    return said


_MEANINGS = {
    "error: 301": "moved since the plan; a clone follows nobody elsewhere, the next plan has its new name",
    "error: 403": "the token may not read it",
    "Authentication failed": "gone, or hidden from the token since the plan",
    "could not read Username": "gone, or hidden from the token since the plan",
    "not found": "gone, or hidden from the token since the plan",
    "not our ref": "its commit is gone: its branch was rewritten since the plan",
    "unadvertised object": "its commit is gone: its branch was rewritten since the plan",
}
