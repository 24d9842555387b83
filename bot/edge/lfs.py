"""Git LFS: one object at a time, and none before its size has been agreed to.

The batch API of git-lfs (`docs/api/batch.md` there): POST `<repository>.git/info/lfs/objects/batch`. A checkout leaves
pointers by default, and a download is billed to the repository's owner: only what a pull request changes is asked for.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests

_MEDIA_TYPE = "application/vnd.git-lfs+json"
_OID = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_TIMEOUT = (10.0, 60.0)
_MOST_ANSWER = 1 << 20
_ROOM_LEFT = 1 << 30


@dataclass(frozen=True, slots=True)
class NotFetched:
    """Why an object is not here. `over_limit` when its size alone decided, and nothing was asked of the server."""

    reason: str
    over_limit: bool = False


@dataclass(frozen=True, slots=True)
class LfsStore:
    """Objects of one repository. `cache` keeps them by oid; `local` is the checkout's own `.git/lfs/objects`, if any.

    `address` is the repository's page, such as `https://github.com/owner/name`; empty: nothing is ever downloaded.
    """

    cache: Path
    local: Path | None = None
    address: str = ""
    token: str = field(default="", repr=False)

    def fetch(self, oid: str, size: int, *, most: int) -> Path | NotFetched:
        """The object's file, verified by its SHA-256. At most `most` bytes are ever downloaded."""
        if not _OID.fullmatch(oid):
            return NotFetched(f"the pointer's oid is no SHA-256: {oid[:80]!r}")
        if size > most:
            return NotFetched(f"{size:,} bytes by its pointer, over the limit of {most:,}", over_limit=True)
        folders = [self.cache] if self.local is None else [self.cache, self.local]
        for folder in folders:
            path = folder / oid[:2] / oid[2:4] / oid
            if path.is_file() and path.stat().st_size == size and _sha256(path) == oid:
                return path
        if not self.address:
            return NotFetched("not in the checkout, and there is no server to ask (git lfs pull fetches it)")
        return self._download(oid, size)

    def _download(self, oid: str, size: int) -> Path | NotFetched:
        import requests

        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.cache).free
            if size > free - _ROOM_LEFT:
                return NotFetched(f"{size:,} bytes by its pointer, and the disk has room for {free:,}", over_limit=True)
            with requests.Session() as session:
                session.trust_env = False
                action = self._ask(session, oid, size)
                if isinstance(action, NotFetched):
                    return action
                return self._stream(session, action, oid, size)
        except requests.RequestException as trouble:
            return NotFetched(f"the LFS server did not answer: {type(trouble).__name__}")
        except OSError as trouble:  # after RequestException, which is one too
            return NotFetched(f"what arrived could not be kept: {trouble.strerror or trouble}")

    def _ask(self, session: requests.Session, oid: str, size: int) -> Mapping[str, Any] | NotFetched:
        body = {"operation": "download", "transfers": ["basic"], "objects": [{"oid": oid, "size": size}]}
        answer = session.post(
            f"{self.address}.git/info/lfs/objects/batch",
            json=body,
            headers={"Accept": _MEDIA_TYPE, "Content-Type": _MEDIA_TYPE},
            auth=("x-access-token", self.token) if self.token else None,
            timeout=_TIMEOUT,
            stream=True,
        )
        text = answer.raw.read(_MOST_ANSWER, decode_content=True)
        if answer.status_code != 200:
            return NotFetched(f"the LFS server answered {answer.status_code} (the token needs contents: read)")
        try:
            return _download_action(json.loads(text), oid)
        except (ValueError, KeyError, TypeError, IndexError) as trouble:
            return NotFetched(f"the LFS server's answer makes no sense: {trouble!r}")

    def _stream(self, session: requests.Session, action: Mapping[str, Any], oid: str, size: int) -> Path | NotFetched:
        headers = {str(name): str(value) for name, value in dict(action.get("header") or {}).items()}
        answer = session.get(str(action["href"]), headers=headers, timeout=_TIMEOUT, stream=True)
        if answer.status_code != 200:
            return NotFetched(f"the download answered {answer.status_code}")
        target = self.cache / oid[:2] / oid[2:4] / oid
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, received = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
            try:
                for chunk in answer.iter_content(_CHUNK):
                    received += len(chunk)
                    if received > size:
                        return NotFetched(f"the server sends more than the {size:,} bytes its pointer declares")
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                if received != size or digest.hexdigest() != oid:
                    return NotFetched(f"what arrived ({received:,} bytes) does not have the pointer's SHA-256")
                Path(file.name).replace(target)
            finally:
                Path(file.name).unlink(missing_ok=True)
        return target


def _download_action(answer: Any, oid: str) -> Mapping[str, Any] | NotFetched:
    (found,) = (each for each in answer["objects"] if each["oid"] == oid)
    if "error" in found:
        return NotFetched(f"the LFS server: {found['error'].get('code')} {str(found['error'].get('message'))[:200]}")
    action: Mapping[str, Any] = found["actions"]["download"]
    if not str(action["href"]).startswith(("https://", "http://")):
        return NotFetched("the LFS server offers a download that is not http")
    return action


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
