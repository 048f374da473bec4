"""Which clusters look like one in production."""

import json

import pytest

from driftlab.clusters.existing.production import MAX_NODES, many_nodes, production_name
from driftlab.clusters.kubernetes.client import Client
from driftlab.clusters.kubernetes.rbac import REVIEWS
from tests.unit.api_by_hand import Api
from tests.unit.kubeconfigs_by_hand import Document


def named(context: str, cluster: str = "c", server: str = "https://10.0.0.1:6443") -> Document:
    return {"current-context": context, "clusters": [{"name": cluster, "cluster": {"server": server}}]}


@pytest.mark.parametrize(
    "name",
    [
        "prod",
        "eu-prod",
        "PROD",
        "prod1",
        "shop_production_2",
        "arn:aws:eks:eu:1:cluster/live",
        "prd-eu",
        "myProd",
        "eksPROD",
    ],
)
def test_names_that_sound_like_production(name: str):
    assert production_name(named(name)).startswith("its name")
    assert production_name(named("alias", cluster=name)).startswith("its cluster's name")


@pytest.mark.parametrize(
    "name", ["product-team", "alive", "olive", "reproduction", "deliver", "minikube", "producer", "test"]
)
def test_names_that_do_not(name: str):
    assert production_name(named(name, name, f"https://{name}.example:6443")) == ""


@pytest.mark.parametrize("server", ["https://api.prod.example:6443", "https://live.example/k8s/clusters/c-1"])
def test_a_server_can_sound_like_it_too(server: str):
    assert "server" in production_name(named("school", server=server))


# ---- size


@pytest.fixture
def with_nodes(web, tmp_path):
    """``with_nodes(number, allowed)``: a client of a cluster with so many Nodes; ``allowed``: may it list them?"""

    def make(nodes, *, allowed=True):
        api = Api(web)
        web.answers[REVIEWS] = (201, json.dumps({"status": {"allowed": allowed}}).encode())
        for number in range(nodes):
            api.put(f"/api/v1/nodes/node-{number}")
        return Client(api.kubeconfig(tmp_path / "kubeconfig"), timeout_s=60)

    return make


@pytest.mark.parametrize(("nodes", "said"), [(1, ""), (MAX_NODES, ""), (MAX_NODES + 1, "more than 10 Nodes")])
def test_more_than_ten_nodes_are_reported(with_nodes, nodes, said):
    told = many_nodes(with_nodes(nodes))
    assert said in told
    assert bool(told) is bool(said)


def test_without_the_right_to_list_nodes_nothing_is_reported(with_nodes, web):
    assert many_nodes(with_nodes(99, allowed=False)) == ""
    assert "/api/v1/nodes" not in web.asked()


@pytest.mark.parametrize("status", [403, 500])
def test_a_failed_request_reports_nothing(with_nodes, web, status):
    client = with_nodes(99)
    web.answers["/api/v1/nodes"] = (status, b"{}")
    assert many_nodes(client) == ""
