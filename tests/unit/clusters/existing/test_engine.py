"""A cluster of somebody else's, as far as no cluster is needed: names, kubeconfigs, confirmations."""

import base64
import json
import os
import shlex
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.sessions.selection import chosen_cluster, remember
from driftlab.clusters.errors import CommandFailed, ConfirmationNeeded, DriftlabError, UsageError
from driftlab.clusters.existing.credentials import with_credentials
from driftlab.clusters.existing.engine import ExistingCluster
from driftlab.clusters.existing.names import LABEL, label, shared_namespace, user_label
from driftlab.clusters.existing.production import production_name
from driftlab.clusters.kubernetes import kubeconfig
from driftlab.clusters.kubernetes.kubeconfig import KubeconfigInvalid, UnknownContext
from driftlab.clusters.kubernetes.rbac import MAKING, NEEDED
from driftlab.clusters.registry import ENGINES, choose, engine_class, open_cluster

Document = dict[str, Any]

#: What clouds and people call their contexts.
CONTEXTS = [
    "minikube",
    "kind-kind",
    "kubernetes-admin@kubernetes",
    "arn:aws:eks:eu-west-1:123456789012:cluster/school",
    "gke_company-123_europe-west1_class",
    "default/api-crc-testing:6443/kube:admin",
    "../../etc/passwd",
    "mit Leerzeichen und Ü",
    "Minikube",
    "-",
    "x" * 300,
]


def config(*names: str, server: str = "https://127.0.0.1:1", **user: Any) -> Document:
    return {
        "clusters": [{"name": f"c-{name}", "cluster": {"server": server}} for name in names],
        "users": [{"name": f"u-{name}", "user": user or {"token": name}} for name in names],
        "contexts": [{"name": name, "context": {"cluster": f"c-{name}", "user": f"u-{name}"}} for name in names],
    }


@pytest.fixture(autouse=True)
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """``write(document, name)``: one more kubeconfig of the user's, who has none at home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUBECONFIG", raising=False)

    def write(document: Document | str, name: str = "config") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
        others = [one for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join([*others, str(path)]))
        return path

    return write


def usual() -> kubeconfig.Kubeconfig:
    return kubeconfig.read(kubeconfig.usual_files())


# ---- names


@given(st.text(max_size=400))
@pytest.mark.parametrize("longest", [10, 40, 63])
def test_a_label_can_be_the_name_of_a_namespace(longest: int, text: str):
    made = label(text, longest)
    assert LABEL.fullmatch(made)
    assert len(made) <= longest


@given(st.text(max_size=80), st.text(max_size=80))
def test_two_texts_have_two_labels(one: str, other: str):
    assert (label(one, 48) == label(other, 48)) == (one == other)


@given(st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=40))
def test_a_plain_name_stays_as_it_is(name: str):
    assert label(name, 40) == name


def test_what_looks_like_a_label_of_ours_is_no_plain_name():
    made = label("Anna")
    assert made.startswith("anna-")
    assert label(made) != made


@given(
    st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=63).map(
        lambda name: name.strip("-") or "x"
    ),
    st.text(min_size=1, max_size=200),
)
def test_every_lab_of_every_user_has_a_namespace(lab: str, user: str):
    cluster = ExistingCluster("school")
    cluster.user = label(user, 40)
    assert LABEL.fullmatch(cluster.namespace_for(lab))
    assert cluster.namespace_for(lab) != cluster.namespace_for(f"{lab}x")


def test_a_usual_namespace_can_be_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DRIFTLAB_USER", "anna")
    assert ExistingCluster("school").namespace_for("self-healing") == "self-healing-anna"


@pytest.mark.parametrize(
    ("said", "user"), [("anna", "anna"), ("o'neill", "o-neill-"), ("MÜLLER", "muller-"), ("李", "x-")]
)
def test_users_are_called_what_they_say(monkeypatch: pytest.MonkeyPatch, said: str, user: str):
    monkeypatch.setenv("DRIFTLAB_USER", said)
    assert user_label().startswith(user)
    assert len(user_label()) == len(user) + (8 if user.endswith("-") else 0)


def test_users_who_say_nothing_are_called_as_they_are_logged_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOGNAME", "ben")
    assert user_label() == "ben"


def test_a_machine_without_a_name_for_its_user_asks_for_one(monkeypatch: pytest.MonkeyPatch):
    """A container may run as a number that no file knows."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    with pytest.raises(UsageError) as error:
        user_label()
    assert "DRIFTLAB_USER" in error.value.next_step


