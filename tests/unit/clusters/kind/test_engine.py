"""kind clusters without kind: when `auto` takes them, what they are called, and how they live in a stand-in engine."""

import json
import socket
import sys
from pathlib import Path

import pytest

from driftlab.clusters.errors import ClusterNotOurs, CommandFailed, EngineUnavailable
from driftlab.clusters.kind import engine, node_image
from driftlab.clusters.kind.containers import KIND_LABEL, ContainerEngine
from driftlab.clusters.kind.engine import KindCluster
from driftlab.clusters.registry import open_cluster
from tests.unit.container_engines_by_hand import container_engine

pytestmark = pytest.mark.usefixtures("machine")


def opened(engine: str = "auto") -> tuple[str, str]:
    """The engine that is taken, and why."""
    cluster = open_cluster(engine, images=())
    return cluster.engine, cluster.selection_reason


def test_auto_takes_kind_only_if_its_node_image_is_available(machine, monkeypatch):
    """A user who names no engine wants one that runs. A user who names kind may know better: it is tried."""
    container_engine(machine, "docker", 'case "$1" in image) exit 1;; esac; exit 0')
    monkeypatch.setattr(engine, "cgroup_v2", lambda: True)
    monkeypatch.setattr(node_image, "REGISTRY", ("127.0.0.1", 9))
    taken, why = opened()
    assert taken == "embedded"
    assert "kind cannot run here: the node image" in why
    assert "no registry answers" in why
    assert opened("kind") == ("kind", "engine kind: as you asked")
    assert KindCluster().available()
    with socket.create_server(("127.0.0.1", 0)) as registry:
        monkeypatch.setattr(node_image, "REGISTRY", registry.getsockname())
        assert opened()[0] == "kind"
    monkeypatch.setenv("DRIFTLAB_KIND_IMAGE_ARCHIVE", str(machine / "image.tar"))
    assert opened()[0] == "kind"
    monkeypatch.delenv("DRIFTLAB_KIND_IMAGE_ARCHIVE")
    container_engine(machine, "docker")
    assert opened() == ("kind", "engine kind: it runs here")


def test_another_learners_cluster_has_another_name(monkeypatch, tmp_path):
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "one"))
    mine = engine.KindCluster("driftlab").own_name
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "two"))
    assert engine.KindCluster("driftlab").own_name != mine
    assert mine.startswith("driftlab-")


# ---- in nerdctl, which has no network for each


#: Keeps its containers in a file beside it. What it is not asked here it does not know.
NERDCTL = """#!{python}
import json, pathlib, sys
store = pathlib.Path(__file__).with_name("containers.json")
containers = json.loads(store.read_text()) if store.exists() else []
words = sys.argv[1:]
with open(store.with_name("asked"), "a") as asked:
    asked.write(" ".join(words) + "\\n")
match words:
    case ["-v"]:
        print(pathlib.Path(__file__).name, "version 2.1.2")
    case ["version"]:
        print("Client: ...")
    case ["ps", "--all", "--quiet", "--filter", wanted]:
        for one in containers:
            if wanted == "label={label}=" + one["cluster"]:
                print(one["Id"][:12])
    case ["ps", "--all", "--format", "{{{{.Names}}}}"]:
        for one in containers:
            print(one["Name"])
    case ["inspect", *ids]:
        print(json.dumps([one for one in containers if one["Id"][:12] in ids]))
    case ["stop", "--time", _, *ids]:
        for one in containers:
            if one["Id"] in ids:
                one["State"]["Running"] = False
    case ["start", id]:
        for one in containers:
            if one["Id"] == id:
                one["State"]["Running"] = True
    case ["rm", "--force", "--volumes", *ids]:
        containers = [one for one in containers if one["Id"] not in ids]
    case ["image", "inspect", _]:
        pass
    case ["network", "inspect", name]:
        sys.exit("no network found matching: " + name)
    case _:
        sys.exit("the stand-in was asked: " + " ".join(words))
store.write_text(json.dumps(containers))
"""


class Nerdctl:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "nerdctl"
        program.write_text(NERDCTL.format(python=sys.executable, label=KIND_LABEL), encoding="utf-8")
        program.chmod(0o755)

    def make(self, cluster: str, name: str) -> None:
        """A Node, as kind makes them: in the network "kind", which nerdctl does not name."""
        store = self.folder / "containers.json"
        known = json.loads(store.read_text(encoding="utf-8")) if store.exists() else []
        one = {
            "Id": f"{len(known):064x}"[::-1],
            "Name": name,
            "State": {"Running": True},
            "NetworkSettings": {"Networks": {"unknown-eth0": {"IPAddress": f"10.4.0.{len(known) + 2}"}}},
            "cluster": cluster,
        }
        store.write_text(json.dumps([*known, one]), encoding="utf-8")

    def names(self) -> list[str]:
        return [one["Name"] for one in json.loads((self.folder / "containers.json").read_text(encoding="utf-8"))]

    def asked(self) -> list[str]:
        """The commands since the last call."""
        log = self.folder / "asked"
        commands = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return commands


@pytest.fixture
def nerdctl(machine):
    """The only container engine on PATH."""
    return Nerdctl(machine / "bin")


