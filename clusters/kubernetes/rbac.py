"""The rights that the kit and its learners need on somebody else's cluster, and which of them are missing.

Checked with SelfSubjectAccessReviews, which every user may create:
https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access.
A RoleBinding to the ClusterRole ``edit``, which every cluster has, grants all of ``NEEDED`` in a namespace.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused, Client

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
READ_VERBS = ("get", "list", "watch")
WRITE_VERBS = (*READ_VERBS, "create", "update", "patch", "delete")
SCALE_VERBS = ("get", "update", "patch")


@dataclass(frozen=True)
class Right:
    """Verbs on a resource, named as in the API; ``resource`` may be a subresource, such as ``pods/log``."""

    group: str
    resource: str
    verbs: tuple[str, ...]

    @property
    def kubectl_resource(self) -> str:
        """The resource as kubectl writes it: ``deployments.apps``."""
        plural, slash, subresource = self.resource.partition("/")
        return f"{plural}{'.' if self.group else ''}{self.group}{slash}{subresource}"


#: Needed in the namespace of a lab. What learners create beyond that is deleted afterwards if the kit may list it.
NEEDED = (
    Right("", "namespaces", ("get",)),
    Right("apps", "deployments", WRITE_VERBS),
    Right("apps", "deployments/scale", SCALE_VERBS),
    Right("apps", "replicasets", WRITE_VERBS),
    Right("apps", "replicasets/scale", SCALE_VERBS),
    Right("", "pods", WRITE_VERBS),
    Right("", "pods/log", ("get",)),
    Right("", "services", WRITE_VERBS),
    Right("", "configmaps", WRITE_VERBS),
    Right("", "secrets", READ_VERBS),
    Right("", "events", READ_VERBS),
    Right("batch", "jobs", WRITE_VERBS),
    Right("batch", "cronjobs", READ_VERBS),
    Right("autoscaling", "horizontalpodautoscalers", READ_VERBS),
    Right("discovery.k8s.io", "endpointslices", READ_VERBS),
    Right("", "serviceaccounts", ("get",)),
)
#: Needed in addition if the kit has to create the namespace.
NAMESPACE_RIGHTS = (Right("", "namespaces", ("create", "delete")),)


def missing(client: Client, namespace: str, rights: Iterable[Right]) -> list[str]:
    """Those of ``rights`` that this user does not have in ``namespace``, such as ``create, delete pods``.

    Raises ClusterUnreachable or ApiRefused.
    """
    pairs = [(right, verb) for right in rights for verb in right.verbs]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: allowed(client, namespace, *pair), pairs))
    refused: dict[str, list[str]] = {}
    for (right, verb), is_allowed in zip(pairs, answers, strict=True):
        if not is_allowed:
            refused.setdefault(right.kubectl_resource, []).append(verb)
    return [f"{', '.join(verbs)} {resource}" for resource, verbs in refused.items()]


def allowed(client: Client, namespace: str, right: Right, verb: str) -> bool:
    """Whether this user may do ``verb`` in ``namespace``; in all namespaces if that is empty."""
    plural, _, subresource = right.resource.partition("/")
    attributes = {"group": right.group, "resource": plural, "subresource": subresource, "verb": verb}
    if plural == "namespaces" and verb != "create":  # the API treats a namespace as an object inside itself
        attributes |= {"namespace": namespace, "name": namespace}
    elif plural != "namespaces":
        attributes["namespace"] = namespace
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    return bool(client.post(REVIEWS, review)["status"]["allowed"])


def subject(client: Client) -> str:
    """The option of ``kubectl create rolebinding`` that names our user; with a placeholder if the cluster refuses."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    try:
        answer = client.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
        name = str(answer["status"]["userInfo"]["username"])
    except (ApiRefused, ClusterUnreachable, KeyError):
        return "--user=YOU"
    account = name.removeprefix("system:serviceaccount:")
    return f"--user={name}" if account == name else f"--serviceaccount={account}"
