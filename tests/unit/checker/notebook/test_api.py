"""The notebooks' four calls: whatever happens, they show it and return. No cluster runs here."""

import builtins
import os

import pytest
from IPython.utils.capture import capture_output

from driftlab.checker.exercises.catalogue import find_exercise, find_lab, lab_folders
from driftlab.checker.notebook import api as notebook
from driftlab.checker.notebook import displays, verdict_panel
from driftlab.checker.reports.text import harmless
from driftlab.checker.sessions import recordings
from driftlab.checker.sessions import session as attempt
from driftlab.clusters.errors import ClusterUnreachable
from tests.unit.evidence_by_hand import (
    HOSTILE,
    ReaderByHand,
    begun,
    family,
    line,
    newer,
    pod,
    record,
    snapshot,
    terminating,
)
from tests.unit.reports_by_hand import DANGEROUS, Page


@pytest.fixture(autouse=True)
def kernel(shell, tmp_path, monkeypatch):
    """A kernel that was just started, on a machine whose cluster does not run."""
    for name in ("DRIFTLAB_CLUSTER", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DRIFTLAB_ENGINE", "embedded")
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(recordings, "RECORDER_TIMEOUT_S", 0.0)  # nobody records here: nobody waits for it
    monkeypatch.setattr(notebook._Current, "lab", None)
    monkeypatch.setattr(notebook._Current, "cluster", None)
    return shell


def shown(call, *arguments):
    """What a call shows: the last thing as HTML and as plain text. It returns nothing and raises nothing."""
    with capture_output() as captured:
        assert call(*arguments) is None
    assert captured.stderr == ""
    data = captured.outputs[-1].data
    return data["text/html"], data["text/plain"]


def under_way(name="one-pod", reader=None):
    """An exercise as it is after ``lab(…)``. Where no ``reader`` answers for the cluster, nobody does."""
    exercise = find_exercise(name)
    session = begun(exercise, reader or ReaderByHand())
    if reader is None:
        del session.cluster.client
    notebook._Current.lab, notebook._Current.cluster = exercise.lab, session.cluster
    return exercise, session


P_9_FOR_P_3 = [line("DELETED", newer(pod("p-3"), 60)), line("ADDED", newer(pod("p-9"), 61))]
CALLS = {"check": notebook.check, "hint": notebook.hint, "reset": notebook.reset}


def test_a_check_that_waits_says_what_for_and_gives_way_to_the_verdict(monkeypatch):
    """In one output of the cell, that changes."""
    monkeypatch.setattr(verdict_panel, "WAIT_S", 0.6)
    exercise, _ = under_way(reader=ReaderByHand(*family("p-1", "p-2"), terminating(pod("p-3"))))
    said = []
    monkeypatch.setattr(displays.ProgressOutput, "say", lambda head, line: (said.append(line), head._put(line, line)))
    html, _ = shown(notebook.check, exercise.name)
    assert said
    assert all(line.startswith("Waiting: ") for line in said)
    assert "Wait a moment" in html


# ---- what goes wrong is shown


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_exercise_is_shown_with_the_one_that_was_meant(call):
    html, plain = shown(CALLS[call], "one-pid")
    assert "no exercise called 'one-pid'" in plain
    assert "Did you mean 'one-pod'" in plain
    assert "Try: choose one of: " in plain
    assert "Did you mean" in html


@pytest.mark.parametrize("name", ["02-self-heeling", "02-self-heeling/one-pod"])
def test_an_unknown_lab_is_shown_with_the_one_that_was_meant(name):
    _, plain = shown(notebook.lab, name)
    assert "Did you mean '02-self-healing'" in plain


def test_an_unknown_engine_is_shown(monkeypatch):
    monkeypatch.setenv("DRIFTLAB_ENGINE", "embeded")
    _, plain = shown(notebook.lab, "02-self-healing")
    assert "Did you mean 'embedded'" in plain


@pytest.mark.parametrize("call", CALLS)
def test_without_a_lab_there_is_no_exercise_under_way(call):
    _, plain = shown(CALLS[call])
    assert "No exercise is under way" in plain
    assert f'Try: lab("{next(iter(lab_folders()))}")' in plain


@pytest.mark.parametrize("call", ["check", "hint"])
def test_an_exercise_that_was_not_begun_says_how_to_begin(call):
    _, plain = shown(CALLS[call], "one-pod")
    assert "has not been started" in plain
    assert "Try: " in plain


@pytest.mark.parametrize("call", [*CALLS, "lab"])
@pytest.mark.parametrize("nonsense", [5, b"one-pod", [], object(), ""])
def test_nonsense_in_the_place_of_a_name_is_shown(call, nonsense):
    _, plain = shown({**CALLS, "lab": notebook.lab}[call], nonsense)
    assert "Try: " in plain


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("trouble", "said", "line"),
    [
        (RuntimeError("oops <b>"), "Something broke in the kit, not in your work: RuntimeError: oops <b>", "Try: "),
        (KeyboardInterrupt(), "Interrupted.", "Run the cell again"),
    ],
    ids=["a defect", "an interrupt"],
)
def test_whatever_breaks_is_shown(call, trouble, said, line):
    under_way(reader=ReaderByHand(trouble=trouble))
    html, plain = shown(CALLS[call])
    assert said in plain
    assert line in plain
    assert "<b>" not in html


