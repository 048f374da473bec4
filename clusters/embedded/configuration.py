"""What the components of a cluster are told: their command lines, and the files that these name.

Everything listens on loopback. Every program runs in the cluster's folder, but names files by absolute paths: by these,
the processes of a cluster are found again. The one exception is the socket of the node program, whose absolute path
could be longer than a Unix socket's may be (107 bytes).

The network that Nodes and Pods believe in exists in the node program only; the API server gets there by an egress
selector: https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftlab.clusters.programs.pins import KUBERNETES

COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "driftlab-node")

#: Worker Nodes, and what each can hold: small enough for a request to be too big.
NODES, CPUS, MEMORY = 3, "2", "4Gi"
WORKERS = tuple(f"worker{number if number > 1 else ''}" for number in range(1, NODES + 1))

#: Every port that the components of one cluster listen on: each Node's is its kubelet's.
PORTS = ("kube-apiserver", "etcd", "etcd-peer", "kube-controller-manager", "kube-scheduler", *WORKERS)

SERVICES = "10.96.0.0/16"
SERVICE_OF_THE_API, DNS = "10.96.0.1", "10.96.0.10"

#: Where the API server and the Nodes are in that network: in ranges that are nobody's (RFC 5737).
CONTROL_PLANE, ADDRESSES = "198.51.100.1", "203.0.113.{}"

EGRESS_SOCKET = "egress.sock"

#: Far more than a lesson needs; a runaway loop of ConfigMaps ends with an error, not with a full disk.
STORE_BYTES = 1 << 30


@dataclass(frozen=True)
class Configuration:
    """One cluster: where it lies, its name and its ports, each by its name in ``PORTS``.

    ``audit_policy``: where the API server is to note who did what, by which policy.
    """

    folder: Path
    name: str
    ports: Mapping[str, int]
    audit_policy: Path | None = None

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self.ports['kube-apiserver']}"

    @property
    def images(self) -> Path:
        return self.folder / "images.json"

    def nodes(self) -> list[dict[str, Any]]:
        return [
            {
                "name": f"{self.name}-{worker}",
                "address": ADDRESSES.format(number + 1),
                "pods": f"10.244.{4 * number}.0/22",
                "port": self.ports[worker],
            }
            for number, worker in enumerate(WORKERS, 1)
        ]

    # ---- files

    def files(self) -> dict[str, str]:
        """The text of each file that needs no certificate, by its name."""
        return {
            "ports.json": json.dumps(self.ports),
            "node.json": json.dumps(self._node_program(), indent=1),
            "egress.json": json.dumps(_egress_selection()),
            "kube-controller-manager.kubeconfig": json.dumps(self._kubeconfig_of("controller-manager")),
            "kube-scheduler.kubeconfig": json.dumps(self._kubeconfig_of("scheduler")),
        }

    def _node_program(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder / "node"),
            "server": self.server,
            "server_address": CONTROL_PLANE,
            "pki": str(self.pki),
            "images": str(self.images),
            "egress_socket": EGRESS_SOCKET,
            "version": f"v{KUBERNETES}",
            "service_cidr": SERVICES,
            "dns": DNS,
            "cpus": CPUS,
            "memory": MEMORY,
            "nodes": self.nodes(),
        }

    def _kubeconfig_of(self, who: str) -> dict[str, Any]:
        authority = {"certificate-authority": str(self.pki / "ca.crt")}
        user = {"client-certificate": str(self.pki / f"{who}.crt"), "client-key": str(self.pki / f"{who}.key")}
        return self._kubeconfig(who, authority, user)

    def owners_kubeconfig(self) -> str:
        """All rights. Its certificates are in it: whoever has the file needs no other."""

        def data(file: str) -> str:
            return base64.b64encode((self.pki / file).read_bytes()).decode()

        authority = {"certificate-authority-data": data("ca.crt")}
        user = {"client-certificate-data": data("admin.crt"), "client-key-data": data("admin.key")}
        return json.dumps(self._kubeconfig("owner", authority, user), indent=1)

    def _kubeconfig(self, who: str, authority: dict[str, str], user: dict[str, str]) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.name,
            "clusters": [{"name": self.name, "cluster": {"server": self.server, **authority}}],
            "users": [{"name": who, "user": user}],
            "contexts": [{"name": self.name, "context": {"cluster": self.name, "user": who}}],
        }

    # ---- command lines

    def pki_arguments(self) -> list[str]:
        """For ``driftlab-node``: make the certificates."""
        named = [f"--node={node['name']}={node['address']}" for node in self.nodes()]
        return ["pki", f"--folder={self.pki}", f"--service-ip={SERVICE_OF_THE_API}", *named]

    def arguments(self) -> dict[str, list[str]]:
        """Each component's, without its program."""
        return {
            "etcd": _flags(self._etcd()),
            "kube-apiserver": _flags(self._kube_apiserver()),
            "kube-controller-manager": _flags(self._kube_controller_manager()),
            "kube-scheduler": _flags(self._controller("scheduler")),
            "driftlab-node": ["run", *_flags({"config": self.folder / "node.json"})],
        }

    def _etcd(self) -> dict[str, object]:
        own, peer = (f"https://127.0.0.1:{self.ports[name]}" for name in ("etcd", "etcd-peer"))
        pair = {"cert-file": self.pki / "etcd.crt", "key-file": self.pki / "etcd.key"}
        tls = {**pair, "trusted-ca-file": self.pki / "etcd-ca.crt", "client-cert-auth": True}
        return {
            "name": "driftlab",
            "data-dir": self.folder / "etcd",
            "listen-client-urls": own,
            "advertise-client-urls": own,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"driftlab={peer}",
            **tls,
            **{f"peer-{name}": value for name, value in tls.items()},
            # whatever ends, etcd's data is with the system; if that ends, too, a throwaway cluster may be lost
            "unsafe-no-fsync": True,
            "quota-backend-bytes": STORE_BYTES,
            # there is no other member that could want to catch up: why keep 5,000 changes in memory?
            "snapshot-catchup-entries": 100,
        }

    def _kube_apiserver(self) -> dict[str, object]:
        pki = self.pki
        audit = {"audit-policy-file": self.audit_policy, "audit-log-path": self.folder / "logs" / "audit.log"}
        return {
            "bind-address": "127.0.0.1",
            "secure-port": self.ports["kube-apiserver"],
            # where Pods find it: not an address of the host, which may have none, and no loopback, which is refused
            "advertise-address": CONTROL_PLANE,
            "tls-cert-file": pki / "apiserver.crt",
            "tls-private-key-file": pki / "apiserver.key",
            "client-ca-file": pki / "ca.crt",
            "token-auth-file": self.folder / "tokens.csv",
            "authorization-mode": "Node,RBAC",
            "enable-admission-plugins": "NodeRestriction",
            "allow-privileged": True,
            "etcd-servers": f"https://127.0.0.1:{self.ports['etcd']}",
            "etcd-cafile": pki / "etcd-ca.crt",
            "etcd-certfile": pki / "apiserver-etcd-client.crt",
            "etcd-keyfile": pki / "apiserver-etcd-client.key",
            "service-cluster-ip-range": SERVICES,
            "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
            "service-account-key-file": pki / "sa.pub",
            "service-account-signing-key-file": pki / "sa.key",
            "egress-selector-config-file": self.folder / "egress.json",
            "kubelet-certificate-authority": pki / "ca.crt",
            "kubelet-client-certificate": pki / "apiserver-kubelet-client.crt",
            "kubelet-client-key": pki / "apiserver-kubelet-client.key",
            "kubelet-preferred-address-types": "InternalIP",
            "proxy-client-cert-file": pki / "front-proxy-client.crt",
            "proxy-client-key-file": pki / "front-proxy-client.key",
            "requestheader-client-ca-file": pki / "front-proxy-ca.crt",
            "requestheader-allowed-names": "front-proxy-client",
            "requestheader-username-headers": "X-Remote-User",
            "requestheader-group-headers": "X-Remote-Group",
            "requestheader-extra-headers-prefix": "X-Remote-Extra-",
            # a throwaway cluster has no use for it, and it costs start-up time and memory
            "profiling": False,
            **(audit if self.audit_policy else {}),
        }

    def _kube_controller_manager(self) -> dict[str, object]:
        return {
            **self._controller("controller-manager"),
            "use-service-account-credentials": True,
            "root-ca-file": self.pki / "ca.crt",
            "service-account-private-key-file": self.pki / "sa.key",
            "cluster-signing-cert-file": self.pki / "ca.crt",
            "cluster-signing-key-file": self.pki / "ca.key",
            "allocate-node-cidrs": False,  # Nodes bring their addresses
        }

    def _controller(self, name: str) -> dict[str, object]:
        """What the controller manager and the scheduler have in common."""
        component = f"kube-{name}"
        return {
            "kubeconfig": self.folder / f"{component}.kubeconfig",
            "bind-address": "127.0.0.1",
            "secure-port": self.ports[component],
            "tls-cert-file": self.pki / f"{name}.crt",
            "tls-private-key-file": self.pki / f"{name}.key",
            "authorization-always-allow-paths": "/healthz,/readyz,/livez,/metrics",
            "leader-elect": False,
            "profiling": False,
            "kube-api-qps": 100,
            "kube-api-burst": 200,
        }


def _egress_selection() -> dict[str, Any]:
    through_the_node_program = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": EGRESS_SOCKET}}}
    direct = {"proxyProtocol": "Direct"}
    ways = {"cluster": through_the_node_program, "controlplane": direct, "etcd": direct}
    return {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [{"name": name, "connection": way} for name, way in ways.items()],
    }


def _flags(values: Mapping[str, object]) -> list[str]:
    return [f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in values.items()]
