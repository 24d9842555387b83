"""A sweep's state on a branch of the repository that calls it: in pieces, of which only those that changed are sent.

The branch moves by compare-and-swap: what another run wrote meanwhile is never undone. Each state is a commit without
parents, so that git can forget the ones before: every night's reports of ten thousand repositories need not be kept.
What the branch says is untrusted: anybody who may push can have written it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.edge.github.http import Door
from bot.edge.github.queries import MOVE, STATE
from bot.edge.github.tree import object_id
from bot.errors import ForgeError

BRANCH = "loadguard/sweep-state"
PIECE = 4 * 1024 * 1024
"""Bytes of a piece. SQLite leaves pages where they are, so that most pieces of two states are the same blob; and a blob
of GitHub's API travels in JSON, which has to fit into memory.
"""
LARGEST = 1024 * 1024 * 1024
"""Bytes of a state; a larger one is damage or an attack."""
_NOTHING = "0" * 40
_NEEDS = "contents: write"
_FACTS, _README = "state.json", "README.md"
_ABOUT = """# State of a Loadguard sweep

Written by `loadguard sweep` and read by the next one; not to be edited. Deleting this branch costs reads: the next
sweep scans everything anew, and opens no pull request a second time.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the branch was when we looked: its commit (empty: there is no branch) and the blobs of its files by name.

    `repository` is the node id.
    """

    repository: str
    commit: str = ""
    blobs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StateBranch:
    """The branch `name` of repository `slug`. `piece` is in bytes."""

    door: Door
    slug: str
    name: str = BRANCH
    piece: int = PIECE

    def look(self) -> Standing:
        """What stands there now: one request. Folders and submodules are none of ours."""
        owner, name = self.slug.split("/")
        found = self.door.ask(STATE, {"owner": owner, "name": name, "ref": f"refs/heads/{self.name}"})["repository"]
        if found["ref"] is None:
            return Standing(found["id"])
        target: Mapping[str, Any] = found["ref"]["target"]
        entries = (target.get("tree") or {}).get("entries") or []
        blobs = {each["name"]: each["oid"] for each in entries if each["type"] == "blob"}
        return Standing(found["id"], target["oid"], blobs)

    def read(self, path: Path) -> Standing:
        """The state into the file `path`, which is left alone where there is no branch.

        Raises `ForgeError` for one that is not whole; deleting the branch is the way out.
        """
        standing = self.look()
        if standing.commit:
            facts = self._facts(standing)
            with path.open("wb") as file:
                for data in self._pieces(standing, facts["pieces"]):
                    file.write(data)
            if path.stat().st_size != facts["size"] or _digest(path) != facts["sha256"]:
                raise self._broken("its pieces do not make up what it says")
        return standing

    def write(self, path: Path, standing: Standing) -> Standing | None:
        """Bring the branch to what the file `path` holds, where it still is what it was; None where it is not.

        Nothing is written where it says this already. Raises `ForgeError`, `PermissionMissing`.
        """
        wanted = {name: object_id("blob", data) for name, data in self._files(path)}
        if wanted == standing.blobs:
            return standing
        there = set(standing.blobs.values())
        for name, data in self._files(path):
            if wanted[name] not in there:
                self._send_blob(data)
        commit = self._commit(wanted)
        moved = self._move(standing, commit)
        return replace(standing, commit=commit, blobs=wanted) if moved else None

    # -- reading ---------------------------------------------------------------------------------------------
    def _facts(self, standing: Standing) -> dict[str, Any]:
        try:
            facts = json.loads(self._blob(standing.blobs[_FACTS], most=65_536))
            whole = all(isinstance(facts[key], int) for key in ("size", "pieces")) and isinstance(facts["sha256"], str)
        except (KeyError, TypeError, ValueError, RecursionError) as trouble:
            raise self._broken(f"{_FACTS} is missing or says nothing") from trouble
        if not whole or not 0 <= facts["size"] <= LARGEST or facts["pieces"] != -(-facts["size"] // self.piece):
            raise self._broken(f"{_FACTS} does not add up")
        return dict(facts)

    def _pieces(self, standing: Standing, count: int) -> Iterator[bytes]:
        for number in range(count):
            if _piece(number) not in standing.blobs:
                raise self._broken(f"{_piece(number)} is missing")
            yield self._blob(standing.blobs[_piece(number)], most=self.piece)

    def _blob(self, sha: str, *, most: int) -> bytes:
        found = self.door.get(f"/repos/{self.slug}/git/blobs/{sha}")
        data = base64.b64decode(found["content"])
        if len(data) > most or object_id("blob", data) != sha:
            raise self._broken(f"blob {sha} is not what it should be")
        return data

    def _broken(self, why: str) -> ForgeError:
        hint = "Delete the branch and run again: that costs reads, never a second pull request."
        return ForgeError(f"branch {self.name} of {self.slug} holds no state of a sweep: {why}", hint=hint)

    # -- writing ---------------------------------------------------------------------------------------------
    def _files(self, path: Path) -> Iterator[tuple[str, bytes]]:
        """Everything that the branch is to hold, a piece at a time."""
        size = path.stat().st_size
        facts = {"version": 1, "size": size, "pieces": -(-size // self.piece), "sha256": _digest(path)}
        yield _README, _ABOUT.encode()
        yield _FACTS, json.dumps(facts, indent=1).encode() + b"\n"
        with path.open("rb") as file:
            number = 0
            while data := file.read(self.piece):
                yield _piece(number), data
                number += 1

    def _send_blob(self, data: bytes) -> None:
        body = {"content": base64.b64encode(data).decode("ascii"), "encoding": "base64"}
        self.door.put(f"/repos/{self.slug}/git/blobs", body, method="POST", needs=_NEEDS)

    def _commit(self, blobs: Mapping[str, str]) -> str:
        entries = [{"path": name, "mode": "100644", "type": "blob", "sha": sha} for name, sha in sorted(blobs.items())]
        tree = self.door.put(f"/repos/{self.slug}/git/trees", {"tree": entries}, method="POST", needs=_NEEDS)
        body = {"message": "State of a Loadguard sweep", "tree": str(tree["sha"]), "parents": []}
        return str(self.door.put(f"/repos/{self.slug}/git/commits", body, method="POST", needs=_NEEDS)["sha"])

    def _move(self, standing: Standing, after: str) -> bool:
        """Whether the branch is at `after` now; False where it was not where it stood any more.

        An answer that got lost and one that says no are told apart by looking.
        """
        moment = {"before": standing.commit or _NOTHING, "after": after}
        variables = {"repository": standing.repository, "ref": f"refs/heads/{self.name}", **moment}
        try:
            self.door.ask(MOVE, variables, needs=_NEEDS)
        except ForgeError:
            now = self.look().commit
            if now == standing.commit:
                raise
            return now == after
        return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _piece(number: int) -> str:
    return f"state-{number:05}"
