"""Texts in Markdown: front matter in YAML, and sections of three hints each.

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

A hint is one paragraph. ``{command}`` in it is the command of the front matter, ``{exercise}`` the exercise's name, and
``{reset}`` how the exercise is begun again: each face has its own word for that.
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

#: What a lab writes in the words of a notebook, and faces translate: see ``reports.ways``.
RESET = "reset()"
PLACEHOLDER = re.compile(r"\{(command|exercise|reset)\}")
MISTAKE = "Mistake: "


@dataclass(frozen=True)
class Section:
    """Three hints, and where they are."""

    hints: Hints
    place: Place

    def filled(self, exercise: str, command: str) -> Hints:
        """With what stands for the placeholders. Raises LabBroken if a command is needed and there is none."""
        values = {"command": command, "exercise": exercise, "reset": RESET}

        def value(found: re.Match[str]) -> str:
            if not values[found[1]]:
                raise broken(self.place, f"a hint says {{command}}, and {exercise}/exercise.md has no `command`")
            return values[found[1]]

        nudge, pointer, answer = (PLACEHOLDER.sub(value, hint) for hint in self.hints)
        return nudge, pointer, answer


@dataclass(frozen=True)
class Text:
    """One file: its front matter, and its sections by their headings."""

    path: Path
    front: Mapping[str, Any]
    sections: Mapping[str, Section]

    @property
    def mistakes(self) -> dict[str, Section]:
        """The sections of mistakes, by the mistakes' names."""
        return {name.removeprefix(MISTAKE): one for name, one in self.sections.items() if name.startswith(MISTAKE)}

    def place(self, key: str = "") -> Place:
        """The line of a key in the front matter; the first line of the file if it is not there."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return Place(str(self.path), next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1))

    def value(self, key: str, kind: type, default: Any = None) -> Any:
        """A value of the front matter. Raises LabBroken if it is missing and has no default, or is no ``kind``."""
        found = self.front.get(key, default)
        if found is None:
            raise broken(self.place(), f"the front matter has no `{key}`")
        if not isinstance(found, kind) or isinstance(found, bool) != (kind is bool):
            raise broken(self.place(key), f"`{key}` is a {WORDS[kind]}, not {found!r}")
        return found


WORDS = {str: "text", int: "whole number", list: "list", bool: "yes or no"}


def broken(place: Place, what: str) -> LabBroken:
    return LabBroken(f"{place}: {what}", next_step=f"fix {place.file}")


def no_yaml(path: Path, error: yaml.YAMLError, what: str) -> LabBroken:
    """What is wrong, and in which line."""
    mark = getattr(error, "problem_mark", None)
    return broken(
        Place(str(path), mark.line + 1 if mark else 1), f"{what} is no YAML: {getattr(error, 'problem', error)}"
    )


def read(path: Path, keys: set[str]) -> Text:
    """Read a file whose front matter may have these keys. Raises LabBroken with file and line."""
    try:
        source = path.read_text(encoding="utf-8-sig")  # some editors write a byte order mark
        front, body = frontmatter.parse(source)
    except (OSError, UnicodeDecodeError) as error:
        raise broken(Place(str(path), 1), f"it cannot be read: {error}") from error
    except yaml.YAMLError as error:  # what was parsed begins with the rest of the fence's line: lines are the file's
        raise no_yaml(path, error, "the front matter") from error
    text = Text(path, front, _sections(path, body, before=source.rstrip().count("\n") - body.count("\n")))
    if unknown := sorted(str(key) for key in front.keys() - keys):
        known = ", ".join(sorted(keys))
        raise broken(text.place(unknown[0]), f"`{unknown[0]}` means nothing here: there are {known}")
    return text


def _sections(path: Path, body: str, before: int) -> dict[str, Section]:
    """``before``: how many lines of the file stand before ``body``."""
    found: dict[str, Section] = {}
    tokens = MarkdownIt("commonmark").parse(body)
    headings = [n for n, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    for number, begin in enumerate(headings):
        end = headings[number + 1] if number + 1 < len(headings) else len(tokens)
        title = tokens[begin + 1].content
        place = Place(str(path), before + 1 + _line(tokens[begin]))
        if title in found:
            raise broken(place, f"there are two sections called {title!r}")
        if title != "Hints" and not title.startswith(MISTAKE):
            raise broken(place, f"a section is called Hints, or Mistake: NAME, not {title!r}")
        hints = _hints(place, tokens[begin + 3 : end])
        if len(hints) != 3:
            raise broken(
                place, f"{title!r} needs three hints, a nudge, a pointer and the answer: there are {len(hints)}"
            )
        found[title] = Section((hints[0], hints[1], hints[2]), place)
    return found


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


#: What a hint is made of.
ITEM = ["list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close"]


def _hints(place: Place, tokens: list[Token]) -> list[str]:
    """The items of a numbered list, each as one line. Raises LabBroken for all else: no learner would see it."""
    hints = [" ".join(token.content.split("\n")) for token in tokens if token.type == "inline"]
    expected = ["ordered_list_open", *ITEM * len(hints), "ordered_list_close"]
    if tokens and [token.type for token in tokens] != expected:
        raise broken(place, "hints are one numbered list, and each of them is one paragraph")
    return hints
