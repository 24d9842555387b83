"""A plan's parts: one job of GitHub Actions each."""

from __future__ import annotations

import json

MOST_JOBS = 256
"""Jobs of one matrix, GitHub's limit."""


def shards_for(waiting: int, size: int) -> int:
    """Jobs that so many repositories take, at most `size` each; 0 when nothing waits."""
    return min(MOST_JOBS, -(-waiting // size))


def shard_at(place: int, shards: int, size: int) -> int:
    """The shard, from 1, of the repository at a place of the order; 0 beyond what the jobs take.

    Dealt out in turn, so that every job begins with what is most urgent: each may meet the end of the budget.
    """
    return place % shards + 1 if place < shards * size else 0


def matrix(shards: int) -> str:
    """The matrix of a workflow's scan job, as JSON: `{"include": [{"shard": "1/2", "name": "1-of-2"}, ...]}`.

    `name` is the shard in letters that an artifact's name may have.
    """
    jobs = [{"shard": f"{number}/{shards}", "name": f"{number}-of-{shards}"} for number in range(1, shards + 1)]
    return json.dumps({"include": jobs})
