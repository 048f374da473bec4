"""Every notebook from the first cell to the last, in a kernel of its own, against a real cluster.

Several labs run at a time, each in its own namespace; what one run of a lab has left is what the next one begins with.
"""

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from driftlab.checker.exercises.catalogue import labs
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.registry import open_cluster

#: So many labs are run at a time. Those that lose a Node have a cluster to themselves.
AT_A_TIME = 2 * (os.cpu_count() or 1)

Runs = tuple[NotebookNode, NotebookNode]  #: untouched, and with the solutions: run where that is to be tried

pytestmark = pytest.mark.thorough("notebooks from the first cell to the last", but=["00-start-here"])

each_lab = pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)


@pytest.fixture(scope="module")
def runs(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Runs]]]:
    """Each chosen lab's notebook, run for somebody who has never opened it; where it is chosen, also solved."""
    here = [
        item
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is request.module  # type: ignore[attr-defined]
    ]
    chosen = {item.callspec.params["lab"].name: item.callspec.params["lab"] for item in here}
    solved = {item.callspec.params["lab"].name for item in here if "with_the_solutions" in item.name}

    folder = tmp_path_factory.mktemp("notebooks")

    def run(lab: Lab, on: Cluster) -> Runs:
        on.up()
        return _run(on, lab, folder, with_the_solutions=lab.name in solved)

    apart = open_cluster(cluster.engine, f"{cluster.name}-apart", owned=True)
    try:
        with (
            pytest.MonkeyPatch.context() as environment,
            ThreadPoolExecutor(AT_A_TIME) as pool,
            ThreadPoolExecutor(1) as one,
        ):
            environment.setenv("DRIFTLAB_ENGINE", cluster.engine)
            environment.setenv("IPYTHONDIR", str(folder / "ipython"))
            environment.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
            alone = {name: one.submit(run, lab, apart) for name, lab in chosen.items() if _loses_nodes(lab)}
            yield alone | {name: pool.submit(run, lab, cluster) for name, lab in chosen.items() if name not in alone}
            one.shutdown(cancel_futures=True)
            pool.shutdown(cancel_futures=True)
    finally:
        apart.down()


def _loses_nodes(lab: Lab) -> bool:
    return any(exercise.loses_node for exercise in lab.exercises)


def _run(cluster: Cluster, lab: Lab, folder: Path, *, with_the_solutions: bool) -> Runs:
    """Raises CellExecutionError where a cell raises."""
    shutil.rmtree(Session(cluster, lab).folder, ignore_errors=True)
    untouched, solved = (nbformat.read(lab.notebook, as_version=4) for _ in range(2))
    solutions = {exercise.name: exercise.solution.read_text(encoding="utf-8") for exercise in lab.exercises}
    for cell in solved.cells:
        if "driftlab" in cell.metadata:
            cell.source = f"%%bash -eu\n{solutions[cell.metadata.driftlab.turn]}"
    for number, notebook in enumerate((untouched, solved)[: 1 + with_the_solutions]):
        own = folder / f"{lab.name}-{number}"
        own.mkdir()
        resources = {"metadata": {"path": str(own)}}
        client = NotebookClient(notebook, timeout=300, startup_timeout=180, kernel_name="python3", resources=resources)
        environment = {**os.environ, "DRIFTLAB_CLUSTER": cluster.name}
        asyncio.run(client.async_execute(env=environment))  # in a thread, only this closes the event loop
        shutil.rmtree(Session(cluster, lab).folder, ignore_errors=True)
    return untouched, solved


def verdicts(notebook: NotebookNode) -> list[str]:
    """The first line of what each check says, as plain text."""
    return [said(cell).splitlines()[0] for cell in notebook.cells if cell.source.startswith("check(")]


def said(cell: NotebookNode) -> str:
    return "\n".join(output.get("text") or output.data["text/plain"] for output in cell.outputs)


@each_lab
def test_run_all_reaches_the_end_where_nothing_was_done(lab: Lab, runs: dict[str, Future[Runs]]):
    notebook, _ = runs[lab.name].result()
    assert verdicts(notebook) == [f"Not yet: {one.title} · 0 of {one.points:g} points" for one in lab.exercises]
    head = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert said(head).startswith("Your cluster is ready")
    for cell in notebook.cells:
        if cell.cell_type == "code" and "driftlab" in cell.metadata:
            assert bool(cell.outputs) == cell.source.startswith("quiz("), cell.source
        elif cell.cell_type == "code":
            assert said(cell), cell.source
            assert not said(cell).lower().startswith(("error", "something broke")), said(cell)


@each_lab
def test_with_the_solutions_every_check_passes(lab: Lab, runs: dict[str, Future[Runs]]):
    """What the reference solutions say, in the cells where the learner would say it."""
    _, notebook = runs[lab.name].result()
    assert verdicts(notebook) == [
        f"Done: {one.title} · {one.points:g} of {one.points:g} points" for one in lab.exercises
    ]
    for cell in notebook.cells:
        if cell.source.startswith("timeline("):
            assert re.search(r": (\d+:\d\d minutes|\d+ s), (never fewer than|between) \d", said(cell))
