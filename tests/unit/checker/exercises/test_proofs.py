"""Disturbances: whatever a proof has changed is put back, and nothing that somebody else has changed since."""

import copy
import json
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.exercises import proofs as disturbance
from driftlab.checker.exercises.proofs import RESTARTED_AT, Disturbance, disturbing
from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused
from tests.unit.evidence_by_hand import deployment, family, json_values, pod, replicaset, snapshot

PATH = "/apis/apps/v1/namespaces/self-healing/deployments/"


class ApiByHand:
    """Keeps Deployments, and changes them as the API does: https://www.rfc-editor.org/rfc/rfc7396."""

    def __init__(self, *deployments):
        self.kept = {one["metadata"]["name"]: copy.deepcopy(one) for one in deployments}
        self.trouble, self.log = None, []

    def get(self, path):
        if self.trouble:
            raise self.trouble
        name = path.removeprefix(PATH)
        if name not in self.kept:
            raise ApiRefused(404, "NotFound", "not found")
        return copy.deepcopy(self.kept[name])

    def patch(self, path, body):
        self.get(path)
        self.log.append(body)
        kept = merged(self.kept[path.removeprefix(PATH)], body)
        if kept["spec"]["template"]["metadata"].get("annotations") == {}:
            del kept["spec"]["template"]["metadata"]["annotations"]  # empty ones are left out
        self.kept[path.removeprefix(PATH)] = kept
        return kept

    def delete(self, path):
        self.log.append(path)

    def snapshot(self):
        return snapshot(*self.kept.values())


def merged(target, patch):
    if not isinstance(patch, dict):
        return patch
    made = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), value)
    return made


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "journal.json"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    """What is made by hand does not change while it is waited for."""
    monkeypatch.setattr(disturbance, "SETTLE_S", 0.0)


def opened(api, journal):
    return disturbing(api, "self-healing", api.snapshot, journal)


def annotated(made, value):
    made = copy.deepcopy(made)
    made["spec"]["template"]["metadata"]["annotations"] = {RESTARTED_AT: value, "of": "mine"}
    return made


steps = st.lists(
    st.tuples(st.just("scale"), st.sampled_from(["one", "two"]), st.integers(0, 9))
    | st.tuples(st.just("restart"), st.sampled_from(["one", "two"])),
    max_size=6,
)


@given(steps)
def test_whatever_was_done_is_put_back(tmp_path_factory, done):
    api = ApiByHand(deployment("one", "d-1", replicas=3), annotated(deployment("two", "d-2", replicas=0), "long ago"))
    before = copy.deepcopy(api.kept)
    journal = tmp_path_factory.mktemp("journal") / "journal.json"
    with opened(api, journal) as made:
        for verb, *words in done:
            getattr(made, verb)(*words)
        assert journal.exists() == bool(done)
    assert api.kept == before
    assert not journal.exists()


@given(steps)
def test_what_was_cut_off_is_put_back_by_the_next_one(tmp_path_factory, done):
    """A process that was killed has put nothing back: the journal has it."""
    api = ApiByHand(deployment("one", "d-1", replicas=3), annotated(deployment("two", "d-2", replicas=0), "long ago"))
    before = copy.deepcopy(api.kept)
    journal = tmp_path_factory.mktemp("journal") / "journal.json"
    killed = Disturbance(api, "self-healing", api.snapshot, journal)
    for verb, *words in done:
        getattr(killed, verb)(*words)
    with opened(api, journal):
        assert api.kept == before
    assert api.kept == before


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, ValueError])
def test_however_it_ends_it_is_put_back(journal, end):
    api = ApiByHand(deployment())

    def proof():
        with opened(api, journal) as made:
            made.scale("blog-api", 1)
            made.restart("blog-api")
            raise end

    with pytest.raises(end):
        proof()
    assert api.kept["blog-api"] == deployment()
    assert not journal.exists()


def test_it_is_noted_before_it_is_done(journal):
    """Between the two, nothing can be lost."""
    api = ApiByHand(deployment())
    seen = []
    plain = api.patch
    api.patch = lambda path, body: (seen.append(json.loads(journal.read_text())), plain(path, body))
    Disturbance(api, "self-healing", api.snapshot, journal).scale("blog-api", 1)
    ((entry,),) = seen
    assert (entry["deployment"], entry["was"], entry["became"]) == ("blog-api", 3, 1)


