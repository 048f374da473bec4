"""What a probe asks, and what it would hear from the program in its container.

The question is the kubelet's (pkg/kubelet/prober and pkg/probe of the version that the kit runs); what a program
answers is known from what its image serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from driftlab.checker.objects.containers import Container, container
from driftlab.checker.objects.templates import PROBE_DEFAULTS
from driftlab.checker.objects.views import Object


class Program(NamedTuple):
    """What a program serves, in plain HTTP at its Pod's address: the ``routes`` that it answers with success."""

    port: int
    routes: frozenset[str]


@dataclass(frozen=True)
class Probe:
    """A probe by what it does. ``kind``: http, https, tcp, grpc, exec, or nothing.

    ``host`` is empty where it asks the Pod itself, ``port`` is 0 where it names a port that the container does not
    have, ``words`` are the command of exec and what else is sent. Times are in seconds.
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
        """Over the network, at the Pod's own address? A command that succeeds says nothing about who answers."""
        return self.kind in ("http", "https", "tcp", "grpc") and not self.host

    @property
    def patience_s(self) -> int:
        """For how long it may fail in a row before somebody acts on it."""
        return self.failures * self.period_s

    def fails(self, program: Program) -> str:
        """Why ``program`` never answers it with success, in a few words; empty where it does once it is ready."""
        if not self.asks_the_program:
            return f"asks {self.host}, and not the Pod" if self.host else "does not ask the program"
        if self.kind in ("https", "grpc"):
            return "asks over HTTPS" if self.kind == "https" else "asks over gRPC"
        if self.port != program.port:
            return f"asks {self.path} on port {self.port}" if self.kind == "http" else f"asks port {self.port}"
        if self.kind == "http" and self.path not in program.routes:
            return f"asks {self.path} on port {self.port}"
        return ""


def probe(of: Object, kind: str, name: str = "") -> Probe | None:
    """What the container's ``livenessProbe``, ``readinessProbe`` or ``startupProbe`` does; None where there is none.

    Two are equal where they do the same: a port by its name or by its number, a default written down or left out.
    https://kubernetes.io/docs/concepts/workloads/pods/probes/
    """
    one = container(of, name)
    found = one.get(kind)
    return _read(found, one) if found else None


def same_probe(before: Object, after: Object, kind: str, name: str = "") -> bool:
    """Does the probe of this ``kind`` do the same as before, or is there none, as before?

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
    """
    return probe(before, kind, name) == probe(after, kind, name)


def _read(found: Mapping[str, Any], one: Container) -> Probe:
    said = {**PROBE_DEFAULTS, **{key: value for key, value in found.items() if value is not None}}
    kind, host, port, path, words = _question(found, one)
    return Probe(
        kind,
        host,
        port,
        path,
        words,
        after_s=int(said["initialDelaySeconds"]),
        period_s=int(said["periodSeconds"]),
        timeout_s=int(said["timeoutSeconds"]),
        failures=int(said["failureThreshold"]),
        successes=int(said["successThreshold"]),
        grace_s=said.get("terminationGracePeriodSeconds"),
    )


def _question(found: Mapping[str, Any], one: Container) -> tuple[str, str, int, str, tuple[str, ...]]:
    if http := found.get("httpGet"):
        # as net/url reads it: a path may be escaped, and have a query
        path = unquote(urlsplit(http.get("path") or "/").path)
        headers = tuple(f"{header['name']}: {header.get('value', '')}" for header in http.get("httpHeaders") or ())
        kind = str(http.get("scheme") or "HTTP").lower()
        return kind, http.get("host") or "", _port(http["port"], one), f"/{path.removeprefix('/')}", headers
    if tcp := found.get("tcpSocket"):
        return "tcp", tcp.get("host") or "", _port(tcp["port"], one), "", ()
    if grpc := found.get("grpc"):
        return "grpc", "", int(grpc["port"]), "", (grpc.get("service") or "",)
    if command := found.get("exec"):
        return "exec", "", 0, "", tuple(command.get("command") or ())
    return "", "", 0, "", ()


def _port(said: int | str, one: Container) -> int:
    """By its number, or by the name that the container's ``ports`` give it; 0 where there is no such name."""
    named = {port.get("name"): int(port["containerPort"]) for port in one.get("ports") or ()}
    return named.get(said) or (int(said) if str(said).isdecimal() else 0)
