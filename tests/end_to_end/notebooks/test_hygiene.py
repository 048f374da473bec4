"""What can be said of a notebook without running it."""

import ast
import json
import re
from itertools import pairwise
from urllib.parse import urlsplit

import nbformat
import pytest
from nbformat import NotebookNode

from driftlab.checker.authoring.scaffold import create
from driftlab.checker.exercises.catalogue import labs
from driftlab.checker.exercises.lab import Lab

LABS = labs()

each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)

FACE = {"lab", "check", "hint", "reset", "timeline", "quiz", "where"}  #: what a notebook calls


ORDER = ("lab", "turn", "check")  #: what comes after what in every exercise


@pytest.fixture
def notebook(lab: Lab) -> NotebookNode:
    return nbformat.read(lab.notebook, as_version=nbformat.NO_CONVERT)


def cells(notebook: NotebookNode, kind: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in cells(notebook, "markdown"))


def calls(cell: NotebookNode) -> list[str]:
    """The kit's functions that a code cell calls."""
    return re.findall(rf"^({'|'.join(FACE)})\(", cell.source, flags=re.MULTILINE)


def lines(cell: NotebookNode) -> list[str]:
    """A code cell's lines; one that a backslash carries on to the next is one with it."""
    return cell.source.replace("\\\n", " ").splitlines()


def shell(cell: NotebookNode) -> bool:
    """Nothing but shell lines and comments."""
    return all(line.startswith(("!", "#")) for line in lines(cell))


def test_a_new_labs_notebook_is_one_that_jupyterlab_opens(tmp_path):
    made = create(tmp_path, "51-scaling", "scale-up")
    nbformat.validate(nbformat.read(made / "51-scaling.ipynb", as_version=nbformat.NO_CONVERT))


@each_lab
def test_it_is_a_valid_notebook(lab: Lab, notebook: NotebookNode):
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@each_lab
def test_it_is_written_as_jupyterlab_writes_it(lab: Lab):
    """So that a learner's first save changes nothing but what they did."""
    text = lab.notebook.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"


@each_lab
def test_nothing_of_a_run_is_kept_in_it(notebook: NotebookNode):
    """No outputs, no counts, no names of anybody's machine."""
    for cell in cells(notebook, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


@each_lab
def test_code_cells_are_short_and_hold_no_helpers(notebook: NotebookNode):
    """Shell lines (`!echo` is the empty line between two outputs), or one line that calls the kit."""
    for cell in cells(notebook, "code"):
        assert 1 <= len([line for line in lines(cell) if line != "!echo"]) <= 5
        if not shell(cell):
            for node in ast.parse(cell.source).body:
                called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
                assert called or isinstance(node, ast.ImportFrom), cell.source
                assert not called or node.value.func.id in FACE, cell.source


@each_lab
def test_cells_that_call_the_kit_cannot_be_broken_by_the_learner(notebook: NotebookNode):
    """`lab` and `check` cells can be neither deleted nor edited; all others are the learner's."""
    for cell in cells(notebook, "code"):
        locked = {"deletable": False, "editable": False}
        if shell(cell):
            assert not locked.items() & cell.metadata.items(), cell.source
        else:
            assert locked.items() <= cell.metadata.items(), cell.source


@each_lab
def test_every_exercise_is_started_done_and_checked_in_the_labs_order(lab: Lab, notebook: NotebookNode):
    names = [exercise.name for exercise in lab.exercises]
    code = cells(notebook, "code")
    started = [cell.source for cell in code if "lab" in calls(cell)]
    assert started[0].endswith(f'lab("{lab.name}")')
    assert started[1:] == [f'lab("{lab.name}/{name}")' for name in names]
    assert [cell.source for cell in code if calls(cell) == ["check"]] == [f'check("{name}")' for name in names]
    assert [cell.metadata.driftlab.turn for cell in code if "driftlab" in cell.metadata] == names
    order = [
        ORDER.index(step)
        for cell in code
        for step in (["turn"] if "driftlab" in cell.metadata else calls(cell))
        if step in ORDER
    ]
    assert order == [0, *[0, 1, 2] * len(names)]


@each_lab
def test_a_learners_turn_gives_nothing_away(notebook: NotebookNode):
    """The cell is a comment, or a quiz's form: Run All does nothing there, and the solution is not in the page."""
    for cell in cells(notebook, "code"):
        if "driftlab" in cell.metadata and calls(cell) != ["quiz"]:
            assert all(line.startswith("#") for line in cell.source.splitlines())


@each_lab
def test_the_page_does_not_hold_the_solutions(lab: Lab, notebook: NotebookNode):
    """They are in the last hint, for those who ask."""
    for exercise in lab.exercises:
        commands = re.findall(r"`(kubectl [^`]+)`", exercise.hints[-1])
        assert commands
        assert not [command for command in commands if command in prose(notebook)]


@each_lab
def test_the_head_says_what_you_will_do_learn_and_need(lab: Lab, notebook: NotebookNode):
    head = notebook.cells[0]
    assert head.cell_type == "markdown"
    assert head.source.startswith(f"# {lab.title}\n")
    for promise in ("**What you will do.** ", "**What you will learn.** ", "**What you need.** "):
        assert promise in head.source
    assert f"About {lab.minutes} minutes" in head.source


@each_lab
def test_it_has_one_title_and_headings_without_gaps(notebook: NotebookNode):
    """A screen reader goes by headings."""
    outside_code = re.sub(r"```.*?```", "", prose(notebook), flags=re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", outside_code, flags=re.MULTILINE)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(lower <= upper + 1 for upper, lower in pairwise(levels))


@each_lab
def test_it_draws_at_least_one_diagram(notebook: NotebookNode):
    """In mermaid, which JupyterLab and GitHub draw themselves, and which can be read as text."""
    diagrams = re.findall(r"^```mermaid\n(.*?)^```$", prose(notebook), flags=re.DOTALL | re.MULTILINE)
    assert diagrams
    assert all(re.match(r"(flowchart|sequenceDiagram|stateDiagram-v2|timeline)\b", diagram) for diagram in diagrams)


@each_lab
def test_its_links_are_safe_and_lead_to_the_kubernetes_documentation_or_on(lab: Lab, notebook: NotebookNode):
    """The last one leads to the next lab, whose notebook lies beside this one in the learner's folder."""
    links = re.findall(r"\]\(([^)]+)\)|<(https?:[^>]+)>|\b(?:href|src)=\"([^\"]+)\"", prose(notebook))
    found = ["".join(groups) for groups in links]
    assert found
    others = {one.notebook.name for one in LABS} - {lab.notebook.name}
    assert found[-1] in others
    for link in found:
        if link in others:
            continue
        parts = urlsplit(link)
        assert (parts.scheme, parts.hostname) == ("https", "kubernetes.io"), link
        assert parts.path.startswith("/docs/"), link
        assert parts.path.endswith("/"), link
