"""What GitHub itself publishes, against what we send, what the test server says, and what the event reader takes.

The pip half (OpenAPI models for github.com) is in force in every test that uses the test server; this is the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from graphql import GraphQLEnumType, GraphQLSchema, GraphQLUnionType, build_schema, parse, validate

from bot.edge.github import listing, queries
from bot.errors import LoadguardError
from bot.model import MARKER, SUMMARY_MARKER, FileChange, FixBranch, Foreseen, Review, ReviewComment
from bot.model.sweep import Kind, Target
from bot.plan.event import Ignore, read_event
from tests.fake_github import FakeGitHub
from tests.fake_github.schema import SCHEMA
from tests.fake_github.server import Logged
from tests.github_stories import Story, tell
from tests.published import published, read_json

QUERIES = {
    "talk": queries.TALK,
    "branch": queries.BRANCH,
    "reviews": queries.REVIEWS,
    "resolve": queries.RESOLVE,
    "state": queries.STATE,
    "move": queries.MOVE,
    "standing": queries.standing_query(talk=True, branch=True, check=True, files=(3, 2), shared=1),
    "push": queries.standing_query(talk=False, branch=True, shared=1),
    "gate": queries.standing_query(talk=False, branch=False, shared=1),
    "viewer": queries.VIEWER,
    "files": queries.files_query(2),
    "folders": queries.folders_query(2),
    "owned": listing.OWNED,
    "found": listing.FOUND,
    "named": listing.named_query(2),
    "shared": listing.shared_query(2),
}


# -- GraphQL -------------------------------------------------------------------------------------------------


def github_schema() -> GraphQLSchema:
    text = published("graphql-schema/schema.graphql").read_text(encoding="utf-8")
    # The published text defines two fields twice; that is GitHub's, not ours to judge.
    return build_schema(text, assume_valid=True, assume_valid_sdl=True)


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_is_valid_on_the_test_server(name: str) -> None:
    assert validate(build_schema(SCHEMA), parse(QUERIES[name])) == []


def test_every_query_is_valid_in_githubs_published_schema() -> None:
    schema = github_schema()
    wrong = {name: validate(schema, parse(text)) for name, text in QUERIES.items()}
    assert {name: errors for name, errors in wrong.items() if errors} == {}


def test_the_servers_types_are_githubs() -> None:
    github = github_schema().type_map
    assert list(strays(build_schema(SCHEMA), github)) == []


def strays(ours: GraphQLSchema, github: dict[str, Any]) -> Iterator[str]:
    """Whatever our part of the schema says otherwise than GitHub's."""
    for name, kind in ours.type_map.items():
        theirs = github.get(name)
        if theirs is None:
            yield name
            continue
        for field, described in getattr(kind, "fields", {}).items():
            other = theirs.fields.get(field)
            if other is None or str(other.type) != str(described.type):
                yield f"{name}.{field}"
                continue
            for argument, value in getattr(described, "args", {}).items():
                if str(getattr(other.args.get(argument), "type", "")) != str(value.type):
                    yield f"{name}.{field}({argument})"
        if isinstance(kind, GraphQLEnumType):
            yield from (f"{name} {value}" for value in set(kind.values) - set(theirs.values))
        if isinstance(kind, GraphQLUnionType):
            yield from (f"{name} {one.name}" for one in kind.types if one.name not in {x.name for x in theirs.types})


# -- REST on GitHub Enterprise Server ------------------------------------------------------------------------


