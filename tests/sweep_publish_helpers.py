"""A planned and scanned sweep on the test server, ready to be published."""

from __future__ import annotations

import io
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.activities.sweep_publish import PublishOutcome
from bot.cli.context import Context
from bot.cli.sweep_publish import run_publish, sweep_publish
from bot.edge.runner import Console
from bot.edge.store import Store
from bot.model.sweep import Publication
from tests.fake_github.state import Pull
from tests.sweep_run_helpers import LOAD, Bench, planned

BRANCH = "loadguard/weights-only"
OPEN_TO_ALL = {"mode": "all"}


@dataclass
class Publishing(Bench):
    """`policy` is the `publish` section of the calling repository's policy."""

    policy: dict[str, Any] = field(default_factory=lambda: dict(OPEN_TO_ALL))

    def scanned(self, names: int | Mapping[str, Mapping[str, bytes | str | None]], **more: Any) -> None:
        """Repositories with one safe fix each (or those given), planned and scanned."""
        files = names
        if isinstance(names, int):
            files = {f"acme/r{number:03}": {"train.py": LOAD, "n.txt": str(number)} for number in range(names)}
        assert not isinstance(files, int)
        self.plan(planned(self.github, files, **more))
        assert self.command() == 0

    def arguments(self, **more: Any) -> Namespace:
        given = {"state": "state", "config": None, "reserve": None, "dry_run": False, "dashboard": None, "quiet": True}
        return Namespace(**{**given, **more})

    @property
    def context(self) -> Context:
        """The command's, with the calling repository's policy in its folder."""
        lines = "".join(f"    {key}: {list(v) if isinstance(v, tuple) else v}\n" for key, v in self.policy.items())
        path = self.folder / ".github" / "loadguard.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"sweep:\n  publish:\n{lines}")
        environ = {
            "GITHUB_TOKEN": self.github.token.text,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_SERVER_URL": self.github.web,
        }
        return Context(environ, Console(io.StringIO(), self.said), self.folder, self.patience)

    def publish(self, **more: Any) -> PublishOutcome:
        outcome, _ = run_publish(self.arguments(**more), self.context)
        return outcome

    def typed(self, **more: Any) -> int:
        return sweep_publish(self.arguments(**more), self.context)

    @property
    def pulls(self) -> dict[str, Pull]:
        """The fix pull request of each repository; no repository has two."""
        found = {}
        for slug, repository in self.github.repositories.items():
            for pull in repository.pulls.values():
                assert slug not in found, f"{slug} has two"
                found[slug] = pull
        return found

    @property
    def publications(self) -> dict[str, Publication]:
        """As the state has them."""
        store = Store(self.path)
        try:
            slugs = {row.repository.id: row.repository.slug for row in store.rows()}
            return {slugs[each.repository]: each for each in store.publications()}
        finally:
            store.close()
