"""Throwaway Kubernetes clusters: one small interface, several engines.

>>> from driftlab.clusters import open_cluster
>>> with open_cluster("embedded", "scratch", owned=True) as cluster:   # doctest: +SKIP
...     print(cluster.status().phase)
ready
"""

from driftlab import __version__

__all__ = ["Availability", "Cluster", "DriftlabError", "Status", "__version__", "open_cluster"]


def __getattr__(name: str) -> object:
    # imported when used, because `driftlab --help` and pytest runs without a cluster do not need these modules
    if name in ("Availability", "Cluster", "Status"):
        from driftlab.clusters import cluster

        return getattr(cluster, name)
    if name == "open_cluster":
        from driftlab.clusters.registry import open_cluster

        return open_cluster
    if name == "DriftlabError":
        from driftlab.clusters.errors import DriftlabError

        return DriftlabError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
