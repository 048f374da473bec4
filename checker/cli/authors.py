"""Commands for authors of exercises."""

import sys
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from driftlab.checker.cli.common import Engine, Name, ready_cluster, show_errors


def new_exercise(
    name: Annotated[str, typer.Argument(help="Its name, such as scale-up.")],
    folder: Annotated[Path, typer.Option("--in", help="The folder of your labs.")] = Path("labs"),
    lab_name: Annotated[str, typer.Option("--lab", help="The lab that it opens.")] = "50-my-lab",
) -> None:
    """Make a lab's folder with one exercise that works: texts, checks, a solution, right and wrong answers."""
    with show_errors():
        from driftlab.checker.authoring.scaffold import create

        created = create(folder, lab_name, name)
        prove, attempt = f"driftlab verify {quote(str(created))}", f"DRIFTLAB_LABS={quote(str(folder))} driftlab lab"
        print(f"Made: {created}\nProve it:    {prove}\nTry it:      {attempt}")


def verify(
    folder: Annotated[Path, typer.Argument(help="A lab's folder: the one with lab.md.")],
    engine: Engine = None,
    cluster: Name = None,
) -> None:
    """Prove a lab both ways on a cluster: untouched and wrong answers do not pass, the solutions do."""
    with show_errors():
        from driftlab.checker.authoring.verification import complete, prove
        from driftlab.checker.exercises.catalogue import load
        from driftlab.checker.exercises.definitions import LabBroken
        from driftlab.checker.reports.text import harmless
        from driftlab.checker.sessions.session import Session
        from driftlab.clusters.host.progress import terminal_progress

        try:
            found = load(folder.resolve())
        except LabBroken as broken:  # this command reports it as a finding
            print(harmless(f"✘ {broken}\n1 wrong with it."))
            raise typer.Exit(1) from broken
        faults = complete(found)
        if not faults:
            session = Session(ready_cluster(engine, cluster), found)
            progress = terminal_progress(sys.stderr)
            for exercise in found.exercises:
                for claim, proved in prove(session, exercise):
                    with progress.step(f"{exercise.id}: {claim}"):
                        fault = proved()
                    print(f"{'✘' if fault else '✔'} {exercise.id}: {claim}" + (f"\n    {fault}" if fault else ""))
                    faults += [fault] if fault else []
        else:
            print("\n".join(f"✘ {fault}" for fault in faults))
        print("Proved." if not faults else f"{len(faults)} wrong with it.")
        raise typer.Exit(1 if faults else 0)
