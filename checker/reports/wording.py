"""The words and signs that all renderings share. A meaning is never in a colour alone."""

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.result import Result

SIGN = {Outcome.PASS: "✔", Outcome.FAIL: "✘", Outcome.WAITING: "…", Outcome.ERROR: "!"}
WORD = {Outcome.PASS: "right", Outcome.FAIL: "not yet", Outcome.WAITING: "waiting", Outcome.ERROR: "could not check"}


def points(number: float) -> str:
    return f"{number:g}"


def headline(result: Result) -> str:
    """One line on the whole."""
    score = f"{points(result.points)} of {points(result.of)} points"
    return {
        Outcome.PASS: f"Done: {result.title} · {score}",
        Outcome.FAIL: f"Not yet: {result.title} · {score}",
        Outcome.WAITING: f"Wait a moment: {result.title} · the cluster is still at work",
        Outcome.ERROR: f"Could not check: {result.title} · this is not your fault",
    }[result.outcome]


def clock(seconds: float) -> str:
    """Minutes and seconds, as on a stopwatch: ``4:05``."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def duration(seconds: float) -> str:
    """``4:05 minutes``, or ``12 s`` where it is less than one."""
    return f"{clock(seconds)} minutes" if seconds >= 59.5 else f"{round(seconds)} s"


def how(result: Result) -> str:
    """The heading of the story, with the time that it took."""
    if result.took_s < 1:
        return "How you did it"
    return f"How you did it, in {duration(result.took_s)}"


def story(result: Result) -> list[str]:
    """How it was done, one line for each deed; nothing where there is nothing to tell."""
    method = result.method
    lines = [f"{'you' if deed.by_you else 'the controllers'}: {deed.text}" for deed in method.deeds]
    if method.gaps:
        lines.append(f"Something may be missing here: {'; '.join(method.gaps)}.")
    return lines


def left_alone(what: str, *, passed: bool) -> str:
    """What is said of an exercise that is not begun again, since it is under way."""
    return f"You {'have passed' if passed else 'are in the middle of'} {what}; nothing was changed."


def pending(result: Result) -> str:
    """What is being waited for, in one line. There must be a goal that is WAITING."""
    return f"Waiting: {next(goal.reason for goal in result.goals if goal.outcome is Outcome.WAITING)}"


def advice(result: Result) -> str:
    """What to do next, in one line."""
    if result.next_step:
        return f"Try: {result.next_step}"
    return {
        Outcome.PASS: "Read on.",
        Outcome.FAIL: "Look again, or ask for a hint.",
        Outcome.WAITING: "Check again in a few seconds.",
        Outcome.ERROR: "Check again; if it stays: driftlab doctor",
    }[result.outcome]
