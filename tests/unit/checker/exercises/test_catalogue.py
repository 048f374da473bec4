"""Finding labs and exercises by their names, those of other packages included."""

import pytest

from driftlab.checker.cli.common import complete_exercise, complete_lab
from driftlab.checker.exercises.catalogue import UnknownExercise, UnknownLab, find_exercise, find_lab, lab_folders, load
from driftlab.checker.exercises.definitions import LabBroken
from driftlab.checker.exercises.grading import grade
from driftlab.clusters.errors import UsageError
from tests.unit.evidence_by_hand import SAME

GOOD = """\
from driftlab.checker import Exercise, Lab

lab = Lab("{name}", title="A lab", minutes=5, summary="…")
lab.exercise("{exercise}", "An exercise", hints=("nudge", "pointer", "answer"))
"""


GOAL = """\
from driftlab.checker import Lab

lab = Lab("77-mine", title="A lab", minutes=5, summary="…")
one = lab.exercise("one", "An exercise", hints=("nudge", "pointer", "answer"))

@one.goal("A goal", points={points})
def goal(evidence):
    return evidence.now
"""


def good(package, name, exercise="one-pod-more"):
    return package.lab(name, GOOD.format(name=name, exercise=exercise))


# ---- found


@pytest.mark.parametrize("name", ["02-self-healing", "self-healing", "02"])
def test_a_lab_is_found_by_its_name_and_by_either_part_of_it(name):
    lab = find_lab(name)
    assert lab.name == "02-self-healing"
    assert (lab.folder / "lab.md").exists()
    assert lab.notebook.exists()


@pytest.mark.parametrize("name", ["02-self-healing/one-pod", "self-healing/one-pod", "02/one-pod", "one-pod"])
def test_an_exercise_is_found_with_its_lab_and_without(name):
    assert find_exercise(name).id == "02-self-healing/one-pod"


def test_a_package_brings_labs_of_its_own(package):
    path = good(package, "77-mine")
    assert lab_folders()["77-mine"] == path.parent
    assert find_lab("mine").folder == path.parent
    assert find_exercise("one-pod-more").id == "77-mine/one-pod-more"
    assert list(lab_folders()) == sorted(lab_folders()), "in the order of their numbers"


TEXTS = {
    "lab.md": "---\ntitle: A lab\nminutes: 5\nsummary: …\nexercises: [one-pod-more]\n---\n",
    "one-pod-more/exercise.md": "---\ntitle: One\n---\n## Hints\n\n1. A nudge.\n2. A pointer.\n3. The answer.\n",
}


def test_a_lab_is_a_folder_of_texts_or_one_module_and_texts_come_first(package):
    """A module that is left over from before a lab was rewritten changes nothing."""
    path = good(package, "77-mine", "of-the-module")
    assert find_exercise("77-mine/of-the-module").lab.folder == path.parent
    for name, text in TEXTS.items():
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_text(text, encoding="utf-8")
    load.cache_clear()
    lab_folders.cache_clear()
    assert find_exercise("77-mine/one-pod-more").hints == ("A nudge.", "A pointer.", "The answer.")
    path.unlink()
    lab_folders.cache_clear()
    assert lab_folders()["77-mine"] == path.parent


def test_a_folder_of_labs_that_is_not_there_is_said(tmp_path, monkeypatch):
    """A completion has nowhere to say it: there is nothing to complete."""
    (tmp_path / "labs").mkdir()
    monkeypatch.setenv("DRIFTLAB_LABS", f"{tmp_path / 'labs'}:{tmp_path / 'typo'}")
    lab_folders.cache_clear()
    with pytest.raises(UsageError, match=f"DRIFTLAB_LABS names the folder {tmp_path / 'typo'}") as trouble:
        lab_folders()
    assert "unset DRIFTLAB_LABS" in trouble.value.next_step
    assert (complete_exercise("0"), complete_lab("0")) == ([], [])


def test_listing_labs_loads_none_of_them(package):
    package.lab("77-mine", "raise RuntimeError('loaded')")
    assert "77-mine" in lab_folders()


