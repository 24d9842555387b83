"""One review on a pull request: tried whole, and where GitHub refuses an anchor, without the anchors that cannot stand.

GitHub answers one anchor outside the diff with a 422 for the whole review and does not say which it was. So after a
422 the anchors are held against the diff as GitHub itself shows it; should that not be enough, the comments go up
one by one, and only the refused come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.diff import hunk_holding
from bot.edge.github.errors import Answered
from bot.edge.github.facts import Identity
from bot.edge.github.http import Door
from bot.edge.github.queries import REVIEWS
from bot.model import ChangedFile, PullRequest, Refusal, Review, ReviewComment

_NEEDS = "pull-requests: write"
_GONE = "the forge does not show these lines in the pull request's diff"
_THERE: Mapping[str, Any] = {"standing": True}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Posts on pull request `number` of `slug`. `files` lists what GitHub shows as changed, asked only after a 422."""

    door: Door
    slug: str
    pull: PullRequest
    files: Callable[[], tuple[ChangedFile, ...] | None]

    def post(self, review: Review) -> tuple[Refusal, ...]:
        """What GitHub would not take; everything else stands, once."""
        inline = tuple(one for one in review.comments if one.line is not None)
        whole = [one for one in review.comments if one.line is None]
        refused = self._post_inline(review, inline) if inline or review.body else []
        return (*refused, *self._one_by_one(review, whole))

    def _post_inline(self, review: Review, inline: tuple[ReviewComment, ...]) -> list[Refusal]:
        try:
            self._whole(review, inline)
            return []
        except Answered as error:
            if error.status != 422 or not inline:
                raise
        fitting = self._fitting(inline)
        refused = [Refusal(one.fingerprint, _GONE) for one in inline if one not in fitting]
        if not refused:
            return self._parted(review, inline)
        if not fitting and not review.body:
            return refused
        try:
            self._whole(review, fitting)
        except Answered as error:
            if error.status != 422:
                raise
            refused += self._parted(review, fitting)
        return refused

    def _parted(self, review: Review, comments: Iterable[ReviewComment]) -> list[Refusal]:
        """The body as a review of its own, the comments one by one."""
        if review.body:
            self._whole(review, ())
        return self._one_by_one(review, comments)

    def _one_by_one(self, review: Review, comments: Iterable[ReviewComment]) -> list[Refusal]:
        refused = []
        for one in comments:
            try:
                self._single(review, one)
            except Answered as error:
                if error.status != 422:
                    raise
                refused.append(Refusal(one.fingerprint, str(error)))
        return refused

    def _fitting(self, inline: tuple[ReviewComment, ...]) -> tuple[ReviewComment, ...]:
        files = self.files()
        if files is None:
            return inline
        shown = {file.path: file.hunks for file in files}
        return tuple(
            one
            for one in inline
            if one.line is not None and hunk_holding(shown.get(one.path, ()), one.start_line or one.line, one.line)
        )

    # -- the requests ----------------------------------------------------------------------------------------
    def _whole(self, review: Review, comments: tuple[ReviewComment, ...]) -> None:
        body = {
            "commit_id": review.head_sha,
            "event": "COMMENT",
            **({"body": review.body} if review.body else {}),
            **({"comments": [_anchored(one) for one in comments]} if comments else {}),
        }
        self.door.post(
            f"/repos/{self.slug}/pulls/{self.pull.number}/reviews",
            body,
            needs=_NEEDS,
            notifies=True,
            standing=lambda: self._standing(review, {one.body for one in comments}),
        )

    def _single(self, review: Review, comment: ReviewComment) -> None:
        place = _anchored(comment) if comment.line is not None else {"path": comment.path, "subject_type": "file"}
        self.door.post(
            f"/repos/{self.slug}/pulls/{self.pull.number}/comments",
            {**place, "body": comment.body, "commit_id": review.head_sha},
            needs=_NEEDS,
            notifies=True,
            standing=lambda: self._standing(review, {comment.body}, body=False),
        )

    def _standing(self, review: Review, bodies: set[str], *, body: bool = True) -> Mapping[str, Any] | None:
        """Read back what a broken answer may have left: our own review of this commit with exactly these texts."""
        owner, name = self.slug.split("/")
        answer = self.door.ask(REVIEWS, {"owner": owner, "name": name, "number": self.pull.number})
        identity = Identity(answer["viewer"]["login"])
        wanted = {_text(one) for one in bodies}
        for node in answer["repository"]["pullRequest"]["reviews"]["nodes"]:
            same = not body or _text(node["body"]) == _text(review.body)
            there = {_text(one["body"]) for one in node["comments"]["nodes"]}
            commit = (node["commit"] or {}).get("oid")
            if identity.wrote(node) and same and commit == review.head_sha and there == wanted:
                return _THERE
        return None


def _anchored(comment: ReviewComment) -> dict[str, Any]:
    """Path and lines, on the new side. A start on the same line as the end is no range for GitHub."""
    place = {"path": comment.path, "line": comment.line, "side": "RIGHT", "body": comment.body}
    if comment.start_line is not None and comment.line is not None and comment.start_line < comment.line:
        place |= {"start_line": comment.start_line, "start_side": "RIGHT"}
    return place


def _text(body: str) -> str:
    return body.replace("\r\n", "\n").strip()
