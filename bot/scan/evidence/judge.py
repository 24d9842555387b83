"""One site in, one judgement out: the strongest evidence decides the tier, the weaker is told as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.model import Evidence, EvidenceKind, Mmap, MmapDecision, Tier, Use, WeightsOnly
from bot.scan.evidence.branches import says_true_beside
from bot.scan.evidence.checkpoint import report_for
from bot.scan.evidence.decide import decide
from bot.scan.evidence.facts import Facts
from bot.scan.evidence.follow.spot import CALLED, Spot
from bot.scan.evidence.follow.trace import trace
from bot.scan.evidence.human import compatibility_shape, reason_comment
from bot.scan.evidence.mmap import MmapFacts, judge_mmap
from bot.scan.evidence.paths import PathKind, prove_path
from bot.scan.evidence.reading import Reading
from bot.scan.evidence.saves.place import literal_of
from bot.scan.evidence.saves.save import find_saved, rewriters
from bot.scan.evidence.saves.states import has_extra_state
from bot.scan.evidence.saves.writers import saving_files
from bot.scan.evidence.version.floor import torch_floor
from bot.scan.judgement import Judgement
from bot.scan.sites.site import Form, Site

if TYPE_CHECKING:
    from bot.scan.project import Project


def ask_of_all(project: Project) -> Iterator[None]:
    """What nearly every judgement asks of the whole tree, in steps: who goes on from here in several processes would
    find it out in each of them.
    """
    yield from project.learn_imports()
    saving_files(project)
    yield
    has_extra_state(project)


def agree(sites: Sequence[Site], judgements: Sequence[Judgement], project: Project) -> list[Judgement]:
    """The judgements of one file, where those that are proved speak for the other branches of the same load.

    What a fix writes into one branch is evidence for the other the next time: so it is now.
    """
    found = list(judgements)
    settled = {site.call for site, each in zip(sites, found, strict=True) if site.call and each.tier is Tier.SAFE}
    waiting = {n: site.call for n, site in enumerate(sites) if site.call and found[n].tier is Tier.REVIEW}
    while settled:
        spoken = (n for n, call in waiting.items() if says_true_beside(call, sites[n].module, settled) is not None)
        index = next(spoken, None)
        if index is None:
            break
        found[index] = judge(sites[index], project, settled=frozenset(settled))
        call = waiting.pop(index)
        if found[index].tier is Tier.SAFE:
            settled.add(call)
    return found


def judge(site: Site, project: Project, *, settled: frozenset[ast.Call] = frozenset()) -> Judgement:
    """What the evidence says of one site; pure, bounded, and cached in the project where it looks at other files.

    `settled` are loads of its file that are proved to take weights_only=True.
    """
    call = site.call
    if call is None or not site.editable or site.form not in (Form.CALL, Form.PARTIAL):
        return Judgement(Use.UNKNOWN, None, _not_editable(site), advice=_ADVICE_UNSEEN)
    facts = replace(_gather(site, call, project), settled=settled)
    decision = decide(facts)
    mmap_facts = MmapFacts(
        facts.floor,
        facts.proof,
        facts.saved,
        rewriters(call, site.file, site.module),
        facts.at_hand,
        project.options.mmap,
    )
    safe = site.says is WeightsOnly.TRUE or decision.tier is not None  # else a second `fix` would add the map
    mmap = judge_mmap(site, mmap_facts, becomes_safe=safe)
    evidence = _evidence(facts, decision.evidence)
    if decision.tier is None and site.says is not WeightsOnly.TRUE:
        return Judgement(decision.use, None, decision.reason, (), evidence, mmap, decision.advice)
    return Judgement(decision.use, decision.tier, decision.reason, _adds(site, mmap), evidence, mmap, "")


_ADVICE_UNSEEN = (
    "Write weights_only=True where the call itself is made, and name the classes the file needs if it holds objects."
)


def _not_editable(site: Site) -> str:
    if site.has_kwargs or site.has_star:
        return "arguments come through * or **, so another weights_only may be among them"
    if site.ambiguous:
        return "the name may be another library's load"
    return f"torch.load is {site.form.value} here, so no keyword can be written into the call"


def _gather(site: Site, call: ast.Call, project: Project) -> Facts:
    module = site.module
    where = site.file
    # a partial's result is what its callers call: what they get is the loaded value
    signs = trace(Spot(call, module, () if site.form is Form.CALL else (CALLED,)), project)
    return Facts(
        site=site,
        reading=Reading(signs, call, module),
        saved=find_saved(call, where, module, project),
        at_hand=report_for(literal_of(where, module), project.options.checkpoints),
        shape=compatibility_shape(call, module),
        comment=reason_comment(call, module),
        floor=torch_floor(project, path=module.path, override=project.options.torch_floor),
        proof=prove_path(where, module),
        project=project,
    )


def _adds(site: Site, mmap: Mmap) -> tuple[str, ...]:
    wanted = ["mmap=True"] if mmap.decision is MmapDecision.ADD else []
    if site.says is not WeightsOnly.TRUE:
        wanted.append("weights_only=True")
    return tuple(wanted)


def _evidence(facts: Facts, decided: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """What decided first, then what else is worth telling."""
    path = facts.site.module.path
    more = list(decided)
    if facts.proof.kind in (PathKind.STRING, PathKind.PATHLIKE):
        more.append(Evidence(EvidenceKind.PATH, path, facts.proof.line, facts.proof.why))
    floor = facts.floor
    if floor.version is not None:
        more.append(Evidence(EvidenceKind.VERSION, floor.path, floor.line, f"declares {floor.requirement}"))
    return tuple(dict.fromkeys(more))
