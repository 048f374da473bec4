"""Doing an exercise, with all that can come in between."""

import json
import os
import secrets
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import find_exercise
from driftlab.checker.exercises.exercise import Exercise, Lab
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports import text
from driftlab.checker.sessions.session import Attempts, NotStarted, learner_environment
from driftlab.checker.sessions.turns import Overtaken
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.registry import open_cluster
from driftlab.clusters.waiting import wait_for

MESS = Path(__file__).parent / "mess.yaml"

#: What a file of ours may hold after a full disk, an editor, or an older version of the kit.
DAMAGED = (
    b"",
    b"{",
    b"null",
    b"[1, 2]",
    b'"one-pod"',
    b"\xff\xfe\x00",
    b'{"exercise": 7, "used": "many", "steps": [], "raw": {"pods": 3}, "goals": null}',
    b'{"exercise": null, "used": -1, "steps": {"": "x"}, "raw": null}',
)


@pytest.fixture
def exercise() -> Exercise:
    return find_exercise("02-self-healing/one-pod")


@pytest.fixture
def attempts(cluster: Cluster, exercise: Exercise) -> Attempts:
    """What a learner has who has never been here."""
    attempts = Attempts(cluster, exercise.lab)
    shutil.rmtree(attempts.folder, ignore_errors=True)
    return attempts


# ---- start and start again


def test_start_is_idempotent_and_again_begins_again(attempts: Attempts, exercise: Exercise):
    """Opening a notebook a second time destroys no work; `reset` does, as it says."""
    first = attempts.start(exercise)
    assert first.fresh
    learner_kubectl(attempts, "delete", "pods", "--all", "--wait=false")
    wait_for(lambda: len(pod_uids(attempts)) == 3, "three Pods", timeout_s=60)
    work, baseline = pod_uids(attempts), kept(attempts, "one-pod.baseline")

    second = attempts.start(exercise)
    assert not second.fresh
    assert (second.namespace, second.kubeconfig) == (first.namespace, first.kubeconfig)
    assert pod_uids(attempts) == work
    assert kept(attempts, "one-pod.baseline") == baseline

    third = attempts.start(exercise, again=True)
    assert third.fresh
    assert not pod_uids(attempts) & work
    assert kept(attempts, "one-pod.baseline") != baseline
    assert attempts.check(exercise).points == 0


def test_an_exercise_that_is_not_under_way_is_not_judged(attempts: Attempts, exercise: Exercise):
    """Neither before it was started, nor after another one has taken the namespace; the learner is told what to run."""
    with pytest.raises(NotStarted) as never:
        attempts.check(exercise)
    assert never.value.next_step == "driftlab start 02-self-healing/one-pod"

    attempts.start(exercise)
    attempts.start(find_exercise("02-self-healing/all-pods"))
    for question in (attempts.check, attempts.hint):
        with pytest.raises(NotStarted) as left:
            question(exercise)
        assert "02-self-healing/all-pods" in left.value.message


def test_reset_brings_order_into_a_mess(attempts: Attempts, exercise: Exercise):
    """Whatever kinds of objects were left behind, only the starting state is there afterwards."""
    attempts.start(exercise)
    clean = inventory(attempts)
    assert clean["pod"] == 3
    hidden = learner_kubectl(attempts, "get", "pods", "--output", "name").splitlines()[0]
    learner_kubectl(attempts, "label", hidden, "app=quarantine", "--overwrite")
    learner_kubectl(attempts, "apply", "--filename", str(MESS))
    for number in range(10):
        learner_kubectl(attempts, "run", f"bare-{number}", "--image=blog-api:1.0")
    made = len(MESS.read_text(encoding="utf-8").split("\n---\n")) + 10
    assert inventory(attempts).total() >= clean.total() + made

    attempts.start(exercise, again=True)
    wait_for(lambda: inventory(attempts) == clean, f"only {dict(clean)}", timeout_s=120, every_s=0.5)
    assert attempts.check(exercise).outcome is Outcome.FAIL
    attempts.run(exercise.solution)
    assert attempts.check(exercise, wait_s=120).outcome is Outcome.PASS


