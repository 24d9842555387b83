"""The matrix of forms: one numbered file each, whose first line says what the scanner must say of it."""

from __future__ import annotations

import pytest

from bot.scan.names.module import Module
from bot.scan.project import Project
from bot.scan.sites.site import find_sites
from tests.form_cases import Case, read_cases

FORMS = read_cases("forms")


@pytest.mark.parametrize(("kind", "at_least"), [("unsafe", 68), ("safe", 24), ("related", 13), ("depends", 10)])
def test_the_matrix_is_as_large_as_promised(kind: str, at_least: int) -> None:
    cases = [case for case in FORMS if case.kind == kind]
    assert len(cases) >= at_least
    assert all(bool(case.lines) == (kind in ("unsafe", "depends")) for case in cases)


@pytest.mark.parametrize("case", FORMS, ids=lambda case: case.name)
def test_form(case: Case) -> None:
    case.check()


@pytest.mark.parametrize("case", FORMS, ids=lambda case: case.name)
def test_nothing_is_lost_to_the_cheap_look_before_parsing(case: Case) -> None:
    """What the prefilter turns away must hold no site: the sites of the bare module are those of the report."""
    module = Project({"case.py": case.source}).module("case.py")
    assert isinstance(module, Module)
    assert len([site for site in find_sites(module) if site.says != "true"]) == len(case.findings())
