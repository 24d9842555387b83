"""LG004: the attacker chooses the failure, so the failure must not choose the unsafe load."""

from __future__ import annotations

import textwrap

import pytest

from bot.model import Fix, Severity, Tier, Use, WeightsOnly
from bot.scan.fixing.fixes import make_fixes
from bot.scan.judgement import Judgement
from bot.scan.names.module import Module
from bot.scan.project import Project
from bot.scan.sites.site import find_sites
from tests.rule_helpers import findings, lines

TOP = "import contextlib\nimport torch\n"

SILENT = {
    "the branch for an old torch": """
        try:
            x = torch.load(p, weights_only=True)
        except TypeError:
            x = torch.load(p)
        """,
    "only a missing file": """
        try:
            x = torch.load(p, weights_only=True)
        except FileNotFoundError:
            x = torch.load(p, weights_only=False)
        """,
    "readers tried in turn, the safe one last": """
        for read in (lambda: torch.load(p, weights_only=False), lambda: torch.load(p, weights_only=True)):
            try:
                x = read()
                break
            except Exception:
                continue
        """,
    "readers tried in turn, each safe": """
        for read in (lambda: torch.load(p, weights_only=True), lambda: torch.load(q, weights_only=True)):
            try:
                x = read()
                break
            except Exception:
                continue
        """,
    "readers tried in turn, where the file is missing": """
        for read in (lambda: torch.load(p, weights_only=True), lambda: torch.load(q, weights_only=False)):
            try:
                x = read()
                break
            except FileNotFoundError:
                continue
        """,
    "readers in turn, the first that fails raises": """
        for read in (lambda: torch.load(p, weights_only=True), lambda: torch.load(q, weights_only=False)):
            try:
                x = read()
            except Exception:
                raise
        """,
    "another file": """
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            x = torch.load(trusted, weights_only=False)
        """,
    "from a handle, and then another file": """
        try:
            with open(p, "rb") as file:
                x = torch.load(file, weights_only=True)
        except Exception:
            x = torch.load(trusted, weights_only=False)
        """,
    "another unpickler, and another file": """
        import pickle
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            with open(cache, "rb") as file:
                x = pickle.load(file)
        """,
    "a partial that says True": """
        import functools
        reading = functools.partial(torch.load, weights_only=True)
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            x = reading(p, map_location="cpu")
        """,
    "safe again": """
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            x = torch.load(p, map_location="cpu", weights_only=True)
        """,
    "the handler raises": """
        def f(p):
            try:
                return torch.load(p, weights_only=True)
            except Exception:
                raise
            return torch.load(p, weights_only=False)
        """,
    "two loads that do not depend on each other": """
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            print("no")
        y = torch.load(p, weights_only=False)
        """,
    "chosen by version": """
        if torch.__version__ >= "2.6":
            x = torch.load(p, weights_only=True)
        else:
            x = torch.load(p)
        """,
    "the same default twice": """
        try:
            x = torch.load(p)
        except RuntimeError:
            x = torch.load(p, map_location="cpu")
        """,
    "a function only defined in the handler": """
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            def later():
                return torch.load(p, weights_only=False)
        """,
    "a loop over files": """
        for p in paths:
            try:
                x = torch.load(p, weights_only=True)
            except Exception:
                continue
        """,
}

