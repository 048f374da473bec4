"""Commands for clusters: up, down, status, image, doctor."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from driftlab.checker.cli.common import Engine, Name, ready_cluster, select_cluster, show_errors


def up(engine: Engine = None, cluster: Name = None) -> None:
    """Create the cluster, or mend and start the one that is there."""
    from driftlab.checker.sessions.jupyterlab import ready_message

    with show_errors():
        print(ready_message(ready_cluster(engine, cluster)))


def down(
    engine: Engine = None,
    cluster: Name = None,
    keep: Annotated[bool, typer.Option("--keep", help="Stop it, but keep its state.")] = False,
) -> None:
    """Delete the cluster with all that is in it. Your results and notebooks are kept."""
    with show_errors():
        from driftlab.checker.sessions.cleanup import remove_session_state
        from driftlab.checker.sessions.selection import forget
        from driftlab.clusters.host.progress import terminal_progress

        found = select_cluster(engine, cluster)
        if found.status().phase == "absent":
            print(f"There is no cluster {found.name!r} ({found.engine}).")
        with terminal_progress(sys.stderr).step(found.stop_step if keep else found.down_step):
            if keep:
                found.stop()
            else:
                found.down()
                forget(found)
                if found.automatic:  # the cluster was ours, so the state of its exercises is useless now
                    remove_session_state(found)


def status(engine: Engine = None, cluster: Name = None) -> None:
    """Say how the cluster is: exit code 0 where it is ready, else 3."""
    with show_errors():
        found = select_cluster(engine, cluster).status()
        print(f"{found.name} ({found.engine}): {found.phase}" + (f", {found.detail}" if found.detail else ""))
        if found.server:
            print(f"  server: {found.server}")
        for component, runs in found.components.items():
            print(f"  {'runs' if runs else 'down'}  {component}")
        raise typer.Exit(0 if found.phase == "ready" else 3)


def image(file: Annotated[Path, typer.Argument(help="The archive to write, such as blog-api.tar.")]) -> None:
    """Write the labs' application as an image archive, for a cluster of your own (`docker load` takes it)."""
    with show_errors():
        from driftlab.clusters.host.files import state_unusable
        from driftlab.clusters.host.progress import terminal_progress
        from driftlab.clusters.image_archives import archives
        from driftlab.clusters.registry import installed_images

        for archive in archives(installed_images(), terminal_progress(sys.stderr)):
            try:
                shutil.copyfile(archive, file)
            except OSError as error:
                raise state_unusable(
                    file, error, "choose another file: driftlab image /a/folder/blog-api.tar"
                ) from error
        print(f"Written: {file}")


def doctor() -> None:
    """Say what on this machine is in the way of a lab, with the command that mends it."""
    with show_errors():
        from driftlab.checker.cli.doctor import examine
        from driftlab.clusters.findings import Severity

        findings = examine()
        for finding in findings:
            print(f"{finding.severity.value:8} {finding.text}")
            if finding.remedy:
                print(f"{'':8} mend: {finding.remedy}")
        serious = sum(finding.severity is Severity.PROBLEM for finding in findings)
        print("Nothing is in the way of a lab." if not serious else f"{serious} in the way of a lab.")
        raise typer.Exit(3 if serious else 0)
