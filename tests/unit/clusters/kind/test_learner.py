"""The learner of a kind cluster: a ServiceAccount with a token that does not expire."""

from base64 import b64encode

import pytest

from driftlab.clusters.errors import ClusterNotReady
from driftlab.clusters.kind import learner
from driftlab.clusters.kind.learner import KIT_NAMESPACE, create_learner
from driftlab.clusters.kubernetes.client import ApiRefused, Client
from driftlab.clusters.waiting import wait_for
from tests.unit.api_by_hand import Api

SECRET = f"/api/v1/namespaces/{KIT_NAMESPACE}/secrets/learner"


@pytest.fixture
def api(web):
    return Api(web)


@pytest.fixture
def client(api, tmp_path):
    return Client(api.kubeconfig(tmp_path / "kubeconfig"), timeout_s=60)


def token_controller(api, looks=1):
    """The controller that fills in the token, by the time of the given look at the Secret:
    https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets.
    """
    seen = []

    def controller(request):
        if (request.method, request.path) == ("GET", SECRET):
            seen.append(request)
        if len(seen) >= looks and SECRET in api.objects:
            api.objects[SECRET]["data"] = {"token": b64encode(b"learners").decode()}

    api.after = controller
    return seen


def test_the_token_is_that_of_the_service_account(api, client):
    token_controller(api, looks=0)
    assert create_learner(client) == "learners"
    assert f"/api/v1/namespaces/{KIT_NAMESPACE}/serviceaccounts/learner" in api.objects
    annotations = api.objects[SECRET]["metadata"]["annotations"]
    assert annotations == {"kubernetes.io/service-account.name": "learner"}
    assert api.objects[SECRET]["type"] == "kubernetes.io/service-account-token"


def test_a_late_token_is_waited_for(api, client):
    looks = token_controller(api, looks=3)
    assert create_learner(client) == "learners"
    assert len(looks) > 3


def test_without_a_token_it_fails(api, client, monkeypatch):
    monkeypatch.setattr(learner, "wait_for", lambda met, what, timeout_s: wait_for(met, what, timeout_s=0))
    with pytest.raises(ClusterNotReady, match="the learner's token"):
        create_learner(client)


def test_a_refusal_is_raised(api, client):
    api.refuse = lambda request: 403
    with pytest.raises(ApiRefused):
        create_learner(client)
