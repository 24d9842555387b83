"""A GitHub App's token for one job of a sweep: only the rights it needs, on only the repositories it will read.

PyGithub asks for an installation's token with fewer rights, but not for fewer repositories; the rest of its ways
(a token lives an hour and is renewed before it ends) stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from github.Auth import AppAuth, AppInstallationAuth
from github.GithubException import GithubException
from github.InstallationAuthorization import InstallationAuthorization

from bot.edge.github.errors import Answered
from bot.edge.github.forge import Address, GitHubForge, _connect, _installation
from bot.edge.github.http import Patience
from bot.errors import ForgeError, UsageError

MOST_REPOSITORIES = 500
"""GitHub narrows a token to no more than these; a job that reads more has one for all of them."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a token may do (`{"contents": "read"}`); `wished` is taken along where the App was given it."""

    needed: Mapping[str, str]
    wished: Mapping[str, str] = field(default_factory=dict)


class NarrowAuth(AppInstallationAuth):
    """An installation's token with `rights` on `repositories` (database ids)."""

    def __init__(self, app: AppAuth, installation: int, *, rights: Rights, repositories: Sequence[int]) -> None:
        super().__init__(app, installation, dict(rights.needed))
        self._repositories = tuple(repositories)
        self._wishes = dict(rights.wished)
        self._dead = False

    def renew(self) -> None:
        """GitHub took the token for dead before its hour was over: the next request has another."""
        self._dead = True

    @property
    def _is_expired(self) -> bool:
        return self._dead or bool(super()._is_expired)

    def _get_installation_authorization(self) -> InstallationAuthorization:
        try:
            made = self._asked({**(self.token_permissions or {}), **self._wishes})
        except GithubException as trouble:
            if trouble.status != 422 or not self._wishes:
                raise
            self._wishes = {}  # the App was not given them
            made = self._asked(self.token_permissions or {})
        self._dead = False
        return made

    def _asked(self, permissions: Mapping[str, str]) -> InstallationAuthorization:
        body: dict[str, Any] = {"permissions": dict(permissions)}
        if 0 < len(self._repositories) <= MOST_REPOSITORIES and all(self._repositories):
            body["repository_ids"] = list(self._repositories)
        headers, made = self.requester.requestJsonAndCheck(
            "POST", f"/app/installations/{self.installation_id}/access_tokens", input=body
        )
        return InstallationAuthorization(self.requester, headers, made)


@dataclass(frozen=True, slots=True)
class App:
    """A GitHub App as the environment names it. The key never shows in a repr."""

    number: int
    private_key: str = field(repr=False)


def connect_narrow(
    address: Address,
    app: App,
    *,
    rights: Rights,
    repositories: Sequence[int] = (),
    patience: Patience | None = None,
) -> GitHubForge:
    """The forge for the App's installation on the address's repository, with these rights on these repositories only.
    Where no repository is known yet the address is `owner/`.

    Raises `UsageError` for a key that is none, without showing it, and `ForgeError` where the App is not installed.
    """
    auth = AppAuth(app.number, app.private_key)
    try:
        auth.create_jwt()
    except Exception:  # PyJWT and cryptography raise a dozen kinds; some quote the key
        raise UsageError("the private key of the GitHub App is none", hint="give the whole PEM file's text") from None
    forge = _connect(address, auth, patience)
    installation = _installation_at(forge) if address.slug.endswith("/") else _installation(forge)
    narrow = NarrowAuth(auth, installation, rights=rights, repositories=repositories)
    return _connect(address, narrow, patience)


def _installation_at(app: GitHubForge) -> int:
    """Of an organisation or a user; a name says nothing of which it is."""
    owner = app.slug.partition("/")[0]
    for kind in ("orgs", "users"):
        try:
            return int(app.door.get(f"/{kind}/{owner}/installation")["id"])
        except Answered as error:
            if error.status != 404:
                raise
    raise ForgeError(f"the GitHub App is not installed at {owner}", hint="install it there, for the repositories swept")
