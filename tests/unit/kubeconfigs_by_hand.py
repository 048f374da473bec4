"""Kubeconfigs made by hand."""

from typing import Any

from driftlab.clusters.kubernetes import kubeconfig

Document = dict[str, Any]


def config(*names: str, server: str = "https://127.0.0.1:1", **user: Any) -> Document:
    return {
        "clusters": [{"name": f"c-{name}", "cluster": {"server": server}} for name in names],
        "users": [{"name": f"u-{name}", "user": user or {"token": name}} for name in names],
        "contexts": [{"name": name, "context": {"cluster": f"c-{name}", "user": f"u-{name}"}} for name in names],
    }


def usual() -> kubeconfig.Kubeconfig:
    return kubeconfig.read(kubeconfig.default_files())
