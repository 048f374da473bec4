"""Names of namespaces and of users on a cluster that many share: valid, and different for different people."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.clusters.errors import UsageError
from driftlab.clusters.existing.engine import ExistingCluster
from driftlab.clusters.existing.names import LABEL, label, shared_namespace, user_label


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
