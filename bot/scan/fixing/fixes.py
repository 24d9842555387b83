"""Judgements made into proved fixes, a file at a time."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model import Edit, Fix, WeightsOnly
from bot.scan.fixing.formatter import line_limit
from bot.scan.fixing.graft import grafted
from bot.scan.fixing.prove import Expected, prove
from bot.scan.fixing.rewrite import rewrite
from bot.scan.fixing.wrap import wrap
from bot.scan.judgement import Judgement
from bot.scan.names.module import Module
from bot.scan.rules.fallback import is_for_old_torch
from bot.scan.sites.site import Site, find_sites


@dataclass(frozen=True, slots=True)
class Draft:
    """A fix before its proof: `index` is the site's place among the file's sites."""

    index: int
    expected: Expected
    edits: tuple[Edit, ...]


def make_fixes(module: Module, sites: Sequence[Site], judgements: Sequence[Judgement]) -> tuple[Fix | str, ...]:
    """A proved fix for each site of `module` (all of them, as `find_sites` gave them), or why there is none.

    The proof is made once for all of a file's fixes together; only when it fails, for each alone.
    """
    drafts: list[Draft | str] = [
        _draft(index, site, judgement) for index, (site, judgement) in enumerate(zip(sites, judgements, strict=True))
    ]
    written = _wrapped(module, [draft for draft in drafts if isinstance(draft, Draft)])
    proved = written if written and not _doubt(module, sites, written) else _one_by_one(module, sites, written)
    kept = {draft.index: draft for draft in proved}
    return tuple(_fix(draft, judgement, kept) for draft, judgement in zip(drafts, judgements, strict=True))


def _fix(draft: Draft | str, judgement: Judgement, kept: dict[int, Draft]) -> Fix | str:
    if isinstance(draft, str) or judgement.tier is None:
        return str(draft)
    proved = kept.get(draft.index)
    return Fix(judgement.tier, judgement.adds, proved.edits, judgement.reason) if proved else "it could not be proved"


def _one_by_one(module: Module, sites: Sequence[Site], drafts: Sequence[Draft]) -> list[Draft]:
    """Those drafts that are proved together with the ones before them, so that all of them can be applied at once."""
    kept: list[Draft] = []
    for draft in drafts:
        if not _doubt(module, sites, [*kept, draft]):
            kept.append(draft)
    return kept


def _wrapped(module: Module, drafts: list[Draft]) -> list[Draft]:
    """The drafts, lines broken where the project's formatter would break them; a line with two fixes is left alone."""
    project = None if module.path.endswith(".ipynb") else module.project
    limit = line_limit(project, module.path) if project else None
    statements = [module.statement(draft.expected.call) for draft in drafts]
    wrapped = []
    for draft, statement in zip(drafts, statements, strict=True):
        alone = statement is not None and statements.count(statement) == 1 and len(draft.edits) == 1
        if limit and statement and alone:
            call = draft.expected.call
            edits = wrap(module, call, edit=draft.edits[0], limit=limit)
            draft = replace(draft, edits=edits)  # noqa: PLW2901
        wrapped.append(draft)
    return wrapped


def _draft(index: int, site: Site, judgement: Judgement) -> Draft | str:
    if judgement.tier is None or not judgement.adds:
        return "no fix was judged right"
    if site.call is None or site.host is not site.module:
        return "the call is not written out in this file"
    if is_for_old_torch(site.call, site.module):
        return "the call is the branch for a torch that does not know the keyword"
    asked = {"weights_only": "weights_only=True" in judgement.adds, "mmap": "mmap=True" in judgement.adds}
    edits = rewrite(site.module.source, site.call, **asked)
    if edits is None:
        return "the keywords cannot be written into this call without guessing"
    return Draft(index, Expected(site.call, **asked), edits)


def _unsafe(says: Iterable[WeightsOnly]) -> list[WeightsOnly]:
    return [each for each in says if each is not WeightsOnly.TRUE]


def _doubt(module: Module, sites: Sequence[Site], drafts: Sequence[Draft]) -> str:
    """Why these fixes together are not proved; empty when they are."""
    fixed = {draft.index for draft in drafts}

    def silent(become: Mapping[ast.Call, ast.Call]) -> bool:
        with grafted(module, become):
            now = find_sites(module)
        # a partial that says True is no site any more where it is called
        left = [site.says for index, site in enumerate(sites) if index not in fixed]
        return _unsafe(site.says for site in now) == _unsafe(left)

    edits = [edit for draft in drafts for edit in draft.edits]
    return prove(module.source, module.tree, edits=edits, expected=[d.expected for d in drafts], silent=silent)
