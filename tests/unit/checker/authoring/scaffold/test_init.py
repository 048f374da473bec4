"""A lab that is made for somebody who writes their own: complete, and of the shape that all labs have."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from driftlab.checker.authoring.scaffold import TEMPLATE, create
from driftlab.checker.authoring.verification import complete
from driftlab.checker.evidence.recording import Recording
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.exercises.grading import grade
from driftlab.clusters.errors import StateUnusable, UsageError
from tests.unit.evidence_by_hand import deployment, family, pod, replicaset, snapshot


@pytest.fixture
def made(tmp_path):
    return create(tmp_path / "labs of mine", "51-scaling", "scale-up")


def judged(made, *now):
    """The verdict on the lab's exercise, of which everything is recorded, and nothing happened."""
    (exercise,) = load(made).exercises
    return grade(exercise, Evidence(snapshot(*family()), snapshot(*now), Recording()))


def test_it_is_complete(made):
    lab = load(made)
    assert (lab.name, lab.title, lab.namespace) == ("51-scaling", "Scaling", "scaling")
    assert [exercise.id for exercise in lab.exercises] == ["51-scaling/scale-up"]
    assert complete(lab) == []


def test_its_goals_judge(made):
    assert (judged(made, *family()).outcome, judged(made, *family()).points) == (Outcome.FAIL, 0)
    five = [f"p-{number}" for number in range(1, 6)]
    solved = judged(made, deployment(replicas=5), replicaset(replicas=5), *map(pod, five))
    assert (solved.outcome, solved.points) == (Outcome.PASS, solved.of)
    settling = judged(made, *family(replicas=5))
    assert settling.outcome is Outcome.WAITING


def test_its_goals_tell_a_deployment_that_was_made_again(made):
    again = judged(made, *family(uid="d-2"))
    assert again.outcome is Outcome.FAIL
    assert again.mistakes[0] == "recreated"


def test_another_number_is_a_mistake_and_the_first_one_is_none(made):
    assert judged(made, *family()).mistakes == ()
    assert judged(made, *family(replicas=4)).mistakes == judged(made, *family(replicas=6)).mistakes == ("other-number",)


def test_every_template_becomes_a_file_with_names_and_without_marks(made):
    files = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    templates = [path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*") if path.is_file()]
    assert all(path.endswith(".jinja") for path in templates), (
        "Python, scripts and notebooks are taken for the kit's own"
    )
    names = {"LAB": "51-scaling", "EXERCISE": "scale-up", ".jinja": ""}
    for mark, name in names.items():
        templates = [path.replace(mark, name) for path in templates]
    assert files == sorted(templates)
    assert [path for path in files if re.search("[«»]", (made / path).read_text(encoding="utf-8"))] == []


def test_its_texts_name_the_command(made):
    """Also in the hints that the kit brings: ``{command}`` is that of its front matter."""
    (exercise,) = load(made).exercises
    texts = [text for hints in (exercise.hints, *(one.hints for one in exercise.mistakes)) for text in hints]
    assert len([text for text in texts if "kubectl scale deployment/blog-api --replicas=5" in text]) == 4
    assert not [text for text in texts if "{" in text]


def test_its_scripts_say_what_they_do_and_are_plain_kubectl(made):
    scripts = sorted(made.rglob("*.sh"))
    assert len(scripts) == 1 + 3 + 3
    for script in scripts:
        first, *lines = script.read_text(encoding="utf-8").splitlines()
        assert re.fullmatch(r"# \S.*\.", first)
        assert lines
        assert all(line.startswith("kubectl ") for line in lines)


def test_its_starting_state_is_a_manifest(made):
    (document,) = yaml.safe_load_all((made / "start.yaml").read_text(encoding="utf-8"))
    assert (document["kind"], document["spec"]["replicas"]) == ("Deployment", 3)


def test_its_notebook_asks_for_the_exercise_and_has_it_checked(made):
    text = (made / "51-scaling.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    assert cells[0]["source"][0] == "# Scaling\n"
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert ["".join(cell["source"]).splitlines()[-1] for cell in code] == [
        'lab("51-scaling")',
        'lab("51-scaling/scale-up")',
        "# Your turn. A line that starts with ! goes to the shell.",
        'check("scale-up")',
    ]
    locked = {"deletable": False, "editable": False}
    assert [cell["metadata"] for cell in code] == [locked, locked, {"driftlab": {"turn": "scale-up"}}, locked]
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n", "as JupyterLab writes it"


def test_it_is_made_once(made):
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="is there already") as trouble:
        create(made.parent, "51-scaling", "another")
    assert "--lab" in trouble.value.next_step
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "name", ["", "Scale", "scale up", "../up", "a/b", "-a", "a-", "x" * 50, 'a"b', "{lab}", "é", "a\n"]
)
def test_a_name_that_is_none_makes_nothing(tmp_path, name):
    for lab, exercise in ((name, "scale-up"), ("51-scaling", name)):
        with pytest.raises(UsageError, match="is not a name") as trouble:
            create(tmp_path, lab, exercise)
        assert trouble.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a", "1", "010", "1e3", "no", "null", "2026-03-01", "scale-up", "x" * 42])
def test_short_and_long_names_are_names(tmp_path, name):
    """Also those that are numbers, dates or nothing at all in YAML."""
    made = load(create(tmp_path, name, name))
    assert [exercise.name for exercise in made.exercises] == [name]
    assert complete(made) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "labs").write_text("a file")
    for labs in (tmp_path / "labs", Path(os.devnull) / "x"):
        with pytest.raises(StateUnusable, match="cannot be written") as trouble:
            create(labs, "51-scaling", "scale-up")
        assert str(labs) in trouble.value.message
        assert "--in" in trouble.value.next_step
        assert "DRIFTLAB_STATE" not in trouble.value.next_step


def test_a_lab_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    """The disk is full before the last file: no lab that is half there is in the way of the next try."""
    write, written = Path.write_text, []

    def full(path, *text, **options):
        if len(written) == 5:
            raise OSError(28, "No space left on device")
        written.append(path)
        return write(path, *text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StateUnusable, match="No space left"):
        create(tmp_path / "labs", "51-scaling", "scale-up")
    assert len(written) == 5
    assert list((tmp_path / "labs").iterdir()) == []


def test_what_somebody_else_makes_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    theirs = tmp_path / "51-scaling" / "lab.md"
    rename = Path.rename

    def raced(path, target):
        theirs.parent.mkdir()
        theirs.write_text("theirs")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", raced)
    with pytest.raises(StateUnusable):
        create(tmp_path, "51-scaling", "scale-up")
    assert theirs.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [theirs.parent]


def test_others_may_read_what_is_made(made):
    """As with any file that somebody makes: graders and colleagues work with it, too."""
    own = made.parent / "any"
    own.mkdir()
    (own / "file").touch()
    assert made.stat().st_mode == own.stat().st_mode
    assert {path.stat().st_mode for path in made.rglob("*") if path.is_file()} == {(own / "file").stat().st_mode}


def test_what_is_not_recorded_is_not_needed_for_its_goals(made):
    """Only one of its mistakes asks what happened; without a recording, it is not found."""
    (exercise,) = load(made).exercises
    evidence = Evidence(snapshot(*family()), snapshot(*family()))
    assert grade(exercise, evidence).outcome is Outcome.FAIL
    assert replace(evidence).recording.gaps
