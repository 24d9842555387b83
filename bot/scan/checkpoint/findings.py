"""Faults become findings, and all of them one verdict."""

from __future__ import annotations

import hashlib

from bot.model import CheckpointReport, Finding, Severity, Verdict
from bot.scan.checkpoint.allowing import needed, proposal
from bot.scan.checkpoint.faults import ALLOWLIST, CODE, CORRUPT, LAYOUT, LIMITS, MAPPING, Fault
from bot.scan.checkpoint.judge import NEEDS, UNKNOWN
from bot.scan.checkpoint.reading import Reading

SEVERITIES: dict[str, Severity] = {
    CODE: Severity.ERROR,
    ALLOWLIST: Severity.WARNING,
    CORRUPT: Severity.ERROR,
    LIMITS: Severity.ERROR,
    MAPPING: Severity.WARNING,
    LAYOUT: Severity.NOTE,
}
ADVICE: dict[str, str] = {
    CORRUPT: "Do not load it: fetch it again from where it was made, or save it anew with torch.save.",
    LAYOUT: "No fault, unless it was not meant to change.",
    LIMITS: "Do not load it without a memory limit. If the file is meant to be so large, raise the policy's limits.",
}

NEVER_ADVICE = "Save plain dicts, lists, numbers and tensors (state_dict()), with torch.save's own protocol 2."


def finding(path: str, fault: Fault) -> Finding:
    """A finding on a file: line 1, column 1; the place inside it is in the message and in `qualname` (the record)."""
    where = f" ({fault.place})" if fault.place else ""
    text = f"{fault.rule}|{path}|{fault.record}|{fault.message}"
    return Finding(
        fault.rule,
        Severity.NOTE if fault.note else SEVERITIES[fault.rule],
        path,
        1,
        1,
        1,
        1,
        _printable(fault.message + where),
        source=_printable(fault.place),
        qualname=_printable(fault.record),
        advice=fault.advice or ADVICE.get(fault.rule, ""),
        fingerprint=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24],
    )


def report_of(reading: Reading, size: int) -> CheckpointReport:
    """Close the notebook."""
    names = needed(reading.rulings.items(), reading.numpy_dtypes)
    dangerous = reading.log.has(CODE)
    if not dangerous:
        _add_allowlist(reading, names)
    for rule, count in reading.log.dropped.items():
        reading.log.kept.append(Fault(rule, f"{count:,} more of the same kind are not listed"))
    verdict = _verdict(reading)
    return CheckpointReport(
        reading.path,
        reading.format,
        size,
        verdict,
        findings=tuple(finding(reading.path, fault) for fault in sorted(reading.log.kept, key=lambda each: each.rule)),
        globals=tuple(reading.globals),
        tensors=tuple(reading.tensors),
        mappable=reading.mappable and verdict in (Verdict.LOADABLE, Verdict.NEEDS_ALLOWLIST),
        mmap_reason=reading.mmap_reason or ("" if verdict is Verdict.LOADABLE else "the file is not whole or not safe"),
        safe_globals=() if dangerous else names,
        shards=tuple(reading.shards),
        lfs_oid=reading.lfs_oid,
        lfs_size=reading.lfs_size,
        refusal="; ".join(_refusals(reading))[:2000],
    )


def _verdict(reading: Reading) -> Verdict:
    log = reading.log
    if log.has(CODE):
        return Verdict.DANGEROUS
    if reading.unreadable:
        return Verdict.UNREADABLE
    if log.has(LIMITS):
        return Verdict.OVER_LIMITS
    if log.has(CORRUPT):
        return Verdict.CORRUPT
    if reading.refusals or (reading.loadable and reading.stream_refusals):
        return Verdict.REFUSED
    if log.has(ALLOWLIST):
        return Verdict.NEEDS_ALLOWLIST
    return Verdict.LOADABLE if reading.loadable else Verdict.NOT_A_CHECKPOINT


def _refusals(reading: Reading) -> list[str]:
    return [*reading.refusals, *(reading.stream_refusals if reading.loadable else [])]


def _add_allowlist(reading: Reading, names: tuple[str, ...]) -> None:
    """CK102: what stands between the file and weights_only=True, with the line that helps where one does."""
    if reading.loadable and reading.stream_refusals:
        message = "no allow-list makes this load with weights_only=True: " + "; ".join(reading.stream_refusals)[:1000]
        reading.log.add(Fault(ALLOWLIST, message, advice=NEVER_ADVICE))
        return
    wanting = [ruling for ruling in reading.rulings.values() if ruling.judgement in (NEEDS, UNKNOWN)]
    if not wanting:
        return
    shown = ", ".join(ruling.dotted for ruling in wanting[:12])
    foreign = [ruling.dotted for ruling in wanting if ruling.judgement == UNKNOWN]
    caution = f" Judge first: importing runs the modules of {', '.join(foreign[:12])}." if foreign else ""
    better = "Better: save a state_dict()." + caution
    advice = f"# {better}\n{proposal(names, reading.path)}" if names else better
    if reading.loadable:
        reading.log.add(Fault(ALLOWLIST, f"names {shown}, which torch loads only when allow-listed", advice=advice))
    else:
        message = f"names {shown}, whose modules unpickling imports; torch.load does not read {reading.format} files"
        reading.log.add(
            Fault(ALLOWLIST, message, advice="Unpickle it only where you would run its author's code.", note=True)
        )


def _printable(text: str) -> str:
    """Control characters out of a hostile name would reach a terminal or a log."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)[:1500]
