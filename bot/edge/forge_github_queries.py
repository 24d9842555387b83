"""The GraphQL texts. Fields and types are those of GitHub's public schema, all older than Enterprise Server 3.17."""

from __future__ import annotations

PAGE = 100
"""Nodes a page; GitHub takes no more."""

_COMMENT = "id fullDatabaseId body viewerDidAuthor author { __typename login }"

# Comments of a thread beyond the first fifty are more answers to what is answered already.
PULL = f"""
query($owner: String!, $name: String!, $number: Int!, $threads: String, $comments: String, $moreThreads: Boolean!,
      $moreComments: Boolean!) {{
  viewer {{ login }}
  repository(owner: $owner, name: $name) {{
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
  }}
}}
"""

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

# One request says everything about the fix branch: its tip, whose commits it holds, and its pull requests.
BRANCH = f"""
query($owner: String!, $name: String!, $branch: String!, $base: String!, $after: String) {{
  viewer {{ login }}
  repository(owner: $owner, name: $name) {{
    defaultBranchRef {{ name }}
    tip: ref(qualifiedName: $branch) {{ name target {{ oid ... on Commit {{ tree {{ oid }} }} }} }}
    base: ref(qualifiedName: $base) {{
      target {{ oid ... on Commit {{ tree {{ oid }} }} }}
      compare(headRef: $branch) {{
        commits(first: {PAGE}) {{ totalCount nodes {{ author {{ email user {{ login }} }} }} }}
      }}
    }}
    pullRequests(
      first: {PAGE}, after: $after, headRefName: $branch, states: [OPEN, CLOSED, MERGED],
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
  }}
}}
"""

RESOLVE = "mutation($thread: ID!) { resolveReviewThread(input: {threadId: $thread}) { thread { isResolved } } }"


def folders_query(count: int) -> str:
    """The entries of `count` folders in one request; `$f0`, `$f1`, … are `commit:folder`."""
    variables = ", ".join(f"$f{index}: String!" for index in range(count))
    fields = "\n".join(
        f"f{index}: object(expression: $f{index}) {{ ... on Tree {{ oid entries {{ mode nameRaw oid type }} }} }}"
        for index in range(count)
    )
    return (
        f"query($owner: String!, $name: String!, {variables}) {{\n"
        f"repository(owner: $owner, name: $name) {{\n{fields}\n}} }}"
    )
