"""Inputs and the runner's variables: validated once, the token never shown."""

from __future__ import annotations

import pytest

from bot.errors import UsageError
from bot.policy.load import load_policy
from bot.settings import INPUTS, OVERRIDES, read_settings

RUNNER = {
    "GITHUB_REPOSITORY": "acme/models",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_EVENT_PATH": "/github/workflow/event.json",
    "GITHUB_WORKSPACE": "/github/workspace",
    "GITHUB_SHA": "a" * 40,
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_RUN_ID": "12",
    "INPUT_GITHUB-TOKEN": "ghs_thisisnotarealtoken0000000000000000",
}


def test_the_repr_is_pinned_and_holds_no_token() -> None:
    settings = read_settings(RUNNER)
    assert repr(settings) == (
        "Settings(app_id=None, api_url='https://api.github.com', graphql_url='https://api.github.com/graphql', "
        "server_url='https://github.com', repository='acme/models', event_name='pull_request', "
        "event_path='/github/workflow/event.json', workspace='/github/workspace', "
        f"sha='{'a' * 40}', ref='refs/pull/7/merge', actor='', run_id='12', output_path='', summary_path='', paths=(), "
        "config='', sarif_file='', sarif_upload=False, report_json='', dry_run=False, overrides={}, sweep='', "
        "sweep_targets=(), sweep_shard='')"
    )
    assert settings.token == RUNNER["INPUT_GITHUB-TOKEN"]
    assert settings.run_url == "https://github.com/acme/models/actions/runs/12"


def test_names_with_hyphens_and_with_underscores_are_read() -> None:
    assert read_settings({"INPUT_FAIL-ON": "error"}).overrides == {"fail_on": "error"}
    assert read_settings({"INPUT_FAIL_ON": " Error "}).overrides == {"fail_on": "error"}


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("FAIL-ON", "warn", "it takes note, warning, error or never"),
        ("FIX", "yes", "it takes off, suggest or pr"),
        ("DRY-RUN", "maybe", "it takes true or false"),
    ],
)
def test_a_wrong_choice_names_the_input_and_the_choices(name: str, value: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_settings({f"INPUT_{name}": value})
    assert f"input `{name.lower()}` is {value!r}" in str(caught.value)
    assert caught.value.hint == hint


@pytest.mark.parametrize("address", ["ftp://x", "https://user:pw@host", "api.github.com", "https://"])
def test_an_address_is_http_and_carries_no_password(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_settings({"INPUT_GITHUB-API-URL": address})
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "api", "graphql"),
    [
        ({}, "https://api.github.com", "https://api.github.com/graphql"),
        (
            {
                "GITHUB_API_URL": "https://git.acme.example/api/v3",
                "GITHUB_GRAPHQL_URL": "https://git.acme.example/api/graphql",
            },
            "https://git.acme.example/api/v3",
            "https://git.acme.example/api/graphql",
        ),
        (
            {"GITHUB_API_URL": "https://api.github.com", "INPUT_GITHUB-API-URL": "https://ghe.example/api/v3/"},
            "https://ghe.example/api/v3",
            "https://ghe.example/api/graphql",
        ),
        ({"INPUT_GITHUB-API-URL": "http://127.0.0.1:80"}, "http://127.0.0.1:80", "http://127.0.0.1:80/graphql"),
        ({"INPUT_GITHUB-API-URL": "${{ github.api_url }}"}, "https://api.github.com", "https://api.github.com/graphql"),
    ],
)
def test_addresses_on_every_kind_of_server(environ: dict[str, str], api: str, graphql: str) -> None:
    settings = read_settings(environ)
    assert (settings.api_url, settings.graphql_url) == (api, graphql)


def test_what_ci_chooses_lies_over_the_policy() -> None:
    given = {
        "INPUT_FAIL-ON": "never",
        "INPUT_FIX": "pr",
        "INPUT_MMAP": "never",
        "INPUT_TORCH-FLOOR": "2.10",
        "INPUT_COMMENT": "summary",
        "INPUT_CHECKPOINTS": "static",
        "INPUT_DEVICES": "cpu, cuda",
    }
    policy = load_policy((), overrides=read_settings(given).overrides)
    assert policy.fail_on is None
    assert (policy.fix, policy.mmap, policy.torch_floor) == ("pr", "never", "2.10")
    assert (policy.pull_request.comment, policy.checkpoints.mode) == ("summary", "static")
    assert policy.checkpoints.devices == ("cpu", "cuda")
    assert set(policy.origins) == set(OVERRIDES.values())


def test_an_input_the_schema_refuses_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"`checkpoints.devices` is 'gpu'"):
        load_policy((), overrides=read_settings({"INPUT_DEVICES": "gpu"}).overrides)


def test_every_overriding_input_is_an_input() -> None:
    assert set(OVERRIDES) <= {each.name for each in INPUTS}


def test_an_app_needs_its_number_and_its_key() -> None:
    both = read_settings({"INPUT_APP-ID": "77", "INPUT_APP-PRIVATE-KEY": "a\\nb"})
    assert (both.app_id, both.app_private_key) == (77, "a\nb")
    assert "app_private_key" not in repr(both)
    with pytest.raises(UsageError, match="`app-id` is set and `app-private-key` is empty"):
        read_settings({"INPUT_APP-ID": "77"})
    with pytest.raises(UsageError, match="`app-private-key` is set and `app-id` is empty"):
        read_settings({"INPUT_APP-PRIVATE-KEY": "key"})
    with pytest.raises(UsageError, match=r"`app-id` is 'Iv1\.x'"):
        read_settings({"INPUT_APP-ID": "Iv1.x", "INPUT_APP-PRIVATE-KEY": "key"})
