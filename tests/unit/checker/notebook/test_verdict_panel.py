"""The verdict with its buttons: each does what it says, and shows its own errors. No cluster runs here."""

import pytest
from IPython.utils.capture import capture_output

from driftlab.checker.exercises.catalogue import find_exercise
from driftlab.checker.notebook.displays import ProgressOutput
from driftlab.checker.notebook.verdict_panel import VerdictPanel
from driftlab.checker.sessions import recordings
from driftlab.clusters.errors import ClusterUnreachable
from tests.unit.evidence_by_hand import ReaderByHand, begun, family, line, newer, pod, record, snapshot

#: The learner deletes p-3, and p-9 replaces it.
P_9_FOR_P_3 = [line("DELETED", newer(pod("p-3"), 60)), line("ADDED", newer(pod("p-9"), 61))]


@pytest.fixture
def panel(shell, monkeypatch):
    """The panel after a check, and the stand-in for its cluster."""
    monkeypatch.setattr(recordings, "RECORDER_TIMEOUT_S", 0.0)  # no recorder runs here
    reader = ReaderByHand(*family())
    exercise = find_exercise("one-pod")
    session = begun(exercise, reader)
    made = VerdictPanel(exercise, lambda: session)
    with capture_output():
        made.show(made.check(), ProgressOutput())
    record(session, exercise, *P_9_FOR_P_3)
    return made, reader


def press(panel, label):
    (button,) = [button for button in panel.buttons if button.description == label]
    with capture_output() as captured:
        button.click()
    assert captured.outputs == []
    assert not any(button.disabled for button in panel.buttons), "all can be pressed again"


def test_the_first_button_checks_again(panel):
    made, reader = panel
    assert "Not yet" in made.verdict.value
    reader.now = snapshot(*family("p-1", "p-2"), newer(pod("p-9"), 61))
    press(made, "Check my work")
    assert "Done: Delete one Pod" in made.verdict.value
    assert made.aside.value == ""


def test_the_second_button_gives_a_hint(panel):
    made, _ = panel
    press(made, "Give me a hint")
    assert "Hint 1 of 3" in made.aside.value
    press(made, "Give me a hint")
    assert "Hint 2 of 3" in made.aside.value


@pytest.mark.parametrize("label", ["Check my work", "Give me a hint", "Begin again"])
def test_a_button_shows_an_unexpected_error_and_can_be_pressed_again(panel, label):
    made, reader = panel
    reader.trouble = RuntimeError("oops <b>")
    press(made, label)
    assert "not in your work: RuntimeError: oops &lt;b&gt;" in made.aside.value
    assert "Try: driftlab doctor" in made.aside.value


def test_a_button_shows_an_error_of_ours_with_its_next_step(panel):
    made, reader = panel
    reader.trouble = ClusterUnreachable("no <answer>", next_step="driftlab up")
    press(made, "Begin again")
    assert "no &lt;answer&gt;" in made.aside.value
    assert "Try: driftlab up" in made.aside.value
