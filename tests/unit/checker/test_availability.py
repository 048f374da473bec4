"""What `timeline` draws, and how it is drawn."""

import re
from xml.etree import ElementTree as ET

import pytest

from checker.availability import Course, Curve, at, courses
from checker.evidence import Evidence
from checker.recording import Change, Gap, Recording
from checker.render import timeline

from .evidence_by_hand import HOSTILE, deployment, family, line, newer, pod, replicaset, snapshot


def recorded(*lines: dict, gaps: tuple[Gap, ...] = ()) -> Recording:
    changes = tuple(Change(one["at"], one["kind"], one["type"], one["object"]) for one in lines)
    return Recording(changes, gaps)


def seen(*lines: dict, gaps: tuple[Gap, ...] = (), until: float = 20.0) -> list[Course]:
    before, now = snapshot(*family()), snapshot(*family())
    object.__setattr__(now, "taken", before.taken + until)
    return courses(Evidence(before, now, recorded(*lines, gaps=gaps)))


def test_where_nothing_happened_there_is_one_step():
    (course,) = seen()
    assert (course.deployment, course.until, course.least_ready) == ("blog-api", 20.0, 3)
    assert course.wanted == ((0.0, 3),)
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
    assert others.wanted == ()
    assert others.ready[-1] == (1.0, 1)


def test_what_was_asked_for_and_what_you_did_is_in_it():
    (course,) = seen(line("MODIFIED", newer(deployment(replicas=5, generation=2), 101), at=4.0))
    assert course.wanted == ((0.0, 3), (3.0, 5))
    assert course.deeds == ((3.0, "Deployment blog-api: scaled from 3 to 5"),)


def test_a_deployment_that_is_deleted_asks_for_nothing():
    (course,) = seen(line("DELETED", newer(deployment(), 101), at=4.0))
    assert course.wanted == ((0.0, 3), (3.0, 0))


@pytest.mark.parametrize(("time", "number"), [(-1.0, 0), (0.0, 3), (1.9, 3), (2.0, 2), (99.0, 2)])
def test_a_number_holds_until_the_next_one(time: float, number: int):
    assert at(((0.0, 3), (2.0, 2)), time) == number


# ---- how it looks

COURSE = Course(
    "blog-api",
    200.0,
    ((0.0, 3), (100.0, 2)),
    (Curve("revision 1: blog-api:1.0", ((0.0, 3), (101.0, 2))), Curve("revision 2: blog-api:1.1", ((102.0, 1),))),
    ((100.0, "Deployment blog-api: scaled from 3 to 2"),),
)


def test_in_words_it_is_told_moment_by_moment():
    assert timeline.words([COURSE]).splitlines() == [
        "blog-api: 3:20 minutes, never fewer than 2 Pods ready",
        "   0:00  3 of 3 ready (revision 1: blog-api:1.0: 3)",
        "   1:40  3 of 2 ready (revision 1: blog-api:1.0: 3)",
        "   1:40  you: Deployment blog-api: scaled from 3 to 2",
        "   1:41  2 of 2 ready (revision 1: blog-api:1.0: 2)",
        "   1:42  3 of 2 ready (revision 1: blog-api:1.0: 2, revision 2: blog-api:1.1: 1)",
    ]
    assert timeline.words([]) == "No Pod has been ready since the exercise began."


def pictures(page: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg viewBox.*?</svg>", page, re.DOTALL)]


def test_the_picture_is_well_formed_and_says_in_words_what_it_shows():
    (picture,) = pictures(timeline.html([COURSE]))
    assert picture.get("role") == "img"
    assert "never fewer than 2 Pods ready" in picture.get("aria-label", "")
    rects = [float(rect.get("x", "0")) for rect in picture.findall("rect")]
    assert rects
    assert rects == sorted(rects)


def test_quiet_times_are_cut_short_and_marked():
    (picture,) = pictures(timeline.html([COURSE]))
    assert [text.text for text in picture.findall("text")].count("⋯") == 2
    widths = [float(rect.get("width", "0")) for rect in picture.findall("rect")]
    assert max(widths) <= 5 * min(widths)


def test_revisions_differ_by_pattern_not_by_colour_alone():
    (picture,) = pictures(timeline.html([COURSE]))
    lines = [pattern.find("path").get("d") for pattern in picture.iter("pattern")]
    assert len(set(lines)) == 2


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_in_it_is_obeyed(text: str):
    hostile = Course(text, 9.0, ((0.0, 1),), (Curve(text, ((0.0, 1),)),), ((1.0, text),), (text,))
    page = timeline.html([hostile])
    assert len(pictures(page)) == 1
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r"[\x1b\x08\u202e\ud83d]", page + timeline.words([hostile]))
