"""What happens in an exercise is written down whole, or the verdict says what is missing; proofs are put back."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from driftlab.checker.evidence.recording import FULL, Recording, RecordingReader, read
from driftlab.checker.evidence.snapshot import LISTS
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.exercises.result import Result
from driftlab.checker.sessions import recorder
from driftlab.checker.sessions import session as attempt
from driftlab.checker.sessions.recorder import Recorder
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.client import Client
from driftlab.clusters.waiting import wait_for

from .conftest import Lab
from .faulty_proxy import Fault, FaultyProxy, answers, behind, cuts, faulty_proxy, is_silent

#: Far longer than anything takes, on a loaded machine, too.
PATIENCE_S = 150

START = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: blog-api:1.0
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /readyz, port: 8080}, periodSeconds: 1}
"""

EXERCISES = """
import json
import time
from pathlib import Path

from driftlab.checker import Lab, failed, passed
from driftlab.checker import predicates as p

HERE = Path(__file__).parent
HINTS = ("nudge", "pointer", "answer")

lab = Lab("60-recorded", title="Recorded", minutes=1, summary="For tests.")

told = lab.exercise("told", "Tells what was recorded", hints=HINTS)


@told.goal("numbers")
def numbers(evidence):
    return passed(json.dumps(p.replicas_asked_for(evidence, "web")))


@told.goal("ready")
def ready(evidence):
    return passed(str(p.least_ready(evidence, "web")))


proves = lab.exercise("proves", "Proves by disturbance", hints=HINTS)
proves.goal("numbers")(numbers)
proves.goal("ready")(ready)


def whole(now, replicas=3):
    web = now.deployment("web")
    return web is not None and web.replicas == replicas and not p.unfinished(web, now)


def seen(snapshot, what):
    return passed(what) if snapshot else failed("not " + what)


@proves.proof("heals")
def heals(disturbance, evidence):
    doomed = evidence.now.pods[0]
    disturbance.delete_pod(doomed.name)
    return seen(disturbance.until(lambda now: whole(now) and doomed.uid not in p.uids(now.pods)), "healed")


@proves.proof("scales")
def scales(disturbance, evidence):
    disturbance.scale("web", 4)
    disturbance.scale("web", 1)
    return seen(disturbance.until(lambda now: whole(now, 1)), "scaled")


@proves.proof("restarts")
def restarts(disturbance, evidence):
    before = p.uids(evidence.now.pods)
    disturbance.restart("web")

    def restarted(now):
        return now.deployment("web").generation == now.deployment("web").status["observedGeneration"] and not (
            before & p.uids(now.pods) or p.unfinished(now.deployment("web"), now)
        )

    return seen(disturbance.until(restarted, timeout_s=3 if evidence.now.deployment("web").paused else 30), "restarted")


bare = lab.exercise("bare", "Bare Pods", hints=HINTS, start="bare.yaml")
bare.begins = lambda snapshot: any(pod.ready for pod in snapshot.pods)
bare.goal("there")(lambda evidence: passed(str(len(evidence.now.pods))))


@bare.proof("heals")
def bare_heals(disturbance, evidence):
    doomed = evidence.now.pods[0]
    disturbance.delete_pod(doomed.name)
    return seen(disturbance.until(lambda now: now.pods and doomed.uid not in p.uids(now.pods), timeout_s=2), "healed")


cut_off = lab.exercise("cut-off", "Its check is cut off", hints=HINTS)
cut_off.goal("numbers")(numbers)


@cut_off.proof("stays as it was made")
def stays(disturbance, evidence):
    disturbance.scale("web", 5)
    disturbance.restart("web")
    if (HERE / "interrupt").exists():
        raise KeyboardInterrupt
    (HERE / "disturbed").touch()
    deadline = time.monotonic() + 100
    while (HERE / "hang").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen(disturbance.until(lambda now: whole(now, 5), timeout_s=40), "undisturbed")
"""

BARE = """
apiVersion: v1
kind: Pod
metadata: {name: bare, labels: {app: web}}
spec: {containers: [{name: web, image: "blog-api:1.0"}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The lab's folder."""
    made = tmp_path / "60-recorded"
    made.mkdir()
    (made / "exercises.py").write_text(EXERCISES, encoding="utf-8")
    (made / "start.yaml").write_text(START, encoding="utf-8")
    (made / "bare.yaml").write_text(BARE, encoding="utf-8")
    return made


