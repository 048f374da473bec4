"""Doing an exercise on a cluster: start, check, hint, reset.

What must outlive a process (the baseline, hints used, the last result) is kept as JSON
in the state folder, one folder for each cluster and lab, and written whole or not at all.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import Timeout

from checker import recorder
from checker.disturbance import Disturbance, disturbing
from checker.evidence import Evidence, Snapshot, lists, take_snapshot
from checker.exercise import Exercise, Lab
from checker.outcome import Outcome, Result
from checker.predicates import unsettled
from checker.questions import CONFIGMAP
from checker.recording import MOST_PROOF_S, Gap, Recording, Tape
from clusters import processes
from clusters.client import Client
from clusters.cluster import Cluster, wait_for
from clusters.errors import ClusterNotReady, ClusterUnreachable, DriftlabError, StateUnusable, UsageError
from clusters.folders import locked, state_folder, write_atomically
from clusters.kubectl import kubectl_path

LOST = "what was noted at the start of the exercise is lost or was changed"
#: Seconds within which a recorder, if need be a new one, has written down what has happened.
RECORDER_S = 10.0
#: Seconds that a recorder is given to begin, before another one is sent for.
BEGIN_S = 5.0


class NotStarted(UsageError):
    """An exercise is asked about that was not started."""


@dataclass(frozen=True)
class Progressing:
    """What was done, and what is needed to go on: for a face to show."""

    exercise: Exercise
    namespace: str
    kubeconfig: Path
    fresh: bool  #: False where the exercise had been started before, and was left as it is


@dataclass(frozen=True)
class Hint:
    """One of three steps: a nudge, a pointer, the answer."""

    step: int
    text: str
    more: bool


def kept_folder(cluster: Cluster) -> Path:
    """Where all is kept that was begun on that cluster."""
    return state_folder() / "attempts" / f"{cluster.engine}-{cluster.folder.name}"


class Attempts:
    """One lab on one cluster. ``namespace``: another one than the cluster would give the lab."""

    def __init__(self, cluster: Cluster, lab: Lab, namespace: str | None = None) -> None:
        self.cluster, self.lab = cluster, lab
        self.namespace = namespace or cluster.namespace_for(lab.namespace)
        self.folder = kept_folder(cluster) / self.namespace / lab.name
        self._tapes: dict[Path, Tape] = {}
        self._sent_for: dict[Path, float] = {}

    # ---- what is kept

    def _path(self, exercise: Exercise, what: str) -> Path:
        return self.folder / f"{exercise.name}.{what}.json"

    def _read(self, path: Path) -> dict[str, Any]:
        """A kept document; empty where there is none or it is damaged."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def _is_damaged(self, path: Path, holds: str) -> bool:
        """Is there something, and not what it should hold?"""
        return path.exists() and holds not in self._read(path)

    @property
    def current(self) -> str:
        """The name of the exercise that the namespace is in, or nothing."""
        return str(self._read(self.folder / "current.json").get("exercise", ""))

    def started(self, exercise: Exercise) -> bool:
        """Is it under way, and on this very cluster? What is kept may be of one that was replaced.

        Raises ClusterUnreachable and the like.
        """
        there = self.current == exercise.name and self._path(exercise, "baseline").exists()
        return there and self._same_cluster(exercise)

    def hints_used(self, exercise: Exercise) -> int:
        return _count(self._read(self._path(exercise, "hints")).get("used"))

    def last_result(self, exercise: Exercise) -> dict[str, Any]:
        """The last result as it was kept; empty where there is none or it is damaged."""
        kept = self._read(self._path(exercise, "result"))
        whole = kept.get("outcome") in tuple(Outcome) and isinstance(kept.get("points"), int | float)
        return kept if whole else {}

    def result_is_damaged(self, exercise: Exercise) -> bool:
        return self._path(exercise, "result").exists() and not self.last_result(exercise)

    # ---- what is done

    def open(self) -> Path:
        """Make the lab's namespace; the learner's kubeconfig for it."""
        self.cluster.create_namespace(self.namespace)
        return self.cluster.learner_kubeconfig(self.namespace)

    def start(self, exercise: Exercise, *, again: bool = False) -> Progressing:
        """Put the namespace into the exercise's starting state and take the baseline.

        One that is under way already is left alone, unless ``again``. Hints used and
        results are kept: they tell of the learner, not of the cluster.
        """
        kubeconfig = self.open()
        if not again and self.started(exercise):
            self._record(exercise)
            return Progressing(exercise, self.namespace, kubeconfig, fresh=False)
        if exercise.loses_node:
            self.cluster.refuse_to_lose_nodes()
        self._journal(exercise).unlink(missing_ok=True)
        # From here on, nothing that was started before can be judged any more: no other lab of this namespace, either.
        for folder in {self.folder, *(path.parent for path in self.folder.parent.glob("*/current.json"))}:
            write_atomically(folder / "current.json", json.dumps({"exercise": ""}))
        self._return_node()
        self.cluster.clear(self.namespace)
        if exercise.manifest.exists():
            processes.run(
                [kubectl_path(), "--kubeconfig", kubeconfig, "apply", "--filename", exercise.manifest],
                env={"KUBECACHEDIR": str(self.cluster.folder / "kubectl-cache")},
                next_step=f"driftlab reset {exercise.id}",
            )
        if exercise.beginning.exists():
            self.run(exercise.beginning)
        seen: list[Snapshot] = []

        def begun() -> bool:
            seen.append(self._snapshot(exercise))
            return exercise.has_begun(seen[-1])

        try:
            wait_for(begun, f"the starting state of {exercise.id}", timeout_s=60, every_s=0.15)
        except ClusterNotReady as late:
            missing = "; ".join(unsettled(seen[-1])) or "Deployments and Pods are as they ask for"
            raise ClusterNotReady(f"{late.message} There: {missing}.", next_step=late.next_step) from late
        baseline = json.dumps(seen[-1].to_dict())
        write_atomically(self._path(exercise, "baseline"), baseline)
        for old in self.folder.glob(f"{exercise.name}.*.recording.*"):
            old.unlink(missing_ok=True)
        ticket = {"exercise": exercise.name, "since": time.time(), "baseline": _digest(baseline.encode())}
        write_atomically(self.folder / "current.json", json.dumps(ticket))
        self._record(exercise)
        if exercise.loses_node:
            self._lose_node(exercise.lost_node(seen[-1]))
        return Progressing(exercise, self.namespace, kubeconfig, fresh=True)

    @property
    def _lost(self) -> Path:
        """Names the Node that an exercise of any lab on this cluster has lost."""
        return self.folder.parent.parent / "lost-node.json"

    def _lose_node(self, name: str) -> None:
        write_atomically(self._lost, json.dumps({"node": name}))  # first, so that it is brought back whatever happens
        self.cluster.lose_node(name)

    def _return_node(self) -> None:
        """Bring back the Node that an exercise has lost, if there is one."""
        if name := self._read(self._lost).get("node"):
            with suppress(UsageError):  # this is another cluster by now, with other Nodes
                self.cluster.return_node(str(name))
        self._lost.unlink(missing_ok=True)

    def check(
        self, exercise: Exercise, *, wait_s: float = 0, waiting: Callable[[Result], None] = lambda result: None
    ) -> Result:
        """Judge the exercise. Goals that are WAITING are looked at again for up to ``wait_s`` seconds.

        A cluster that does not answer gives a Result full of ERROR. Raises NotStarted.
        """
        used = self.hints_used(exercise)
        deadline = time.monotonic() + wait_s
        while True:
            result = self._judge(exercise, used, prove=True)
            if result.outcome is not Outcome.WAITING or time.monotonic() >= deadline:
                break
            waiting(result)
            time.sleep(0.25)
        if lost := self._made_good(exercise):
            result = replace(result, method=replace(result.method, gaps=(*result.method.gaps, *lost)))
        if result.outcome is not Outcome.ERROR:  # what was earned is not lost to a cluster that does not answer
            write_atomically(self._path(exercise, "result"), json.dumps(result.to_dict()))
        return result

    def _made_good(self, exercise: Exercise) -> list[str]:
        """What was kept of the exercise and cannot be read any more, in words. It is made anew."""
        lost = []
        if self._is_damaged(hints := self._path(exercise, "hints"), "used"):
            lost.append("the hints that you were given before, whose note is damaged")
            write_atomically(hints, json.dumps({"used": 0, "steps": {}}))
        if self.result_is_damaged(exercise):
            lost.append("the result before this one, which is damaged")
        return lost

    def hint(self, exercise: Exercise) -> Hint:
        """The next hint for what is wrong now. Raises NotStarted; ClusterUnreachable where that cannot be seen."""
        result = self._judge(exercise, 0)
        if result.goals and all(goal.outcome is Outcome.ERROR for goal in result.goals):
            raise ClusterUnreachable(  # and no hint is used up
                f"What is wrong now cannot be seen: {result.goals[0].reason}.",
                next_step=result.next_step or "driftlab status",
            )
        mistake, hints = exercise.hints_for(result.mistakes)
        path = self._path(exercise, "hints")
        kept = self._read(path)
        steps = kept["steps"] if isinstance(kept.get("steps"), dict) else {}
        step = min(_count(steps.get(mistake)) + 1, len(hints))
        steps[mistake] = step
        write_atomically(path, json.dumps({"used": _count(kept.get("used")) + 1, "steps": steps}))
        return Hint(step, hints[step - 1], step < len(hints))

    def evidence(self, exercise: Exercise) -> Evidence:
        """What a check would be judged by now. Raises NotStarted, StateUnusable; ClusterUnreachable and the like."""
        baseline = self._started_from(exercise)
        if baseline is None:
            raise StateUnusable(LOST.capitalize() + ".", next_step=f"driftlab reset {exercise.id}")
        now = self._snapshot(exercise)
        return Evidence(baseline, now, self._recorded(exercise, baseline, now))

    def answer(self, answers: Mapping[str, str]) -> None:
        """Write a quiz's answers into the cluster, as the learner. Raises ApiRefused, ClusterUnreachable."""
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{CONFIGMAP}"
        document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": CONFIGMAP}, "data": dict(answers)}
        Client(self.cluster.learner_kubeconfig(self.namespace)).apply(path, document)

    def state(self) -> object:
        """What is in the namespace: something else after everything that happens. None where that cannot be read."""
        try:
            raw = self._snapshot().raw
        except DriftlabError:
            return None
        return {(one["metadata"]["uid"], one["metadata"]["resourceVersion"]) for kind in raw for one in raw[kind]}

    def run(self, script: Path) -> str:
        """Run a script as the learner would (a solution, a wrong answer): plain kubectl, in the lab's namespace."""
        kubeconfig = self.cluster.learner_kubeconfig(self.namespace)
        with tempfile.TemporaryDirectory() as folder:
            return processes.run(
                ["bash", "-eu", script],
                env={**learner_environment(kubeconfig), "TMPDIR": folder},
                timeout_s=180,
                next_step=f"look into {script}",
            )

    def _started_from(self, exercise: Exercise) -> Snapshot | None:
        """The baseline, or None where it is lost. Raises NotStarted."""
        if self._is_damaged(self.folder / "current.json", "exercise"):
            raise NotStarted(
                f"Which exercise of {self.lab.name} is under way cannot be read any more: its note is damaged.",
                next_step=f"driftlab start {exercise.id}",
            )
        if self.current != exercise.name:
            raise NotStarted(
                f"The exercise {exercise.id} has not been started"
                + (f": you are in {self.lab.name}/{self.current}." if self.current else "."),
                next_step=f"driftlab start {exercise.id}",
            )
        return self._baseline(exercise)

    def _judge(self, exercise: Exercise, hints_used: int, *, prove: bool = False) -> Result:
        baseline = self._started_from(exercise)
        if baseline is None:
            return exercise.trouble(LOST, f"driftlab reset {exercise.id}", hints_used)
        try:
            with self._alone(exercise):
                now = self._snapshot(exercise)
                if now.cluster != baseline.cluster:
                    return exercise.judge(Evidence(baseline, now), hints_used)
                recording = self._recorded(exercise, baseline, now)
                if self._finish_proofs(exercise, now):
                    now = self._snapshot(exercise)
                    recording = self._recorded(exercise, baseline, now)
                evidence = Evidence(baseline, now, recording)
                return exercise.judge(
                    evidence, hints_used, (lambda: self._disturbing(exercise, now)) if prove else None
                )
        except Timeout:
            reason = "another check of this exercise is under way"
            return exercise.trouble(reason, f"driftlab check {exercise.id}", hints_used)
        except StateUnusable:
            raise
        except DriftlabError as error:
            return exercise.trouble(f"the cluster could not be asked: {error.message}", error.next_step, hints_used)

    @contextmanager
    def _alone(self, exercise: Exercise) -> Iterator[None]:
        """Nobody judges by what somebody else is disturbing, nor puts it back meanwhile. Raises Timeout."""
        if not exercise.proofs:
            yield
            return
        with locked(self._path(exercise, "check").with_suffix(".lock"), timeout_s=MOST_PROOF_S):
            yield

    # ---- proofs

    @contextmanager
    def _disturbing(self, exercise: Exercise, now: Snapshot) -> Iterator[Disturbance]:
        """What a proof needs. The recording is told, so that nobody takes it for the learner's doing.

        Where the check is cut off, the recording is left to the next one to put right.
        """
        path, begin = self._recording(exercise), int(now.resource_version)
        _mark(path, begin, None)
        with disturbing(self.cluster.client, self.namespace, self._snapshot, self._journal(exercise)) as made:
            yield made
        _mark(path, begin, int(self._snapshot().resource_version))

    def _finish_proofs(self, exercise: Exercise, now: Snapshot) -> bool:
        """Make good what a check that was cut off has left half done; was there anything?"""
        tape = self._tape(exercise)
        if not tape.open_proofs and not self._journal(exercise).exists():
            return False
        for begin, until in tape.open_proofs.items():
            _mark(tape.path, begin, until)
        with self._disturbing(exercise, now):
            pass
        return True

    def _journal(self, exercise: Exercise) -> Path:
        return self._path(exercise, "disturbance")

    def _baseline(self, exercise: Exercise) -> Snapshot | None:
        """How things were at the start; None where that is not known any more."""
        try:
            text = self._path(exercise, "baseline").read_bytes()
            if self._read(self.folder / "current.json").get("baseline") != _digest(text):
                return None
            baseline = Snapshot.from_dict(json.loads(text))
            return baseline if baseline.raw.keys() >= lists(exercise.watches).keys() else None
        except (OSError, KeyError, TypeError, ValueError):
            return None

    # ---- the recording

    def _recording(self, exercise: Exercise) -> Path:
        # Each beginning has a file of its own: the recorder of the one before may be about to end.
        since = self._read(self.folder / "current.json").get("since")
        began = round(1000 * since) if isinstance(since, int | float) else 0
        return self.folder / f"{exercise.name}.{began}.recording.jsonl"

    def _record(self, exercise: Exercise) -> None:
        """See to it that somebody writes down what happens from now on."""
        path = self._recording(exercise)
        if time.monotonic() < self._sent_for.get(path, 0) or recorder.runs(path) or self._tape(exercise).full:
            return
        self._sent_for[path] = time.monotonic() + BEGIN_S
        recorder.spawn(
            kubeconfig=self.cluster.kubeconfig,
            namespace=self.namespace,
            since=str(self._read(self._path(exercise, "baseline")).get("resource_version", "")),
            recording=path,
            ticket=self.folder / "current.json",
            watches=exercise.watches,
        )

    def _tape(self, exercise: Exercise) -> Tape:
        """The recording, read on to its end."""
        path = self._recording(exercise)
        tape = self._tapes.setdefault(path, Tape(path))
        tape.wind()
        return tape

    def _recorded(self, exercise: Exercise, baseline: Snapshot, now: Snapshot) -> Recording:
        """The recording up to ``now``. Where it does not get there in time, it has a gap at its end."""
        deadline = time.monotonic() + RECORDER_S
        while True:
            self._record(exercise)
            tape = self._tape(exercise)
            recording = tape.recording.until(int(now.resource_version))
            behind = (kind for kind in now.raw if not recording.shows(kind, now.raw[kind], baseline.raw[kind]))
            if tape.full or (tape.begun and not any(behind)):
                return recording
            if time.monotonic() > deadline:
                gap = Gap(time.time(), "", "what happened last is not in it yet")
                return replace(recording, gaps=(*recording.gaps, gap))
            time.sleep(0.02)

    def _snapshot(self, exercise: Exercise | None = None) -> Snapshot:
        identity = self.cluster.identified_by(self.namespace)
        return take_snapshot(self.cluster.client, self.namespace, identity, exercise.watches if exercise else ())

    def _same_cluster(self, exercise: Exercise) -> bool:
        kept = self._read(self._path(exercise, "baseline")).get("cluster")
        return bool(kept == self.cluster.client.get(self.cluster.identified_by(self.namespace))["metadata"]["uid"])


def _mark(recording: Path, begin: int, until: int | None) -> None:
    """Say in a recording that what happens after one resourceVersion, and until another, is the checker's doing."""
    line = json.dumps({"at": time.time(), "ours": begin, "until": until})
    with suppress(FileNotFoundError):  # one that is not there would seem to be empty
        descriptor = os.open(recording, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.write(f"\n{line}\n".encode())  # on a line of its own, whatever was there


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _count(kept: object) -> int:
    """A number that was kept; 0 where it is missing or damaged."""
    return kept if type(kept) is int and kept > 0 else 0


def learner_environment(kubeconfig: Path) -> dict[str, str]:
    """What a learner's shell needs for plain ``kubectl`` to do the right thing."""
    folder = str(kubectl_path().parent)
    path = os.environ.get("PATH", os.defpath)
    return {
        "KUBECONFIG": str(kubeconfig),
        "KUBECACHEDIR": str(kubeconfig.parent / "kubectl-cache"),
        "PATH": path if path.split(os.pathsep)[0] == folder else folder + os.pathsep + path,
    }
