"""A lab: a folder with a notebook and exercises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from driftlab.checker.evidence.snapshot import lists
from driftlab.checker.exercises.definitions import Place, check_text, here
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.goals import Hints
from driftlab.checker.exercises.quiz import Question


@dataclass(eq=False)
class Lab:
    """A folder with a notebook, exercises and what they need. ``name`` is the folder's name."""

    name: str
    title: str
    minutes: int
    summary: str
    folder: Path = Path()
    exercises: list[Exercise] = field(default_factory=list)
    place: Place = field(default_factory=here)

    def __post_init__(self) -> None:
        check_text("the name of a lab", self.name)
        check_text(f"the title of {self.name}", self.title)
        check_text(f"the summary of {self.name}", self.summary)

    @property
    def namespace(self) -> str:
        """Where the learner works: the folder's name without its number."""
        return self.name.split("-", 1)[-1]

    @property
    def notebook(self) -> Path:
        return self.folder / f"{self.name}.ipynb"

    def exercise(
        self, name: str, title: str, *, hints: Hints, start: str = "start.yaml", watches: Sequence[str] = ()
    ) -> Exercise:
        """Add an exercise. Raises KeyError for a kind in ``watches`` that nobody knows."""
        lists(watches)
        made = Exercise(self, name, title, hints, start, tuple(watches))
        self.exercises.append(made)
        return made

    def quiz(self, name: str, title: str, *, questions: Sequence[Question], hints: Hints) -> Exercise:
        """Add an exercise in which questions are answered: a goal of one point for each. See ``exercises.quiz``."""
        made = self.exercise(name, title, hints=hints, start=f"{name}.yaml", watches=("configmaps",))
        made.ask(questions)
        return made
