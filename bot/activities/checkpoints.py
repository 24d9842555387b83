"""The checkpoint gate: read a file without running it, then load it where it can do nothing, then say how it differs.

Each step needs the one before it to have found nothing dangerous: a file that names code is never loaded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from bot.activities.desk import Checkpoints, Read
from bot.edge.lfs import LfsStore, NotFetched
from bot.edge.sandbox import Sandbox, Smoke
from bot.model import ChangedFile, CheckpointReport, Drift, Killed, Loaded, NotTried, Severity, Verdict
from bot.plan.smoke import smoke_finding, smoke_findings
from bot.policy import CheckpointMode, CheckpointPolicy, Policy
from bot.scan.checkpoint.compare import compare
from bot.scan.checkpoint.limits import Limits
from bot.scan.checkpoint.read import read_checkpoint
from bot.scan.checkpoint.reader import StreamReader

_LOADED_BY_TORCH = ("torch-zip", "torch-legacy", "torch-tar", "pickle")
_GIT_LOOKS_AT = 8000
"""Bytes in which git looks for a zero byte, to tell a binary file."""
_SOURCES = tuple(
    ".py .pyi .ipynb .md .rst .json .yml .yaml .toml .cfg .c .cc .cpp .h .hpp .cu .cuh .sh .js .ts .html .css".split()
)
_KNOWN_BY_CONTENT = (*_LOADED_BY_TORCH, "torchscript", "pt2", "safetensors", "joblib")


@dataclass(frozen=True, slots=True)
class Gate:
    """What checkpoints are held to, and with what.

    Without a `sandbox` nothing is loaded; without `objects` an LFS pointer stays one, and is said to be. `files` and
    `seconds` (of wall time) bound what is looked at in one change.
    """

    policy: CheckpointPolicy
    sandbox: Sandbox | None = None
    objects: LfsStore | None = None
    crc: bool = True
    files: int = 2_000
    seconds: float = 1800.0


def inspect(gate: Gate, file: Path, *, name: str, against: Path | None = None) -> CheckpointReport:
    """Everything that is to be said of one file, which reports call `name`. Raises OSError if it cannot be read.

    The file is opened twice, to be read and to be loaded. One that is exchanged meanwhile is not called anything.
    """
    named, stamp = file, _stamp(file)
    file, report = _read(gate, file, name)
    object_stamp = _stamp(file)
    if against is None or not against.exists():
        report = _with_smoke(gate, file, report)
    else:
        old_file, old = _read(gate, against, name)
        report = replace(report, findings=(*report.findings, *compare(report, old)))
        report = _with_smoke(gate, file, report, old=(old_file, old))
    return report if (_stamp(named), _stamp(file)) == (stamp, object_stamp) else _exchanged(report)


def _stamp(file: Path) -> tuple[int, ...]:
    """What changes when somebody writes to the file or puts another in its place; only root can set ctime back."""
    facts = file.stat()
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def _exchanged(report: CheckpointReport) -> CheckpointReport:
    message = "the file changed while it was looked at: what was read may not be what was loaded"
    found = smoke_finding(report.path, "CK103", Severity.ERROR, message, "wait until it is written, then look again")
    return replace(report, verdict=Verdict.UNREADABLE, mappable=False, findings=(*report.findings, found))


def _read(gate: Gate, file: Path, name: str) -> tuple[Path, CheckpointReport]:
    """The static report, of the object behind it where the file is an LFS pointer and its object can be had."""
    report = _static(gate, file, name)
    if not report.lfs_oid or gate.objects is None:
        return file, report
    fetched = gate.objects.fetch(report.lfs_oid, report.lfs_size, most=gate.policy.limits.bytes)
    if isinstance(fetched, Path):
        return fetched, _static(gate, fetched, name)
    return file, _not_fetched(report, fetched)


def _static(gate: Gate, file: Path, name: str) -> CheckpointReport:
    limits = gate.policy.limits
    with file.open("rb") as stream:
        wanted = Limits(size=limits.bytes, entries=limits.entries, ratio=limits.ratio, nesting=limits.nesting)
        return read_checkpoint(name, StreamReader(stream), wanted, crc=gate.crc)


def _not_fetched(report: CheckpointReport, trouble: NotFetched) -> CheckpointReport:
    rule = "CK104" if trouble.over_limit else "CK103"
    verdict = Verdict.OVER_LIMITS if trouble.over_limit else Verdict.UNREADABLE
    message = f"a Git LFS pointer whose object was not looked at: {trouble.reason}"
    advice = "fetch the object first (git lfs pull), so that it can be read"
    if trouble.over_limit:
        advice = "raise checkpoints.limits.bytes in the policy if the file is meant to be so large"
    found = smoke_finding(report.path, rule, Severity.ERROR, message, advice)
    return replace(report, verdict=verdict, findings=(found,))


def _with_smoke(
    gate: Gate, file: Path, report: CheckpointReport, *, old: tuple[Path, CheckpointReport] | None = None
) -> CheckpointReport:
    """The report with the sandboxed load in it, the devices' legs, and the drift from the old version."""
    with TemporaryDirectory(prefix="loadguard-") as folder:
        export = Path(folder) / "new.safetensors"
        devices = tuple(device for device in gate.policy.devices if device != "cpu")
        smoke = _load(gate, file, report, export if devices or old else None)
        before: Smoke | None = None
        drift: tuple[Drift, ...] = ()
        if old is not None:
            old_export = Path(folder) / "old.safetensors"
            before = _load(gate, old[0], old[1], old_export)
            if isinstance(before, Loaded) and isinstance(smoke, Loaded):
                drift = _drift(gate, old_export, export)
        legs = tuple(_leg(gate, smoke, export, device) for device in devices)
    report = replace(report, smoke=smoke, devices=legs, drift=drift)
    base = before if isinstance(before, Loaded) else None
    more = smoke_findings(report, base=base)
    for leg in legs:
        more += smoke_findings(replace(report, smoke=leg), base=None)
    return replace(report, findings=(*report.findings, *more))