def test_a_name_that_two_labs_have_is_asked_back(package):
    good(package, "77-mine", "one-pod")
    with pytest.raises(UnknownExercise, match="several labs") as trouble:
        find_exercise("one-pod")
    assert "02-self-healing/one-pod, 77-mine/one-pod" in trouble.value.next_step
    assert find_exercise("77-mine/one-pod").id == "77-mine/one-pod"


# ---- not found


@pytest.mark.parametrize("name", ["02-self-heeling", "selfhealing", "02-selfhealing"])
def test_a_lab_that_is_nearly_right_is_suggested(name):
    with pytest.raises(UnknownLab, match="Did you mean '02-self-healing'") as trouble:
        find_lab(name)
    assert trouble.value.exit_code == 2
    assert "02-self-healing" in trouble.value.next_step


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("one-pid", "one-pod"),
        ("02-self-healing/one-pid", "02-self-healing/one-pod"),
        ("replica-set", "replicaset"),
    ],
)
def test_an_exercise_that_is_nearly_right_is_suggested(name, meant):
    with pytest.raises(UnknownExercise, match=f"Did you mean '{meant}'") as trouble:
        find_exercise(name)
    assert trouble.value.exit_code == 2
    assert "02-self-healing/one-pod" in trouble.value.next_step


@pytest.mark.parametrize("name", ["", "/", "zzz", "../../etc/passwd", "02-self-healing/", "02-self-healing/\x00"])
def test_nonsense_is_unknown(name):
    with pytest.raises((UnknownExercise, UnknownLab)):
        find_exercise(name)


def test_an_exercise_of_an_unknown_lab_names_the_lab():
    with pytest.raises(UnknownLab, match="no lab called 'self-heeling'"):
        find_exercise("self-heeling/one-pod")


# ---- broken


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("x = 1\n\nprint(y)\n", 3, "NameError"),
        ("x = 1\nif x\n", 2, "SyntaxError"),
        ("x = 1\n  y = 2\n", 2, "IndentationError"),
        ("import json\n\n\njson.loads('{')\n", 4, "JSONDecodeError"),
        ("import no_such_module_anywhere\n", 1, "ModuleNotFoundError"),
        ("def helper():\n    return 1 / 0\n\n\nhelper()\n", 2, "ZeroDivisionError"),
        ("import sys\n\nsys.exit(4)\n", 3, "SystemExit: 4"),
        (GOAL.format(points='"two"'), 6, "TypeError: the goal 'A goal' is worth a number of points above 0, not 'two'"),
        (GOAL.format(points="1").replace(', "pointer"', ""), 4, "TypeError: one needs three hints"),
        (GOAL.format(points="1").replace('"nudge"', "None"), 4, "TypeError: each hint of one is a text, not None"),
        (GOAL.format(points="1").replace('"one"', '"o/n/e"'), 4, "ValueError: an exercise is called 'o/n/e'"),
        (GOAL.format(points="1, gaurd=True"), 6, "TypeError"),
    ],
)
def test_a_mistake_in_an_exercises_file_is_told_with_file_and_line(package, source, line, what):
    path = package.lab("77-mine", source)
    with pytest.raises(LabBroken) as trouble:
        find_lab("77-mine")
    assert trouble.value.message.startswith(f"{path}, line {line}: {what}")
    assert trouble.value.next_step == f"fix {path}"
    assert trouble.value.exit_code == 3


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("", ""),
        ("lab = None", ""),
        ("lab = '77-mine'", ""),
        (GOOD.format(name="78-other", exercise="one"), ", line 3"),
        (GOOD.format(name="77-mine", exercise="one").replace("\nlab", "\nmine"), ", line 3"),
    ],
)
def test_a_lab_must_be_called_like_its_folder(package, source, line):
    """And where something is called otherwise, it is told which line says so."""
    path = package.lab("77-mine", source)
    with pytest.raises(LabBroken) as trouble:
        find_lab("77-mine")
    assert trouble.value.message == f"{path}{line}: `lab` must be a Lab called '77-mine'"


def test_a_folder_without_exercises_is_no_lab(tmp_path):
    with pytest.raises(UnknownLab, match=r"has no lab\.md, and no exercises\.py") as trouble:
        load(tmp_path)
    assert trouble.value.exit_code == 2


