"""An address of a cluster's API server at which things go wrong, as a test tells: what does the kit make of it?"""

import http.client
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.kubernetes.client import Client

#: What is done with a request instead of passing it on.
Fault = Callable[["_Handler"], None]

#: Headers that are about one connection only.
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


def answers(status: int, document: Any = None) -> Fault:
    """An answer with this HTTP code; by default the API's own way of saying no."""
    said = document or {"kind": "Status", "code": status, "reason": "OnPurpose", "message": f"{status} on purpose"}

    def fault(handler: "_Handler") -> None:
        handler.answer(status, json.dumps(said).encode() + b"\n")

    return fault


def cuts(handler: "_Handler") -> None:
    """The connection ends without a word."""
    handler.hang_up()


def is_silent(handler: "_Handler") -> None:
    """No answer, for as long as the trouble lasts; then the connection ends."""
    handler.server.healed.wait()
    handler.hang_up()


class FaultyProxy(ThreadingHTTPServer):
    """Passes requests on to a cluster's API server, watches included, with its owner's rights. Plain HTTP, on loopback.

    ``requests``: the method and path of each that has come, in order.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.settings = Client(cluster.kubeconfig)._api.configuration
        self.context = ssl.create_default_context(cafile=self.settings.ssl_ca_cert)
        self.context.load_cert_chain(self.settings.cert_file, self.settings.key_file)
        self.requests: list[str] = []
        self.healed = threading.Event()
        self.connections: dict[socket.socket, str] = {}  #: those that are open, each with its present request
        self._fault: tuple[re.Pattern[str], Fault] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that leads here."""
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "faulty",
            "clusters": [{"name": "faulty", "cluster": {"server": self.url}}],
            "users": [{"name": "faulty", "user": {}}],
            "contexts": [{"name": "faulty", "context": {"cluster": "faulty", "user": "faulty"}}],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    @contextmanager
    def trouble(self, fault: Fault, where: str = "") -> Iterator[None]:
        """Meanwhile, every request that matches ``where`` meets ``fault``; such as are under way are cut off."""
        self.healed.clear()
        self._fault = re.compile(where), fault
        self.cut(where)
        try:
            yield
        finally:
            self._fault = None
            self.healed.set()

    def cut(self, where: str = "") -> None:
        """End the connections on which a request is under way that matches ``where``."""
        for connection, request in list(self.connections.items()):
            if re.search(where, request):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def fault_for(self, request: str) -> Fault | None:
        where, fault = self._fault or (None, None)
        return fault if where and where.search(request) else None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FaultyProxy

    def _handle(self) -> None:
        what = f"{self.command} {self.path}"
        self.server.requests.append(what)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.connections[self.connection] = what
        try:
            if fault := self.server.fault_for(what):
                fault(self)
            else:
                self._pass_on(what, body)
        finally:
            self.server.connections.pop(self.connection, None)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 the names are the base class's

    def _pass_on(self, what: str, body: bytes) -> None:
        place = urlsplit(self.server.settings.host)
        upstream = http.client.HTTPSConnection(place.hostname or "", place.port, context=self.server.context)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {*HOP_BY_HOP, "host"}}
        sock: Any = None
        try:
            upstream.connect()
            sock = upstream.sock
            self.server.connections[sock] = what
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            if "watch=" in self.path:
                self._stream(answer)
            else:
                self.answer(answer.status, answer.read(), answer.getheader("Content-Type", ""))
        except (OSError, http.client.HTTPException):
            self.hang_up()
        finally:
            self.server.connections.pop(sock, None)
            upstream.close()

    def _stream(self, answer: http.client.HTTPResponse) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", ""))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while chunk := answer.read1(1 << 16):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def answer(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is the base class's
        """Nothing to say."""


@contextmanager
def faulty_proxy(cluster: Cluster) -> Iterator[FaultyProxy]:
    with FaultyProxy(cluster) as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.healed.set()
            proxy.cut()
            proxy.shutdown()


def behind(proxy: FaultyProxy, cluster: Cluster, kubeconfig: Path) -> Cluster:
    """The same cluster, reached through the proxy by the kit; learners go their own way, and meet no trouble."""
    proxy.kubeconfig(kubeconfig)

    class Behind(type(cluster)):  # type: ignore[misc]
        @property
        def kubeconfig(self) -> Path:
            return kubeconfig

        def learner_kubeconfig(self, namespace: str) -> Path:
            return cluster.learner_kubeconfig(namespace)

    return Behind(cluster.name, images=cluster.images)
