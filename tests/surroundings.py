"""Fixtures for tests without a cluster: an environment without anybody's choices, scripts, servers on loopback."""

import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from driftlab.clusters.host.progress import Progress, Step

COUNT = itertools.count()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


@pytest.fixture
def neutral(monkeypatch: pytest.MonkeyPatch, empty: Path, request: pytest.FixtureRequest) -> None:
    """No proxy, no choice of the person who runs the tests, and a cache of the test's own.

    Most tests write nothing there; a folder that is made and deleted for each takes longer than many a test.
    """
    own = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else empty / str(next(COUNT))
    for name in list(os.environ):
        if name.startswith("DRIFTLAB_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DRIFTLAB_CACHE", str(own / "cache"))
    monkeypatch.setenv("DRIFTLAB_STATE", str(own / "state"))
    # nothing here speaks TLS, and reading all the world's certificates for each client takes a while
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(empty))


class Recorder:
    """A reporter that notes what it is told."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.lines: list[str] = []

    def show(self, step: Step) -> None:
        self.steps.append(step)

    def say(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def progress(recorder: Recorder) -> Progress:
    return Progress(recorder)


class Request:
    """One request as it came: ``target`` is what stands in its first line, ``path`` is without host and query."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.method, self.target, self.headers, self.body = handler.command, handler.path, handler.headers, body
        self.path = urlsplit(handler.path).path
        self.query = urlsplit(handler.path).query


class Web(ThreadingHTTPServer):
    """Answers by ``answers[path] = (status, body)``; where there is none, by ``otherwise(request)``, which says 404.

    ``held`` are paths whose answers stop short of their body until ``release`` is set, which the end of the test does;
    ``cut`` are those whose connection ends there; ``redirects`` are those that are elsewhere.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.held: set[str] = set()
        self.cut: set[str] = set()
        self.redirects: dict[str, str] = {}
        self.otherwise: Callable[[Request], tuple[int, bytes]] = lambda request: (404, b"not found")
        self.release = threading.Event()
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def asked(self) -> list[str]:
        return [request.path for request in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that goes away before its answer is what some tests are about


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def answer(self) -> None:
        request = Request(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.server.requests.append(request)
        status, body = self.server.answers.get(request.path) or self.server.otherwise(request)
        if request.path in self.server.redirects:
            self.send_response(302)
            self.send_header("Location", self.server.redirects[request.path])
        else:
            self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if request.path in self.server.held:
            self.server.release.wait()
        if request.path not in self.server.cut:
            self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 the base class calls them so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class calls it so
        pass


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.release.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def closed() -> Iterator[str]:
    """``host:port`` that refuses connections, and keeps doing so."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def mute() -> Iterator[str]:
    """``host:port`` that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Has the process with this number ended?"""

    def look(pid: int) -> bool:
        try:
            return (
                psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
            )  # nobody may look after an orphan that has ended
        except psutil.NoSuchProcess:
            return True

    return look


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], Path]:
    """``script(name, text)``: a shell script that can be run, in a folder of its own that may stand in PATH."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    return write


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parents[1]
