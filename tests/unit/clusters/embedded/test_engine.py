"""The embedded engine without running components: status, ownership, images and lost Nodes."""

import json
import sys

import pytest

from driftlab.clusters.embedded import engine
from driftlab.clusters.embedded.configuration import COMPONENTS
from driftlab.clusters.embedded.engine import LOST, EmbeddedCluster
from driftlab.clusters.embedded.images import CatalogueInvalid
from driftlab.clusters.errors import ClusterNotOurs, UsageError
from tests.unit.api_by_hand import Api

IMAGE = {"image": "shop", "kind": "server", "port": 80, "tags": "1.0"}


@pytest.fixture
def absent():
    return EmbeddedCluster("mine")


@pytest.fixture
def stopped(absent):
    """A cluster of the kit whose components do not run."""
    absent.folder.mkdir(parents=True)
    absent.record.write_text(json.dumps({"digest": absent.digest(), "complete": True}))
    absent._write_images()
    return absent


# ---- status


@pytest.mark.parametrize(("platform", "runs"), [("linux", True), ("darwin", True), ("win32", False)])
def test_it_is_available_on_linux_and_macos_only(monkeypatch, platform, runs):
    monkeypatch.setattr(sys, "platform", platform)
    availability = EmbeddedCluster().available()
    assert bool(availability) is runs
    assert runs or "WSL" in availability.next_step


def test_a_cluster_without_a_folder_is_absent(absent):
    assert absent.status().phase == "absent"
    assert absent.status().components == {}


def test_a_stopped_cluster_lists_its_components(stopped):
    status = stopped.status()
    assert (status.phase, status.server) == ("stopped", "")
    assert status.components == dict.fromkeys(COMPONENTS, False)


@pytest.mark.parametrize("ports", ["", "{", "[]", "{}", '{"etcd": "x"}'])
def test_damaged_ports_give_no_server(stopped, ports):
    (stopped.folder / "ports.json").write_text(ports)
    assert stopped.status().server == ""


# ---- ownership


def test_a_folder_that_the_kit_did_not_make_is_left_alone(absent):
    absent.folder.mkdir(parents=True)
    (absent.folder / "thesis.txt").write_text("years of work")
    with pytest.raises(ClusterNotOurs):
        absent.down()
    assert (absent.folder / "thesis.txt").exists()


def test_down_deletes_the_folder_and_can_be_repeated(stopped):
    for _ in range(2):
        stopped.down()
        assert stopped.status().phase == "absent"


# ---- version


def test_a_cluster_of_the_same_version_and_images_is_current(stopped):
    assert EmbeddedCluster("mine").is_current


@pytest.mark.parametrize("change", ["images", "programs", "version"])
def test_a_cluster_of_other_images_or_versions_is_not_current(stopped, change, monkeypatch, tmp_path):
    if change == "images":
        (tmp_path / "behaviour.json").write_text(json.dumps({**IMAGE, "versions": {"1.0": {}}}))
        stopped = EmbeddedCluster("mine", images=[tmp_path / "behaviour.json"])
    elif change == "programs":
        monkeypatch.setattr(engine, "KUBERNETES", "1.99.0")
    else:
        monkeypatch.setattr(engine, "__version__", "9.9.9")
    assert not stopped.is_current


@pytest.mark.parametrize("record", ["", "{", "{}", "[]"])
def test_a_cluster_with_a_damaged_record_is_not_current(stopped, record):
    stopped.record.write_text(record)
    assert not stopped.is_current


# ---- added images


def test_added_images_are_known(stopped):
    assert not stopped.knows_image("shop:1.0")
    stopped.add_image(IMAGE)
    stopped.add_image({**IMAGE, "image": "other"})
    assert stopped.knows_image("shop:1.0")
    assert stopped.knows_image("other:1.0")
    assert stopped.knows_image("nginx:1.27"), "the public ones are known as before"


def test_the_newest_of_two_images_with_the_same_reference_wins(stopped):
    stopped.add_image(IMAGE)
    stopped.add_image({**IMAGE, "port": 9090})
    catalogue = json.loads((stopped.folder / "images.json").read_text())
    assert [one["port"] for one in catalogue if one["image"] == "shop"] == [9090, 80]


def test_an_invalid_image_changes_nothing(stopped):
    stopped.add_image(IMAGE)
    before = {path.name: path.read_bytes() for path in stopped.folder.iterdir() if path.is_file()}
    with pytest.raises(CatalogueInvalid):
        stopped.add_image({**IMAGE, "port": "eighty"})
    assert {path.name: path.read_bytes() for path in stopped.folder.iterdir() if path.is_file()} == before


# ---- lost Nodes


@pytest.fixture
def api(stopped, web):
    made = Api(web)
    made.kubeconfig(stopped.kubeconfig)
    stopped.client.timeout_s = 60
    made.put("/api/v1/nodes/node-1")
    return made


def test_losing_a_node_annotates_it(stopped, api):
    stopped.lose_node("node-1")
    assert api.objects["/api/v1/nodes/node-1"]["metadata"]["annotations"] == {LOST: "true"}


def test_losing_an_unknown_node_is_a_usage_error(stopped, api):
    with pytest.raises(UsageError, match="no Node called 'node-9'") as refused:
        stopped.lose_node("node-9")
    assert refused.value.next_step == "kubectl get nodes"
