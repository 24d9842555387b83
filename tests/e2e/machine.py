"""Podman and act: the base image that stands in for the one that cannot be pulled, our image, and a workflow's run.

Containers live in a store of their own, so that nothing of the user's images is touched or shadowed. The store is kept
between runs (LOADGUARD_CACHE, else ~/.cache/loadguard); without it the base image takes about 100 s.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = "docker.io/library/python:3.11-slim-bookworm"
TOOLS = ("podman", "buildah", "runc", "debootstrap", "git")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
CONTAINERS = """\
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
tmp_dir = "/run/loadguard/libpod"
"""
STORAGE = '[storage]\ndriver = "overlay"\ngraphroot = "{graph}"\nrunroot = "/run/loadguard/containers"\n'
"""A store remembers the run folders of its first use, so they must not move from session to session."""


def missing() -> str:
    """What this machine lacks for containers, in a sentence; empty when nothing."""
    if os.geteuid() != 0:
        return "the container tests need root"
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"the container tests need {', '.join(lacking)}: apt-get install {' '.join(lacking)}" if lacking else ""


@dataclass(frozen=True)
class Ran:
    """A workflow's run: act's exit code and what it printed."""

    code: int
    output: str

    def lines(self, part: str) -> list[str]:
        return [line for line in self.output.splitlines() if part in line]


class Machine:
    """Builds and runs containers; `folder` holds what lasts one test session."""

    def __init__(self, folder: Path) -> None:
        cache = os.environ.get("LOADGUARD_CACHE") or Path.home() / ".cache/loadguard"
        self.folder = folder
        self.cache = Path(cache)
        graph = self.cache / "store"
        graph.mkdir(parents=True, exist_ok=True)
        (folder / "containers.conf").write_text(CONTAINERS)
        (folder / "storage.conf").write_text(STORAGE.format(graph=graph))
        self.socket = folder / "podman.sock"
        self.environ = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "INPUT_"))},
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "DOCKER_HOST": f"unix://{self.socket}",
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        self._service: subprocess.Popen[bytes] | None = None

    # -- images ----------------------------------------------------------------------------------------------
    def have_base(self) -> None:
        """The stand-in for the Dockerfile's base image: a Debian with Python, under the name the Dockerfile gives."""
        if self._podman("image", "exists", BASE, check=False).returncode == 0:
            return
        root = self.folder / "rootfs"
        packages = "--include=python3,python3-venv,ca-certificates,git"
        self._run("debootstrap", "--variant=minbase", packages, "bookworm", str(root), timeout=900)
        tar = subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE)
        self._podman("import", "-", BASE, stdin=tar.stdout)
        assert tar.wait() == 0, "the base image's files could not be packed"
        shutil.rmtree(root)

    def build(
        self,
        *tags: str,
        context: Path = ROOT,
        arguments: Mapping[str, str] | None = None,
        volumes: Mapping[Path, str] | None = None,
    ) -> str:
        """Build the Dockerfile of `context`; what the build printed."""
        words = ["build", f"--build-arg=PYTHON_IMAGE={BASE}", "--layers"]
        words += [f"--build-arg={key}={value}" for key, value in (arguments or {}).items()]
        words += [f"--tag={tag}" for tag in tags]
        words += [f"--volume={path}:{inside}" for path, inside in (volumes or {}).items()]
        if Path(CERTIFICATES).exists():
            words += ["--volume=/etc/ssl/certs:/etc/ssl/certs:ro", f"--env=PIP_CERT={CERTIFICATES}"]
        return self._podman(*words, str(context), timeout=900).stdout

    def run_image(
        self,
        image: str,
        *words: str,
        volumes: Mapping[Path, str] | None = None,
        workdir: str = "/",
        entrypoint: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """`podman run`, without a network."""
        options = ["--rm", "--network=none", f"--workdir={workdir}"]
        options += [f"--volume={path}:{inside}" for path, inside in (volumes or {}).items()]
        options += [f"--entrypoint={entrypoint}"] if entrypoint else []
        options += [f"--env={name}={value}" for name, value in (environ or {}).items()]
        return self._podman("run", *options, image, *words, check=False, timeout=300)

    # -- workflows -------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Serve the Docker API on a socket, for act."""
        log = (self.folder / "service.log").open("wb")
        words = ["podman", "--log-level=info", "system", "service", "--time=0", self.environ["DOCKER_HOST"]]
        self._service = subprocess.Popen(words, env=self.environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        for _ in range(200):
            if self.socket.exists() or self._service.poll() is not None:
                break
            with suppress(subprocess.TimeoutExpired):
                self._service.wait(0.05)
        assert self.socket.exists(), (self.folder / "service.log").read_text()

    def stop(self) -> None:
        if self._service is not None:
            self._service.terminate()
            self._service.wait(30)
        self._podman("image", "prune", "--force", check=False)

    def act(
        self,
        workspace: Path,
        event: str,
        payload: Path,
        *,
        actions: Mapping[str, Path],
        secrets: Mapping[str, str],
        artifacts: Path | None = None,
    ) -> Ran:
        """Run the workspace's workflows for `event`; `actions` says where each `owner/name@ref` lies here.

        With a folder for `artifacts` each job has a workspace of its own, as on GitHub, and that folder at /artifacts.
        """
        words = [
            *(str(Path(sys.executable).with_name("act")), event, "--eventpath", str(payload)),
            *("--platform", f"ubuntu-latest={BASE}", "--pull=false", "--rebuild=false"),
            *(["--container-options", f"--volume {artifacts}:/artifacts"] if artifacts else ["--bind"]),
            *(f"--local-repository={action}={folder}" for action, folder in actions.items()),
            *(f"--secret={name}" for name in secrets),
            "--action-offline-mode",
        ]
        environ = {**self.environ, **secrets, "HOME": str(self.folder / "home")}
        (self.folder / "home").mkdir(exist_ok=True)
        done = subprocess.run(
            words, cwd=workspace, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=900, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout)

    # -- processes -------------------------------------------------------------------------------------------
    def _podman(self, *words: str, **more: object) -> subprocess.CompletedProcess[str]:
        return self._run("podman", *words, **more)

    def _run(
        self, *words: str, check: bool = True, timeout: int = 300, **more: object
    ) -> subprocess.CompletedProcess[str]:
        more.setdefault("stdin", subprocess.DEVNULL)
        done: subprocess.CompletedProcess[str] = subprocess.run(
            words, env=self.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=timeout, check=False, **more,
        )  # type: ignore[call-overload]  # fmt: skip
        assert not check or done.returncode == 0, (
            f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout[-4000:]}"
        )
        return done


def image_of(action: str) -> str:
    """The tag under which act looks for the image of `owner/name@ref` before it builds one."""
    return f"docker.io/library/act-{re.sub('[^a-zA-Z0-9]', '-', action)}-dockeraction:latest"
