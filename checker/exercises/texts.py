"""Read texts in Markdown: front matter in YAML, titles, reasons, and sections with three hints each.

::

    ---
    title: Delete one Pod
    command: kubectl delete pod NAME
    ---
    ## Goals

    - replaced: One Pod has been replaced

    ## Reasons

    - too-few: only {ready} are ready

    ## Hints

    1. A nudge.
    2. A pointer.
    3. The answer: `{command}`

    ## Mistake: scaled

    1. …

A hint is one paragraph. In it, ``{command}`` stands for the command of the front matter, ``{exercise}`` for the name of
the exercise, and ``{reset}`` for how to start the exercise again, in a notebook or in a terminal. In titles and
reasons, a name in braces stands for a value that the code gives. ``exercises.sentences`` finds them by their names.
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
from driftlab.checker.objects.reason import KEY

#: The call in a notebook, which other interfaces translate: see ``reports.next_steps``.
RESET = "reset()"
PLACEHOLDER = re.compile(r"\{(command|exercise|reset)\}")
MISTAKE = "Mistake: "
GOALS, REASONS = "Goals", "Reasons"
#: A line of the section Goals or Reasons, and the placeholders in it.
LINE = re.compile(r"([\w.-]+): +(\S.*)", re.ASCII | re.DOTALL)
VALUE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Sentence:
    """A title or a reason, with placeholders, and its place."""

    text: str
    place: Place

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset(VALUE.findall(self.text))

    def fill(self, values: Mapping[str, str]) -> str:
        """Raises KeyError for a placeholder without a value."""
        return VALUE.sub(lambda found: values[found[1]], self.text)


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
    """One file: its front matter, its hints by heading, the titles of goals by name, and the reasons by key."""

    path: Path
    front: Mapping[str, Any]
    sections: Mapping[str, Section]
    titles: Mapping[str, Sentence]
    reasons: Mapping[str, Sentence]

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
    text = _text(path, front, body, before=source.rstrip().count("\n") - body.count("\n"))
    if unknown := sorted(str(key) for key in front.keys() - keys):
        known = ", ".join(sorted(keys))
        raise lab_broken(text.place(unknown[0]), f"`{unknown[0]}` is unknown here: the keys are {known}")
    return text


def _text(path: Path, front: Mapping[str, Any], body: str, before: int) -> Text:
    """``before``: the number of lines of the file before ``body``."""
    hints: dict[str, Section] = {}
    lists: dict[str, dict[str, Sentence]] = {}
    tokens = MarkdownIt("commonmark").parse(body)
    headings = [n for n, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    for number, begin in enumerate(headings):
        end = headings[number + 1] if number + 1 < len(headings) else len(tokens)
        title, content = tokens[begin + 1].content, tokens[begin + 3 : end]
        place = Place(str(path), before + 1 + _line(tokens[begin]))
        if title in hints or title in lists:
            raise lab_broken(place, f"there are two sections called {title!r}")
        if title in (GOALS, REASONS):
            lists[title] = _sentences(title, place, content, before)
        elif title == "Hints" or title.startswith(MISTAKE):
            hints[title] = _three_hints(title, place, content)
        else:
            raise lab_broken(place, f"a section is called Goals, Reasons, Hints, or Mistake: NAME, not {title!r}")
    return Text(path, front, hints, lists.get(GOALS, {}), lists.get(REASONS, {}))


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


#: The Markdown tokens of one item of a list.
ITEM = ["list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close"]


def _is_list(kind: str, tokens: list[Token], items: int) -> bool:
    """Whether the tokens are one list of this many items, each of them one paragraph, or nothing."""
    return not tokens or [token.type for token in tokens] == [f"{kind}_open", *ITEM * items, f"{kind}_close"]


def _three_hints(title: str, place: Place, tokens: list[Token]) -> Section:
    """The items of a numbered list, each as one line.

    Raises LabBroken for other content, which no learner would see.
    """
    hints = [" ".join(token.content.split("\n")) for token in tokens if token.type == "inline"]
    if not _is_list("ordered_list", tokens, len(hints)):
        raise lab_broken(place, "hints are one numbered list, and each of them is one paragraph")
    if len(hints) != 3:
        raise lab_broken(
            place, f"{title!r} needs three hints, a nudge, a pointer and the answer: there are {len(hints)}"
        )
    return Section((hints[0], hints[1], hints[2]), place)


def _sentences(title: str, heading: Place, tokens: list[Token], before: int) -> dict[str, Sentence]:
    """The items of a list by the name before the colon, each as one line. Raises LabBroken for other content."""
    items = [token for token in tokens if token.type == "inline"]
    if not _is_list("bullet_list", tokens, len(items)):
        raise lab_broken(heading, f"{title} are one list, and each of them is one paragraph")
    found: dict[str, Sentence] = {}
    for token in items:
        place = heading._replace(line=before + 1 + _line(token))
        line = LINE.fullmatch(token.content)
        if line is None:
            raise lab_broken(place, f"a line of {title} is a name, a colon and a text, not {token.content!r}")
        name, text = line[1], " ".join(line[2].split("\n"))
        if title == REASONS and not KEY.fullmatch(name):
            raise lab_broken(place, f"a reason is called by two words or more with hyphens (too-few), not {name!r}")
        if name in found:
            raise lab_broken(place, f"{title} has two lines called {name}")
        found[name] = Sentence(text, place)
    return found
