"""Compare the reasons in a lab's Python with the sentences in its Markdown, without a cluster.

The key and the names of the values are read from calls such as ``failed("too-few", ready=2)``. A key that the code puts
together cannot be read: if it has no sentence, the goal that says it is an ERROR.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from driftlab.checker.exercises.definitions import Place
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.sentences import kit
from driftlab.checker.exercises.texts import Text
from driftlab.checker.objects.reason import KEY

#: The functions that take the key of a reason, and the place of the key among their arguments.
SAYS = {"passed": 0, "failed": 0, "waiting": 0, "reason": 0, "passed_if": 1}
#: The parameter of ``failed`` that is no value of a placeholder.
NO_VALUE = {"share"}


class Use(NamedTuple):
    """A key in the source. ``values``: the names of its values; None if they are not written there one by one."""

    key: str
    values: frozenset[str] | None
    place: Place


def uses(path: Path) -> Iterator[Use]:
    """The keys that the module says; none if there is no such file."""
    for node in _nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS:
            names = {keyword.arg for keyword in node.keywords}
            values = None if None in names else frozenset(name for name in names if name) - NO_VALUE
            for argument in node.args[SAYS[node.func.id] :][:1]:
                yield from (Use(key, values, Place(str(path), node.lineno)) for key in _keys(argument))


def _keys(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.IfExp | ast.BoolOp):
        for part in argument.values if isinstance(argument, ast.BoolOp) else (argument.body, argument.orelse):
            yield from _keys(part)
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str) and KEY.fullmatch(argument.value):
        yield argument.value


def _words(path: Path) -> set[str]:
    """All texts in the module, among them keys that it says by way of a variable."""
    return {node.value for node in _nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(_tree(path.read_text(encoding="utf-8-sig"))) if path.exists() else iter(())


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def unmatched_reasons(lab: Lab) -> list[str]:
    """Keys without a sentence, placeholders without a value, and sentences without a key, each with file and line."""
    common = lab.folder / "common.py"
    faults = [fault for exercise in lab.exercises for fault in _unsaid(exercise, [common, _checks(exercise)])]
    texts = {text.path: text for exercise in lab.exercises for text in exercise.sentences.own}
    for path, text in texts.items():
        exercises = [exercise for exercise in lab.exercises if path.parent in (lab.folder, exercise.folder)]
        faults += _unused(text, [common, *map(_checks, exercises)])
    return list(dict.fromkeys(faults))  # what stands in common.py is found once for each exercise


def _checks(exercise: Exercise) -> Path:
    return exercise.folder / "checks.py" if exercise.folder else exercise.lab.folder / "exercises.py"


def _unsaid(exercise: Exercise, modules: list[Path]) -> Iterator[str]:
    """Keys that are said, and have no sentence, or one that needs other values."""
    for use in (use for module in modules for use in uses(module)):
        sentence = exercise.sentences.reason(use.key)
        if sentence is None:
            yield f"{use.place}: {exercise.sentences.missing(use.key)}"
        elif use.values is not None:
            for name in sorted(sentence.placeholders - use.values):
                yield f"{sentence.place}: the reason {use.key} says {{{name}}}, and {use.place} has no such value"


def _unused(text: Text, modules: list[Path]) -> Iterator[str]:
    """Sentences that neither these modules nor the kit say, and those that ask more of the kit than it has to say."""
    words = {word for module in modules for word in _words(module)}
    for key, sentence in text.reasons.items():
        if key not in words and key not in kit().reasons:
            yield f"{sentence.place}: nothing says the reason {key}"
        elif key not in words:
            for name in sorted(sentence.placeholders - kit().reasons[key].placeholders):
                yield f"{sentence.place}: the reason {key} says {{{name}}}, and the kit has no such value"