def test_of_three_resets_at_once_one_begins_and_the_others_say_so_at_once(attempts: Attempts, exercise: Exercise):
    """As from a notebook and two terminals. What is there afterwards is one whole starting state, and it is judged."""
    other = find_exercise("02-self-healing/all-pods")
    attempts.open()
    began = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        begun = [
            pool.submit(Attempts(attempts.cluster, attempts.lab).start, one, again=True)
            for one in (exercise, other, exercise)
        ]
        refused = [one.exception(timeout=150) for one in begun]
    took = time.monotonic() - began
    overtaken = [one for one in refused if one is not None]
    assert all(isinstance(one, Overtaken) for one in overtaken), overtaken
    assert len(overtaken) < 3
    assert took < 45, "nobody waits for what cannot come any more"
    for error in overtaken:
        assert f"in the namespace {attempts.namespace} meanwhile" in error.message
        assert error.next_step.startswith("driftlab start 02-self-healing/")
    current = find_exercise(f"02-self-healing/{attempts.current}")
    assert attempts.check(current).outcome is Outcome.FAIL
    assert len(pod_uids(attempts)) == 3


def test_an_exercise_that_somebody_else_clears_away_says_so_at_once(attempts: Attempts, exercise: Exercise):
    """Whose files are elsewhere: then only the namespace itself tells."""
    lab, seen = Lab("90-elsewhere", title="t", minutes=1, summary="s", folder=exercise.lab.folder), threading.Event()
    waits = replace(exercise, lab=lab, name="waits", begins=lambda snapshot: seen.set() or False)
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(attempts.start, waits, again=True)
        assert seen.wait(60), "what was made for it is there"
        attempts.cluster.clear(attempts.namespace)
        error = begun.exception(timeout=30)
    assert isinstance(error, Overtaken)
    assert "has been deleted meanwhile" in error.message


