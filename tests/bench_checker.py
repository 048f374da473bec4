"""The checker's figures: a part of `make bench`."""

import copy
import dataclasses
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl

import psutil

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.snapshot import LISTS, MORE_LISTS, Evidence, Snapshot
from driftlab.checker.evidence.verdict import Outcome, Verdict, failed, passed
from driftlab.checker.exercises.catalogue import labs
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.grading import grade
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.sessions.scripts import learner_environment
from driftlab.checker.sessions.session import Session
from driftlab.checker.sessions.snapshots import PAGE, take_snapshot
from driftlab.clusters.host import processes

CATALOGUE = "the whole catalogue against one namespace"
TEN = "ten checks"
TEN_KUBECTL = "the same ten as kubectl scripts"
TEN_RATIO = "kubectl scripts, compared with ours"
CLASSROOM = "3,000 Pods in 300 namespaces: snapshot and verdicts"
CLASSROOM_MEMORY = "the same: memory at most"
CLASSROOM_RATIO = "600 namespaces, compared with 300"
IDLE = "recorder, idle: share of a core"

ROWS = (CATALOGUE, TEN, TEN_KUBECTL, TEN_RATIO, CLASSROOM, CLASSROOM_MEMORY, CLASSROOM_RATIO, IDLE)

#: Seconds over which an idle recorder is watched.
IDLE_S = 20.0
PODS = 10  #: in each namespace of the classroom


class Figures(Protocol):
    def add(self, row: str, column: str, unit: str, *numbers: float) -> None: ...


def measure(session: Session, exercise: Exercise, runs: int, figures: Figures, say: Callable[[str], None]) -> None:
    """All of it, on a cluster where ``exercise`` was started with three Pods of blog-api."""
    column = session.cluster.engine
    session.start(exercise, again=True)

    say(f"{column}: {CATALOGUE}")
    figures.add(CATALOGUE, column, "s", *(_seconds(lambda: _catalogue(session, exercise)) for _ in range(runs)))

    say(f"{column}: {TEN}")
    ours = [_seconds(lambda: _ten(session)) for _ in range(2 * runs)]
    theirs = [_seconds(lambda: _ten_with_kubectl(session)) for _ in range(runs)]
    figures.add(TEN, column, "ms", *(1000 * number for number in ours))
    figures.add(TEN_KUBECTL, column, "ms", *(1000 * number for number in theirs))
    figures.add(TEN_RATIO, column, "×", statistics.median(theirs) / statistics.median(ours))

    say(f"{column}: {IDLE}")
    figures.add(IDLE, column, "%", _idle(session))

    if column == "embedded":
        for number in range(1, runs + 1):
            say(f"{CLASSROOM}, {number} of {runs}")
            example = take_snapshot(session.cluster.client, session.namespace)
            few, many = classroom(example, 300), classroom(example, 600)
            figures.add(CLASSROOM, column, "s", few["seconds"])
            figures.add(CLASSROOM_MEMORY, column, "MB", few["bytes"] / 1e6)
            figures.add(CLASSROOM_RATIO, column, "×", many["worked"] / few["worked"])


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


# ---- one namespace


def _catalogue(session: Session, exercise: Exercise) -> None:
    """Judge every exercise that there is by what is in the namespace: one snapshot of all kinds, every goal."""
    now = take_snapshot(session.cluster.client, session.namespace, watches=["events", *MORE_LISTS])
    begun = session.store.baseline(exercise)
    assert begun
    baseline = dataclasses.replace(begun, raw={**{kind: [] for kind in MORE_LISTS}, **begun.raw})
    evidence = Evidence(baseline, now, session.recordings.until(exercise, begun, session._snapshot(exercise)))
    for one in (one for lab in labs() for one in lab.exercises):
        assert grade(one, evidence).goals


#: What peers' checks look like: each a command line that has to say what is expected.
SCRIPTS = (
    'test "$(kubectl get deployment blog-api -o name)" = deployment.apps/blog-api',
    "test \"$(kubectl get deployment blog-api -o jsonpath='{.spec.replicas}')\" = 3",
    "test \"$(kubectl get deployment blog-api -o jsonpath='{.status.readyReplicas}')\" = 3",
    "test \"$(kubectl get deployment blog-api -o jsonpath='{.status.updatedReplicas}')\" = 3",
    "test \"$(kubectl get deployment blog-api -o jsonpath='{..template..containers[0].image}')\" = blog-api:1.0",
    "test -z \"$(kubectl get deployment blog-api -o jsonpath='{.spec.paused}')\"",
    'test "$(kubectl get replicasets -o name | wc -l)" = 1',
    'test "$(kubectl get pods --selector app=blog-api -o name | wc -l)" = 3',
    "test \"$(kubectl get pods -o jsonpath='{.items[*].status.phase}')\" = 'Running Running Running'",
    "test \"$(kubectl get replicasets -o jsonpath='{.items[0].metadata.ownerReferences[0].name}')\" = blog-api",
)


