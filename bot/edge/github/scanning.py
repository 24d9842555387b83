"""Code scanning: a SARIF report uploaded once for a commit.

GitHub keeps one analysis for each commit, ref and category and overwrites it with the next, so an upload may be sent
again after a broken answer. It is worked on later: a run within those seconds does not see it yet and sends it again.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass
from typing import Any

from bot.edge.github.errors import Answered
from bot.edge.github.http import Door
from bot.errors import ForgeError, PermissionMissing
from bot.model import Upload

LARGEST = 10_000_000
"""Bytes of the gzipped report; GitHub says 10 MB."""

_NEEDS = "security-events: write"


@dataclass(frozen=True, slots=True)
class CodeScanning:
    """The analyses of repository `slug`."""

    door: Door
    slug: str

    def uploaded(self, upload: Upload) -> bool:
        """Whether the newest analysis of this ref and category is of this commit, with as many results.

        A listing says no more of what an analysis holds. Raises `PermissionMissing` without security-events.
        """
        run = json.loads(upload.sarif)["runs"][0]
        driver = run["tool"]["driver"]
        found = [one for one in self._analyses(upload.ref, driver["name"]) if one.get("category") == upload.category]
        wanted = (upload.commit, driver["version"], len(run["results"]))
        return any(
            (one["commit_sha"], one["tool"]["version"], one["results_count"]) == wanted and not one["error"]
            for one in found[:1]
        )

    def upload(self, upload: Upload) -> None:
        """Raises `PermissionMissing` where it may not or code scanning is off, `ForgeError` for one too large."""
        data = gzip.compress(upload.sarif.encode(), mtime=0)
        if len(data) > LARGEST:
            raise ForgeError(f"the SARIF report is {len(data):,} bytes gzipped, GitHub takes {LARGEST:,}")
        body = {"commit_sha": upload.commit, "ref": upload.ref, "sarif": base64.b64encode(data).decode()}
        self.door.put(f"/repos/{self.slug}/code-scanning/sarifs", body, method="POST", needs=_NEEDS)

    def _analyses(self, ref: str, tool: str) -> list[Any]:
        """Newest first. A repository without any analysis answers 404."""
        path = f"/repos/{self.slug}/code-scanning/analyses"
        try:
            return list(self.door.get(path, ref=ref, tool_name=tool, sort="created", direction="desc", per_page=10))
        except Answered as error:
            if error.status == 404:
                return []
            raise
        except PermissionMissing as trouble:  # one that may write may also look
            raise PermissionMissing(str(trouble), permission=_NEEDS, hint=trouble.hint) from trouble
