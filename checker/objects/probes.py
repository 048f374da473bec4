"""Read what a probe asks, and predict the answer of the program in its container.

The request is that of the kubelet (pkg/kubelet/prober and pkg/probe of the version that the kit runs). The answer
follows from what the image of the program serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from driftlab.checker.objects.containers import Container, container
from driftlab.checker.objects.reason import Reason, reason
from driftlab.checker.objects.templates import PROBE_DEFAULTS
from driftlab.checker.objects.views import Object


class Program(NamedTuple):
    """What a program serves over plain HTTP at its Pod's address. It answers the paths in ``routes`` with success."""

    port: int
    routes: frozenset[str]


@dataclass(frozen=True)
class Probe:
    """What a probe does. ``kind``: http, https, tcp, grpc, exec, or empty.

    ``host`` is empty if the probe asks its own Pod. ``port`` is 0 if it names a port that the container does not have.
    ``words`` are the command of exec, the HTTP headers, or the gRPC service. Times are in seconds.
    """

    kind: str
    host: str = ""
    port: int = 0
    path: str = ""
    words: tuple[str, ...] = ()
    after_s: int = 0
    period_s: int = 10
    timeout_s: int = 1
    failures: int = 3
    successes: int = 1
    grace_s: int | None = None

    @property
    def asks_the_program(self) -> bool:
        """Whether it asks over the network at the Pod's own address.

        A command does not count: its success does not prove that the program answers.
        """
        return self.kind in ("http", "https", "tcp", "grpc") and not self.host

    @property
    def patience_s(self) -> int:
        """For how long it may fail in a row before the kubelet acts."""
        return self.failures * self.period_s

    def fails(self, program: Program) -> Reason | None:
        """Why ``program`` never answers it with success, in a few words; None if it does when it is ready."""
        if not self.asks_the_program:
            return reason("asks-another-host", host=self.host) if self.host else reason("asks-no-program")
        if self.kind in ("https", "grpc"):
            return reason("asks-over-https") if self.kind == "https" else reason("asks-over-grpc")
        if self.kind == "http" and (self.port != program.port or self.path not in program.routes):
            return reason("asks-path", path=self.path, port=self.port)
        return reason("asks-port", port=self.port) if self.port != program.port else None


def probe(of: Object, kind: str, name: str = "") -> Probe | None:
    """The container's ``livenessProbe``, ``readinessProbe`` or ``startupProbe``; None if it has none.

    Two probes are equal if they do the same: a port by name or by number, a default that is written down or left out.
    https://kubernetes.io/docs/concepts/workloads/pods/probes/
    """
    owner = container(of, name)
    found = owner.get(kind)
    return _read(found, owner) if found else None


def same_probe(before: Object, after: Object, kind: str, name: str = "") -> bool:
    """Whether the probe of this ``kind`` does the same as before, or is missing as before.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
    """
    return probe(before, kind, name) == probe(after, kind, name)


def _read(raw: Mapping[str, Any], owner: Container) -> Probe:
    fields = {**PROBE_DEFAULTS, **{key: value for key, value in raw.items() if value is not None}}
    kind, host, port, path, words = _request(raw, owner)
    return Probe(
        kind,
        host,
        port,
        path,
        words,
        after_s=int(fields["initialDelaySeconds"]),
        period_s=int(fields["periodSeconds"]),
        timeout_s=int(fields["timeoutSeconds"]),
        failures=int(fields["failureThreshold"]),
        successes=int(fields["successThreshold"]),
        grace_s=fields.get("terminationGracePeriodSeconds"),
    )


def _request(raw: Mapping[str, Any], owner: Container) -> tuple[str, str, int, str, tuple[str, ...]]:
    if http := raw.get("httpGet"):
        # parsed as by net/url: the path may be escaped, and have a query
        path = unquote(urlsplit(http.get("path") or "/").path)
        headers = tuple(f"{header['name']}: {header.get('value', '')}" for header in http.get("httpHeaders") or ())
        kind = str(http.get("scheme") or "HTTP").lower()
        return kind, http.get("host") or "", _port(http["port"], owner), f"/{path.removeprefix('/')}", headers
    if tcp := raw.get("tcpSocket"):
        return "tcp", tcp.get("host") or "", _port(tcp["port"], owner), "", ()
    if grpc := raw.get("grpc"):
        return "grpc", "", int(grpc["port"]), "", (grpc.get("service") or "",)
    if command := raw.get("exec"):
        return "exec", "", 0, "", tuple(command.get("command") or ())
    return "", "", 0, "", ()


def _port(reference: int | str, owner: Container) -> int:
    """The port by its number, or by its name in the container's ``ports``; 0 if there is no such name."""
    by_name = {port.get("name"): int(port["containerPort"]) for port in owner.get("ports") or ()}
    return by_name.get(reference) or (int(reference) if str(reference).isdecimal() else 0)
