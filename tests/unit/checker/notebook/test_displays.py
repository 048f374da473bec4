"""What a notebook shows: one output that changes, harmless texts, and never a traceback."""

import pytest
from IPython.utils.capture import capture_output

from driftlab.checker.notebook.displays import ProgressOutput, message, never_raises, panel_html
from driftlab.clusters.errors import DriftlabError, UsageError
from driftlab.clusters.host.progress import Progress
from tests.unit.evidence_by_hand import HOSTILE
from tests.unit.reports_by_hand import DANGEROUS, Page

pytestmark = pytest.mark.usefixtures("shell")


def shown(call, *arguments):
    """All outputs of a call, each as its HTML and its plain text."""
    with capture_output() as captured:
        call(*arguments)
    assert captured.stdout == captured.stderr == ""
    return [(one.data["text/html"], one.data["text/plain"]) for one in captured.outputs]


# ---- one output that changes


@pytest.fixture
def outputs(shell, monkeypatch):
    """Each display as (output's id, does it replace an earlier one, plain text)."""
    told = []

    def publish(data, transient=None, update=False, **_):
        told.append(((transient or {}).get("display_id"), update, data["text/plain"]))

    monkeypatch.setattr(shell.display_pub, "publish", publish)
    return told


def test_progress_and_the_message_at_the_end_are_one_output(outputs):
    head = ProgressOutput()
    progress = Progress(head)
    with progress.step("Starting the control plane", total=2, unit="components") as step:
        step.advance_to(1)
    head.say("Waiting: a Pod is not ready")
    head.done("Ready", "Read on.")
    assert len({output for output, *_ in outputs}) == 1
    assert [update for _, update, _ in outputs] == [False] + [True] * (len(outputs) - 1)
    assert outputs[-2][2] == "Waiting: a Pod is not ready"
    assert outputs[-1][2] == "Ready\nRead on."


def test_a_verdict_replaces_the_progress(outputs):
    head = ProgressOutput()
    head.say("Looking …")
    head.replace_with({"text/html": "<b>Done</b>", "text/plain": "Done"})
    (first, second) = outputs
    assert (first[0], second[1:]) == (second[0], (True, "Done"))


def test_without_progress_a_verdict_is_a_new_output(outputs):
    ProgressOutput().replace_with({"text/html": "<b>Done</b>", "text/plain": "Done"})
    assert outputs == [(None, False, "Done")]


def test_a_finished_step_is_not_shown_again(outputs):
    """A full bar would stay above the result."""
    with Progress(ProgressOutput()).step("Starting"):
        before = len(outputs)
    assert len(outputs) == before


@pytest.mark.parametrize(("total", "bar"), [(4, 'value="0.250"'), (None, "<progress max")])
def test_the_bar_has_a_value_if_the_total_is_known(total, bar):
    def work():
        with Progress(ProgressOutput()).step("Fetching <sources>", total=total, unit="modules") as step:
            step.advance_to(1)

    with capture_output() as captured:
        work()
    html = captured.outputs[-1].data["text/html"]
    assert bar in html
    assert "Fetching &lt;sources&gt;" in html
    assert 'role="status"' in html


# ---- harmless


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_is_shown_as_text(what):
    said = HOSTILE[what]
    calm = Page(panel_html("a", "b", "red", "c"))
    page = Page(panel_html(said, said, "red", f"-{said}-"))
    assert (page.tags, page.attributes) == (calm.tags, calm.attributes), "no element and no attribute came with it"
    for call in (
        lambda: message(said, said, said),
        lambda: ProgressOutput().say(said),
        lambda: ProgressOutput().done(said, said),
    ):
        for html, plain in shown(call):
            assert not set(html + plain) & DANGEROUS
            assert not {"script", "img", "a"} & set(Page(html).tags)
            (html + plain).encode()


def test_commands_in_a_message_are_shown_as_code():
    assert "<code>driftlab up</code>" in panel_html("Try `driftlab up`", "", "red")


@pytest.mark.parametrize("output", ["", " \n"])
def test_an_empty_output_is_left_out(output):
    assert "<pre>" not in panel_html("title", "line", "red", output)
    ((_, plain),) = shown(message, "title", "line", output)
    assert plain == "title\nline"


def test_the_output_of_a_command_is_shown_between_the_error_and_the_next_step():
    ((html, plain),) = shown(message, "It broke.", "Try: again", "line 1\n  line 2\n")
    assert plain == "It broke.\nline 1\n  line 2\nTry: again"
    assert "<pre>line 1\n  line 2</pre>" in html


# ---- never a traceback


def raising(error):
    @never_raises
    def face():
        """What the call does."""
        raise error

    return face


def test_an_error_of_the_kit_is_shown_with_calls_of_the_notebook():
    error = UsageError("x has not been started: driftlab start 09-a/b", next_step="driftlab reset 09-a/b", output="out")
    ((_, plain),) = shown(raising(error))
    assert plain == 'x has not been started: lab("09-a/b")\nout\nTry: reset("09-a/b")'


def test_commands_on_clusters_stay_commands():
    ((_, plain),) = shown(raising(DriftlabError("no cluster", next_step="driftlab up")))
    assert plain == "no cluster\nTry: driftlab up"


@pytest.mark.parametrize("error", [RuntimeError("oops"), KeyError("oops"), AssertionError("oops")])
def test_a_defect_of_the_kit_is_not_blamed_on_the_learner(error):
    ((_, plain),) = shown(raising(error))
    assert plain.startswith(f"Something broke in the kit, not in your work: {type(error).__name__}: ")
    assert plain.endswith("Try: driftlab doctor")


def test_an_interrupt_ends_the_cell_without_a_traceback():
    ((_, plain),) = shown(raising(KeyboardInterrupt()))
    assert plain.startswith("Interrupted.")


def test_a_wrapped_call_keeps_its_name_and_docstring():
    face = raising(None)
    assert (face.__name__, face.__doc__) == ("face", "What the call does.")
