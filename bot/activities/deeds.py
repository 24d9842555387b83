"""What a story has done so far: sentences, refusals, and whether the forge failed us on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.edge.github.errors import LimitReached
from bot.errors import ExitCode, ForgeError, PermissionMissing
from bot.model import Outcome, Refusal, Report
from bot.plan.verdict import Verdict


@dataclass(slots=True)
class Deeds:
    """Filled by the steps of one story, read once at its end. `limit` is the rate limit that ended a step."""

    written: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    failed: bool = False
    url: str = ""
    operation: str = "none"
    annotated: bool = False
    limit: LimitReached | None = None

    @contextmanager
    def trying(self, what: str, *, instead: str) -> Iterator[None]:
        """Run a step. What the forge will not take is noted with where it went instead, and the next step is tried."""
        try:
            yield
        except PermissionMissing as trouble:
            self.refused.append(Refusal(what, f"{trouble} (permission `{trouble.permission}`); {instead}"))
        except ForgeError as trouble:
            self.note(trouble)
            self.refused.append(Refusal(what, f"{trouble}; {instead}"))

    def note(self, trouble: ForgeError) -> None:
        """A right that is missing is no failure of the forge. A limit is, and says when to go on."""
        self.failed = self.failed or not isinstance(trouble, PermissionMissing)
        self.limit = trouble if isinstance(trouble, LimitReached) else self.limit

    def outcome(self, report: Report, verdict: Verdict) -> Outcome:
        """The whole run. A forge that failed is an exit code of its own, but never hides a finding's."""
        code, reason = verdict.exit_code, verdict.reason
        if self.failed and code == ExitCode.CLEAN:
            code, reason = ExitCode.FORGE, f"{reason}; but not everything could be written: {self.refused[-1].reason}"
        return Outcome(
            report=report,
            exit_code=code,
            exit_reason=reason,
            written=tuple(self.written),
            refused=tuple(self.refused),
            pull_request_url=self.url,
            pull_request_operation=self.operation,
            annotated=self.annotated,
            outputs={
                "findings": str(len(report.findings)),
                "new": str(sum(1 for each in report.findings if each.new)),
                "fixable": str(sum(1 for each in report.findings if each.fix)),
                "checkpoints": str(len(report.checkpoints)),
                "pr-url": self.url,
                "pr-operation": self.operation,
                "exit-reason": reason,
            },
        )
