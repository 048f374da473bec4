"""The life of a kind cluster: made, interrupted, stopped, revived, refused, gone. Real containers."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.kind.containers import KIND_LABEL, ContainerEngine
from driftlab.clusters.kind.engine import image
from driftlab.clusters.waiting import wait_for

pytestmark = pytest.mark.usefixtures("kind")

CREATION_S = 300


class Learner:
    """Somebody with a state folder of their own, at a shell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "DRIFTLAB_STATE": str(folder / "state"),
            "DRIFTLAB_KIND_WORKERS": "0",
            "HOME": str(folder),
            "DRIFTLAB_CACHE": str(_cache()),
        }
        self.environment.pop("KUBECONFIG", None)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "driftlab.checker.cli.main", *words],
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **environment: str) -> tuple[int, str]:
        process = self.start(*words, **environment)
        said, _ = process.communicate(timeout=CREATION_S)
        return process.returncode, said

    def name(self, cluster: str) -> str:
        """What the cluster is called in the container engine."""
        code = "import sys; from driftlab.clusters.kind.engine import KindCluster as k; print(k(sys.argv[1]).own_name)"
        return subprocess.run(
            [sys.executable, "-c", code, cluster], env=self.environment, capture_output=True, text=True, check=True
        ).stdout.strip()


def _cache() -> Path:
    from driftlab.clusters.host.paths import cache_folder

    return cache_folder()


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    yield from _at_home(tmp_path / "learner")


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[Learner]:
    """Another person on the same machine."""
    yield from _at_home(tmp_path / "neighbour")


def _at_home(folder: Path) -> Iterator[Learner]:
    folder.mkdir()
    one = Learner(folder)
    yield one
    for record in (folder / "state" / "kind" / "clusters").glob("*/driftlab.json"):
        one.run("down", "--engine", "kind", "--cluster", record.parent.name)


@pytest.fixture
def engine(kind: None) -> ContainerEngine:
    return ContainerEngine.find()


def leftovers(engine: ContainerEngine, own_name: str) -> list[str]:
    """Containers, networks and volumes that a cluster has left behind."""
    containers = engine.run("ps", "--all", "--quiet", "--filter", f"label={KIND_LABEL}={own_name}").split()
    networks = [name for name in engine.run("network", "ls", "--format", "{{.Name}}").split() if name == own_name]
    return containers + networks


def volumes(engine: ContainerEngine) -> set[str]:
    return set(engine.run("volume", "ls", "--quiet").split())


# ---- a life


def test_one_cluster_from_its_making_to_its_end(learner: Learner, engine: ContainerEngine) -> None:
    """Made; up changes nothing; revived; replaced; gone."""
    config = learner.folder / ".kube" / "config"
    config.parent.mkdir()
    config.write_text("apiVersion: v1\nkind: Config\ncurrent-context: precious\n", encoding="utf-8")
    before, volumes_before = config.read_bytes(), volumes(engine)
    words = ("--engine", "kind", "--cluster", "one")
    own_name = learner.name("one")

    code, said = learner.run("up", *words)
    assert code == 0, said
    first = {node.id for node in engine.nodes(own_name)}
    assert len(first) == 1
    record = json.loads((learner.folder / "state/kind/clusters/one/driftlab.json").read_text(encoding="utf-8"))
    assert record["complete"]
    assert set(record["addresses"]) == first

    code, said = learner.run("up", *words)
    assert code == 0, said
    assert {node.id for node in engine.nodes(own_name)} == first
    assert learner.run("start", "02-self-healing/one-pod", *words)[0] == 0

    engine.run("kill", *first)  # as after a restart of the machine
    code, said = learner.run("status", *words)
    assert (code, "stopped" in said) == (3, True), said
    code, said = learner.run("check", "02-self-healing/one-pod", "--wait", "0", *words)
    assert code == 3, said
    assert "could not check" in said
    code, said = learner.run("up", *words)
    assert code == 0, said
    assert {node.id for node in engine.nodes(own_name)} == first
    code, said = learner.run("check", "02-self-healing/one-pod", *words)
    assert code == 1, said  # what was begun is still there, and still untouched

    engine.run("rm", "--force", "--volumes", *first)
    code, said = learner.run("status", *words)
    assert (code, "its containers are gone" in said) == (3, True), said
    code, said = learner.run("up", *words)
    assert code == 0, said
    assert "could not be mended and is replaced: containers of it are gone" in said
    assert {node.id for node in engine.nodes(own_name)}.isdisjoint(first)

    code, said = learner.run("down", *words)
    assert code == 0, said
    assert leftovers(engine, own_name) == []
    assert volumes(engine) <= volumes_before | _other_volumes(engine)
    assert list((learner.folder / "state/kind/clusters").iterdir()) == []
    assert config.read_bytes() == before
    assert [path.name for path in config.parent.iterdir()] == ["config"]


