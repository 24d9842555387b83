"""Who a sweep is on GitHub: a token of the environment, or an App with a token for this job and no more."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.cli.context import Context
from bot.cli.sweep_door import READ, Doors, app_of, sweep_token
from bot.cli.sweep_publish import run_publish
from bot.edge.github.errors import Answered
from bot.edge.github.http import Patience
from bot.edge.github.narrow import MOST_REPOSITORIES
from bot.edge.runner import Console
from bot.errors import ForgeError, PermissionMissing, UsageError
from bot.model.sweep import Repository
from tests.fake_github import FakeGitHub
from tests.sweep_organisation import organisation
from tests.sweep_publish_helpers import Publishing
from tests.sweep_run_helpers import LOAD, Bench, planned

APP = 77


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def github(key: rsa.RSAPrivateKey) -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        account = server.account("loadguard-app[bot]", kind="Bot")
        server.apps[APP] = {"account": account, "public_key": key.public_key(), "installation": 4242}
        yield server


def environ_of(github: FakeGitHub, key: rsa.RSAPrivateKey) -> dict[str, str]:
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return {
        "LOADGUARD_APP_ID": str(APP),
        "LOADGUARD_APP_PRIVATE_KEY": key.private_bytes(*kinds).decode().replace("\n", "\\n"),
        "GITHUB_API_URL": github.api_url,
        "GITHUB_SERVER_URL": github.web,
    }


def doors_of(environ: Mapping[str, str], repositories: list[Repository]) -> Doors:
    context = Context(environ, Console(io.StringIO(), io.StringIO()), Path(), Patience(sleep=lambda _: None))
    return Doors(context, READ, repositories)


def test_an_apps_token_reads_this_jobs_repositories_and_nothing_else(
    github: FakeGitHub, key: rsa.RSAPrivateKey
) -> None:
    rows = planned(github, {"acme/one": {"a.py": LOAD}, "acme/two": {"a.py": LOAD}}, private=True)
    planned(github, {"acme/other": {"a.py": LOAD}}, private=True)
    doors = doors_of(environ_of(github, key), [row.repository for row in rows])
    assert doors.forge("acme/one").read_file("a.py", "main") == LOAD.encode()
    assert doors.forge("acme/two").read_file("a.py", "main") == LOAD.encode()
    with pytest.raises((Answered, PermissionMissing)):
        doors.forge("acme/other").default_branch()
    (made,) = [one for one in github.requests if one.path.endswith("/access_tokens")]
    assert made.body["permissions"] == {"contents": "read", "metadata": "read"}
    assert sorted(made.body["repository_ids"]) == sorted(row.repository.database_id for row in rows)
    with pytest.raises(PermissionMissing):
        doors.forge("acme/one").door.put(
            "/repos/acme/one/git/refs/heads/main",
            {"sha": rows[0].repository.commit},
            method="PATCH",
            needs="contents: write",
        )


def test_the_owners_policy_is_read_with_a_token_of_its_own(github: FakeGitHub, key: rsa.RSAPrivateKey) -> None:
    rows = planned(github, {"acme/one": {"a.py": LOAD}}, private=True)
    github.create_repository({"loadguard.yml": "fail_on: never\n"}, slug="acme/.github", private=True)
    doors = doors_of(environ_of(github, key), [rows[0].repository])
    assert doors.forge("acme/.github").read_file("loadguard.yml", "HEAD") == b"fail_on: never\n"
    assert doors.forge("acme/one").read_file("a.py", "main") == LOAD.encode()
    bodies = [one.body for one in github.requests if one.path.endswith("/access_tokens")]
    assert ["repository_ids" in body for body in bodies] == [False, True]


def test_more_repositories_than_a_token_can_be_narrowed_to(github: FakeGitHub, key: rsa.RSAPrivateKey) -> None:
    (row,) = planned(github, {"acme/one": {"a.py": LOAD}})
    many = [
        row.repository,
        *(Repository(f"R{n}", f"acme/r{n}", database_id=n) for n in range(1, MOST_REPOSITORIES + 1)),
    ]
    doors_of(environ_of(github, key), many).forge("acme/one").default_branch()
    (made,) = [one for one in github.requests if one.path.endswith("/access_tokens")]
    assert "repository_ids" not in made.body


def test_an_app_that_is_not_installed(github: FakeGitHub, key: rsa.RSAPrivateKey) -> None:
    (row,) = planned(github, {"acme/one": {"a.py": LOAD}})
    github.apps[APP]["installation"] = None
    with pytest.raises(ForgeError, match="the GitHub App is not installed on acme/one"):
        doors_of(environ_of(github, key), [row.repository]).forge("acme/one")


def test_a_whole_run_as_an_app(
    github: FakeGitHub, key: rsa.RSAPrivateKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(github, tmp_path)
    bench.plan(planned(github, {"acme/one": {"a.py": LOAD}, "beta/two": {"a.py": LOAD}}, private=True))
    environ = environ_of(github, key)
    assert bench.command(environ=environ) == 0
    assert {row.progress.value for row in bench.rows().values()} == {"scanned"}
    ids = [one.body.get("repository_ids") for one in github.requests if one.path.endswith("/access_tokens")]
    assert len([each for each in ids if each and len(each) == 1]) == 2, "each owner's token knows its own only"


def test_a_whole_plan_as_an_app(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    with organisation(tmp_path, 3) as made:
        github = made.github
        account = github.account("sweeper[bot]", kind="Bot")
        github.apps[APP] = {"account": account, "public_key": key.public_key(), "installation": 4242}
        environ = environ_of(github, key)
        assert made.plan(environ=environ) == 0
        assert len(made.rows()) == 3
        asked = [entry for entry in github.requests if entry.path.startswith("/app/installations/")]
        assert [entry.body for entry in asked] == [{"permissions": {"contents": "read", "metadata": "read"}}]
        with pytest.raises(UsageError, match="topic:ml: a topic has no owner"):
            made.plan("topic:ml", environ=environ)
        github.apps[APP]["installation"] = None
        with pytest.raises(ForgeError, match="the GitHub App is not installed at acme"):
            made.plan(environ=environ)


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"LOADGUARD_APP_ID": "77"}, "LOADGUARD_APP_PRIVATE_KEY is missing"),
        ({"LOADGUARD_APP_PRIVATE_KEY": "x"}, "LOADGUARD_APP_ID is missing"),
        ({"LOADGUARD_APP_ID": "seven", "LOADGUARD_APP_PRIVATE_KEY": "x"}, "LOADGUARD_APP_ID is missing, or is none"),
    ],
)
def test_half_an_app(environ: dict[str, str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        app_of(environ)


def test_a_key_that_is_none_is_not_shown(github: FakeGitHub) -> None:
    environ = {"LOADGUARD_APP_ID": "77", "LOADGUARD_APP_PRIVATE_KEY": "hunter2", "GITHUB_API_URL": github.api_url}
    with pytest.raises(UsageError, match="the private key of the GitHub App is none") as caught:
        doors_of(environ, []).forge("acme/one")
    assert "hunter2" not in f"{caught.value}{caught.value.hint}{app_of(environ)!r}"


@pytest.mark.parametrize("name", ["LOADGUARD_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"])
def test_a_token_by_the_names_people_use(name: str) -> None:
    assert sweep_token({name: "ghs_x"}) == "ghs_x"


def test_no_token_at_all() -> None:
    with pytest.raises(UsageError, match="a sweep needs a token"):
        sweep_token({"GITHUB_TOKEN": ""})


def test_a_token_that_dies_while_publishing_is_renewed(
    github: FakeGitHub, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    bench = Publishing(github, tmp_path)
    bench.scanned(2)
    fault = github.faults.add("POST", r"/pulls$", status=401, body={"message": "Bad credentials"})
    context = replace(bench.context, environ=environ_of(github, key))
    outcome, _ = run_publish(bench.arguments(), context)
    assert (outcome.opened, outcome.failures, fault.struck) == (2, 0, 1)
    assert len(bench.pulls) == 2, "and none has two"
    made = [one.body for one in github.requests if one.path.endswith("/access_tokens")]
    writing = [each for each in made if each["permissions"]["contents"] == "write"]
    assert len(writing) == 2, "one at first, and another after that one died"
    assert all(len(each["repository_ids"]) == 2 for each in writing)
    seeing = [each["permissions"] for each in made if each not in writing]
    assert [each["checks"] for each in seeing] == ["read"]


def test_rights_the_app_was_not_given_are_done_without(
    github: FakeGitHub, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    bench = Publishing(github, tmp_path)
    bench.scanned(1)
    refused = {"message": "The permissions requested are not granted to this installation."}
    github.faults.add("POST", r"/access_tokens$", status=422, body=refused)
    outcome, _ = run_publish(bench.arguments(), replace(bench.context, environ=environ_of(github, key)))
    assert outcome.opened == 1


def test_a_persons_token_that_dies_is_told_of(github: FakeGitHub, tmp_path: Path) -> None:
    bench = Publishing(github, tmp_path)
    bench.scanned(1)
    github.faults.add("POST", r"/graphql$", status=401, body={"message": "Bad credentials"}, times=99)
    outcome = bench.publish()
    assert outcome.failures == 1 and "does not accept the token" in outcome.failed[0][1]
