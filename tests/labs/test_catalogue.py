"""Every exercise of every lab, for real and in both directions: nobody passes by accident, nobody fails by accident."""

import re

import pytest
import yaml

from checker.attempt import Attempts
from checker.catalogue import labs
from checker.evidence import LISTS, Snapshot
from checker.exercise import Exercise, Lab
from checker.outcome import Outcome
from clusters.cluster import Cluster

LABS = labs()
EXERCISES = [exercise for lab in LABS for exercise in lab.exercises]
WRONG_ANSWERS = [
    pytest.param(exercise, script, id=f"{exercise.id}/{script.stem}")
    for exercise in EXERCISES
    for script in exercise.wrong_answers
]
SCRIPTS = [
    pytest.param(script, id=f"{exercise.id}/{script.stem}")
    for exercise in EXERCISES
    for script in (exercise.beginning, exercise.solution, *exercise.wrong_answers)
    if script.exists() or script == exercise.solution
]

#: What a solution may call: what a learner types into a terminal.
PLAIN = {"kubectl", "head", "tail", "xargs"}
#: What would make kubectl act elsewhere, or as somebody else, than it does for the learner.
ELSEWHERE = {"--kubeconfig", "--context", "--namespace", "-n", "--server", "--token", "--as", "--subresource"}

each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
each_wrong_answer = pytest.mark.parametrize(("exercise", "script"), WRONG_ANSWERS)
each_script = pytest.mark.parametrize("script", SCRIPTS)


# ---- what can be seen without a cluster


def test_there_are_labs_with_exercises():
    """The tests below go over a catalogue that is not empty."""
    assert LABS
    assert all(lab.exercises for lab in LABS)
    assert WRONG_ANSWERS


@each_lab
def test_a_labs_folder_holds_its_parts_and_no_stray_file(lab: Lab):
    """A file that nothing refers to is a typing mistake: an exercise, a mistake or a manifest with another name."""
    expected = {lab.folder / "exercises.py", lab.notebook}
    for exercise in lab.exercises:
        expected |= {exercise.manifest, exercise.solution}
        expected |= {exercise.beginning} if exercise.beginning.exists() else set()
        expected |= {lab.folder / "wrong" / exercise.name / f"{mistake.name}.sh" for mistake in exercise.mistakes}
    found = {
        path
        for path in lab.folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }
    assert found == expected


@each_exercise
def test_an_exercise_has_three_wrong_answers_or_more(exercise: Exercise):
    assert len(exercise.wrong_answers) >= 3


@each_exercise
def test_an_exercises_mistakes_have_names_of_their_own(exercise: Exercise):
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)


@each_exercise
def test_hints_come_in_three_steps_that_differ(exercise: Exercise):
    for hints in (exercise.hints, *(mistake.hints for mistake in exercise.mistakes)):
        assert len(set(hints)) == 3
        assert all(hint.strip() == hint and hint for hint in hints)


@each_script
def test_a_script_says_what_it_does_and_is_plain_kubectl(script):
    """A solution can be typed by hand; it needs no helper of ours, and no rights that a learner lacks."""
    first, *lines = script.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# \S.*\.", first)
    assert lines
    for line in lines:
        for command in re.split(r"\||&&|;|\$\(", re.sub(r"^\w+=(?=\$\()", "", line)):
            words = command.split()
            assert not words or words[0].strip('"') in PLAIN | {""}, line
            assert not (words and words[0] == "kubectl" and ELSEWHERE & {word.split("=")[0] for word in words}), line


# ---- what is seen on a cluster


@pytest.fixture
def attempts(cluster: Cluster, exercise: Exercise) -> Attempts:
    """The exercise has just been started."""
    attempts = Attempts(cluster, exercise.lab)
    attempts.start(exercise, again=True)
    return attempts


@each_exercise
def test_untouched_fails_and_the_solution_earns_full_marks(attempts: Attempts, exercise: Exercise):
    """Starting state, as the text promises it → no point; reference solution → every point."""
    there = _snapshot(attempts)
    promised = [
        document["metadata"]["name"]
        for document in yaml.safe_load_all(exercise.manifest.read_text(encoding="utf-8"))
        if document["kind"] == "Deployment"
    ]
    assert sorted(deployment.name for deployment in there.deployments) == sorted(promised)
    assert exercise.begins(there)
    assert there.pods

    untouched = attempts.check(exercise)
    assert untouched.outcome is Outcome.FAIL
    assert untouched.points == 0
    assert untouched.mistakes == ()

    attempts.run(exercise.solution)
    solved = attempts.check(exercise, wait_s=120)
    assert solved.outcome is Outcome.PASS, solved
    assert solved.points == solved.of
    assert all(goal.outcome is Outcome.PASS for goal in solved.goals)


@each_wrong_answer
def test_a_wrong_answer_fails_and_its_hint_is_its_own(attempts: Attempts, exercise: Exercise, script):
    """The script is named after its mistake: that one is recognised, before all others, and the hint is about it."""
    attempts.run(script)
    result = attempts.check(exercise, wait_s=60)
    assert result.outcome is Outcome.FAIL, result
    assert result.points < result.of
    assert result.mistakes[:1] == (script.stem,)

    given = attempts.hint(exercise)
    (mistake,) = (mistake for mistake in exercise.mistakes if mistake.name == script.stem)
    assert given.text == mistake.hints[given.step - 1]


def _snapshot(attempts: Attempts) -> Snapshot:
    namespace = attempts.cluster.namespace_for(attempts.lab.namespace)
    raw = {name: attempts.cluster.client.get(path.format(namespace=namespace))["items"] for name, path in LISTS.items()}
    return Snapshot("", namespace, "", 0, raw)
