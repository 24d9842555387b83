"""Which repositories get a pull request: what the sweep's policy says, and what the repository itself does."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import UsageError
from bot.model.sweep import Repository
from bot.policy import FixMode
from bot.policy.globs import matches
from bot.policy.load import POLICY_FILES, PolicyFile, load_policy
from bot.policy.sweep import PublishMode, PublishPolicy


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether a pull request may be opened, and the clause that says why or why not."""

    given: bool
    reason: str


def own_choice(text: str | None) -> FixMode | None:
    """What a repository's own policy says of `fix`; None where it says nothing or cannot be read."""
    if text is None:
        return None
    try:
        policy = load_policy((PolicyFile(POLICY_FILES[0], text.encode("utf-8", "surrogateescape")),))
    except (UsageError, RecursionError):
        return None
    return policy.fix if "fix" in policy.origins else None


def consent(repository: Repository, publish: PublishPolicy, *, asked: bool = False) -> Consent:
    """Whether `repository` gets pull requests. `asked` is a person's box on the dashboard: it stands for an opt-in.

    The repository has the last word: where its own policy says `fix: off` or `fix: suggest`, nothing is opened.
    """
    own = own_choice(repository.policy)
    if publish.mode is PublishMode.OFF:
        return Consent(False, "publishing is off (`sweep.publish.mode`)")
    if repository.archived:
        return Consent(False, "it is archived")
    if own in (FixMode.OFF, FixMode.SUGGEST):
        return Consent(False, f"its own policy says `fix: {own.value}`")
    if asked:
        return Consent(True, "asked for on the dashboard")
    if own is FixMode.PR:
        return Consent(True, "its own policy says `fix: pr`")
    if publish.mode is PublishMode.ALL:
        return Consent(True, "every repository gets one (`sweep.publish.mode: all`)")
    if publish.opt_in_topic in repository.topics:
        return Consent(True, f"it carries the topic `{publish.opt_in_topic}`")
    glob = next((each for each in publish.opt_in if matches(repository.slug.lower(), each.lower())), "")
    return Consent(True, f"`sweep.publish.opt_in: {glob}`") if glob else Consent(False, "it has not opted in")
