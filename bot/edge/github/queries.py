"""The GraphQL texts. Fields and types are those of GitHub's public schema, all older than Enterprise Server 3.17."""

from __future__ import annotations

from collections.abc import Sequence

PAGE = 100
"""Nodes a page; GitHub takes no more."""

_PULLS = 20
"""Pull requests of one branch a page: each brings three more lists, and a query costs a point for every hundred."""

_COMMENT = "id fullDatabaseId body viewerDidAuthor author { __typename login }"

# Comments of a thread beyond the first fifty are more answers to what is answered already.
_TALK = f"""
    pullRequest(number: $number) {{
      reviewThreads(first: {PAGE}, after: $threads) @include(if: $moreThreads) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{
          id isResolved isOutdated path line resolvedBy {{ login }}
          comments(first: 50) {{ nodes {{ {_COMMENT} }} }}
        }}
      }}
      comments(first: {PAGE}, after: $comments) @include(if: $moreComments) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{ {_COMMENT} }}
      }}
    }}
"""
_TALK_VARIABLES = "$number: Int!, $threads: String, $comments: String, $moreThreads: Boolean!, $moreComments: Boolean!"

# Everything about the fix branch: its tip, whose commit that is, and its pull requests.
_BRANCH = f"""
    defaultBranchRef {{ name }}
    tip: ref(qualifiedName: $tip) {{
      target {{
        oid
        ... on Commit {{
          tree {{ oid }} parents(first: 1) {{ totalCount }}
          author {{ email user {{ login }} }} committer {{ email user {{ login }} }}
        }}
      }}
    }}
    base: ref(qualifiedName: $base) {{ target {{ oid ... on Commit {{ tree {{ oid }} }} }} }}
    pullRequests(
      first: {_PULLS}, after: $after, headRefName: $branch, states: [OPEN, CLOSED, MERGED],
      orderBy: {{field: CREATED_AT, direction: DESC}}
    ) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        number url state merged title body isDraft isCrossRepository baseRefName headRefOid closedAt viewerDidAuthor
        author {{ __typename login }}
        closings: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {{
          nodes {{ ... on ClosedEvent {{ actor {{ __typename login }} }} }}
        }}
        labellings: timelineItems(first: 1, itemTypes: [LABELED_EVENT]) {{ nodes {{ __typename }} }}
        requests: timelineItems(first: 1, itemTypes: [REVIEW_REQUESTED_EVENT]) {{ nodes {{ __typename }} }}
      }}
    }}
"""
_BRANCH_VARIABLES = "$branch: String!, $tip: String!, $base: String!, $after: String"
# A file as the tree has it: what encodes back to the id is the file, and the mode tells a link from a file.
_FILE = "mode oid object { ... on Blob { text } }"


CHECK = "check"
"""The alias of the commit whose check is asked about."""

# Which of our checks stands, told by its tag. To edit it REST is asked: GraphQL's Int is too short for its number.
# A suite has one newest run of a name, and an App one suite on a commit.
_CHECK = f"""
    {CHECK}: object(expression: $checked) {{
      ... on Commit {{
        checkSuites(first: 10, filterBy: {{checkName: $check}}) {{
          totalCount
          nodes {{
            app {{ slug }}
            checkRuns(first: 1, filterBy: {{checkName: $check, checkType: LATEST}}) {{
              totalCount
              nodes {{ externalId }}
            }}
          }}
        }}
      }}
    }}
"""
_CHECK_VARIABLES = "$checked: String!, $check: String!"


def first_pages() -> dict[str, str | bool | None]:
    """The variables of `TALK` that ask for the first pages of everything."""
    return {"threads": None, "comments": None, "moreThreads": True, "moreComments": True}


def branch_variables(branch: str, base: str, *, after: str | None = None) -> dict[str, str | None]:
    """The variables of `BRANCH`. A ref is asked for by its whole name; a pull request's head by the short one."""
    return {"branch": branch, "tip": f"refs/heads/{branch}", "base": f"refs/heads/{base}", "after": after}


def _query(variables: str, fields: str, *, beside: str = "") -> str:
    """`fields` of the repository, if any, and what is asked `beside` it."""
    names = "$owner: String!" + (", $name: String!" if fields else "")
    declared = ", ".join(part for part in (names, variables) if part)
    home = f"  repository(owner: $owner, name: $name) {{\n{fields}\n  }}\n" if fields else ""
    return f"query({declared}) {{\n  viewer {{ login }}\n{home}{beside}}}\n"


