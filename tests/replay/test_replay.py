"""Recorded evidence, judged again: every verdict of every case, to the letter, without a cluster."""

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import cache

import pytest

from driftlab.checker.evidence.verdict import Outcome, Verdict
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.result import Result
from tests.replay.cases import EXERCISES, of
from tests.replay.evidence import FOLDER, Recorded, evidence_file, load, sections, text_file, told

MAX_BYTES = 12_000_000
AGAIN = "make record EXERCISE={}"

ALL = EXERCISES

each_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)


@cache
def recorded(exercise: Exercise) -> dict[str, Recorded]:
    return {name: Recorded.from_dict(one["evidence"]) for name, one in load(exercise).items()}


@cache
def judged(exercise: Exercise) -> dict[str, Result]:
    return {name: one.judge(exercise) for name, one in recorded(exercise).items()}


@each_exercise
def test_every_case_is_judged_as_it_was(exercise: Exercise):
    """Outcome, points, reasons, hint, remark and how the learner got there."""
    for name, said in sections(exercise).items():
        assert told(exercise, judged(exercise)[name]) == said, (
            f"{exercise.id}/{name}; if that is right: make record TEXTS=1"
        )


@each_exercise
def test_every_case_is_recorded_from_what_is_there_now(exercise: Exercise):
    kept, again = load(exercise), AGAIN.format(exercise.id)
    cases = list(of(exercise))
    assert list(sections(exercise)) == [case.name for case in cases], again
    assert kept.keys() == {case.name for case in cases}, again
    for case in cases:
        assert kept[case.name]["sources"] == case.sources(kept[case.name]["engine"]), f"{case.id} has changed: {again}"


@each_exercise
def test_a_case_gets_what_its_kind_deserves(exercise: Exercise):
    for case in of(exercise):
        result = judged(exercise)[case.name]
        assert (result.broken, result.method.gaps) == ((), ()), case.id
        kind, _, name = case.name.partition("/")
        if kind in ("solution", "right"):
            assert result.outcome is Outcome.PASS, case.id
            assert result.points == result.of, case.id
        if kind == "untouched":
            assert (result.outcome, result.points, result.mistakes) == (Outcome.FAIL, 0, ()), case.id
        if kind == "wrong":
            assert (result.outcome, result.mistakes[:1]) == (Outcome.FAIL, (name,)), case.id
        if case.hostile:
            assert result.outcome is case.hostile.outcome, case.id


def test_what_was_recorded_is_small_and_nothing_else_is_there():
    """A file that no exercise has is left from one that is gone."""
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert set(files) == {file(exercise) for exercise in ALL for file in (evidence_file, text_file)}
    assert sum(path.stat().st_size for path in files) <= MAX_BYTES


# ---- no check is there that cannot fail


@each_exercise
def test_each_goal_is_passed_by_some_case_and_by_some_not(exercise: Exercise):
    for number, title in enumerate(exercise.titles):
        seen = {result.goals[number].outcome for result in judged(exercise).values()}
        assert Outcome.PASS in seen, f"{exercise.id}: nothing passes {title!r}"
        assert seen - {Outcome.PASS}, f"{exercise.id}: nothing fails {title!r}"


@each_exercise
def test_each_mistake_is_the_first_of_some_case(exercise: Exercise):
    failing = [result for result in judged(exercise).values() if result.outcome is not Outcome.PASS]
    first = {result.mistakes[0] for result in failing if result.mistakes}
    assert first == {mistake.name for mistake in exercise.mistakes}


def broken(exercise: Exercise) -> Iterator[tuple[str, Exercise]]:
    """The exercise with one goal or proof broken: it says the same, whatever there is to see."""
    for verdict in (Verdict(Outcome.PASS, "", 1.0), Verdict(Outcome.FAIL, "")):
        for field, function in (("goals", "judge"), ("proofs", "prove")):
            sound = getattr(exercise, field)
            for number, goal in enumerate(sound):
                if field == "proofs" and verdict.outcome is Outcome.PASS:
                    continue  # it is tried only where all else is right, and no case is wrong in nothing else
                changed = copy(exercise)
                same = replace(goal, **{function: lambda *_, verdict=verdict: verdict})
                setattr(changed, field, [same if place == number else one for place, one in enumerate(sound)])
                yield f"{goal.title}: always {verdict.outcome}", changed


@each_exercise
def test_a_goal_that_always_says_the_same_turns_the_replay_red(exercise: Exercise):
    for what, changed in broken(exercise):
        again = ((name, one.judge(changed)) for name, one in recorded(exercise).items())
        assert any(outcomes(result) != outcomes(judged(exercise)[name]) for name, result in again), what


@pytest.mark.parametrize("exercise", [one for one in ALL if one.proofs], ids=lambda exercise: exercise.id)
def test_a_proof_fails_alone_if_nothing_comes_back(exercise: Exercise):
    """No case is wrong in nothing else. So the cluster's answer is removed from those that pass every proof."""
    count = len(exercise.proofs)
    proved = {name for name, result in judged(exercise).items() if result.outcome is Outcome.PASS}
    assert proved
    for name in proved:
        kept = recorded(exercise)[name]
        silent = replace(kept, looks=[[kept.evidence.now] for _ in kept.looks or []])
        expected = [Outcome.PASS] * len(exercise.goals) + [Outcome.FAIL] * count
        assert outcomes(silent.judge(exercise)) == expected, name


def outcomes(result: Result) -> list[Outcome]:
    """What is told of each goal, but for its reason."""
    return [goal.outcome for goal in result.goals]
