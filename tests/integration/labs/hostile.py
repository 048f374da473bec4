"""Wrong and hostile answers, as scripts of plain kubectl, for the exercises of the lab ``wrong/90-hostile``.

A case is a script in ``wrong/EXERCISE``::

    # What is done, in a sentence.
    # expect: FAIL hint=replicaset         the hint: a mistake's name, or - for none in particular
    # says: you: scaled the ReplicaSet     what the rendered result must say; any number of these
    # unsaid: you: deleted the Pod         what it must not say
    # on kind, too                         the case is quick enough for the kind engine
    kubectl …
    # ---- while it is checked
    kubectl …                              from here on, it goes on while the check is under way
"""

import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.sessions.session import Session

WRONG = Path(__file__).parent / "wrong"
LAB = load(WRONG / "90-hostile")
MEANWHILE = "# ---- while it is checked\n"


@dataclass(frozen=True)
class Case:
    """One script. ``meanwhile`` goes on while the check is under way; ``cheap``: it is tried on kind, too."""

    exercise: Exercise
    path: Path
    script: str
    meanwhile: str
    outcome: Outcome
    hint: str
    says: tuple[str, ...]
    unsaid: tuple[str, ...]
    cheap: bool

    @property
    def name(self) -> str:
        return f"{self.exercise.name}/{self.path.stem}"


def _read(exercise: Exercise, path: Path) -> Case:
    source = path.read_text(encoding="utf-8")
    expected = re.search(r"^# expect: (PASS|(?:FAIL|WAITING) hint=(\S+))$", source, re.MULTILINE)
    assert expected, path
    script, _, meanwhile = source.partition(MEANWHILE)
    return Case(
        exercise=exercise,
        path=path,
        script=script,
        meanwhile=meanwhile,
        outcome=Outcome(expected[1].split()[0]),
        hint=expected[2] or "",
        says=tuple(re.findall(r"^# says: (.+)$", source, re.MULTILINE)),
        unsaid=tuple(re.findall(r"^# unsaid: (.+)$", source, re.MULTILINE)),
        cheap="\n# on kind, too\n" in source,
    )


CASES = [_read(one, path) for one in LAB.exercises for path in sorted((WRONG / one.name).glob("*.sh"))]


def run(session: Session, script: str) -> None:
    """Run the text of a script as the learner would."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        session.run(Path(file.name))


@contextmanager
def going_on(session: Session, case: Case) -> Iterator[None]:
    """What the case does while it is checked. Raises what the script raised."""
    if not case.meanwhile:
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(run, session, case.meanwhile)
        yield
        done.result()
