"""The life of an embedded cluster: created, mended, stopped, deleted, and what it leaves behind."""

import json
import secrets
import shutil
import socket
import threading
from contextlib import suppress

import pytest

from driftlab.clusters.embedded import engine
from driftlab.clusters.embedded.configuration import COMPONENTS, PORTS
from driftlab.clusters.errors import ClusterNotOurs, StateUnusable, UnknownEngine
from driftlab.clusters.host import processes
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.registry import open_cluster


class Heard:
    """A reporter that keeps what is said."""

    def __init__(self):
        self.said, self.steps = [], []

    def show(self, step):
        self.steps.append(step.name)

    def say(self, line):
        self.said.append(line)


def new_cluster(**options):
    return open_cluster("embedded", f"own-{secrets.token_hex(3)}", **options)


@pytest.fixture
def own():
    """A cluster that is not up yet."""
    found = new_cluster()
    yield found
    found.down()


@pytest.fixture(scope="module")
def shared():
    """A cluster that is up, for tests that leave one up."""
    found = new_cluster()
    found.up()
    yield found
    found.down()


def running(cluster):
    return {(process.pid, process.create_time()) for process in processes.processes_naming(cluster.folder)}


def remember(cluster):
    """Leave something behind by which the state is known again."""
    name = f"kept-{secrets.token_hex(3)}"
    cluster.client.post("/api/v1/namespaces/default/configmaps", {"metadata": {"name": name}})
    return f"/api/v1/namespaces/default/configmaps/{name}"


def test_cluster_that_was_never_made_is_absent(own):
    status = own.status()
    assert (status.phase, status.server, status.name, status.engine) == ("absent", "", own.name, "embedded")
    own.down()  # nothing to delete is no trouble
    assert own.status().phase == "absent"


def test_status_of_a_cluster_that_runs(shared):
    status = shared.status()
    assert status.phase == "ready"
    assert status.components == dict.fromkeys(COMPONENTS, True)
    assert status.server == shared.client.server


def test_up_on_a_running_cluster_changes_nothing(shared):
    before, kubeconfig = running(shared), shared.kubeconfig.read_bytes()
    heard = Heard()
    shared.up(Progress(heard))
    assert running(shared) == before
    assert shared.kubeconfig.read_bytes() == kubeconfig
    assert (heard.said, heard.steps) == ([], [])


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep", but=["etcd"])
def test_killed_component_is_started_again_and_state_is_kept(shared, component):
    kept = remember(shared)
    shared._alive()[component].kill()
    wait_until(lambda: component not in shared._alive())
    status = shared.status()
    assert (status.phase, status.components[component]) == ("broken", False)
    assert component in status.detail
    shared.up()
    assert shared.status().phase == "ready"
    assert shared.client.get(kept)


def wait_until(met):
    from driftlab.clusters.waiting import wait_for

    wait_for(met, "what the test waits for", timeout_s=120)


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_pods_that_waited_for_killed_nodes_all_begin_to_run(shared):
    pods = "/api/v1/namespaces/default/pods"
    shared._alive()["driftlab-node"].kill()
    wait_until(lambda: "driftlab-node" not in shared._alive())
    names = {f"waited-{secrets.token_hex(3)}" for _ in range(6)}
    for name in names:
        spec = {"containers": [{"name": "web", "image": "blog-api:1.0"}]}
        shared.client.post(pods, {"metadata": {"name": name}, "spec": spec})
    wait_until(lambda: all("nodeName" in pod["spec"] for pod in shared.client.get(pods)["items"]))
    shared.up()
    wait_until(lambda: {pod["status"]["phase"] for pod in shared.client.get(pods)["items"]} == {"Running"})
    assert {pod["metadata"]["name"] for pod in shared.client.get(pods)["items"]} == names
    shared.client.delete(pods, gracePeriodSeconds="0")
    wait_until(lambda: not shared.client.get(pods)["items"])


def test_nodes_are_killed_and_their_containers_run_on(shared):
    """As containers outlive a kubelet that ends."""
    pod = "/api/v1/namespaces/default/pods/stays"
    spec = {"containers": [{"name": "web", "image": "blog-api:1.0"}]}
    shared.client.post("/api/v1/namespaces/default/pods", {"metadata": {"name": "stays"}, "spec": spec})
    wait_until(lambda: shared.client.get(pod)["status"]["phase"] == "Running")
    (before,) = shared.client.get(pod)["status"]["containerStatuses"]
    shared._alive()["driftlab-node"].kill()
    wait_until(lambda: "driftlab-node" not in shared._alive())
    shared.up()

    def tells():
        with suppress(ApiRefused):  # its kubelet has not heard of it yet
            return "blog-api" in shared.client.text(f"{pod}/log")
        return False

    wait_until(tells)
    (after,) = shared.client.get(pod)["status"]["containerStatuses"]
    assert (after["restartCount"], after["containerID"]) == (0, before["containerID"])
    shared.client.delete(pod, gracePeriodSeconds="0")


def test_a_claim_without_a_class_gets_the_standard_one(shared):
    """As on kind. Nothing is made for it before a Pod wants it."""
    claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    made = shared.client.post(claims, {"metadata": {"name": "mine"}, "spec": spec})
    assert made["spec"]["storageClassName"] == "standard"
    shared.client.delete(f"{claims}/mine")


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_everything_killed_at_once_is_started_again_and_state_is_kept(shared):
    """As after a power cut."""
    kept = remember(shared)
    processes.end(processes.processes_naming(shared.folder))
    assert shared.status().phase == "stopped"
    shared.up()
    assert shared.status().phase == "ready"
    assert shared.client.get(kept)


