"""The repositories of an owner, a topic, a custom property, a list of names: by GraphQL, a hundred an answer.

Each page overlaps with the one before it by a few entries (`Page`), so that a list that shifts between two requests is
noticed. One query takes two points of the hour's 5,000: languages and topics are connections of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.edge.github.http import Door
from bot.edge.github.queries import PAGE
from bot.errors import UsageError
from bot.model.sweep import Allowance, Kind, Page, Repository, Target
from bot.policy.load import ORGANISATION_FILE
from bot.policy.tree import LARGEST

COST = 2
"""Points of a page, by GitHub's rule: a request for each connection, by a hundred."""
OVERLAP = 3
"""Entries that two pages have in common: so many may vanish between them, less one, without a request more."""
NAMES = 50
"""Repositories asked for by name in one query."""
_HOLES = frozenset({"NOT_FOUND", "FORBIDDEN"})
"""What an answer says of an entry that vanished, or that the token may not see: it is null, and the rest is there."""

Json = Mapping[str, Any]

FACTS = """
  id databaseId nameWithOwner pushedAt diskUsage isPrivate isArchived isFork isMirror isDisabled isEmpty
  languages(first: 100) { nodes { name } }
  repositoryTopics(first: 20) { nodes { topic { name } } }
  defaultBranchRef { name target { oid ... on Commit { tree { oid } } } }
  policy: object(expression: "HEAD:.github/loadguard.yml") { ... on Blob { text } }
"""
_EDGES = f"pageInfo {{ hasNextPage endCursor }} edges {{ cursor node {{ ... on Repository {{ {FACTS} }} }} }}"
OWNED = f"""
query($login: String!, $first: Int!, $after: String) {{
  repositoryOwner(login: $login) {{
    repositories(
      first: $first, after: $after, ownerAffiliations: [OWNER], orderBy: {{field: CREATED_AT, direction: ASC}}
    ) {{ totalCount {_EDGES} }}
  }}
}}
"""
FOUND = f"""
query($text: String!, $first: Int!, $after: String) {{
  search(query: $text, type: REPOSITORY, first: $first, after: $after) {{ repositoryCount {_EDGES} }}
}}
"""


def named_query(count: int) -> str:
    """`count` repositories by name: `$o0`, `$n0`, `$o1`, …"""
    variables = ", ".join(f"$o{n}: String!, $n{n}: String!" for n in range(count))
    fields = "\n".join(f"r{n}: repository(owner: $o{n}, name: $n{n}) {{ ...facts }}" for n in range(count))
    return f"query({variables}) {{\n{fields}\n}}\nfragment facts on Repository {{ {FACTS} }}\n"


