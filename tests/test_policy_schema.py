"""The published schema, the parser and the defaults are one."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import PolicyError
from bot.policy import (
    CheckpointLimits,
    CheckpointPolicy,
    FixPullRequestPolicy,
    Ignore,
    Policy,
    ProjectPolicy,
    PullRequestPolicy,
)
from bot.policy.check import format_mistake, policy_schema
from bot.policy.load import PolicyFile, load_policy
from bot.policy.sweep import PublishPolicy, SweepPolicy

WORDS_OF_JSON_SCHEMA = {
    "$schema", "title", "description", "type", "additionalProperties", "properties", "items", "maxItems", "minLength",
    "maxLength", "pattern", "format", "enum", "default", "minimum", "maximum", "required", "anyOf", "propertyNames", "examples",
}  # fmt: skip


def validator() -> jsonschema.Draft202012Validator:
    checker = jsonschema.FormatChecker(formats=())
    for name in ("date", "regex", "glob", "relative-path"):
        checker.checks(name)(lambda text, name=name: not isinstance(text, str) or format_mistake(text, name) is None)
    return jsonschema.Draft202012Validator(policy_schema(), format_checker=checker)


def accepted_by_parser(document: Any) -> bool:
    data = yaml.safe_dump(document, allow_unicode=True).encode()
    try:
        load_policy([PolicyFile("p.yml", data)])
    except PolicyError as trouble:
        return any(each in str(trouble) for each in ("expired", "two projects have"))  # no schema can say these
    return True


DOCUMENTS: list[Any] = [
    {},
    {"fail_on": "error"},
    {"fail_on": "eror"},
    {"fail_on": None},
    {"fail_on": ["error"]},
    {"fix": "off", "mmap": "always-when-legal"},
    {"fix": False},
    {"rules": {"LG001": "note", "CK105": "off"}},
    {"rules": {"LG009": "note"}},
    {"rules": {"LG001": "loud"}},
    {"rules": ["LG001"]},
    {"include": ["src/**"], "exclude": ["**/tests/*.py", "a[bc]"]},
    {"include": "src"},
    {"include": ["/src"]},
    {"include": ["../src"]},
    {"include": ["a[b"]},
    {"include": [""]},
    {"include": [3]},
    {"torch_floor": "2.6"},
    {"torch_floor": ">=2.6"},
    {"torch_floor": "2.6.0.1"},
    {"markdown_blocks": True},
    {"markdown_blocks": "yes please"},
    {"ignore": [{"rule": "LG001", "reason": "reviewed by hand"}]},
    {"ignore": [{"rule": "LG001"}]},
    {"ignore": [{"reason": "reviewed by hand"}]},
    {"ignore": [{"match": "torch[.]load", "reason": "reviewed"}]},
    {"ignore": [{"match": "torch(load", "reason": "reviewed"}]},
    {"ignore": [{"rule": "LG001", "reason": "no"}]},
    {"ignore": [{"rule": "LG001", "reason": "reviewed", "expires": "2999-12-31"}]},
    {"ignore": [{"rule": "LG001", "reason": "reviewed", "expires": "soon"}]},
    {"ignore": [{"rule": "LG001", "reason": "reviewed", "expire": "2999-12-31"}]},
    {"ignore": {"rule": "LG001"}},
    {"checkpoints": {"mode": "smoke", "devices": ["cpu", "tpu"], "limits": {"seconds": 60}}},
    {"checkpoints": {"devices": ["gpu"]}},
    {"checkpoints": {"limits": {"seconds": 0}}},
    {"checkpoints": {"limits": {"seconds": 4000}}},
    {"checkpoints": {"limits": {"seconds": True}}},
    {"checkpoints": {"limits": {"seconds": 1.5}}},
    {"checkpoints": {"safe_globals": ["argparse.Namespace"]}},
    {"checkpoints": {"safe_globals": ["eval"]}},
    {"checkpoints": {"safe_globals": ["os; system"]}},
    {"pull_request": {"inline_cap": 0, "comment": "off", "draft": False}},
    {"pull_request": {"inline_cap": 101}},
    {"pull_request": None},
    {"fix_pull_request": {"branch_prefix": "bots", "labels": ["security"], "reviewers": ["octocat", "acme/team"]}},
    {"fix_pull_request": {"branch_prefix": "refs/heads/x"}},
    {"fix_pull_request": {"reviewers": ["not a name"]}},
    {"fix_pull_request": {"group": "project", "max_files": 10, "recreate_after_days": 7, "sign_off": True}},
    {"projects": [{"path": "services/a", "torch_floor": "2.4", "rules": {"LG001": "error"}, "fail_on": "never"}]},
    {"projects": [{"name": "a"}]},
    {"projects": [{"path": "services/a", "mmap": "never"}]},
    {"sweep": {}},
    {"sweep": {"targets": ["org:acme", "user:octocat", "topic:ml-ops", "property:acme:team=search ads", "a/b.c"]}},
    {"sweep": {"targets": ["acme"]}},
    {"sweep": {"targets": ["team:acme"]}},
    {"sweep": {"targets": ["org:acme/x"]}},
    {"sweep": {"targets": ["topic:ML"]}},
    {"sweep": {"targets": ["property:acme:team"]}},
    {"sweep": {"targets": ['property:acme:team="x"']}},
    {"sweep": {"include": ["acme/*"], "exclude": ["*-archive"], "forks": True, "shard_size": 500}},
    {"sweep": {"include": ["/acme"]}},
    {"sweep": {"shard_size": 501}},
    {"sweep": {"publish": {"mode": "all", "opt_in": ["acme/*"], "opt_in_topic": "safe-load", "dashboard": False}}},
    {"sweep": {"publish": {"mode": "on"}}},
    {"sweep": {"publish": {"per_hour": 0}}},
    {"sweep": {"publish": {"canary": [], "halt_closed": 100, "halt_red": 1, "per_hour": 500}}},
    {"sweep": {"publish": {"canary": [0]}}},
    {"sweep": {"publish": {"halt_red": 101}}},
    {"sweep": {"publish": {"dashbord": True}}},
    {"unknown": 1},
    [],
    "text",
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: json.dumps(each)[:70])
def test_schema_and_parser_agree(document: Any) -> None:
    assert accepted_by_parser(document) == validator().is_valid(document)


KEYS = st.sampled_from([*policy_schema()["properties"], "LG001", "reason", "path", "limits", "mode", "odd"])
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5000),
    st.sampled_from(["off", "error", "never", "pr", "cpu", "2.6", "src/*", "[", "a.b", "LG001", "2999-01-01", ""]),
)
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_schema_and_parser_agree_on_anything(document: dict[str, Any]) -> None:
    assert accepted_by_parser(document) == validator().is_valid(document)


def test_the_schema_is_a_schema_of_known_words_only() -> None:
    jsonschema.Draft202012Validator.check_schema(policy_schema())

    def words(schema: Any, *, names: bool = False) -> set[str]:
        if isinstance(schema, list):
            return set().union(*(words(each) for each in schema)) if schema else set()
        if not isinstance(schema, dict):
            return set()
        found = set() if names else set(schema)
        for key, each in schema.items():
            found |= words(each, names=not names and key == "properties")
        return found

    assert words(policy_schema()) <= WORDS_OF_JSON_SCHEMA


SECTIONS: list[tuple[type, tuple[str, ...], set[str]]] = [
    (Policy, (), {"accepted", "origins", "prefix"}),
    (CheckpointPolicy, ("checkpoints",), set()),
    (CheckpointLimits, ("checkpoints", "limits"), set()),
    (PullRequestPolicy, ("pull_request",), set()),
    (FixPullRequestPolicy, ("fix_pull_request",), set()),
    (Ignore, ("ignore",), {"place"}),
    (ProjectPolicy, ("projects",), set()),
    (SweepPolicy, ("sweep",), set()),
    (PublishPolicy, ("sweep", "publish"), set()),
]


@pytest.mark.parametrize(("noun", "path", "internal"), SECTIONS)
def test_fields_and_defaults_are_those_of_the_schema(noun: type, path: tuple[str, ...], internal: set[str]) -> None:
    schema = policy_schema()
    for name in path:
        schema = schema["properties"][name]
    schema = schema.get("items", schema)
    fields = {each.name: each for each in dataclasses.fields(noun)}
    assert set(schema["properties"]) == set(fields) - internal
    for name, each in schema["properties"].items():
        if "default" in each:
            default = each["default"]
            assert fields[name].default == (tuple(default) if isinstance(default, list) else default), name
        assert each.get("description") or name == "rules", f"{name} says nothing of itself"
