"""The configuration of a cluster's components: their command lines, and the files that these name.

All components listen on loopback only. They run in the cluster's folder, but their arguments are absolute paths,
because the processes of a cluster are found by these. The one exception is the socket of the node program: its absolute
path could exceed the limit for Unix sockets (107 bytes).

The network of Nodes and Pods is simulated by the node program; the API server reaches it through an egress selector:
https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftlab.clusters.programs.pins import KUBERNETES

COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "driftlab-node")

#: The number of worker Nodes, and the capacity of each: small, so that labs can show a request that is too large.
NODES, CPUS, MEMORY = 3, "2", "4Gi"
WORKERS = tuple(f"worker{number if number > 1 else ''}" for number in range(1, NODES + 1))

#: The names of the ports that the components of one cluster listen on. A Node's port is that of its kubelet.
PORTS = ("kube-apiserver", "etcd", "etcd-peer", "kube-controller-manager", "kube-scheduler", *WORKERS)

SERVICES = "10.96.0.0/16"
API_SERVICE, DNS = "10.96.0.1", "10.96.0.10"

#: The addresses of the API server and of the Nodes in the simulated network: from ranges for documentation (RFC 5737).
CONTROL_PLANE, ADDRESSES = "198.51.100.1", "203.0.113.{}"

EGRESS_SOCKET = "egress.sock"

#: Far more than a lab needs. A script that creates ConfigMaps in a loop gets an error before it fills the disk.
STORE_BYTES = 1 << 30


@dataclass(frozen=True)
class Configuration:
    """The configuration of one cluster: its folder, its name and its ports by their names in ``PORTS``.

    ``audit_policy``: an audit policy of Kubernetes; with it, the API server writes an audit log.
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
        """The content of each file that does not contain certificates, by its name."""
        return {
            "ports.json": json.dumps(self.ports),
            "node.json": json.dumps(self._node_program(), indent=1),
            "egress.json": json.dumps(_egress_selection()),
            "kube-controller-manager.kubeconfig": json.dumps(self._component_kubeconfig("controller-manager")),
            "kube-scheduler.kubeconfig": json.dumps(self._component_kubeconfig("scheduler")),
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

    def _component_kubeconfig(self, name: str) -> dict[str, Any]:
        authority = {"certificate-authority": str(self.pki / "ca.crt")}
        user = {"client-certificate": str(self.pki / f"{name}.crt"), "client-key": str(self.pki / f"{name}.key")}
        return self._kubeconfig(name, authority, user)

    def owner_kubeconfig(self) -> str:
        """A kubeconfig with all rights. It contains its certificates, so that it can be copied without other files."""

        def data(file: str) -> str:
            return base64.b64encode((self.pki / file).read_bytes()).decode()

        authority = {"certificate-authority-data": data("ca.crt")}
        user = {"client-certificate-data": data("admin.crt"), "client-key-data": data("admin.key")}
        return json.dumps(self._kubeconfig("owner", authority, user), indent=1)

    def _kubeconfig(self, user_name: str, authority: dict[str, str], user: dict[str, str]) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.name,
            "clusters": [{"name": self.name, "cluster": {"server": self.server, **authority}}],
            "users": [{"name": user_name, "user": user}],
            "contexts": [{"name": self.name, "context": {"cluster": self.name, "user": user_name}}],
        }

    # ---- command lines

    def pki_arguments(self) -> list[str]:
        """The arguments with which ``driftlab-node`` creates the certificates."""
        nodes = [f"--node={node['name']}={node['address']}" for node in self.nodes()]
        return ["pki", f"--folder={self.pki}", f"--service-ip={API_SERVICE}", *nodes]

    def arguments(self) -> dict[str, list[str]]:
        """The arguments of each component, without its program."""
        return {
            "etcd": _flags(self._etcd()),
            "kube-apiserver": _flags(self._kube_apiserver()),
            "kube-controller-manager": _flags(self._kube_controller_manager()),
            "kube-scheduler": _flags(self._controller("scheduler")),
            "driftlab-node": ["run", *_flags({"config": self.folder / "node.json"})],
        }

    def _etcd(self) -> dict[str, object]:
        client, peer = (f"https://127.0.0.1:{self.ports[name]}" for name in ("etcd", "etcd-peer"))
        pair = {"cert-file": self.pki / "etcd.crt", "key-file": self.pki / "etcd.key"}
        tls = {**pair, "trusted-ca-file": self.pki / "etcd-ca.crt", "client-cert-auth": True}
        return {
            "name": "driftlab",
            "data-dir": self.folder / "etcd",
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"driftlab={peer}",
            **tls,
            **{f"peer-{name}": value for name, value in tls.items()},
            # data survives the end of etcd, but not a crash of the machine: acceptable for a throwaway cluster
            "unsafe-no-fsync": True,
            "quota-backend-bytes": STORE_BYTES,
            # the default of 5,000 changes in memory is for other members that must catch up; there are none
            "snapshot-catchup-entries": 100,
        }

    def _kube_apiserver(self) -> dict[str, object]:
        pki = self.pki
        audit = {"audit-policy-file": self.audit_policy, "audit-log-path": self.folder / "logs" / "audit.log"}
        return {
            "bind-address": "127.0.0.1",
            "secure-port": self.ports["kube-apiserver"],
            # how Pods reach it: not an address of the host, which may have none; a loopback address is refused
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
            # not needed in a throwaway cluster, and costs start-up time and memory
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
            "allocate-node-cidrs": False,  # the node program sets the Pod addresses of its Nodes
        }

    def _controller(self, name: str) -> dict[str, object]:
        """The flags that the controller manager and the scheduler have in common."""
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
    node_program = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": EGRESS_SOCKET}}}
    direct = {"proxyProtocol": "Direct"}
    connections = {"cluster": node_program, "controlplane": direct, "etcd": direct}
    return {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [{"name": name, "connection": connection} for name, connection in connections.items()],
    }


def _flags(values: Mapping[str, object]) -> list[str]:
    return [f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in values.items()]
