"""A baseline: what a project accepts for now, reviewed entry by entry, and nothing beside it.

Keyed by file, rule and a hash of the normalised call, with a count, so that lines may move and a copied call is still
new. An entry without a reason, and one that covers more than there is, fail like a new finding: a baseline that nobody
has read, or that has outlived its cause, hides things (unsloth's guard taught the shape).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import PolicyError
from bot.model import Finding, Report, Severity, Silenced

VERSION = 1
UNREVIEWED = "UNREVIEWED"
"""What `--write-baseline` writes for a reason; a person has to replace it."""
RULE = "LG000"
"""The code of what a baseline itself does wrong; no rule of source has it."""
LARGEST = 16 * 1024 * 1024
FIELDS = {"path": str, "rule": str, "call": str, "count": int, "reason": str, "source": str}


@dataclass(frozen=True, slots=True)
class Accepted:
    """`count` findings of `rule` in `path` whose normalised call hashes to `call`. `source` is for people only."""

    path: str
    rule: str
    call: str
    count: int
    reason: str
    source: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.path, self.rule, self.call

    @property
    def reviewed(self) -> bool:
        """Whether a person has said why."""
        return self.reason.strip() not in ("", UNREVIEWED)


def call_hash(finding: Finding) -> str:
    """A hash of the call's text without blanks and trailing commas, so that reformatting does not make it new."""
    text = re.sub(r",(?=[)\]}])", "", re.sub(r"\s+", "", finding.source))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write_baseline(report: Report, *, previous: Iterable[Accepted] = ()) -> str:
    """The file for what the report finds now; reasons given in `previous` for the same key are kept."""
    reasons = {each.key: each.reason for each in previous}
    counts = Counter((each.path, each.rule, call_hash(each)) for each in report.findings)
    sources = {(each.path, each.rule, call_hash(each)): " ".join(each.source.split()) for each in report.findings}
    entries = [
        {"path": key[0], "rule": key[1], "call": key[2], "count": count}
        | {"reason": reasons.get(key, UNREVIEWED), "source": sources[key][:200]}
        for key, count in sorted(counts.items())
    ]
    return json.dumps({"version": VERSION, "accepted": entries}, indent=2) + "\n"


def read_baseline(data: bytes, *, name: str) -> tuple[Accepted, ...]:
    """Read a baseline file. Raises `PolicyError` with `path:line:column` for anything out of shape."""
    if len(data) > LARGEST:
        raise PolicyError(f"{name}:1:1: {len(data):,} bytes long; a baseline has at most {LARGEST:,}")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as trouble:
        raise PolicyError(f"{name}:{trouble.lineno}:{trouble.colno}: not JSON: {trouble.msg}") from trouble
    except (UnicodeDecodeError, RecursionError, ValueError) as trouble:
        raise PolicyError(f"{name}:1:1: not JSON: {trouble}") from trouble
    if not isinstance(content, dict) or content.get("version") != VERSION or set(content) != {"version", "accepted"}:
        message = f"{name}:1:1: a baseline is an object with `version` {VERSION} and `accepted`"
        raise PolicyError(message, hint="`loadguard scan --write-baseline FILE` writes one")
    entries = content["accepted"]
    if not isinstance(entries, list):
        raise PolicyError(f"{name}:1:1: `accepted` is not a list")
    accepted = tuple(_entry(each, number, name) for number, each in enumerate(entries))
    twice = [key for key, count in Counter(each.key for each in accepted).items() if count > 1]
    if twice:
        raise PolicyError(
            f"{name}:1:1: {twice[0][1]} in {twice[0][0]} is accepted twice; make it one entry with a count"
        )
    return accepted


def _entry(content: Any, number: int, name: str) -> Accepted:
    where = f"{name}:1:1: `accepted[{number}]`"
    if not isinstance(content, dict):
        raise PolicyError(f"{where} is not an object")
    unknown = sorted(set(content) - set(FIELDS))
    missing = sorted(set(FIELDS) - {"source"} - set(content))
    if unknown or missing:
        told = f"does not know {unknown[0]!r}" if unknown else f"has no `{missing[0]}`"
        raise PolicyError(f"{where} {told}", hint=f"an entry has {', '.join(FIELDS)}")
    wrong = [key for key, value in content.items() if type(value) is not FIELDS[key]]
    if wrong or content["count"] < 1:
        raise PolicyError(f"{where}: `{(wrong or ['count'])[0]}` is not as it should be")
    return Accepted(**content)


def apply_baseline(
    report: Report, accepted: Iterable[Accepted], *, name: str, looked_at: Callable[[str], bool] = lambda _: True
) -> Report:
    """The report without what the baseline accepts, and with an error for each entry that is unreviewed or stale.

    Of several equal calls the first `count` are accepted; the rest are new. Nothing is said of entries for files
    that were not `looked_at`, or that could not be read.
    """
    unread = {each.path for each in report.unreadable}
    entries = {each.key: each for each in accepted if looked_at(each.path) and each.path not in unread}
    left = {key: entry.count for key, entry in entries.items()}
    kept: list[Finding] = []
    silenced: list[Silenced] = []
    for finding in report.findings:
        key = (finding.path, finding.rule, call_hash(finding))
        if left.get(key, 0) > 0:
            left[key] -= 1
            silenced.append(Silenced(finding, "external", entries[key].reason))
        else:
            kept.append(finding)
    wrong = [_wrong(entry, left[key], name) for key, entry in entries.items()]
    return replace(
        report,
        findings=(*kept, *(each for each in wrong if each)),
        suppressed=report.suppressed + len(silenced),
        silenced=(*report.silenced, *silenced),
    )


def _wrong(entry: Accepted, left: int, name: str) -> Finding | None:
    if entry.reviewed and not left:
        return None
    about = f"{entry.rule} in {entry.path}"
    if left:
        message = f"stale baseline entry: {about} is accepted {entry.count} times and found {entry.count - left}"
        advice = f"set its count to {entry.count - left}" if entry.count > left else "take the entry out"
    else:
        message, advice = (
            f"unreviewed baseline entry: {about} has no reason",
            "read the call and write why it is acceptable",
        )
    fingerprint = hashlib.sha256("\0".join((RULE, *entry.key)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    place = Finding(RULE, Severity.ERROR, name, 0, 0, 0, 0, message, source=entry.source)
    return replace(place, advice=advice, fingerprint=fingerprint)