@pytest.fixture
def session(cluster: Cluster, lab: Lab, folder: Path) -> Iterator[Session]:
    made = Session(cluster, load(folder), namespace=lab.name)
    yield made
    for ticket in made.folder.glob("current.json"):
        ticket.unlink()
    wait_for(lambda: not recorders(made), "the recorders to end", PATIENCE_S)


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[FaultyProxy]:
    with faulty_proxy(cluster) as made:
        yield made


@pytest.fixture
def through_proxy(session: Session, proxy: FaultyProxy, tmp_path: Path) -> Session:
    """The same, and all that the kit knows of the cluster comes through the proxy."""
    return Session(behind(proxy, session.cluster, tmp_path / "kubeconfig"), session.lab, session.namespace)


def recorders(session: Session) -> list[psutil.Process]:
    return processes.processes_naming(session.folder)


def begin(session: Session, name: str) -> Any:
    """Start an exercise; it, once somebody records it."""
    (exercise,) = (one for one in session.lab.exercises if one.name == name)
    session.start(exercise, again=True)
    path = session.store.recording(exercise)
    wait_for(lambda: recorder.is_recording(path) and path.exists(), "a recorder", PATIENCE_S)
    return exercise


def recorded(session: Session, exercise: Any) -> Recording:
    return read(session.store.recording(exercise))


def wait_until_recorded(session: Session, exercise: Any, *versions: int) -> Recording:
    tape = RecordingReader(session.store.recording(exercise))
    missing = set(versions)

    def there() -> bool:
        tape.read_new()
        return missing <= {change.version for change in tape.recording.changes}

    wait_for(there, "the recording to know of it", PATIENCE_S, every_s=0.2)
    return tape.recording


@contextmanager
def recording_here(proxy: FaultyProxy, lab: Lab, since: str, path: Path) -> Iterator[Recorder]:
    """A recorder of Deployments in this process; it has ended afterwards."""
    made = Recorder(Client(proxy.kubeconfig(path.with_suffix(".kubeconfig"))), lab.name, since, path)
    watching = threading.Thread(target=made.watch, args=("deployments",), daemon=True)
    watching.start()
    try:
        yield made
    finally:
        made.stopped.set()
        proxy.cut()
        watching.join(PATIENCE_S)
        made.file.close()


def told(result: Result) -> dict[str, tuple[Outcome, str]]:
    return {goal.title: (goal.outcome, goal.reason) for goal in result.goals}


def scale(lab: Lab, replicas: int) -> int:
    """As a learner; the Deployment's resourceVersion then."""
    changed = lab.client.patch(lab.path("deployments", "web"), {"spec": {"replicas": replicas}})
    return int(changed["metadata"]["resourceVersion"])


def deeds(result: Result) -> list[str]:
    """What the learner is said to have done."""
    return [deed.text for deed in result.method.deeds if deed.by_you]


# ---- nothing is lost


def test_nothing_is_lost_in_a_burst_of_2000_changes(session: Session, lab: Lab):
    exercise = begin(session, "told")
    names = [f"burst-{number}" for number in range(16)]
    for name in names:
        lab.deployment(name, replicas=0, spec={"paused": True})

    def burst(name: str) -> list[int]:
        path = lab.path("deployments", name)
        patches = ({"metadata": {"labels": {"burst": str(number)}}} for number in range(125))
        return [int(lab.client.patch(path, patch)["metadata"]["resourceVersion"]) for patch in patches]

    with ThreadPoolExecutor(len(names)) as pool:
        versions = [version for found in pool.map(burst, names) for version in found]
    assert len(set(versions)) == 2000
    recording = wait_until_recorded(session, exercise, *versions)
    recording.require(*LISTS)
    in_order = [change.version for change in recording.changes]
    assert in_order == sorted(in_order)
    assert session.check(exercise).outcome is Outcome.PASS


def test_one_recorder_for_each_exercise(session: Session):
    """Another one sees that somebody is at it, and gives up."""
    exercise = begin(session, "told")
    (first,) = recorders(session)
    second = subprocess.run(first.cmdline(), env=first.environ(), timeout=PATIENCE_S, check=False)
    assert second.returncode == 0
    assert recorders(session) == [first]
    assert session.check(exercise).outcome is Outcome.PASS


