"""Grading with pytest, in a process of its own: one test for each goal of the exercise that is under way."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from driftlab.checker.authoring.scaffold import create
from driftlab.checker.evidence.snapshot import LISTS, Snapshot
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host import processes
from driftlab.clusters.pytest_plugin import Namespace
from driftlab.clusters.registry import open_cluster
from driftlab.clusters.waiting import wait_for

ALL_PASSED, SOME_FAILED, INTERRUPTED, USAGE, NO_TESTS = 0, 1, 2, 4, 5

GOALS = ["The Deployment asks for five Pods, and five are ready", "It is the Deployment from the start"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lab with one exercise."""
    return create(tmp_path / "labs", "61-graded", "scale-up")


@pytest.fixture
def session(cluster: Cluster, namespace: Namespace, folder: Path) -> Iterator[Session]:
    made = Session(cluster, load(folder), namespace.name)
    yield made
    (made.folder / "current.json").unlink(missing_ok=True)
    wait_for(lambda: not processes.processes_naming(made.folder), "the recorder to end", timeout_s=120)


def grade(folder: Path, cluster: Cluster, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest on a lab's folder, in a project without any configuration; every warning is an error."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            folder,
            *options,
            "-p",
            "no:cacheprovider",
            "-W",
            "error",
            "--color=no",
            "-rA",
        ],
        cwd=folder.parent,
        env={**inherited, "DRIFTLAB_ENGINE": cluster.engine, "DRIFTLAB_CLUSTER": cluster.name},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def begin_without_a_cluster(session: Session) -> None:
    """What `driftlab start` leaves behind."""
    baseline = json.dumps(Snapshot("c-1", session.namespace, "1", 1.0, {kind: [] for kind in LISTS}).to_dict())
    ticket = {"exercise": "scale-up", "since": 1.0, "baseline": hashlib.sha256(baseline.encode()).hexdigest()}
    session.folder.mkdir(parents=True)
    (session.folder / "current.json").write_text(json.dumps(ticket), encoding="utf-8")
    (session.folder / "scale-up.baseline.json").write_text(baseline, encoding="utf-8")


def suite(path: Path) -> ET.Element:
    found = ET.parse(path).getroot().find("testsuite")
    assert found is not None
    return found


def points(case: ET.Element) -> list[str | None]:
    return [one.get("value") for one in case.iter("property") if one.get("name") == "points"]


def test_each_goal_is_a_test_and_junit_has_the_points(session: Session, folder: Path, tmp_path: Path):
    """Not started: a mistake in the question. Started: one fails. Solved: all pass."""
    here = (folder, session.cluster, f"--lab-namespace={session.namespace}", f"--junitxml={tmp_path / 'junit.xml'}")
    done = grade(*here)
    assert done.returncode == USAGE, done.stdout
    said = f"no exercise of 61-graded is under way in the namespace {session.namespace}"
    assert said in done.stdout + done.stderr
    assert "Next: driftlab start 61-graded" in done.stdout + done.stderr

    (exercise,) = session.lab.exercises
    session.start(exercise)
    done = grade(*here)
    assert done.returncode == SOME_FAILED, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    assert "not reached: it asks for 3" in done.stdout
    cases = suite(tmp_path / "junit.xml").findall("testcase")
    assert [case.get("name") for case in cases] == GOALS
    assert [points(case) for case in cases] == [["0 of 2"], ["0 of 1"]]
    assert [[child.tag for child in case if child.tag != "properties"] for case in cases] == [["failure"], []]

    session.run(exercise.solution)
    done = grade(*here)
    assert done.returncode == ALL_PASSED, done.stdout
    assert [points(case) for case in suite(tmp_path / "junit.xml").findall("testcase")] == [["2 of 2"], ["1 of 1"]]
    assert session.last_result(exercise)["outcome"] == "PASS"


