"""How a sweep's commands reach GitHub: with the environment's token, or as an App with a token narrowed for the job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cli.context import Context
from bot.cli.doctor import token_of
from bot.errors import UsageError
from bot.model.sweep import Repository
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.edge.github.forge import GitHubForge
    from bot.edge.github.narrow import App

READ = {"contents": "read", "metadata": "read"}
"""Rights of an App's token that reads trees."""


class Doors:
    """A forge for each owner, made when it is first asked for. `repositories` are those the job will touch: an App's
    token is narrowed to them. An owner's policy lies in none of them, and would look as if it were not there: a token
    of its own reads it. `wishes` are rights that an App's token has too where the App was given them.
    """

    def __init__(
        self,
        context: Context,
        permissions: Mapping[str, str],
        repositories: Iterable[Repository] = (),
        *,
        wishes: Mapping[str, str] | None = None,
    ) -> None:
        self._context = context
        self._permissions = permissions
        self._wishes = wishes
        self._settings = read_settings(context.environ)
        self._app = app_of(context.environ)
        self._mine: dict[str, list[Repository]] = {}
        for each in repositories:
            self._mine.setdefault(_owner(each.slug), []).append(each)
        self._forges: dict[tuple[str, bool], GitHubForge] = {}

    def forge(self, slug: str) -> GitHubForge:
        """A repository's forge. Raises `UsageError` without a token, `ForgeError` where the App is not installed."""
        shared = slug.endswith("/.github")
        key = (_owner(slug), shared) if self._app is not None else ("", False)
        if key not in self._forges:
            self._forges[key] = self._connected(slug, narrow=not shared)
        return self._forges[key].beside(slug)

    def owner(self, login: str) -> GitHubForge:
        """The forge for what an owner has, before it is known what that is. An App's token is not narrowed to it."""
        key = (login.lower(), True) if self._app is not None else ("", False)
        if key not in self._forges:
            self._forges[key] = self._connected(f"{login}/", narrow=False)
        return self._forges[key]

    @property
    def web(self) -> str:
        """GITHUB_SERVER_URL: where repositories are cloned from."""
        return self._settings.server_url.rstrip("/")

    @property
    def is_app(self) -> bool:
        """Whether it is an App that asks."""
        return self._app is not None

    def token(self, slug: str) -> str:
        """A token that is good now, for git. An App's is renewed behind it."""
        return self.forge(slug).door.token

    def _connected(self, slug: str, *, narrow: bool) -> GitHubForge:
        from bot.edge.github.forge import Address, connect

        address = Address(slug, self._settings.api_url, self._settings.server_url)
        patience = self._context.patience
        if self._app is None:
            return connect(address, token=sweep_token(self._context.environ), patience=patience)
        from bot.edge.github.narrow import Rights, connect_narrow

        mine = self._mine.get(_owner(slug), [])
        address = replace(address, slug=mine[0].slug if mine else slug)  # where the App is surely installed
        ids = [each.database_id for each in mine] if narrow else []
        rights = Rights(self._permissions, self._wishes or {})
        return connect_narrow(address, self._app, rights=rights, repositories=ids, patience=patience)


def sweep_token(environ: Mapping[str, str]) -> str:
    """The token of a sweep. Raises `UsageError` where there is none."""
    token = environ.get("LOADGUARD_TOKEN") or token_of(environ)
    if not token:
        hint = "set GITHUB_TOKEN or LOADGUARD_TOKEN, or LOADGUARD_APP_ID and LOADGUARD_APP_PRIVATE_KEY"
        raise UsageError("a sweep needs a token for GitHub", hint=hint)
    return token


def app_of(environ: Mapping[str, str]) -> App | None:
    """The App that the environment names. Raises `UsageError` for half of one, or a number that is none."""
    number, key = environ.get("LOADGUARD_APP_ID", ""), environ.get("LOADGUARD_APP_PRIVATE_KEY", "")
    if not number and not key:
        return None
    if not number.isdigit() or not key:
        missing = "LOADGUARD_APP_PRIVATE_KEY" if number.isdigit() else "LOADGUARD_APP_ID"
        raise UsageError(f"{missing} is missing, or is none", hint="a GitHub App needs its number and its private key")
    from bot.edge.github.narrow import App

    return App(int(number), key.replace("\\n", "\n"))


def _owner(slug: str) -> str:
    return slug.partition("/")[0].lower()
