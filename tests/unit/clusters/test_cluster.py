"""What all engines share: namespaces, learners' rights, and lost Nodes."""

import json
import stat
import threading
from contextlib import suppress

import pytest
import yaml

from driftlab.clusters.cluster import CONTROL_PLANE, LEARNER_GROUP, OURS, Availability, api_server_ready
from driftlab.clusters.errors import ClusterNotReady, ClusterUnreachable, EngineUnavailable, UsageError
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.waiting import wait_for
from tests.unit.api_by_hand import Api
from tests.unit.smallest_cluster import Smallest


@pytest.fixture
def smallest():
    return Smallest()


@pytest.fixture
def api(smallest, web):
    """The cluster's API server. A new namespace has its ServiceAccount at once."""
    made = Api(web)
    made.kubeconfig(smallest.kubeconfig)
    smallest.client.timeout_s = 60

    def controller(request):
        if request.method == "PATCH" and request.path.count("/") == 4:
            made.put(f"{request.path}/serviceaccounts/default")

    made.after = controller
    return made


# ---- lifecycle


@pytest.mark.parametrize("owned", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_only_an_owned_cluster_is_deleted_at_the_end_of_the_block(owned, fails):
    made = Smallest(owned=owned)
    with suppress(ZeroDivisionError), made as entered:
        assert entered is made
        1 // (not fails)
    assert made.done == ["up", *(["down"] if owned else [])]


def test_wait_ready_waits_for_the_phase_ready(smallest):
    smallest.phases = ["stopped", "broken", "ready"]
    smallest.wait_ready()
    assert smallest.phases == ["ready"]


def test_wait_ready_reports_the_last_status_after_the_timeout(smallest):
    smallest.phases = ["broken"]
    with pytest.raises(ClusterNotReady, match=r"was not ready after 0 s: etcd does not run\.") as caught:
        smallest.wait_ready(timeout_s=0)
    assert caught.value.next_step == "driftlab down && driftlab up"


def test_an_unavailable_engine_is_rejected_with_its_reason(smallest, monkeypatch):
    smallest.raise_if_unavailable()
    monkeypatch.setattr(Smallest, "can_run", Availability(False, "it needs a moon", "wait for the night"))
    with pytest.raises(EngineUnavailable, match=r"^The engine smallest cannot run here: it needs a moon\."):
        smallest.raise_if_unavailable()
    assert not smallest.available()


def test_each_cluster_has_its_own_folder(tmp_path):
    assert Smallest("mine").folder == tmp_path / "state" / "smallest" / "clusters" / "mine"
    assert Smallest("yours").home == Smallest("mine").home


def test_a_second_process_waits_and_says_so(smallest, progress, recorder):
    order = []

    def second():
        with smallest.exclusively(progress):
            order.append("second")

    with smallest.exclusively():
        other = threading.Thread(target=second)
        other.start()
        wait_for(lambda: bool(recorder.steps), "the other one to wait")
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert recorder.steps[0].name == "Waiting for another process that is at work on a cluster"


# ---- its API server


def test_an_api_server_answers_only_if_it_says_that_it_is_ready(smallest, api, web):
    web.answers["/readyz"] = (200, b"ok")
    assert api_server_ready(smallest)
    for trouble in ((200, b"etcd failed"), (500, b"not ready"), (403, b"{}")):
        web.answers["/readyz"] = trouble
        assert not api_server_ready(smallest)


@pytest.mark.parametrize("kubeconfig", ["", "kind: Config"])
def test_an_unusable_kubeconfig_gets_no_answer(smallest, kubeconfig):
    smallest.folder.mkdir(parents=True)
    smallest.kubeconfig.write_text(kubeconfig)
    assert not api_server_ready(smallest)
    with pytest.raises(ClusterUnreachable):
        _ = smallest.client


# ---- namespaces


def test_a_created_namespace_is_labelled_and_open_to_learners(smallest, api):
    smallest.create_namespace("lab")
    assert api.objects["/api/v1/namespaces/lab"]["metadata"]["labels"] == OURS
    (binding,) = [one for path, one in api.objects.items() if "rolebindings" in path]
    assert binding["roleRef"]["name"] == "driftlab-learner"
    assert [one["name"] for one in binding["subjects"]] == [LEARNER_GROUP]


def test_create_namespace_waits_for_the_default_serviceaccount(smallest, api):
    looks = []

    def late(request):
        if request.path.endswith("/serviceaccounts/default"):
            looks.append(request)
            if len(looks) == 2:
                api.put(request.path)

    api.after = late
    smallest.create_namespace("lab")
    assert len(looks) == 3


def test_deleting_a_namespace_deletes_its_pods_at_once(smallest, api, web):
    smallest.create_namespace("lab")
    api.put("/api/v1/namespaces/lab/pods/one")
    smallest.delete_namespace("lab")
    assert api.names("/api/v1/namespaces") == []
    assert api.writes[-2:] == ["DELETE /api/v1/namespaces/lab/pods", "DELETE /api/v1/namespaces/lab"]
    assert "gracePeriodSeconds=0" in next(one.query for one in web.requests if one.method == "DELETE")


@pytest.mark.parametrize("labels", [{}, {"app.kubernetes.io/managed-by": "somebody"}, None])
def test_a_namespace_of_somebody_else_is_not_deleted(smallest, api, labels):
    api.put("/api/v1/namespaces/theirs", metadata={} if labels is None else {"labels": labels})
    smallest.delete_namespace("theirs")
    smallest.reset()
    assert api.names("/api/v1/namespaces") == ["theirs"]
    assert api.writes == []


def test_deleting_a_missing_namespace_does_nothing(smallest, api):
    smallest.delete_namespace("lab")
    assert api.writes == []


def test_a_refused_deletion_is_raised(smallest, api):
    smallest.create_namespace("lab")
    api.refuse = lambda request: 403 if request.method == "DELETE" else 0
    with pytest.raises(ApiRefused):
        smallest.delete_namespace("lab")


def test_reset_deletes_all_namespaces_of_the_kit(smallest, api):
    for name in ("one", "two"):
        smallest.create_namespace(name)
        api.lists.add(f"/api/v1/namespaces/{name}/pods")
    api.put("/api/v1/namespaces/theirs")
    smallest.reset()
    assert api.names("/api/v1/namespaces") == ["theirs"]


# ---- learners


def test_grant_learners_creates_the_roles_for_their_group(smallest, api):
    smallest.create_learner_roles()
    roles = {path.rpartition("/")[2]: one for path, one in api.objects.items()}
    assert "driftlab-learner" in roles
    assert all(one["metadata"]["labels"] == OURS for one in roles.values())
    groups = {subject["name"] for one in roles.values() for subject in one.get("subjects", ())}
    assert groups == {LEARNER_GROUP}


def test_a_learners_kubeconfig_has_the_labs_namespace_and_no_credentials_of_the_owner(smallest, api):
    path = smallest.learner_kubeconfig("lab")
    document = json.loads(path.read_text())
    assert yaml.safe_load(smallest.kubeconfig.read_text())["users"][0]["user"] == {"token": "secret"}
    assert [one["user"] for one in document["users"]] == [{"token": "learners"}]
    assert document["clusters"][0]["cluster"]["server"] == api.web.url
    assert [one["context"]["namespace"] for one in document["contexts"]] == ["lab"]
    assert document["current-context"] == document["contexts"][0]["name"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# ---- Nodes that may be lost


def test_nodes_that_the_kit_does_not_own_cannot_be_lost(smallest):
    for call in (smallest.lose_node, smallest.return_node):
        with pytest.raises(UsageError, match="are not ours") as refused:
            call("node-1")
        assert "--engine auto" in refused.value.next_step


@pytest.mark.parametrize(("workers", "enough"), [(0, False), (1, False), (2, True)])
def test_the_last_node_for_pods_cannot_be_lost(smallest, api, monkeypatch, workers, enough):
    """The control plane's taint: https://kubernetes.io/docs/reference/labels-annotations-taints/."""
    monkeypatch.setattr(Smallest, "owns_nodes", True)
    api.put("/api/v1/nodes/control", spec={"taints": [{"key": CONTROL_PLANE, "effect": "NoSchedule"}]})
    for number in range(workers):
        api.put(f"/api/v1/nodes/worker-{number}", spec={"taints": [{"key": "node.kubernetes.io/unreachable"}]})
    if enough:
        smallest.raise_if_nodes_cannot_be_lost()
    else:
        with pytest.raises(UsageError, match="has only one for Pods"):
            smallest.raise_if_nodes_cannot_be_lost()
