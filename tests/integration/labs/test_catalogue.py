"""Every exercise of every lab, for real and in both directions: nobody passes by accident, nobody fails by accident."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from driftlab.checker.authoring.verification import complete
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import labs
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports import text
from driftlab.checker.sessions.scripts import learner_environment
from driftlab.checker.sessions.session import Hint, Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.kubectl import kubectl_path

LABS = labs()
EXERCISES = [exercise for lab in LABS for exercise in lab.exercises]
RIGHT_ANSWERS = [
    pytest.param(exercise, script, id=f"{exercise.id}/{script.stem}")
    for exercise in EXERCISES
    for script in exercise.right_answers
]
WRONG_ANSWERS = [
    pytest.param(exercise, script, id=f"{exercise.id}/{script.stem}")
    for exercise in EXERCISES
    for script in exercise.wrong_answers
]
SCRIPTS = [
    pytest.param(script, id=f"{exercise.id}/{script.stem}")
    for exercise in EXERCISES
    for script in (exercise.beginning, exercise.solution, *exercise.right_answers, *exercise.wrong_answers)
    if script.exists() or script == exercise.solution
]

#: What a solution may call: what a learner types into a terminal.
PLAIN = {"kubectl", "head", "tail", "xargs"}
#: What other right answers call beside that, to write files and to change what kubectl prints.
ALSO = {"cat", "printf", "sed"}
#: The exercises for which fewer than three other right answers are known, and why.
ONE_WAY = {
    "02-self-healing/node-lost": "what hangs on a lost Node goes by force; the Node itself is not the learner's",
}
#: What would make kubectl act elsewhere, or as somebody else, than it does for the learner.
ELSEWHERE = {"--kubeconfig", "--context", "--namespace", "-n", "--server", "--token", "--as", "--subresource"}

#: Where the file and the cluster differ on purpose: that is what the exercise is about.
DRIFTED = {"04-scaling/file": ["deployment.apps/blog-api"]}

each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
each_right_answer = pytest.mark.parametrize(("exercise", "script"), RIGHT_ANSWERS)
each_wrong_answer = pytest.mark.parametrize(("exercise", "script"), WRONG_ANSWERS)
each_script = pytest.mark.parametrize("script", SCRIPTS)


# ---- what can be seen without a cluster


def test_there_are_labs_with_exercises():
    """The tests below go over a catalogue that is not empty."""
    assert LABS
    assert all(lab.exercises for lab in LABS)
    assert RIGHT_ANSWERS
    assert WRONG_ANSWERS


@each_lab
def test_a_labs_folder_holds_its_parts_and_no_stray_file(lab: Lab):
    """A file that nothing refers to is a typing mistake: an exercise, a mistake or a manifest with another name."""
    needed, possible = {lab.folder / "lab.md", lab.notebook}, {lab.folder / "common.py"}
    for exercise in lab.exercises:
        own = lab.folder / exercise.name
        needed |= {own / "exercise.md", own / "checks.py", own / "solution.sh", *exercise.right_answers}
        needed |= {own / "wrong" / f"{mistake.name}.sh" for mistake in exercise.mistakes}
        possible |= {exercise.manifest, own / "start.sh", own / "quiz.yaml"}
    found = {
        path
        for path in lab.folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }
    assert needed - found == set()
    assert found - needed - possible == set()
    assert complete(lab) == [], "as `driftlab verify` sees it"


@each_exercise
def test_an_exercise_has_three_wrong_answers_or_more(exercise: Exercise):
    assert len(exercise.wrong_answers) >= 3


@each_exercise
def test_an_exercise_has_three_other_right_answers_or_says_why_not(exercise: Exercise):
    """A goal that judges how something is written is found by those who write it in another way."""
    assert (len(exercise.right_answers) >= 3) != (exercise.id in ONE_WAY)


@each_exercise
def test_an_exercises_mistakes_have_names_of_their_own(exercise: Exercise):
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)


@each_exercise
def test_hints_come_in_three_steps_that_differ(exercise: Exercise):
    for hints in (exercise.hints, *(mistake.hints for mistake in exercise.mistakes)):
        assert len(set(hints)) == 3
        assert all(hint.strip() == hint and hint for hint in hints)


#: What a command reads is no command; what stands before one is its environment.
HERE_DOCUMENT = re.compile(r"(<<'(\w+)')\n.*?\n\2$", re.DOTALL | re.MULTILINE)
ASSIGNMENT = re.compile(r"""^\w+=(?=\$\()|^KUBE_EDITOR=('[^']*'|"(\\.|[^"])*") """)


@each_script
def test_a_script_says_what_it_does_and_is_plain_kubectl(script):
    """A solution can be typed by hand; it needs no helper of ours, and no rights that a learner lacks."""
    text = script.read_text(encoding="utf-8")
    if script.suffix == ".py":
        assert re.match(r'"""\S.*\."""\n', text)
        assert set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)) <= {"kubernetes", "time"}
        return
    first, *lines = HERE_DOCUMENT.sub(r"\1\n", text).splitlines()
    assert re.fullmatch(r"# \S.*\.", first)
    assert lines
    may = PLAIN | ALSO if script.parent.name == "right" else PLAIN
    for line in lines:
        for command in re.split(r"\||&&|;|\$\((?=kubectl)", ASSIGNMENT.sub("", line)):
            words = command.split()
            assert not words or words[0].strip('"') in may | {""}, line
            assert not (words and words[0] == "kubectl" and ELSEWHERE & {word.split("=")[0] for word in words}), line


