"""The learner's user in a kind cluster: a ServiceAccount, because kind's API server has no token file of ours."""

from base64 import b64decode

from driftlab.clusters.kubernetes.client import Client
from driftlab.clusters.waiting import wait_for

KIT_NAMESPACE = "driftlab"  #: the namespace of the ServiceAccount


def create_learner(client: Client) -> str:
    """Create the ServiceAccount of the learners, and return its token. Raises ClusterNotReady if there is none."""
    namespace = f"/api/v1/namespaces/{KIT_NAMESPACE}"
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/service-account-token",
        "metadata": {"name": "learner", "annotations": {"kubernetes.io/service-account.name": "learner"}},
    }
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "learner"}}
    client.apply(namespace, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": KIT_NAMESPACE}})
    client.apply(f"{namespace}/serviceaccounts/learner", account)
    client.apply(f"{namespace}/secrets/learner", secret)
    token = ""

    def has_token() -> bool:
        nonlocal token
        token = client.get(f"{namespace}/secrets/learner").get("data", {}).get("token", "")
        return bool(token)

    wait_for(has_token, "the learner's token", timeout_s=60)
    return b64decode(token).decode()
