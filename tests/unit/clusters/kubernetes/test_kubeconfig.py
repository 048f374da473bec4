"""Kubeconfigs are read as kubectl reads them, and one that is damaged is named."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.clusters.kubernetes import kubeconfig
from driftlab.clusters.kubernetes.kubeconfig import KubeconfigInvalid, UnknownContext
from tests.unit.kubeconfigs_by_hand import Document, config, usual

pytestmark = pytest.mark.usefixtures("write")


def test_of_several_files_the_first_to_name_something_counts(write: Callable[..., Path]):
    """As kubectl has it, also for a context whose parts are in several files."""
    write(config("school"), "one")
    write(config("school", "shop", server="https://127.0.0.1:2"), "two")
    write(
        {"contexts": [{"name": "mixed", "context": {"cluster": "c-school", "user": "u-shop", "namespace": "n"}}]},
        "three",
    )
    assert sorted(usual().contexts) == ["mixed", "school", "shop"]
    assert usual().context("school")["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:1"
    mixed = usual().context("mixed")
    assert mixed["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:1"
    assert mixed["users"][0]["user"] == {"token": "shop"}
    assert mixed["current-context"] == "mixed"


def test_a_context_comes_with_nothing_else(write: Callable[..., Path]):
    write({**config("school", "shop"), "preferences": {"colors": True}})
    assert "shop" not in json.dumps(usual().context("school"))


def test_files_that_are_not_there_are_passed_over(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
    path = write(config("school"))
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(["/nowhere/config", "", str(path), str(path)]))
    assert list(usual().contexts) == ["school"]
    monkeypatch.setenv("KUBECONFIG", "/nowhere/config")
    assert usual().contexts == {}


def test_the_usual_place(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
    write(config("at-home"), "home/.kube/config")
    for chosen in ("", os.pathsep):
        monkeypatch.setenv("KUBECONFIG", chosen)
        assert list(usual().contexts) == ["at-home"]
    monkeypatch.delenv("KUBECONFIG")
    assert list(usual().contexts) == ["at-home"]


def test_our_own_kubeconfigs_are_not_the_owners(write: Callable[..., Path]):
    """In our notebooks KUBECONFIG names the learner's."""
    write(config("at-home"), "home/.kube/config")
    os.environ["KUBECONFIG"] = ""
    write(config("school"), "state/learner.kubeconfig")
    assert list(usual().contexts) == ["at-home"]
    write(config("shop"), "other")
    assert list(usual().contexts) == ["shop"]


def test_paths_are_meant_from_the_file_that_they_stand_in(write: Callable[..., Path], tmp_path: Path):
    document = config("school", **{"client-certificate": "a.crt", "client-key": "/etc/a.key", "tokenFile": "../token"})
    document["clusters"][0]["cluster"]["certificate-authority"] = "ca.crt"
    write(document, "deep/config")
    made = usual().context("school")
    assert made["clusters"][0]["cluster"]["certificate-authority"] == str(tmp_path / "deep" / "ca.crt")
    user = made["users"][0]["user"]
    assert user["client-certificate"] == str(tmp_path / "deep" / "a.crt")
    assert user["client-key"] == "/etc/a.key"
    assert Path(user["tokenFile"]).resolve() == tmp_path / "token"


@pytest.mark.parametrize(
    ("command", "inside"), [("./login", True), ("bin/login", True), ("login", False), ("/bin/login", False)]
)
def test_programs_are_meant_from_there_unless_they_are_on_path(
    write: Callable[..., Path], tmp_path: Path, command: str, inside: bool
):
    write(config("school", exec={"command": command}), "deep/config")
    found = usual().context("school")["users"][0]["user"]["exec"]["command"]
    assert found == (str(tmp_path / "deep" / command) if inside else command)


def test_what_yaml_would_take_for_a_date_stays_a_text(write: Callable[..., Path]):
    write(
        """
        clusters: [{name: c, cluster: {server: "https://x", insecure-skip-tls-verify: true}}]
        users: [{name: u, user: {auth-provider: {name: oidc, config: {expiry: 2026-01-01T00:00:00Z}}}}]
        contexts: [{name: school, context: {cluster: c, user: u}}]
        """
    )
    made = usual().context("school")
    assert json.loads(json.dumps(made)) == made
    assert made["users"][0]["user"]["auth-provider"]["config"]["expiry"] == "2026-01-01T00:00:00Z"
    assert made["clusters"][0]["cluster"]["insecure-skip-tls-verify"] is True


def test_an_unknown_context_is_met_with_those_there_are(write: Callable[..., Path]):
    write(config("school", *(f"room-{number:02}" for number in range(30))))
    with pytest.raises(UnknownContext, match="Did you mean 'school'") as error:
        usual().context("shcool")
    assert error.value.next_step.startswith("choose one of: room-00, room-01")
    assert error.value.next_step.endswith("and 11 more")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("contexts: [", "not YAML: see line"),
        ("\tx", "not YAML"),
        ("just words", "not a kubeconfig"),
        ("[1, 2]", "not a kubeconfig"),
        ("contexts: {a: b}", "no list of contexts"),
        ("users: [7]", "something else among its users, as number 1"),
        ("contexts: [{name: a, context: {}}, {name: 7, context: {}}]", "among its contexts, as number 2"),
        ("clusters: [{name: a, cluster: [x]}]", "something else among its clusters"),
        ("\x00", "not YAML"),
        ("!!python/object/apply:os.system [id]", "not YAML"),
    ],
)
def test_a_kubeconfig_that_is_damaged_is_named(write: Callable[..., Path], text: str, said: str):
    write(config("school"), "good")
    path = write(text, "bad one")
    with pytest.raises(KubeconfigInvalid, match=said) as error:
        usual()
    assert str(path) in error.value.message


def test_a_kubeconfig_that_is_no_text_or_no_file(write: Callable[..., Path]):
    path = write("x")
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(KubeconfigInvalid, match="not text"):
        usual()
    path.unlink()
    path.mkdir()
    with pytest.raises(KubeconfigInvalid, match="cannot be read"):
        usual()


@pytest.mark.parametrize(
    "text", ["", "# nothing", "{}", "contexts:\nclusters: null\nusers: []", "apiVersion: v1\nkind: Config"]
)
def test_an_empty_kubeconfig_has_no_contexts(write: Callable[..., Path], text: str):
    write(text)
    assert usual().contexts == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: document.update(clusters=[]), "names the cluster 'c-school'"),
        (lambda document: document.update(users=[]), "names the user 'u-school'"),
        (lambda document: document["clusters"][0].update(cluster={}), "without a server"),
        (lambda document: document["clusters"][0].update(cluster=None), "without a server"),
        (lambda document: document["contexts"][0].update(context=None), "names the cluster None"),
    ],
)
def test_a_context_that_leads_nowhere(write: Callable[..., Path], change: Callable[[Document], None], said: str):
    document = config("school")
    change(document)
    write(document)
    with pytest.raises(KubeconfigInvalid, match=said):
        usual().context("school")


def test_a_context_without_a_user_is_nobody(write: Callable[..., Path]):
    document = config("school")
    del document["contexts"][0]["context"]["user"]
    write(document)
    assert usual().context("school")["users"] == [{"name": "nobody", "user": {}}]


@given(st.text(max_size=200))
def test_whatever_stands_in_a_kubeconfig_is_read_or_named(text: str):
    path = Path(os.environ["DRIFTLAB_STATE"]).parent / "fuzzed"
    path.write_bytes(text.encode(errors="replace"))
    try:
        kubeconfig.read([path])
    except KubeconfigInvalid as error:
        assert str(path) in error.message  # noqa: PT017 both are right
