"""Every fault at every request of every story: generated from what an undisturbed run asks, not picked by hand.

For each case the story runs once with the fault, once without, and has then to stand as if nothing had happened: same
threads, comments, branches and pull requests, none twice. A third run must write nothing.

Three faults have no place here and a test of their own in test_forge_github.py: one bad anchor in a review, pages that
shift while they are read, and the cut list of more than 3,000 files. A truncated tree cannot happen: no tree is listed.

    python -m tests.fault_matrix            # the whole matrix, with its size and what failed
    python -m tests.fault_matrix 1/8        # every eighth case, from the first on
    python -m tests.fault_matrix 1/1 an_app # only the stories named
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.errors import LoadguardError
from bot.model import Outcome
from bot.policy import CommentMode, FixMode
from tests.fake_github import FakeGitHub
from tests.fake_github.faults import RATE_LIMITED
from tests.fake_github.wire import Request
from tests.github_stories import POLICY, QUIET, UNSAFE, Story, as_app, many, tell

SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
PRIMARY = {"message": "API rate limit exceeded for installation ID 1."}
REFUSED = {"message": "Validation Failed", "errors": [{"message": "for no reason"}]}
SPENT = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}


def vanish(story: Story, status: int) -> None:
    story.repository.gone = status


def expire(story: Story) -> None:
    (story.token or story.github.token).expires_at = 0.0


FAULTS: dict[str, dict[str, Any]] = {
    "429 without headers": {"status": 429},
    "429 with retry-after": {"status": 429, "headers": {"Retry-After": "7"}},
    "403 with retry-after": {"status": 403, "headers": {"Retry-After": "7"}, "body": SECONDARY},
    "403 without retry-after": {"status": 403, "body": SECONDARY},
    "remaining 0": {"status": 403, "headers": SPENT, "body": PRIMARY},
    "limited for an hour": {"status": 429, "headers": {"Retry-After": "3600"}, "times": 999},
    "GraphQL RATE_LIMITED": {"status": 200, "body": RATE_LIMITED},
    "502 before": {"status": 502},
    "502 after": {"status": 502, "after": True},
    "502 for ever": {"status": 502, "times": 999},
    "cut in mid-body": {"cut": True},
    "422": {"status": 422, "body": REFUSED},
    "404": {"status": 404, "body": {"message": "Not Found"}},
    "409": {"status": 409, "body": {"message": "Git Repository is empty."}},
    "403 for good": {"status": 403, "body": {"message": "Resource not accessible by integration"}, "times": 999},
    "vanished": {"act": lambda story: vanish(story, 404)},
    "taken down": {"act": lambda story: vanish(story, 451)},
    "token died": {"act": expire},
    "kill -9 before": {"kill": "before"},
    "kill -9 after": {"kill": "after"},
}


# -- the stories ---------------------------------------------------------------------------------------------

Play = Callable[[Story], Outcome]


def a_pull_request(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """Two findings: a review, a fix pull request with a label, a summary."""
    return tell(github, folder), lambda story: story.play()


def a_pull_request_that_got_better(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """The findings are gone: threads resolved, the fix pull request closed, the summary edited."""
    story = tell(github, folder)
    story.play()
    github.commit(
        story.repository, {"pkg/train.py": QUIET["pkg/train.py"] + "\n", "pkg/run.py": None}, branch="feature"
    )
    return story, lambda story: story.play()


def a_push(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """The repository's own fix pull request."""
    story = tell(github, folder, before=UNSAFE, after={"README.md": "# More\n"})
    return story, lambda story: story.play_push()


