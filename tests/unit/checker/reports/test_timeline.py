"""How `timeline` draws the course of an exercise: a picture, and the same in words."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.readiness import Curve, ReadinessHistory, readiness_histories
from driftlab.checker.evidence.recording import Recording
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.reports import timeline
from tests.unit.evidence_by_hand import HOSTILE, family, pod, snapshot

COURSE = ReadinessHistory(
    "blog-api",
    200.0,
    ((0.0, 3), (100.0, 2)),
    (Curve("revision 1: blog-api:1.0", ((0.0, 3), (101.0, 2))), Curve("revision 2: blog-api:1.1", ((102.0, 1),))),
    ((100.0, "Deployment blog-api: scaled from 3 to 2"),),
)


def test_in_words_it_is_told_moment_by_moment():
    assert timeline.words([COURSE]).splitlines() == [
        "blog-api: 3:20 minutes, between 2 and 3 Pods ready",
        "   0:00  3 of 3 ready (revision 1: blog-api:1.0: 3)",
        "   1:40  3 of 2 ready (revision 1: blog-api:1.0: 3)",
        "   1:40  you: Deployment blog-api: scaled from 3 to 2",
        "   1:41  2 of 2 ready (revision 1: blog-api:1.0: 2)",
        "   1:42  3 of 2 ready (revision 1: blog-api:1.0: 2, revision 2: blog-api:1.1: 1)",
    ]
    assert timeline.words([]) == "No Pod has been ready since the exercise began."


def course(*ready: tuple[float, int], name: str = "blog-api", until: float = 200.0, **options) -> ReadinessHistory:
    """One of three Pods that were asked for all the time, unless ``options`` say something else."""
    curves = (Curve("revision 1: blog-api:1.0", ready),) if ready else ()
    return ReadinessHistory(
        name, until, options.pop("desired", ((0.0, 3),)), curves, options.pop("deeds", ()), **options
    )


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        (course((0.0, 3), (1.0, 4), (2.0, 3)), "never fewer than 3 Pods ready"),
        (course((0.0, 1), (1.0, 2)), "never fewer than 1 Pod ready"),
        (course((0.0, 3), (1.0, 0), (2.0, 3)), "between 0 and 3 Pods ready"),
        (course((0.0, 3), (1.0, 4), (2.0, 2)), "between 2 and 4 Pods ready"),
        (course((5.0, 2)), "between 0 and 2 Pods ready"),
        (course(), "no Pod ready"),
        (course(desired=((0.0, 0),)), "nothing ran: 0 asked for"),
    ],
)
def test_never_fewer_is_said_only_where_the_number_of_the_start_was_kept_up(drawn: ReadinessHistory, told: str):
    heading = f"blog-api: 3:20 minutes, {told}"
    assert timeline.words([drawn]).splitlines()[0] == heading
    assert f">{heading}<" in timeline.html([drawn])


def pictures(page: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg viewBox.*?</svg>", page, re.DOTALL)]


def test_the_picture_is_well_formed_and_says_in_words_what_it_shows():
    (picture,) = pictures(timeline.html([COURSE]))
    assert picture.get("role") == "img"
    assert "between 2 and 3 Pods ready" in picture.get("aria-label", "")
    rects = [float(rect.get("x", "0")) for rect in picture.findall("rect")]
    assert rects
    assert rects == sorted(rects)


def test_quiet_times_are_cut_short_and_marked():
    (picture,) = pictures(timeline.html([COURSE]))
    assert [text.text for text in picture.findall("text")].count("⋯") == 2
    widths = [float(rect.get("width", "0")) for rect in picture.findall("rect")]
    assert max(widths) <= 5 * min(widths)

    assert "⋯ quiet time, cut short" in timeline.html([COURSE])
    assert "quiet time" not in timeline.html([course((0.0, 3), until=3.0)])


def test_the_entries_of_the_legend_stand_apart():
    entries = re.findall(r'<span style="([^"]*)">(.*?)</span>', timeline.html([COURSE]))
    assert [re.sub("<.*>", "", text).strip() for _, text in entries] == [
        "revision 1: blog-api:1.0",
        "revision 2: blog-api:1.1",
        "- - - asked for",
        "⋯ quiet time, cut short",
    ]
    assert all("margin-right:24px" in style for style, _ in entries)


def places(picture: ET.Element, *, below: bool) -> dict[str, tuple[float, float]]:
    """Where labels begin and end, by their texts: the times below the axis, or what is above the picture."""
    texts = [text for text in picture.findall("text") if text.get("text-anchor") == "middle" and text.text != "⋯"]
    found = {}
    for text in texts:
        assert text.text
        if (text.get("font-weight") != "bold") == below:
            middle, half = float(text.get("x", "0")), 3.5 * len(text.text)
            assert text.text not in found
            found[text.text] = (middle - half, middle + half)
    return found


def apart(labels: dict[str, tuple[float, float]]) -> bool:
    """Do none of them overlap, and are all in the picture?"""
    ordered = sorted(labels.values())
    inside = all(begin >= 0 and end <= timeline.WIDTH for begin, end in ordered)
    return inside and all(end < begin for (_, end), (begin, _) in pairwise(ordered))


def test_all_pictures_have_one_axis():
    """A moment of one is at the same place in the other, which has no change then; quiet is what is so in both."""
    deed = ((20.0, "deleted the Pod x"),)
    first, second = course((0.0, 3), (50.0, 0), deeds=deed), course((0.0, 3), (52.0, 0), name="two", deeds=deed)
    drawn = pictures(timeline.html([first, second]))
    deeds = [places(picture, below=False)["1"] for picture in drawn]
    assert deeds[0] == deeds[1]
    ends = [float(picture.findall("rect")[-1].get("width", "0")) for picture in drawn]
    assert ends[0] < ends[1]
    cuts = [[text.get("x") for text in picture.findall("text") if text.text == "⋯"] for picture in drawn]
    assert cuts[0] == cuts[1]
    assert len(cuts[0]) == 3


def numbers(label: str) -> list[int]:
    first, _, last = label.partition("–")
    return list(range(int(first), int(last) + 1)) if last else [int(number) for number in label.split(", ")]


@pytest.mark.parametrize(
    ("times", "labels"),
    [
        ((1.0, 90.0), ["1", "2"]),
        ((50.0, 50.1, 50.2, 50.3), ["1–4"]),
        ((20.0, 90.0, 90.2), ["1", "2, 3"]),
        ((199.8, 199.9, 200.0, 200.4), ["1", "2–4"]),
        ((210.0,) * 12, ["1–12"]),
    ],
)
def test_numbers_of_deeds_that_would_cover_each_other_share_a_label(times: tuple[float, ...], labels: list[str]):
    (picture,) = pictures(timeline.html([course((0.0, 3), deeds=tuple((time, "deleted the Pod x") for time in times))]))
    shown = places(picture, below=False)
    assert list(shown) == labels
    assert apart(shown)


@given(st.lists(st.floats(0.0, 210.0), max_size=60), st.lists(st.floats(0.1, 199.0), max_size=40, unique=True))
def test_no_label_covers_another_and_each_deed_has_its_number(deeds: list[float], changes: list[float]):
    ready = ((0.0, 3), *((time, number % 2 + 2) for number, time in enumerate(sorted(changes))))
    (picture,) = pictures(
        timeline.html([course(*ready, deeds=tuple((time, "deleted the Pod x") for time in sorted(deeds)))])
    )
    above = places(picture, below=False)
    assert [number for label in above for number in numbers(label)] == list(range(1, len(deeds) + 1))
    assert apart(above)
    assert apart(places(picture, below=True))


def test_the_axis_has_the_times_of_what_was_lost_and_of_what_was_done():
    drawn = course((0.0, 3), (46.0, 2), (52.0, 3), deeds=((80.0, "deleted the Pod x"),))
    (picture,) = pictures(timeline.html([drawn]))
    times = places(picture, below=True)
    assert set(times) == {"0:00", "0:46", "0:52", "1:20", "3:20"}
    lost = float(picture.findall("rect")[0].get("width", "0")) + timeline.LEFT
    assert sum(times["0:46"]) / 2 == pytest.approx(lost, abs=0.2)


def test_where_there_is_no_room_for_all_times_a_loss_goes_before_a_deed():
    drawn = course((0.0, 3), (101.2, 2), deeds=((100.6, "deleted the Pod x"), (20.0, "y"), (40.0, "y"), (60.0, "y")))
    (picture,) = pictures(timeline.html([drawn]))
    assert {"1:41", "0:20", "3:20"} <= set(places(picture, below=True))
    drawn = course((0.0, 3), (102.0, 2), deeds=tuple((2.0 * n, "deleted the Pod x") for n in range(1, 100)))
    (picture,) = pictures(timeline.html([drawn]))
    assert "1:42" in places(picture, below=True)


def test_a_lost_node_is_marked_where_the_exercise_begins():
    bare = pod("loner", None, app="loner")
    bare["spec"]["nodeName"] = "node-2"
    before = snapshot(*family(), bare)
    drawn = readiness_histories(
        Evidence(before, before, Recording()), lambda baseline: baseline.pods[-1].spec["nodeName"]
    )
    assert timeline.words(drawn).count("\n   0:00  Node lost: node-2\n") == 2
    for picture in pictures(timeline.html(drawn)):
        (mark,) = (text for text in picture.findall("text") if text.text == "Node lost: node-2")
        assert float(mark.get("x", "0")) == timeline.LEFT
        assert "Node lost: node-2" in picture.get("aria-label", "")
    assert "Node lost" not in timeline.html(readiness_histories(Evidence(before, before, Recording())))


def test_where_nothing_ran_and_nothing_was_asked_for_there_is_no_empty_picture():
    idle = course(name="archive", desired=((0.0, 0),))
    page = timeline.html([idle, course((0.0, 3))])
    assert len(pictures(page)) == 1
    assert page.count("<figure") == 1
    assert "archive: 3:20 minutes, nothing ran: 0 asked for" in page
    assert timeline.words([idle]) == "archive: 3:20 minutes, nothing ran: 0 asked for"
    assert len(pictures(timeline.html([course(desired=((0.0, 0), (5.0, 1)))]))) == 1


def test_a_page_that_leaves_the_picture_out_does_not_show_its_labels():
    """JupyterLab does so in a notebook that it does not trust: it drops the tags and keeps the text between them."""
    page = timeline.html([COURSE])
    assert re.findall(r"(<[^>]*>)<svg viewBox", page) == ['<div style="font-size:0px">']
    (picture,) = pictures(page)
    assert picture.get("font-size") == "12"


def test_revisions_differ_by_pattern_not_by_colour_alone():
    (picture,) = pictures(timeline.html([COURSE]))
    lines = [pattern.find("path").get("d") for pattern in picture.iter("pattern")]
    assert len(set(lines)) == 2


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_in_it_is_obeyed(text: str):
    hostile = ReadinessHistory(text, 9.0, ((0.0, 1),), (Curve(text, ((0.0, 1),)),), ((1.0, text),), (text,), text)
    page = timeline.html([hostile])
    assert len(pictures(page)) == 1
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r"[\x1b\x08\u202e\ud83d]", page + timeline.words([hostile]))
