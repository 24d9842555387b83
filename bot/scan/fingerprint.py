"""A finding's name that does not move when lines do."""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from bot.model import Finding

_LENGTH = 20
"""Hex digits kept: 80 bits, so that an organisation's million findings do not meet by chance."""


def with_fingerprints(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of one file, each with its fingerprint, in the order of their positions.

    Made of rule, path, qualname, the normalised call and its ordinal among equals: moving, indenting or reformatting
    the call leaves it as it is, changing what the call says does not.
    """
    ordered = sorted(findings, key=lambda f: (f.cell or 0, f.line, f.column, f.rule))
    met: Counter[tuple[str, ...]] = Counter()
    named = []
    for finding in ordered:
        key = (finding.rule, finding.path, finding.qualname, normalise(finding.source))
        digest = hashlib.sha256("\0".join((*key, str(met[key]))).encode(errors="surrogatepass")).hexdigest()
        met[key] += 1
        named.append(replace(finding, fingerprint=digest[:_LENGTH]))
    return tuple(named)


def normalise(source: str) -> str:
    """Source text without its layout: comments, white space, quotes, trailing commas and needless parentheses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.unparse(ast.parse(f"({source}\n)", mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return " ".join(source.split())
