"""`loadguard doctor`: what this machine can do, and what to do about what it cannot."""

from __future__ import annotations

import platform
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from bot import __version__
from bot.cli.context import Context
from bot.cli.policy import find_policy
from bot.edge.checkout import Checkout
from bot.edge.sandbox import Sandbox
from bot.errors import ExitCode, ForgeError, LoadguardError, PolicyError
from bot.model import Loaded
from bot.policy.load import load_policy
from bot.report.escape import one_line
from bot.report.style import Style
from bot.settings import read_settings

OLDEST_TORCH = (2, 10)
"""Below it a file can corrupt memory through the weights-only unpickler: CVE-2026-24747."""


@dataclass(frozen=True, slots=True)
class Check:
    """`state` is good, missing (something cannot be done) or wrong (something has to be mended); `advice` says how."""

    name: str
    state: str
    told: str
    advice: str = ""


def doctor(arguments: Namespace, context: Context) -> int:
    """Run every check and print a line for each. 0 unless something is wrong; what is merely missing is no failure."""
    checks = [_trial(name, check, context) for name, check in CHECKS.items()]
    style = context.style
    context.console.write(f"loadguard {__version__}\n" + "".join(_line(each, style) for each in checks))
    wrong = [each.name for each in checks if each.state == "wrong"]
    return ExitCode.USAGE if wrong else ExitCode.CLEAN


def _line(check: Check, style: Style) -> str:
    sign = {"good": style.green("ok     "), "missing": style.dim("missing"), "wrong": style.red("wrong  ")}[check.state]
    advice = f"\n{' ' * 20}{style.blue('->')} {one_line(check.advice)}" if check.advice else ""
    return f"{sign} {style.bold(f'{check.name:<12}')}{one_line(check.told)}{advice}\n"


def _trial(name: str, check: Callable[[Context], Check], context: Context) -> Check:
    try:
        return check(context)
    except LoadguardError as trouble:
        return Check(name, "wrong", str(trouble), trouble.hint)


def _python(context: Context) -> Check:
    return Check("python", "good", f"{platform.python_version()} at {sys.executable}")


def _git(context: Context) -> Check:
    try:
        version = Checkout(context.folder).run("--version").decode("utf-8", "replace").strip()
    except ForgeError as trouble:
        return Check("git", "missing", str(trouble), "needed by `loadguard pr` and --diff-base")
    found = Checkout.find(context.folder)
    where = f"repository {found.root}" if found else "this folder is in no repository"
    return Check("git", "good", f"{version}; {where}")


def _policy(context: Context) -> Check:
    files = find_policy(context.folder, here=context.folder).files
    try:
        load_policy(files)
    except PolicyError as trouble:
        return Check("policy", "wrong", str(trouble), trouble.hint)
    names = ", ".join(each.name for each in files)
    return Check("policy", "good", names or "none, the defaults hold")


def _torch(context: Context) -> Check:
    try:
        version = metadata.version("torch")
    except metadata.PackageNotFoundError:
        return Check("torch", "missing", "not installed: no sandboxed loads; scanning needs none", "pip install torch")
    numbers = tuple(int(part) for part in version.split("+")[0].split(".")[:2] if part.isdigit())
    if numbers < OLDEST_TORCH:
        advice = "checkpoints are not loaded with it: install torch 2.10 or newer (CVE-2026-24747, CVE-2025-32434)"
        return Check("torch", "wrong", version, advice)
    return Check("torch", "good", version)


def _sandbox(context: Context) -> Check:
    try:
        metadata.version("torch")
    except metadata.PackageNotFoundError:
        return Check("sandbox", "missing", "not tried without torch")
    answer = _load_a_number()
    if isinstance(answer, Loaded):
        return Check(
            "sandbox", "good", f"a load in {answer.seconds:.2f} s behind {', '.join(answer.walls) or 'no walls'}"
        )
    return Check(
        "sandbox", "wrong", answer, "checkpoints will be read but not loaded; run in the action's own container"
    )


def _load_a_number() -> Loaded | str:
    """Load the smallest checkpoint there is in the sandbox: our own bytes, so that a failure is the machine's."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="loadguard-doctor-") as folder:
        path = Path(folder) / "number.pt"
        path.write_bytes(smallest_checkpoint())
        answer = Sandbox().smoke(path, mapped=False)
    return answer if isinstance(answer, Loaded) else answer.reason


def smallest_checkpoint() -> bytes:
    """A checkpoint in torch's zip format that holds `{"ready": 1}` and no tensor."""
    import io
    import pickle
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("number/data.pkl", pickle.dumps({"ready": 1}, protocol=2))
        archive.writestr("number/byteorder", "little")
        archive.writestr("number/version", "3\n")
    return file.getvalue()


def _forge(context: Context) -> Check:
    token, slug = token_of(context.environ), context.environ.get("GITHUB_REPOSITORY", "")
    if not token:
        advice = "set GITHUB_TOKEN to look at GitHub from here; the action passes it by itself"
        return Check("github", "missing", "no token; local work needs none", advice)
    if slug.count("/") != 1:
        return Check("github", "missing", "a token, not tried", "set GITHUB_REPOSITORY to owner/name to try it")
    from bot.edge.github.forge import Address, connect

    settings = read_settings(context.environ)
    forge = connect(Address(slug, settings.api_url, settings.server_url), token=token)
    try:
        branch = forge.default_branch()
        if forge.branch_sha(branch) is None:
            return Check("github", "missing", f"{slug} is empty: no branch {branch}")
    except ForgeError as trouble:
        return Check("github", "wrong", f"{slug} at {settings.api_url}: {trouble}", trouble.hint or RIGHTS)
    return Check("github", "good", f"the token reads {slug} at {settings.api_url}", RIGHTS)


def token_of(environ: Mapping[str, str]) -> str:
    """The token of the environment, by the names people use."""
    return next((environ[name] for name in ("GITHUB_TOKEN", "GH_TOKEN", "INPUT_GITHUB-TOKEN") if environ.get(name)), "")


RIGHTS = (
    "a review needs pull-requests: write, a fix pull request contents: write as well; GitHub tells only when asked to"
)

CHECKS: Mapping[str, Callable[[Context], Check]] = {
    "python": _python,
    "git": _git,
    "policy": _policy,
    "torch": _torch,
    "sandbox": _sandbox,
    "github": _forge,
}
