"""Delete what learners have created in a namespace, and keep what existed before."""

from collections.abc import Collection, Iterator
from typing import Any

from driftlab.clusters.kubernetes.client import ApiRefused, Client
from driftlab.clusters.waiting import wait_for

Item = dict[str, Any]

#: Paths of the workloads, owners before what they own: an owner would create its Pods again.
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
#: Paths of the other objects that are deleted until none is left.
CLEARED = (
    "/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers",
    "/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets",
    "/api/v1/namespaces/{namespace}/services",
    "/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses",
    "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
    "/api/v1/namespaces/{namespace}/persistentvolumeclaims",
    "/api/v1/namespaces/{namespace}/secrets",
)
#: Kinds of which the cluster creates objects in every namespace, with the names in ``CREATED_BY_CLUSTER``.
SHARED = ("/api/v1/namespaces/{namespace}/configmaps", "/api/v1/namespaces/{namespace}/serviceaccounts")
CREATED_BY_CLUSTER = {"kube-root-ca.crt", "default"}

#: Kinds that may stand for a resource outside the cluster, such as a load balancer. Their finalizers are left to the
#: controllers that set them, because these delete that resource.
EXTERNAL = ("services", "ingresses", "persistentvolumeclaims")
#: Finalizers that the cluster's own controllers remove:
#: https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
CLUSTER_FINALIZERS = {"foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking"}

#: The cluster creates Secrets with this annotation, and would create them again.
SERVICE_ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name"

#: So many names at most are excluded in one request, to limit the length of its URL.
MAX_EXCLUDED = 20

#: Objects with this label are never deleted.
KEEP_LABEL = "driftlab.dev/keep"


def clear(client: Client, namespace: str, kept_uids: Collection[str] = ()) -> None:
    """Delete what learners have created in ``namespace``, but not the objects with ``kept_uids``.

    Objects that are created again meanwhile are deleted again. Kinds that we may not list are left out.
    Raises ClusterNotReady if the namespace is not empty after 90 s.
    """

    remaining = [*CLEARED]  # a controller may create workloads again, but none of these: they are listed until empty

    def empty() -> bool:
        found = [template for template in (*WORKLOADS, *remaining) if _delete(client, namespace, template, kept_uids)]
        remaining[:] = [template for template in remaining if template in found]
        return not found

    wait_for(empty, f"the namespace {namespace} to be empty", timeout_s=90)
    for template in SHARED * 2:  # the second time removes finalizers from what the first time deleted
        _delete(client, namespace, template, kept_uids)
    _delete_all(client, f"/api/v1/namespaces/{namespace}/events")


def contents(client: Client, namespace: str) -> Iterator[tuple[str, Item]]:
    """The objects in ``namespace`` that we may list, each with the path template of its kind."""
    for template in (*WORKLOADS, *CLEARED, *SHARED):
        for item in _list(client, template.format(namespace=namespace)):
            yield template, item


def _delete(client: Client, namespace: str, template: str, kept_uids: Collection[str]) -> int:
    """Request the deletion of a kind's objects. Returns how many there were to delete."""
    path = template.format(namespace=namespace)
    items = _list(client, path)
    to_delete = [item for item in items if not is_kept(template, item, kept_uids)]
    kept_names = [item["metadata"]["name"] for item in items if is_kept(template, item, kept_uids)]
    if to_delete and not (len(kept_names) <= MAX_EXCLUDED and _delete_all(client, path, kept_names)):
        for item in to_delete:
            _delete_one(client, f"{path}/{item['metadata']['name']}")
    for item in to_delete:
        _remove_finalizers(client, path, item)
    return len(to_delete)


def _remove_finalizers(client: Client, path: str, item: Item) -> None:
    """Remove a learner's finalizers from an object that is being deleted."""
    metadata = item["metadata"]
    finalizers = metadata.get("finalizers") or []
    kept = [name for name in finalizers if name in CLUSTER_FINALIZERS]
    if not metadata.get("deletionTimestamp") or kept == finalizers or path.endswith(EXTERNAL):
        return
    try:
        client.patch(f"{path}/{metadata['name']}", {"metadata": {"finalizers": kept, "uid": metadata["uid"]}})
    except ApiRefused as refusal:
        if refusal.status not in (404, 409):  # deleted meanwhile, or replaced by an object with the same name
            raise


def is_kept(template: str, item: Item, kept_uids: Collection[str] = ()) -> bool:
    """Whether ``item`` must not be deleted: it is in ``kept_uids``, marked by ``KEEP_LABEL``, or the cluster's."""
    metadata = item["metadata"]
    return (
        metadata["uid"] in kept_uids
        or KEEP_LABEL in (metadata.get("labels") or {})
        or SERVICE_ACCOUNT_ANNOTATION in (metadata.get("annotations") or {})
        or (template in SHARED and metadata["name"] in CREATED_BY_CLUSTER)
    )


def _list(client: Client, path: str) -> list[Item]:
    try:
        items: list[Item] = client.get(path)["items"]
    except ApiRefused as refusal:
        if refusal.status in (403, 404):  # we may not list them, or this cluster does not have the kind
            return []
        raise
    return items


def _delete_all(client: Client, path: str, excluded: Collection[str] = ()) -> bool:
    """Delete all objects at ``path`` except the ``excluded`` names in one request. False if we may not."""
    selector = {"fieldSelector": ",".join(f"metadata.name!={name}" for name in excluded)} if excluded else {}
    try:
        client.delete(path, gracePeriodSeconds="0", propagationPolicy="Background", **selector)
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
