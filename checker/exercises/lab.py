"""A lab: a folder with a notebook and exercises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from driftlab.checker.evidence.snapshot import lists
from driftlab.checker.exercises.definitions import Place, caller_place, check_text
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.goals import Hints
from driftlab.checker.exercises.quiz import Question


@dataclass(eq=False)
class Lab:
    """A folder with a notebook, exercises and their files. ``name`` is the name of the folder."""

    name: str
    title: str
    minutes: int
    summary: str
    folder: Path = Path()
    exercises: list[Exercise] = field(default_factory=list)
    place: Place = field(default_factory=caller_place)

    def __post_init__(self) -> None:
        check_text("the name of a lab", self.name)
        check_text(f"the title of {self.name}", self.title)
        check_text(f"the summary of {self.name}", self.summary)

    @property
    def namespace(self) -> str:
        """The namespace of the lab: the folder's name without its number."""
        return self.name.split("-", 1)[-1]

    @property
    def notebook(self) -> Path:
        return self.folder / f"{self.name}.ipynb"

    def exercise(
        self, name: str, title: str, *, hints: Hints, start: str = "start.yaml", watches: Sequence[str] = ()
    ) -> Exercise:
        """Add an exercise. Raises KeyError for an unknown kind in ``watches``."""
        lists(watches)
        added = Exercise(self, name, title, hints, start, tuple(watches))
        self.exercises.append(added)
        return added

    def quiz(self, name: str, title: str, *, questions: Sequence[Question], hints: Hints) -> Exercise:
        """Add a quiz: an exercise with a goal of one point for each question. See ``exercises.quiz``."""
        added = self.exercise(name, title, hints=hints, start=f"{name}.yaml", watches=("configmaps",))
        added.ask(questions)
        return added