def test_a_recorder_that_was_killed_is_replaced_and_nothing_is_lost(session: Session, lab: Lab):
    """Also where it was killed in the middle of a line."""
    exercise = begin(session, "told")
    wait_until_recorded(session, exercise, scale(lab, 4))
    (first,) = recorders(session)
    first.kill()
    first.wait(PATIENCE_S)
    path = session.store.recording(exercise)
    with path.open("ab") as file:
        file.write(b'{"at": 1.0, "kind": "pods", "type": "MODIFIED", "obj')
    scale(lab, 5)
    scale(lab, 3)
    result = session.check(exercise)
    assert told(result)["numbers"] == (Outcome.PASS, "[3, 4, 5, 3]")
    assert result.method.gaps == ()
    (second,) = recorders(session)
    assert second.pid != first.pid
    assert [json.loads(line)["kind"] for line in path.read_text(encoding="utf-8").splitlines() if line]


@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server")
def test_a_recording_that_was_deleted_is_made_again_from_the_start(session: Session, lab: Lab):
    """And a check right after the start waits for the recorder: a process may be slow to come up."""
    (exercise,) = (one for one in session.lab.exercises if one.name == "told")
    session.start(exercise, again=True)
    assert told(session.check(exercise)) == {"numbers": (Outcome.PASS, "[3]"), "ready": (Outcome.PASS, "3")}
    wait_until_recorded(session, exercise, scale(lab, 4))
    path = session.store.recording(exercise)
    path.unlink()
    wait_for(lambda: not recorder.is_recording(path), "the recorder to notice", PATIENCE_S)
    scale(lab, 3)
    assert told(session.check(exercise))["numbers"] == (Outcome.PASS, "[3, 4, 3]")


# ---- it ends by itself


def test_a_recorder_ends_when_its_exercise_is_over(session: Session):
    begin(session, "told")
    (first,) = recorders(session)
    exercise = begin(session, "told")
    wait_for(lambda: not first.is_running(), "the end of the first recorder", PATIENCE_S)
    assert len(list(session.folder.glob("*.recording.jsonl"))) == 1
    (session.folder / "current.json").unlink()
    wait_for(lambda: not recorder.is_recording(session.store.recording(exercise)), "the end of the second", PATIENCE_S)


@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server")
def test_a_recorder_ends_when_its_cluster_is_gone(through_proxy: Session):
    begin(through_proxy, "told")
    through_proxy.cluster.kubeconfig.unlink()
    wait_for(lambda: not recorders(through_proxy), "the recorder to end", PATIENCE_S)


@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server")
def test_a_recording_that_is_full_ends_with_a_gap_and_stays_as_it_is(
    lab: Lab, proxy: FaultyProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recorder, "MAX_BYTES", 20_000)
    since = lab.client.get(lab.path("deployments"))["metadata"]["resourceVersion"]
    lab.deployment(replicas=0, spec={"paused": True})
    path = tmp_path / "full.recording.jsonl"
    with recording_here(proxy, lab, since, path) as made:
        for number in range(100):
            if not made.stopped.is_set():
                lab.client.patch(lab.path("deployments", "web"), {"metadata": {"labels": {"burst": str(number)}}})
        assert made.stopped.wait(PATIENCE_S)
    assert path.stat().st_size < 20_000 + 200
    recording = read(path)
    assert [gap.reason for gap in recording.gaps] == [FULL]
    labels = [change.raw["metadata"].get("labels", {}).get("burst") for change in recording.changes]
    assert [label for label in dict.fromkeys(labels) if label][:3] == ["0", "1", "2"]
    with recording_here(proxy, lab, since, path) as once_more:
        assert once_more.stopped.is_set()
    assert read(path).gaps == recording.gaps


# ---- trouble with the API


def test_an_api_server_in_trouble_is_nobodys_fault_and_a_retry_works(
    through_proxy: Session, proxy: FaultyProxy, lab: Lab
):
    """Whatever goes wrong: ERROR with the next step, then the same work is judged, with all that happened meanwhile."""
    exercise = begin(through_proxy, "told")
    assert through_proxy.check(exercise).outcome is Outcome.PASS
    through_proxy.cluster.client.timeout_s = 2
    numbers = [3]
    for fault in (answers(500), answers(503, {"kind": "Status"}), answers(429), answers(200, [1]), cuts, is_silent):
        with proxy.trouble(fault):
            numbers.append(numbers[-1] % 4 + 1)
            scale(lab, numbers[-1])
            result = through_proxy.check(exercise, wait_s=600)
            assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}, fault
            assert result.next_step
            assert through_proxy.last_result(exercise)["outcome"] == "PASS", "what was earned is not lost"
        after = through_proxy.check(exercise)
        assert told(after)["numbers"] == (Outcome.PASS, json.dumps(numbers))
        assert after.method.gaps == ()


