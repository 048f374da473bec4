"""What can be said of a lab's folder without a cluster: what is missing, and what belongs to nothing."""

import pytest

from driftlab.checker.authoring.scaffold import create
from driftlab.checker.authoring.verification import complete, prove
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.exercises.definitions import LabBroken
from driftlab.clusters.errors import ClusterNotReady, ClusterUnreachable, CommandFailed
from tests.unit.evidence_by_hand import SAME

EXERCISES = "exercises.py"
CLAIMS = ["untouched,", "its", "autoscaler", "patch", "server-side", "recreated", "replicaset", "too-few"]
THREE_HINTS = "needs three hints that differ: a nudge, a pointer, the answer"


@pytest.fixture
def folder(tmp_path):
    """A lab that is complete."""
    return create(tmp_path, "51-scaling", "scale-up")


def faults(folder):
    load.cache_clear()
    return complete(load(folder))


def rewritten(folder, old, new):
    path = folder / EXERCISES
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(folder, code):
    """The first line that has it."""
    lines = (folder / EXERCISES).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if code in line)


def test_nothing_is_wrong_with_a_lab_that_is_complete(folder):
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("51-scaling.ipynb", "there is no notebook"),
        ("solutions/scale-up.sh", "51-scaling/scale-up has no solution"),
        ("wrong/scale-up/too-few.sh", "51-scaling/scale-up has 2 wrong answers of at least 3"),
        ("wrong/scale-up/too-few.sh", "51-scaling/scale-up has a mistake too-few, but no wrong answer too-few.sh"),
    ],
)
def test_a_file_that_is_missing_is_named(folder, path, fault):
    (folder / path).unlink()
    assert [found for found in faults(folder) if fault in found]


@pytest.mark.parametrize("path", ["solutions/scale-upp.sh", "notes.txt", "wrong/other/a.sh", "start.yml", "wrong/a.sh"])
def test_a_file_that_belongs_to_nothing_is_named(folder, path):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).touch()
    assert faults(folder) == [f"{folder / path} belongs to nothing"]


def test_a_wrong_answer_that_no_mistake_knows_is_named(folder):
    (folder / "wrong/scale-up/too-many.sh").touch()
    assert faults(folder) == ["51-scaling/scale-up has a wrong answer too-many.sh, but no mistake of this name"]


@pytest.mark.parametrize(
    "path",
    ["__pycache__/exercises.cpython-311.pyc", ".ipynb_checkpoints/x.ipynb", ".DS_Store", "solutions/.scale-up.sh.swp"],
)
def test_what_programs_leave_behind_is_no_stray_file(folder, path):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).touch()
    assert faults(folder) == []


def test_a_hidden_folder_above_the_lab_hides_nothing(tmp_path):
    folder = create(tmp_path / ".course" / "__pycache__", "51-scaling", "scale-up")
    (folder / "stray.txt").touch()
    assert faults(folder) == [f"{folder / 'stray.txt'} belongs to nothing"]


def test_the_script_that_goes_on_from_the_manifest_belongs_to_it(folder):
    (folder / "start").mkdir()
    (folder / "start/scale-up.sh").touch()
    assert faults(folder) == []


@pytest.mark.parametrize("hint", ["", "   ", "You deleted it and made a new one: its history is gone."])
def test_a_hint_that_is_missing_or_there_twice_is_named(folder, hint):
    rewritten(folder, "Look at the AGE of the Deployment.", hint)
    place = f"{folder / EXERCISES}, line {line_of(folder, '@exercise.mistake(')}"
    assert faults(folder) == [f"{place}: the mistake recreated of 51-scaling/scale-up {THREE_HINTS}"]


def test_an_exercises_own_hints_are_three_too(folder):
    rewritten(folder, '        "Which object holds the number of Pods that you want?",\n', '        " ",\n')
    place = f"{folder / EXERCISES}, line {line_of(folder, 'lab.exercise(')}"
    assert faults(folder) == [f"{place}: 51-scaling/scale-up {THREE_HINTS}"]


def test_an_exercise_without_goals_is_named(folder):
    source = (folder / EXERCISES).read_text(encoding="utf-8")
    (folder / EXERCISES).write_text(source.replace("@exercise.goal", "lambda f: f  # @").replace("lambda", "@lambda"))
    line = line_of(folder, "lab.exercise(")
    assert faults(folder) == [f"{folder / EXERCISES}, line {line}: 51-scaling/scale-up has no goals"]


# ---- claims


