"""Where a sweep's state comes from and goes to: what shards have done, and the branch of the calling repository."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from bot.edge.github.state_branch import Standing, StateBranch
from bot.edge.store import Store
from bot.errors import ForgeError, UsageError

TRIES = 5
"""Times the state is joined with what another run wrote meanwhile; two runs at once are rare, six are a mistake."""


def gather(store: Store, folder: Path) -> tuple[int, tuple[str, ...]]:
    """Take over what shards have done whose files lie in `folder`.

    How many repositories that brought further, and what is wrong with files that cannot be read: their repositories
    wait for the next run.
    """
    brought, wrong = 0, []
    for path in sorted(folder.glob("shard-*-of-*.sqlite")):
        try:
            brought += store.merge(path)
        except UsageError as trouble:
            wrong.append(str(trouble))
    return brought, tuple(wrong)


def take(branch: StateBranch, path: Path) -> Standing:
    """The branch's state into the file `path`; joined with the one that stands there, where there is one.

    Raises `ForgeError` and `UsageError` for a branch that holds no state.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return branch.read(path)
    with closing(Store(path)) as store:
        return _joined(branch, store)


def keep(branch: StateBranch, store: Store, standing: Standing) -> Standing:
    """Write the state to the branch. Where another run has written meanwhile, both come together first.

    Raises `ForgeError`, `PermissionMissing`; the state itself is as good as before.
    """
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory(dir=store.path.parent, prefix=".state-") as folder:
            copy = Path(folder, "state.sqlite")
            store.snapshot(copy)
            written = branch.write(copy, standing)
        if written is not None:
            return written
        standing = _joined(branch, store)
    raise ForgeError(
        f"branch {branch.name} of {branch.slug} was moved by others {TRIES} times while we wrote to it",
        hint="Let one sweep run at a time: a `concurrency` group in its workflow does that.",
    )


def _joined(branch: StateBranch, store: Store) -> Standing:
    with tempfile.TemporaryDirectory(dir=store.path.parent, prefix=".state-") as folder:
        theirs = Path(folder, "theirs.sqlite")
        standing = branch.read(theirs)
        if standing.commit:
            store.join(theirs)
    return standing