@pytest.mark.parametrize("name", CONTEXTS)
def test_the_folder_of_a_context_is_inside_ours(name: str, tmp_path: Path):
    cluster = ExistingCluster(name)
    assert cluster.name == name
    assert cluster.folder.parent == tmp_path / "state" / "existing" / "clusters"
    assert len(cluster.folder.name) <= 48


def test_contexts_have_folders_of_their_own_on_every_file_system():
    folders = {ExistingCluster(name).folder.name.lower() for name in CONTEXTS}
    assert len(folders) == len(CONTEXTS)


@pytest.mark.parametrize("name", ["", "room-7", "a"])
def test_a_shared_namespace(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", name)
    assert shared_namespace() == name
    assert ExistingCluster("school").namespace_for("self-healing").startswith(name or "self-healing-")


@pytest.mark.parametrize(
    "name", ["default", "kube-system", "kube-public", "Room", "a/b", "-", "x" * 64, "kube-anything"]
)
def test_namespaces_that_can_never_be_shared(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", name)
    with pytest.raises(UsageError):
        ExistingCluster("school")


# ---- does it look like production?


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


def test_production_is_not_even_asked_before_it_is_confirmed(write: Callable[..., Path], mute: str):
    """The server behind the context never answers: who asks it waits."""
    write(config("shop prod", server=f"https://{mute}"))
    with pytest.raises(ConfirmationNeeded) as needed:
        ExistingCluster("shop prod").up()
    assert needed.value.phrase == "shop prod"
    assert shlex.split(needed.value.next_step)[-1] == "DRIFTLAB_CONFIRM=shop prod"
    assert not ExistingCluster("shop prod").folder.exists()


# ---- which cluster is meant


def test_auto_never_takes_it():
    assert not engine_class("existing").automatic
    assert [name for name in ENGINES if not engine_class(name).automatic] == ["existing"]
    assert choose("auto")[0] is not ExistingCluster


@pytest.mark.parametrize("ask", [lambda: open_cluster("existing"), lambda: chosen_cluster("existing"), ExistingCluster])
def test_the_default_context_is_never_taken(write: Callable[..., Path], ask: Callable[[], object]):
    write({**config("school", "shop"), "current-context": "shop"})
    with pytest.raises(UsageError) as error:
        ask()
    assert (
        error.value.next_step
        == "driftlab up --engine existing --cluster CONTEXT, where CONTEXT is one of: school, shop"
    )


def test_where_there_are_no_contexts_a_kubeconfig_is_asked_for():
    with pytest.raises(UsageError, match="name its context") as error:
        open_cluster("existing")
    assert "KUBECONFIG" in error.value.next_step


def test_a_context_may_be_called_like_our_own_clusters(write: Callable[..., Path]):
    """And still it is only taken where it is named."""
    write(config("driftlab"))
    with pytest.raises(UsageError):
        chosen_cluster("existing")
    assert chosen_cluster("existing", "driftlab").name == "driftlab"


def test_the_context_that_was_used_last_is_meant_until_another_engine_is_named(monkeypatch: pytest.MonkeyPatch):
    remember(ExistingCluster("arn:aws/x"))
    assert (chosen_cluster().engine, chosen_cluster().name) == ("existing", "arn:aws/x")
    assert chosen_cluster("existing").name == "arn:aws/x"
    for engine in ("embedded", "auto"):
        other = chosen_cluster(engine)
        assert (other.name, other.engine == "existing") == ("driftlab", False)
    remember(open_cluster("embedded", "mine"))
    assert chosen_cluster("auto").name == "mine"
    with pytest.raises(UsageError):
        chosen_cluster("existing")
    monkeypatch.setenv("DRIFTLAB_ENGINE", "existing")
    monkeypatch.setenv("DRIFTLAB_CLUSTER", "shop")
    assert (chosen_cluster().engine, chosen_cluster().name) == ("existing", "shop")


# ---- kubeconfigs


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


# ---- programs that fetch credentials


def fetched(user: Document) -> Document:
    document = {"clusters": [{"name": "c", "cluster": {"server": "https://x"}}], "users": [{"name": "u", "user": user}]}
    return with_credentials(document, "school")["users"][0]["user"]


def test_what_the_program_says_takes_its_place(script: Callable[[str, str], Path]):
    said = {"status": {"token": "abc", "clientCertificateData": "C", "clientKeyData": "K", "expirationTimestamp": "x"}}
    path = script("login", f"echo '{json.dumps(said)}'")
    assert fetched({"exec": {"command": str(path)}}) == {
        "token": "abc",
        "client-certificate-data": "Qw==",
        "client-key-data": "Sw==",
    }


def test_who_needs_no_program_runs_none():
    assert fetched({"token": "abc"}) == {"token": "abc"}


def test_a_program_is_told_of_the_cluster_only_where_it_asks(script: Callable[[str, str], Path]):
    path = script("login", 'echo "{\\"status\\": {\\"token\\": \\"$(echo $KUBERNETES_EXEC_INFO | base64 -w0)\\"}}"')
    info = {"command": str(path), "apiVersion": "client.authentication.k8s.io/v1"}
    told = json.loads(base64.b64decode(fetched({"exec": info})["token"]))
    assert told == {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "spec": {"interactive": False},
    }
    told = json.loads(base64.b64decode(fetched({"exec": {**info, "provideClusterInfo": True}})["token"]))
    assert told["spec"]["cluster"] == {"server": "https://x"}


@pytest.mark.parametrize("text", ["echo no", "exit 3", "echo '[]'", """echo '{"status": {"clientKeyData": 7}}'"""])
def test_a_program_that_fails_is_named_with_what_its_makers_advise(script: Callable[[str, str], Path], text: str):
    path = script("login", text)
    with pytest.raises(CommandFailed) as error:
        fetched({"exec": {"command": str(path), "installHint": "see https://example.org"}})
    assert error.value.command == (str(path),)
    assert error.value.next_step == "see https://example.org"


def test_a_program_that_is_not_there():
    with pytest.raises(CommandFailed, match="could not be started") as error:
        fetched({"exec": {"command": "login-that-nobody-has"}})
    assert error.value.next_step == "kubectl --context school auth whoami"


def test_a_program_that_does_not_end_is_ended(script: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("driftlab.clusters.existing.credentials.PATIENCE_S", 0.2)
    with pytest.raises(CommandFailed, match="did not end"):
        fetched({"exec": {"command": str(script("login", "exec sleep 600"))}})


# ---- before it is taken up


def test_a_context_that_was_not_taken_up_is_absent_and_says_what_to_do():
    cluster = ExistingCluster("my school")
    assert cluster.status().phase == "absent"
    with pytest.raises(DriftlabError) as error:
        _ = cluster.client
    assert error.value.next_step == "driftlab up --engine existing --cluster 'my school'"
    cluster.stop()
    cluster.down()
    assert not cluster.folder.exists()


def test_an_api_server_that_is_not_there_leaves_nothing_behind(write: Callable[..., Path], closed: str):
    path = write(config("school", server=f"https://{closed}"))
    before = path.read_bytes()
    with pytest.raises(DriftlabError, match="does not answer") as error:
        ExistingCluster("school").up()
    assert error.value.next_step.endswith("kubectl --context school version")
    assert not ExistingCluster("school").folder.exists()
    assert path.read_bytes() == before


def test_a_damaged_record_counts_as_none():
    cluster = ExistingCluster("school")
    cluster.folder.mkdir(parents=True)
    for content in ("", "[]", "{", '{"server": 7}', '{"namespaces": 7}', '{"namespaces": {"x": 7, "y": {"uid": "z"}}}'):
        (cluster.folder / "driftlab.json").write_text(content)
        assert cluster.status().phase == "absent"
        cluster.reset()
    cluster.down()
    assert not cluster.folder.exists()


def test_rights_are_named_once():
    named = [(right.of, verb) for right in (*NEEDED, *MAKING) for verb in right.verbs]
    assert len(named) == len(set(named))