GONE = {"kind": "Status", "code": 410, "reason": "Expired", "message": "410 on purpose"}


@pytest.mark.parametrize(
    "fault", [answers(410, GONE), answers(200, {"type": "ERROR", "object": GONE})], ids=["refused", "in the stream"]
)
@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server", but=["refused"])
def test_what_the_api_server_has_forgotten_is_a_gap_and_no_verdict_rests_on_it(
    through_proxy: Session, proxy: FaultyProxy, lab: Lab, fault: Fault
):
    """410 Gone, for Pods: what needs them is ERROR and says what to do; what does not is judged."""
    exercise = begin(through_proxy, "told")
    doomed = lab.items("pods")[0]["metadata"]["name"]
    with proxy.trouble(fault, where=r"/pods\?.*watch="):
        lab.kubectl("delete", "pod", doomed)
        wait_for(lambda: bool(recorded(through_proxy, exercise).gaps), "a gap", PATIENCE_S)
    lab.kubectl("rollout", "status", "deployment/web")
    wait_until_recorded(through_proxy, exercise, scale(lab, 4))
    result = through_proxy.check(exercise)
    assert told(result)["numbers"] == (Outcome.PASS, "[3, 4]")
    outcome, reason = told(result)["ready"]
    assert outcome is Outcome.ERROR
    assert "gap (The API server refused: 410 on purpose)" in reason
    assert f"driftlab reset {exercise.id}" in reason
    assert "410 on purpose" in result.method.gaps[0]


@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server")
def test_what_is_not_the_evidence_of_this_exercise_is_noticed(through_proxy: Session, proxy: FaultyProxy):
    """Another cluster at the same address, and a baseline that somebody has edited."""
    exercise = begin(through_proxy, "told")
    other = {"metadata": {"name": "kube-system", "uid": "another"}}
    with proxy.trouble(answers(200, other), where="/namespaces/kube-system$"):
        result = through_proxy.check(exercise)
        assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
        assert "another cluster" in result.goals[0].reason
        assert result.next_step == f"driftlab reset {exercise.id}"
    assert through_proxy.check(exercise).outcome is Outcome.PASS

    path = through_proxy.folder / "told.baseline.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"replicas": 3', '"replicas": 1'), encoding="utf-8")
    result = through_proxy.check(exercise)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert result.next_step == f"driftlab reset {exercise.id}"


# ---- goals that prove


def spec_of(lab: Lab) -> Any:
    return lab.get("deployments", "web")["spec"]


def test_a_deployment_that_heals_scales_and_restarts_is_put_back_as_it_was(session: Session, lab: Lab):
    """And what the recording tells from then on says nothing of it."""
    exercise = begin(session, "proves")
    before = spec_of(lab)
    assert told(session.check(exercise)) == {
        "numbers": (Outcome.PASS, "[3]"),
        "ready": (Outcome.PASS, "3"),
        "heals": (Outcome.PASS, "healed"),
        "scales": (Outcome.PASS, "scaled"),
        "restarts": (Outcome.PASS, "restarted"),
    }
    assert spec_of(lab) == before
    scale(lab, 4)
    lab.roll_out()
    after = session._result(exercise, 0)  # as for a hint: nothing is disturbed
    assert told(after)["numbers"] == (Outcome.PASS, "[3, 4]")
    assert told(after)["ready"] == (Outcome.PASS, "3")
    assert deeds(after) == ["Deployment web: scaled from 3 to 4"]
    assert after.method.gaps == ()


@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server")
def test_a_paused_deployment_does_not_restart_and_is_put_back(session: Session, lab: Lab):
    exercise = begin(session, "proves")
    lab.kubectl("rollout", "pause", "deployment/web")
    before = spec_of(lab)
    result = session.check(exercise)
    assert told(result)["restarts"] == (Outcome.FAIL, "not restarted")
    assert result.outcome is Outcome.FAIL
    assert spec_of(lab) == before


def test_a_bare_pod_does_not_heal(session: Session):
    exercise = begin(session, "bare")
    result = session.check(exercise)
    assert told(result) == {"there": (Outcome.PASS, "1"), "heals": (Outcome.FAIL, "not healed")}


@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server")
def test_an_interrupted_proof_is_put_back_at_once(session: Session, lab: Lab, folder: Path):
    exercise = begin(session, "cut-off")
    before = spec_of(lab)
    (folder / "interrupt").touch()
    with pytest.raises(KeyboardInterrupt):
        session.check(exercise)
    assert spec_of(lab) == before
    (folder / "interrupt").unlink()
    result = session.check(exercise)
    assert result.outcome is Outcome.PASS, result
    assert deeds(result) == []
    assert spec_of(lab) == before


