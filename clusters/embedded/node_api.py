"""The part of a kubelet that others call: ``kubectl logs`` ends here.

The API server asks the Node that a Pod runs on, over TLS, and shows who it is by
its client certificate; nobody else is answered. One process, beside kwok, for all
Nodes of a cluster. exec, attach and port-forward need a container that really
runs, and say so.

https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
"""

import argparse
import json
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from clusters.embedded import images, logs

LOGS = re.compile(r"/containerLogs/([^/]+)/([^/]+)/([^/]+)")
NEEDS_A_CONTAINER = "the embedded engine runs no containers, so there is nothing to {what}"


#: Written to its log when its port is its own.
LISTENS = "listening"


class NodeApi(ThreadingHTTPServer):
    """Answers for every Node. ``server``: the API server's URL; ``pki``: the folder with its certificates."""

    daemon_threads = True

    def __init__(self, port: int, server: str, pki: Path, catalogue: Sequence[images.Image]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.catalogue, self.api_server = catalogue, server
        self.client = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        self.client.load_cert_chain(pki / "admin.crt", pki / "admin.key")
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki / "ca.crt"))
        self.tls.verify_mode = ssl.CERT_REQUIRED
        self.tls.load_cert_chain(pki / "admin.crt", pki / "admin.key")

    def finish_request(self, request: Any, client_address: Any) -> None:
        # in the connection's own thread: a client that never shakes hands holds up nobody else
        request.settimeout(10)
        try:
            with self.tls.wrap_socket(request, server_side=True) as secured:
                secured.settimeout(None)
                super().finish_request(secured, client_address)
        except (ssl.SSLError, OSError):
            pass

    def pod(self, namespace: str, name: str) -> dict[str, Any]:
        url = f"{self.api_server}/api/v1/namespaces/{quote(namespace)}/pods/{quote(name)}"
        with urllib.request.urlopen(url, context=self.client, timeout=10) as answer:
            pod: dict[str, Any] = json.load(answer)
        return pod


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: NodeApi

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        wanted = LOGS.fullmatch(address.path)
        if wanted:
            namespace, pod, container = wanted.groups()
            options = {name: values[-1] for name, values in parse_qs(address.query).items()}
            self._logs(namespace, pod, container, options)
        elif address.path == "/healthz":
            self._answer(200, "ok")
        else:
            self._no_container()

    def do_POST(self) -> None:
        self._no_container()

    def _no_container(self) -> None:
        what = {"exec": "execute a command in", "attach": "attach to", "portForward": "forward a port to"}
        verb = self.path.split("/")[1]
        if verb in what:
            self._answer(501, NEEDS_A_CONTAINER.format(what=what[verb]))
        else:
            self._answer(404, "404 page not found")

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _logs(self, namespace: str, pod: str, container: str, options: dict[str, str]) -> None:
        try:
            lines = self._read(namespace, pod, container, options)
        except logs.NoLog as problem:
            self._answer(400, str(problem))
            return
        except urllib.error.HTTPError as error:
            self._answer(error.code, f'pod "{pod}" does not exist')
            return
        except OSError as error:
            self._answer(500, f"the API server does not answer: {error}")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        stamped = options.get("timestamps") == "true"
        self._write(_rendered(_selected(lines, options), stamped, int(options.get("limitBytes", 1 << 40))))
        if options.get("follow") == "true":
            told = lines[-1][0] if lines else datetime.min.replace(tzinfo=UTC)
            self._follow(namespace, pod, container, told, stamped)
        self.wfile.write(b"0\r\n\r\n")

    def _read(self, namespace: str, pod: str, container: str, options: dict[str, str]) -> list[logs.Line]:
        previous = options.get("previous") == "true"
        document = self.server.pod(namespace, pod)
        return logs.read(document, container, self.server.catalogue, previous=previous, now=datetime.now(UTC))

    def _follow(self, namespace: str, pod: str, container: str, told: datetime, stamped: bool) -> None:
        """Send the lines that come after ``told`` until the container's run is over or the reader goes away."""
        document: dict[str, Any] = {}
        gone = False
        while not gone:
            time.sleep(0.5)
            try:
                document = self.server.pod(namespace, pod)
            except OSError:
                gone = True  # its last words are still to be sent
            if not document:
                return
            try:
                lines = logs.read(document, container, self.server.catalogue, previous=False, now=datetime.now(UTC))
            except logs.NoLog:
                return
            # by their time, not by their number: of a long log only the last lines are there
            lines = [line for line in lines if line[0] > told]
            self._write(_rendered(lines, stamped))
            told = lines[-1][0] if lines else told
            statuses = document["status"].get("containerStatuses", []) + document["status"].get(
                "initContainerStatuses", []
            )
            if not any(status["name"] == container and "running" in status["state"] for status in statuses):
                return

    def _write(self, chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class calls it so
        pass


def _selected(lines: list[logs.Line], options: dict[str, str]) -> list[logs.Line]:
    """``--since``, ``--since-time`` and ``--tail``, as in PodLogOptions."""
    if "sinceSeconds" in options:
        since = datetime.now(UTC) - timedelta(seconds=int(options["sinceSeconds"]))
        lines = [line for line in lines if line[0] >= since]
    if "sinceTime" in options:
        lines = [line for line in lines if line[0] >= datetime.fromisoformat(options["sinceTime"])]
    if "tailLines" in options:
        tail = int(options["tailLines"])
        lines = lines[-tail:] if tail else []
    return lines


def _rendered(lines: Sequence[logs.Line], stamped: bool, most_bytes: int = 1 << 40) -> Iterator[bytes]:
    for moment, line in lines:
        stamp = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z ") if stamped else ""
        chunk = f"{stamp}{line}\n".encode()[:most_bytes]
        if not chunk:
            return
        most_bytes -= len(chunk)
        yield chunk


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--server", required=True, help="the API server's URL")
    parser.add_argument("--pki", type=Path, required=True, help="the folder of the cluster's certificates")
    parser.add_argument("--images", type=Path, required=True, help="the catalogue of images, as JSON")
    options = parser.parse_args()
    catalogue = json.loads(options.images.read_text(encoding="utf-8"))
    server = NodeApi(options.port, options.server, options.pki, catalogue)
    print(LISTENS, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
