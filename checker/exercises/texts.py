"""Read texts in Markdown: front matter in YAML, and sections with three hints each.

::

    ---
    title: Delete one Pod
    command: kubectl delete pod NAME
    ---
    ## Hints

    1. A nudge.
    2. A pointer.
    3. The answer: `{command}`

    ## Mistake: scaled

    1. …

A hint is one paragraph. In it, ``{command}`` stands for the command of the front matter, ``{exercise}`` for the name of
the exercise, and ``{reset}`` for how to start the exercise again, in a notebook or in a terminal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from driftlab.checker.exercises.definitions import LabBroken, Place
from driftlab.checker.exercises.goals import Hints

#: The call in a notebook, which other interfaces translate: see ``reports.ways``.
RESET = "reset()"
PLACEHOLDER = re.compile(r"\{(command|exercise|reset)\}")
MISTAKE = "Mistake: "


@dataclass(frozen=True)
class Section:
    """Three hints, and their place."""

    hints: Hints
    place: Place

    def render(self, exercise: str, command: str) -> Hints:
        """Replace the placeholders. Raises LabBroken if ``{command}`` is used and there is no command."""
        values = {"command": command, "exercise": exercise, "reset": RESET}

        def value(found: re.Match[str]) -> str:
            if not values[found[1]]:
                raise lab_broken(self.place, f"a hint says {{command}}, and {exercise}/exercise.md has no `command`")
            return values[found[1]]

        nudge, pointer, answer = (PLACEHOLDER.sub(value, hint) for hint in self.hints)
        return nudge, pointer, answer


@dataclass(frozen=True)
class Text:
    """One file: its front matter, and its sections by heading."""

    path: Path
    front: Mapping[str, Any]
    sections: Mapping[str, Section]

    @property
    def mistakes(self) -> dict[str, Section]:
        """The sections for mistakes, by the names of the mistakes."""
        return {
            name.removeprefix(MISTAKE): section for name, section in self.sections.items() if name.startswith(MISTAKE)
        }

    def place(self, key: str = "") -> Place:
        """The line of a key in the front matter; the first line of the file if the key is missing."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return Place(str(self.path), next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1))

    def value(self, key: str, kind: type, default: Any = None) -> Any:
        """A value of the front matter. Raises LabBroken if it is missing without a default, or not a ``kind``."""
        found = self.front.get(key, default)
        if found is None:
            raise lab_broken(self.place(), f"the front matter has no `{key}`")
        if not isinstance(found, kind) or isinstance(found, bool) != (kind is bool):
            raise lab_broken(self.place(key), f"`{key}` is a {TYPE_NAMES[kind]}, not {found!r}")
        return found


TYPE_NAMES = {str: "text", int: "whole number", list: "list", bool: "yes or no"}


def lab_broken(place: Place, message: str) -> LabBroken:
    return LabBroken(f"{place}: {message}", next_step=f"fix {place.file}")


def invalid_yaml(path: Path, error: yaml.YAMLError, subject: str) -> LabBroken:
    """The error for invalid YAML, with file and line."""
    mark = getattr(error, "problem_mark", None)
    return lab_broken(
        Place(str(path), mark.line + 1 if mark else 1),
        f"{subject} is not valid YAML: {getattr(error, 'problem', error)}",
    )


def read(path: Path, keys: set[str]) -> Text:
    """Read a file whose front matter may have these keys. Raises LabBroken with file and line."""
    try:
        source = path.read_text(encoding="utf-8-sig")  # some editors write a byte order mark
        front, body = frontmatter.parse(source)
    except (OSError, UnicodeDecodeError) as error:
        raise lab_broken(Place(str(path), 1), f"it cannot be read: {error}") from error
    except yaml.YAMLError as error:  # its lines are those of the file: the fence counts as the first one
        raise invalid_yaml(path, error, "the front matter") from error
    text = Text(path, front, _sections(path, body, before=source.rstrip().count("\n") - body.count("\n")))
    if unknown := sorted(str(key) for key in front.keys() - keys):
        known = ", ".join(sorted(keys))
        raise lab_broken(text.place(unknown[0]), f"`{unknown[0]}` is unknown here: the keys are {known}")
    return text


def _sections(path: Path, body: str, before: int) -> dict[str, Section]:
    """The sections by heading. ``before``: the number of lines of the file before ``body``."""
    found: dict[str, Section] = {}
    tokens = MarkdownIt("commonmark").parse(body)
    headings = [n for n, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    for number, begin in enumerate(headings):
        end = headings[number + 1] if number + 1 < len(headings) else len(tokens)
        title = tokens[begin + 1].content
        place = Place(str(path), before + 1 + _line(tokens[begin]))
        if title in found:
            raise lab_broken(place, f"there are two sections called {title!r}")
        if title != "Hints" and not title.startswith(MISTAKE):
            raise lab_broken(place, f"a section is called Hints, or Mistake: NAME, not {title!r}")
        hints = _hints(place, tokens[begin + 3 : end])
        if len(hints) != 3:
            raise lab_broken(
                place, f"{title!r} needs three hints, a nudge, a pointer and the answer: there are {len(hints)}"
            )
        found[title] = Section((hints[0], hints[1], hints[2]), place)
    return found


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


#: The Markdown tokens of one hint.
ITEM = ["list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close"]


def _hints(place: Place, tokens: list[Token]) -> list[str]:
    """The items of a numbered list, each as one line.

    Raises LabBroken for other content, which no learner would see.
    """
    hints = [" ".join(token.content.split("\n")) for token in tokens if token.type == "inline"]
    expected = ["ordered_list_open", *ITEM * len(hints), "ordered_list_close"]
    if tokens and [token.type for token in tokens] != expected:
        raise lab_broken(place, "hints are one numbered list, and each of them is one paragraph")
    return hints