TALK = _query(_TALK_VARIABLES, _TALK)
BRANCH = _query(_BRANCH_VARIABLES, _BRANCH)

REVIEWS = """
query($owner: String!, $name: String!, $number: Int!) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviews(last: 20) {
        nodes {
          body viewerDidAuthor author { __typename login } commit { oid }
          comments(first: 100) { nodes { body } }
        }
      }
    }
  }
}
"""

RESOLVE = "mutation($thread: ID!) { resolveReviewThread(input: {threadId: $thread}) { thread { isResolved } } }"


VIEWER = "query { viewer { login } }"

STATE = _query(
    "$ref: String!",
    """    id
    ref(qualifiedName: $ref) { target { oid ... on Commit { tree { entries { name oid type } } } } }""",
)

# With `force` the old commits can be forgotten, and `beforeOid` still keeps us from undoing what another run wrote.
MOVE = """
mutation($repository: ID!, $ref: GitRefname!, $before: GitObjectID!, $after: GitObjectID!) {
  updateRefs(input: {
    repositoryId: $repository, refUpdates: [{name: $ref, beforeOid: $before, afterOid: $after, force: true}]
  }) { clientMutationId }
}
"""

# A pull request of many repositories, by the repository's id: that survives a rename.
_SEEN = """... on Repository { pullRequest(number: $n%d) {
    state createdAt
    closings: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {
      nodes { ... on ClosedEvent { actor { __typename login } } }
    }
    commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }
  } }"""


def seen_query(count: int) -> str:
    """`count` pull requests, each of a repository of its own; `$i0` is the repository's id, `$n0` the number."""
    declared = ", ".join(f"$i{index}: ID!, $n{index}: Int!" for index in range(count))
    fields = "\n".join(f"  p{index}: node(id: $i{index}) {{ {_SEEN % index} }}" for index in range(count))
    return f"query({declared}) {{\n  viewer {{ login }}\n{fields}\n}}\n"


SHARED = "shared"
"""The alias of the owner's `.github` repository, which need not be there."""


def standing_query(*, talk: bool, branch: bool, check: bool = False, files: Sequence[int] = (), shared: int = 0) -> str:
    """What a run begins with, in one request: talk, fix branch, an App's check, so many `files` at each of some
    commits, and so many files of the owner's `.github` repository.
    """
    variables, fields = _at_commits(files)
    declared = [variables]
    if check:
        declared, fields = [_CHECK_VARIABLES, *declared], _CHECK + fields
    if branch:
        declared, fields = [_BRANCH_VARIABLES, *declared], _BRANCH + fields
    if talk:
        declared, fields = [_TALK_VARIABLES, *declared], _TALK + fields
    beside = ""
    if shared:
        declared.append(", ".join(f"$s{index}: String!" for index in range(shared)))
        inside = " ".join(f"f{index}: file(path: $s{index}) {{ {_FILE} }}" for index in range(shared))
        home = f'{SHARED}: repository(owner: $owner, name: ".github")'
        beside = f'  {home} {{ c0: object(expression: "HEAD") {{ ... on Commit {{ {inside} }} }} }}\n'
    return _query(", ".join(part for part in declared if part), fields, beside=beside)


def files_query(count: int) -> str:
    """`count` files of one commit in one request; `$c0` is the commit, `$c0f0`, `$c0f1`, … are the paths."""
    return _query(*_at_commits((count,)))


def folders_query(count: int) -> str:
    """The entries of `count` folders in one request; `$f0`, `$f1`, … are `commit:folder`."""
    variables = ", ".join(f"$f{index}: String!" for index in range(count))
    wanted = "... on Tree { oid entries { mode nameRaw oid type } }"
    return _query(
        variables, "\n".join(f"    f{index}: object(expression: $f{index}) {{ {wanted} }}" for index in range(count))
    )


def _at_commits(counts: Sequence[int]) -> tuple[str, str]:
    variables, fields = [], []
    for number, count in enumerate(counts):
        commit = f"c{number}"
        variables += [f"${commit}: String!", *(f"${commit}f{index}: String!" for index in range(count))]
        files = " ".join(f"f{index}: file(path: ${commit}f{index}) {{ {_FILE} }}" for index in range(count))
        fields.append(f"    {commit}: object(expression: ${commit}) {{ ... on Commit {{ {files} }} }}")
    return ", ".join(variables), "\n".join(fields)
