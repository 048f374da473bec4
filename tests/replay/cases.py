"""All cases: what a learner may do in each exercise, and what their evidence is made from.

``untouched`` and ``solution``, ``right/NAME``, ``wrong/NAME`` of every lab, and ``hostile/NAME`` of the lab 90-hostile.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import labs
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.result import Result
from driftlab.checker.sessions.session import Session
from driftlab.clusters.programs.pins import KUBERNETES
from tests.integration.labs import hostile as hostile_answers

ROOT = Path(__file__).parent.parent.parent
#: What decides how Pods behave on the embedded engine, beside Kubernetes itself: the application and the catalogue.
BEHAVIOUR = ("labs/blog-api/app/*.go", "clusters/embedded/node/images/catalogue*.go")

#: Seconds that a check waits for the cluster to settle: far longer than any case takes, on a loaded machine, too.
PATIENCE_S = 120.0
#: Most wrong answers never settle. Those that do need no longer.
WRONG_S = 60.0


@dataclass(frozen=True)
class Case:
    """One way to answer an exercise. ``script`` is what the learner runs; None where nothing is done."""

    exercise: Exercise
    name: str
    script: Path | None = None
    hostile: hostile_answers.Case | None = None

    @property
    def id(self) -> str:
        return f"{self.exercise.id}/{self.name}"

    def answer(self, session: Session) -> None:
        if self.hostile:
            hostile_answers.run(session, self.hostile.script)
        elif self.script:
            session.run(self.script)

    def check(self, session: Session) -> Result:
        """The verdict on what was done."""
        if self.hostile:
            with hostile_answers.going_on(session, self.hostile):
                waiting = self.hostile.outcome is Outcome.WAITING
                return session.check(self.exercise, wait_s=0 if waiting else PATIENCE_S)
        wait_s = {"untouched": 0.0, "wrong": WRONG_S}.get(self.name.split("/")[0], PATIENCE_S)
        return session.check(self.exercise, wait_s=wait_s)

    def sources(self, engine: str) -> str:
        """A digest of all that decides what evidence the case leaves; goals, which judge it, do not."""
        made = hashlib.sha256(f"{engine} {KUBERNETES} {sorted(self.exercise.watches)}".encode())
        files = [self.exercise.manifest, self.exercise.beginning, *([self.script] if self.script else [])]
        files += [path for pattern in BEHAVIOUR for path in sorted(ROOT.glob(pattern)) if "_test" not in path.name]
        for path in files:
            made.update(path.name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"-") + b"\0")
        return made.hexdigest()[:16]


def of(exercise: Exercise) -> Iterator[Case]:
    """The cases of one exercise. The solution goes on where the untouched exercise was left."""
    yield Case(exercise, "untouched")
    yield Case(exercise, "solution", exercise.solution)
    for kind, scripts in (("right", exercise.right_answers), ("wrong", exercise.wrong_answers)):
        for script in scripts:
            yield Case(exercise, f"{kind}/{script.stem}", script)
    for case in hostile_answers.CASES:
        if case.exercise is exercise:
            yield Case(exercise, f"hostile/{case.path.stem}", case.path, case)


LABS = [*labs(), hostile_answers.LAB]
EXERCISES = [exercise for lab in LABS for exercise in lab.exercises]
