"""Files of a commit on GitHub, byte for byte: many in one query where their text proves itself, else one by one.

GraphQL hands out a file's text, decoded and perhaps cut. What encodes back to the id git has for the file is the file;
anything else (another encoding, binary, too long) is fetched as bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bot.edge.github.errors import Answered
from bot.edge.github.http import Door
from bot.edge.github.queries import files_query
from bot.edge.github.tree import object_id
from bot.model import LINK_MODE, SUBMODULE_MODE, TreeFile

AT_ONCE = 40
"""Files asked for in one query."""

_FOLDER = "040000"


@dataclass(slots=True)
class Files:
    """The files of `slug`. What a query brought along is kept: a commit does not change."""

    door: Door
    slug: str
    _known: dict[tuple[str, str], TreeFile | None] = field(default_factory=dict)
    _modes: dict[tuple[str, str], str] = field(default_factory=dict)

    def read(self, path: str, ref: str) -> bytes | None:
        """A file's bytes, up to GitHub's 100 MB; a link inside the repository is followed.

        None for a folder, a submodule or a link out of the repository.
        """
        known = self._known.get((ref, path), TreeFile(LINK_MODE, b""))
        if known is None or known.mode != LINK_MODE:
            return known.data if known and known.mode != SUBMODULE_MODE else None
        try:
            address = f"/repos/{self.slug}/contents/{quote(path, errors='surrogateescape')}"
            found = self.door.get(address, ref=ref)
        except Answered as error:
            if error.status in (404, 409):
                return None
            raise
        if not isinstance(found, dict) or found.get("type") != "file":
            return None
        if found["encoding"] != "base64":
            # Above 1 MB the content is left out; the blob has it.
            found = self.door.get(f"/repos/{self.slug}/git/blobs/{found['sha']}")
        return base64.b64decode(found["content"])

    def read_all(self, paths: Iterable[str], commit: str) -> dict[str, TreeFile]:
        """Every one of `paths` that is at `commit` and no folder."""
        wanted = tuple(dict.fromkeys(paths))
        unknown = [path for path in wanted if (commit, path) not in self._known and sayable(path)]
        owner, name = self.slug.split("/")
        for start in range(0, len(unknown), AT_ONCE):
            part = unknown[start : start + AT_ONCE]
            asked = {"owner": owner, "name": name, **variables(part, commit)}
            answer = self.door.ask(files_query(len(part)), asked)
            self.learn(part, commit, answer["repository"]["c0"])
        found = {path: self._entry(path, commit) for path in wanted}
        return {path: entry for path, entry in found.items() if entry is not None}

    def _entry(self, path: str, commit: str) -> TreeFile | None:
        if (commit, path) in self._known:
            return self._known[commit, path]
        data = self.read(path, commit)
        return TreeFile(self._modes.get((commit, path), ""), data) if data is not None else None

    def learn(self, paths: Iterable[str], commit: str, there: Mapping[str, Any] | None) -> None:
        """Keep what a query said of these files, as far as it proves itself; `there` is None where the commit is not.

        Nothing is learnt then: a commit that a query does not see may still be had in another way.
        """
        for index, path in enumerate(paths):
            if not there:
                return
            node = there[f"f{index}"]
            mode = f"{node['mode']:06o}" if node else _FOLDER
            self._modes[commit, path] = mode
            if mode in (_FOLDER, SUBMODULE_MODE):
                self._known[commit, path] = None if mode == _FOLDER else TreeFile(mode, b"")
                continue
            text = (node["object"] or {}).get("text")
            data = (text or "").encode("utf-8", "surrogatepass")
            if text is not None and object_id("blob", data) == node["oid"]:
                self._known[commit, path] = TreeFile(mode, data)

    def learn_shared(self, paths: Iterable[str], found: Mapping[str, Any] | None) -> None:
        """The same of `HEAD`, for a repository that need not be there, may be empty, or is hidden from us."""
        if found and found["c0"]:
            self.learn(paths, "HEAD", found["c0"])
        else:
            self._known.update(dict.fromkeys((("HEAD", path) for path in paths), None))


def variables(paths: Sequence[str], commit: str, *, number: int = 0) -> dict[str, str]:
    """What a query for files of its commit `number` takes."""
    return {f"c{number}": commit, **{f"c{number}f{index}": path for index, path in enumerate(paths)}}


def sayable(path: str) -> bool:
    """A name that is no UTF-8 cannot be said in a query."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