def test_what_was_noted_and_never_done_is_not_undone(journal):
    api = ApiByHand(deployment(replicas=7))
    journal.write_text(
        json.dumps([{"deployment": "blog-api", "uid": "d-1", "field": "replicas", "was": 3, "became": 1}])
    )
    with opened(api, journal):
        pass
    assert api.log == []
    assert api.kept["blog-api"]["spec"]["replicas"] == 7


def test_another_deployment_of_the_same_name_and_one_that_is_gone_are_left_alone(journal):
    api = ApiByHand(deployment(), deployment("gone", "d-3"))
    with opened(api, journal) as made:
        made.scale("blog-api", 1)
        made.scale("gone", 1)
        del api.kept["gone"]
        api.kept["blog-api"] = deployment(uid="d-2", replicas=1)
    assert api.kept["blog-api"]["spec"]["replicas"] == 1
    assert not journal.exists()


def test_what_cannot_be_put_back_now_is_kept_for_the_next_time(journal):
    api = ApiByHand(deployment())

    def proof():
        with opened(api, journal) as made:
            made.scale("blog-api", 1)
            api.trouble = ClusterUnreachable("no answer")

    with pytest.raises(ClusterUnreachable):
        proof()
    assert journal.exists()
    api.trouble = None
    with opened(api, journal):
        assert api.kept["blog-api"] == deployment()


@given(json_values | st.lists(st.fixed_dictionaries({"deployment": json_values, "uid": json_values})))
def test_no_json_in_the_place_of_a_journal_breaks_a_check(tmp_path_factory, document):
    journal = tmp_path_factory.mktemp("journal") / "journal.json"
    journal.write_text(json.dumps(document))
    api = ApiByHand(deployment())
    with opened(api, journal):
        pass
    assert api.log == []


def test_a_pod_is_deleted_and_never_put_back(journal):
    api = ApiByHand(deployment())
    with opened(api, journal) as made:
        made.delete_pod("a-pod")
        assert not journal.exists()
    assert api.log == ["/api/v1/namespaces/self-healing/pods/a-pod"]


@pytest.mark.parametrize(("status", "kept"), [(404, False), (403, True)])
def test_what_cannot_be_put_back_is_noted_for_the_next_time(journal, status, kept):
    """A Deployment that is gone needs nothing."""
    api = ApiByHand(deployment())
    made = Disturbance(api, "self-healing", api.snapshot, journal)
    made.scale("blog-api", 1)
    api.trouble = ApiRefused(status, "Refused", "no")
    with pytest.raises(ApiRefused) if kept else nullcontext():
        made.put_back()
    assert journal.exists() == kept


# ---- waiting


def test_what_is_waited_for_is_given_or_nothing_after_a_while(journal):
    seen = iter([snapshot(), snapshot(), *[snapshot(*family("p-1"))] * 9])
    made = Disturbance(ApiByHand(), "self-healing", lambda: next(seen), journal)
    assert len(made.until(lambda now: now.pods).pods) == 1
    assert made.until(lambda now: len(now.pods) == 2, timeout_s=0) is None


@pytest.mark.parametrize(("before", "waits"), [(family(), True), (family(status={"readyReplicas": 2}), False)])
def test_what_was_whole_is_waited_for_and_nothing_else(journal, monkeypatch, before, waits):
    monkeypatch.setattr(disturbance, "SETTLE_S", 60.0)
    monkeypatch.setattr(disturbance, "POLL_S", 0.0)
    broken = [deployment(status={"readyReplicas": 2}), replicaset(), pod("p-1"), pod("p-2")]
    states = [before, broken, broken, family()]
    seen = []

    def read():
        seen.append(snapshot(*states[min(len(seen), 3)]))
        return seen[-1]

    with disturbing(ApiByHand(deployment()), "self-healing", read, journal) as made:
        made.delete_pod("a-pod")
    assert len(seen) == (4 if waits else 1)
