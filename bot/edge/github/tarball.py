"""A commit's files in one request of the API: its tarball, streamed through memory and never on disk.

GitHub sends on to a download host that signs the address itself; our token is never shown there. The request is made
where the limits are kept, the download wherever there is time for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from bot.edge.github.errors import Answered
from bot.edge.github.http import Door, Patience
from bot.edge.gunzip import Inflow, TreeLimits, TreeRefused
from bot.edge.unpack import Choice, Tree, unpack
from bot.errors import PermissionMissing
from bot.model.sweep import Repository

if TYPE_CHECKING:
    import requests

TRIES = 3
"""Downloads of one archive before it is given up: the first, and two after a cut."""
LONGEST_WAIT = 120.0
"""Seconds that a download host may ask us to wait; the signed address lives five minutes."""
_CHUNK = 64 * 1024
_HOPS = 4
_TIMEOUT = (10.0, 60.0)
_BUSY = (429, 500, 502, 503, 504)


class Archived(TreeRefused):
    """The repository was archived since the plan: it is not to be scanned."""


def read_tree(door: Door, slug: str, commit: str, *, choice: Choice, limits: TreeLimits | None = None) -> Tree:
    """The chosen files of a commit. Raises `TreeRefused`, or `ForgeError` by the door."""
    repository = Repository(id="", slug=slug, commit=commit)
    return download(locate(door, repository), choice=choice, limits=limits or TreeLimits(), patience=door.patience)


def locate(door: Door, repository: Repository) -> str:
    """Where the tarball of the repository's commit lies: one request, a second one only to learn what is wrong.

    Raises `TreeRefused` for this repository's own trouble (`Archived` where it is no longer to be scanned), and
    `ForgeError` for trouble that every repository would meet.
    """
    if not repository.commit:
        raise TreeRefused("empty, it has no commit", gone=True)
    path = f"/repos/{repository.slug}/tarball/{quote(repository.commit, safe='')}"
    try:
        address = door.where(path)
    except PermissionMissing as trouble:
        raise TreeRefused(f"the token may not read it ({trouble})", gone=True) from trouble
    except Answered as trouble:
        raise _explained(door, repository, trouble.status) from trouble
    return urljoin(f"{door.base_url}/", address)


def _explained(door: Door, repository: Repository, status: int) -> TreeRefused:
    """What became of a repository whose tarball is not to be had."""
    if status == 451:
        return TreeRefused("taken down, GitHub answers 451", gone=True)
    if status == 409:
        return TreeRefused("empty, it has no commit", gone=True)
    try:
        facts = door.get(f"/repos/{repository.slug}")
    except (Answered, PermissionMissing) as trouble:
        if getattr(trouble, "status", 403) == 451:
            return TreeRefused("taken down, GitHub answers 451", gone=True)
        return TreeRefused("gone, or hidden from the token since the plan (404)", gone=True)
    if facts.get("archived"):
        return Archived("archived since the plan", gone=True)
    if facts.get("disabled"):
        return TreeRefused("disabled by GitHub since the plan", gone=True)
    if repository.id and facts.get("node_id") not in (None, repository.id):
        return TreeRefused("another repository has its name since the plan", gone=True)
    return TreeRefused(f"commit {repository.commit[:12]} is gone: its branch was rewritten since the plan", gone=True)


def download(address: str, *, choice: Choice, limits: TreeLimits, patience: Patience) -> Tree:
    """Stream an archive from where `locate` says; tried again from the start after a cut. Raises `TreeRefused`."""
    for attempt in range(1, TRIES + 1):
        try:
            return _once(address, choice, limits, patience)
        except TreeRefused as trouble:
            if not trouble.again or attempt == TRIES:
                raise TreeRefused(f"{trouble}{f', {attempt} times' if trouble.again else ''}") from trouble
            patience.sleep(getattr(trouble, "wait", None) or patience.error_wait * 2.0 ** (attempt - 1))
    raise AssertionError("the last try returns or raises")


class _Busy(TreeRefused):
    """The download host asks us to come again, in `wait` seconds where it says so."""

    def __init__(self, status: int, retry_after: str) -> None:
        self.wait = float(retry_after) if re.fullmatch(r"\d{1,9}", retry_after) else None
        patient = self.wait is None or self.wait <= LONGEST_WAIT
        super().__init__(f"the download host answered {status}", again=patient)


def _once(address: str, choice: Choice, limits: TreeLimits, patience: Patience) -> Tree:
    import requests
    from urllib3.exceptions import HTTPError

    try:
        with requests.Session() as session:
            session.auth = _nobody
            answer = _followed(session, address)
            return unpack(Inflow(_chunks(answer), limits, clock=patience.clock), choice=choice, limits=limits)
    except (requests.RequestException, HTTPError, OSError) as trouble:
        raise TreeRefused(f"the download was cut ({type(trouble).__name__})", again=True) from trouble


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Neither our token nor a password from somebody's `.netrc` goes to the download host."""
    return request


def _followed(session: requests.Session, address: str) -> requests.Response:
    for _ in range(_HOPS):
        if urlsplit(address).scheme not in ("https", "http"):
            raise TreeRefused("the download lies at an address that is not http")
        answer = session.get(address, timeout=_TIMEOUT, stream=True, allow_redirects=False)
        if answer.status_code == 200:
            return answer
        onward = answer.headers.get("location", "")
        answer.close()
        if answer.status_code in _BUSY:
            raise _Busy(answer.status_code, answer.headers.get("retry-after", ""))
        if answer.status_code not in (301, 302, 303, 307, 308) or not onward:
            raise TreeRefused(f"the download host answered {answer.status_code}")
        further = urljoin(address, onward)
        if address.startswith("https:") and not further.startswith("https:"):
            raise TreeRefused("the download host sends us on without encryption")
        address = further
    raise TreeRefused(f"the download host sends us on more than {_HOPS} times")


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    """As they arrive, and never inflated on the way by a `Content-Encoding`: the limits are counted in `Inflow`."""
    with answer:
        yield from answer.raw.stream(_CHUNK, decode_content=False)
