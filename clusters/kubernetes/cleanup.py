"""Empty a namespace that learners work in, and leave what was there before them."""

from collections.abc import Collection, Iterator
from typing import Any

from driftlab.clusters.kubernetes.client import ApiRefused, Client
from driftlab.clusters.waiting import wait_for

Item = dict[str, Any]

#: What runs Pods, and they themselves, in this order: owners first, so that they put nothing back.
WORKLOADS = (
    "/apis/batch/v1/namespaces/{namespace}/cronjobs",
    "/apis/batch/v1/namespaces/{namespace}/jobs",
    "/apis/apps/v1/namespaces/{namespace}/deployments",
    "/apis/apps/v1/namespaces/{namespace}/statefulsets",
    "/apis/apps/v1/namespaces/{namespace}/daemonsets",
    "/apis/apps/v1/namespaces/{namespace}/replicasets",
    "/api/v1/namespaces/{namespace}/replicationcontrollers",
    "/api/v1/namespaces/{namespace}/pods",
)
#: What else is taken away until nothing is left of it.
CLEARED = (
    "/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers",
    "/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets",
    "/api/v1/namespaces/{namespace}/services",
    "/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses",
    "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
    "/api/v1/namespaces/{namespace}/persistentvolumeclaims",
    "/api/v1/namespaces/{namespace}/secrets",
)
#: What the cluster, too, puts into every namespace, and so is taken away once: all but these.
SHARED = ("/api/v1/namespaces/{namespace}/configmaps", "/api/v1/namespaces/{namespace}/serviceaccounts")
OF_THE_CLUSTER = {"kube-root-ca.crt", "default"}

#: What stands for something outside the cluster, such as a load balancer: whoever put a finalizer there takes it away.
OUTSIDE = ("services", "ingresses", "persistentvolumeclaims")
#: Finalizers that the cluster's own controllers take away:
#: https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
FINALIZERS_OF_THE_CLUSTER = {"foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking"}

#: Secrets with this annotation are made by the cluster, and would be made again.
OF_A_SERVICE_ACCOUNT = "kubernetes.io/service-account.name"

#: So many names that are kept can be left out of one request; more would make it long.
FEW = 20

#: What carries this label stays, whoever made it.
KEEP = "driftlab.dev/keep"


def clear(client: Client, namespace: str, kept: Collection[str] = ()) -> None:
    """Delete what learners have put into ``namespace``; not the objects whose UIDs are in ``kept``.

    Objects that come back meanwhile are deleted again. Kinds that we may not see are left out.
    """

    left = [*CLEARED]  # workloads may be put back by somebody who has not noticed yet; these are not

    def empty() -> bool:
        found = [template for template in (*WORKLOADS, *left) if _delete(client, namespace, template, kept)]
        left[:] = [template for template in left if template in found]
        return not found

    wait_for(empty, f"the namespace {namespace} to be empty", timeout_s=90)
    for template in SHARED * 2:  # the second time, what a finalizer held
        _delete(client, namespace, template, kept)
    _delete_all(client, f"/api/v1/namespaces/{namespace}/events")


def contents(client: Client, namespace: str) -> Iterator[tuple[str, Item]]:
    """What is in ``namespace``, as far as we may see it, each with where it is."""
    for template in (*WORKLOADS, *CLEARED, *SHARED):
        for item in _list(client, template.format(namespace=namespace)):
            yield template, item


def _delete(client: Client, namespace: str, template: str, kept: Collection[str]) -> int:
    """How many there were that had to be deleted."""
    path = template.format(namespace=namespace)
    everything = _list(client, path)
    doomed = [item for item in everything if not stays(template, item, kept)]
    staying = [item["metadata"]["name"] for item in everything if stays(template, item, kept)]
    if doomed and not (len(staying) <= FEW and _delete_all(client, path, staying)):
        for item in doomed:
            _delete_one(client, f"{path}/{item['metadata']['name']}")
    for item in doomed:
        _let_go(client, path, item)
    return len(doomed)


def _let_go(client: Client, path: str, item: Item) -> None:
    """Take away the finalizers by which a learner keeps an object that is to go."""
    metadata = item["metadata"]
    finalizers = metadata.get("finalizers") or []
    kept = [one for one in finalizers if one in FINALIZERS_OF_THE_CLUSTER]
    if not metadata.get("deletionTimestamp") or kept == finalizers or path.endswith(OUTSIDE):
        return
    try:
        client.patch(f"{path}/{metadata['name']}", {"metadata": {"finalizers": kept, "uid": metadata["uid"]}})
    except ApiRefused as refusal:
        if refusal.status not in (404, 409):  # gone meanwhile, or another one of the same name
            raise


def stays(template: str, item: Item, kept: Collection[str] = ()) -> bool:
    """Is this not a learner's, to be deleted?"""
    metadata = item["metadata"]
    return (
        metadata["uid"] in kept
        or KEEP in (metadata.get("labels") or {})
        or OF_A_SERVICE_ACCOUNT in (metadata.get("annotations") or {})
        or (template in SHARED and metadata["name"] in OF_THE_CLUSTER)
    )


def _list(client: Client, path: str) -> list[Item]:
    try:
        items: list[Item] = client.get(path)["items"]
    except ApiRefused as refusal:
        if refusal.status in (403, 404):  # we may not see them, or this cluster does not know them
            return []
        raise
    return items


def _delete_all(client: Client, path: str, but: Collection[str] = ()) -> bool:
    """Delete a whole list ``but`` these names in one request; False where that is not ours to do."""
    chosen = {"fieldSelector": ",".join(f"metadata.name!={name}" for name in but)} if but else {}
    try:
        client.delete(path, gracePeriodSeconds="0", propagationPolicy="Background", **chosen)
    except ApiRefused as refusal:
        if refusal.status == 403:
            return False
        raise
    return True


def _delete_one(client: Client, path: str) -> None:
    try:
        client.delete(path, gracePeriodSeconds="0", propagationPolicy="Background")
    except ApiRefused as refusal:
        if refusal.status != 404:
            raise