CHECK = """
import sys
from pathlib import Path
from driftlab.checker.sessions.session import Session
from driftlab.checker.exercises.catalogue import load
from driftlab.clusters.registry import open_cluster
folder, engine, cluster, namespace, name = sys.argv[1:]
lab = load(Path(folder))
(exercise,) = (one for one in lab.exercises if one.name == name)
print(Session(open_cluster(engine, cluster), lab, namespace=namespace).check(exercise).outcome)
"""


@pytest.fixture
def hanging_check(session: Session, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that checks the exercise `cut-off`, and is in the middle of its proof."""
    begin(session, "cut-off")
    (folder / "hang").touch()
    command = [sys.executable, "-c", CHECK, folder, session.cluster.engine, session.cluster.name]
    with subprocess.Popen(
        [*command, session.namespace, "cut-off"], stdout=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        try:
            wait_for(lambda: (folder / "disturbed").exists() or process.poll() is not None, "the proof", PATIENCE_S)
            assert process.poll() is None
            yield process
        finally:
            process.kill()


def test_a_proof_that_was_killed_is_put_back_by_the_next_check(
    session: Session, lab: Lab, folder: Path, hanging_check: "subprocess.Popen[str]"
):
    disturbed = spec_of(lab)
    assert disturbed["replicas"] == 5
    assert disturbed["template"]["metadata"]["annotations"]
    hanging_check.send_signal(signal.SIGKILL)
    hanging_check.wait(PATIENCE_S)
    (folder / "hang").unlink()
    (exercise,) = (one for one in session.lab.exercises if one.name == "cut-off")
    result = session.check(exercise)
    assert told(result)["numbers"] == (Outcome.PASS, "[3]")
    assert result.outcome is Outcome.PASS, result
    assert deeds(result) == []
    assert spec_of(lab)["replicas"] == 3
    assert "annotations" not in spec_of(lab)["template"]["metadata"]


@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server")
def test_what_the_learner_has_changed_since_a_proof_was_killed_stays(
    session: Session, lab: Lab, folder: Path, hanging_check: "subprocess.Popen[str]"
):
    hanging_check.send_signal(signal.SIGKILL)
    hanging_check.wait(PATIENCE_S)
    (folder / "hang").unlink()
    scale(lab, 2)
    (exercise,) = (one for one in session.lab.exercises if one.name == "cut-off")
    session.hint(exercise)  # a hint looks, too, and disturbs nothing itself
    assert spec_of(lab)["replicas"] == 2
    assert "annotations" not in spec_of(lab)["template"]["metadata"]


@pytest.mark.thorough("recorders and proofs that are interrupted, or meet a faulty API server")
def test_two_checks_do_not_disturb_each_other(
    session: Session, folder: Path, hanging_check: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
):
    (exercise,) = (one for one in session.lab.exercises if one.name == "cut-off")
    monkeypatch.setattr(attempt, "MAX_PROOF_S", 0)  # how long the second one would wait for the first
    result = session.check(exercise)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert "another check" in result.goals[0].reason
    (folder / "hang").unlink()
    assert hanging_check.communicate(timeout=PATIENCE_S)[0] == "PASS\n"


# ---- who did what


def test_deeds_are_told_from_what_the_controllers_did(session: Session, lab: Lab, embedded: None):
    """Also where there are so many Pods that the API drops Events, and where deletion goes from the bottom up."""
    exercise = begin(session, "told")
    for replicas in (45, 2):
        scale(lab, replicas)
        lab.roll_out()
    lab.wait_list("pods", lambda pods: len(pods) == 2)
    doomed = lab.items("pods")[0]["metadata"]["name"]
    lab.kubectl("delete", "pod", doomed)
    lab.kubectl("delete", "deployment", "web", "--cascade=foreground")
    lab.wait_list("pods", lambda pods: not pods)
    result = session.check(exercise)
    assert deeds(result) == [
        "Deployment web: scaled from 3 to 45",
        "Deployment web: scaled from 45 to 2",
        f"deleted the Pod {doomed}",
        "deleted the Deployment web",
    ]
    answers = " ".join(deed.text for deed in result.method.deeds if not deed.by_you)
    assert "made 42 Pods" in answers
    assert "removed 43 Pods" in answers
