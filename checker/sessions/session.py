"""Doing an exercise on a cluster: start, check, hint, reset. ``sessions.store`` keeps what must outlive a process."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import Timeout

from driftlab.checker.evidence.predicates import unsettled
from driftlab.checker.evidence.recording import MOST_PROOF_S, Gap, Recording, Tape
from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.exercise import Exercise, Lab
from driftlab.checker.exercises.proofs import Disturbance, disturbing
from driftlab.checker.exercises.quiz import CONFIGMAP
from driftlab.checker.exercises.result import Result
from driftlab.checker.sessions import recorder, turns
from driftlab.checker.sessions.lost_node import LostNode
from driftlab.checker.sessions.snapshots import take_snapshot
from driftlab.checker.sessions.store import Kept, kept_folder, read
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import ClusterNotReady, ClusterUnreachable, DriftlabError, StateUnusable, UsageError
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import locked
from driftlab.clusters.kubernetes.client import Client
from driftlab.clusters.kubernetes.kubectl import AS_WRITTEN, kubectl_path
from driftlab.clusters.waiting import wait_for

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
    passed: bool = False  #: it was left as it is, and has been passed


@dataclass(frozen=True)
class Hint:
    """One of three steps: a nudge, a pointer, the answer."""

    step: int
    text: str
    more: bool


class Attempts:
    """One lab on one cluster. ``namespace``: another one than the cluster would give the lab."""

    def __init__(self, cluster: Cluster, lab: Lab, namespace: str | None = None) -> None:
        self.cluster, self.lab = cluster, lab
        self.namespace = namespace or cluster.namespace_for(lab.namespace)
        self.kept = Kept(kept_folder(cluster) / self.namespace / lab.name)
        self.lost = LostNode(cluster, kept_folder(cluster))
        self._tapes: dict[Path, Tape] = {}
        self._sent_for: dict[Path, float] = {}

    # ---- what is kept

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self.kept.folder

    @property
    def current(self) -> str:
        """The name of the exercise that the namespace is in, or nothing."""
        return self.kept.current

    def started(self, exercise: Exercise) -> bool:
        """Is it under way, and on this very cluster? What is kept may be of one that was replaced.

        Raises ClusterUnreachable and the like.
        """
        there = self.current == exercise.name and self.kept.path(exercise, "baseline").exists()
        return there and self._same_cluster(exercise)

    def hints_used(self, exercise: Exercise) -> int:
        return self.kept.hints_used(exercise)

    def last_result(self, exercise: Exercise) -> dict[str, Any]:
        """The last result as it was kept; empty where there is none or it is damaged."""
        return self.kept.last_result(exercise)

    def result_is_damaged(self, exercise: Exercise) -> bool:
        return self.kept.result_is_damaged(exercise)

    # ---- what is done

    def open(self) -> Path:
        """Make the lab's namespace; the learner's kubeconfig for it."""
        self.cluster.create_namespace(self.namespace)
        return self.cluster.learner_kubeconfig(self.namespace)

    def start(self, exercise: Exercise, *, again: bool = False) -> Progressing:
        """Put the namespace into the exercise's starting state and take the baseline.

        One that is under way already is left alone, unless ``again``. Hints used and
        results are kept: they tell of the learner, not of the cluster. Raises Overtaken where another exercise begins
        in the namespace meanwhile.
        """
        kubeconfig = self.open()
        if not again and self.started(exercise):
            self._record(exercise)
            passed = self.kept.passed(exercise)
            return Progressing(exercise, self.namespace, kubeconfig, fresh=False, passed=passed)
        if exercise.loses_node:
            self.cluster.refuse_to_lose_nodes()
        with turns.taken(self.folder.parent, exercise.id) as turn:
            self._journal(exercise).unlink(missing_ok=True)
            self.kept.end_all()
            self.lost.bring_back(exercise.id)
            self.cluster.clear(self.namespace)
            baseline = self._set_stage(exercise, kubeconfig, turn)
            node = exercise.lost_node(baseline)
            with self.lost.losing(node, self._whose(exercise)) if exercise.loses_node else nullcontext():
                self.kept.begin(exercise, baseline)
                self._record(exercise)
        return Progressing(exercise, self.namespace, kubeconfig, fresh=True)

    def _set_stage(self, exercise: Exercise, kubeconfig: Path, turn: turns.Turn) -> Snapshot:
        """Make the starting state in the empty namespace, and see that it is there."""
        turn.check()
        if exercise.manifest.exists():
            processes.run(
                [kubectl_path(), "--kubeconfig", kubeconfig, "apply", "--filename", exercise.manifest],
                env={"KUBECACHEDIR": str(self.cluster.folder / "kubectl-cache"), **AS_WRITTEN},
                next_step=f"driftlab reset {exercise.id}",
                hopeless=turn.over,
            )
        if exercise.beginning.exists():
            self.run(exercise.beginning, hopeless=turn.over)
        seen: list[Snapshot] = []

        def begun() -> bool:
            turn.check()
            seen.append(self._snapshot(exercise))
            if not {one.uid for one in seen[0].deployments} <= {one.uid for one in seen[-1].deployments}:
                raise turns.Overtaken(  # by somebody whose files are elsewhere
                    f"What was made for {exercise.id} in the namespace {self.namespace} has been deleted meanwhile.",
                    next_step=f"driftlab start {exercise.id}",
                )
            return exercise.has_begun(seen[-1])

        try:
            wait_for(begun, f"the starting state of {exercise.id}", timeout_s=60, every_s=0.15)
        except ClusterNotReady as late:
            missing = "; ".join(unsettled(seen[-1])) or "Deployments and Pods are as they ask for"
            raise ClusterNotReady(f"{late.message} There: {missing}.", next_step=late.next_step) from late
        return seen[-1]

    def _whose(self, exercise: Exercise) -> str:
        return f"{self.namespace}: {exercise.id}"

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
        if lost := list(self.kept.repaired(exercise)):
            result = replace(result, method=replace(result.method, gaps=(*result.method.gaps, *lost)))
        if result.outcome is not Outcome.ERROR:  # what was earned is not lost to a cluster that does not answer
            self.kept.keep_result(exercise, result)
        return result

    def hint(self, exercise: Exercise) -> Hint:
        """The next hint for what is wrong now. Raises NotStarted; ClusterUnreachable where that cannot be seen."""
        result = self._judge(exercise, 0)
        if result.goals and all(goal.outcome is Outcome.ERROR for goal in result.goals):
            raise ClusterUnreachable(  # and no hint is used up
                f"What is wrong now cannot be seen: {result.goals[0].reason}.",
                next_step=result.next_step or "driftlab status",
            )
        mistake, hints = exercise.hints_for(result.mistakes)
        step = self.kept.next_hint(exercise, mistake, len(hints))
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

    def run(self, script: Path, hopeless: Callable[[], str] = lambda: "") -> str:
        """Run a script as the learner would (a solution, a wrong answer): plain kubectl, in the lab's namespace.

        It means what is written there: neither the user's kuberc nor functions of their shell change it.
        ``hopeless``: why it is to be stopped, once there is a reason.
        """
        kubeconfig = self.cluster.learner_kubeconfig(self.namespace)
        with tempfile.TemporaryDirectory() as folder:
            return processes.run(
                ["bash", "-p", "-eu", script],  # -p: without exported functions and BASH_ENV
                env={**learner_environment(kubeconfig), **AS_WRITTEN, "TMPDIR": folder},
                timeout_s=180,
                next_step=f"look into {script}",
                hopeless=hopeless,
            )

    def _started_from(self, exercise: Exercise) -> Snapshot | None:
        """The baseline, or None where it is lost. Raises NotStarted."""
        if self.kept.ticket_is_damaged:
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
                result = exercise.judge(
                    evidence, hints_used, (lambda: self._disturbing(exercise, now)) if prove else None
                )
                return self._unless_node_is_back(exercise, result)
        except Timeout:
            reason = "another check of this exercise is under way"
            return exercise.trouble(reason, f"driftlab check {exercise.id}", hints_used)
        except StateUnusable:
            raise
        except DriftlabError as error:
            return exercise.trouble(f"the cluster could not be asked: {error.message}", error.next_step, hints_used)

    def _unless_node_is_back(self, exercise: Exercise, result: Result) -> Result:
        """What is not done yet cannot be done any more once the Node that was lost is there again."""
        undone = exercise.loses_node and result.outcome is not Outcome.PASS
        if undone and (back := self.lost.is_back(self._whose(exercise))):
            reason, again = f"the Node that was lost is back: {back}", f"driftlab reset {exercise.id}"
            return exercise.trouble(reason, again, result.hints_used)
        return result

    @contextmanager
    def _alone(self, exercise: Exercise) -> Iterator[None]:
        """Nobody judges by what somebody else is disturbing, nor puts it back meanwhile. Raises Timeout."""
        if not exercise.proofs:
            yield
            return
        with locked(self.kept.path(exercise, "check").with_suffix(".lock"), timeout_s=MOST_PROOF_S):
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
        return self.kept.path(exercise, "disturbance")

    def _baseline(self, exercise: Exercise) -> Snapshot | None:
        return self.kept.baseline(exercise)

    # ---- the recording

    def _recording(self, exercise: Exercise) -> Path:
        return self.kept.recording(exercise)

    def _record(self, exercise: Exercise) -> None:
        """See to it that somebody writes down what happens from now on."""
        path = self._recording(exercise)
        if time.monotonic() < self._sent_for.get(path, 0) or recorder.runs(path) or self._tape(exercise).full:
            return
        self._sent_for[path] = time.monotonic() + BEGIN_S
        recorder.spawn(
            kubeconfig=self.cluster.kubeconfig,
            namespace=self.namespace,
            since=str(read(self.kept.path(exercise, "baseline")).get("resource_version", "")),
            recording=path,
            ticket=self.kept.ticket,
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
        kept = read(self.kept.path(exercise, "baseline")).get("cluster")
        return bool(kept == self.cluster.client.get(self.cluster.identified_by(self.namespace))["metadata"]["uid"])


def _mark(recording: Path, begin: int, until: int | None) -> None:
    """Say in a recording that what happens after one resourceVersion, and until another, is the checker's doing."""
    line = json.dumps({"at": time.time(), "ours": begin, "until": until})
    with suppress(FileNotFoundError):  # one that is not there would seem to be empty
        descriptor = os.open(recording, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.write(f"\n{line}\n".encode())  # on a line of its own, whatever was there


def learner_environment(kubeconfig: Path) -> dict[str, str]:
    """What a learner's shell needs for plain ``kubectl`` to do the right thing."""
    folder = str(kubectl_path().parent)
    path = os.environ.get("PATH", os.defpath)
    return {
        "KUBECONFIG": str(kubeconfig),
        "KUBECACHEDIR": str(kubeconfig.parent / "kubectl-cache"),
        "PATH": path if path.split(os.pathsep)[0] == folder else folder + os.pathsep + path,
    }
