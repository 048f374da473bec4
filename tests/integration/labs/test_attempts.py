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
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports import text
from driftlab.checker.sessions.scripts import learner_environment
from driftlab.checker.sessions.session import NotStarted, Session
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
def session(cluster: Cluster, exercise: Exercise) -> Session:
    """What a learner has who has never been here."""
    session = Session(cluster, exercise.lab)
    shutil.rmtree(session.folder, ignore_errors=True)
    return session


# ---- start and start again


def test_start_is_idempotent_and_again_begins_again(session: Session, exercise: Exercise):
    """Opening a notebook a second time destroys no work; `reset` does, as it says."""
    first = session.start(exercise)
    assert first.fresh
    learner_kubectl(session, "delete", "pods", "--all", "--wait=false")
    wait_for(lambda: len(pod_uids(session)) == 3, "three Pods", timeout_s=60)
    work, baseline = pod_uids(session), kept(session, "one-pod.baseline")

    second = session.start(exercise)
    assert not second.fresh
    assert (second.namespace, second.kubeconfig) == (first.namespace, first.kubeconfig)
    assert pod_uids(session) == work
    assert kept(session, "one-pod.baseline") == baseline

    third = session.start(exercise, again=True)
    assert third.fresh
    assert not pod_uids(session) & work
    assert kept(session, "one-pod.baseline") != baseline
    assert session.check(exercise).points == 0


def test_an_exercise_that_is_not_under_way_is_not_judged(session: Session, exercise: Exercise):
    """Neither before it was started, nor after another one has taken the namespace; the learner is told what to run."""
    with pytest.raises(NotStarted) as never:
        session.check(exercise)
    assert never.value.next_step == "driftlab start 02-self-healing/one-pod"

    session.start(exercise)
    session.start(find_exercise("02-self-healing/all-pods"))
    for question in (session.check, session.hint):
        with pytest.raises(NotStarted) as left:
            question(exercise)
        assert "02-self-healing/all-pods" in left.value.message


def test_reset_brings_order_into_a_mess(session: Session, exercise: Exercise):
    """Whatever kinds of objects were left behind, only the starting state is there afterwards."""
    session.start(exercise)
    clean = inventory(session)
    assert clean["pod"] == 3
    hidden = learner_kubectl(session, "get", "pods", "--output", "name").splitlines()[0]
    learner_kubectl(session, "label", hidden, "app=quarantine", "--overwrite")
    learner_kubectl(session, "apply", "--filename", str(MESS))
    for number in range(10):
        learner_kubectl(session, "run", f"bare-{number}", "--image=blog-api:1.0")
    made = len(MESS.read_text(encoding="utf-8").split("\n---\n")) + 10
    assert inventory(session).total() >= clean.total() + made

    session.start(exercise, again=True)
    wait_for(lambda: inventory(session) == clean, f"only {dict(clean)}", timeout_s=120, every_s=0.5)
    assert session.check(exercise).outcome is Outcome.FAIL
    session.run(exercise.solution)
    assert session.check(exercise, wait_s=120).outcome is Outcome.PASS


def test_of_three_resets_at_once_one_begins_and_the_others_say_so_at_once(session: Session, exercise: Exercise):
    """As from a notebook and two terminals. What is there afterwards is one whole starting state, and it is judged."""
    other = find_exercise("02-self-healing/all-pods")
    session.open()
    began = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        begun = [
            pool.submit(Session(session.cluster, session.lab).start, one, again=True)
            for one in (exercise, other, exercise)
        ]
        refused = [one.exception(timeout=150) for one in begun]
    took = time.monotonic() - began
    overtaken = [one for one in refused if one is not None]
    assert all(isinstance(one, Overtaken) for one in overtaken), overtaken
    assert len(overtaken) < 3
    assert took < 45, "nobody waits for what cannot come any more"
    for error in overtaken:
        assert f"in the namespace {session.namespace} meanwhile" in error.message
        assert error.next_step.startswith("driftlab start 02-self-healing/")
    current = find_exercise(f"02-self-healing/{session.current}")
    assert session.check(current).outcome is Outcome.FAIL
    assert len(pod_uids(session)) == 3


@pytest.mark.thorough("exercises that somebody disturbs")
def test_an_exercise_that_somebody_else_clears_away_says_so_at_once(session: Session, exercise: Exercise):
    """Whose files are elsewhere: then only the namespace itself tells."""
    lab, seen = Lab("90-elsewhere", title="t", minutes=1, summary="s", folder=exercise.lab.folder), threading.Event()
    waits = replace(exercise, lab=lab, name="waits", begins=lambda snapshot: seen.set() or False)
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(session.start, waits, again=True)
        assert seen.wait(60), "what was made for it is there"
        session.cluster.clear(session.namespace)
        error = begun.exception(timeout=30)
    assert isinstance(error, Overtaken)
    assert "has been deleted meanwhile" in error.message