def test_a_goal_knows_its_place_in_the_file_of_its_lab(package):
    path = package.lab("77-mine", GOAL.format(points="1"))
    (one,) = find_lab("77-mine").exercises
    assert [str(made.place) for made in (one.lab, one, *one.goals)] == [
        f"{path}, line 3",
        f"{path}, line 4",
        f"{path}, line 6",
    ]
    path.write_text(GOAL.format(points="1").replace("evidence.now", "evidence.then"))
    load.cache_clear()
    (one,) = find_lab("77-mine").exercises
    assert grade(one, SAME).broken[0].startswith(f"{path}, line 8: AttributeError: ")


def test_a_lab_that_was_mended_loads(package):
    path = package.lab("77-mine", "oops")
    with pytest.raises(LabBroken):
        load(path.parent)
    path.write_text(GOOD.format(name="77-mine", exercise="some-longer-name"))
    assert load(path.parent).exercises[0].name == "some-longer-name"
    assert load(path.parent) is load(path.parent)


def test_a_broken_lab_is_no_hindrance_to_another_one(package):
    package.lab("77-mine", "oops")
    assert find_exercise("02-self-healing/one-pod").name == "one-pod"


# ---- hidden goals


HIDDEN = """\
from driftlab.checker import passed


def add(lab):
    (exercise,) = lab.exercises
    exercise.goal("SECRET", 2, hidden="method")(lambda evidence: passed("SECRET"))
"""


@pytest.fixture
def graders(tmp_path, monkeypatch):
    """The folder of those who grade, with goals that no learner can read."""
    folder = tmp_path / "graders"
    folder.mkdir()
    monkeypatch.setenv("DRIFTLAB_HIDDEN", str(folder))
    return folder


def test_hidden_goals_are_added_where_graders_keep_them(package, graders):
    path = good(package, "77-mine")
    (graders / "77-mine.py").write_text(HIDDEN)
    (exercise,) = load(path.parent).exercises
    assert exercise.titles == ["A hidden check: method"]
    assert exercise.points == 2


def test_a_hidden_goal_that_breaks_is_told_with_the_graders_file_and_line(package, graders):
    path = good(package, "77-mine")
    (graders / "77-mine.py").write_text(HIDDEN.replace('passed("SECRET")', "1 / 0"))
    (exercise,) = load(path.parent).exercises
    result = grade(exercise, SAME)
    assert result.broken == (f"{graders / '77-mine.py'}, line 6: ZeroDivisionError: division by zero",)
    assert "77-mine.py" not in str(result.to_dict())


def test_without_hidden_goals_a_lab_is_what_it_is(package, graders):
    path = good(package, "77-mine")
    (graders / "78-other.py").write_text(HIDDEN)
    assert load(path.parent).exercises[0].goals == []


def test_graders_need_a_folder_that_learners_cannot_look_into(package, monkeypatch):
    """And learners are not disturbed by it."""
    path = good(package, "77-mine")
    monkeypatch.setenv("DRIFTLAB_HIDDEN", "/" + "x" * 5000)  # refused by the system, also to root
    assert load(path.parent).exercises[0].goals == []


@pytest.mark.parametrize("place", ["none", "a-file", "a-file/below"])
def test_a_graders_folder_that_is_not_there_is_said_and_no_goal_is_left_out_in_silence(
    package, tmp_path, monkeypatch, place
):
    path = good(package, "77-mine")
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("DRIFTLAB_HIDDEN", str(tmp_path / place))
    with pytest.raises(UsageError) as trouble:
        load(path.parent)
    assert f"DRIFTLAB_HIDDEN names the folder {tmp_path / place}" in trouble.value.message
    assert "unset DRIFTLAB_HIDDEN" in trouble.value.next_step


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def add(lab):\n    lab.exercises[7]\n", "line 2: IndexError"),
        ("def add(lab):\n    raise SystemExit\n", "line 2: SystemExit"),
        ("x = 1\nprint(y)\n", "line 2: NameError"),
        ("", "AttributeError"),
    ],
)
def test_a_mistake_in_a_graders_file_is_told_with_file_and_line(package, graders, source, what):
    path = good(package, "77-mine")
    (graders / "77-mine.py").write_text(source)
    with pytest.raises(LabBroken) as trouble:
        load(path.parent)
    assert trouble.value.message.startswith(str(graders / "77-mine.py"))
    assert what in trouble.value.message
