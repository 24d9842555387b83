"""A repository as the runner finds it: checked out from the test server, an example pasted in, the event beside it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.machine import ROOT, Machine, Ran
from tests.fake_github import FakeGitHub, Pull, Repository, Token

RUNNER = 1001
"""The uid that owns a workspace on GitHub's runners, while the container is root."""

STAND_INS = {
    "actions/checkout": 'name: checkout\nruns: {using: composite, steps: [{run: "true", shell: bash}]}\n',
    "github/codeql-action/upload-sarif": """\
name: upload
inputs: {sarif_file: {required: true}, category: {required: true}}
runs:
  using: composite
  steps:
    - run: echo "uploading $FILE" && cat "$FILE"
      shell: bash
      env: {FILE: "${{ inputs.sarif_file }}"}
""",
    "actions/upload-artifact": """\
name: upload
inputs:
  name: {required: true}
  path: {required: true}
  include-hidden-files: {}
  if-no-files-found: {}
  overwrite: {}
  retention-days: {}
runs:
  using: composite
  steps:
    - shell: bash
      env: {NAME: "${{ inputs.name }}", FILES: "${{ inputs.path }}"}
      run: |
        shopt -s nullglob
        found=($FILES)
        [ "${#found[@]}" -gt 0 ]
        rm -rf "/artifacts/$NAME" && mkdir "/artifacts/$NAME"
        for each in "${found[@]}"; do
          if [ -d "$each" ]; then cp -r "$each/." "/artifacts/$NAME"; else cp "$each" "/artifacts/$NAME"; fi
        done
""",
    "actions/download-artifact": """\
name: download
inputs:
  name: {}
  pattern: {}
  merge-multiple: {}
  path: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      env: {NAME: "${{ inputs.name }}", PATTERN: "${{ inputs.pattern }}", TARGET: "${{ inputs.path }}"}
      run: |
        mkdir -p "$TARGET"
        [ -z "$NAME" ] || cp -r "/artifacts/$NAME/." "$TARGET"
        shopt -s nullglob
        for each in ${PATTERN:+/artifacts/$PATTERN}; do cp -r "$each/." "$TARGET"; done
""",
}


@dataclass(frozen=True)
class Workspace:
    """One example, pasted into one repository."""

    machine: Machine
    github: FakeGitHub
    repository: Repository
    folder: Path
    example: str
    action: str

    def run(self, event: str, payload: dict[str, Any], *, head: str, token: Token | None = None) -> Ran:
        """Check `head` out and run the example as the runner would, with a token of the rights it asks for."""
        checkout = self.folder / "models"
        if not checkout.exists():
            git(self.folder, "clone", "--quiet", str(self.repository.git.path), "models")
            git(checkout, "remote", "set-url", "origin", f"https://github.com/{self.repository.slug}.git")
        everything = ("+refs/heads/*:refs/remotes/origin/*", "+refs/pull/*:refs/remotes/pull/*")
        git(checkout, "fetch", "--quiet", str(self.repository.git.path), *everything)
        git(checkout, "switch", "--quiet", "--force", "--detach", head)
        workflow = checkout / ".github/workflows/loadguard.yml"
        workflow.parent.mkdir(parents=True, exist_ok=True)
        workflow.write_text(pointed_at(self.github, read_example(self.example)))
        (checkout / ".git/info/exclude").write_text(".github/workflows/\n")
        subprocess.run(["chown", "-R", f"{RUNNER}:{RUNNER}", checkout], check=True)
        event_file = self.folder / "event.json"
        event_file.write_text(json.dumps(payload))
        token = token or self.github.new_token(permissions=rights(self.example))
        secrets = {"GITHUB_TOKEN": token.text}
        return self.machine.act(checkout, event, event_file, actions=self.actions(), secrets=secrets)

    def actions(self) -> dict[str, Path]:
        """Ours from this checkout; of others' a stand-in, since the runner cannot fetch them here."""
        used = {
            step["uses"]
            for job in read_example(self.example)["jobs"].values()
            for step in job["steps"]
            if "uses" in step
        }
        places = {name: ROOT if name == self.action else self._stand_in(name) for name in used}
        return {repository_of(name): folder for name, folder in places.items()}

    def _stand_in(self, name: str) -> Path:
        return stand_in(name, self.folder)

    def run_pull_request(self, pull: Pull, *, token: Token | None = None) -> Ran:
        payload = self.github.pull_request_event(self.repository, pull)
        return self.run("pull_request", payload, head=payload["pull_request"]["head"]["sha"], token=token)

    def run_push(self, *, token: Token | None = None) -> Ran:
        payload = self.github.push_event(self.repository)
        return self.run("push", payload, head=payload["after"], token=token)


def stand_in(name: str, where: Path) -> Path:
    """`owner/name[/path]@ref` as a composite action: a checkout is made already, an upload shows its file."""
    owner, project, *inside = name.partition("@")[0].split("/")
    folder = where / "actions" / owner / project
    path = folder.joinpath(*inside)
    path.mkdir(parents=True, exist_ok=True)
    (path / "action.yml").write_text(STAND_INS[name.partition("@")[0]])
    return folder


def repository_of(name: str) -> str:
    """`owner/name@ref` of `owner/name/path@ref`."""
    path, _, ref = name.partition("@")
    return f"{'/'.join(path.split('/')[:2])}@{ref}"


def read_example(name: str) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load((ROOT / "examples" / name).read_text())
    return loaded


def pointed_at(github: FakeGitHub, workflow: dict[Any, Any]) -> str:
    """The example with one input added: act sets the API's address to the public one whatever it is told."""
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("loadguard/"):
                step.setdefault("with", {})["github-api-url"] = github.api_url
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads the key `on` as true
    return yaml.safe_dump(workflow)


def rights(name: str) -> dict[str, str]:
    """The permissions that the example's jobs ask for, as the server spells them."""
    asked: dict[str, str] = {}
    for job in read_example(name)["jobs"].values():
        asked |= {right.replace("-", "_"): level for right, level in job["permissions"].items()}
    return asked


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "safe.directory=*", *words], cwd=folder, check=True, stdin=subprocess.DEVNULL)