def test_neither_a_kuberc_nor_a_shell_of_the_users_changes_a_stage_or_a_solution(
    attempts: Attempts, exercise: Exercise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """They are the learner's, for what they type themselves."""
    (tmp_path / "kuberc").write_text(KUBERC)
    monkeypatch.setenv("KUBERC", str(tmp_path / "kuberc"))
    attempts.start(exercise, again=True)
    applied = learner_kubectl(attempts, "apply", "view-last-applied", "deployment/blog-api")
    assert "replicas: 3" in applied, "the server's way of applying would have left none"
    attempts.run(exercise.solution)
    assert attempts.check(exercise, wait_s=120).outcome is Outcome.PASS
    assert learner_kubectl(attempts, "everything", "--output=name").count("pod/") == 3


#: As a person may have it who likes the server's way of applying, and to be asked before something is deleted.
KUBERC = """
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults:
- command: apply
  options:
  - {name: server-side, default: "true"}
- command: delete
  options:
  - {name: interactive, default: "true"}
aliases:
- {name: everything, command: get, prependArgs: [pods]}
"""


def test_a_replicaset_that_was_scaled_to_zero_is_told_although_its_deployment_puts_it_back(cluster: Cluster):
    """In 07 the Deployment is not settled meanwhile, and the command leaves no manager of the number."""
    stuck = find_exercise("07-broken-releases/image")
    attempts = Attempts(cluster, stuck.lab)
    attempts.start(stuck, again=True)
    newest = learner_kubectl(
        attempts, "get", "replicasets", "--sort-by=.metadata.creationTimestamp", "--output=name"
    ).split()[-1]
    learner_kubectl(attempts, "scale", newest, "--replicas=0")
    attempts.run(stuck.solution)
    result = attempts.check(stuck, wait_s=120)
    assert result.outcome is Outcome.FAIL, text.render(result)
    assert [goal.title for goal in result.goals if goal.outcome is Outcome.FAIL] == [
        "It is the Deployment from the start, and nobody touched its Pods"
    ]
    assert f"you: scaled the ReplicaSet {newest.partition('/')[2]} from 1 to 0" in text.render(result)


# ---- hints


def test_hints_come_in_three_steps_and_are_counted(attempts: Attempts, exercise: Exercise):
    """A nudge, a pointer, the answer, and then the answer again; results say how many were asked for."""
    attempts.start(exercise)
    assert attempts.check(exercise).hints_used == 0
    given = [attempts.hint(exercise) for _ in range(4)]
    assert [hint.step for hint in given] == [1, 2, 3, 3]
    assert [hint.text for hint in given] == [*exercise.hints, exercise.hints[-1]]
    assert [hint.more for hint in given] == [True, True, False, False]
    assert attempts.check(exercise).hints_used == 4

    learner_kubectl(attempts, "scale", "deployment", "blog-api", "--replicas=5")
    scaled = next(mistake for mistake in exercise.mistakes if mistake.name == "scaled")
    other = attempts.hint(exercise)
    assert (other.step, other.text) == (1, scaled.hints[0])  # another mistake begins with a nudge of its own
    attempts.start(exercise, again=True)
    assert attempts.check(exercise).hints_used == 5


# ---- files


def test_a_damaged_baseline_is_no_zero_and_start_takes_a_new_one(attempts: Attempts, exercise: Exercise):
    attempts.start(exercise)
    path = attempts.folder / "one-pod.baseline.json"
    whole = path.read_bytes()
    for content in (*DAMAGED, whole[: len(whole) // 2]):
        path.write_bytes(content)
        result = attempts.check(exercise)
        assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}, content
        assert result.next_step == "driftlab reset 02-self-healing/one-pod"
        with pytest.raises(DriftlabError) as refused:
            attempts.hint(exercise)
        assert refused.value.next_step == result.next_step
    assert attempts.hints_used(exercise) == 0
    assert attempts.start(exercise).fresh
    assert attempts.check(exercise).outcome is Outcome.FAIL


def test_a_damaged_note_of_the_exercise_under_way_asks_for_a_start(attempts: Attempts, exercise: Exercise):
    attempts.start(exercise)
    for content in DAMAGED:
        (attempts.folder / "current.json").write_bytes(content)
        with pytest.raises(NotStarted):
            attempts.check(exercise)
    assert attempts.start(exercise).fresh


def test_damaged_hints_and_results_are_written_anew(attempts: Attempts, exercise: Exercise):
    attempts.start(exercise)
    hints, result = attempts.folder / "one-pod.hints.json", attempts.folder / "one-pod.result.json"
    for content in DAMAGED:
        hints.write_bytes(content)
        result.write_bytes(content)
        assert attempts.hints_used(exercise) == 0
        assert attempts.last_result(exercise).get("outcome") is None
        assert attempts.hint(exercise).step == 1
        assert attempts.check(exercise).hints_used == 1
        assert attempts.last_result(exercise)["outcome"] == "FAIL"


def test_a_result_is_written_whole_or_not_at_all(attempts: Attempts, exercise: Exercise):
    """Who reads while a check writes has the old result or the new one: the file is replaced, never rewritten."""
    attempts.start(exercise)
    first = attempts.check(exercise)
    path = attempts.folder / "one-pod.result.json"
    with path.open(encoding="utf-8") as reader:
        second = attempts.check(exercise)
        assert json.load(reader) == first.to_dict()
    assert json.loads(path.read_text(encoding="utf-8")) == second.to_dict() != first.to_dict()
    assert not [file.name for file in attempts.folder.iterdir() if file.name.startswith(".")]


# ---- a cluster that breaks, on one that nobody else uses


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    with open_cluster("embedded", f"breaks-{secrets.token_hex(3)}", owned=True) as cluster:
        yield cluster


def test_a_cluster_that_dies_in_the_middle_of_a_check_is_an_error_and_no_zero(own_cluster: Cluster, exercise: Exercise):
    """ERROR, never FAIL; after `up` the same work is checked again and passes."""
    attempts = Attempts(own_cluster, exercise.lab)
    attempts.start(exercise, again=True)
    nodes = component(own_cluster, "driftlab-node")
    nodes.suspend()  # no Pod becomes ready any more: a check has to wait
    name = learner_kubectl(attempts, "get", "pods", "--output", "name").splitlines()[0]
    learner_kubectl(attempts, "delete", name, "--wait=false")
    waited: list[Result] = []

    def die(result: Result) -> None:
        waited.append(result)
        if len(waited) == 1:
            component(own_cluster, "kube-apiserver").send_signal(signal.SIGKILL)

    result = attempts.check(exercise, wait_s=60, waiting=die)
    assert [one.outcome for one in waited] == [Outcome.WAITING]
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert result.next_step
    assert attempts.last_result(exercise).get("outcome") != "ERROR"  # what was earned before stays

    nodes.resume()
    own_cluster.up()
    own_cluster.wait_ready()
    after = attempts.check(exercise, wait_s=120)
    assert after.outcome is Outcome.PASS, after


def test_an_exercise_that_has_lost_a_node_says_so_when_another_one_brings_it_back(own_cluster: Cluster):
    """That one needs all Nodes; what was waited for cannot come any more."""
    lost = find_exercise("02-self-healing/node-lost")
    attempts = Attempts(own_cluster, lost.lab)
    attempts.start(lost, again=True)
    assert attempts.check(lost).outcome is not Outcome.ERROR

    other = find_exercise("04-scaling/up")
    Attempts(own_cluster, other.lab).start(other, again=True)
    began = time.monotonic()
    result = attempts.check(lost, wait_s=60)
    assert time.monotonic() - began < 30
    assert {goal.reason for goal in result.goals} == {
        "the Node that was lost is back: 04-scaling/up began on the same cluster"
    }
    assert result.next_step == "driftlab reset 02-self-healing/node-lost"
    attempts.start(lost, again=True)
    assert attempts.check(lost).outcome is not Outcome.ERROR
    Attempts(own_cluster, other.lab).start(other, again=True)  # the Node is back for those that come after


def test_another_clusters_baseline_is_noticed(own_cluster: Cluster, exercise: Exercise):
    """A cluster that was deleted and made again has the same name, and none of the learner's work."""
    attempts = Attempts(own_cluster, exercise.lab)
    attempts.start(exercise, again=True)
    own_cluster.down()
    own_cluster.up()
    own_cluster.wait_ready()
    result = attempts.check(exercise)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert "another cluster" in result.goals[0].reason
    assert result.next_step == "driftlab reset 02-self-healing/one-pod"
    assert attempts.start(exercise).fresh  # without `again`: there is nothing here that could be lost
    assert attempts.check(exercise).outcome is Outcome.FAIL


# ---- helpers


def learner_kubectl(attempts: Attempts, *words: str) -> str:
    return processes.run([kubectl_path(), *words], env=learner_environment(attempts.open()), timeout_s=120)


def kept(attempts: Attempts, name: str) -> object:
    return json.loads((attempts.folder / f"{name}.json").read_text(encoding="utf-8"))


def pod_uids(attempts: Attempts) -> set[str]:
    """The UIDs of the Pods that are not on their way out."""
    namespace = attempts.cluster.namespace_for(attempts.lab.namespace)
    pods = attempts.cluster.client.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    return {pod["metadata"]["uid"] for pod in pods if "deletionTimestamp" not in pod["metadata"]}


def inventory(attempts: Attempts) -> Counter[str]:
    """How many objects of each kind are in the lab's namespace, Events and metrics apart; read as the owner."""
    owner = {"KUBECONFIG": str(attempts.cluster.kubeconfig), "KUBECACHEDIR": os.devnull}
    words = ("api-resources", "--namespaced", "--verbs=list", "--output=name")
    kinds = processes.run([kubectl_path(), *words], env=owner).split()
    listed = ",".join(kind for kind in kinds if not kind.startswith("events") and "metrics" not in kind)
    namespace = attempts.cluster.namespace_for(attempts.lab.namespace)
    names = processes.run(
        [kubectl_path(), "get", listed, "--namespace", namespace, "--output=name", "--ignore-not-found"], env=owner
    )
    return Counter(name.split("/")[0] for name in names.split())


def component(cluster: Cluster, name: str) -> psutil.Process:
    (found,) = (one for one in processes.mentioning(cluster.folder) if Path(one.info["cmdline"][0]).name == name)
    return found
