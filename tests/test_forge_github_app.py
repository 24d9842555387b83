"""A GitHub App: its key makes tokens that live an hour, and a run that lasts longer gets a new one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.edge.github.forge import Address, GitHubForge, connect_app
from bot.edge.github.http import Patience
from bot.errors import ForgeError
from bot.model import SUMMARY_MARKER
from tests.fake_github import FakeGitHub, Pull

APP, INSTALLATION = 77, 4242


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def github(key: rsa.RSAPrivateKey) -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        account = server.account("loadguard-app[bot]", kind="Bot")
        server.apps[APP] = {"account": account, "public_key": key.public_key()}
        yield server


@pytest.fixture
def pull(github: FakeGitHub) -> Pull:
    repository = github.create_repository({"a.py": "1\n"})
    return github.open_pull_request(repository, {"a.py": "2\n"})


def forge_of(github: FakeGitHub, key: rsa.RSAPrivateKey, *, app: int = APP) -> GitHubForge:
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    pem = key.private_bytes(*kinds).decode()
    address = Address("octo/models", github.api_url, github.web)
    patience = Patience(sleep=lambda _: None)
    return connect_app(address, app_id=app, private_key=pem, installation=INSTALLATION, patience=patience)


def test_an_app_writes_as_itself(github: FakeGitHub, key: rsa.RSAPrivateKey, pull: Pull) -> None:
    forge = forge_of(github, key)
    facts = forge.pull_request(pull.number)
    forge.put_summary(facts, SUMMARY_MARKER, existing=None)
    assert [one.author.login for one in pull.comments] == ["loadguard-app[bot]"]
    assert forge.summary(facts) is not None
    assert sum(one.path.endswith("/access_tokens") for one in github.requests) == 1
    assert "BEGIN" not in repr(forge)


def test_a_token_that_ends_is_renewed_before_it_does(
    github: FakeGitHub, key: rsa.RSAPrivateKey, pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge = forge_of(github, key)
    forge.pull_request(pull.number)
    first = next(reversed(github.tokens.values()))
    later = datetime.now(UTC) + timedelta(minutes=61)
    github.clock = later.timestamp

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return later

    monkeypatch.setattr("github.Auth.datetime", Later)
    forge.pull_request(pull.number)
    second = next(reversed(github.tokens.values()))
    assert first is not second
    assert [one.status for one in github.requests] == [201, 200, 201, 200]


def test_a_key_that_is_not_the_apps(github: FakeGitHub, pull: Pull) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(ForgeError, match="does not accept the token"):
        forge_of(github, stranger).pull_request(pull.number)
