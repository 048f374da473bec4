"""Evidence by hand: objects in the API's own JSON, as an API server would give them, without one."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from filelock import FileLock
from hypothesis import strategies as st

from driftlab.checker.evidence.recording import Change, Gap, Recording
from driftlab.checker.evidence.snapshot import ALL_LISTS, LISTS, Evidence, Snapshot
from driftlab.checker.evidence.verdict import Outcome, Verdict
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.result import GoalResult, Result
from driftlab.checker.objects.views import Deployment
from driftlab.checker.sessions.recorder import lock_path
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.registry import open_cluster

Json = dict[str, Any]

CREATED = "2026-03-01T09:00:00Z"
LATER = "2026-03-01T09:05:00Z"


KINDS = {"deployments": "Deployment", "replicasets": "ReplicaSet", "pods": "Pod", "events": "Event"}

# ---- objects


def thing(kind: str, name: str, uid: str, **metadata: Any) -> Json:
    return {
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "self-healing",
            "uid": uid,
            "resourceVersion": "50",
            "creationTimestamp": CREATED,
            **metadata,
        },
    }


def owner(kind: str, name: str, uid: str, *, controller: bool = True) -> list[Json]:
    return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": controller}]


def deployment(
    name: str = "blog-api",
    uid: str = "d-1",
    *,
    replicas: int = 3,
    generation: int = 1,
    image: str = "blog-api:1.0",
    status: Json | None = None,
    **metadata: Any,
) -> Json:
    """A Deployment whose rollout is complete, unless ``status`` says something else in part."""
    metadata = {"labels": {"app": name}, "annotations": {"deployment.kubernetes.io/revision": "1"}, **metadata}
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    return {
        **thing("Deployment", name, uid, generation=generation, **metadata),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": name, "image": image}]},
            },
        },
        "status": {"observedGeneration": generation, **dict.fromkeys(counts, replicas), **(status or {})},
    }


def replicaset(
    uid: str = "rs-1",
    of: str = "d-1",
    *,
    app: str = "blog-api",
    generation: int = 1,
    replicas: int = 3,
    **metadata: Any,
) -> Json:
    metadata = {"labels": {"app": app, "pod-template-hash": "6f7"}, **metadata}
    metadata.setdefault("ownerReferences", owner("Deployment", app, of))
    return {
        **thing("ReplicaSet", f"{app}-6f7", uid, generation=generation, **metadata),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": app, "pod-template-hash": "6f7"}},
        },
    }


def pod(
    uid: str, of: str | None = "rs-1", *, name: str = "", app: str = "blog-api", ready: bool = True, **metadata: Any
) -> Json:
    """A Pod that the ReplicaSet with the UID ``of`` controls; a bare one where that is None."""
    metadata = {"labels": {"app": app, "pod-template-hash": "6f7"}, **metadata}
    if of is not None:
        metadata.setdefault("ownerReferences", owner("ReplicaSet", f"{app}-6f7", of))
    return {
        **thing("Pod", name or f"{app}-6f7-{uid}", uid, **metadata),
        "spec": {"containers": [{"name": app, "image": "blog-api:1.0"}]},
        "status": {
            "phase": "Running" if ready else "Pending",
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        },
    }


def terminating(made: Json) -> Json:
    return {**made, "metadata": {**made["metadata"], "deletionTimestamp": LATER}}


def labelled(made: Json, **labels: str) -> Json:
    return {**made, "metadata": {**made["metadata"], "labels": {**made["metadata"]["labels"], **labels}}}


def event(uid: str, reason: str, about: tuple[str, str, str], message: str = "") -> Json:
    kind, name, its_uid = about
    return {
        **thing("Event", f"{name}.{uid}", uid),
        "reason": reason,
        "message": message,
        "involvedObject": {"kind": kind, "name": name, "uid": its_uid},
    }


def family(
    *pods: str, uid: str = "d-1", replicaset_uid: str = "rs-1", rs_generation: int = 1, **options: Any
) -> list[Json]:
    """blog-api as it stands when nothing is going on: a Deployment, its ReplicaSet, its Pods."""
    return [
        deployment(uid=uid, **options),
        replicaset(replicaset_uid, uid, generation=rs_generation),
        *(pod(one, replicaset_uid) for one in pods or ("p-1", "p-2", "p-3")),
    ]


# ---- evidence


def snapshot(*objects: Json, cluster: str = "c-1", version: str = "100") -> Snapshot:
    raw = {name: [one for one in objects if one["kind"] == KINDS[name]] for name in LISTS}
    assert sum(map(len, raw.values())) == len(objects)
    return Snapshot(cluster, "self-healing", version, 1.0, raw)


def watching(now: Snapshot, **more: list[Json]) -> Snapshot:
    """The same with further kinds, such as ``configmaps=[…]``; these and ``secrets`` are watched in any case."""
    return replace(now, raw={**now.raw, "configmaps": [], "secrets": [], **more})


def evidence(now: list[Json], before: list[Json] | None = None) -> Evidence:
    """The exercise began with blog-api's three Pods, unless ``before`` says something else."""
    return Evidence(snapshot(*(family() if before is None else before)), snapshot(*now, version="200"))


