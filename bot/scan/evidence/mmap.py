"""May this load map its file? Each hazard of `mmap=True` refuses with its own reason.

The hazards are facts of torch 2.1 to 2.13, each reproduced: a file object raises, a legacy or compressed file raises or
gives wrong weights without an error, an XLA location raises, a mapped file that is written again kills the process
(SIGBUS), and on NFS a mapped read can hang (facebookresearch/fairseq2#547).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model import Mmap, MmapDecision, Verdict
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.paths import PathKind, PathProof
from bot.scan.evidence.saves.place import literal_of
from bot.scan.evidence.saves.save import Saved
from bot.scan.evidence.saves.writers import Writer
from bot.scan.evidence.version.floor import MMAP, MMAP_PATHLIKE, Floor
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import imports
from bot.scan.names.spelling import spelt
from bot.scan.names.values import Constant
from bot.scan.sites.holding import defaults

if TYPE_CHECKING:
    from bot.model import CheckpointReport
    from bot.scan.sites.site import Site


_NFS = re.compile(r"(?:^|[/\\'\"])(?:nfs[\w-]*|\w+[_-]nfs)(?:[/\\'\":]|$)", re.I)


@dataclass(frozen=True, slots=True)
class MmapFacts:
    """What the decision rests on. `again` are the writers of the same path in the same file."""

    floor: Floor
    proof: PathProof
    saved: tuple[Saved, ...]
    again: tuple[Writer, ...]
    checkpoint: CheckpointReport | None
    policy: str


def judge_mmap(site: Site, facts: MmapFacts, *, becomes_safe: bool) -> Mmap:
    """Add, keep or skip. `becomes_safe`: weights_only is True, or the fix makes it so."""
    call = site.call
    if call is None:
        return Mmap(MmapDecision.SKIP, "there is no call to write it into")
    if any(k.arg == "mmap" for k in call.keywords):
        return Mmap(MmapDecision.KEEP, "mmap is written out")
    if facts.policy == "never":
        return Mmap(MmapDecision.SKIP, "the policy says mmap: never")
    reason = (
        _never_xla(site)
        or _not_a_path(facts.proof)
        or _on_nfs(site)
        or _too_old(facts.floor, facts.proof)
        or ("" if becomes_safe else "weights_only is not True here")
        or _written_again(site, facts.again)
        or _not_mappable(facts.checkpoint)
        or _unknown_format(facts.saved, facts.checkpoint, facts.policy)
    )
    return (
        Mmap(MmapDecision.SKIP, reason)
        if reason
        else Mmap(MmapDecision.ADD, _why(facts.proof, facts.saved, facts.checkpoint))
    )


def _never_xla(site: Site) -> str:
    assert site.call is not None  # noqa: S101  (asked by the caller)
    location = next((k.value for k in site.call.keywords if k.arg == "map_location"), None)
    if location is None and len(site.call.args) > 1:
        location = site.call.args[1]
    if location is not None and ("xla" in spelt(location).lower() or _can_be_xla(location, site)):
        return "map_location is an XLA device, which torch refuses to map to"
    module = site.module
    for node in imports(module):
        names = [a.name for a in node.names] + [getattr(node, "module", "") or ""]
        if any(n.startswith(("torch_xla", "torch_tpu")) or n.rpartition(".")[2] in ("xm", "torch_xla") for n in names):
            return f"line {node.lineno} imports torch_xla: XLA code reads on the CPU, unmapped, and moves"
    return ""


def _can_be_xla(location: ast.expr, site: Site) -> bool:
    """`device = "xla:0"` elsewhere, or a parameter's default."""
    values = defaults(evaluate(location, site.module))
    return any(isinstance(v, Constant) and isinstance(v.value, str) and "xla" in v.value.lower() for v in values)


def _not_a_path(proof: PathProof) -> str:
    if proof.kind is PathKind.HANDLE:
        return f"{proof.why}: only a path can be mapped"
    if proof.kind is PathKind.UNKNOWN:
        return f"{proof.why}; only a path can be mapped"
    return ""


def _on_nfs(site: Site) -> str:
    """Whether the path itself says so; where a folder is mounted cannot be read from a program."""
    known = literal_of(site.file, site.module) or (spelt(site.file) if site.file is not None else "")
    if _NFS.search(known):
        return "the path is on NFS, where reading a mapped file can hang for ever"
    return ""


def _too_old(floor: Floor, proof: PathProof) -> str:
    needed = MMAP_PATHLIKE if proof.kind is PathKind.PATHLIKE else MMAP
    if floor.reaches(needed):
        return ""
    wanted = ".".join(map(str, needed))
    what = "a Path" if needed == MMAP_PATHLIKE else "mmap"
    if floor.version is None:
        return f"{what} needs torch {wanted}, and the project declares no lowest version"
    return f"{what} needs torch {wanted}, and {floor.path}:{floor.line} admits {'.'.join(map(str, floor.version))}"


def _written_again(site: Site, again: tuple[Writer, ...]) -> str:
    """The same file saved while the result may live: a mapped file that is written again kills the process (SIGBUS)."""
    assert site.call is not None  # noqa: S101  (asked by the caller)
    here = site.module.function(site.call)
    for writer in again:
        line = writer.call.lineno
        if site.module.function(writer.call) is not here:
            return f"line {line} writes the same file: a mapped file that is written again kills the process (SIGBUS)"
        if line > site.call.lineno or _loops_together(site, writer.call):
            return f"line {line} writes the file again while it is mapped (SIGBUS)"
    return ""


def _loops_together(site: Site, call: ast.Call) -> bool:
    def loops(node: ast.AST) -> set[ast.AST]:
        around = site.module.around(node, ast.FunctionDef, ast.AsyncFunctionDef)
        return {outer for _, outer in around if isinstance(outer, ast.For | ast.While | ast.AsyncFor)}

    return site.call is not None and bool(loops(site.call) & loops(call))


def _not_mappable(checkpoint: CheckpointReport | None) -> str:
    if checkpoint is not None and checkpoint.verdict is Verdict.CORRUPT:
        return f"{checkpoint.path} is damaged: a map reads neighbouring records where sizes are wrong, without an error"
    if checkpoint is not None and not checkpoint.mappable:
        return checkpoint.mmap_reason or f"{checkpoint.path} is {checkpoint.format}, which cannot be mapped"
    return ""


def _unknown_format(saved: tuple[Saved, ...], checkpoint: CheckpointReport | None, policy: str) -> str:
    if checkpoint is not None or policy == "always-when-legal":
        return ""
    if not saved:
        return "nothing shows that the file is torch's zip format (a legacy file cannot be mapped)"
    for one in saved:
        legacy = next((k.value for k in one.writer.call.keywords if k.arg == "_use_new_zipfile_serialization"), None)
        if isinstance(legacy, ast.Constant) and legacy.value is False:
            return f"{one.writer.module.path}:{one.writer.call.lineno} writes the legacy format, which cannot be mapped"
        if dotted(one.writer.call.func, one.writer.module) not in ("torch.save", "torch.serialization.save"):
            return "the file is written by a library, in a format of its own choosing"
    return ""


def _why(proof: PathProof, saved: tuple[Saved, ...], checkpoint: CheckpointReport | None) -> str:
    if checkpoint is not None:
        return f"{proof.why}; {checkpoint.path} is a zip with stored records"
    if saved:
        writer = saved[0].writer
        return f"{proof.why}; {writer.module.path}:{writer.call.lineno} writes it with torch.save"
    return f"{proof.why}; the policy asks for mmap wherever it is legal"
