"""The words and signs of all renderings. No meaning is expressed by colour alone."""

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.result import Result

SIGN = {Outcome.PASS: "✔", Outcome.FAIL: "✘", Outcome.WAITING: "…", Outcome.ERROR: "!"}
WORD = {Outcome.PASS: "right", Outcome.FAIL: "not yet", Outcome.WAITING: "waiting", Outcome.ERROR: "could not check"}


def points(number: float) -> str:
    return f"{number:g}"


def headline(result: Result) -> str:
    """The whole result in one line."""
    score = f"{points(result.points)} of {points(result.of)} points"
    return {
        Outcome.PASS: f"Done: {result.title} · {score}",
        Outcome.FAIL: f"Not yet: {result.title} · {score}",
        Outcome.WAITING: f"Wait a moment: {result.title} · the cluster is still at work",
        Outcome.ERROR: f"Could not check: {result.title} · this is not your fault",
    }[result.outcome]


def clock(seconds: float) -> str:
    """Minutes and seconds, as on a stopwatch: ``4:05``."""
    rounded = round(seconds)
    return f"{rounded // 60}:{rounded % 60:02}"


def duration(seconds: float) -> str:
    """``4:05 minutes``, or ``12 s`` if it is less than a minute."""
    return f"{clock(seconds)} minutes" if seconds >= 59.5 else f"{round(seconds)} s"


def activity_heading(result: Result) -> str:
    """The heading of the activity, with the time that it took."""
    if result.took_s < 1:
        return "How you did it"
    return f"How you did it, in {duration(result.took_s)}"


def activity_lines(result: Result) -> list[str]:
    """What was done, one line for each action; empty if there is nothing to show."""
    method = result.method
    lines = [f"{'you' if deed.by_you else 'the controllers'}: {deed.text}" for deed in method.deeds]
    if method.gaps:
        lines.append(f"Something may be missing here: {'; '.join(method.gaps)}.")
    return lines


def unchanged_notice(exercise: str, *, passed: bool) -> str:
    """The notice that an exercise was not started again, because it is under way."""
    return f"You {'have passed' if passed else 'are in the middle of'} {exercise}; nothing was changed."


def pending(result: Result) -> str:
    """The reason for waiting, in one line. At least one goal must be WAITING."""
    return f"Waiting: {next(goal.reason for goal in result.goals if goal.outcome is Outcome.WAITING)}"


def advice(result: Result) -> str:
    """The next step, in one line."""
    if result.next_step:
        return f"Try: {result.next_step}"
    return {
        Outcome.PASS: "Read on.",
        Outcome.FAIL: "Look again, or ask for a hint.",
        Outcome.WAITING: "Check again in a few seconds.",
        Outcome.ERROR: "Check again; if it stays: driftlab doctor",
    }[result.outcome]
