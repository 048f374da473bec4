"""Translate next steps between interfaces: a notebook has calls, a terminal has commands.

Labs write the calls of a notebook (``reset()``), because most learners read them there. The checker writes the commands
of a terminal (``driftlab reset LAB/EXERCISE``). Each interface translates what it shows.
"""

import re
from dataclasses import replace

from driftlab.checker.exercises.result import Result

#: In a notebook: ``reset()`` or ``reset("one-pod")``. In a terminal: ``driftlab reset LAB/EXERCISE``.
CALL = re.compile(r"""\b(reset|check|hint|timeline|lab)\((?:(["'])([\w./-]+)\2)?\)""")
COMMAND = re.compile(r"\bdriftlab (reset|check|hint|timeline|start) ([\w.-]+/[\w.-]*\w)")

#: The call that starts an exercise has another name than the command.
COMMAND_OF_CALL = {"lab": "start"}


def in_terminal(text: str, exercise: str) -> str:
    """``text`` about an exercise (``LAB/EXERCISE``), with the calls of a notebook replaced by commands."""
    lab = exercise.partition("/")[0]

    def command(found: re.Match[str]) -> str:
        verb, name = found[1], found[3] or exercise
        target = name if "/" in name or verb == "lab" else f"{lab}/{name}"
        return f"driftlab {COMMAND_OF_CALL.get(verb, verb)} {target}"

    return CALL.sub(command, text)


def in_notebook(text: str) -> str:
    """``text`` with commands on an exercise replaced by the calls of a notebook. Commands on clusters stay."""
    calls = {command: call for call, command in COMMAND_OF_CALL.items()}
    return COMMAND.sub(lambda found: f'{calls.get(found[1], found[1])}("{found[2]}")', text)


def for_terminal(result: Result) -> Result:
    """The result in the words of a terminal, also for the reports of ``driftlab check``."""
    goals = tuple(replace(goal, reason=in_terminal(goal.reason, result.exercise)) for goal in result.goals)
    method = replace(result.method, remark=in_terminal(result.method.remark, result.exercise))
    return replace(result, goals=goals, method=method)


def for_notebook(result: Result) -> Result:
    """The result in the words of a notebook."""
    goals = tuple(replace(goal, reason=in_notebook(goal.reason)) for goal in result.goals)
    return replace(result, goals=goals, next_step=in_notebook(result.next_step))
