"""One exercise: its texts, files and starting state, and what it is judged by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from driftlab.checker.evidence.predicates import unfinished
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.exercises.definitions import (
    LabBroken,
    Place,
    check_new_name,
    check_text,
    check_three_hints,
    here,
    place_of,
)
from driftlab.checker.exercises.goals import Goal, Hints, Judge, Mistake, Proof, Prove, Shows, goal, proof
from driftlab.checker.exercises.goals import guard as _guard
from driftlab.checker.exercises.quiz import Question

if TYPE_CHECKING:
    from driftlab.checker.exercises.lab import Lab

T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """Where the files of an exercise are, whether they exist or not.

    ``manifest`` and ``beginning`` make the starting state: a manifest, and a shell script of plain kubectl for what a
    manifest cannot say, such as a history of revisions. ``solution`` is the reference solution. ``right`` and ``wrong``
    are folders of scripts: other ways that earn full marks, and typical wrong answers, each named after its mistake.
    """

    manifest: Path
    beginning: Path
    solution: Path
    right: Path
    wrong: Path


@dataclass(eq=False)
class Exercise:
    """One graded exercise.

    ``folder``: its own, if it has one: ``exercises.folder`` says what is in it. Otherwise its files lie in the lab's
    folders, and ``start`` names its manifest there.
    ``loses_node``: which Node, going by the baseline, falls silent as soon as the exercise has begun.
    ``watches``: kinds that its goals need beside Deployments, ReplicaSets and Pods (``evidence.MORE_LISTS``). Where it
    names any, Events are in a snapshot only if it names them, too: most checks are five requests.
    ``roundabout``: its text asks for a roundabout way, so no remark says that there is a better one.
    """

    lab: "Lab"
    name: str
    title: str
    hints: Hints
    start: str = "start.yaml"
    watches: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    loses_node: Callable[[Snapshot], str] | None = None
    roundabout: bool = False
    goals: list[Goal] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    folder: Path | None = None
    begins: Callable[[Snapshot], bool] = lambda snapshot: all(not unfinished(d, snapshot) for d in snapshot.deployments)
    place: Place = field(default_factory=here)

    def __post_init__(self) -> None:
        check_new_name("an exercise", self.name, [one.name for one in self.lab.exercises])
        check_text(f"the title of {self.name}", self.title)
        check_text(f"the start of {self.name}", self.start)
        check_three_hints(self.name, self.hints)

    @property
    def id(self) -> str:
        return f"{self.lab.name}/{self.name}"

    @property
    def titles(self) -> list[str]:
        """What learners are told that the goals are."""
        return [goal.shown for goal in self.goals] + [proof.title for proof in self.proofs]

    @property
    def points(self) -> float:
        """All that can be earned."""
        return sum(goal.points for goal in self.goals) + sum(proof.points for proof in self.proofs)

    def has_begun(self, seen: Snapshot) -> bool:
        """Is this the starting state? Raises LabBroken."""
        return self._asked(self.begins, seen)

    def lost_node(self, baseline: Snapshot) -> str:
        """Which Node falls silent, or "" where none does. Raises LabBroken."""
        return self._asked(self.loses_node, baseline) if self.loses_node else ""

    def _asked(self, of_the_lab: Callable[[Snapshot], T], snapshot: Snapshot) -> T:
        """What the lab's own code says where no verdict is made. Where it breaks, its file and line are told."""
        try:
            return of_the_lab(snapshot)
        except (Exception, SystemExit) as error:
            if place := place_of(error, self.lab.folder):
                raise LabBroken(f"{place}: {type(error).__name__}: {error}", next_step=f"fix {place.file}") from error
            raise

    @property
    def files(self) -> Files:
        lab = self.lab.folder
        if self.folder is None:
            script = f"{self.name}.sh"
            return Files(
                manifest=lab / self.start,
                beginning=lab / "start" / script,
                solution=lab / "solutions" / script,
                right=lab / "right" / self.name,
                wrong=lab / "wrong" / self.name,
            )
        own = self.folder / "start.yaml"
        return Files(
            manifest=own if own.exists() else lab / "start.yaml",
            beginning=self.folder / "start.sh",
            solution=self.folder / "solution.sh",
            right=self.folder / "right",
            wrong=self.folder / "wrong",
        )

    @property
    def manifest(self) -> Path:
        return self.files.manifest

    @property
    def beginning(self) -> Path:
        return self.files.beginning

    @property
    def solution(self) -> Path:
        return self.files.solution

    @property
    def right_answers(self) -> list[Path]:
        return sorted(self.files.right.glob("*.sh"))

    @property
    def wrong_answers(self) -> list[Path]:
        return sorted(self.files.wrong.glob("*.sh"))

    # ---- how it is judged, for labs that are written as one module, and for hidden goals

    def add(self, *found: Goal | Proof | Mistake) -> None:
        """Add what it is judged by. Raises ValueError for a mistake whose name is taken already."""
        for one in found:
            if isinstance(one, Goal):
                self.goals.append(one)
            elif isinstance(one, Proof):
                self.proofs.append(one)
            else:
                check_new_name("a mistake", one.name, [known.name for known in self.mistakes])
                check_three_hints(f"the mistake {one.name}", one.hints)
                self.mistakes.append(one)

    def ask(self, questions: Sequence[Question]) -> None:
        """Make it a quiz: a goal of one point for each question. Raises ValueError where two have the same key."""
        if len({question.key for question in questions}) != len(questions):
            raise ValueError(f"the questions of {self.name} need keys that differ")
        self.questions = tuple(questions)
        self.add(*(goal(question.title)(question.judge) for question in questions))

    def goal(self, title: str, points: float = 1, *, guard: bool = False, hidden: str = "") -> Callable[[Judge], Judge]:
        """As ``goals.goal`` and ``goals.guard``; the function stays what it is."""
        made = _guard(title, points, hidden=hidden) if guard else goal(title, points, hidden=hidden)

        def add(judge: Judge) -> Judge:
            self.add(made(judge))
            return judge

        return add

    def proof(self, title: str, points: float = 1) -> Callable[[Prove], Prove]:
        """As ``goals.proof``; the function stays what it is."""
        made = proof(title, points)

        def add(prove: Prove) -> Prove:
            self.add(made(prove))
            return prove

        return add

    def mistake(self, name: str, nudge: str, pointer: str, answer: str) -> Callable[[Shows], Shows]:
        """Add a mistake: a function that says whether the evidence shows it, and three hints for who has made it."""
        check_new_name("a mistake", name, [one.name for one in self.mistakes])
        check_three_hints(f"the mistake {name}", (nudge, pointer, answer))

        def add(shows: Shows) -> Shows:
            self.add(Mistake(name, (nudge, pointer, answer), shows))
            return shows

        return add

    def hints_for(self, mistakes: tuple[str, ...]) -> tuple[str, Hints]:
        """The three hints for what is wrong now, and the name of the mistake (empty: none was recognised)."""
        for mistake in self.mistakes:
            if mistake.name in mistakes:
                return mistake.name, mistake.hints
        return "", self.hints
