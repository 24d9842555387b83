"""The server on its own, for a test whose bot runs in another process or a container.

    python -m tests.fake_github --port 8123 --root /tmp/github --seed examples/demo

`--seed DIR` makes `octo/models` from `DIR/base` and opens pull request 1 with the files of `DIR/head`.
`ROOT/server.json` then holds the address, the token and the slug, `ROOT/event.json` the payload of its
`pull_request` event.
While it runs, GET /_log answers every request it saw and GET /_state what stands on it; neither is GitHub's.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import threading
from pathlib import Path
from typing import Any

from tests.fake_github import FakeGitHub
from tests.fake_github.state import Repository
from tests.fake_github.wire import Answer, Request, route


@route("GET", "/_log")
def see_log(server: FakeGitHub, request: Request) -> Answer:
    wrong = list(server.undescribed)
    return Answer(200, {"log": [dataclasses.asdict(entry) for entry in server.log], "undescribed": wrong})


@route("GET", "/_state")
def see_state(server: FakeGitHub, request: Request) -> Answer:
    return Answer(200, {slug: state_of(repository) for slug, repository in server.repositories.items()})


def state_of(repository: Repository) -> dict[str, Any]:
    pulls = {}
    for number, pull in repository.pulls.items():
        threads = [
            {"path": one.path, "line": one.line, "resolved": bool(one.resolved_by), "body": one.comments[0].body}
            for one in pull.threads
        ]
        plain = {
            name: getattr(pull, name) for name in ("title", "body", "state", "head_ref", "base_ref", "draft", "labels")
        }
        pulls[number] = {**plain, "threads": threads, "comments": [one.body for one in pull.comments]}
    return {"pulls": pulls, "refs": repository.git.refs(), "check_runs": len(repository.check_runs)}


def files_under(folder: Path) -> dict[str, bytes | str | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def seed(github: FakeGitHub, folder: Path) -> None:
    repository = github.create_repository(files_under(folder / "base"))
    pull = github.open_pull_request(repository, files_under(folder / "head"))
    event = github.pull_request_event(repository, pull, action="opened")
    (github.root / "event.json").write_text(json.dumps(event, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_github")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--seed", type=Path)
    parser.add_argument("--ghes", action="store_true")
    options = parser.parse_args()
    options.root.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with FakeGitHub(root=options.root, port=options.port, ghes=options.ghes) as github:
        if options.seed:
            seed(github, options.seed)
        facts = {
            "web": github.web,
            "api_url": github.api_url,
            "graphql_url": github.graphql_url,
            "token": github.token.text,
        }
        facts |= {"repositories": list(github.repositories)}
        (options.root / "server.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
        print(github.api_url, flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
