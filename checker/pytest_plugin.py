"""Grading with pytest: ``pytest labs/02-self-healing --lab-namespace self-healing`` is one test for each goal.

It grades the exercise that is under way in that namespace, on the cluster that is
chosen as everywhere (``DRIFTLAB_ENGINE``, ``DRIFTLAB_CLUSTER``), with the baseline and
the recording in ``DRIFTLAB_STATE``. ``--junitxml`` and other reports are pytest's own.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from driftlab.checker.exercises.exercise import Exercise
    from driftlab.checker.exercises.result import Result

#: Seconds that a grade waits for a cluster that is still at work.
WAIT_S = 30.0

#: The labs that were looked at in this session, and the exercises under way that were found there.
_LOOKED, _FOUND = pytest.StashKey[list[str]](), pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("driftlab", "throwaway Kubernetes clusters")
    group.addoption("--lab-namespace", metavar="NAME", help="Grade the labs in this namespace: one test for each goal.")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in (".md", ".py") or not parent.config.getoption("--lab-namespace"):
        return None
    from driftlab.checker.exercises.catalogue import FORMS

    of_the_lab = next((form for form in FORMS if file_path.with_name(form).is_file()), None)  # one for each lab
    return LabFile.from_parent(parent, path=file_path) if file_path.name == of_the_lab else None


def pytest_collection_modifyitems(session: pytest.Session) -> None:
    """No grade at all is no result: a namespace's name with a mistake in it would look like an empty lab."""
    looked, found = session.stash.get(_LOOKED, []), session.stash.get(_FOUND, [])
    if looked and not found and not session.testsfailed:
        namespace = session.config.getoption("--lab-namespace")
        raise pytest.UsageError(
            f"no exercise of {', '.join(looked)} is under way in the namespace {namespace}\n"
            f"Next: driftlab start {looked[0]}, or name the namespace that it told of"
        )


class LabFile(pytest.File):
    """A lab: its exercises that are under way in the namespace."""

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
        self.session.stash.setdefault(_LOOKED, []).append(lab.name)
        for exercise in lab.exercises:
            if session.current == exercise.name:
                self.session.stash.setdefault(_FOUND, []).append(exercise.id)
                yield GradedExercise.from_parent(self, name=exercise.name, learner=session, exercise=exercise)


class GradedExercise(pytest.Collector):
    """One exercise, checked once for all its goals."""

    def __init__(self, *, learner: object, exercise: "Exercise", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.learner, self.exercise = learner, exercise

    def collect(self) -> Iterator[pytest.Item]:
        for number, title in enumerate(self.exercise.titles):
            yield GradedGoal.from_parent(self, name=title, number=number)

    @cached_property
    def result(self) -> "Result":
        from driftlab.checker.reports.ways import for_terminal
        from driftlab.checker.sessions.session import Session

        assert isinstance(self.learner, Session)
        return for_terminal(self.learner.check(self.exercise, wait_s=WAIT_S))


class GradedGoal(pytest.Item):
    """A goal that is not reached is a failure; one that could not be checked is an error: not the learner's fault."""

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
            said = f"could not be checked (not the learner's fault): {self.goal.reason}"
            pytest.fail(harmless(said + f"\nNext: {result.next_step}" * bool(result.next_step)), pytrace=False)

    def runtest(self) -> None:
        from driftlab.checker.evidence.verdict import Outcome
        from driftlab.checker.reports.text import harmless

        if self.goal.outcome is not Outcome.PASS:
            pytest.fail(harmless(f"not reached: {self.goal.reason}"), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        assert isinstance(self.parent, GradedExercise)
        return self.path, None, f"{self.parent.exercise.id}: {self.name}"
