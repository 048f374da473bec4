"""The command `driftlab` as people and scripts use it: words in, words and exit codes out."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from driftlab.checker.exercises.catalogue import find_lab
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.waiting import wait_for

DRIFTLAB = [sys.executable, "-m", "driftlab.checker.cli.main"]

PASSED, NOT_PASSED, USAGE, TROUBLE, INTERRUPTED = 0, 1, 2, 3, 130


@dataclass
class Person:
    """Somebody at a terminal, with a state folder of their own."""

    state: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DRIFTLAB_STATE": str(self.state), "DRIFTLAB_ENGINE": "embedded"}

    def types(self, *words: str, expect: int) -> str:
        """Run `driftlab` with ``words``; everything that it says. No answer is ever a traceback."""
        done = subprocess.run(
            [*DRIFTLAB, *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        assert done.returncode == expect, said
        return said

    def result(self, *words: str, expect: int) -> dict[str, Any]:
        """The only result in what `driftlab check --json` prints."""
        (result,) = json.loads(self.types("check", "--json", *words, expect=expect))["results"]
        return result


@pytest.fixture
def newcomer(tmp_path: Path) -> Person:
    """Has never used it, and has no cluster."""
    return Person(tmp_path / "state")


@pytest.fixture(scope="module")
def person() -> Iterator[Person]:
    """Has a small cluster that is up."""
    with tempfile.TemporaryDirectory(prefix="driftlab-cli-", ignore_cleanup_errors=True) as name:
        person = Person(Path(name).resolve())
        assert "is ready" in person.types("up", expect=0)
        try:
            yield person
        finally:
            person.types("down", expect=0)
            wait_for(lambda: not processes.processes_naming(person.state), "the recorders to end", 10)
            left = {path.name for path in person.state.glob("attempts/**/*") if path.is_file()}
            assert {".".join(name.split(".")[1:]) for name in left} <= {"hints.json", "result.json"}
            assert list(person.state.glob("progress/*")) == []
            assert "No exercise is under way" in person.types("check", expect=USAGE)


# ---- an exercise


def test_an_exercise_from_its_start_to_done(person: Person, tmp_path: Path):
    """Start, check, hint, solve it with plain kubectl as told, check, reset; without arguments, the current one."""
    told = person.types("start", "02-self-healing/one-pod", expect=0)
    assert "Ready: 02-self-healing/one-pod · Delete one Pod" in told
    assert "nothing was changed" in person.types("start", "one-pod", expect=0)

    assert "Not yet: Delete one Pod · 0 of 4 points" in person.types("check", expect=NOT_PASSED)
    assert person.types("hint", expect=0).startswith("Hint 1 of 3: ")
    untouched = person.result(expect=NOT_PASSED)
    assert (untouched["exercise"], untouched["outcome"]) == ("02-self-healing/one-pod", "FAIL")
    assert (untouched["points"], untouched["of"], untouched["hints_used"]) == (0, 4, 1)
    assert [goal["outcome"] for goal in untouched["goals"]] == ["FAIL", "PASS", "PASS"]

    script = tmp_path / "solution.sh"
    script.write_text(person.types("solution", "one-pod", expect=0), encoding="utf-8")
    (kubeconfig,) = re.findall(r"^ +export KUBECONFIG=(.+)$", told, flags=re.MULTILINE)
    own = {"KUBECONFIG": kubeconfig, "PATH": f"{kubectl_path().parent}{os.pathsep}{os.environ['PATH']}"}
    processes.run(["bash", "-eu", script], env=own, timeout_s=180)

    assert "Done: Delete one Pod · 4 of 4 points" in person.types("check", "--wait=60", expect=PASSED)
    assert person.result(expect=PASSED)["outcome"] == "PASS"
    assert "Ready: 02-self-healing/one-pod" in person.types("reset", expect=0)
    assert "0 of 4 points" in person.types("check", "one-pod", expect=NOT_PASSED)


@pytest.mark.thorough("whole labs by the command line")
def test_try_does_a_whole_lab_and_prints_the_grades(person: Person):
    said = person.types("try", "02-self-healing", expect=PASSED)
    lab = find_lab("02-self-healing")
    for exercise in lab.exercises:
        total = sum(goal.points for goal in exercise.goals)
        assert re.search(rf"{re.escape(exercise.id)} .*✔ right .* {total:g} / {total:g}", said)
    total = sum(goal.points for exercise in lab.exercises for goal in exercise.goals)
    assert re.search(rf"All .* {total:g} / {total:g}", said)
    assert "✔ right" in person.types("progress", expect=0)


# ---- a cluster


def test_a_stopped_cluster_is_trouble_and_up_goes_on_from_there(person: Person):
    """Never a zero: the exit code is that of trouble, and the work that was done is still there after `up`."""
    person.types("start", "02-self-healing/all-pods", expect=0)
    ready = person.types("status", expect=0)
    assert "driftlab (embedded): ready" in ready
    assert re.search(r"server: https://127\.0\.0\.1:\d+", ready)
    assert "runs  kube-apiserver" in ready

    person.types("down", "--keep", expect=0)
    assert "driftlab (embedded): stopped" in person.types("status", expect=TROUBLE)
    stopped = person.result(expect=TROUBLE)
    assert {goal["outcome"] for goal in stopped["goals"]} == {"ERROR"}
    assert "driftlab up" in person.types("check", expect=TROUBLE)

    assert "is ready" in person.types("up", expect=0)
    assert "Not yet" in person.types("check", "all-pods", expect=NOT_PASSED)


def test_a_kubeconfig_that_cannot_be_used_is_trouble(person: Person):
    person.types("start", "02-self-healing/all-pods", expect=0)
    (kubeconfig,) = person.state.glob("embedded/clusters/*/kubeconfig.yaml")
    whole = kubeconfig.read_bytes()
    try:
        elsewhere = re.sub(rb"127\.0\.0\.1:\d+", b"127.0.0.1:1", whole)
        for content in (b"", b"apiVersion: v1\nkind: Config\n", elsewhere):
            kubeconfig.write_bytes(content)
            assert "this is not your fault" in person.types("check", expect=TROUBLE)
            assert "broken" in person.types("status", expect=TROUBLE)
    finally:
        kubeconfig.write_bytes(whole)
    assert "Not yet" in person.types("check", expect=NOT_PASSED)


def test_ctrl_c_while_the_cluster_comes_up_leaves_nothing(newcomer: Person):
    """Also where the shell has told its background jobs to ignore the signal."""
    with subprocess.Popen(
        [*DRIFTLAB, "up"],
        env=newcomer.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as up:
        wait_for(lambda: up.poll() is not None or processes.processes_naming(newcomer.state), "its first process", 120)
        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=120)
    assert up.returncode == INTERRUPTED, said
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert processes.processes_naming(newcomer.state) == []
    assert list((newcomer.state / "embedded" / "clusters").iterdir()) == []
    assert "driftlab (embedded): absent" in newcomer.types("status", expect=TROUBLE)


def test_down_where_there_is_no_cluster_says_so(newcomer: Person):
    assert "There is no cluster 'driftlab' (embedded)." in newcomer.types("down", expect=0)


# ---- mistakes


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["check"], "Next: driftlab start 02-self-healing/one-pod"),
        (["check", "02-self-healing/one-pod"], "Next: driftlab start 02-self-healing/one-pod"),
        (["start", "one-pot"], "Did you mean 'one-pod'?"),
        (["solution", "02-self-healing/nothing"], "02-self-healing/one-pod"),
        (["try", "self-heeling"], "Did you mean '02-self-healing'?"),
        (["up", "--engine", "embeded"], "Did you mean 'embedded'?"),
        (["up", "--cluster", "../x"], "--cluster my-cluster"),
        (["down", "--cluster", "bad name!"], "--cluster my-cluster"),
        (["down", "--cluster", ""], "--cluster my-cluster"),
        (["up", "--no-such-option"], "--no-such-option"),
        (["no-such-command"], "no-such-command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_in_the_command_is_answered_with_what_is_right(newcomer: Person, words: list[str], answer: str):
    """And nothing is started for it."""
    assert answer in newcomer.types(*words, expect=USAGE)
    assert processes.processes_naming(newcomer.state) == []
