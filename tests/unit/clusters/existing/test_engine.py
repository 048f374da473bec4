"""A cluster of somebody else's, as far as no cluster is needed: which one is meant, and what is kept of it."""

import shlex
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.sessions.selection import chosen_cluster, remember
from driftlab.clusters.errors import ConfirmationNeeded, DriftlabError, UsageError
from driftlab.clusters.existing.engine import ExistingCluster
from driftlab.clusters.existing.names import LABEL, label
from driftlab.clusters.registry import ENGINES, engine_class, open_cluster
from tests.unit.kubeconfigs_by_hand import config

pytestmark = pytest.mark.usefixtures("write")


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


# ---- its namespaces and its folder


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


@pytest.mark.parametrize("name", CONTEXTS)
def test_the_folder_of_a_context_is_inside_ours(name: str, tmp_path: Path):
    cluster = ExistingCluster(name)
    assert cluster.name == name
    assert cluster.folder.parent == tmp_path / "state" / "existing" / "clusters"
    assert len(cluster.folder.name) <= 48


def test_contexts_have_folders_of_their_own_on_every_file_system():
    folders = {ExistingCluster(name).folder.name.lower() for name in CONTEXTS}
    assert len(folders) == len(CONTEXTS)


# ---- which cluster is meant


def test_production_is_not_even_asked_before_it_is_confirmed(write: Callable[..., Path], mute: str):
    """The server behind the context never answers: who asks it waits."""
    write(config("shop prod", server=f"https://{mute}"))
    with pytest.raises(ConfirmationNeeded) as needed:
        ExistingCluster("shop prod").up()
    assert needed.value.phrase == "shop prod"
    assert shlex.split(needed.value.next_step)[-1] == "DRIFTLAB_CONFIRM=shop prod"
    assert not ExistingCluster("shop prod").folder.exists()


def test_auto_never_takes_it():
    assert not engine_class("existing").automatic
    assert [name for name in ENGINES if not engine_class(name).automatic] == ["existing"]
    assert open_cluster("auto").engine != "existing"


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
