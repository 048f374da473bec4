"""A snapshot of a namespace: looked at, kept as JSON, and read back; and what of an object is kept at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.snapshot import LISTS, Snapshot, lean
from tests.unit.evidence_by_hand import family, json_values, snapshot, thing, through_json

objects = json_values.map(lambda spec: {"metadata": {"name": "a", "uid": "u"}, "spec": spec})
snapshots = st.builds(
    Snapshot,
    cluster=st.text(),
    namespace=st.text(),
    resource_version=st.text(),
    taken=st.floats(allow_nan=False),
    raw=st.lists(objects, max_size=2).map(lambda items: dict.fromkeys(LISTS, items)),
)


# ---- looking


def test_objects_are_found_by_name_and_kind():
    now = snapshot(*family("p-1"))
    assert now.deployment("blog-api").uid == "d-1"
    assert now.pod("blog-api-6f7-p-1").uid == "p-1"
    assert now.deployment("blog-api-6f7-p-1") is None
    assert now.pod("blog-api") is None


# ---- keeping


@given(snapshots)
def test_what_is_kept_as_json_comes_back_as_it_was(made):
    assert Snapshot.from_dict(through_json(made.to_dict())) == made


@given(json_values)
def test_a_document_that_is_not_a_snapshot_is_refused(document):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Snapshot.from_dict(document)


@pytest.mark.parametrize("field", ["cluster", "namespace", "resource_version", "taken", "raw"])
def test_every_field_is_needed(field):
    document = snapshot(*family()).to_dict()
    del document[field]
    with pytest.raises(KeyError):
        Snapshot.from_dict(document)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "damage",
    [
        None,
        "",
        "abc",
        1,
        {},
        {"a": 1},
        [1],
        [None],
        ["pod"],
        [[]],
        [{}],
        [{"metadata": None}],
        [{"metadata": {"uid": 1}}],
    ],
    ids=repr,
)
def test_every_list_must_be_one_of_objects(name, damage):
    document = snapshot(*family()).to_dict()
    document["raw"][name] = damage
    with pytest.raises((KeyError, TypeError, ValueError)):
        Snapshot.from_dict(document)


def test_a_missing_list_is_refused_and_an_unknown_one_is_left_out():
    document = snapshot(*family()).to_dict()
    assert Snapshot.from_dict({**document, "raw": {**document["raw"], "nodes": []}}) == snapshot(*family())
    del document["raw"]["pods"]
    with pytest.raises(KeyError):
        Snapshot.from_dict(document)


@pytest.mark.parametrize("taken", ["soon", None, []])
def test_a_time_must_be_a_number(taken):
    with pytest.raises((TypeError, ValueError)):
        Snapshot.from_dict({**snapshot().to_dict(), "taken": taken})


# ---- what is kept in a recording


def test_a_secrets_values_are_never_written_down_only_whether_they_change():
    made = thing(
        "Secret", "database", "s-1", annotations={"kubectl.kubernetes.io/last-applied-configuration": "c2VjcmV0"}
    )
    one = lean({**made, "type": "Opaque", "data": {"url": "c2VjcmV0", "user": "bWU="}})
    assert "c2VjcmV0" not in str(one)
    assert one["data"].keys() == {"url", "user"}
    assert one["metadata"]["name"] == "database"
    same, other = (lean({**made, "type": "Opaque", "data": {"url": value}})["data"] for value in ("c2VjcmV0", "bWU="))
    assert same["url"] == one["data"]["url"] != other["url"]
    assert lean({**made, "type": "Opaque", "data": None})["data"] == {}


def test_a_configmap_and_an_event_are_kept_as_they_are():
    noted = {**thing("ConfigMap", "notes", "c-1"), "data": {"variable": "DATABASE_URL"}}
    told = {**thing("Event", "e", "e-1"), "type": "Normal", "reason": "Started"}
    assert (lean(noted)["data"], lean(told)["type"]) == (noted["data"], "Normal")


def test_of_what_somebody_manages_only_the_number_of_replicas_is_kept():
    fields = {"f:spec": {"f:replicas": {}, "f:template": {}}, "f:metadata": {}}
    entries = [{"manager": "kubectl", "operation": "Update", "fieldsV1": fields, "fieldsType": "FieldsV1"}]
    entries += [{"manager": "other", "operation": "Apply", "fieldsV1": {"f:spec": {"f:template": {}}}}]
    assert lean(thing("Deployment", "d", "d-1", managedFields=entries))["metadata"]["managedFields"] == [
        {"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
        {"manager": "other", "operation": "Apply"},
    ]
