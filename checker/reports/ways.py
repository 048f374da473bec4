"""How each face says what to do next: a notebook by its calls, a terminal by its commands.

Labs write the notebook's words (``reset()``), since that is where most read them; the checker itself writes those of a
terminal (``driftlab reset LAB/EXERCISE``). Each face translates what it shows.
"""

import re
from dataclasses import replace

from driftlab.checker.exercises.result import Result

#: In a notebook: ``reset()`` or ``reset("one-pod")``. In a terminal: ``driftlab reset LAB/EXERCISE``.
CALL = re.compile(r"""\b(reset|check|hint|timeline|lab)\((?:(["'])([\w./-]+)\2)?\)""")
COMMAND = re.compile(r"\bdriftlab (reset|check|hint|timeline|start) ([\w.-]+/[\w.-]*\w)")

#: The call that begins an exercise is named otherwise than the command.
BEGINS = {"lab": "start"}


def in_terminal(text: str, exercise: str) -> str:
    """``text`` about an exercise (``LAB/EXERCISE``), with commands in the place of a notebook's calls."""
    lab = exercise.partition("/")[0]

    def command(found: re.Match[str]) -> str:
        verb, named = found[1], found[3] or exercise
        whole = named if "/" in named or verb == "lab" else f"{lab}/{named}"
        return f"driftlab {BEGINS.get(verb, verb)} {whole}"

    return CALL.sub(command, text)


def in_notebook(text: str) -> str:
    """``text`` with a notebook's calls in the place of commands on one exercise. Those on clusters stay commands."""
    calls = {command: call for call, command in BEGINS.items()}
    return COMMAND.sub(lambda found: f'{calls.get(found[1], found[1])}("{found[2]}")', text)


def for_terminal(result: Result) -> Result:
    """The result in the words of a terminal, and of the reports that are made there."""
    goals = tuple(replace(goal, reason=in_terminal(goal.reason, result.exercise)) for goal in result.goals)
    method = replace(result.method, remark=in_terminal(result.method.remark, result.exercise))
    return replace(result, goals=goals, method=method)


def for_notebook(result: Result) -> Result:
    """The result in the words of a notebook."""
    goals = tuple(replace(goal, reason=in_notebook(goal.reason)) for goal in result.goals)
    return replace(result, goals=goals, next_step=in_notebook(result.next_step))
