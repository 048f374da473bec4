"""Progress of long work: one interface, shown on a terminal, in a log and in a notebook.

Code reports ``with progress.step("Building", total=2000, unit="packages") as step: step.advance_to(17)``.
Reporters show it:

* ``terminal_progress()``: a live bar on a terminal, plain lines elsewhere;
* ``SharedProgress``: a small file for another process, such as a notebook while ``driftlab lab`` starts the cluster.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from driftlab.clusters.host.files import write_atomically

if TYPE_CHECKING:
    from rich.progress import TaskID


@dataclass(frozen=True)
class Step:
    """The state of one step. ``total`` is 0 if the amount of work is not known."""

    name: str
    done: float = 0
    total: float = 0
    unit: str = ""
    started: float = 0  # seconds since the epoch
    finished: bool = False
    broken: bool = False  #: it ended with an exception

    @property
    def fraction(self) -> float | None:
        return min(1.0, self.done / self.total) if self.total else None

    def __str__(self) -> str:
        """One line without control characters, such as ``Building: 120 of 2000 packages, 14 s``."""
        amount = ""
        if self.total:
            amount = f": {_amount(self.done, self.unit)} of {_amount(self.total, self.unit)} {self.unit}".rstrip()
        return f"{self.name}{amount}, {time.time() - self.started:.0f} s"


def _amount(number: float, unit: str) -> str:
    return f"{number / 1e6:.0f}" if unit == "MB" else f"{number:.0f}"


class Reporter(Protocol):
    def show(self, step: Step) -> None: ...

    def say(self, line: str) -> None: ...


class Progress:
    """Passes steps and lines to every reporter."""

    def __init__(self, *reporters: Reporter) -> None:
        self.reporters = reporters

    def say(self, line: str) -> None:
        for reporter in self.reporters:
            reporter.say(line)

    @contextmanager
    def step(self, name: str, *, total: float = 0, unit: str = "") -> Iterator["RunningStep"]:
        """A named step. With the ``unit`` "MB", amounts are in bytes and shown in megabytes."""
        running = RunningStep(self, Step(name, total=total, unit=unit, started=time.time()))
        running.report()
        try:
            yield running
        except BaseException:
            running.step = replace(running.step, broken=True)
            raise
        finally:
            running.step = replace(running.step, finished=True)
            running.report()


class RunningStep:
    def __init__(self, progress: Progress, step: Step) -> None:
        self.progress, self.step = progress, step

    def advance_to(self, done: float, total: float | None = None) -> None:
        self.step = replace(self.step, done=done, total=self.step.total if total is None else total)
        self.report()

    def report(self) -> None:
        for reporter in self.progress.reporters:
            reporter.show(self.step)


SILENT = Progress()


class PlainLines:
    """A line when a step begins, one every few seconds while it runs, and one at the end if it took long."""

    EVERY_S = 10.0

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.step = ""
        self.last = 0.0

    def show(self, step: Step) -> None:
        now = time.monotonic()
        if step.name != self.step:
            self.step, self.last = step.name, now
            if not step.finished:
                self.say(f"{step.name} …")
        elif step.finished:
            if time.time() - step.started > self.EVERY_S:
                outcome = "not done, given up" if step.broken else "done"
                self.say(f"{step.name}: {outcome} after {time.time() - step.started:.0f} s")
            self.step = ""
        elif now - self.last >= self.EVERY_S:
            self.last = now
            self.say(str(step))

    def say(self, line: str) -> None:
        print(line, file=self.stream, flush=True)


class LiveBar:
    """A bar on a terminal with step, amount and elapsed time. It disappears with the step; printed lines stay."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self.console = Console(file=stream)
        self.bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[amount]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        )
        self.task: TaskID | None = None

    def show(self, step: Step) -> None:
        amount = ""
        if step.total:
            amount = f"{_amount(step.done, step.unit)}/{_amount(step.total, step.unit)} {step.unit}"
        if step.finished:
            if self.task is not None:
                self.bars.remove_task(self.task)
                self.task = None
            self.bars.stop()
            return
        if self.task is None:
            self.bars.start()
            self.task = self.bars.add_task(step.name, total=step.total or None, amount=amount)
        self.bars.update(self.task, completed=step.done, total=step.total or None, amount=amount)

    def say(self, line: str) -> None:
        self.console.print(line, markup=False, highlight=False)


def terminal_progress(stream: TextIO, *others: Reporter) -> Progress:
    """Progress for a person at ``stream``."""
    bar = LiveBar(stream) if stream.isatty() else None
    # a terminal that cannot move its cursor (TERM=dumb) would never show a live bar
    return Progress(bar if bar and bar.console.is_interactive else PlainLines(stream), *others)


class SharedProgress:
    """Writes the current step to ``path`` for another process, at most five times a second."""

    EVERY_S = 0.2

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last = 0.0
        self.lines: list[str] = []

    def show(self, step: Step) -> None:
        now = time.monotonic()
        if now - self.last < self.EVERY_S and not step.finished and step.done:
            return
        self.last = now
        self._write(step)

    def say(self, line: str) -> None:
        self.lines.append(line)

    def _write(self, step: Step) -> None:
        document = {"pid": os.getpid(), "step": asdict(step), "said": self.lines[-20:]}
        write_atomically(self.path, json.dumps(document))

    @staticmethod
    def read(path: Path) -> Step | None:
        """The step in the file ``path``, or None if there is no valid one."""
        try:
            return Step(**json.loads(path.read_text(encoding="utf-8"))["step"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
