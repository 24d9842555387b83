"""The server itself: accounts and fixtures, permissions, limits, faults, the log, and the HTTP handler."""

from __future__ import annotations

import itertools
import re
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fake_github import githttp
from tests.fake_github.description import Undescribed, check_answer, check_request, operation_for
from tests.fake_github.faults import Fault, Faults
from tests.fake_github.fixtures import Fixtures
from tests.fake_github.rates import Rates
from tests.fake_github.shapes import Shapes
from tests.fake_github.state import ALL_WRITE, Account, Repository, Token
from tests.fake_github.wire import ROUTES, Answer, Refused, Request, Route

# GraphQL has its own schema; a tarball's download lies on another of GitHub's hosts.
OWN = ("/graphql", "/tarballs/{owner}/{repo}/{sha}", "/_log", "/_state")
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Logged:
    """One request as the server saw it. `mutating` is false for a GraphQL query, whose method is POST all the same."""

    method: str
    path: str
    status: int
    mutating: bool
    api: bool
    token: str
    body: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class FakeGitHub(Fixtures):
    """A GitHub of our own on 127.0.0.1. A context manager; see the package's docstring."""

    def __init__(
        self, *, root: Path | None = None, port: int = 0, ghes: bool = False, hide_limits: bool = False
    ) -> None:
        self._own_root = root is None
        self.root = root or Path(tempfile.mkdtemp(prefix="fake-github-"))
        self.ghes = ghes
        self.hide_limits = hide_limits
        self.lock = threading.RLock()
        self.faults = Faults()
        self.rates = Rates(self)
        self.log: list[Logged] = []
        self.undescribed: list[str] = []
        self.patch_limit = 400_000
        self.file_limit = 3_000
        self.tree_limit = 100_000
        self.clock = time.time
        self.accounts: dict[str, Account] = {}
        self.tokens: dict[str, Token] = {}
        self.repositories: dict[str, Repository] = {}
        self.apps: dict[int, Any] = {}
        self.signed: set[str] = set()
        self.moved: dict[str, str] = {}
        """Old name -> new name of renamed repositories."""
        self._token_numbers = itertools.count(1)
        self._http = _Server(("127.0.0.1", port), self)
        self.web = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.api_url = self.web + ("/api/v3" if ghes else "")
        self.graphql_url = self.web + ("/api/graphql" if ghes else "/graphql")
        self.shapes = Shapes(self.api_url, self.web)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self.actions = self.account("github-actions[bot]", kind="Bot")
        self.token = self.new_token()

    # -- life ------------------------------------------------------------------------------------------------
    def __enter__(self) -> FakeGitHub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        if self._own_root:
            shutil.rmtree(self.root, ignore_errors=True)
        if kind is None and self.undescribed:
            raise Undescribed("\n".join(self.undescribed))

    def serve_forever(self) -> None:
        self._http.serve_forever()

    # -- tokens ----------------------------------------------------------------------------------------------
    def new_token(
        self, account: Account | None = None, *, permissions: Mapping[str, str] | None = None, **more: Any
    ) -> Token:
        """A token of `account` (default: GITHUB_TOKEN's own identity) with every permission, or with those named."""
        text = f"ghs_fake{next(self._token_numbers):032d}"
        granted = {"metadata": "read", **(ALL_WRITE if permissions is None else permissions)}
        account = account or self.actions
        more.setdefault("installation", account.kind == "Bot")
        more.setdefault("actions", account is self.actions)
        self.tokens[text] = Token(text, account, granted, **more)
        return self.tokens[text]

    def permitted(self, request: Request, needs: tuple[tuple[str, str], ...]) -> Repository:
        """The repository a request names, once its token may do what it asks for."""
        slug = f"{request.groups['owner']}/{request.groups['repo']}"
        repository = self.repositories.get(slug)
        if slug in self.moved:
            rest = request.path.removeprefix(f"/repos/{slug}")
            status, said = (301, "Moved Permanently") if request.method == "GET" else (307, "Temporary Redirect")
            raise Refused(status, said, headers={"Location": f"{self.api_url}/repos/{self.moved[slug]}{rest}"})
        if repository is None or repository.gone == 404:
            raise Refused(404, "Not Found")
        if repository.gone == 451:
            raise Refused(451, "Repository access blocked")
        token = request.token
        outside = token is not None and token.repositories is not None and slug not in token.repositories
        by_its_key = request.path.endswith("/installation")  # an app's own, looked at by the endpoint
        if repository.private and (token is None or outside) and not by_its_key:
            raise Refused(404, "Not Found")
        public_read = not repository.private and all(level == "read" for _, level in needs)
        if needs and not public_read:
            allowed = token is not None and not outside and any(token.allows(*need) for need in needs)
            if not allowed:
                accepted = "; ".join(f"{name}={level}" for name, level in needs)
                raise Refused(
                    403, "Resource not accessible by integration", headers={"X-Accepted-GitHub-Permissions": accepted}
                )
        if repository.archived and request.method in WRITES:
            raise Refused(403, "Repository was archived so is read-only.")
        return repository

    # -- the log ---------------------------------------------------------------------------------------------
    @property
    def requests(self) -> list[Logged]:
        """API requests only, without git's own."""
        return [entry for entry in self.log if entry.api]

    @property
    def mutating(self) -> list[Logged]:
        return [entry for entry in self.log if entry.mutating]

    def forget(self) -> None:
        """Empty the log: what follows is counted from here."""
        self.log.clear()

    # -- one request -----------------------------------------------------------------------------------------
    def answer(self, request: Request) -> tuple[Answer, Fault | None]:
        """Do what a request asks, or what a fault makes of it. The log keeps both."""
        fault = self.faults.strike(request)
        if fault and fault.act:
            with self.lock:
                fault.act()
        worked = fault is None or fault.status is None or fault.after
        reply = self._work(request) if worked else None
        if fault and fault.change and reply:
            reply = fault.change(request, reply)
        elif fault and not fault.cut and fault.status is not None:
            reply = fault.answer()
        assert reply is not None
        self._remember(request, reply)
        return reply, fault

    def _work(self, request: Request) -> Answer:
        with self.lock:
            try:
                self._authenticate(request)
                instead = self.rates.admit(request)
                if instead is not None:
                    return instead
                found = self._route(request)
                if found is None:
                    raise Refused(404, "Not Found")
                answer = self._described(found, request)
                self.rates.refund(request, answer)
                return answer
            except Refused as no:
                return no.answer

    def _authenticate(self, request: Request) -> None:
        given = re.fullmatch(r"(?:token|bearer) (\S+)", request.headers.get("Authorization", ""), re.IGNORECASE)
        if given is None or request.path.startswith("/app") or request.path.endswith("/installation"):
            return  # an app's own key is looked at by the endpoint
        request.token = self.tokens.get(given[1])
        expired = request.token and request.token.expires_at is not None and request.token.expires_at <= self.clock()
        if request.token is None or expired:
            raise Refused(401, "Bad credentials")

    def _route(self, request: Request) -> Route | None:
        """The most literal of the routes that match."""
        matches = [(known, known.pattern.fullmatch(request.path)) for known in ROUTES if known.method == request.method]
        fitting = [(known, match) for known, match in matches if match]
        if not fitting:
            return None
        known, match = max(fitting, key=lambda pair: len(re.sub(r"\{\w+\}", "", pair[0].template)))
        request.groups = {name: unquote(value, errors="surrogateescape") for name, value in match.groupdict().items()}
        return known

    def _described(self, found: Route, request: Request) -> Answer:
        """Run an endpoint between two looks at GitHub's description; what does not fit is loud."""
        if found.template in OWN:
            return found.endpoint(self, request)
        try:
            operation = operation_for(found.method, found.template)
            check_request(operation, request.query, request.body)
        except Undescribed as wrong:
            self.undescribed.append(str(wrong))
            raise Refused(400, f"Not in GitHub's description: {wrong}") from None
        answer = found.endpoint(self, request)
        try:
            check_answer(operation, answer.status, answer.body)
        except Undescribed as wrong:
            self.undescribed.append(str(wrong))
            raise Refused(500, f"The test server drifted: {wrong}") from None
        return answer

    def _remember(self, request: Request, answer: Answer) -> None:
        graphql = request.path == "/graphql"
        body: Any = None
        with suppress(ValueError):
            body = request.body
        query = body.get("query", "") if graphql and isinstance(body, dict) else ""
        mutating = query.lstrip().startswith("mutation") if graphql else request.method in WRITES
        whose = request.token.account.login if request.token else ""
        self.log.append(Logged(request.method, request.path, answer.status, mutating, True, whose, body))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], github: FakeGitHub) -> None:
        self.github = github
        self._open: set[Any] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Connections that clients keep alive end with the server, and so do their threads: the matrix makes a
        thousand servers.
        """
        super().server_close()
        for request in tuple(self._open):
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed leaves its connection behind; anything else is ours and loud."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Silence: the log is `FakeGitHub.log`."""

    def _any(self) -> None:
        github = self.server.github
        if githttp.wants(self.path):
            status, mutating = githttp.serve(github, self)
            github.log.append(Logged(self.command, urlsplit(self.path).path, status, mutating, False, "git"))
            return
        with github.rates.underway():
            answer, fault = github.answer(self._read(github))
        self._send(github, answer, cut=bool(fault and fault.cut))

    def _read(self, github: FakeGitHub) -> Request:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/api/v3").replace("/api/graphql", "/graphql") if github.ghes else parts.path
        if github.ghes and path == parts.path:
            path = "/not-under-api-v3" + path
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size)
        if len(raw) < size:
            raise ConnectionAbortedError("the client was killed in the middle of its request")
        return Request(self.command, path, dict(parse_qsl(parts.query)), self.headers, raw)  # type: ignore[arg-type]

    def _send(self, github: FakeGitHub, answer: Answer, *, cut: bool) -> None:
        data = answer.encoded()
        given = re.fullmatch(r"\S+ (\S+)", self.headers.get("Authorization", ""))
        token = github.tokens.get(given[1]) if given else None
        resource = "graphql" if self.path.endswith("/graphql") else "core"
        headers = {**github.rates.headers(token, resource), **answer.headers}
        self.send_response(answer.status)
        kind = "application/octet-stream" if isinstance(answer.body, bytes) else "application/json; charset=utf-8"
        for name, value in {"Content-Type": kind, "X-GitHub-Request-Id": "FAKE:1", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if cut:
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self.close_connection = True
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _any
