"""A tarball as it comes over the wire, and every way in which one can lie: recorded, never followed, never endless."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import tarfile
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.activities.scanning import wants
from bot.edge.github.forge import Address, connect
from bot.edge.github.http import Door, Patience
from bot.edge.github.tarball import download, read_tree
from bot.edge.gunzip import Inflow, TreeLimits, TreeRefused
from bot.edge.unpack import Choice, Tree, unpack
from tests.fake_github import FakeGitHub
from tests.tarball_bytes import LOAD, ROOT, Case, archive, bomb, good, header, hostile, inside, packed, pax

CHOICE = Choice(wants, lambda path: path.endswith(".pt"))
CASES = hostile()


def pieces(data: bytes, size: int = 4096) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def read(data: bytes, *, limits: TreeLimits | None = None, size: int = 4096) -> Tree:
    limits = limits or TreeLimits()
    return unpack(Inflow(pieces(data, size), limits), choice=CHOICE, limits=limits)


def refusal(data: bytes, *, limits: TreeLimits | None = None) -> str:
    with pytest.raises(TreeRefused) as caught:
        read(data, limits=limits)
    return str(caught.value)


# -- what is as it should be ---------------------------------------------------------------------------------
def test_an_archive_of_git_is_its_files() -> None:
    tree = read(good())
    assert tree.files == {"train.py": LOAD, "a/b.py": b"x = 1\n"}
    assert tree.unreadable == {}
    assert tree.downloaded == len(good())


@pytest.mark.parametrize("size", [1, 7, 511, 513, 1 << 20])
def test_it_does_not_matter_how_the_bytes_arrive(size: int) -> None:
    data = packed(archive(inside("a.py", LOAD * 40), inside("image.bin", bytes(3000)), inside("b.py", b"")))
    assert read(data, size=size).files == {"a.py": LOAD * 40, "b.py": b""}


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_every_way_to_write_a_long_name(form: int) -> None:
    name = "deep/" * 25 + "train.py"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        info = tarfile.TarInfo(ROOT + name)
        info.size, info.mode = len(LOAD), 0o755
        tar.addfile(info, io.BytesIO(LOAD))
    tree = read(packed(out.getvalue()))
    assert tree.files == {name: LOAD}
    assert tree.modes == {name: "100755"}


def test_checkpoints_are_kept_aside_where_they_are_small() -> None:
    limits = TreeLimits(aside=5_000)
    data = packed(archive(inside("a.pt", bytes(4_000)), inside("b.pt", bytes(4_000)), inside("a.py")))
    tree = read(data, limits=limits)
    assert (list(tree.aside), list(tree.files), tree.unreadable) == (["a.pt"], ["a.py"], {})


# -- what is not ---------------------------------------------------------------------------------------------
def test_the_matrix_is_wide() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_hostile(name: str) -> None:
    case: Case = CASES[name]
    began = monotonic()
    if case.refused:
        assert case.refused in refusal(case.data)
    else:
        tree = read(case.data)
        assert sorted(tree.files) == sorted(case.files)
        assert tree.files["ok.py"] == LOAD
        assert set(tree.unreadable) == set(case.unreadable)
        for path, reason in case.unreadable.items():
            assert reason in tree.unreadable[path]
    assert monotonic() - began < 20


def test_a_bomb_is_left_before_it_has_unfolded() -> None:
    data = bomb(100 << 20)
    limits = TreeLimits(inflated=64 << 20)
    tracemalloc.start()
    said = refusal(data, limits=limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "inflates to more than 67,108,864 bytes" in said
    assert peak < 8 << 20


def test_skipping_a_large_file_takes_no_memory() -> None:
    data = bomb(200 << 20)
    tracemalloc.start()
    tree = read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert tree.files == {} and tree.inflated > 200 << 20
    assert peak < 8 << 20


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (TreeLimits(downloaded=300), "its archive is larger than 300 bytes"),
        (TreeLimits(kept=100), "the files that matter are larger than 100 bytes together"),
        (TreeLimits(inflated=1_000), "inflates to more than 1,000 bytes"),
        (TreeLimits(entries=3), "more than 3 entries"),
        (TreeLimits(seconds=-1), "took longer"),
    ],
)
def test_every_limit_has_its_reason(limits: TreeLimits, reason: str) -> None:
    data = packed(archive(inside("a.py", LOAD * 2), inside("b.py", LOAD * 2)), level=0)
    assert reason in refusal(data, limits=limits)


def test_a_stream_that_never_ends_is_left() -> None:
    block = header(ROOT + "d/", kind=b"5") * 2000

    def endless() -> Iterator[bytes]:
        import zlib

        engine = zlib.compressobj(1, wbits=31)
        while True:
            yield engine.compress(block) + engine.flush(2)

    limits = TreeLimits(entries=30_000)
    with pytest.raises(TreeRefused, match="more than 30,000 entries"):
        unpack(Inflow(endless(), limits), choice=CHOICE, limits=limits)


# -- over the wire -------------------------------------------------------------------------------------------
class Host:
    """A download host of its own, on a name of its own: plays back `answers`, then the last of them again."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.cuts: list[int] = []
        self.seen: list[dict[str, str]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Silence."""

            def do_GET(self) -> None:
                host.seen.append({key.lower(): value for key, value in self.headers.items()})
                status, headers, body = host.answers.pop(0) if len(host.answers) > 1 else host.answers[0]
                self.send_response(status)
                for key, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body[: host.cuts.pop(0)] if host.cuts else body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self.server.server_address[1]}/download"


@contextmanager
def download_host() -> Iterator[Host]:
    host = Host()
    thread = threading.Thread(target=host.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.server.shutdown()
        host.server.server_close()


WAITED: list[float] = []
QUICK = Patience(sleep=WAITED.append)


def fetched(host: Host, *, limits: TreeLimits | None = None) -> Tree:
    WAITED.clear()
    return download(host.address, choice=CHOICE, limits=limits or TreeLimits(), patience=QUICK)


def door_to(github: FakeGitHub) -> Door:
    return connect(Address("octo/models", github.api_url, github.web), token=github.token.text, patience=QUICK).door


def test_the_token_is_never_shown_to_the_download_host() -> None:
    from tests.fake_github.wire import Answer

    with FakeGitHub() as github, download_host() as host:
        repository = github.create_repository({"train.py": LOAD})
        commit = repository.git.resolve("main") or ""
        host.answers.append((200, {}, good()))
        github.faults.add(
            "GET", r"/tarball/", change=lambda request, answer: Answer(302, None, {"Location": host.address})
        )
        tree = read_tree(door_to(github), "octo/models", commit, choice=CHOICE)
        assert tree.files["train.py"] == LOAD
        assert "authorization" not in host.seen[0]
        assert github.token.text not in json.dumps(host.seen)
        assert "Authorization" not in host.address


def test_one_request_for_one_tree() -> None:
    with FakeGitHub() as github:
        repository = github.create_repository(
            {"train.py": LOAD, "w.pt": "pointer", "l.py": "train.py"}, modes={"l.py": "120000"}
        )
        tree = read_tree(door_to(github), "octo/models", repository.git.resolve("main") or "", choice=CHOICE)
        assert tree.files == {"train.py": LOAD} and tree.aside == {"w.pt": b"pointer"} and tree.unreadable == {}
        counted = [str(entry) for entry in github.requests if entry.path.startswith("/repos/")]
        assert len(counted) == 1


def test_a_password_from_netrc_stays_at_home(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:  # noqa: PTH123 - a path as text, as the variable has it
        file.write("machine localhost login me password hunter2\n")
    monkeypatch.setenv("NETRC", netrc)
    with download_host() as host:
        host.answers.append((200, {}, good()))
        fetched(host)
        assert "authorization" not in host.seen[0]


def test_a_cut_connection_is_tried_twice_more() -> None:
    with download_host() as host:
        host.answers.append((200, {}, good()))
        host.cuts += [100, 0]
        assert fetched(host).files["train.py"] == LOAD
        assert len(host.seen) == 3 and len(WAITED) == 2


def test_a_connection_that_is_always_cut_is_given_up() -> None:
    with download_host() as host:
        host.answers.append((200, {}, good()))
        host.cuts += [100] * 9
        with pytest.raises(TreeRefused, match=r"the download was cut .*, 3 times"):
            fetched(host)
        assert len(host.seen) == 3


def test_what_is_wrong_for_good_is_not_tried_again() -> None:
    with download_host() as host:
        host.answers.append((200, {}, packed(archive(header(ROOT + "x.py", b"zzzzzzzzzzz\0")))))
        with pytest.raises(TreeRefused, match="not a tar archive"):
            fetched(host)
        assert len(host.seen) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_host_is_asked_again(status: int) -> None:
    with download_host() as host:
        host.answers += [(status, {"Retry-After": "7"}, b"busy"), (200, {}, good())]
        assert fetched(host).files
        assert WAITED == [7.0]


def test_a_busy_host_that_wants_an_hour_is_left() -> None:
    with download_host() as host:
        host.answers.append((429, {"Retry-After": "3600"}, b"busy"))
        with pytest.raises(TreeRefused, match="answered 429"):
            fetched(host)
        assert WAITED == [] and len(host.seen) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 410, 302])
def test_other_answers_are_reasons(status: int) -> None:
    with download_host() as host:
        host.answers.append((status, {}, b"no"))
        with pytest.raises(TreeRefused, match=f"the download host answered {status}"):
            fetched(host)


@pytest.mark.parametrize(
    ("location", "reason"),
    [("file:///etc/passwd", "not http"), ("ftp://localhost/x", "not http"), ("/download", "more than 4 times")],
)
def test_being_sent_on_has_its_bounds(location: str, reason: str) -> None:
    with download_host() as host:
        host.answers.append((302, {"Location": location}, b""))
        with pytest.raises(TreeRefused, match=reason):
            fetched(host)


def test_a_content_encoding_inflates_nothing_behind_the_limits() -> None:
    """`Content-Encoding: gzip` over a bomb would be unfolded by the client before any limit had seen it."""
    import gzip

    with download_host() as host:
        body = gzip.compress(bytes(64 << 20))
        host.answers.append((200, {"Content-Encoding": "gzip"}, body))
        tracemalloc.start()
        with pytest.raises(TreeRefused):
            fetched(host, limits=TreeLimits(inflated=1 << 20))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8 << 20


def test_a_host_that_is_not_there() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/x"
        with pytest.raises(TreeRefused, match=r"the download was cut .*, 3 times"):
            download(address, choice=CHOICE, limits=TreeLimits(), patience=QUICK)


# -- whatever the bytes are ----------------------------------------------------------------------------------
@settings(max_examples=300, deadline=None)
@given(
    where=st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), min_size=1, max_size=12),
    cut=st.none() | st.integers(0, 6000),
)
def test_damage_is_a_reason_or_another_tree_and_never_an_error(where: list[tuple[int, int]], cut: int | None) -> None:
    sound = archive(
        pax({b"path": (ROOT + "long/" * 30 + "a.py").encode()}),
        inside("x.py"),
        header("././@LongLink", 12, kind=b"L") + (ROOT.encode() + b"b.py\0").ljust(512, b"\0"),
        inside("y.py", LOAD * 9),
        header(ROOT + "l.py", kind=b"2", target=b"../../x"),
        inside("w.pt", bytes(900)),
    )
    damaged = bytearray(sound[:cut])
    for at, value in where:
        if at < len(damaged):
            damaged[at] = value
    with contextlib.suppress(TreeRefused):
        tree = read(packed(bytes(damaged)))
        assert not any(path.startswith("/") or ".." in path.split("/") for path in tree.files)


@settings(max_examples=100, deadline=None)
@given(
    files=st.dictionaries(
        st.lists(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=60), min_size=1, max_size=5)
        .filter(lambda parts: not {".", ".."} & set(parts))
        .map(lambda parts: "/".join(parts) + ".py"),
        st.binary(max_size=1500),
        max_size=8,
    ),
    form=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)  # fmt: skip
def test_what_pythons_tar_writes_is_read_back(files: dict[str, bytes], form: int) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(ROOT + name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    tree = read(packed(out.getvalue()))
    assert tree.files == files and tree.unreadable == {}
