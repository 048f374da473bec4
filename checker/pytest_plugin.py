"""Grading with pytest: ``pytest labs/02-self-healing --lab-namespace self-healing`` runs one test for each goal.

It grades the exercise that is under way in that namespace, on the selected cluster (``DRIFTLAB_ENGINE``,
``DRIFTLAB_CLUSTER``), with the baseline and the recording in ``DRIFTLAB_STATE``. ``--junitxml`` and other reports are
those of pytest.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from driftlab.checker.exercises.exercise import Exercise
    from driftlab.checker.exercises.result import Result

#: The maximum time in seconds to wait for goals that are WAITING.
WAIT_S = 30.0

#: The labs that were collected in this pytest session, and their exercises that are under way.
_LABS, _EXERCISES = pytest.StashKey[list[str]](), pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("driftlab", "throwaway Kubernetes clusters")
    group.addoption("--lab-namespace", metavar="NAME", help="Grade the labs in this namespace: one test for each goal.")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in (".md", ".py") or not parent.config.getoption("--lab-namespace"):
        return None
    from driftlab.checker.exercises.catalogue import FORMS

    lab_form = next((form for form in FORMS if file_path.with_name(form).is_file()), None)  # one file for each lab
    return LabFile.from_parent(parent, path=file_path) if file_path.name == lab_form else None


def pytest_collection_modifyitems(session: pytest.Session) -> None:
    """Raise UsageError if nothing is graded, because a misspelled namespace would look like an empty lab."""
    lab_names, exercises = session.stash.get(_LABS, []), session.stash.get(_EXERCISES, [])
    if lab_names and not exercises and not session.testsfailed:
        namespace = session.config.getoption("--lab-namespace")
        raise pytest.UsageError(
            f"no exercise of {', '.join(lab_names)} is under way in the namespace {namespace}\n"
            f"Next: driftlab start {lab_names[0]}, or name the namespace that it told of"
        )


class LabFile(pytest.File):
    """A lab, with its exercises that are under way in the namespace."""

    def collect(self) -> Iterator[pytest.Collector]:
        from driftlab.checker.exercises.catalogue import load
        from driftlab.checker.sessions.selection import chosen_cluster
        from driftlab.checker.sessions.session import Session
        from driftlab.clusters.errors import DriftlabError

        try:
            lab = load(self.path.parent.resolve())
            session = Session(chosen_cluster(), lab, namespace=self.config.getoption("--lab-namespace"))
        except DriftlabError as error:
            raise self.CollectError(str(error)) from error
        self.session.stash.setdefault(_LABS, []).append(lab.name)
        for exercise in lab.exercises:
            if session.current == exercise.name:
                self.session.stash.setdefault(_EXERCISES, []).append(exercise.id)
                yield GradedExercise.from_parent(self, name=exercise.name, learner=session, exercise=exercise)


class GradedExercise(pytest.Collector):
    """One exercise, which is checked once for all its goals."""

    def __init__(self, *, learner: object, exercise: "Exercise", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.learner, self.exercise = learner, exercise

    def collect(self) -> Iterator[pytest.Item]:
        for number, title in enumerate(self.exercise.titles):
            yield GradedGoal.from_parent(self, name=title, number=number)

    @cached_property
    def result(self) -> "Result":
        from driftlab.checker.reports.next_steps import for_terminal
        from driftlab.checker.sessions.session import Session

        assert isinstance(self.learner, Session)
        return for_terminal(self.learner.check(self.exercise, wait_s=WAIT_S))


class GradedGoal(pytest.Item):
    """One goal: a failure if it is not reached, an error if it could not be checked (not the learner's fault)."""

    def __init__(self, *, number: int, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.number = number

    def setup(self) -> None:
        from driftlab.checker.evidence.verdict import Outcome
        from driftlab.checker.reports.text import harmless
        from driftlab.clusters.errors import DriftlabError

        assert isinstance(self.parent, GradedExercise)
        try:
            result = self.parent.result
        except DriftlabError as error:
            pytest.fail(f"could not be checked (not the learner's fault): {error}", pytrace=False)
        self.goal = result.goals[self.number]
        self.user_properties.append(("points", f"{self.goal.points:g} of {self.goal.of:g}"))
        if self.goal.outcome is Outcome.ERROR:
            text = f"could not be checked (not the learner's fault): {self.goal.reason}"
            pytest.fail(harmless(text + f"\nNext: {result.next_step}" * bool(result.next_step)), pytrace=False)

    def runtest(self) -> None:
        from driftlab.checker.evidence.verdict import Outcome
        from driftlab.checker.reports.text import harmless

        if self.goal.outcome is not Outcome.PASS:
            pytest.fail(harmless(f"not reached: {self.goal.reason}"), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        assert isinstance(self.parent, GradedExercise)
        return self.path, None, f"{self.parent.exercise.id}: {self.name}"
