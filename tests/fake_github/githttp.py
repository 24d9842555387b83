"""Clone, fetch and push over HTTP: `git http-backend` as a CGI, behind the server's own tokens; and LFS."""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.fake_github.gitdb import environment
from tests.fake_github.state import Repository, Token

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from tests.fake_github.server import FakeGitHub

GIT = re.compile(r"/([^/]+/[^/]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack|info/lfs/.+)")


def wants(path: str) -> bool:
    return GIT.fullmatch(urlsplit(path).path) is not None


def serve(github: FakeGitHub, handler: BaseHTTPRequestHandler) -> tuple[int, bool]:
    """Answer one request of git's or LFS's; the status, and whether it was a push."""
    parts = urlsplit(handler.path)
    match = GIT.fullmatch(parts.path)
    assert match is not None
    body = _body(handler)
    push = match[2] == "git-receive-pack" or "service=git-receive-pack" in parts.query
    repository = github.repositories.get(match[1])
    token = _token(github, handler)
    status = _verdict(repository, token, push=push)
    if status != 200 or repository is None:
        _reply(handler, status, b"", {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {})
        return status, False
    if match[2].startswith("info/lfs/"):
        return _lfs(github, handler, repository, match[2].removeprefix("info/lfs/"), body), False
    with github.lock:
        code, headers, answer = _backend(github, repository, handler, match[2], parts.query, body)
    _reply(handler, code, answer, headers)
    return code, match[2] == "git-receive-pack"


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() == "chunked":
        data = b""
        while size := int(handler.rfile.readline().split(b";")[0], 16):
            data += handler.rfile.read(size)
            handler.rfile.readline()
        handler.rfile.readline()
    else:
        data = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    return gzip.decompress(data) if handler.headers.get("Content-Encoding") == "gzip" else data


def _token(github: FakeGitHub, handler: BaseHTTPRequestHandler) -> Token | None:
    scheme, _, value = handler.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        value = base64.b64decode(value).decode().partition(":")[2]
    return github.tokens.get(value)


def _verdict(repository: Repository | None, token: Token | None, *, push: bool) -> int:
    if repository is None or repository.gone:
        return 404 if token else 401
    if push or repository.private:
        if token is None:
            return 401
        if not token.allows("contents", "write" if push else "read"):
            return 403
    return 200


def _backend(
    github: FakeGitHub, repository: Repository, handler: BaseHTTPRequestHandler, rest: str, query: str, body: bytes
) -> tuple[int, dict[str, str], bytes]:
    variables = {
        **environment(github.root),
        "GIT_PROJECT_ROOT": str(repository.git.path.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repository.git.path.name}/{rest}",
        "QUERY_STRING": query,
        "REQUEST_METHOD": handler.command,
        "CONTENT_TYPE": handler.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_USER": "fake",
        "GIT_PROTOCOL": handler.headers.get("Git-Protocol", ""),
    }
    done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=variables, check=False)
    head, _, answer = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    return int(headers.pop("Status", "200").split()[0]), headers, answer


def _reply(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _lfs(github: FakeGitHub, handler: BaseHTTPRequestHandler, repository: Repository, rest: str, body: bytes) -> int:
    """The batch endpoint and the store behind it; only downloads."""
    if handler.command == "GET" and rest.startswith("store/"):
        data = repository.objects.get(rest.removeprefix("store/"))
        _reply(handler, 200 if data is not None else 404, data or b"", {"Content-Type": "application/octet-stream"})
        return 200 if data is not None else 404
    wanted: list[dict[str, Any]] = json.loads(body)["objects"]
    answer = {"transfer": "basic", "objects": [_lfs_object(github, repository, one) for one in wanted]}
    _reply(handler, 200, json.dumps(answer).encode(), {"Content-Type": "application/vnd.git-lfs+json"})
    return 200


def _lfs_object(github: FakeGitHub, repository: Repository, one: dict[str, Any]) -> dict[str, Any]:
    if one["oid"] not in repository.objects:
        return {**one, "error": {"code": 404, "message": "Object does not exist"}}
    address = f"{github.web}/{repository.slug}.git/info/lfs/store/{one['oid']}"
    return {**one, "actions": {"download": {"href": address, "expires_in": 3600}}}