SAME = evidence(family())


# ---- an API server that answers from what it is given


class ReaderByHand:
    """Answers the requests of a snapshot, and remembers them. ``trouble`` is raised instead of an answer."""

    def __init__(self, *objects: Json, cluster: str = "c-1", trouble: BaseException | None = None) -> None:
        self.now, self.trouble = snapshot(*objects, cluster=cluster), trouble
        self.asked: list[tuple[str, dict[str, str]]] = []

    def get(self, path: str, **query: str) -> Json:
        self.asked.append((path, query))
        if self.trouble:
            raise self.trouble
        plural = path.rsplit("/", 1)[-1]
        if plural in ALL_LISTS:
            # each list would be of a version of its own, were it not asked for one
            version = query.get("resourceVersion", str(100 + len(self.asked)))
            return {"metadata": {"resourceVersion": version}, "items": self.now.raw.get(plural, [])}
        return {"metadata": {"name": plural, "uid": self.now.cluster}}

    def apply(self, path: str, body: object) -> Json:
        del body  # nothing is kept
        return self.get(path)


def cluster_answered_by(reader: object) -> Cluster:
    """A cluster of which nothing runs: what it is asked, ``reader`` answers."""
    cluster = open_cluster("embedded", "by-hand", images=())
    cluster.client = reader
    return cluster


HELD: WeakValueDictionary[Path, FileLock] = WeakValueDictionary()


def begun(exercise: Exercise, reader: object, baseline: Snapshot | None = None) -> Session:
    """The exercise as it is after ``driftlab start``, and somebody has its recording in hand: no recorder starts."""
    session = Session(cluster_answered_by(reader), exercise.lab)
    keep_baseline(session, exercise, json.dumps((baseline or snapshot(*family())).to_dict()).encode())
    recording = session.store.recording(exercise)
    recording.touch()
    if before := HELD.get(recording):  # of an example that nobody has cleared away yet
        before.release()
    HELD[recording] = lock = FileLock(lock_path(recording))
    lock.acquire()
    session.cluster.recorder_by_hand = lock  # held as long as anybody holds the cluster
    return session


def keep_baseline(session: Session, exercise: Exercise, content: bytes | None) -> None:
    """Note the start of an exercise: the baseline, and by which digest it is known again."""
    ticket = {"exercise": exercise.name, "since": 1.0, "baseline": hashlib.sha256(content or b"").hexdigest()}
    keep(session, "current.json", json.dumps(ticket).encode())
    keep(session, f"{exercise.name}.baseline.json", content)


def keep(session: Session, name: str, content: bytes | None) -> None:
    """Put a file into the state folder; ``None`` takes it away."""
    path = session.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)


def line(type_: str, made: Json, *, at: float = 10.0) -> Json:
    """One change, as the recorder writes it."""
    kind = next(name for name, kind in KINDS.items() if kind == made["kind"])
    return {"at": at, "kind": kind, "type": type_, "object": made}


