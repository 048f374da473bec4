"""Other projects' suites for pytest-kind run on the embedded engine: a small one, in the way they are written."""

import importlib.util
import json
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftlab.clusters.embedded.drop_in import KindShaped, NeedsContainers
from driftlab.clusters.embedded.images import CatalogueInvalid
from driftlab.clusters.errors import UsageError

APPLICATION = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: IMAGE
          readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
"""


@pytest.fixture(scope="module")
def kind_cluster(lab_kind_cluster: KindShaped) -> KindShaped:
    """What a project has to write in its ``conftest.py``."""
    return lab_kind_cluster


@pytest.fixture
def deploy(kind_cluster: KindShaped, tmp_path: Path) -> Iterator[object]:
    """``deploy(image)``: the application, from a file, as such suites do."""

    def deploy(image: str) -> None:
        path = tmp_path / "application.yaml"
        path.write_text(APPLICATION.replace("IMAGE", image))
        kind_cluster.kubectl("apply", "--filename", str(path))

    yield deploy
    kind_cluster.kubectl("delete", "deployment", "shop", "--ignore-not-found")
    kind_cluster.kubectl("wait", "--for=delete", "pods", "--selector=app=shop", "--timeout=120s")


def pods(kind_cluster: KindShaped, selector: str) -> list[dict[str, object]]:
    items: list[dict[str, object]] = json.loads(
        kind_cluster.kubectl("get", "pods", "--selector", selector, "--output=json")
    )["items"]
    return items


def test_an_image_that_is_loaded_can_be_deployed(kind_cluster: KindShaped, deploy):
    """And one that is not cannot: the embedded engine knows no image of that name."""
    image = f"registry.example:5000/shop-{secrets.token_hex(3)}:1.0"
    deploy(image)
    reason = "jsonpath={.items[*].status.containerStatuses[0].state.waiting.reason}"
    kind_cluster.kubectl(
        "wait", "pods", "--selector=app=shop", "--timeout=120s",
        "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff",
    )  # fmt: skip
    assert "ImagePullBackOff" in kind_cluster.kubectl("get", "pods", "--selector=app=shop", "--output", reason)
    kind_cluster.kubectl("delete", "deployment", "shop")

    kind_cluster.load_docker_image(image)
    deploy(image)
    kind_cluster.kubectl("rollout", "status", "deployment/shop", "--timeout=120s")
    assert kind_cluster.kubectl("logs", "deployment/shop") == ""


def test_pods_run_on_while_an_image_is_loaded(kind_cluster: KindShaped, deploy):
    deploy("blog-api:1.0")
    kind_cluster.kubectl("rollout", "status", "deployment/shop", "--timeout=120s")
    before = {pod["metadata"]["uid"] for pod in pods(kind_cluster, "app=shop")}
    assert len(before) == 2
    kind_cluster.load_docker_image(f"late-{secrets.token_hex(3)}")
    kind_cluster.kubectl("rollout", "status", "deployment/shop", "--timeout=120s")
    after = pods(kind_cluster, "app=shop")
    assert {pod["metadata"]["uid"] for pod in after} == before
    assert [pod["status"]["containerStatuses"][0]["restartCount"] for pod in after] == [0, 0]
    assert "blog-api 1.0 starting" in kind_cluster.kubectl("logs", "deployment/shop")


def test_how_an_image_behaves_can_be_told(kind_cluster: KindShaped):
    name = f"worker-{secrets.token_hex(3)}"
    kind_cluster.load_docker_image(f"{name}:2", kind="shell", command=["true"], programs=["true"])
    kind_cluster.kubectl("run", name, f"--image={name}:2", "--restart=Never")
    kind_cluster.kubectl("wait", f"pod/{name}", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=120s")
    kind_cluster.kubectl("delete", "pod", name, "--now")


def test_an_image_that_is_known_is_loaded_at_once(kind_cluster: KindShaped):
    """Nothing is started again for it."""
    before = kind_cluster.cluster._alive()["driftlab-node"].pid
    kind_cluster.load_docker_image("nginx:1.27")
    assert kind_cluster.cluster._alive()["driftlab-node"].pid == before


@pytest.mark.parametrize(
    ("image", "behaviour", "error"),
    [
        ("shop@sha256:" + "0" * 64, {}, UsageError),
        ("shop:odd", {"kind": "submarine"}, CatalogueInvalid),
        ("shop:odd", {"port": "eighty"}, CatalogueInvalid),
        ("shop:odd", {"prot": 80}, CatalogueInvalid),
    ],
)
def test_an_image_that_cannot_be_loaded_changes_nothing(kind_cluster: KindShaped, image: str, behaviour, error):
    with pytest.raises(error):
        kind_cluster.load_docker_image(image, **behaviour)
    assert not kind_cluster.cluster.knows_image("shop:odd")
    assert kind_cluster.cluster.status().phase == "ready"


def test_kubectl_is_run_and_raises_as_there(kind_cluster: KindShaped):
    """Output is returned; options of ``subprocess.check_output`` are passed on."""
    assert "control-plane" not in kind_cluster.kubectl("get", "nodes", "--output=name", timeout=60)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        kind_cluster.kubectl("get", "pod", "nobody", stderr=subprocess.STDOUT)
    assert failed.value.returncode == 1
    assert '"nobody" not found' in failed.value.output


def test_the_kubeconfig_is_the_owners(kind_cluster: KindShaped):
    assert kind_cluster.kubeconfig_path.exists()
    assert kind_cluster.kubectl("auth", "can-i", "*", "*", "--all-namespaces").strip() == "yes"


@pytest.mark.skipif(importlib.util.find_spec("pykube") is None, reason="pykube is not installed")
def test_the_api_is_pykubes(kind_cluster: KindShaped):
    import pykube

    try:
        assert kind_cluster.api.version == ("1", "36")
        names = [node.name for node in pykube.Node.objects(kind_cluster.api)]
    finally:
        kind_cluster.api.session.close()
    assert names
    assert all(name.startswith(kind_cluster.name) for name in names)


def test_without_pykube_there_is_no_api(kind_cluster: KindShaped, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "pykube", None)
    with pytest.raises(AttributeError, match="pip install"):
        _ = KindShaped(kind_cluster.cluster).api
    assert not hasattr(KindShaped(kind_cluster.cluster), "api")


def test_a_port_cannot_be_forwarded_and_that_is_said(kind_cluster: KindShaped):
    with pytest.raises(NeedsContainers, match="runs none"), kind_cluster.port_forward("service/shop", 80):
        pytest.fail("there is no container")


def test_create_and_delete_do_no_harm(kind_cluster: KindShaped):
    """Suites that call them by themselves go on; the fixture takes the cluster away."""
    kind_cluster.delete()
    kind_cluster.create()
    assert kind_cluster.cluster.status().phase == "ready"
