"""Evidence: how a namespace is read, kept, and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.evidence import LISTS, Snapshot, take_snapshot
from clusters.client import ApiRefused
from clusters.errors import ClusterUnreachable

from .evidence_by_hand import ReaderByHand, event, family, json_values, snapshot, steady, through_json

objects = json_values.map(lambda spec: {"metadata": {"name": "a", "uid": "u"}, "spec": spec})
snapshots = st.builds(
    Snapshot,
    cluster=st.text(),
    namespace=st.text(),
    resource_version=st.text(),
    taken=st.floats(allow_nan=False),
    raw=st.lists(objects, max_size=2).map(lambda items: dict.fromkeys(LISTS, items)),
)


# ---- reading


def test_a_snapshot_is_five_requests_all_of_one_version():
    reader = ReaderByHand(*family(), event("e-1", "Started", ("Pod", "x", "p-1")), cluster="c-7")
    taken = take_snapshot(reader, "self-healing")
    assert len(reader.asked) == 5
    lists = [(path, query) for path, query in reader.asked if path.rsplit("/", 1)[-1] in LISTS]
    assert {path for path, _ in lists} == {path.format(namespace="self-healing") for path in LISTS.values()}
    assert lists[0][1] == {}, "the first list says which version there is"
    for _, query in lists[1:]:
        assert query == {"resourceVersion": taken.resource_version, "resourceVersionMatch": "Exact"}
    assert (taken.cluster, taken.namespace) == ("c-7", "self-healing")
    assert [len(taken.raw[name]) for name in LISTS] == [1, 1, 3, 1]
    assert (taken.deployments[0].uid, taken.replicasets[0].uid) == ("d-1", "rs-1")
    assert (taken.pods[2].uid, taken.events[0].reason) == ("p-3", "Started")


@pytest.mark.parametrize("trouble", [ClusterUnreachable("no answer"), ApiRefused(410, "Expired", "too old")])
def test_a_cluster_that_does_not_answer_is_not_turned_into_an_empty_namespace(trouble):
    with pytest.raises(type(trouble)):
        take_snapshot(ReaderByHand(trouble=trouble), "self-healing")


def test_objects_are_found_by_name_and_kind():
    now = snapshot(*family("p-1"))
    assert now.deployment("blog-api").uid == "d-1"
    assert now.pod("blog-api-6f7-p-1").uid == "p-1"
    assert now.deployment("blog-api-6f7-p-1") is None
    assert now.pod("blog-api") is None


# ---- keeping


@steady
@given(snapshots)
def test_what_is_kept_as_json_comes_back_as_it_was(made):
    assert Snapshot.from_dict(through_json(made.to_dict())) == made


@steady
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
    assert Snapshot.from_dict({**document, "raw": {**document["raw"], "configmaps": []}}) == snapshot(*family())
    del document["raw"]["events"]
    with pytest.raises(KeyError):
        Snapshot.from_dict(document)


@pytest.mark.parametrize("taken", ["soon", None, []])
def test_a_time_must_be_a_number(taken):
    with pytest.raises((TypeError, ValueError)):
        Snapshot.from_dict({**snapshot().to_dict(), "taken": taken})
