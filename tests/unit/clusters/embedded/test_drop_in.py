"""pytest-kind's interface on an embedded cluster, without running components."""

import json
import subprocess

import pytest

from driftlab.clusters.embedded.drop_in import KindShaped, NeedsContainers
from driftlab.clusters.embedded.images import CatalogueInvalid
from driftlab.clusters.errors import UsageError
from driftlab.clusters.host.files import write_atomically
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.registry import open_cluster


@pytest.fixture
def shaped():
    """A cluster that knows one image, and whose components do not run."""
    cluster = open_cluster("embedded", "drop-in", images=())
    known = {"image": "known", "kind": "server", "port": 80, "tags": "1.0"}
    write_atomically(cluster.folder / "images.json", "[]")
    cluster.add_image(known)
    return KindShaped(cluster)


def added(shaped):
    """The entries that a test has added, the newest first."""
    return json.loads((shaped.cluster.folder / "added-images.json").read_text())["images"][:-1]


@pytest.mark.parametrize(
    ("reference", "others"),
    [
        ("shop:1.0", ["shop:1.1", "shop", "other:1.0"]),
        ("shop", ["shop:1.0"]),
        ("registry.example:5000/team/shop", ["registry.example:5000/team/shop:1.0", "team/shop"]),
        ("registry.example:5000/team/shop:1.0+x", ["registry.example:5000/team/shop:1.0"]),
    ],
)
def test_a_loaded_image_is_known_by_its_exact_reference(shaped, reference, others):
    assert not shaped.cluster.knows_image(reference)
    shaped.load_docker_image(reference)
    assert shaped.cluster.knows_image(reference)
    assert [one for one in others if shaped.cluster.knows_image(one)] == []


def test_a_known_image_is_not_added_again(shaped):
    shaped.load_docker_image("known:1.0")
    assert added(shaped) == []


def test_the_behaviour_of_a_known_image_can_be_replaced(shaped):
    shaped.load_docker_image("known:1.0", port=9090, routes=["/only"])
    (one,) = added(shaped)
    assert (one["port"], one["routes"]) == (9090, ["/only"])


@pytest.mark.parametrize(
    ("reference", "behaviour", "error"),
    [
        (f"shop@sha256:{'0' * 64}", {}, UsageError),
        (f"shop:1.0@sha256:{'0' * 64}", {}, UsageError),
        ("shop:1.0", {"port": "eighty"}, CatalogueInvalid),
        ("shop:1.0", {"no_such_field": 1}, CatalogueInvalid),
    ],
)
def test_an_image_that_cannot_be_loaded_changes_nothing(shaped, reference, behaviour, error):
    with pytest.raises(error):
        shaped.load_docker_image(reference, **behaviour)
    assert added(shaped) == []
    assert not shaped.cluster.knows_image("shop:1.0")


def test_kubectl_runs_as_the_owner_and_raises_called_process_error(shaped):
    shaped.kubeconfig_path.write_text("apiVersion: v1\nkind: Config\ncurrent-context: owners\n")
    assert shaped.kubectl("config", "current-context") == "owners\n"
    with pytest.raises(subprocess.CalledProcessError) as failed:
        shaped.kubectl("no-such-command", stderr=subprocess.STDOUT)
    assert "unknown command" in failed.value.output
    assert shaped.kubectl_path == kubectl_path()


def test_forwarding_a_port_is_rejected(shaped):
    with pytest.raises(NeedsContainers, match="Forwarding a port to service/shop needs a container"):
        shaped.port_forward("service/shop", 80)


def test_delete_keeps_the_cluster_until_the_end_of_the_session(shaped):
    shaped.delete()
    assert shaped.cluster.folder.exists()
    assert shaped.name == "drop-in"
