"""What the bytes of many files tell before one is parsed: most of a tree is done with after this.

Files are taken in groups, since a message for each would cost more than the look at it. What a file hands to others
is gathered here as well, so that the tree is gone through once, on all cores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.scan.asking import active_rules, alarm_of, is_python, speaks_up
from bot.scan.project import NONE_HANDED, Handed, Project, is_source
from bot.scan.rules.base import Alarm, Rule
from bot.scan.sites.exports import gives_out, resolver
from bot.scan.sites.handed import handed_torch
from bot.scan.sites.prefilter import Uses, uses_of

GROUP = 32
"""Files in a group: enough that messages cost nothing, few enough that children end together."""


@dataclass(frozen=True, slots=True)
class Glance:
    """`inside` are the paths of files that have to be looked into, `waiting` of those for which it depends on what
    others hand out, `giving` of modules that may hand out torch.load, `handed` what they hand out of torch itself.
    """

    inside: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    giving: tuple[str, ...] = ()
    handed: Handed = NONE_HANDED


def groups_of(paths: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(paths[at : at + GROUP]) for at in range(0, len(paths), GROUP)]


def glance_at(project: Project, paths: Sequence[str]) -> Glance:
    """Look at a group of files of a project, of which nothing is known yet."""
    rules = active_rules(project)
    alarm = alarm_of(rules)
    inside, waiting, giving = [], [], []
    for path in paths:
        data = project.files[path]
        uses = uses_of(data) if is_python(path, data, markdown=project.options.markdown) else None
        matters = _matters(project, path, uses, rules=rules, alarm=alarm)
        if matters:
            inside.append(path)
        elif matters is None:
            waiting.append(path)
        if uses and is_source(path) and gives_out(data):
            giving.append(path)
    handed = handed_torch(project, [path for path in paths if is_source(path)])
    return Glance(tuple(inside), tuple(waiting), tuple(giving), handed)


def joined(glances: Iterable[Glance]) -> Glance:
    """What all groups together tell; what waited for others is settled."""
    told = tuple(glances)
    handed = Handed(
        frozenset().union(*(each.handed.names for each in told)),
        frozenset().union(*(each.handed.functions for each in told)),
        frozenset().union(*(each.handed.takers for each in told)),
    )
    waiting = tuple(path for each in told for path in each.waiting) if handed != NONE_HANDED else ()
    inside = tuple(path for each in told for path in each.inside)
    return Glance((*inside, *waiting), (), tuple(path for each in told for path in each.giving), handed)


def _matters(project: Project, path: str, uses: Uses | None, *, rules: Sequence[Rule], alarm: Alarm) -> bool | None:
    """Whether a file has to be looked into; None where it does only if another hands out torch. `uses` None: it is no
    Python.
    """
    data = project.files[path]
    # An empty one may be one that could not be read: whoever looks into it will say so.
    if not data or any(rule.check_file and rule.wants and rule.wants(path) for rule in rules):
        return True
    if uses is None:
        return False
    load = bool(uses) or uses.data is not data  # not read as it stands: the word may be there in other letters
    if speaks_up(path, data) or alarm.raised_by(data, load=load):
        return True
    return uses.may_be_torch(resolves=resolver(project, path)) or (None if uses.received else False)