def test_stopped_cluster_runs_nothing_and_goes_on_from_there(shared):
    kept = remember(shared)
    shared.stop()
    assert shared.status().phase == "stopped"
    assert not running(shared)
    shared.up()
    assert shared.status().phase == "ready"
    assert shared.client.get(kept)


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_two_clusters_live_side_by_side(shared, own):
    own.up()
    assert own.client.server != shared.client.server
    kept = remember(own)
    assert kept not in {item["metadata"]["name"] for item in shared.client.get("/api/v1/configmaps")["items"]}
    own.down()
    assert own.status().phase == "absent"
    assert shared.status().phase == "ready"


def test_down_leaves_no_process_no_port_and_no_file(own):
    own.up()
    own.learner_kubeconfig("default")
    ports = ports_of(own)
    assert all(listens(port) for port in ports)
    own.down()
    assert not running(own)
    assert not any(listens(port) for port in ports)
    assert not own.folder.exists()
    assert own.name not in str([path.name for path in own.home.rglob("*")])


def ports_of(cluster):
    found = set(json.loads((cluster.folder / "ports.json").read_text(encoding="utf-8")).values())
    assert len(found) == len(PORTS)
    return found


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_cluster_whose_data_is_destroyed_is_replaced_and_that_is_said(own):
    own.up()
    lost = remember(own)
    own.stop()
    for part in (own.folder / "etcd").rglob("*"):
        if part.is_file():
            part.write_bytes(b"not what was here")
    heard = Heard()
    own.up(Progress(heard))
    assert own.status().phase == "ready"
    assert not own._exists(lost)
    assert any("could not be mended and is replaced" in line for line in heard.said)


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_cluster_of_another_version_of_the_kit_is_replaced_and_that_is_said(own):
    own.up()
    lost = remember(own)
    own.record.write_text(json.dumps({**json.loads(own.record.read_text()), "digest": "another"}))
    heard = Heard()
    own.up(Progress(heard))
    assert own.status().phase == "ready"
    assert not own._exists(lost)
    assert any("made by another version of the kit" in line for line in heard.said)


@pytest.mark.parametrize("component", ["etcd", "kube-apiserver", "worker2"])
@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_port_that_somebody_takes_at_the_last_moment_is_no_hindrance(own, monkeypatch, component):
    """Between the choice and the start of what is to listen there, anything may happen: other ports are chosen."""
    choose, chosen = engine.free_ports, []
    with socket.create_server(("127.0.0.1", 0)) as other:

        def free_ports(count):
            chosen.append(choose(count))
            if len(chosen) == 1:
                chosen[0][PORTS.index(component)] = other.getsockname()[1]
            return chosen[-1]

        monkeypatch.setattr(engine, "free_ports", free_ports)
        heard = Heard()
        own.up(Progress(heard))
        assert own.status().phase == "ready"
    assert any("once more, with other ports" in line for line in heard.said)
    assert ports_of(own) == set(chosen[1])
    assert len(chosen) == 2


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_controllers_that_end_while_a_cluster_comes_up_are_started_again(own, monkeypatch):
    grant, killed = own.create_learner_roles, []

    def kill_and_grant():  # they have just been started
        killed.append(own._alive()["kube-controller-manager"].pid)
        own._alive()["kube-controller-manager"].kill()
        grant()

    monkeypatch.setattr(own, "create_learner_roles", kill_and_grant)
    heard = Heard()
    own.up(Progress(heard))
    assert own.status().phase == "ready"
    assert len(killed) == 1
    assert own._alive()["kube-controller-manager"].pid not in killed
    assert not any("once more" in line for line in heard.said)


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_owned_cluster_is_deleted_at_the_end_and_another_is_not(shared):
    with new_cluster(owned=True) as owned:
        assert owned.status().phase == "ready"
    assert owned.status().phase == "absent"
    with open_cluster("embedded", shared.name) as same:
        assert same.status().phase == "ready"
    assert same.status().phase == "ready"


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_second_process_waits_and_says_so(own):
    """Two processes that bring up the same cluster: one makes it, the other finds it."""
    heard = Heard()
    other = open_cluster("embedded", own.name)
    with own.exclusively():
        late = threading.Thread(target=other.up, args=[Progress(heard)])
        late.start()
        wait_until(lambda: heard.steps)
        assert heard.steps == ["Waiting for another process that is at work on a cluster"]
        assert own.status().phase == "absent"
    late.join()
    assert own.status().phase == "ready"


def test_folder_in_the_way_is_left_alone(own):
    thesis = own.folder / "thesis.txt"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("mine")
    try:
        with pytest.raises(ClusterNotOurs, match="the kit did not make it"):
            own.up()
        with pytest.raises(ClusterNotOurs, match="not made by the kit"):
            own.down()
        assert thesis.read_text() == "mine"
        assert [path.name for path in own.folder.iterdir()] == ["thesis.txt"]
    finally:
        shutil.rmtree(own.folder)


@pytest.mark.parametrize("place", ["a file/state", "/dev/null/state"])
def test_state_folder_that_cannot_be_had(tmp_path, monkeypatch, place):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / place))
    with pytest.raises(StateUnusable, match="cannot be written") as trouble:
        new_cluster().up()
    assert "DRIFTLAB_STATE" in trouble.value.next_step


def test_engine_that_does_not_exist():
    with pytest.raises(UnknownEngine, match=r"no engine called .embeded.\. Did you mean .embedded.\?"):
        open_cluster("embeded")
