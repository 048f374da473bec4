"""One exercise: its texts, files, starting state, goals, proofs and mistakes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from driftlab.checker.evidence.predicates import unfinished
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.evidence.verdict import Decided
from driftlab.checker.exercises.definitions import (
    LabBroken,
    Place,
    caller_place,
    check_new_name,
    check_text,
    check_three_hints,
    place_of,
)
from driftlab.checker.exercises.goals import Goal, Hints, Judge, Mistake, Proof, Prove, Shows, goal, proof
from driftlab.checker.exercises.goals import guard as _guard
from driftlab.checker.exercises.quiz import Question
from driftlab.checker.exercises.sentences import Sentences

if TYPE_CHECKING:
    from driftlab.checker.exercises.lab import Lab

T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """The paths of the files of an exercise, which need not exist.

    ``manifest`` and ``beginning`` create the starting state: a manifest, and a shell script with kubectl commands for
    what a manifest cannot do, such as a history of revisions. ``solution`` is the reference solution. ``right`` and
    ``wrong`` are folders of scripts: other solutions with full marks, and typical wrong answers, each named after its
    mistake.
    """

    manifest: Path
    beginning: Path
    solution: Path
    right: Path
    wrong: Path


@dataclass(eq=False)
class Exercise:
    """One graded exercise.

    ``folder``: its own folder, described in ``exercises.folder``; None if its files are in the lab's folders, where
    ``start`` is the name of its manifest.

    ``loses_node``: a function of the baseline that returns the name of the Node to stop when the exercise has begun.

    ``watches``: the kinds that its goals need, in addition to Deployments, ReplicaSets and Pods
    (``snapshot.MORE_LISTS``). If it is not empty, snapshots contain Events only if it names them: that keeps most
    checks at five requests.

    ``roundabout``: its text asks for a longer way, so that no remark suggests a shorter one.

    ``command``: what ``{command}`` stands for in hints.
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
    command: str = ""
    sentences: Sentences = field(default_factory=Sentences)
    begins: Callable[[Snapshot], bool] = lambda snapshot: all(not unfinished(d, snapshot) for d in snapshot.deployments)
    place: Place = field(default_factory=caller_place)

    def __post_init__(self) -> None:
        check_new_name("an exercise", self.name, [exercise.name for exercise in self.lab.exercises])
        check_text(f"the title of {self.name}", self.title)
        check_text(f"the start of {self.name}", self.start)
        check_three_hints(self.name, self.hints)

    @property
    def id(self) -> str:
        return f"{self.lab.name}/{self.name}"

    @property
    def titles(self) -> list[str]:
        """The titles of goals and proofs that learners see."""
        return [goal.shown for goal in self.goals] + [proof.title for proof in self.proofs]

    @property
    def points(self) -> float:
        """The maximum number of points."""
        return sum(goal.points for goal in self.goals) + sum(proof.points for proof in self.proofs)

    def has_begun(self, snapshot: Snapshot) -> bool:
        """Whether the starting state is complete. Raises LabBroken."""

        def begun(snapshot: Snapshot) -> bool:
            try:
                return bool(self.begins(snapshot))
            except Decided:  # it requires something that is not there yet
                return False

        return self._run_lab_code(begun, snapshot)

    def lost_node(self, baseline: Snapshot) -> str:
        """The name of the Node to stop, or "". Raises LabBroken."""
        return self._run_lab_code(self.loses_node, baseline) if self.loses_node else ""

    def _run_lab_code(self, function: Callable[[Snapshot], T], snapshot: Snapshot) -> T:
        """Call a function of the lab. Raises LabBroken with file and line if it fails in the lab's code."""
        try:
            return function(snapshot)
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
        own_manifest = self.folder / "start.yaml"
        return Files(
            manifest=own_manifest if own_manifest.exists() else lab / "start.yaml",
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
        return _scripts(self.files.right)

    @property
    def wrong_answers(self) -> list[Path]:
        return _scripts(self.files.wrong)

    # ---- decorators, for labs that are one module, and for hidden goals

    def add(self, *found: Goal | Proof | Mistake) -> None:
        """Add goals, proofs and mistakes, with their titles and hints.

        Raises ValueError for a mistake whose name exists already, and LabBroken if there is no title, or no hints.
        """
        for check in found:
            if isinstance(check, Goal):
                self.goals.append(replace(check, title=self.sentences.title(check)))
            elif isinstance(check, Proof):
                self.proofs.append(replace(check, title=self.sentences.title(check)))
            else:
                hints = self.sentences.hints(check).render(self.name, self.command)
                check_new_name("a mistake", check.name, [known.name for known in self.mistakes])
                check_three_hints(f"the mistake {check.name}", hints)
                self.mistakes.append(replace(check, hints=hints))

    def ask(self, questions: Sequence[Question]) -> None:
        """Make it a quiz: a goal of one point for each question. Raises ValueError if two have the same key."""
        if len({question.key for question in questions}) != len(questions):
            raise ValueError(f"the questions of {self.name} need keys that differ")
        self.questions = tuple(questions)
        self.add(*(goal(question.title)(question.judge) for question in questions))

    def goal(self, title: str, points: float = 1, *, guard: bool = False, hidden: str = "") -> Callable[[Judge], Judge]:
        """As ``goals.goal`` and ``goals.guard``, but the decorated function stays a function."""
        check_text("the title of a goal", title)
        decorate = _guard(title, points, hidden=hidden) if guard else goal(title, points, hidden=hidden)

        def add(judge: Judge) -> Judge:
            self.add(decorate(judge))
            return judge

        return add

    def proof(self, title: str, points: float = 1) -> Callable[[Prove], Prove]:
        """As ``goals.proof``, but the decorated function stays a function."""
        check_text("the title of a proof", title)
        decorate = proof(title, points)

        def add(prove: Prove) -> Prove:
            self.add(decorate(prove))
            return prove

        return add

    def mistake(self, name: str, nudge: str, pointer: str, answer: str) -> Callable[[Shows], Shows]:
        """Add a mistake: a function that returns whether the evidence shows it, and its three hints."""
        check_new_name("a mistake", name, [known.name for known in self.mistakes])
        check_three_hints(f"the mistake {name}", (nudge, pointer, answer))

        def add(shows: Shows) -> Shows:
            self.add(Mistake(name, (nudge, pointer, answer), shows))
            return shows

        return add

    def hints_for(self, mistakes: tuple[str, ...]) -> tuple[str, Hints]:
        """The name of the first mistake that was found, and its three hints; or "" and the exercise's own hints."""
        for mistake in self.mistakes:
            if mistake.name in mistakes:
                return mistake.name, mistake.hints
        return "", self.hints


def _scripts(folder: Path) -> list[Path]:
    """The answers in a folder: shell scripts, and Python code for the client ``kubernetes``."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".sh", ".py"))