# ---- what is seen on a cluster


def _begun(cluster: Cluster, namespace: str, exercise: Exercise) -> Session:
    """The exercise has just been started."""
    session = Session(cluster, exercise.lab, namespace)
    session.start(exercise, again=True)
    return session


@dataclass(frozen=True)
class Tried:
    """The starting state, what applying it again would do, and the results of doing nothing and of the solution."""

    there: Snapshot
    applied_again: str
    untouched: Result
    solved: Result


def _both_ways(cluster: Cluster, namespace: str, exercise: Exercise) -> Tried:
    session = _begun(cluster, namespace, exercise)
    there = session.store.baseline(exercise)
    assert there
    again = _applied_again(session) if there.deployments else ""
    untouched = session.check(exercise)
    session.run(exercise.solution)
    return Tried(there, again, untouched, session.check(exercise, wait_s=120))


def _applied_again(session: Session) -> str:
    """What `kubectl apply` says of the configurations that were applied last. The server only tries it."""
    environment = {**learner_environment(session.cluster.learner_kubeconfig(session.namespace)), "KUBERC": "off"}
    words = ("apply", "view-last-applied", "deployments", "--all", "--output=json")
    applied = processes.run([kubectl_path(), *words], env=environment)
    words = ("apply", "--dry-run=server", "--filename", "-")
    return processes.run([kubectl_path(), *words], env=environment, stdin=applied)


@pytest.mark.tried_by(work=_both_ways)
@each_exercise
def test_untouched_fails_and_the_solution_earns_full_marks(cluster: Cluster, tried: Tried, exercise: Exercise):
    """Starting state, as the text promises it → no point; reference solution → every point."""
    there, untouched, solved = tried.there, tried.untouched, tried.solved
    promised = [
        document["metadata"]["name"]
        for document in (yaml.safe_load_all(exercise.manifest.read_text("utf-8")) if exercise.manifest.exists() else ())
        if document and document["kind"] == "Deployment"
    ]
    assert {deployment.name for deployment in there.deployments} >= set(promised)
    assert exercise.begins(there)
    _may_be_applied_again(tried, exercise)

    assert untouched.outcome is Outcome.FAIL, text.render(untouched)
    assert untouched.points == 0
    assert untouched.mistakes == ()
    assert untouched.broken == solved.broken == ()

    assert solved.outcome is Outcome.PASS, text.render(solved)
    assert solved.points == solved.of
    assert all(goal.outcome is Outcome.PASS for goal in solved.goals)
    assert solved.method.remark == "", "who does as the text says is not told that there is a better way"


def _may_be_applied_again(tried: Tried, exercise: Exercise) -> None:
    """Learners print what was applied last, edit it and apply it: nothing may change but what they have edited."""
    said = [line.split() for line in tried.applied_again.splitlines()]
    assert len(said) == len(tried.there.deployments)
    assert [name for name, word, *_ in said if word != "unchanged"] == DRIFTED.get(exercise.id, [])


def _right(cluster: Cluster, namespace: str, exercise: Exercise, script: Path) -> Result:
    session = _begun(cluster, namespace, exercise)
    session.run(script)
    return session.check(exercise, wait_s=120)


@pytest.mark.tried_by(work=_right)
@each_right_answer
def test_another_right_answer_earns_full_marks(cluster: Cluster, tried: Result, exercise: Exercise, script: Path):
    """In other words, with other commands, in other units: what comes of it is the same, and so is the verdict."""
    assert tried.outcome is Outcome.PASS, text.render(tried)
    assert tried.points == tried.of
    assert tried.mistakes == (), "who is right is not told of a mistake"
    assert tried.broken == ()


def _wrong(cluster: Cluster, namespace: str, exercise: Exercise, script: Path) -> tuple[Result, Hint]:
    session = _begun(cluster, namespace, exercise)
    session.run(script)
    return session.check(exercise, wait_s=60), session.hint(exercise)


@pytest.mark.tried_by(work=_wrong)
@each_wrong_answer
def test_a_wrong_answer_fails_and_its_hint_is_its_own(
    cluster: Cluster, tried: tuple[Result, Hint], exercise: Exercise, script: Path
):
    """The script is named after its mistake: that one is recognised, before all others, and the hint is about it."""
    result, given = tried
    assert result.outcome is Outcome.FAIL, text.render(result)
    assert result.points < result.of
    assert result.mistakes[:1] == (script.stem,), text.render(result)
    assert result.broken == (), "a mistake's function broke, and its hint is never given"
    (mistake,) = (mistake for mistake in exercise.mistakes if mistake.name == script.stem)
    assert given.text == mistake.hints[given.step - 1]
