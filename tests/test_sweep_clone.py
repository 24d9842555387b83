"""Trees by git instead of tarballs: what git is told, what it is kept from, and what becomes of it when it fails."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.activities.sweep_scan import Stand, choice_for
from bot.edge.checkout_clone import Clones
from bot.edge.crew import Crew
from bot.edge.gunzip import TreeLimits
from bot.edge.workers import Died
from bot.model.sweep import Repository
from tests.fake_github import FakeGitHub
from tests.sweep_run_helpers import LOAD, Bench, planned, row_of

TOKEN = "ghs_" + "s3cret" * 6
CHOICE = choice_for(Stand("acme/one"))


@dataclass
class Elsewhere:
    """A git host that only looks and sends on."""

    status: int
    location: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)
    address: str = ""


@contextmanager
def host_that(status: int, location: str = "") -> Iterator[Elsewhere]:
    seen = Elsewhere(status, location)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

        def do_GET(self) -> None:
            seen.headers.append({key.lower(): value for key, value in self.headers.items()})
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.commands.append(path.read_bytes())
                except OSError:
                    continue
            self.send_response(seen.status)
            if seen.location:
                self.send_header("Location", seen.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()


def read(
    folder: Path, web: str, repository: Repository, *, token: str = TOKEN, limits: TreeLimits | None = None
) -> str:
    """The files or the reason, read in a child as a sweep does: its limits are for good."""
    clones = Clones(folder / "clones", web, lambda slug: token, limits or TreeLimits())

    def job() -> bytes:
        from bot.edge.gunzip import TreeRefused

        try:
            tree = clones.read(clones.locate(repository), repository, CHOICE)
        except TreeRefused as trouble:
            return f"refused: {trouble}".encode()
        return " ".join(sorted(tree.files)).encode()

    with Crew(seconds=60, most=1 << 20) as crew:
        crew.start("one", job)
        (done,) = crew.wait()
    assert not isinstance(done.answer, Died), done.answer.reason
    return done.answer.decode()


def test_the_token_is_in_no_command_line_and_goes_nowhere_else(tmp_path: Path) -> None:
    repository = Repository("R1", "acme/one", commit="0" * 40)
    with host_that(200) as other, host_that(301, f"{other.address}/acme/one.git/info/refs") as first:
        said = read(tmp_path, first.address, repository)
        assert said.startswith("refused: moved since the plan; a clone follows nobody elsewhere")
        assert other.headers == []
        basic = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        assert first.headers[0]["authorization"] == f"Basic {basic}"
        git = [each for each in first.commands if b"fetch" in each]
        assert git and not [each for each in first.commands if TOKEN.encode() in each or basic.encode() in each]
    assert TOKEN not in said and not (tmp_path / "clones").exists()


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "gone, or hidden from the token"), (403, "the token may not read it"), (500, "error: 500")],
)
def test_what_a_host_answers_is_a_reason(status: int, reason: str, tmp_path: Path) -> None:
    with host_that(status) as host:
        assert reason in read(tmp_path, host.address, Repository("R1", "acme/one", commit="0" * 40))


@pytest.mark.parametrize("commit", ["", "HEAD", "--upload-pack=touch x", "main\n" + "0" * 40])
def test_a_commit_that_is_none(commit: str, tmp_path: Path) -> None:
    assert "no commit" in read(tmp_path, "http://127.0.0.1:1", Repository("R1", "acme/one", commit=commit))


def test_only_what_is_wanted_is_fetched_and_a_pack_has_its_limit(tmp_path: Path) -> None:
    import random

    noise = random.Random(3).randbytes(3_000_000)
    with FakeGitHub() as github:
        planned(github, {"acme/one": {"a.py": LOAD, "weights.h5": noise}, "acme/big": {"a.py": LOAD, "b.txt": noise}})
        small, big = (row_of(github, slug).repository for slug in ("acme/one", "acme/big"))
        limits = TreeLimits(downloaded=1_000_000)
        assert read(tmp_path, github.web, small, token=github.token.text, limits=limits) == "a.py"
        said = read(tmp_path, github.web, big, token=github.token.text, limits=limits)
        assert said.startswith("refused: git fetch failed")
        assert not (tmp_path / "clones").exists()


def test_what_a_killed_run_has_left_is_taken_away(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        bench = Bench(github, tmp_path)
        bench.plan(planned(github, {"acme/one": {"a.py": LOAD}}))
        left = bench.path.parent / "clones-1-of-1" / "0123"
        left.mkdir(parents=True)
        (left / "pack").write_bytes(bytes(10))
        assert bench.command(read="clone", patience=False) == 0
        assert not left.parent.exists()
