"""The story of a merge queue, or of a push to a branch without a pull request: report and exit code, nothing is
written.
"""

from __future__ import annotations

from bot.activities.deeds import Deeds
from bot.activities.desk import Desk, reader_at
from bot.activities.examining import examine
from bot.edge.checkout import Checkout
from bot.errors import ForgeError
from bot.model import ChangedFile, Outcome
from bot.plan.verdict import decide
from bot.policy.apply import fail_level


def run(desk: Desk, *, base: str, head: str, default: str = "") -> Outcome:
    """Judge what commit `head` brings over `base`.

    A new branch has no `base`, and a force-push leaves one that is not there any more: then what counts as new is what
    `head` has over the `default` branch. Where that is not at hand either, everything is new for an empty `base`.
    Raises `ForgeError` where the checkout has not what it takes to compare.
    """
    checkout = desk.checkout
    if checkout is None or not checkout.commit(head):
        raise ForgeError(
            f"commit {head} is not in the checkout", hint="put actions/checkout with `fetch-depth: 0` before this"
        )
    start = _start(checkout, base, head, default=default)
    if base and start is None:
        raise ForgeError(f"commit {base} is not in the checkout", hint="check out with `fetch-depth: 0`")
    policy = desk.policy(reader_at(desk, start or head))
    if start is None:
        changed = tuple(ChangedFile(entry.path, "added") for entry in checkout.list_tree(head))
        found = examine(desk, head, changed, before=None, policy=policy)
    else:
        before = start
        changed = checkout.changed_files(start, head)
        found = examine(desk, head, changed, before=lambda path: checkout.read_file(path, before), policy=policy)
    verdict = decide(found.report, lambda path: fail_level(policy, path), only_new=True)
    return Deeds().outcome(found.report, verdict)


def _start(checkout: Checkout, base: str, head: str, *, default: str) -> str | None:
    """The commit from which on changes are new; None where the checkout does not have it."""
    branch = (f"refs/remotes/origin/{default}", f"refs/heads/{default}") if default else ()
    known = (found for ref in (base, *branch) if (found := checkout.commit(ref)))
    return next((start for each in known if (start := checkout.merge_base(each, head))), None)