UNSAFE = {
    "lambdas tried in turn": """
        attempts = [
            lambda: torch.load(p, weights_only=True),
            lambda: torch.load(p, weights_only=False),
        ]
        for attempt in attempts:
            try:
                x = attempt()  # here
                break
            except Exception:
                continue
        """,
    "functions tried in turn": """
        import functools
        def strict(path):
            return torch.load(path, weights_only=True)
        for read in (strict, functools.partial(torch.load, weights_only=False)):
            try:
                x = read(p)  # here
                break
            except Exception as error:
                print(error)
        """,
    "a lambda in the handler": """
        loose = lambda path: torch.load(path, weights_only=False)
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            x = loose(p)  # here
        """,
    "by a partial": """
        import functools
        trusting = functools.partial(torch.load, weights_only=False)
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            x = trusting(p)  # here
        """,
    "from a handle, and then by the path": """
        try:
            with open(p, "rb") as file:
                x = torch.load(file, weights_only=True)
        except Exception:
            x = torch.load(p, weights_only=False)  # here
        """,
    "from one handle, and then from another": """
        try:
            with p.open("rb") as first:
                x = torch.load(first, weights_only=True)
        except Exception:
            with p.open("rb") as second:
                x = torch.load(second, weights_only=False)  # here
        """,
    "by another unpickler of the same file": """
        import pickle
        try:
            x = torch.load(p, weights_only=True)
        except pickle.UnpicklingError:
            with open(p, "rb") as file:
                x = pickle.load(file)  # here
        """,
    "direct": """
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            x = torch.load(p, weights_only=False)  # here
        """,
    "bare except, default": """
        try:
            x = torch.load(p, weights_only=True)
        except:
            x = torch.load(p)  # here
        """,
    "default first": """
        try:
            x = torch.load(p)
        except pickle.UnpicklingError:
            x = torch.load(p, weights_only=False)  # here
        """,
    "TypeError with the keyword is not for an old torch": """
        try:
            x = torch.load(p, weights_only=True)
        except TypeError:
            x = torch.load(p, weights_only=False)  # here
        """,
    "several handlers": """
        try:
            x = torch.load(p, weights_only=True)
        except FileNotFoundError:
            raise
        except (RuntimeError, TypeError) as error:
            log(error)
            x = torch.load(p, weights_only=None)  # here
        """,
    "asks what failed": """
        try:
            x = torch.load(p, weights_only=True)
        except Exception as error:
            if "weights_only" in str(error):
                x = torch.load(p, weights_only=False)  # here
        """,
    "after the handler": """
        def f(p):
            try:
                return torch.load(p, weights_only=True)
            except Exception:
                pass
            return torch.load(p, weights_only=False)  # here
        """,
    "a variable that stayed empty": """
        x = None
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            pass
        if x is None:
            x = torch.load(p, weights_only=False)  # here
        """,
    "a flag": """
        safe = True
        try:
            x = torch.load(p, weights_only=safe)
        except Exception:
            safe = False
            x = torch.load(p, weights_only=safe)  # here
        """,
    "a flag asked later": """
        failed = False
        try:
            x = torch.load(p, weights_only=True)
        except Exception:
            failed = True
        if failed:
            x = torch.load(p, weights_only=False)  # here
        """,
    "suppress": """
        def f(p):
            with contextlib.suppress(Exception):
                return torch.load(p, weights_only=True)
            return torch.load(p, weights_only=False)  # here
        """,
    "helpers": """
        def safely(p):
            return torch.load(p, weights_only=True)
        def somehow(p):
            return torch.load(p, weights_only=False)
        def f(p):
            try:
                return safely(p)
            except Exception:
                return somehow(p)  # here
        """,
    "methods": """
        class A:
            def f(self, p):
                try:
                    return self._safely(p)
                except Exception:
                    return self._somehow(p)  # here
            def _safely(self, p):
                return torch.load(p, weights_only=True)
            def _somehow(self, p):
                return torch.load(p, weights_only=False)
        """,
    "a helper's parameter": """
        def load(p, safe=True):
            return torch.load(p, weights_only=safe)
        def f(p):
            try:
                return load(p)
            except Exception:
                return load(p, False)  # here
        """,
    "recursion": """
        def load(p, safe=True):
            try:
                return torch.load(p, weights_only=safe)
            except Exception:
                return load(p, safe=False)  # here
        """,
    "a retry loop": """
        def f(p):
            for safe in (True, False):
                try:
                    return torch.load(p, weights_only=safe)  # here
                except Exception:
                    continue
        """,
    "a while loop": """
        def f(p):
            safe = True
            while True:
                try:
                    return torch.load(p, weights_only=safe)  # here
                except Exception:
                    safe = False
        """,
    "nested try": """
        try:
            try:
                x = torch.load(p, weights_only=True)
            except KeyError:
                raise ValueError
        except Exception:
            x = torch.load(p, weights_only=False)  # here
        """,
}


@pytest.mark.parametrize("name", SILENT)
def test_silent(name: str) -> None:
    assert lines("LG004", TOP + textwrap.dedent(SILENT[name])) == []


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe(name: str) -> None:
    source = TOP + textwrap.dedent(UNSAFE[name])
    here = [number for number, line in enumerate(source.splitlines(), start=1) if line.endswith("# here")]
    found = findings("LG004", source)
    assert [finding.line for finding in found] == here
    assert [finding.severity for finding in found] == [Severity.ERROR]
    assert found[0].fix is None


def test_a_default_is_unsafe_only_for_a_torch_that_says_so() -> None:
    source = TOP + textwrap.dedent(UNSAFE["bare except, default"])
    assert lines("LG004", {"a.py": source, "requirements.txt": "torch>=2.6\n"}) == []
    assert lines("LG004", {"a.py": source, "requirements.txt": "torch>=2.5\n"}) == [7]


def test_a_switch_the_caller_holds_is_a_warning() -> None:
    (found,) = findings(
        "LG004",
        TOP
        + textwrap.dedent("""
        def f(p, trust=False):
            try:
                return torch.load(p, weights_only=True)
            except Exception:
                if not trust:
                    raise
                if trust:
                    return torch.load(p, weights_only=False)
        """),
    )
    assert (found.severity, found.weights_only) == (Severity.WARNING, WeightsOnly.FALSE)


def test_across_files() -> None:
    helper = "import torch\ndef load(p, weights_only=True):\n    return torch.load(p, weights_only=weights_only)\n"
    caller = "from helper import load\ntry:\n    x = load(p)\nexcept Exception:\n    x = load(p, weights_only=False)\n"
    assert lines("LG004", {"helper.py": helper, "caller.py": caller}) == [5]


def test_a_fallback_for_an_old_torch_gets_no_fix_whatever_the_evidence() -> None:
    source = TOP + textwrap.dedent(SILENT["the branch for an old torch"])
    module = Project({"a.py": source.encode()}).module("a.py")
    assert isinstance(module, Module)
    sites = find_sites(module)
    judgement = Judgement(Use.STATE, Tier.SAFE, "r", adds=("weights_only=True",))
    fixes = make_fixes(module, sites, [judgement] * len(sites))
    assert [fix for fix in fixes if isinstance(fix, Fix)] == []