def test_two_people_at_once_have_each_a_cluster_of_the_same_name(
    learner: Learner, neighbour: Learner, engine: ContainerEngine
) -> None:
    words = ("--engine", "kind", "--cluster", "same")
    people = {one.name("same"): one for one in (learner, neighbour)}
    assert len(people) == 2
    for one in [one.start("up", *words) for one in people.values()]:
        said, _ = one.communicate(timeout=CREATION_S)
        assert one.returncode == 0, said
    for own_name, one in people.items():
        code, said = one.run("status", *words)  # the second one's, after the first one's is gone
        assert code == 0, said
        code, said = one.run("down", *words)
        assert code == 0, said
        assert leftovers(engine, own_name) == []


def _other_volumes(engine: ContainerEngine) -> set[str]:
    """Those that containers which are there use: other clusters may be at work."""
    ids = engine.run("ps", "--all", "--quiet").split()
    mounts = [mount for one in json.loads(engine.run("inspect", *ids)) for mount in one["Mounts"]] if ids else []
    return {mount["Name"] for mount in mounts if mount.get("Name")}


def _network_there(engine: ContainerEngine, own_name: str) -> bool:
    return engine.network_owner(own_name) is not None


def _container_there(engine: ContainerEngine, own_name: str) -> bool:
    return bool(engine.nodes(own_name))


@pytest.mark.parametrize(
    ("how", "moment"),
    [
        (signal.SIGINT, _container_there),
        (signal.SIGTERM, _network_there),
        (signal.SIGKILL, _network_there),
        (signal.SIGKILL, _container_there),
    ],
)
def test_an_interrupted_creation_leaves_nothing_behind(
    learner: Learner, engine: ContainerEngine, how: signal.Signals, moment: Callable[[ContainerEngine, str], bool]
) -> None:
    """SIGINT and SIGTERM clean up by themselves; after SIGKILL, `down` does."""
    own_name = learner.name("cut-off")
    process = learner.start("up", "--engine", "kind", "--cluster", "cut-off")
    wait_for(lambda: moment(engine, own_name) or process.poll() is not None, "the creation to begin", timeout_s=120)
    assert process.poll() is None
    time.sleep(0.5)  # somewhere in the middle
    process.send_signal(how)
    said, _ = process.communicate(timeout=120)
    if how is signal.SIGKILL:
        code, said = learner.run("down", "--engine", "kind", "--cluster", "cut-off")
        assert code == 0, said
    else:
        assert process.returncode == 130, said
    assert leftovers(engine, own_name) == []
    assert list((learner.folder / "state/kind/clusters").iterdir()) == []
    assert processes.processes_naming(learner.folder / "state") == []


# ---- bad input


@pytest.mark.parametrize("by_kind", [True, False])
def test_a_cluster_that_is_not_ours_is_refused_and_left_alone(
    learner: Learner, engine: ContainerEngine, by_kind: bool
) -> None:
    """A reused name: neither `up` nor `down` touches what somebody else has made."""
    own_name = learner.name("taken")
    label = ("--label", f"{KIND_LABEL}={own_name}") if by_kind else ()
    made = engine.run("create", *label, "--name", f"{own_name}-control-plane", image()).strip()
    try:
        code, said = learner.run("up", "--engine", "kind", "--cluster", "taken")
        assert code == 3, said
        assert "did not make" in said
        assert learner.run("down", "--engine", "kind", "--cluster", "taken")[0] == 0
        assert engine.run("inspect", "--format", "{{.Id}}", f"{own_name}-control-plane").strip() == made
    finally:
        engine.run("rm", "--force", made)


