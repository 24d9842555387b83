"""Monorepos: one fix pull request a project where the policy asks for that."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Report
from bot.plan.fix_branch import Target
from bot.policy import Policy, ProjectPolicy
from bot.policy.apply import project_of

BY_PROJECT = "project"


def by_project(report: Report, policy: Policy) -> tuple[tuple[ProjectPolicy | None, Report], ...]:
    """The report in parts, one for each project of the policy and one for what belongs to none; whole where they go
    together.

    A project without a finding is a part as well: its pull request may be no longer needed.
    """
    if policy.fix_pull_request.group != BY_PROJECT:
        return ((None, report),)
    return tuple((project, _part(report, policy, project)) for project in (*policy.projects, None))


def target_of(policy: Policy, project: ProjectPolicy | None, base: tuple[str, str], *, pull: int = 0) -> Target:
    """Where the fix of one part goes; `base` is the branch and the commit it is made on."""
    grouped = policy.fix_pull_request.group == BY_PROJECT
    return Target(base[0], base[1], pull, project, rest=grouped and project is None)


def _part(report: Report, policy: Policy, project: ProjectPolicy | None) -> Report:
    findings = tuple(each for each in report.findings if project_of(policy, each.path) == project)
    unreadable = tuple(each for each in report.unreadable if project_of(policy, each.path) == project)
    checkpoints = tuple(each for each in report.checkpoints if project_of(policy, each.path) == project)
    return replace(report, findings=findings, unreadable=unreadable, checkpoints=checkpoints)
