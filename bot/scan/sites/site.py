"""Every place where `torch.load` is called or handed on, and what stands there.

Not by walking every call: from the words that can lead to torch.load (its name, names it was given,
ways to look it up by text) each use is evaluated, and what is torch.load is followed to where it is called, wrapped,
stored or handed on.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.model import WeightsOnly
from bot.scan.names.executed import executed
from bot.scan.names.lookup import find_bindings
from bot.scan.names.module import Module
from bot.scan.names.values import Value
from bot.scan.sites.dead import never_runs


class Form(StrEnum):
    """How torch.load is used at a site."""

    CALL = "call"
    PARTIAL = "partial"
    HANDED_ON = "handed on"
    STORED = "stored"
    TEXT = "code in a string"


@dataclass(frozen=True, slots=True)
class Site:
    """A use of torch.load.

    `call` is the call that takes the keywords: `torch.load(...)`, `partial(torch.load, ...)`,
    `submit(torch.load, ...)`, or None where torch.load is handed on by name alone. It lives in `module`.
    `node` is what a finding underlines and
    lives in `host`: the same module, except for code in a string, where `host` holds the string.
    `possible` is each thing the call can say of weights_only; `says` sums them up. `weights_only` is the expression
    that says it (for `**options` the dict), `values` what that can be. `has_kwargs` when a `**` cannot be seen to its
    end.
    `ambiguous` when the name only looks like torch's (`from fairseq import torch`).
    """

    host: Module
    node: ast.expr
    module: Module
    call: ast.Call | None
    form: Form
    says: WeightsOnly
    possible: tuple[WeightsOnly, ...]
    weights_only: ast.expr | None = None
    values: tuple[Value, ...] = ()
    file: ast.expr | None = None
    pickle_module: ast.expr | None = None
    has_star: bool = False
    has_kwargs: bool = False
    ambiguous: bool = False

    @property
    def editable(self) -> bool:
        """Whether a keyword written into `call` reaches torch.load, as far as the form goes."""
        plain = self.call is not None and self.form in (Form.CALL, Form.PARTIAL)
        return plain and not (self.has_star or self.has_kwargs or self.ambiguous)

    @property
    def doubtful(self) -> bool:
        """Whether torch.load only looks like torch's because another library hands out something called torch.

        A name that nothing here binds (a star import, another function's `import torch`) is torch all the same, and
        only torch.load knows `weights_only`.
        """
        if not self.ambiguous or self.weights_only is not None:
            return False
        names = (n for n in ast.walk(self.call or self.node) if isinstance(n, ast.Name) and n.id == "torch")
        return all(find_bindings(name.id, name, self.module) for name in names)

    @property
    def qualname(self) -> str:
        return self.host.qualname(self.node)


def sites_of(module: Module) -> Sequence[Site]:
    """`find_sites`, worked out once for a module."""
    if "sites" not in module.cache:
        module.cache["sites"] = find_sites(module)
    found: Sequence[Site] = module.cache["sites"]
    return found


def find_sites(module: Module) -> Sequence[Site]:
    """All sites of one module, in order of position.

    What other modules of the project hand out counts (`Project.exports`). What this one stores under a name that
    another file uses is reported there, where it is called.
    """
    exports = module.project.exports if module.project else ()
    words = {e.word for e in exports if e.path != module.path}
    used = {e.word for e in exports if e.used and e.path == module.path}
    from bot.scan.names.code_strings import code_in_strings  # code in a string is searched by this function
    from bot.scan.sites.exports import names_given  # the search makes sites
    from bot.scan.sites.search import Search

    for each in executed(module):
        words |= {*names_given(each.inner, words), *([each.namespace.id] if each.namespace else [])}
    found = list(Search(module, words, used=used).run())
    for inner, node in code_in_strings(module):
        found += [
            replace(site, host=module, node=node, form=Form.TEXT)
            for site in find_sites(inner)
            if site.form is not Form.STORED
        ]
    return sorted(
        (site for site in found if not never_runs(site.node, module)),
        key=lambda s: (s.node.lineno, s.node.col_offset, s.node.end_lineno or 0, s.node.end_col_offset or 0),
    )
