"""The node image of kind clusters: which one, and how it gets here."""

import socket
from pathlib import Path

import pytest

from driftlab.clusters.errors import CommandFailed
from driftlab.clusters.kind import node_image
from driftlab.clusters.kind.containers import ContainerEngine
from driftlab.clusters.kind.node_image import IMAGE, ensure_image, image, image_archive, registry_answers
from tests.unit.container_engines_by_hand import container_engine

pytestmark = pytest.mark.usefixtures("machine")

#: A podman that has images once they are loaded or pulled, and remembers what it was asked.
PODMAN = """
here={machine}/here
echo "$@" >> {machine}/asked
case "$1" in
image) [ -e $here ] ;;
load) {load} ;;
pull) {pull} ;;
esac
"""


@pytest.fixture
def podman(machine):
    """``podman(load, pull)``: an engine without the image; shell for what the two commands do."""

    def make(load="exit 1", pull="exit 1"):
        container_engine(machine, "podman", PODMAN.format(machine=machine, load=load, pull=pull))
        return ContainerEngine("podman")

    return make


@pytest.fixture
def asked(machine):
    """The commands that the engine was asked for, without its looks at the image."""
    return lambda: [
        line for line in (machine / "asked").read_text().splitlines() if not line.startswith("image inspect")
    ]


# ---- which one


def test_the_image_and_the_archive_can_be_named(monkeypatch, tmp_path):
    assert (image(), image_archive()) == (IMAGE, None)
    monkeypatch.setenv("DRIFTLAB_KIND_IMAGE", "mirror/node:1")
    monkeypatch.setenv("DRIFTLAB_KIND_IMAGE_ARCHIVE", "~/node.tar")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (image(), image_archive()) == ("mirror/node:1", tmp_path / "node.tar")


def test_the_usual_image_is_pinned_by_its_digest():
    assert "@sha256:" in IMAGE


# ---- whether it can be had


def test_a_registry_answers_if_it_accepts_a_connection(monkeypatch, closed):
    with socket.create_server(("127.0.0.1", 0)) as registry:
        monkeypatch.setattr(node_image, "REGISTRY", registry.getsockname())
        assert registry_answers()
    host, port = closed.split(":")
    monkeypatch.setattr(node_image, "REGISTRY", (host, int(port)))
    assert not registry_answers()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_behind_a_proxy_the_registry_is_believed_to_answer(monkeypatch, closed, name):
    """Only the container engine goes through the proxy."""
    host, port = closed.split(":")
    monkeypatch.setattr(node_image, "REGISTRY", (host, int(port)))
    monkeypatch.setenv(name, "http://proxy.example:3128")
    assert registry_answers()


# ---- how it comes


def test_an_image_that_is_here_is_neither_loaded_nor_pulled(podman, machine, asked):
    (machine / "here").touch()
    ensure_image(podman())
    assert asked() == []


def test_an_archive_goes_before_the_registry(podman, machine, asked, monkeypatch, recorder, progress):
    monkeypatch.setenv("DRIFTLAB_KIND_IMAGE_ARCHIVE", str(machine / "node.tar"))
    ensure_image(podman(load="/usr/bin/touch $here"), progress)
    assert asked() == [f"load --input {machine / 'node.tar'}"]
    assert recorder.steps[0].name == "Loading the node image from node.tar"


def test_without_an_archive_it_is_pulled(podman, asked):
    ensure_image(podman(pull="/usr/bin/touch $here"))
    assert asked() == [f"pull --quiet {IMAGE}"]


@pytest.mark.parametrize(
    ("commands", "archive", "message", "next_step"),
    [
        ({"load": "echo corrupt >&2; exit 1"}, "node.tar", "could not be loaded", "unset DRIFTLAB_KIND_IMAGE_ARCHIVE"),
        ({"load": "exit 0"}, "node.tar", "was not in it", "export DRIFTLAB_KIND_IMAGE="),
        ({"pull": "echo no route >&2; exit 1"}, "", "could not be pulled", "DRIFTLAB_KIND_IMAGE_ARCHIVE=/a/file"),
    ],
    ids=["a corrupt archive", "an archive without the image", "no registry"],
)
def test_a_failure_says_what_to_do(podman, monkeypatch, machine, commands, archive, message, next_step):
    if archive:
        monkeypatch.setenv("DRIFTLAB_KIND_IMAGE_ARCHIVE", str(Path(machine) / archive))
    with pytest.raises(CommandFailed, match=message) as failed:
        ensure_image(podman(**commands))
    assert next_step in failed.value.next_step