class Trial:
    """In the place of an attempt on a cluster: everything ends with the same trouble."""

    def __init__(self, trouble):
        self.trouble = trouble

    def fail(self, *_, **__):
        raise self.trouble

    start = run = fail


@pytest.mark.parametrize("trouble", [CommandFailed("bash ended with exit code 1."), ClusterNotReady("Waited in vain.")])
def test_a_script_that_fails_is_a_fault_of_the_lab(folder, trouble):
    (exercise,) = load(folder).exercises
    claims = [(claim, proved()) for claim, proved in prove(Trial(trouble), exercise)]
    assert [claim.split(" ")[0] for claim, _ in claims] == CLAIMS
    assert all(trouble.message in fault for _, fault in claims)


def test_a_cluster_that_does_not_answer_is_no_fault_of_the_lab(folder):
    (exercise,) = load(folder).exercises
    (_, proved), *_ = prove(Trial(ClusterUnreachable("no answer")), exercise)
    with pytest.raises(ClusterUnreachable):
        proved()


class Judged:
    """In the place of an attempt on a cluster: whatever is done, nothing has changed since the start."""

    def start(self, exercise, **_):
        assert exercise.has_begun(SAME.now)
        exercise.lost_node(SAME.now)

    def run(self, script):
        assert script.exists()

    def check(self, exercise, **_):
        return exercise.judge(SAME)


def proved(folder):
    """What is wrong with each claim, by its first word."""
    load.cache_clear()
    (exercise,) = load(folder).exercises
    return {claim.split(" ")[0]: tried() for claim, tried in prove(Judged(), exercise)}


def test_a_claim_that_holds_has_no_fault(folder):
    assert proved(folder)["untouched,"] == ""


def test_a_right_answer_that_earns_no_full_marks_is_told_as_such(folder):
    faults_of = proved(folder)
    assert faults_of["its"].startswith("the solution did not get full marks")
    assert faults_of["patch"].startswith("a right answer did not get full marks")


def test_an_exercise_needs_no_other_right_answer_but_none_belongs_to_nothing(folder):
    for script in (folder / "right" / "scale-up").iterdir():
        script.unlink()
    assert faults(folder) == []
    (folder / "right" / "scale-down").mkdir()
    (folder / "right" / "scale-down" / "patch.sh").touch()
    assert faults(folder) == [f"{folder / 'right/scale-down/patch.sh'} belongs to nothing"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("deployment.replicas != 5", "deployment.replica != 5", "AttributeError: 'Deployment' object has no attribute"),
        (
            "p.was_recreated(",
            "p.yo(",
            "the mistake recreated: AttributeError: module 'driftlab.checker.evidence.predicates' has no",
        ),
    ],
)
def test_code_that_breaks_is_told_with_file_and_line_whatever_it_is_for(folder, old, new, what):
    """Of a goal, nobody could be graded; of a mistake, learners would get no hint, and never know why."""
    rewritten(folder, old, new)
    told = f"{folder / EXERCISES}, line {line_of(folder, new)}: {what}"
    faults_of = proved(folder)
    assert all(told in fault for fault in faults_of.values()), faults_of
    assert set(faults_of) == set(CLAIMS)


@pytest.mark.parametrize("of_the_start", ["begins", "loses_node"])
def test_a_starting_state_that_is_asked_for_in_a_wrong_way_is_told_with_file_and_line(folder, of_the_start):
    path = folder / EXERCISES
    path.write_text(path.read_text() + f"\n\nexercise.{of_the_start} = lambda snapshot: snapshot.deployments[9].uid\n")
    line = line_of(folder, f"exercise.{of_the_start}")
    assert proved(folder)["untouched,"] == f"{path}, line {line}: IndexError: tuple index out of range"
    with pytest.raises(LabBroken, match="IndexError") as told:  # what `driftlab start` says
        Judged().start(load(folder).exercises[0])
    assert told.value.next_step == f"mend {path}"


def test_what_breaks_elsewhere_than_in_the_lab_is_not_held_against_it(folder):
    (exercise,) = load(folder).exercises
    (_, tried), *_ = prove(Trial(ZeroDivisionError("of the kit")), exercise)
    with pytest.raises(ZeroDivisionError):
        tried()


def test_who_verifies_is_told_what_broke_in_a_hidden_goal(folder):
    (exercise,) = load(folder).exercises

    @exercise.goal("SECRET", hidden="method")
    def secret(evidence):
        raise KeyError("SECRET")

    (_, tried), *_ = prove(Judged(), exercise)
    assert f"{__file__}, line {secret.__code__.co_firstlineno + 2}: KeyError: 'SECRET'" in tried()
