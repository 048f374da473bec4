"""The command ``driftlab``.

Exit codes: 0 passed, 1 not passed, 2 usage, 3 trouble with a cluster or a tool.
"""

import io
import signal
import sys
from typing import Annotated, Any

import typer

from driftlab.checker.cli import authors, checking, clusters, exercises
from driftlab.clusters import __version__
from driftlab.clusters.host import signals

app = typer.Typer(
    name="driftlab",
    help="Hands-on Kubernetes labs: a Pod is what runs, a Deployment is what you ask for.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
new = typer.Typer(help="Make something new that works at once.", no_args_is_help=True)
new.command("exercise")(authors.new_exercise)

# the order in `driftlab --help`
app.command()(exercises.lab)
app.command()(exercises.start)
app.command()(exercises.reset)
app.command()(checking.check)
app.command()(checking.hint)
app.command()(checking.timeline)
app.command()(exercises.solution)
app.command("try")(exercises.try_)
app.command()(exercises.progress)
app.command("list")(exercises.list_)
app.add_typer(new, name="new")
app.command()(authors.verify)
app.command()(clusters.up)
app.command()(clusters.down)
app.command()(clusters.status)
app.command()(clusters.image)
app.command()(clusters.doctor)


def _version(requested: bool) -> None:
    if requested:
        print(f"driftlab {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    # an interrupt also for the signals of service managers, so that cleanup runs
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    for name in signals.SIGNALS:  # also SIGINT, which background jobs ignore by default
        signal.signal(name, interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # replace signs that the terminal cannot encode; the words are enough
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