def test_a_corrupt_image_archive_is_named(learner: Learner) -> None:
    archive = learner.folder / "node.tar"
    archive.write_bytes(b"not an archive")
    _fails(
        learner, str(archive), {"DRIFTLAB_KIND_IMAGE": "driftlab-test/none:1"}, f"could not be loaded from {archive}"
    )


def test_an_archive_without_the_image_is_named(learner: Learner, engine: ContainerEngine) -> None:
    from driftlab.clusters.image_archives import write_archive

    archive = learner.folder / "other.tar"
    behaviour = {"image": "driftlab-test/other", "port": 80, "versions": {"1": {}}}
    program = learner.folder / "program"
    program.write_bytes(b"#!")
    write_archive(behaviour, program, archive)
    try:
        _fails(learner, str(archive), {"DRIFTLAB_KIND_IMAGE": "driftlab-test/none:1"}, "was not in it")
    finally:
        with suppress(DriftlabError):
            engine.run("image", "rm", "docker.io/library/driftlab-test/other:1")
        with suppress(DriftlabError):
            engine.run("image", "rm", "driftlab-test/other:1")


def test_an_image_that_cannot_be_had_is_named_with_the_other_ways(learner: Learner) -> None:
    said = _fails(learner, "", {"DRIFTLAB_KIND_IMAGE": "127.0.0.1:9/none:1"}, "could not be pulled")
    assert "--engine embedded" in said


def test_a_number_of_workers_that_is_none_is_refused(learner: Learner) -> None:
    code, said = learner.run("up", "--engine", "kind", DRIFTLAB_KIND_WORKERS="many")
    assert code == 2, said
    assert "from 0 to 8" in said


def test_a_name_that_is_too_long_is_refused(learner: Learner) -> None:
    code, said = learner.run("up", "--engine", "kind", "--cluster", "n" * 60)
    assert code == 2, said
    assert "at most 42" in said


def _fails(learner: Learner, archive: str, environment: dict[str, str], what: str) -> str:
    own_name = learner.name("never")
    code, said = learner.run(
        "up", "--engine", "kind", "--cluster", "never", DRIFTLAB_KIND_IMAGE_ARCHIVE=archive, **environment
    )
    assert code == 3, said
    assert what in said
    assert "Next: " in said
    assert leftovers(ContainerEngine.find(), own_name) == []
    return said


# ---- the container engine goes away


def test_a_container_engine_that_stops_in_the_middle_is_trouble_and_up_mends_it(
    learner: Learner, engine: ContainerEngine, tmp_path: Path
) -> None:
    if engine.program != "docker":
        pytest.skip("only docker is reached through a socket that can be put in between")
    real = Path(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))
    own_name = learner.name("torn")
    short = Path("/tmp") / f"driftlab-{os.getpid()}.sock"  # a socket's path may not be long
    words = ("--engine", "kind", "--cluster", "torn")
    try:
        with in_between(short, real):
            process = learner.start("up", *words, DOCKER_HOST=f"unix://{short}")
            wait_for(lambda: bool(engine.nodes(own_name)), "the first container", timeout_s=120)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 3, said
        assert "Next: " in said
        code, said = learner.run("status", *words, DOCKER_HOST=f"unix://{short}")
        assert code == 3, said
        assert "does not answer" in said
        code, said = learner.run("up", *words)
        assert code == 0, said
        assert learner.run("status", *words)[0] == 0
    finally:
        short.unlink(missing_ok=True)
        shutil.rmtree(tmp_path / "nothing", ignore_errors=True)


@contextmanager
def in_between(path: Path, real: Path) -> Iterator[None]:
    """A socket at ``path`` that passes everything on to ``real``; afterwards, nobody answers there."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(50)
    open_sockets: list[socket.socket] = [listener]

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(real))
                open_sockets.extend((client, server))
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield
    finally:
        path.unlink()
        for one in open_sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
