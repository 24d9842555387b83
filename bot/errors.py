"""The few ways a run can end badly, each mapped to one exit code by `bot.main`.

Trouble with one file, one comment or one repository is a value (`Unreadable`, `Refusal`), not an exception:
these are only for what stops the run.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a run's exit code means; `--help`, the README and the tests read this table."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    FORGE = 3
    INTERNAL = 4
    PARTIAL = 5
    INTERRUPTED = 130


class LoadguardError(Exception):
    """Something a user can act on. `str()` says what happened and where; `hint` says what to do next."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(LoadguardError):
    """A wrong option, input or path."""

    exit_code = ExitCode.USAGE


class PolicyError(UsageError):
    """The policy or baseline file is wrong; the message begins with `path:line:column`."""


class ForgeError(LoadguardError):
    """GitHub, git or the network refused or failed, after the retries that are right."""

    exit_code = ExitCode.FORGE


class PermissionMissing(ForgeError):
    """The token lacks a right; `permission` is its name as a workflow's `permissions:` block spells it."""

    def __init__(self, message: str, *, permission: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.permission = permission


class PartialRun(LoadguardError):
    """Part of the work is left; the same command continues."""

    exit_code = ExitCode.PARTIAL