def a_push_with_more(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """The standing fix pull request has to be moved and rewritten."""
    story = tell(github, folder, before=UNSAFE, after={"README.md": "# More\n"})
    story.play_push()
    github.commit(story.repository, {"pkg/more.py": UNSAFE["pkg/train.py"]})
    return story, lambda story: story.play_push()


SILENT = replace(POLICY, fix=FixMode.OFF, pull_request=replace(POLICY.pull_request, comment=CommentMode.OFF))


def an_app(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """Sixty findings: a check run of the App's own, its annotations in two batches."""
    story = as_app(tell(github, folder, after={"pkg/many.py": many(60)}))
    story.policy = SILENT
    return story, lambda story: story.play()


def an_app_that_sees_more(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """The check that stands says otherwise, and annotations cannot be taken back."""
    story, play = an_app(folder, github)
    story.policy = replace(SILENT, exclude=("pkg/**",))
    play(story)
    story.policy = SILENT
    return story, play


def an_upload(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """Two findings for code scanning."""
    story = tell(github, folder)
    story.policy, story.uploads = SILENT, True
    return story, lambda story: story.play()


def an_upload_beside_a_summary(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """Our first words on a pull request stand for nothing uploaded yet, so nothing is asked before the upload."""
    story = tell(github, folder)
    story.policy, story.uploads = replace(POLICY, fix=FixMode.OFF), True
    return story, lambda story: story.play()


def a_pull_request_without_checkout(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """Changed files and their bytes come from the API too."""
    return tell(github, folder), lambda story: story.play(checkout=False)


def a_fork(folder: Path, github: FakeGitHub) -> tuple[Story, Play]:
    """The second half of the pair: a review and a summary on a stranger's pull request, no fix pull request."""
    story = tell(github, folder, fork="mallory")
    return story, lambda story: story.play_fork()


STORIES = (
    a_pull_request,
    a_pull_request_without_checkout,
    a_pull_request_that_got_better,
    a_fork,
    a_push,
    a_push_with_more,
    an_app,
    an_app_that_sees_more,
    an_upload,
    an_upload_beside_a_summary,
)


# -- one case ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    story: Callable[[Path, FakeGitHub], tuple[Story, Play]]
    fault: str
    request: int
    about: str

    def __str__(self) -> str:
        return f"{self.story.__name__}: {self.fault} at request {self.request} ({self.about})"


@dataclass(frozen=True)
class Calm:
    """An undisturbed run: what it asked, and what stood afterwards."""

    requests: tuple[str, ...]
    stands: dict[str, Any]


def undisturbed(kind: Callable[[Path, FakeGitHub], tuple[Story, Play]]) -> Calm:
    with tempfile.TemporaryDirectory() as folder, FakeGitHub() as github:
        story, play = kind(Path(folder), github)
        github.forget()
        play(story)
        requests = tuple(story.requests)
        stands = story.stands()
        github.forget()
        play(story)
        assert not github.mutating, f"{kind.__name__}: a second run writes {[str(one) for one in github.mutating]}"
        return Calm(requests, stands)


def cases(calm: dict[str, Calm]) -> Iterator[Case]:
    """All that make sense: GraphQL's own limit on GraphQL, a refusal of what was sent on writes."""
    for kind in (each for each in STORIES if each.__name__ in calm):
        for number, about in enumerate(calm[kind.__name__].requests, 1):
            for fault in FAULTS:
                graphql = "/graphql" in about
                if (fault == "GraphQL RATE_LIMITED" and not graphql) or (fault == "422" and graphql):
                    continue
                yield Case(kind, fault, number, about)


def run_case(case: Case, calm: Calm) -> str:
    """Empty when the end is as it should be, else what is wrong."""
    with tempfile.TemporaryDirectory() as folder, FakeGitHub(hide_limits=True) as github:
        story, play = case.story(Path(folder), github)
        how = dict(FAULTS[case.fault])
        killed = how.pop("kill", None)
        if killed:
            play_and_kill(story, play, request=case.request, after=killed == "after")
        else:
            act = how.pop("act", None)
            if act:
                how["act"] = lambda: act(story)
            github.faults.add("*", r".*", nth=case.request, **how)
            play_in_trouble(story, play)
            if github.faults.unstruck:
                return "the fault never struck"
        github.faults.clear()
        story.repository.gone, (story.token or github.token).expires_at = None, None
        play(story)
        if story.stands() != calm.stands:
            return f"stands otherwise: {difference(story.stands(), calm.stands)}"
        github.forget()
        play(story)
        return f"a third run writes {[str(one) for one in github.mutating]}" if github.mutating else ""


def play_in_trouble(story: Story, play: Play) -> None:
    """A run may fail, but only in words."""
    try:
        play(story)
    except LoadguardError as error:
        assert str(error)


def play_and_kill(story: Story, play: Play, *, request: int, after: bool) -> None:
    """Run the bot in a process of its own and kill it at that request, before or after the server has done it."""
    ready, child = threading.Event(), [0]

    def strike() -> None:
        ready.wait(10)
        os.kill(child[0], signal.SIGKILL)

    def struck_after(_: Request, answer: Any) -> Any:
        strike()
        return answer

    story.checkout()
    how: dict[str, Any] = {"change": struck_after} if after else {"act": strike, "status": 500, "after": False}
    story.github.faults.add("*", r".*", nth=request, **how)
    child[0] = os.fork()
    if child[0] == 0:
        try:
            play(story)
        finally:
            os._exit(0)
    ready.set()
    os.waitpid(child[0], 0)


def difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    return "; ".join(f"{key}: {found[key]} instead of {wanted[key]}" for key in wanted if found[key] != wanted[key])


def run_matrix(part: int = 1, of: int = 1, *, only: Sequence[str] = ()) -> tuple[int, int, list[str]]:
    """Cases in all, cases run, and a line for each that ended wrong. `only` names stories; empty for all."""
    calm = {kind.__name__: undisturbed(kind) for kind in STORIES if not only or kind.__name__ in only}
    everything = list(cases(calm))
    chosen = everything[part - 1 :: of]
    wrong = []
    for case in chosen:
        trouble = run_case(case, calm[case.story.__name__])
        if trouble:
            wrong.append(f"{case}: {trouble}")
        gc.collect()  # a run's connections hang in cycles, and the whole matrix would run out of file descriptors
    return len(everything), len(chosen), wrong


def main() -> int:
    part, _, of = (sys.argv[1] if len(sys.argv) > 1 else "1/1").partition("/")
    only = sys.argv[2:]
    size, ran, wrong = run_matrix(int(part), int(of), only=only)
    origin = f"{len(only) or len(STORIES)} stories and {len(FAULTS)} faults"
    print(f"fault matrix: {size} cases from {origin}; {ran} run, {len(wrong)} wrong")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
