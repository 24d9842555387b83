"""The policy of a command: the file it finds or is given, and what the options choose."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from dataclasses import dataclass, replace
from pathlib import Path

from bot.cli.context import Context
from bot.cli.suggest import did_you_mean
from bot.errors import PolicyError, UsageError
from bot.policy import Policy
from bot.policy.load import POLICY_FILES, PolicyFile, load_policy
from bot.policy.toml import speaks

CODES_SPLIT = re.compile(r"[,\s]+")


def policy_of(arguments: Namespace, context: Context, *, root: Path | None = None) -> Policy:
    """Load the policy for a command line that scans from `root` (this folder when it scans nothing).

    Raises `UsageError`, and `PolicyError` with the place of a mistake.
    """
    found = find_policy(root or context.folder, here=context.folder, config=arguments.config)
    policy = load_policy(found.files, overrides=overrides_of(arguments))
    select, ignore = getattr(arguments, "select", None), getattr(arguments, "ignore", None)
    if select or ignore:
        policy = choose_rules(policy, select=select, ignore=ignore)
    below = (root or context.folder).relative_to(found.home).as_posix()
    return replace(policy, prefix="" if below == "." else f"{below}/")


@dataclass(frozen=True, slots=True)
class Found:
    """`home` is the folder whose policy it is: paths in the policy are from there."""

    files: tuple[PolicyFile, ...]
    home: Path


def find_policy(root: Path, *, here: Path, config: str | None = None) -> Found:
    """The policy file that was named, else the first in `root` or above, up to the repository's root.

    Its name is as seen from `here`.
    """
    if config:
        return Found((_named(here, config),), root)
    for above in (root, *root.parents):
        for name in POLICY_FILES:
            path = above / name
            shown = path.relative_to(here).as_posix() if here in path.parents else path.as_posix()
            if path.is_file():
                data = _bytes(path)
                if name != "pyproject.toml" or speaks(data):
                    return Found((PolicyFile(shown, data),), above)
            elif name != "pyproject.toml" and os.path.lexists(path):
                raise PolicyError(f"{shown}:1:1: {_what_stands(path)}", hint="put the policy there, or take it away")
        if (above / ".git").exists():
            break
    return Found((), root)


def _named(folder: Path, config: str) -> PolicyFile:
    path = folder / config
    if not path.is_file():
        raise UsageError(f"{config}: there is no such policy file", hint="`loadguard config check` says what is read")
    return PolicyFile(config, _bytes(path))


def _what_stands(path: Path) -> str:
    """What stands in the place of a policy that is no file: it may have been one, and nobody is to miss its rules."""
    if path.is_dir():
        return "a folder where the policy should be"
    return "a link that leads to no file" if path.is_symlink() else "not a regular file"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise UsageError(f"{path}: cannot be read: {trouble.strerror}") from trouble


def overrides_of(arguments: Namespace) -> dict[str, str]:
    """The policy keys that this command line sets."""
    pairs = {"fail_on": "fail_on", "fix": "fix", "mmap": "mmap", "torch_floor": "torch_floor", "baseline": "baseline"}
    chosen = {key: getattr(arguments, name, None) for name, key in pairs.items()}
    chosen["markdown_blocks"] = "true" if getattr(arguments, "markdown_blocks", False) else None
    return {key: value for key, value in chosen.items() if value}


def choose_rules(policy: Policy, *, select: str | None, ignore: str | None) -> Policy:
    """The policy with only the selected rules on, and the ignored ones off."""
    from bot.cli.rules import rule_codes

    known = rule_codes()
    rules = dict(policy.rules)
    if select:
        wanted = _codes(select, known)
        rules |= {code: "off" for code in known if code not in wanted}
        rules = {code: level for code, level in rules.items() if code not in wanted or level != "off"}
    rules |= dict.fromkeys(_codes(ignore or "", known), "off")
    return replace(policy, rules=rules)


def _codes(text: str, known: tuple[str, ...]) -> set[str]:
    codes: set[str] = set()
    for word in filter(None, CODES_SPLIT.split(text)):
        found = {code for code in known if code.startswith(word.upper())}
        if not found:
            hint = did_you_mean(word, known, otherwise="`loadguard rules` lists them")
            raise UsageError(f"unknown rule {word!r}", hint=hint)
        codes |= found
    return codes