def test_what_could_not_be_checked_is_an_error_and_nobodys_fault(folder: Path, tmp_path: Path):
    """An exercise was begun on a cluster that is gone."""
    cluster = open_cluster("embedded", "gone-since")
    begin_without_a_cluster(Session(cluster, load(folder), "ada"))
    done = grade(folder, cluster, "--lab-namespace=ada", f"--junitxml={tmp_path / 'junit.xml'}")
    assert done.returncode == SOME_FAILED, done.stdout
    assert "2 errors" in done.stdout
    assert done.stdout.count("could not be checked (not the learner's fault)") >= 2
    assert "Next: driftlab up" in done.stdout
    assert (suite(tmp_path / "junit.xml").get("failures"), suite(tmp_path / "junit.xml").get("errors")) == ("0", "2")


def test_a_namespace_that_nothing_is_under_way_in_is_a_mistake_and_not_an_empty_lab(folder: Path):
    create(folder.parent, "62-other", "scale-up")
    done = grade(folder.parent, open_cluster("embedded", "none"), "--lab-namespace=typo")
    assert done.returncode == USAGE, done.stdout
    assert "no exercise of 61-graded, 62-other is under way in the namespace typo" in done.stdout + done.stderr


def test_of_several_labs_the_one_that_is_under_way_is_graded(folder: Path):
    create(folder.parent, "62-other", "scale-up")
    cluster = open_cluster("embedded", "gone-since")
    begin_without_a_cluster(Session(cluster, load(folder), "grace"))
    done = grade(folder.parent, cluster, "--lab-namespace=grace", "--collect-only", "--quiet")
    assert done.returncode == ALL_PASSED, done.stdout
    assert done.stdout.count("61-graded/lab.md::scale-up::") == len(GOALS)
    assert "62-other" not in done.stdout


MODULE = """\
from driftlab.checker import Lab, passed

lab = Lab("63-module", title="A module", minutes=5, summary="Nothing.")
one = lab.exercise("scale-up", "One", hints=("nudge", "pointer", "answer"))
one.goal("Of the module")(lambda evidence: passed("yes"))
"""


def test_a_lab_that_is_one_module_is_graded_too_and_each_lab_once(folder: Path):
    """A module that is left over in a lab with texts is not looked at, and other Markdown and Python is no lab."""
    cluster = open_cluster("embedded", "gone-since")
    module = folder.parent / "63-module"
    module.mkdir()
    for place in (module, folder):
        (place / "exercises.py").write_text(MODULE, encoding="utf-8")
        (place / "notes.md").write_text("# Notes\n", encoding="utf-8")
        begin_without_a_cluster(Session(cluster, load(place), "hedy"))
    done = grade(folder.parent, cluster, "--lab-namespace=hedy", "--collect-only", "--quiet")
    assert done.returncode == ALL_PASSED, done.stdout
    titles = [f"61-graded/lab.md::scale-up::{title}" for title in GOALS]
    assert [line.removeprefix("labs/") for line in done.stdout.splitlines() if "::" in line] == [
        *titles,
        "63-module/exercises.py::scale-up::Of the module",
    ]


def test_a_lab_with_a_mistake_is_told_with_file_and_line(folder: Path):
    (folder / "scale-up/checks.py").write_text("x = 1\nprint(y)\n", encoding="utf-8")
    done = grade(folder, open_cluster("embedded", "none"), "--lab-namespace=ada")
    assert done.returncode == INTERRUPTED, done.stdout
    assert f"{folder / 'scale-up/checks.py'}, line 2: NameError" in done.stdout


@pytest.mark.parametrize("options", [[], ["--lab-namespace="]], ids=["no namespace", "an empty one"])
def test_without_a_namespace_nothing_is_graded(folder: Path, options: list[str]):
    """A lab's folder is not a folder of tests."""
    done = grade(folder, open_cluster("embedded", "none"), *options)
    assert done.returncode == NO_TESTS, done.stdout