def _facts(now: Snapshot) -> list[bool]:
    """The same, and the last of them by UID."""
    found = now.deployment("blog-api")
    assert found
    return [
        found.name == "blog-api",
        found.replicas == 3,
        found.status.get("readyReplicas") == 3,
        found.status.get("updatedReplicas") == 3,
        found.images == ("blog-api:1.0",),
        not found.paused,
        len(now.replicasets) == 1,
        len([pod for pod in now.pods if pod.labels.get("app") == "blog-api"]) == 3,
        [pod.phase for pod in now.pods] == ["Running"] * 3,
        len(p.pods_of(found, now)) == 3,
    ]


def _goal(number: int) -> Callable[[Evidence], Verdict]:
    return lambda evidence: passed("so") if _facts(evidence.now)[number] else failed("not so")


def _ten(session: Session) -> None:
    exercise = Lab("00-bench", "Bench", 1, "Ten checks.").exercise("ten", "Ten", hints=("a", "b", "c"))
    for number in range(len(SCRIPTS)):
        exercise.goal(str(number))(_goal(number))
    now = take_snapshot(session.cluster.client, session.namespace)
    result = grade(exercise, Evidence(now, now))
    assert result.outcome is Outcome.PASS, result


def _ten_with_kubectl(session: Session) -> None:
    learner = learner_environment(session.cluster.learner_kubeconfig(session.namespace))
    for script in SCRIPTS:
        processes.run(["sh", "-euc", script], env=learner)


# ---- many namespaces


def classroom(example: Snapshot, namespaces: int) -> dict[str, float]:
    """What a process of its own takes, on one core, for snapshots and verdicts of them all: ``seconds``, ``worked``
    (seconds of the processor's) and ``bytes``.

    ``example`` is what each namespace looks like; the API's part is played by a server of this process.
    """
    with served(copies(example, namespaces)) as url, tempfile.TemporaryDirectory() as folder:
        kubeconfig = Path(folder) / "kubeconfig"
        kubeconfig.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "bench",
                    "clusters": [{"name": "bench", "cluster": {"server": url}}],
                    "users": [{"name": "bench", "user": {}}],
                    "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "bench"}}],
                }
            ),
            encoding="utf-8",
        )
        said = processes.run([sys.executable, __file__, str(kubeconfig), str(namespaces)], timeout_s=300)
    found: dict[str, float] = json.loads(said)
    return found


def copies(example: Snapshot, namespaces: int) -> dict[str, bytes]:
    """The answers to the lists of the whole cluster, by path and page: ``PODS`` Pods in each namespace."""
    answers = {"/api/v1/namespaces/kube-system 0": json.dumps({"metadata": {"uid": example.cluster}}).encode()}
    for kind, path in LISTS.items():
        one = list(example.raw[kind])
        if kind == "pods":
            one = [one[number % len(one)] for number in range(PODS)]
        items = [_copy(item, space, number) for space in range(namespaces) for number, item in enumerate(one)]
        for begin in range(0, max(1, len(items)), PAGE):
            more = {"continue": str(begin + PAGE)} if begin + PAGE < len(items) else {}
            document = {"metadata": {"resourceVersion": "1000", **more}, "items": items[begin : begin + PAGE]}
            answers[f"{path.replace('/namespaces/{namespace}', '')} {begin}"] = json.dumps(document).encode()
    return answers


def _copy(item: dict[str, Any], space: int, number: int) -> dict[str, Any]:
    made = copy.deepcopy(item)
    made["metadata"] |= {"namespace": f"learner-{space}", "uid": f"{item['metadata']['uid']}-{space}-{number}"}
    return made


@contextmanager
def served(answers: dict[str, bytes]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            body = answers[f"{path} {dict(parse_qsl(query)).get('continue', 0)}"]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _judge_classroom(kubeconfig: Path, namespaces: int) -> dict[str, float]:
    """In a process of its own: what it takes from the first request to the last verdict, and memory at most."""
    import resource

    from driftlab.checker.sessions.snapshots import take_snapshots
    from driftlab.clusters.kubernetes.client import Client

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    exercises = labs()[0].exercises
    client = Client(kubeconfig)
    begin, worked = time.perf_counter(), time.process_time()
    names = [f"learner-{number}" for number in range(namespaces)]
    taken = take_snapshots(client, names)
    results = [grade(exercises[0], Evidence(now, now)) for now in taken.values()]
    seconds, worked = time.perf_counter() - begin, time.process_time() - worked
    assert len(results) == namespaces
    assert all(len(now.pods) == PODS and now.deployments for now in taken.values())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "worked": worked, "bytes": most * (1 if sys.platform == "darwin" else 1024)}


# ---- the recorder


def _idle(session: Session) -> float:
    """Percent of a core that the recorder takes while nothing happens."""
    (recorder,) = (
        one
        for one in processes.processes_naming(session.folder)
        if "driftlab.checker.sessions.recorder" in one.info["cmdline"]
    )
    before = _cpu_s(recorder)
    time.sleep(IDLE_S)
    return 100 * (_cpu_s(recorder) - before) / IDLE_S


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    print(json.dumps(_judge_classroom(Path(sys.argv[1]), int(sys.argv[2]))))
