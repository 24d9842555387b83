"""Files of a commit on GitHub, byte for byte: many in one query where their text proves itself, else one by one.

GraphQL hands out a file's text, decoded and perhaps cut. What encodes back to the id git has for the file is the file;
anything else (another encoding, binary, too long, perhaps a link) is fetched as bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bot.edge.github.errors import Answered
from bot.edge.github.http import Door
from bot.edge.github.queries import files_query
from bot.edge.github.tree import object_id

_AT_ONCE = 40
"""Files asked for in one query."""


@dataclass(slots=True)
class Files:
    """The files of `slug`. What a query brought along is kept: a commit does not change."""

    door: Door
    slug: str
    _known: dict[tuple[str, str], bytes | None] = field(default_factory=dict)

    def read(self, path: str, ref: str) -> bytes | None:
        """A file's bytes, up to GitHub's 100 MB. None for a folder, a submodule or a link out of the repository."""
        if (ref, path) in self._known:
            return self._known[ref, path]
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

    def read_all(self, paths: Iterable[str], commit: str) -> dict[str, bytes]:
        """Every one of `paths` that is a file at `commit`."""
        wanted = tuple(dict.fromkeys(paths))
        unknown = [path for path in wanted if (commit, path) not in self._known and _is_text(path)]
        owner, name = self.slug.split("/")
        for start in range(0, len(unknown), _AT_ONCE):
            part = unknown[start : start + _AT_ONCE]
            answer = self.door.ask(
                files_query(len(part)), {"owner": owner, "name": name, **self.expressions(part, commit)}
            )
            self.learn(part, commit, answer["repository"])
        found = {path: self.read(path, commit) for path in wanted}
        return {path: data for path, data in found.items() if data is not None}

    def expressions(self, paths: Iterable[str], commit: str) -> dict[str, str]:
        """The variables of a query for these files."""
        return {f"f{index}": f"{commit}:{path}" for index, path in enumerate(paths)}

    def learn(self, paths: Iterable[str], commit: str, repository: Mapping[str, Any]) -> None:
        """Keep what a query said of these files, as far as it proves itself."""
        for index, path in enumerate(paths):
            node = repository[f"f{index}"]
            if node is None:
                self._known[commit, path] = None
            elif node.get("text") is not None:
                data = node["text"].encode("utf-8", "surrogatepass")
                if object_id("blob", data) == node["oid"] and not _may_be_link(data):
                    self._known[commit, path] = data


def _may_be_link(data: bytes) -> bool:
    """A symbolic link's blob is a path. GraphQL does not tell it from a file; the contents endpoint does."""
    return 0 < len(data) < 4096 and b"\n" not in data


def _is_text(path: str) -> bool:
    """A name that is no UTF-8 cannot be said in a query."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
