"""How each face says what to do next."""

import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from driftlab.checker.evidence.activity import Method
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import find_exercise, labs
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.reports import junit, markdown, terminal
from driftlab.checker.reports.json_report import report
from driftlab.checker.reports.next_steps import for_notebook, for_terminal, in_notebook, in_terminal
from driftlab.clusters.errors import UsageError
from tests.unit.evidence_by_hand import result

EXERCISES = [exercise for lab in labs() for exercise in lab.exercises]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Start again with reset(), then: x", "Start again with driftlab reset 09-capstone/shift, then: x"),
        ('Begin again: reset("handover").', "Begin again: driftlab reset 09-capstone/handover."),
        ("reset('shift')", "driftlab reset 09-capstone/shift"),
        ('reset("02-self-healing/orphan")', "driftlab reset 02-self-healing/orphan"),
        ("`check()` and `timeline()`", "`driftlab check 09-capstone/shift` and `driftlab timeline 09-capstone/shift`"),
        ('lab("06-rollbacks/undo")', "driftlab start 06-rollbacks/undo"),
        ("kubectl get pods; preset() is nothing of ours", "kubectl get pods; preset() is nothing of ours"),
    ],
)
def test_a_notebooks_call_is_a_command_in_a_terminal(said, told):
    assert in_terminal(said, "09-capstone/shift") == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("driftlab reset 02-self-healing/one-pod", 'reset("02-self-healing/one-pod")'),
        ("begin again: driftlab reset 09-x/y.", 'begin again: reset("09-x/y").'),
        ("driftlab start 02-self-healing/one-pod", 'lab("02-self-healing/one-pod")'),
        ("driftlab down && driftlab up", "driftlab down && driftlab up"),
        ("driftlab check LAB", "driftlab check LAB"),
    ],
)
def test_a_command_on_an_exercise_is_a_call_in_a_notebook(said, told):
    """Clusters are brought up and down in a terminal: a notebook has no word for it."""
    assert in_notebook(said) == told


def hints(exercise: Exercise) -> list[str]:
    return [hint for hints in (exercise.hints, *(one.hints for one in exercise.mistakes)) for hint in hints]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_hint_names_in_a_terminal_what_is_there(exercise):
    told = [in_terminal(hint, exercise.id) for hint in hints(exercise)]
    assert not [one for one in told if re.search(r"\breset\(", one)]
    for verb, name in re.findall(r"driftlab (\w+) ([\w./-]*\w)", " ".join(told)):
        assert verb in ("reset", "start", "check", "hint", "timeline")
        assert find_exercise(name).lab.name == exercise.lab.name


def test_there_are_hints_that_name_a_way_to_begin_again():
    """The test above has something to look at; and names an exercise that is not there."""
    assert sum("reset(" in hint for exercise in EXERCISES for hint in hints(exercise)) > 50
    with pytest.raises(UsageError):
        find_exercise(in_terminal('reset("no-such")', EXERCISES[0].id).rpartition(" ")[2])


def faces(made):
    """What each face of a terminal shows of a result, by its name."""
    screen = io.StringIO()
    terminal.show(made, Console(file=screen, width=200, color_system=None))
    failures = ET.fromstring(junit.render([made])).iter("failure")
    return {
        "terminal": screen.getvalue(),
        "markdown": markdown.render([made]).replace("\\", ""),
        "JSON": json.dumps(report([made])),
        "JUnit": " ".join(failure.get("message", "") for failure in failures),
    }


@pytest.mark.parametrize("face", ["terminal", "markdown", "JSON", "JUnit"])
def test_what_a_goal_says_is_in_the_faces_own_words(face):
    made = result(Outcome.FAIL, reason="it is lost; reset() brings it back")
    assert "it is lost; driftlab reset 09-by-hand/one brings it back" in faces(made)[face]


def test_a_notebook_has_its_own_words_for_what_the_checker_says():
    told = for_notebook(
        result(
            Outcome.ERROR,
            reason="it has a gap; begin the exercise again: driftlab reset 09-by-hand/one",
            next_step="driftlab reset 09-by-hand/one",
        )
    )
    assert told.goals[0].reason.endswith('again: reset("09-by-hand/one")')
    assert told.next_step == 'reset("09-by-hand/one")'
    assert for_notebook(replace(told, next_step="driftlab up")).next_step == "driftlab up"


def test_nothing_else_is_changed():
    made = result(Outcome.PASS, Outcome.FAIL, method=Method(remark="`kubectl scale` does that"), hints_used=2)
    assert for_terminal(made) == for_notebook(made) == made