def _load(gate: Gate, file: Path, report: CheckpointReport, export: Path | None) -> Smoke:
    """One sandboxed load, or why there was none."""
    if gate.sandbox is None or gate.policy.mode is not CheckpointMode.SMOKE:
        return NotTried("only read, not loaded (checkpoints.mode)")
    trusted = tuple(name for name in report.safe_globals if name in gate.policy.safe_globals)
    if report.verdict is Verdict.NEEDS_ALLOWLIST and len(trusted) < len(report.safe_globals):
        return NotTried("not loaded: it needs names that the policy does not trust yet (checkpoints.safe_globals)")
    if report.verdict not in (Verdict.LOADABLE, Verdict.NEEDS_ALLOWLIST):
        return NotTried(f"not loaded: {report.verdict}")
    if report.format not in _LOADED_BY_TORCH:
        return NotTried(f"{report.format}: not a file for torch.load")
    try:
        return gate.sandbox.smoke(file, mapped=report.mappable, safe_globals=trusted, export=export)
    except OSError as trouble:  # such as no room for the child's copy: a file must not pass by being large
        return Killed(f"could not be started: {trouble.strerror or trouble}")


def _drift(gate: Gate, old: Path, new: Path) -> tuple[Drift, ...]:
    found = gate.sandbox.compare(old, new) if gate.sandbox else ()
    return found if isinstance(found, tuple) else ()


def _leg(gate: Gate, smoke: Smoke, export: Path, device: str) -> Smoke:
    """A device sees only tensors that the CPU's child has loaded and written out again (SPEC 9.3)."""
    if gate.sandbox is None or not isinstance(smoke, Loaded):
        return NotTried("nothing was loaded on the CPU first", device)
    return gate.sandbox.on_device(export, device)


def inspect_changed(
    gate: Gate, changed: Iterable[ChangedFile], *, head: Read, base: Read | None
) -> tuple[CheckpointReport, ...]:
    """The checkpoints among changed files, by name or by content, with the shards that a changed index names.

    `base` reads the version before, None where it is not at hand. What was there before is not `new`. A change is
    looked at for `gate.seconds` and `gate.files` at most: what is left over is a finding, so it cannot hide there.
    """
    deadline = time.monotonic() + gate.seconds
    waiting = {file.path: file for file in changed if file.status != "removed" and _may_be_one(gate, file)}
    reports: list[CheckpointReport] = []
    seen: set[str] = set()
    while waiting:
        if len(reports) >= gate.files or time.monotonic() > deadline:
            reports.append(_left_over(gate, sorted(waiting)))
            break
        path, file = waiting.popitem()
        seen.add(path)
        report = _inspect_one(gate, file, head, base)
        if report is None:
            continue
        reports.append(report)
        shards = (str(PurePosixPath(path).parent / shard) for shard in report.shards)
        waiting |= {shard: ChangedFile(shard, "unchanged") for shard in shards if shard not in seen}
    return tuple(sorted(reports, key=lambda report: report.path))


