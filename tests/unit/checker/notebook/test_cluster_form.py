"""The form that chooses a cluster: nothing of somebody else's is taken unless it is named, and confirmed."""

import os

import pytest
import yaml
from IPython.utils.capture import capture_output

from driftlab.checker.notebook.cluster_form import ClusterForm, choices


@pytest.fixture
def contexts(tmp_path, monkeypatch):
    """A kubeconfig with two contexts whose clusters nobody answers for."""
    names = ("team-blue", "prod-eu")
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "prod-eu",
        "clusters": [{"name": "there", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "me", "user": {"token": "t"}}],
        "contexts": [{"name": name, "context": {"cluster": "there", "user": "me"}} for name in names],
    }
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(path))
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    for name in ("DRIFTLAB_ENGINE", "DRIFTLAB_CLUSTER", "DRIFTLAB_CONFIRM", "DRIFTLAB_NAMESPACE"):
        monkeypatch.setenv(name, "")  # set, so that what the form sets is taken back
    return names


@pytest.fixture
def form(contexts):
    taken = []
    made = ClusterForm(taken.append)
    with capture_output():
        made.show()
    made.taken = taken
    return made


def test_every_context_is_offered_by_its_name_and_none_is_preselected(contexts, form):
    offered = [value for _, value in choices()]
    assert {("existing", name) for name in contexts} <= set(offered)
    assert form.choice.value == ("auto", None)


def test_a_context_that_looks_like_production_wants_its_name_typed(form):
    form.choice.value = ("existing", "prod-eu")
    assert form.typed.layout.display == "none"
    form.use()
    assert form.typed.layout.display != "none"
    assert "prod-eu" in form.aside.value
    assert form.taken == []


def test_the_wrong_name_typed_confirms_nothing(form):
    form.choice.value = ("existing", "prod-eu")
    form.use()
    form.typed.value = "prod"
    form.use()
    assert form.taken == []
    assert "type prod-eu below" in form.aside.value


def test_a_cluster_that_does_not_answer_is_said_and_the_form_stays(form):
    form.choice.value = ("existing", "team-blue")
    form.use()
    assert "Try: " in form.aside.value
    assert form.taken == []
    assert form.button.disabled is False


def test_the_name_that_was_typed_confirms_this_cluster_and_nothing_else(form, monkeypatch):
    """It goes with the question to `up`: what the kernel starts later is not told of it."""
    form.choice.value = ("existing", "prod-eu")
    form.typed.value = "prod-eu"
    form.use()
    assert "type prod-eu below" not in form.aside.value
    assert "Try: " in form.aside.value, "it was asked, and does not answer"
    assert os.environ["DRIFTLAB_CONFIRM"] == ""