def record(session: Session, exercise: Exercise, *lines: Json) -> None:
    with session.store.recording(exercise).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in lines)


def newer(made: Json, version: int) -> Json:
    return {**made, "metadata": {**made["metadata"], "resourceVersion": str(version)}}


# ---- many small worlds, and what was recorded in one

# A small world of objects that own each other, or claim to: every UID may be right, wrong or nobody's.
RS_UIDS, D_UIDS = ("rs-1", "rs-2", "rs-3"), ("d-1", "d-2")
worlds = st.builds(
    lambda replicasets, pods: snapshot(
        *(deployment(f"app-{uid}", uid) for uid in D_UIDS),
        *(replicaset(uid, of) for uid, of in replicasets.items()),
        *(
            terminating(pod(f"p-{number}", of)) if leaving else pod(f"p-{number}", of)
            for number, (of, leaving) in enumerate(pods)
        ),
    ),
    st.dictionaries(st.sampled_from(RS_UIDS), st.sampled_from([*D_UIDS, "d-9"])),
    st.lists(st.tuples(st.sampled_from([*RS_UIDS, "rs-9", None]), st.booleans()), max_size=8),
)


def only(now: Snapshot) -> Deployment:
    return now.deployments[0]


def told(
    *lines: tuple[str, Json],
    before: list[Json] | None = None,
    now: list[Json] | None = None,
    gaps: tuple[Gap, ...] = (),
) -> Evidence:
    """Evidence with a recording: each line a type and an object, one after another."""
    changes = tuple(
        Change(float(number), line(kind, made)["kind"], kind, newer(made, 100 + number))
        for number, (kind, made) in enumerate(lines)
    )
    start = evidence(family() if now is None else now, before)
    return Evidence(start.baseline, start.now, Recording(changes, gaps))


def revision(number: int, image: str, uid: str) -> Json:
    """A ReplicaSet as the Deployment controller keeps it for one revision."""
    template = deployment(image=image)["spec"]["template"]
    template["metadata"]["labels"] |= {"pod-template-hash": uid}
    made = replicaset(uid, annotations={"deployment.kubernetes.io/revision": str(number)})
    return {**made, "spec": {**made["spec"], "template": template}}


REVISIONS = [revision(1, "blog-api:1.0", "rs-1"), revision(2, "blog-api:1.1", "rs-2")]


# ---- exercises and results


def exercise(*points: float, name: str = "one") -> Exercise:
    """An exercise without goals, or with one for each of ``points`` that passes."""
    made = Lab("09-by-hand", "By hand", 5, "Nothing.").exercise(name, "By hand", hints=("nudge", "pointer", "answer"))
    for number, of in enumerate(points):
        made.goal(f"goal {number}", of)(lambda evidence: verdict(Outcome.PASS))
    return made


def verdict(outcome: Outcome, reason: str = "because", share: float | None = None) -> Verdict:
    return Verdict(outcome, reason, (1.0 if outcome is Outcome.PASS else 0.0) if share is None else share)


def result(*outcomes: Outcome, reason: str = "because", title: str = "A title", **options: Any) -> Result:
    goals = tuple(
        GoalResult(f"goal {number}", outcome, reason, 2.0 if outcome is Outcome.PASS else 0.0, 2.0)
        for number, outcome in enumerate(outcomes)
    )
    return Result("09-by-hand/one", title, goals, 1.0, **options)


#: What ends up in a file when it is written by something else than the kit.
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)

#: Texts that are not what they seem: what a terminal obeys, what turns a line around, what a page would run.
HOSTILE: dict[str, str] = {
    "ANSI": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J",
    "bidi": "user\u202e\u2066 resu \u2069\u200f\u061c",
    "HTML": "<script>alert('1')</script> & \"quoted\" <img src=x onerror=alert(1)>",
    "markup": "[bold red]not bold[/bold red] [link=http://example.test]x[/link]",
    "long": "x" * 250,
    "carriage": "right\rwrong\x08\x00",
    "surrogate": "half a sign: \ud83d",
}


def through_json(document: Any) -> Any:
    return json.loads(json.dumps(document))