def _left_over(gate: Gate, paths: list[str]) -> CheckpointReport:
    message = (
        f"{len(paths):,} more files of this change that may be checkpoints were not looked at: "
        f"{gate.files:,} files or {gate.seconds:,.0f} s are the most for one change"
    )
    found = smoke_finding(paths[0], "CK104", Severity.ERROR, message, "split the change")
    return CheckpointReport(paths[0], "unread", 0, Verdict.OVER_LIMITS, findings=(found,))


def _may_be_one(gate: Gate, file: ChangedFile) -> bool:
    """By its name; or by its content, which is worth a look unless both git and the name say that it is text.

    The change's own `.gitattributes` can make git show lines of a binary file.
    """
    if _named(gate, file.path):
        return True
    text = bool(file.hunks) and file.path.lower().endswith(_SOURCES)
    return not text and file.status in ("added", "modified", "changed", "renamed", "copied")


def _named(gate: Gate, path: str) -> bool:
    name = PurePosixPath(path).name.lower()
    return any(fnmatchcase(name, pattern.lower()) for pattern in (*gate.policy.patterns, "*.index.json"))


def _inspect_one(gate: Gate, file: ChangedFile, head: Read, base: Read | None) -> CheckpointReport | None:
    with TemporaryDirectory(prefix="loadguard-") as folder:
        new, old = Path(folder) / "new", Path(folder) / "old"
        content = head(file.path)
        if content is None:
            return _absent(file.path) if _named(gate, file.path) else None
        new.write_bytes(content)
        if not _named(gate, file.path) and not _is_ours(_static(gate, new, file.path), file, content):
            return None
        before = base(file.previous_path or file.path) if base else None
        if before is not None:
            old.write_bytes(before)
        report = inspect(gate, new, name=file.path, against=old)
        known = {each.fingerprint for each in _static(gate, old, file.path).findings} if before is not None else set()
    findings = tuple(replace(each, new=each.fingerprint not in known) for each in report.findings)
    return replace(report, findings=findings)


def _is_ours(report: CheckpointReport, file: ChangedFile, content: bytes) -> bool:
    """Whether a file that no pattern names is a checkpoint all the same, whole or not.

    Text, pictures and archives of text are somebody else's, unless code is called in them: pickles of protocol 0 are
    text, and any of them can lie in an archive or be compressed.
    """
    if any(use.called and use.judgement == "executes" for use in report.globals):
        return True
    text = bool(file.hunks) and b"\0" not in content[:_GIT_LOOKS_AT]
    return not text and report.format in _KNOWN_BY_CONTENT and report.verdict is not Verdict.NOT_A_CHECKPOINT


def _absent(path: str) -> CheckpointReport:
    """A shard that an index names and nobody committed, or a link: it was not looked at, and that is said."""
    message = "named by the change, but there is no such file at its commit (a link, a submodule, or never committed)"
    found = smoke_finding(path, "CK103", Severity.ERROR, message, "commit the file, or take its name out of the index")
    return CheckpointReport(path, "absent", 0, Verdict.UNREADABLE, findings=(found,))


def gatekeeper(sandbox: Callable[[CheckpointPolicy], Sandbox], objects: LfsStore | None) -> Checkpoints:
    """What a `Desk` asks about changed checkpoints, once the base's policy is known."""

    def look(
        changed: tuple[ChangedFile, ...], head: Read, base: Read | None, policy: Policy
    ) -> tuple[CheckpointReport, ...]:
        if policy.checkpoints.mode is CheckpointMode.OFF:
            return ()
        gate = Gate(policy.checkpoints, sandbox(policy.checkpoints), objects)
        return inspect_changed(gate, changed, head=head, base=base)

    return look
