"""The rights that the kit and its learners need on a cluster of somebody else's, and which of them are missing.

Asked with SelfSubjectAccessReviews, which everybody may make:
https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access.
The ClusterRole ``edit``, which every cluster has, bound in the namespace, gives all of ``NEEDED``.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused, Client

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
LOOK = ("get", "list", "watch")
WORK = (*LOOK, "create", "update", "patch", "delete")
SCALE = ("get", "update", "patch")


@dataclass(frozen=True)
class Right:
    """Verbs on a resource, in the API's own words; ``resource`` may be a subresource, such as ``pods/log``."""

    group: str
    resource: str
    verbs: tuple[str, ...]

    @property
    def of(self) -> str:
        """As kubectl writes it: ``deployments.apps``."""
        plural, slash, subresource = self.resource.partition("/")
        return f"{plural}{'.' if self.group else ''}{self.group}{slash}{subresource}"


#: In the namespace of a lab. What else a learner may do there, such as Jobs, is cleared away where it can be seen.
NEEDED = (
    Right("", "namespaces", ("get",)),
    Right("apps", "deployments", WORK),
    Right("apps", "deployments/scale", SCALE),
    Right("apps", "replicasets", WORK),
    Right("apps", "replicasets/scale", SCALE),
    Right("", "pods", WORK),
    Right("", "pods/log", ("get",)),
    Right("", "services", WORK),
    Right("", "configmaps", WORK),
    Right("", "secrets", LOOK),
    Right("", "events", LOOK),
    Right("batch", "jobs", WORK),
    Right("batch", "cronjobs", LOOK),
    Right("autoscaling", "horizontalpodautoscalers", LOOK),
    Right("discovery.k8s.io", "endpointslices", LOOK),
    Right("", "serviceaccounts", ("get",)),
)
#: Beside them, where the kit is to make the namespace.
MAKING = (Right("", "namespaces", ("create", "delete")),)


def missing(client: Client, namespace: str, rights: Iterable[Right]) -> list[str]:
    """Which of ``rights`` this user does not have in ``namespace``, such as ``create, delete pods``.

    Raises ClusterUnreachable or ApiRefused.
    """
    asked = [(right, verb) for right in rights for verb in right.verbs]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: allowed(client, namespace, *one), asked))
    refused: dict[str, list[str]] = {}
    for (right, verb), yes in zip(asked, answers, strict=True):
        if not yes:
            refused.setdefault(right.of, []).append(verb)
    return [f"{', '.join(verbs)} {resource}" for resource, verbs in refused.items()]


def allowed(client: Client, namespace: str, right: Right, verb: str) -> bool:
    """May this user do it? Without a ``namespace``: everywhere."""
    plural, _, subresource = right.resource.partition("/")
    attributes = {"group": right.group, "resource": plural, "subresource": subresource, "verb": verb}
    if plural == "namespaces" and verb != "create":  # to the API, a namespace is in itself
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
    """Who we are to the cluster, as ``kubectl create rolebinding`` wants it; a placeholder where it does not say."""
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    try:
        answer = client.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
        name = str(answer["status"]["userInfo"]["username"])
    except (ApiRefused, ClusterUnreachable, KeyError):
        return "--user=YOU"
    account = name.removeprefix("system:serviceaccount:")
    return f"--user={name}" if account == name else f"--serviceaccount={account}"
