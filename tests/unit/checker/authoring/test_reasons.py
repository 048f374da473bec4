"""Keys in the code of a lab and sentences in its Markdown: what does not fit is named with file and line."""

import pytest

from driftlab.checker.authoring.reasons import unmatched_reasons, uses
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.exercises.sentences import kit

#: The place of the kit's own sentence.
KIT = kit().reasons["no-deployment"].place.short
NOWHERE = "has no sentence under Reasons in exercise.md, nor in lab.md"
HINTS = "## Hints\n\n1. a\n2. b\n3. c\n"
FILES = {
    "lab.md": """\
---
title: My lab
minutes: 5
summary: Nothing.
exercises: [one, two]
---

## Goals

- judge: It is so

## Reasons

- too-few: only {ready} of {wanted}
- not-settled: wait for {missing}
""",
    "common.py": """\
from driftlab.checker import failed, passed


def shared(evidence):
    return failed("too-few", ready=2, wanted=3, share=0.5)
""",
    "one/exercise.md": f"---\ntitle: One\n---\n\n## Reasons\n\n- all-there: all {{number}}\n\n{HINTS}",
    "one/checks.py": """\
from driftlab.checker import goal, guard, passed

from ..common import shared

also = guard("Also")(shared)


@goal
def judge(evidence):
    return passed("all-there", number=3)
""",
    "two/exercise.md": f"---\ntitle: Two\n---\n\n## Reasons\n\n- too-few: {{ready}}\n- a-b: b\n- c-d: d\n\n{HINTS}",
    "two/checks.py": """\
from driftlab.checker import failed, goal, passed_if, reason

KEYS = {True: "c-d"}


@goal
def judge(evidence):
    return passed_if(evidence.now, "a-b" if evidence.now.pods else "no-deployment", name="a")
""",
}


@pytest.fixture
def folder(tmp_path):
    lab = tmp_path / "50-my-lab"
    for name, text in FILES.items():
        (lab / name).parent.mkdir(parents=True, exist_ok=True)
        (lab / name).write_text(text, encoding="utf-8")
    return lab


def faults(folder):
    load.cache_clear()
    return [fault.replace(f"{folder}/", "") for fault in unmatched_reasons(load(folder))]


def changed(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_is_wrong_with_a_lab_whose_keys_and_sentences_fit(folder):
    """Also with a key in a variable, with one of the kit, and with sentences that replace others."""
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "one/exercise.md",
            "all-there",
            "all-gone",
            [
                f"one/checks.py, line 10: the reason all-there {NOWHERE}",
                "one/exercise.md, line 7: nothing says the reason all-gone",
            ],
        ),
        (
            "lab.md",
            "- too-few: only {ready} of {wanted}\n",
            "",
            [f"common.py, line 5: the reason too-few {NOWHERE}"],
        ),
        ("lab.md", "- not", "- aa-bb: b\n- not", ["lab.md, line 15: nothing says the reason aa-bb"]),
        (
            "lab.md",
            "{wanted}",
            "{asked}",
            ["lab.md, line 14: the reason too-few says {asked}, and common.py, line 5 has no such value"],
        ),
        (
            "two/exercise.md",
            "- too-few: {ready}",
            "- too-few: {redy}",
            ["two/exercise.md, line 7: the reason too-few says {redy}, and common.py, line 5 has no such value"],
        ),
        (
            "common.py",
            "ready=2, ",
            "",
            [
                "lab.md, line 14: the reason too-few says {ready}, and common.py, line 5 has no such value",
                "two/exercise.md, line 7: the reason too-few says {ready}, and common.py, line 5 has no such value",
            ],
        ),
        (
            "lab.md",
            "{missing}",
            "{mising}",
            ["lab.md, line 15: the reason not-settled says {mising}, and the kit has no such value"],
        ),
        (
            "two/checks.py",
            '"no-deployment"',
            '"no-deploymnt"',
            [f"two/checks.py, line 8: the reason no-deploymnt {NOWHERE}"],
        ),
        (
            "two/checks.py",
            ', name="a"',
            "",
            [f"{KIT}: the reason no-deployment says {{name}}, and two/checks.py, line 8 has no such value"],
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_line(folder, name, old, new, told):
    changed(folder, name, old, new)
    assert [fault[max(fault.find("kit.md"), 0) :] for fault in faults(folder)] == told


def test_values_that_are_not_written_one_by_one_are_not_compared(folder):
    changed(folder, "common.py", "ready=2, wanted=3, ", "**{}, ")
    assert faults(folder) == []


def test_a_lab_of_one_module_says_plain_sentences_and_those_of_the_kit(tmp_path):
    folder = tmp_path / "52-one-module"
    folder.mkdir()
    (folder / "exercises.py").write_text(
        "from driftlab.checker import Lab, failed, passed\n\n"
        "lab = Lab('52-one-module', title='One', minutes=5, summary='Nothing.')\n"
        "one = lab.exercise('one', 'One', hints=('a', 'b', 'c'))\n"
        "one.goal('A')(lambda evidence: passed('yes') if evidence else failed('no-pod', name='a'))\n"
        "one.goal('B')(lambda evidence: failed('too-few'))\n"
    )
    assert faults(folder) == ["exercises.py, line 6: the reason too-few has no sentence"]


def test_the_place_of_the_key_is_that_of_the_call(tmp_path):
    source = tmp_path / "checks.py"
    source.write_text(
        'x = [failed(wrong or "a-b"), waiting("c-d", n=1, **more), reason("e-f", share=1),\n'
        '     passed("a sentence"), passed(f"{x}-y"), passed_if("g-h"), other("i-j"), p.failed("k-l"), passed()]\n'
    )
    assert [(use.key, use.values, use.place.line) for use in uses(source)] == [
        ("a-b", set(), 1),
        ("c-d", None, 1),
        ("e-f", set(), 1),
    ]
    assert list(uses(tmp_path / "common.py")) == []