def test_neither_a_kuberc_nor_a_shell_of_the_users_changes_a_stage_or_a_solution(
    session: Session, exercise: Exercise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """They are the learner's, for what they type themselves."""
    (tmp_path / "kuberc").write_text(KUBERC)
    monkeypatch.setenv("KUBERC", str(tmp_path / "kuberc"))
    session.start(exercise, again=True)
    applied = learner_kubectl(session, "apply", "view-last-applied", "deployment/blog-api")
    assert "replicas: 3" in applied, "the server's way of applying would have left none"
    session.run(exercise.solution)
    assert session.check(exercise, wait_s=120).outcome is Outcome.PASS
    assert learner_kubectl(session, "everything", "--output=name").count("pod/") == 3


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
    session = Session(cluster, stuck.lab)
    session.start(stuck, again=True)
    revision = r"{.metadata.annotations.deployment\.kubernetes\.io/revision}"  # both can be of the same second
    newest = learner_kubectl(session, "get", "replicasets", f"--sort-by={revision}", "--output=name").split()[-1]
    learner_kubectl(session, "scale", newest, "--replicas=0")
    session.run(stuck.solution)
    result = session.check(stuck, wait_s=120)
    assert result.outcome is Outcome.FAIL, text.render(result)
    assert [goal.title for goal in result.goals if goal.outcome is Outcome.FAIL] == [
        "It is the Deployment from the start, and nobody touched its Pods"
    ]
    assert f"you: scaled the ReplicaSet {newest.partition('/')[2]} from 1 to 0" in text.render(result)


# ---- hints


def test_hints_come_in_three_steps_and_are_counted(session: Session, exercise: Exercise):
    """A nudge, a pointer, the answer, and then the answer again; results say how many were asked for."""
    session.start(exercise)
    assert session.check(exercise).hints_used == 0
    given = [session.hint(exercise) for _ in range(4)]
    assert [hint.step for hint in given] == [1, 2, 3, 3]
    assert [hint.text for hint in given] == [*exercise.hints, exercise.hints[-1]]
    assert [hint.more for hint in given] == [True, True, False, False]
    assert session.check(exercise).hints_used == 4

    learner_kubectl(session, "scale", "deployment", "blog-api", "--replicas=5")
    scaled = next(mistake for mistake in exercise.mistakes if mistake.name == "scaled")
    other = session.hint(exercise)
    assert (other.step, other.text) == (1, scaled.hints[0])  # another mistake begins with a nudge of its own
    session.start(exercise, again=True)
    assert session.check(exercise).hints_used == 5


# ---- files


def test_a_damaged_baseline_is_no_zero_and_start_takes_a_new_one(session: Session, exercise: Exercise):
    session.start(exercise)
    path = session.folder / "one-pod.baseline.json"
    whole = path.read_bytes()
    for content in (*DAMAGED, whole[: len(whole) // 2]):
        path.write_bytes(content)
        result = session.check(exercise)
        assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}, content
        assert result.next_step == "driftlab reset 02-self-healing/one-pod"
        with pytest.raises(DriftlabError) as refused:
            session.hint(exercise)
        assert refused.value.next_step == result.next_step
    assert session.hints_used(exercise) == 0
    assert session.start(exercise).fresh
    assert session.check(exercise).outcome is Outcome.FAIL


def test_a_damaged_note_of_the_exercise_under_way_asks_for_a_start(session: Session, exercise: Exercise):
    session.start(exercise)
    for content in DAMAGED:
        (session.folder / "current.json").write_bytes(content)
        with pytest.raises(NotStarted):
            session.check(exercise)
    assert session.start(exercise).fresh


def test_damaged_hints_and_results_are_written_anew(session: Session, exercise: Exercise):
    session.start(exercise)
    hints, result = session.folder / "one-pod.hints.json", session.folder / "one-pod.result.json"
    for content in DAMAGED:
        hints.write_bytes(content)
        result.write_bytes(content)
        assert session.hints_used(exercise) == 0
        assert session.last_result(exercise).get("outcome") is None
        assert session.hint(exercise).step == 1
        assert session.check(exercise).hints_used == 1
        assert session.last_result(exercise)["outcome"] == "FAIL"


def test_a_result_is_written_whole_or_not_at_all(session: Session, exercise: Exercise):
    """Who reads while a check writes has the old result or the new one: the file is replaced, never rewritten."""
    session.start(exercise)
    first = session.check(exercise)
    path = session.folder / "one-pod.result.json"
    with path.open(encoding="utf-8") as reader:
        second = session.check(exercise)
        assert json.load(reader) == first.to_dict()
    assert json.loads(path.read_text(encoding="utf-8")) == second.to_dict() != first.to_dict()
    assert not [file.name for file in session.folder.iterdir() if file.name.startswith(".")]


# ---- a cluster that breaks, on one that nobody else uses


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    with open_cluster("embedded", f"breaks-{secrets.token_hex(3)}", owned=True) as cluster:
        yield cluster


@pytest.mark.thorough("exercises that somebody disturbs")
def test_a_cluster_that_dies_in_the_middle_of_a_check_is_an_error_and_no_zero(own_cluster: Cluster, exercise: Exercise):
    """ERROR, never FAIL; after `up` the same work is checked again and passes."""
    session = Session(own_cluster, exercise.lab)
    session.start(exercise, again=True)
    nodes = component(own_cluster, "driftlab-node")
    nodes.suspend()  # no Pod becomes ready any more: a check has to wait
    name = learner_kubectl(session, "get", "pods", "--output", "name").splitlines()[0]
    learner_kubectl(session, "delete", name, "--wait=false")
    waited: list[Result] = []

    def die(result: Result) -> None:
        waited.append(result)
        if len(waited) == 1:
            component(own_cluster, "kube-apiserver").send_signal(signal.SIGKILL)

    result = session.check(exercise, wait_s=60, waiting=die)
    assert [one.outcome for one in waited] == [Outcome.WAITING]
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert result.next_step
    assert session.last_result(exercise).get("outcome") != "ERROR"  # what was earned before stays

    nodes.resume()
    own_cluster.up()
    own_cluster.wait_ready()
    after = session.check(exercise, wait_s=120)
    assert after.outcome is Outcome.PASS, after


@pytest.mark.thorough("exercises that somebody disturbs")
def test_an_exercise_that_has_lost_a_node_says_so_when_another_one_brings_it_back(own_cluster: Cluster):
    """That one needs all Nodes; what was waited for cannot come any more."""
    lost = find_exercise("02-self-healing/node-lost")
    session = Session(own_cluster, lost.lab)
    session.start(lost, again=True)
    assert session.check(lost).outcome is not Outcome.ERROR

    other = find_exercise("04-scaling/up")
    Session(own_cluster, other.lab).start(other, again=True)
    began = time.monotonic()
    result = session.check(lost, wait_s=60)
    assert time.monotonic() - began < 30
    assert {goal.reason for goal in result.goals} == {
        "the Node that was lost is back: 04-scaling/up began on the same cluster"
    }
    assert result.next_step == "driftlab reset 02-self-healing/node-lost"
    session.start(lost, again=True)
    assert session.check(lost).outcome is not Outcome.ERROR
    Session(own_cluster, other.lab).start(other, again=True)  # the Node is back for those that come after


@pytest.mark.thorough("exercises that somebody disturbs")
def test_another_clusters_baseline_is_noticed(own_cluster: Cluster, exercise: Exercise):
    """A cluster that was deleted and made again has the same name, and none of the learner's work."""
    session = Session(own_cluster, exercise.lab)
    session.start(exercise, again=True)
    own_cluster.down()
    own_cluster.up()
    own_cluster.wait_ready()
    result = session.check(exercise)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert "another cluster" in result.goals[0].reason
    assert result.next_step == "driftlab reset 02-self-healing/one-pod"
    assert session.start(exercise).fresh  # without `again`: there is nothing here that could be lost
    assert session.check(exercise).outcome is Outcome.FAIL


# ---- helpers


def learner_kubectl(session: Session, *words: str) -> str:
    return processes.run([kubectl_path(), *words], env=learner_environment(session.open()), timeout_s=120)


def kept(session: Session, name: str) -> object:
    return json.loads((session.folder / f"{name}.json").read_text(encoding="utf-8"))


def pod_uids(session: Session) -> set[str]:
    """The UIDs of the Pods that are not on their way out."""
    namespace = session.cluster.namespace_for(session.lab.namespace)
    pods = session.cluster.client.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    return {pod["metadata"]["uid"] for pod in pods if "deletionTimestamp" not in pod["metadata"]}


def inventory(session: Session) -> Counter[str]:
    """How many objects of each kind are in the lab's namespace, Events and metrics apart; read as the owner."""
    owner = {"KUBECONFIG": str(session.cluster.kubeconfig), "KUBECACHEDIR": os.devnull}
    words = ("api-resources", "--namespaced", "--verbs=list", "--output=name")
    kinds = processes.run([kubectl_path(), *words], env=owner).split()
    listed = ",".join(kind for kind in kinds if not kind.startswith("events") and "metrics" not in kind)
    namespace = session.cluster.namespace_for(session.lab.namespace)
    names = processes.run(
        [kubectl_path(), "get", listed, "--namespace", namespace, "--output=name", "--ignore-not-found"], env=owner
    )
    return Counter(name.split("/")[0] for name in names.split())


def component(cluster: Cluster, name: str) -> psutil.Process:
    (found,) = (one for one in processes.processes_naming(cluster.folder) if Path(one.info["cmdline"][0]).name == name)
    return found
