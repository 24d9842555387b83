"""`make demo`: Loadguard's main job on the small repository beside this file. Nothing leaves this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOADGUARD = Path(sys.executable).with_name("loadguard")
FIX_BRANCH = "loadguard/weights-only"
PR = ("pr", "--base", "main", "--head", "resume-and-serve")
CHECKPOINTS = ("good.pt", "numpy.pt", "truncated.pt", "malicious.pt")


def main() -> int:
    """Exit 0 when every step ended as this page says it does."""
    with tempfile.TemporaryDirectory(prefix="loadguard-demo-") as folder:
        repository = Path(folder, "birdsong")
        make_repository(repository)
        ends = [
            step("1. What is unsafe in the repository, and what would make it safe", repository, "scan", expect=1),
            step("2. The pull request: a review with suggestions, the fix on its own branch", repository, *PR, expect=1),
            show_fix_branch(repository),
            run_again(repository),
            try_checkpoints(Path(folder)),
        ]
    wrong = [end for end in ends if end]
    for sentence in wrong:
        print(f"demo: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


def make_repository(repository: Path) -> None:
    """A git repository with `main` and a branch that stands for the pull request."""
    shutil.copytree(HERE / "base", repository)
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=Tell birds by their song")
    git(repository, "switch", "--quiet", "--create=resume-and-serve")
    shutil.copytree(HERE / "head", repository, dirs_exist_ok=True)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=Resume training, serve the model")


def show_fix_branch(repository: Path) -> str:
    headline(f"The branch it made: git diff resume-and-serve {FIX_BRANCH}")
    shown = git(repository, "diff", "resume-and-serve", FIX_BRANCH, check=False)
    print(shown, flush=True)
    return "" if "weights_only=True" in shown else f"the branch {FIX_BRANCH} has no fix"


def run_again(repository: Path) -> str:
    headline("3. The same pull request again: nothing is written twice")
    print(f"$ loadguard {' '.join(PR)}", flush=True)
    before = standing(repository)
    subprocess.run([LOADGUARD, *PR], cwd=repository, env=environment(), check=False, capture_output=True)
    same = standing(repository) == before
    print("Branches, review and summary are what they were." if same else "Something was written!", flush=True)
    return "" if same else "the second run wrote something"


def standing(repository: Path) -> list[str]:
    """Every branch's commit, and every file of the review."""
    files = sorted(path for path in (repository / ".git/loadguard").rglob("*") if path.is_file())
    return [git(repository, "for-each-ref"), *(f"{path} {path.read_text()}" for path in files)]


def try_checkpoints(folder: Path) -> str:
    files = folder / "checkpoints"
    files.mkdir()
    subprocess.run([sys.executable, HERE / "checkpoints.py", files], check=True)
    title = "4. Four checkpoints: read without running anything, then loaded in a sandbox"
    return step(title, files, "smoke", *CHECKPOINTS, expect=1)


def step(title: str, folder: Path, *words: str, expect: int) -> str:
    """Run one command in `folder` and show it; a sentence when it did not end with `expect`, else nothing."""
    headline(title)
    print(f"$ loadguard {' '.join(words)}", flush=True)
    command = [LOADGUARD, *words]
    code = subprocess.run(command, cwd=folder, env=environment(), stderr=subprocess.STDOUT, check=False).returncode
    print(f"(exit code {code})", flush=True)
    return "" if code == expect else f"`loadguard {' '.join(words)}` ended with {code} instead of {expect}"


def headline(title: str) -> None:
    print(f"\n\033[1m{title}\033[0m" if sys.stdout.isatty() else f"\n{title}", flush=True)


def git(repository: Path, *words: str, check: bool = True) -> str:
    words = ("git", *words)
    return subprocess.run(words, cwd=repository, env=environment(), check=check, text=True, capture_output=True).stdout


def environment() -> dict[str, str]:
    """This process's own, with a git that knows nothing of the user's configuration and signs nothing."""
    who = {"NAME": "Loadguard demo", "EMAIL": "demo@example.invalid"}
    names = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "INPUT_", "GIT_"))}
    return inherited | names | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_PAGER": "cat"}


if __name__ == "__main__":
    raise SystemExit(main())
