"""What `timeline` draws: how many Pods were ready at each moment, of which Deployment, and what was done meanwhile."""

import pytest

from driftlab.checker.evidence.readiness import ReadinessHistory, readiness_histories, value_at
from driftlab.checker.evidence.recording import Change, Gap, Recording
from driftlab.checker.evidence.snapshot import Evidence
from tests.unit.evidence_by_hand import deployment, family, line, newer, pod, replicaset, snapshot


def recorded(*lines: dict, gaps: tuple[Gap, ...] = ()) -> Recording:
    changes = tuple(Change(one["at"], one["kind"], one["type"], one["object"]) for one in lines)
    return Recording(changes, gaps)


def seen(
    *lines: dict, before: tuple[dict, ...] = (), gaps: tuple[Gap, ...] = (), until: float = 20.0
) -> list[ReadinessHistory]:
    began, now = snapshot(*family(), *before), snapshot(*family())
    object.__setattr__(now, "taken", began.taken + until)
    return readiness_histories(Evidence(began, now, recorded(*lines, gaps=gaps)))


def test_where_nothing_happened_there_is_one_step():
    (course,) = seen()
    assert (course.deployment, course.until, course.least_ready) == ("blog-api", 20.0, 3)
    assert course.desired == ((0.0, 3),)
    assert [curve.ready for curve in course.curves] == [((0.0, 3),)]
    assert course.deeds == ()


def test_a_pod_that_goes_and_its_replacement_are_two_steps():
    gone, new = pod("p-1", "rs-1"), pod("p-9", "rs-1")
    (course,) = seen(
        line("DELETED", newer(gone, 101), at=3.0),
        line("ADDED", newer(new, 102), at=5.0),
    )
    assert course.ready == ((0.0, 3), (2.0, 2), (4.0, 3))
    assert course.least_ready == 2


def test_each_revision_has_a_curve_of_its_own():
    second = replicaset("rs-2", annotations={"deployment.kubernetes.io/revision": "2"})
    second["spec"]["template"] = {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}
    (course,) = seen(
        line("ADDED", newer(second, 101), at=2.0),
        line("ADDED", newer(pod("p-9", "rs-2"), 102), at=3.0),
        line("DELETED", newer(pod("p-1", "rs-1"), 103), at=4.0),
    )
    labels = [curve.label for curve in course.curves]
    assert labels == ["blog-api-6f7", "revision 2: blog-api:1.1"]
    assert [curve.ready for curve in course.curves] == [((0.0, 3), (3.0, 2)), ((2.0, 1),)]
    assert course.ready == ((0.0, 3), (2.0, 4), (3.0, 3))


def test_pods_without_a_deployment_have_a_picture_of_their_own():
    _, others = seen(line("ADDED", newer(pod("loner", None), 101), at=2.0))
    assert others.deployment == ""
    assert others.desired == ()
    assert others.ready[-1] == (1.0, 1)


@pytest.mark.parametrize(
    ("label", "order"),
    [
        ("orders", ["archive", "blog-api", "orders", "", "search"]),
        ("loner", ["archive", "blog-api", "orders", "search", ""]),
    ],
    ids=["which a Deployment selects", "which none selects"],
)
def test_a_pod_without_a_deployment_comes_beside_the_one_that_it_stood_in_for(label: str, order: list[str]):
    others = (deployment(name, f"d-{name}", replicas=1) for name in ("search", "archive"))
    drawn = seen(
        line("ADDED", newer(deployment("orders", "d-orders", replicas=1), 101), at=4.0),
        before=(*others, pod("bare", None, app=label)),
    )
    assert [course.deployment for course in drawn] == order


def test_before_the_first_pod_there_was_none():
    _, others = seen(line("ADDED", newer(pod("loner", None), 101), at=2.0))
    assert (others.least_ready, others.most_ready) == (0, 1)


def test_deeds_are_in_the_order_of_their_times():
    drawn = seen(
        line("ADDED", newer(deployment("second", "d-2"), 102), at=5.0),
        line("ADDED", newer(deployment("first", "d-1st"), 101), at=4.0),
    )
    assert [time for time, _ in drawn[0].deeds] == [3.0, 4.0]


def test_what_was_asked_for_and_what_you_did_is_in_it():
    (course,) = seen(line("MODIFIED", newer(deployment(replicas=5, generation=2), 101), at=4.0))
    assert course.desired == ((0.0, 3), (3.0, 5))
    assert course.deeds == ((3.0, "Deployment blog-api: scaled from 3 to 5"),)


def test_a_deployment_that_is_deleted_asks_for_nothing():
    (course,) = seen(line("DELETED", newer(deployment(), 101), at=4.0))
    assert course.desired == ((0.0, 3), (3.0, 0))


@pytest.mark.parametrize(("time", "number"), [(-1.0, 0), (0.0, 3), (1.9, 3), (2.0, 2), (99.0, 2)])
def test_a_number_holds_until_the_next_one(time: float, number: int):
    assert value_at(((0.0, 3), (2.0, 2)), time) == number
