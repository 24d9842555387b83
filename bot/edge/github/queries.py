"""The GraphQL texts. Fields and types are those of GitHub's public schema, all older than Enterprise Server 3.17."""

from __future__ import annotations

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
_BLOB = "... on Blob { oid text }"


def branch_variables(branch: str, base: str, *, after: str | None = None) -> dict[str, str | None]:
    """The variables of `BRANCH`. A ref is asked for by its whole name; a pull request's head by the short one."""
    return {"branch": branch, "tip": f"refs/heads/{branch}", "base": f"refs/heads/{base}", "after": after}


def _query(variables: str, fields: str) -> str:
    return (
        f"query($owner: String!, $name: String!, {variables}) {{\n  viewer {{ login }}\n"
        f"  repository(owner: $owner, name: $name) {{\n{fields}\n  }}\n}}\n"
    )


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


def standing_query(files: int) -> str:
    """What a run over a pull request begins with, in one request: talk, fix branch, and `files` files."""
    variables, fields = _objects(files, _BLOB)
    parts = [part for part in (_TALK_VARIABLES, _BRANCH_VARIABLES, variables) if part]
    return _query(", ".join(parts), f"{_TALK}{_BRANCH}{fields}")


def files_query(count: int) -> str:
    """`count` files in one request; `$f0`, `$f1`, … are `commit:path`."""
    return _query(*_objects(count, _BLOB))


def folders_query(count: int) -> str:
    """The entries of `count` folders in one request; `$f0`, `$f1`, … are `commit:folder`."""
    return _query(*_objects(count, "... on Tree { oid entries { mode nameRaw oid type } }"))


def _objects(count: int, wanted: str) -> tuple[str, str]:
    variables = ", ".join(f"$f{index}: String!" for index in range(count))
    return variables, "\n".join(f"    f{index}: object(expression: $f{index}) {{ {wanted} }}" for index in range(count))