@pytest.mark.parametrize("call", ["check", "hint"])
def test_a_state_folder_that_cannot_be_written_is_shown(call):
    _, session = under_way(reader=ReaderByHand(*family()))
    (session.folder / f"one-pod.{'result' if call == 'check' else 'hints'}.json").mkdir()
    _, plain = shown(CALLS[call])
    assert "cannot be written" in plain
    assert "export DRIFTLAB_STATE" in plain


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("call", ["check", "reset"])
def test_what_is_shown_of_trouble_is_harmless(call, what):
    trouble = ClusterUnreachable(HOSTILE[what], output=HOSTILE[what], next_step=HOSTILE[what])
    under_way(reader=ReaderByHand(trouble=trouble))
    html, plain = shown(CALLS[call])
    assert not set(html + plain) & DANGEROUS
    assert not {"script", "img", "a"} & set(Page(html).tags)
    (html + plain).encode()
    assert harmless(HOSTILE[what]) in plain


# ---- a verdict


def test_a_cluster_that_does_not_answer_makes_a_verdict_that_is_nobodys_fault():
    """Its kubeconfig is not even there."""
    under_way()
    html, plain = shown(notebook.check)
    assert "Could not check: Delete one Pod · this is not your fault" in plain
    assert "could not check" in html
    assert "Try: driftlab up" in plain


def test_a_check_shows_the_verdict_as_a_panel_with_buttons_and_as_text():
    under_way(reader=ReaderByHand(*family()))
    with capture_output() as captured:
        notebook.check("one-pod")
    data = captured.outputs[-1].data
    assert "Not yet: Delete one Pod" in data["text/plain"]
    assert "Not yet: Delete one Pod" in data["text/html"]
    assert "model_id" in data["application/vnd.jupyter.widget-view+json"]


def test_where_widgets_cannot_run_the_verdict_alone_is_shown(monkeypatch):
    real = builtins.__import__

    def without_widgets(name, *arguments, **options):
        if name.startswith("ipywidgets"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    exercise, session = under_way(reader=ReaderByHand(*family("p-1", "p-2"), newer(pod("p-9"), 61)))
    record(session, exercise, *P_9_FOR_P_3)
    monkeypatch.setattr(builtins, "__import__", without_widgets)
    with capture_output() as captured:
        notebook.check()
    (output,) = captured.outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert "Done: Delete one Pod · 4 of 4 points" in output.data["text/plain"]


def test_an_exercise_is_looked_for_in_the_lab_that_is_open_first():
    assert notebook._exercise("02-self-healing/one-pod").name == "one-pod"
    under_way("orphan")
    assert notebook._exercise(None).name == "orphan"
    assert notebook._exercise("one-pod").id == "02-self-healing/one-pod"


def test_hints_come_one_by_one():
    exercise, _ = under_way(reader=ReaderByHand(*family()))
    told = [shown(notebook.hint)[1] for _ in range(4)]
    for step, (plain, hint) in enumerate(zip(told, exercise.hints, strict=False), start=1):
        assert f"Hint {step} of 3: {hint}" in plain
    assert [("Ask again" in plain) for plain in told] == [True, True, False, False]


def test_nothing_of_the_persons_own_is_touched(tmp_path):
    """A call that fails changes neither the kubeconfig nor the PATH of the kernel."""
    before = {name: os.environ.get(name) for name in ("KUBECONFIG", "PATH")}
    shown(notebook.lab, "no-such-lab")
    assert {name: os.environ.get(name) for name in before} == before
    assert find_lab("02-self-healing").exercises


def test_the_timeline_tells_of_the_node_that_the_exercise_loses():
    exercise = find_exercise("node-lost")
    loner = pod("p-4", None, name="loner", app="loner")
    loner["spec"]["nodeName"] = "node-2"
    objects = (*family(), loner)
    session = begun(exercise, ReaderByHand(*objects), snapshot(*objects))
    notebook._Current.lab, notebook._Current.cluster = exercise.lab, session.cluster
    for said in shown(notebook.timeline, "node-lost"):
        assert "Node lost: node-2" in said


@pytest.mark.parametrize(("replicas", "said"), [(3, "You have passed"), (2, "You are in the middle of")])
def test_an_exercise_under_way_is_left_alone_and_how_to_begin_again_is_said(monkeypatch, tmp_path, replicas, said):
    """Where it is passed, that is said."""
    reader = ReaderByHand(*family("p-1", "p-2", "p-9", replicas=replicas))
    exercise, session = under_way(reader=reader)
    for change in P_9_FOR_P_3:
        record(session, exercise, change)
    kubeconfig = tmp_path / "self-healing.kubeconfig"
    kubeconfig.write_text("{}")
    for name in ("KUBECONFIG", "KUBECACHEDIR", "PATH"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setattr(notebook, "_bring_up", lambda head: session.cluster)
    monkeypatch.setattr(attempt.Session, "open", lambda self: kubeconfig)
    session.check(exercise)
    _, plain = shown(notebook.lab, exercise.id)
    assert f"{said} “{exercise.title}”; nothing was changed." in plain
    assert f'To begin again: reset("{exercise.name}")' in plain


def test_trouble_says_in_a_notebooks_own_words_how_to_begin_again():
    exercise, session = under_way(reader=ReaderByHand(*family()))
    (session.folder / f"{exercise.name}.baseline.json").unlink()
    for call in (notebook.check, notebook.hint):
        html, plain = shown(call)
        assert f'Try: reset("{exercise.id}")' in plain
        assert "driftlab reset" not in plain + html
