"""The sentences of an exercise by name: titles, reasons, and the hints of mistakes.

They are looked up in ``exercise.md``, then in ``lab.md``, and last in ``kit.md``, which has those of the kit's own
guards, mistakes and predicates: a lab replaces one of these by a sentence of the same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from driftlab.checker.exercises.goals import NO_HINTS, Goal, Mistake, Proof
from driftlab.checker.exercises.texts import Section, Sentence, Text, lab_broken, read
from driftlab.checker.objects.reason import Reason

KIT = Path(__file__).with_name("kit.md")


class SentenceMissing(LookupError):
    """A reason has no sentence, or its sentence has a placeholder without a value."""


@dataclass(frozen=True)
class Sentences:
    """``own``: the texts of the exercise and of its lab; none if the lab is one module."""

    own: tuple[Text, ...] = ()

    def title(self, check: Goal | Proof) -> str:
        """The title of a goal, guard or proof; one in its definition comes before the kit's. A hidden goal needs none.

        Raises LabBroken if it has none, or if a placeholder has no value.
        """
        sentence = next((text.titles[check.name] for text in self.own if check.name in text.titles), None)
        if sentence is None and (check.title or check.hidden):
            return check.title or check.name
        if sentence := sentence or kit().titles.get(check.name):
            return self._filled_title(check, sentence)
        if not check.name:
            raise lab_broken(check.place, f"this {check.kind} needs a name: that of a function, or of a variable")
        raise lab_broken(check.place, f"the {check.kind} {check.name} has no title{self._nowhere('under Goals in')}")

    def _filled_title(self, check: Goal | Proof, sentence: Sentence) -> str:
        try:
            return sentence.fill(self._rendered(check.values))
        except KeyError as missing:
            raise lab_broken(
                sentence.place, f"the title says {{{missing.args[0]}}}, and {check.place.short} has no such value"
            ) from missing

    def hints(self, mistake: Mistake) -> Section:
        """The hints of a mistake; those in its definition come before the kit's. Raises LabBroken if it has none."""
        heading = mistake.name
        found = next((text.mistakes[heading] for text in self.own if heading in text.mistakes), None)
        if found is None and mistake.hints != NO_HINTS:
            return Section(mistake.hints, mistake.place)
        if found := found or kit().mistakes.get(heading):
            return found
        if not mistake.name:
            raise lab_broken(mistake.place, "this mistake needs a name: that of a function, or of a variable")
        raise lab_broken(mistake.place, f"the mistake {mistake.name} has no section{self._nowhere('in')}")

    def _nowhere(self, preposition: str) -> str:
        names = [text.path.name for text in self.own]
        return f" {preposition} {', nor in '.join(names)}" if names else ""

    def reason(self, key: str) -> Sentence | None:
        return next((text.reasons[key] for text in (*self.own, kit()) if key in text.reasons), None)

    def missing(self, key: str) -> str:
        return f"the reason {key} has no sentence{self._nowhere('under Reasons in')}"

    def render(self, value: object) -> str:
        """What learners read: a reason as its sentence, lists with commas. Raises SentenceMissing."""
        if isinstance(value, list | tuple):
            return ", ".join(map(self.render, value))
        if not isinstance(value, Reason):
            return str(value)
        sentence = self.reason(value.key)
        if sentence is None:
            raise SentenceMissing(self.missing(value.key))
        try:
            return sentence.fill(self._rendered(value.values))
        except KeyError as missing:
            raise SentenceMissing(
                f"the reason {value.key} says {{{missing.args[0]}}} ({sentence.place.short}), and has no such value"
            ) from missing

    def _rendered(self, values: Mapping[str, object]) -> dict[str, str]:
        return {name: self.render(value) for name, value in values.items()}


@cache
def kit() -> Text:
    """The kit's own sentences."""
    return read(KIT, set())