def shared_query(count: int) -> str:
    """The policy that each of `count` owners keeps for all it has."""
    variables = ", ".join(f"$o{n}: String!" for n in range(count))
    policy = f'object(expression: "HEAD:{ORGANISATION_FILE}") {{ ... on Blob {{ text }} }}'
    fields = "\n".join(f'r{n}: repository(owner: $o{n}, name: ".github") {{ policy: {policy} }}' for n in range(count))
    return f"query({variables}) {{\n{fields}\n}}\n"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a plan asks of GitHub. `door` is the one for an owner: an App has one for each it is installed at."""

    door: Callable[[str], Door]
    asked: Counter[str] = field(default_factory=Counter)
    """Requests by the limit they draw on."""
    _doors: list[Door] = field(default_factory=list)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The limits as they were last told."""
        return tuple(each for door in self._doors for each in door.limits.values())

    # -- lists -----------------------------------------------------------------------------------------------
    def page(self, target: Target, resume: str, size: int) -> Page:
        """A page of what an owner has, or of what a search for the target's value finds.

        Raises `UsageError` for an owner that is not there, `Troubled` where less may be asked for, `ForgeError`.
        """
        if target.kind is Kind.TOPIC:
            return self._search(target.value, resume, size)
        variables = {"login": target.value, "first": size, "after": resume or None}
        answer = self._ask(target.value, OWNED, variables, {"repositoryOwner.repositories.edges": _HOLES})
        if answer["repositoryOwner"] is None:
            raise UsageError(f"{target}: GitHub knows no such owner, or hides it", hint="is the name right?")
        found = answer["repositoryOwner"]["repositories"]
        return _page(found, total=found["totalCount"], resumed=bool(resume))

    def _search(self, words: str, resume: str, size: int) -> Page:
        variables = {"text": f"topic:{words}", "first": size, "after": resume or None}
        found = self._ask("", FOUND, variables, {"search.edges": _HOLES})["search"]
        return _page(found, total=found["repositoryCount"], resumed=bool(resume))

    def named(self, slugs: Sequence[str]) -> tuple[tuple[Repository, ...], tuple[str, ...]]:
        """Repositories of one owner by name, at most `NAMES`; and the names of which there is none to see."""
        pairs = [slug.split("/") for slug in slugs]
        variables = {f"{key}{n}": text for n, pair in enumerate(pairs) for key, text in zip("on", pair, strict=True)}
        spare = {f"r{n}": _HOLES for n in range(len(pairs))}
        answer = self._ask(pairs[0][0], named_query(len(pairs)), variables, spare)
        nodes = {slug: answer[f"r{n}"] for n, slug in enumerate(slugs)}
        found = tuple(repository_of(node) for node in nodes.values() if node)
        return found, tuple(slug for slug, node in nodes.items() if not node)

    def with_property(self, target: Target, number: int) -> tuple[tuple[str, ...], bool]:
        """Page `number` of the names of an organisation's repositories whose custom property has the value, and
        whether there is another. The list is narrowed by GitHub and looked through here: what a value means to its
        search is GitHub's affair.
        """
        organisation, _, rest = target.value.partition(":")
        name, _, value = rest.partition("=")
        self.asked["core"] += 1
        query = f'props.{name}:"{value}"' if " " in value else f"props.{name}:{value}"
        path = f"/orgs/{organisation}/properties/values"
        listed = self._opened(organisation).get(path, repository_query=query, per_page=PAGE, page=number)
        fitting = (each["repository_full_name"] for each in listed if _has(each["properties"], name, value))
        return tuple(fitting), len(listed) == PAGE

    def shared(self, owners: Sequence[str]) -> dict[str, str | None]:
        """The policies that owners keep in their `.github` repositories; all behind the same door, at most `NAMES`."""
        variables = {f"o{n}": owner for n, owner in enumerate(owners)}
        spare = {f"r{n}": _HOLES for n in range(len(owners))}
        answer = self._ask(owners[0], shared_query(len(owners)), variables, spare)
        return {owner: _text((answer[f"r{n}"] or {}).get("policy")) for n, owner in enumerate(owners)}

    def batches(self, slugs: Iterable[str]) -> list[list[str]]:
        """Names, or owners, in parts that one query takes: those behind the same door, at most `NAMES`."""
        by_door: dict[int, list[str]] = {}
        for slug in slugs:
            by_door.setdefault(id(self._opened(slug.partition("/")[0])), []).append(slug)
        return [part[at : at + NAMES] for part in by_door.values() for at in range(0, len(part), NAMES)]

    # -- asking ----------------------------------------------------------------------------------------------
    def _ask(self, owner: str, text: str, variables: Json, spare: Mapping[str, frozenset[str]]) -> Any:
        self.asked["graphql"] += 1
        return self._opened(owner).ask(text, variables, spare=spare)

    def _opened(self, owner: str) -> Door:
        door = self.door(owner)
        if door not in self._doors:
            self._doors.append(door)
        return door


def repository_of(node: Json) -> Repository:
    """What `FACTS` says."""
    head = node["defaultBranchRef"] or {"name": "", "target": None}
    target = head["target"] or {}
    languages = node["languages"] or {"nodes": []}
    return Repository(
        id=node["id"],
        slug=node["nameWithOwner"],
        database_id=node["databaseId"] or 0,
        branch=head["name"],
        commit=target.get("oid", ""),
        tree=(target.get("tree") or {}).get("oid", ""),
        pushed_at=node["pushedAt"] or "",
        kilobytes=node["diskUsage"] or 0,
        languages=tuple(each["name"] for each in languages["nodes"]),
        topics=tuple(each["topic"]["name"] for each in node["repositoryTopics"]["nodes"]),
        private=node["isPrivate"],
        archived=node["isArchived"],
        fork=node["isFork"],
        mirror=node["isMirror"],
        disabled=node["isDisabled"],
        empty=node["isEmpty"],
        policy=_text(node["policy"]),
    )


def _page(connection: Json, *, total: int, resumed: bool) -> Page:
    edges = connection["edges"] or []
    nodes = [edge["node"] if edge else None for edge in edges]
    resume = ""
    if connection["pageInfo"]["hasNextPage"]:
        resume = edges[-1 - OVERLAP]["cursor"] if len(edges) > OVERLAP else connection["pageInfo"]["endCursor"] or ""
    return Page(
        repositories=tuple(repository_of(node) for node in nodes if node),
        resume=resume,
        total=total,
        unseen=sum(not node for node in nodes[OVERLAP if resumed else 0 :]),
    )


def _text(blob: Json | None) -> str | None:
    """None also for a file that is no text, or too long to be a policy: it is found again in the tree, and told of."""
    text = (blob or {}).get("text")
    return text if isinstance(text, str) and len(text) <= LARGEST else None


def _has(properties: Iterable[Json], name: str, value: str) -> bool:
    given = next((each["value"] for each in properties if each["property_name"].lower() == name.lower()), None)
    return value in given if isinstance(given, list) else given == value
