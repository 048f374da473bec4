"""How namespaces are read from a cluster: all lists of one version, for one learner or for many at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.snapshot import CORE, LISTS, lean
from driftlab.checker.exercises.catalogue import labs
from driftlab.checker.sessions import snapshots as reading
from driftlab.checker.sessions.snapshots import take_snapshot, take_snapshots
from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused
from tests.unit.evidence_by_hand import ReaderByHand, event, family


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


@pytest.mark.parametrize("exercise", [one for lab in labs() for one in lab.exercises], ids=lambda one: one.id)
def test_an_exercise_asks_five_times_and_once_more_for_each_further_kind(exercise):
    reader = ReaderByHand(*family())
    taken = take_snapshot(reader, "self-healing", watches=exercise.watches)
    assert len(reader.asked) == 4 + len(exercise.watches or ("events",)) <= 8
    assert taken.raw.keys() >= {*CORE, *exercise.watches}


def test_what_is_watched_takes_the_place_of_events():
    taken = take_snapshot(ReaderByHand(*family()), "self-healing", watches=("jobs",))
    assert taken.objects("jobs") == ()
    with pytest.raises(KeyError):
        _ = taken.events
    both = take_snapshot(ReaderByHand(*family()), "self-healing", watches=("events", "jobs"))
    assert both.objects("jobs") == both.events == ()


class Forgetful(ReaderByHand):
    """Compacts its history between two lists of a snapshot, ``times`` over: the version asked for is gone by then."""

    times = 1

    def get(self, path, **query):
        if self.times and path.endswith("/pods") and "resourceVersion" in query:
            self.times -= 1
            self.asked.append((path, query))
            raise ApiRefused(410, "Expired", "The provided resource version is too old")
        return super().get(path, **query)


def test_a_version_that_is_forgotten_between_two_lists_is_no_trouble():
    """All is read again, so that it is of one version still."""
    reader = Forgetful(*family())
    taken = take_snapshot(reader, "self-healing")
    again = [query for path, query in reader.asked[4:] if path.rsplit("/", 1)[-1] in LISTS]
    assert len(again) == len(LISTS)
    assert again[0] == {}
    assert {query["resourceVersion"] for query in again[1:]} == {taken.resource_version}
    assert len(taken.pods) == 3


def test_a_server_that_forgets_all_the_time_is_trouble():
    reader = Forgetful(*family())
    reader.times = 2
    with pytest.raises(ApiRefused, match="too old"):
        take_snapshot(reader, "self-healing")


def test_another_refusal_is_not_asked_for_again():
    reader = ReaderByHand(trouble=ApiRefused(403, "Forbidden", "no"))
    with pytest.raises(ApiRefused):
        take_snapshot(reader, "self-healing")
    assert len(reader.asked) == 1


@pytest.mark.parametrize("trouble", [ClusterUnreachable("no answer"), ApiRefused(410, "Expired", "too old")])
def test_a_cluster_that_does_not_answer_is_not_turned_into_an_empty_namespace(trouble):
    with pytest.raises(type(trouble)):
        take_snapshot(ReaderByHand(trouble=trouble), "self-healing")


class Odd:
    """Answers whatever is asked with the same document."""

    def __init__(self, document):
        self.document = document

    def get(self, *_, **__):
        return self.document


@pytest.mark.parametrize(
    "document", [[], [1], {}, {"metadata": {}}, {"metadata": {"uid": "c-1"}}, {"metadata": None, "items": []}], ids=repr
)
def test_what_is_no_api_server_is_trouble_and_not_a_broken_check(document):
    """A login page that answers in JSON, for one."""
    for ask in (lambda: take_snapshot(Odd(document), "x"), lambda: take_snapshots(Odd(document), ["x"])):
        with pytest.raises(ClusterUnreachable, match="something else"):
            ask()


# ---- many namespaces at once


def placed(namespace, made):
    return {**made, "metadata": {**made["metadata"], "namespace": namespace}}


def classroom(*namespaces):
    """A cluster in which each learner has a family of their own, with the same UIDs for simplicity."""
    return [placed(namespace, one) for namespace in namespaces for one in family("p-1")]


def test_many_namespaces_are_five_requests_all_of_one_version():
    reader = ReaderByHand(*classroom("ada", "grace", "edsger"), cluster="c-7")
    taken = take_snapshots(reader, ["ada", "grace"])
    assert len(reader.asked) == 5
    lists = [(path, query) for path, query in reader.asked if path.rsplit("/", 1)[-1] in LISTS]
    assert not [path for path, _ in lists if "namespace" in path], "all of them are of the whole cluster"
    (version,) = {one.resource_version for one in taken.values()}
    exact = {"resourceVersion": version, "resourceVersionMatch": "Exact"}
    assert [query.items() >= exact.items() for _, query in lists] == [False, True, True, True]
    assert {one.cluster for one in taken.values()} == {"c-7"}


def test_each_namespace_has_its_own_and_nothing_of_the_others():
    taken = take_snapshots(ReaderByHand(*classroom("ada", "grace", "edsger")), ["ada", "grace", "nobody"])
    assert sorted(taken) == ["ada", "grace", "nobody"]
    for name in ("ada", "grace"):
        assert taken[name].namespace == name
        assert [len(taken[name].raw[kind]) for kind in LISTS] == [1, 1, 1, 0]
        assert {one["metadata"]["namespace"] for kind in LISTS for one in taken[name].raw[kind]} == {name}
    assert [taken["nobody"].raw[kind] for kind in LISTS] == [[], [], [], []]


class Pages(ReaderByHand):
    """Gives no more than it is asked for: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks."""

    def get(self, path, **query):
        begin, limit = int(query.pop("continue", 0)), int(query.pop("limit", 10**9))
        if begin:
            assert not query, "the rest is of the same version by itself"
        document = super().get(path, **query)
        if "items" in document:
            rest = {"continue": str(begin + limit)} if begin + limit < len(document["items"]) else {}
            document["items"] = document["items"][begin : begin + limit]
            document["metadata"] |= rest
        return document


def test_long_lists_are_read_in_pages(monkeypatch):
    objects = classroom("ada", "grace", "edsger")
    whole = take_snapshots(ReaderByHand(*objects), ["ada", "grace"])
    monkeypatch.setattr(reading, "PAGE", 2)
    reader = Pages(*objects)
    paged = take_snapshots(reader, ["ada", "grace"])
    assert len(reader.asked) == 1 + 2 + 2 + 2 + 1
    assert {name: one.raw for name, one in paged.items()} == {name: one.raw for name, one in whole.items()}


def test_of_many_namespaces_only_what_tells_something_is_kept():
    entry = {"manager": "kubectl", "operation": "Update", "time": "2026-03-01T09:00:00Z"}
    written = placed("ada", {**family()[0]})
    written["metadata"]["managedFields"] = [{**entry, "fieldsV1": {"f:spec": {}}, "fieldsType": "FieldsV1"}]
    taken = take_snapshots(ReaderByHand(written), ["ada"])
    assert taken["ada"].raw["deployments"][0]["metadata"]["managedFields"] == [entry]


@given(st.lists(st.sampled_from(["ada", "grace", "edsger"]), max_size=8), st.sets(st.sampled_from(["ada", "grace"])))
def test_all_at_once_is_the_same_as_one_after_another(owners, asked):
    objects = [placed(name, one) for number, name in enumerate(owners) for one in family(f"p-{number}")]
    taken = take_snapshots(ReaderByHand(*objects), asked)
    for name in asked:
        own = ReaderByHand(*(one for one in objects if one["metadata"]["namespace"] == name))
        alone = take_snapshot(own, name).raw
        assert taken[name].raw == {kind: [lean(one) for one in alone[kind]] for kind in LISTS}


def test_many_namespaces_of_a_cluster_that_does_not_answer():
    with pytest.raises(ClusterUnreachable):
        take_snapshots(ReaderByHand(trouble=ClusterUnreachable("no answer")), ["ada"])