def everything(story: Story) -> list[Logged]:
    """One of each request the forge can send, from the server's log."""
    forge, github = story.forge(), story.github
    facts = forge.pull_request(story.pull.number)
    files = ((facts.base_sha, ("pkg/train.py",)), (facts.head_sha, ("pkg/run.py",)))
    foreseen = Foreseen("loadguard/weights-only", facts.head_ref, facts.number, files, shared=("loadguard.yml",))
    forge.prepare(replace(foreseen, check=("Loadguard", facts.head_sha)))
    forge.changed_files(facts)
    forge.read_files(["pkg/train.py"], facts.head_sha)
    forge.read_file("pkg/run.py", facts.head_sha)
    forge.default_branch()
    forge.branch_sha("main")
    comments = (
        ReviewComment("pkg/run.py", 5, 4, f"{MARKER}finding a -->", "a"),
        ReviewComment("pkg/run.py", 500, None, f"{MARKER}finding b -->", "b"),
        ReviewComment("pkg/run.py", None, None, f"{MARKER}finding c -->", "c"),
    )
    forge.post_review(facts, Review(facts.head_sha, "Body.", comments))
    forge.resolve_thread(forge.threads(facts)[0])
    forge.put_summary(facts, SUMMARY_MARKER, existing=None)
    forge.put_summary(facts, f"{SUMMARY_MARKER}2", existing=forge.summary(facts))
    story.repository.collaborators.add("alice")
    fix = FixBranch(
        "loadguard/weights-only", "feature", facts.head_sha, (FileChange("latin.py", b"\xe9"),), "t",
        f"{MARKER}x=1 -->", "m", labels=("security",), reviewers=("alice",),
    )  # fmt: skip
    forge.push_fix_branch(fix, standing=None)
    github.faults.add("POST", r"/pulls$", status=502, after=True)
    opened = forge.open_fix_pull_request(fix)
    forge.push_fix_branch(fix, standing=forge.fix_branch(fix.name, fix.base_ref))
    forge.close_fix_pull_request(opened, "Closed.")
    listing.Listing(lambda owner: forge.door).with_property(Target(Kind.PROPERTY, "octo:team=search ads"), 1)
    return list(github.requests)


@pytest.mark.parametrize("version", ["api.github.com", "ghes-3.17", "ghes-3.18", "ghes-3.19"])
def test_every_request_is_valid_on_enterprise_server_too(version: str, tmp_path: Path) -> None:
    described = read_json(published(f"openapi/generated/{version}.deref.json"))["paths"]
    with FakeGitHub() as github:
        log = everything(tell(github, tmp_path))
    assert len({(one.method, re.sub(r"\d+|[0-9a-f]{40}", "N", one.path)) for one in log}) > 14
    wrong = [f"{one}: {trouble}" for one in log if one.path != "/graphql" for trouble in troubles(one, described)]
    assert wrong == []


def troubles(one: Logged, described: dict[str, Any]) -> Iterator[str]:
    """Why a description would not take a request."""
    fitting = [
        path
        for path in described
        if re.fullmatch(
            re.sub(
                r"\\\{(path|ref|basehead)\\\}",
                ".+",
                re.sub(r"\\\{(?!path|ref|basehead)\w+\\\}", "[^/]+", re.escape(path)),
            ),
            one.path,
        )
        and one.method.lower() in described[path]
    ]
    if not fitting:
        yield "no such endpoint"
        return
    operation = described[max(fitting, key=lambda path: len(re.sub(r"\{\w+\}", "", path)))][one.method.lower()]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if one.body and body is None:
        yield "takes no body"
    elif body is not None and one.body is not None:
        yield from (error.message for error in jsonschema.Draft202012Validator(body).iter_errors(one.body))
        known = set(body.get("properties", {})) if "properties" in body else None
        if known is not None and isinstance(one.body, dict):
            yield from (f"no property {key}" for key in set(one.body) - known)


# -- events --------------------------------------------------------------------------------------------------

EVENTS = ("pull_request", "push", "issue_comment", "check_run", "workflow_dispatch", "workflow_run", "merge_group")


@pytest.mark.parametrize("flavour", ["api.github.com", "ghes-35"])
def test_every_published_event_is_taken_or_refused_in_words(flavour: str) -> None:
    examples = read_json(published(f"webhooks-examples/{flavour}/index.json"))
    seen = 0
    for entry in examples:
        for payload in entry["examples"]:
            seen += 1
            try:
                told = read_event(entry["name"], payload)
            except LoadguardError as error:
                assert str(error)
                continue
            if isinstance(told, Ignore):
                assert told.message
    assert seen > 100


def test_events_of_the_test_server_are_of_the_published_shape(tmp_path: Path) -> None:
    examples = {
        entry["name"]: entry["examples"]
        for entry in read_json(published("webhooks-examples/api.github.com/index.json"))
    }
    with FakeGitHub() as github:
        story = tell(github, tmp_path)
        made = {
            "pull_request": github.pull_request_event(story.repository, story.pull),
            "push": github.push_event(story.repository),
        }
    for name, payload in made.items():
        common = set.intersection(*(set(one) for one in examples[name])) - {"organization", "installation", "compare"}
        assert common <= set(payload), name
        json.dumps(payload)
