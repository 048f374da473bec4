"""The errors of the kit, as one tree of classes.

::

    DriftlabError                 every error of this kit; its text ends with the next step
    ├── UsageError                the caller asked for something that does not exist (exit code 2)
    │   ├── UnknownEngine
    │   └── ConfirmationNeeded    the caller must confirm that it is meant
    ├── StateUnusable             a folder of the kit cannot be read or written
    ├── EngineUnavailable         this machine cannot run that engine; the message has the reason
    ├── ProgramsUnavailable       the engine's programs could not be found, downloaded or built
    ├── CommandFailed             a program ended with an error, or did not end in time
    ├── ClusterNotReady           the cluster did not become ready in time
    ├── ClusterUnreachable        the cluster does not answer
    └── ClusterNotOurs            an object or a folder that this kit did not create is in the way

All except ``UsageError`` are problems with a cluster or a tool (exit code 3).
They are never raised for a learner's mistake: that is a verdict, not an error.
"""

import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class DriftlabError(Exception):
    """An error with its evidence and the next step.

    ``str(error)`` is the text for operators: the message, then the command and its output if a command was run, then
    the next step.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        command: Sequence[str] | None = None,
        output: str = "",
        next_step: str = "driftlab doctor",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.command = tuple(command) if command else None
        self.output = output
        self.next_step = next_step

    def __str__(self) -> str:
        parts = [self.message]
        if self.command:
            parts.append("Command: " + " ".join(self.command))
        if self.output.strip():
            parts.append("Output:\n" + "\n".join("    " + line for line in self.output.strip().splitlines()[-20:]))
        parts.append("Next: " + self.next_step)
        return "\n".join(parts)


class UsageError(DriftlabError):
    """The caller asked for something that does not exist."""

    exit_code = 2


class UnknownEngine(UsageError):
    def __init__(self, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        super().__init__(
            f"There is no engine called {name!r}." + did_you_mean(name, known),
            next_step="choose one of: auto, " + ", ".join(known),
        )


class ConfirmationNeeded(UsageError):
    """``phrase`` confirms it: as the argument ``confirmed`` of ``up``, or as the variable ``DRIFTLAB_CONFIRM``."""

    def __init__(self, message: str, phrase: str) -> None:
        super().__init__(message, next_step=f"if it is meant: export DRIFTLAB_CONFIRM={shlex.quote(phrase)}")
        self.phrase = phrase


class StateUnusable(DriftlabError):
    pass


class EngineUnavailable(DriftlabError):
    pass


class ProgramsUnavailable(DriftlabError):
    pass


class CommandFailed(DriftlabError):
    pass


class ClusterNotReady(DriftlabError):
    pass


class ClusterUnreachable(DriftlabError):
    pass


class ClusterNotOurs(DriftlabError):
    pass


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` (with the leading space), or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""
