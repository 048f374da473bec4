"""A notebook from the first cell to the last, in a kernel of its own, against a real cluster."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from checker.attempt import Attempts
from checker.catalogue import labs
from checker.exercise import Lab
from clusters.cluster import Cluster

each_lab = pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)


@pytest.fixture
def notebook(lab: Lab, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> NotebookNode:
    """The notebook as delivered, for somebody who has never opened it."""
    monkeypatch.setenv("DRIFTLAB_ENGINE", cluster.engine)
    monkeypatch.setenv("DRIFTLAB_CLUSTER", cluster.name)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    shutil.rmtree(Attempts(cluster, lab).folder, ignore_errors=True)
    return nbformat.read(lab.notebook, as_version=4)


def run_all(notebook: NotebookNode, folder: Path) -> None:
    """Raises CellExecutionError where a cell raises."""
    NotebookClient(
        notebook, timeout=180, startup_timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()


def verdicts(notebook: NotebookNode) -> list[str]:
    """The first line of what each check says, as plain text."""
    return [said(cell).splitlines()[0] for cell in notebook.cells if cell.source.startswith("check(")]


def said(cell: NotebookNode) -> str:
    return "\n".join(output.get("text") or output.data["text/plain"] for output in cell.outputs)


@each_lab
def test_run_all_reaches_the_end_where_nothing_was_done(lab: Lab, notebook: NotebookNode, tmp_path: Path):
    run_all(notebook, tmp_path)
    assert verdicts(notebook) == [
        f"Not yet: {one.title} · 0 of {sum(goal.points for goal in one.goals):g} points" for one in lab.exercises
    ]
    head = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert said(head).startswith("Your cluster is ready")
    assert not [said(cell) for cell in notebook.cells if "driftlab" in cell.metadata and cell.outputs]
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith("!kubectl"):
            assert said(cell), cell.source
            assert not said(cell).lower().startswith("error"), said(cell)


@each_lab
def test_with_the_solutions_every_check_passes(lab: Lab, notebook: NotebookNode, tmp_path: Path):
    """What the reference solutions say, in the cells where the learner would say it."""
    solutions = {exercise.name: exercise.solution.read_text(encoding="utf-8") for exercise in lab.exercises}
    for cell in notebook.cells:
        if "driftlab" in cell.metadata:
            cell.source = f"%%bash -eu\n{solutions[cell.metadata.driftlab.turn]}"
    run_all(notebook, tmp_path)
    totals = [sum(goal.points for goal in exercise.goals) for exercise in lab.exercises]
    assert verdicts(notebook) == [
        f"Done: {exercise.title} · {total:g} of {total:g} points"
        for exercise, total in zip(lab.exercises, totals, strict=True)
    ]
