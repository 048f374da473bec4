"""What can be said of a lab's folder without a cluster: what is missing, and what belongs to nothing."""

import json

import pytest

from driftlab.checker.authoring.scaffold import create
from driftlab.checker.authoring.verification import complete, prove
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.exercises.definitions import LabBroken
from driftlab.checker.exercises.grading import grade
from driftlab.clusters.errors import ClusterNotReady, ClusterUnreachable, CommandFailed
from tests.unit.evidence_by_hand import SAME

EXERCISE, CHECKS = "scale-up/exercise.md", "scale-up/checks.py"
CLAIMS = ["untouched,", "its", "autoscaler", "patch", "server-side", "other-number", "recreated", "replicaset-scaled"]
THREE_HINTS = "needs three hints that differ: a nudge, a pointer, the answer"


@pytest.fixture
def folder(tmp_path):
    """A lab that is complete."""
    return create(tmp_path, "51-scaling", "scale-up")


def faults(folder):
    load.cache_clear()
    return complete(load(folder))


def rewritten(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def place(path, words):
    """The first line that has them, as messages name it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return f"{path}, line {next(number for number, line in enumerate(lines, 1) if words in line)}"


@pytest.fixture
def module(tmp_path):
    """A lab that is complete and written as one module, ``exercises.py``: that form is read, too."""
    folder = tmp_path / "52-one-module"
    files = [
        "52-one-module.ipynb",
        "start.yaml",
        "solutions/one.sh",
        "right/one/a.sh",
        *(f"wrong/one/{n}.sh" for n in "abc"),
    ]
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "exercises.py").write_text(MODULE, encoding="utf-8")
    return folder


MODULE = """\
from driftlab.checker import Lab, passed

lab = Lab("52-one-module", title="One module", minutes=5, summary="Nothing.")
one = lab.exercise("one", "One", hints=("nudge", "pointer", "answer"))
one.goal("A goal")(lambda evidence: passed("yes"))
for name in "abc":
    one.mistake(name, "nudge", "pointer", "answer")(lambda evidence: False)
"""


def test_nothing_is_wrong_with_a_lab_that_is_complete(folder):
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("51-scaling.ipynb", "there is no notebook"),
        ("scale-up/solution.sh", "51-scaling/scale-up has no solution"),
        ("scale-up/wrong/other-number.sh", "51-scaling/scale-up has 2 wrong answers, and needs at least 3"),
    ],
)
def test_a_file_that_is_missing_is_named(folder, path, fault):
    (folder / path).unlink()
    assert [found for found in faults(folder) if found.startswith(fault)]


def test_a_mistake_without_a_wrong_answer_is_named_with_its_line(folder):
    (folder / "scale-up/wrong/other-number.sh").unlink()
    line = place(folder / CHECKS, "@mistake")
    told = f"{line}: 51-scaling/scale-up has a mistake other-number, but no wrong answer"
    assert [found for found in faults(folder) if found.startswith(told)]


def test_a_key_without_a_sentence_and_a_sentence_without_a_key_are_named_with_their_lines(folder):
    rewritten(folder / EXERCISE, "- five-ready:", "- six-ready:")
    said, written = place(folder / CHECKS, "five-ready"), place(folder / EXERCISE, "six-ready")
    assert faults(folder) == [
        f"{said}: the reason five-ready has no sentence under Reasons in exercise.md, nor in lab.md",
        f"{written}: nothing says the reason six-ready",
    ]


def test_a_wrong_answer_that_no_mistake_knows_is_named(folder):
    (folder / "scale-up/wrong/too-many.sh").touch()
    assert faults(folder) == ["51-scaling/scale-up has a wrong answer too-many.sh, but no mistake of this name"]


def test_a_starting_state_is_not_needed(folder):
    (folder / "start.yaml").unlink()
    assert faults(folder) == []


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        "start.yml",
        "start.sh",
        "exercises.py",
        "scale-upp/solution.sh",
        "scale-up/solutions.sh",
        "scale-up/common.py",
        "scale-up/right/patch.yaml",
        "scale-up/wrong/other/a.sh",
        "right/a.sh",
    ],
)
def test_a_file_that_belongs_to_nothing_is_named(folder, path):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).touch()
    assert faults(folder) == [f"{folder / path} does not belong to the lab"]


@pytest.mark.parametrize("path", ["common.py", "scale-up/start.sh"])
def test_a_file_that_not_every_exercise_needs_may_be_there(folder, path):
    (folder / path).touch()
    assert faults(folder) == []


def test_a_starting_state_that_no_exercise_begins_with_belongs_to_nothing(folder):
    (folder / "scale-up/start.yaml").touch()
    assert faults(folder) == [f"{folder / 'start.yaml'} does not belong to the lab"]
    (folder / "start.yaml").unlink()
    assert faults(folder) == []


def test_a_quiz_has_a_file_of_questions_and_may_do_without_checks(folder):
    question = {"key": "q1", "text": "What first?", "options": {"look": "I look.", "wait": "I wait."}}
    question |= {"answer": "look", "because": "Look first."}
    (folder / "scale-up/quiz.yaml").write_text(json.dumps({"questions": [question]}))  # JSON is YAML, too
    assert faults(folder) == []
    (folder / CHECKS).unlink()
    text, _, _ = (folder / EXERCISE).read_text(encoding="utf-8").partition("## Mistake")
    front, _, rest = text.partition("## Goals")
    (folder / EXERCISE).write_text(front + "## Hints" + rest.partition("## Hints")[2], encoding="utf-8")
    unknown = "51-scaling/scale-up has a wrong answer {}.sh, but no mistake of this name"
    assert faults(folder) == [unknown.format(name) for name in ("other-number", "recreated", "replicaset-scaled")]


@pytest.mark.parametrize(
    "path",
    ["scale-up/__pycache__/checks.cpython-311.pyc", ".ipynb_checkpoints/x.ipynb", ".DS_Store", "scale-up/.a.sh.swp"],
)
def test_what_programs_leave_behind_is_no_stray_file(folder, path):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).touch()
    assert faults(folder) == []


def test_a_hidden_folder_above_the_lab_hides_nothing(tmp_path):
    folder = create(tmp_path / ".course" / "__pycache__", "51-scaling", "scale-up")
    (folder / "stray.txt").touch()
    assert faults(folder) == [f"{folder / 'stray.txt'} does not belong to the lab"]


@pytest.mark.parametrize(
    ("hint", "again", "section", "whose"),
    [
        (
            "Which object holds the number of Pods that you want?",
            "The Deployment does. One verb of kubectl changes that number.",
            "## Hints",
            "",
        ),
        (
            "Count the Pods, and count those that you want.",
            "The Deployment was scaled, but not to five.",
            "## Mistake: other-number",
            "the mistake other-number of ",
        ),
    ],
)
def test_a_hint_that_is_there_twice_is_named_with_the_line_of_its_section(folder, hint, again, section, whose):
    rewritten(folder / EXERCISE, hint, again)
    assert faults(folder) == [f"{place(folder / EXERCISE, section)}: {whose}51-scaling/scale-up {THREE_HINTS}"]


def test_hints_that_several_exercises_share_are_named_where_they_are(folder):
    path = folder / "lab.md"
    path.write_text(path.read_text() + "\n## Mistake: recreated\n\n1. The same.\n2. The same.\n3. Another.\n")
    told = f"{place(path, '## Mistake')}: the mistake recreated of 51-scaling/scale-up {THREE_HINTS}"
    assert faults(folder) == [told]


def test_an_exercise_without_goals_is_named(folder):
    rewritten(folder / CHECKS, "@goal(", "lambda f: f  # @goal(")
    rewritten(folder / CHECKS, "lambda f", "@lambda f")
    rewritten(folder / CHECKS, "same = guards", "same = lambda: guards")
    rewritten(folder / EXERCISE, "## Goals\n\n- five: The Deployment asks for five Pods, and five are ready\n\n", "")
    assert faults(folder) == [f"{folder / EXERCISE}, line 1: 51-scaling/scale-up has no goals"]


def test_a_lab_without_exercises_is_named(folder):
    rewritten(folder / "lab.md", '\n  - "scale-up"', " []")
    for path in sorted((folder / "scale-up").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (folder / "start.yaml").unlink()
    assert faults(folder) == [f"{folder / 'lab.md'}, line 1: 51-scaling has no exercises"]


# ---- a lab that is one module


def test_nothing_is_wrong_with_a_module_that_is_complete(module):
    assert faults(module) == []
    (module / "start").mkdir()
    (module / "start/one.sh").touch()
    assert faults(module) == []


@pytest.mark.parametrize(
    "path", ["solutions/onee.sh", "common.py", "one/solution.sh", "wrong/other/a.sh", "wrong/a.sh", "start/two.sh"]
)
def test_what_belongs_to_no_exercise_of_a_module_is_named(module, path):
    (module / path).parent.mkdir(exist_ok=True)
    (module / path).touch()
    assert faults(module) == [f"{module / path} does not belong to the lab"]


@pytest.mark.parametrize("hint", ["", "   ", "pointer"])
def test_hints_that_do_not_differ_are_named_with_the_line_of_their_definition(module, hint):
    rewritten(module / "exercises.py", '"nudge"', f'"{hint}"')
    one, *mistakes = faults(module)
    assert one == f"{place(module / 'exercises.py', 'lab.exercise')}: 52-one-module/one {THREE_HINTS}"
    where = place(module / "exercises.py", "one.mistake")
    assert mistakes == [f"{where}: the mistake {name} of 52-one-module/one {THREE_HINTS}" for name in "abc"]


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
        return grade(exercise, SAME)


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


def test_an_exercise_needs_no_other_right_answer(folder):
    for script in (folder / "scale-up/right").iterdir():
        script.unlink()
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("deployment.replicas != 5", "deployment.replica != 5", "AttributeError: 'Deployment' object has no attribute"),
        (
            ".replicas not in",
            ".replica not in",
            "the mistake other-number: AttributeError: 'Deployment' object has no attribute",
        ),
    ],
)
def test_code_that_breaks_is_told_with_file_and_line_whatever_it_is_for(folder, old, new, what):
    """Of a goal, nobody could be graded; of a mistake, learners would get no hint, and never know why."""
    rewritten(folder / CHECKS, old, new)
    told = f"{place(folder / CHECKS, new)}: {what}"
    faults_of = proved(folder)
    assert all(told in fault for fault in faults_of.values()), faults_of
    assert set(faults_of) == set(CLAIMS)


@pytest.mark.parametrize("of_the_start", ["begins", "loses_node"])
def test_a_starting_state_that_is_asked_for_in_a_wrong_way_is_told_with_file_and_line(folder, of_the_start):
    path = folder / CHECKS
    path.write_text(path.read_text() + f"\n\ndef {of_the_start}(snapshot):\n    return snapshot.deployments[9].uid\n")
    line = place(path, "snapshot.deployments[9]")
    assert proved(folder)["untouched,"] == f"{line}: IndexError: tuple index out of range"
    with pytest.raises(LabBroken, match="IndexError") as told:  # what `driftlab start` says
        Judged().start(load(folder).exercises[0])
    assert told.value.next_step == f"fix {path}"


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