@pytest.fixture
def lab(nerdctl, monkeypatch):
    """All of a cluster but kind itself, and what is asked of the cluster's API server."""
    made = KindCluster("lab")
    monkeypatch.setattr(engine, "cgroup_v2", lambda: True)
    monkeypatch.setattr(engine.programs, "obtain", lambda names, progress: {"kind": Path("kind")})
    monkeypatch.setattr(engine, "archives", lambda images, progress: [])
    monkeypatch.setattr(engine, "ensure_image", lambda engine, progress: None)
    monkeypatch.setattr(engine, "api_server_ready", lambda cluster: True)
    monkeypatch.setattr(KindCluster, "create_learner_roles", lambda self: None)
    monkeypatch.setattr(KindCluster, "client", None)
    monkeypatch.setattr(engine, "create_learner", lambda client: "a token")
    monkeypatch.setattr(KindCluster, "_nodes_ready", lambda self: True)

    def create_nodes(engine, name, folder, kind, progress):
        nerdctl.make(name, f"{name}-control-plane")
        (folder / "kubeconfig.yaml").write_text("clusters: []", encoding="utf-8")

    monkeypatch.setattr(engine, "create_nodes", create_nodes)
    return made


def test_a_cluster_is_made_stopped_started_and_removed_and_others_are_left_alone(nerdctl, lab):
    nerdctl.make("lab", "lab-control-plane")
    lab.up()
    assert lab.status().phase == "ready"
    assert nerdctl.names() == ["lab-control-plane", f"{lab.own_name}-control-plane"]
    lab.stop()
    assert lab.status().phase == "stopped"
    lab.up()
    assert lab.status().phase == "ready"
    lab.down()
    assert nerdctl.names() == ["lab-control-plane"]
    assert lab.status().phase == "absent"
    assert not any(command.startswith("network") for command in nerdctl.asked())


def test_a_cluster_stays_where_it_was_made_though_kind_would_take_another_by_now(nerdctl, lab, monkeypatch):
    lab.up()
    docker = nerdctl.folder / "docker"
    docker.write_text("#!/bin/sh\necho 'Docker version 28.2.2, build e6534b4'\n", encoding="utf-8")
    docker.chmod(0o755)
    assert ContainerEngine.find().program == "docker"
    assert lab.status().phase == "ready"
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")
    lab.down()
    assert nerdctl.names() == []


def test_what_failed_in_the_making_is_removed(nerdctl, lab, monkeypatch):
    def create_nodes(engine, name, folder, kind, progress):
        nerdctl.make(name, f"{name}-control-plane")
        raise CommandFailed("kind could not create the cluster.")

    monkeypatch.setattr(engine, "create_nodes", create_nodes)
    with pytest.raises(CommandFailed, match="could not create"):
        lab.up()
    assert nerdctl.names() == []


def test_what_we_have_no_record_of_is_refused_and_left_alone(nerdctl, lab):
    nerdctl.make(lab.own_name, f"{lab.own_name}-control-plane")
    with pytest.raises(ClusterNotOurs, match="did not make"):
        lab.up()
    lab.down()
    assert nerdctl.names() == [f"{lab.own_name}-control-plane"]


def test_a_name_that_another_container_has_is_refused_before_kind_stumbles_over_it(nerdctl, lab):
    nerdctl.make("", f"{lab.own_name}-worker2")
    nerdctl.make("", f"{lab.own_name}-d4e5f6-control-plane")  # of a cluster called like ours and its mark
    with pytest.raises(ClusterNotOurs, match=rf"did not make: the containers {lab.own_name}-worker2\.\n"):
        lab.up()
    assert len(nerdctl.names()) == 2


# ---- how often the container engine is asked


def asks_who_answers(commands: list[str]) -> int:
    """How often the container engine was asked who it is, or whether it answers."""
    return sum(command in ("-v", "version") for command in commands)


@pytest.mark.parametrize("named", ["auto", "kind"])
def test_a_start_asks_once_which_container_engine_answers(nerdctl, lab, named):
    cluster = open_cluster(named, "lab", images=())
    cluster.up()
    cluster.wait_ready()
    asked = nerdctl.asked()
    assert asked[:2] == ["-v", "version"]
    assert asks_who_answers(asked) == 2
    assert asked.count("ps --all --format {{.Names}}") == 1


def test_a_cluster_that_exists_is_used_without_asking_whether_its_container_engine_answers(nerdctl, lab):
    lab.up()
    nerdctl.asked()
    again = open_cluster("kind", "lab", images=())
    again.up()
    again.wait_ready()
    again.stop()
    again.up()
    again.down()
    assert asks_who_answers(nerdctl.asked()) == 0


def test_the_next_start_of_the_same_object_asks_again(machine, nerdctl, lab):
    """A notebook keeps the object for hours. Meanwhile, another container engine may answer."""
    lab.up()
    lab.down()
    (nerdctl.folder / "nerdctl").rename(nerdctl.folder / "finch")
    lab.up()
    assert lab.recorded()["program"] == "finch"


def test_a_container_engine_that_ended_after_the_choice_is_reported_with_the_command_that_starts_it(nerdctl, lab):
    cluster = open_cluster("auto", "lab", images=())
    (nerdctl.folder / "nerdctl").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    with pytest.raises(EngineUnavailable, match="nerdctl is here, but does not answer") as error:
        cluster.up()
    assert error.value.next_step == "sudo systemctl start containerd"


def test_a_container_engine_that_ended_after_the_creation_is_reported_too(nerdctl, lab):
    lab.up()
    (nerdctl.folder / "nerdctl").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert lab.status().phase == "broken"
    assert lab.status().detail == "nerdctl is here, but does not answer"
    for call in (lab.up, lab.down, lab.stop):
        with pytest.raises(EngineUnavailable):
            call()
    assert lab.record.exists()


def test_down_needs_no_container_engine_if_there_is_no_cluster(machine, monkeypatch):
    monkeypatch.setattr(engine, "cgroup_v2", lambda: True)
    KindCluster("lab").down()
