"""Which repositories publishing has to look at, and in which order; what it need not look at costs no request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.edge.store import Store
from bot.model import Severity, Tier
from bot.model.sweep import Progress, Publication, Row, Scan, Standing
from bot.plan.fix_branch import may_change
from bot.plan.sweep.consent import Consent, consent
from bot.plan.sweep.recall import recalled
from bot.plan.sweep.wishes import Wishes
from bot.policy.sweep import PublishPolicy

IN_HAND = "publish.in-hand"
"""The note that names the repository a run has begun with."""


@dataclass(frozen=True, slots=True)
class Task:
    """A repository to look at. `stands` where it has an open pull request of ours, `asked` where a person wants one."""

    id: str
    slug: str
    stands: bool
    asked: bool
    interrupted: bool
    safe: int = 0
    errors: int = 0

    @property
    def order(self) -> tuple[bool, bool, int, int, str]:
        """First what was begun, then what people asked for, then where most is to be mended."""
        return (not self.interrupted, not self.asked, -self.errors, -self.safe, self.slug)


def basis_text(scan: Scan) -> str:
    """What `Publication.answers` holds of a scan."""
    return f"{scan.basis.tree} {scan.basis.rules} {scan.basis.policy}"


def tasks_of(store: Store, publish: PublishPolicy, wishes: Wishes) -> list[Task]:
    """In order. Why the others get none is written into the state, for the report."""
    tasks: list[Task] = []
    changed: list[Publication] = []
    in_hand = store.note(IN_HAND)
    for row in _rows(store):
        asked = wishes.asks(row.repository.slug)
        may = consent(row.repository, publish, asked=asked)
        task = _task(row, asked=asked, interrupted=row.repository.id == in_hand)
        if task is not None and may.given:
            tasks.append(task)
        elif task is not None and (told := _refused(row, may)) is not None:
            changed.append(told)
    store.put_publication(*changed)
    return sorted(tasks, key=lambda each: each.order)


def _rows(store: Store) -> Iterator[Row]:
    """Those with findings, and those whose pull request may be no longer needed."""
    with_findings = set()
    for row in store.rows(findings_only=True):
        with_findings.add(row.repository.id)
        yield row
    for each in store.publications():
        if each.standing is Standing.OPEN and each.repository not in with_findings:
            row_now = store.row(each.repository)
            if row_now is not None:
                yield row_now


def _task(row: Row, *, asked: bool, interrupted: bool) -> Task | None:
    """None where there is nothing to do: not scanned, nothing safe to fix, or in line with this very scan already."""
    scan, publication = row.scan, row.publication
    if scan is None or row.progress not in (Progress.SCANNED, Progress.UNCHANGED):
        return None
    in_line = publication is not None and publication.answers == basis_text(scan)
    if in_line and not asked and not interrupted:
        return None
    stands = publication is not None and publication.standing is Standing.OPEN
    found = recalled(scan.report).findings
    safe = sum(each.fix is not None and each.fix.tier is Tier.SAFE and may_change(each.path) for each in found)
    if not safe and not stands:
        return None
    errors = sum(each.severity is Severity.ERROR for each in found)
    return Task(row.repository.id, row.repository.slug, stands, asked, interrupted, safe, errors)


def _refused(row: Row, may: Consent) -> Publication | None:
    """The publication that says why there is none, where the state does not say so yet."""
    was = row.publication or Publication(row.repository.id, Standing.NONE)
    if was.standing is not Standing.NONE or was.reason == may.reason:
        return None
    return replace(was, reason=may.reason)
