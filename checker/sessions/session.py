"""A session of a lab on a cluster: start, check, hint, reset. ``sessions.store`` holds its state between processes."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import Timeout

from driftlab.checker.evidence.recording import MAX_PROOF_S
from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.grading import grade, ungraded
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.proofs import Disturbance, disturbing
from driftlab.checker.exercises.quiz import CONFIGMAP
from driftlab.checker.exercises.result import Result
from driftlab.checker.sessions import turns
from driftlab.checker.sessions.lost_node import LostNode
from driftlab.checker.sessions.recordings import Recordings
from driftlab.checker.sessions.scripts import run_script
from driftlab.checker.sessions.snapshots import take_snapshot
from driftlab.checker.sessions.start import create_starting_state
from driftlab.checker.sessions.store import Store, read, store_folder
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import ClusterUnreachable, DriftlabError, StateUnusable, UsageError
from driftlab.clusters.host.files import locked
from driftlab.clusters.kubernetes.client import Client

BASELINE_LOST = "what was noted at the start of the exercise is lost or was changed"


class NotStarted(UsageError):
    """The exercise was not started."""


@dataclass(frozen=True)
class Started:
    """The result of a start, for an interface to show."""

    exercise: Exercise
    namespace: str
    kubeconfig: Path
    fresh: bool  #: False if the exercise was under way already, and was not changed
    passed: bool = False  #: whether it was under way already, and has been passed


@dataclass(frozen=True)
class Hint:
    """One of three steps: a nudge, a pointer, the answer."""

    step: int
    text: str
    more: bool


class Session:
    """One lab on one cluster. ``namespace``: if given, it is used instead of the default namespace of the lab."""

    def __init__(self, cluster: Cluster, lab: Lab, namespace: str | None = None) -> None:
        self.cluster, self.lab = cluster, lab
        self.namespace = namespace or cluster.namespace_for(lab.namespace)
        self.store = Store(store_folder(cluster) / self.namespace / lab.name)
        self.lost_node = LostNode(cluster, store_folder(cluster))
        self.recordings = Recordings(cluster, self.namespace, self.store)
        self.grade = grade

    # ---- stored state

    @property
    def folder(self) -> Path:
        """The folder of the stored state."""
        return self.store.folder

    @property
    def current(self) -> str:
        """The name of the exercise that is under way in the namespace, or empty."""
        return self.store.current

    def started(self, exercise: Exercise) -> bool:
        """Whether the exercise is under way on this cluster. The stored state may be that of a deleted cluster.

        Raises ClusterUnreachable and other DriftlabErrors.
        """
        is_current = self.current == exercise.name and self.store.path(exercise, "baseline").exists()
        return is_current and self._same_cluster(exercise)

    def hints_used(self, exercise: Exercise) -> int:
        return self.store.hints_used(exercise)

    def last_result(self, exercise: Exercise) -> dict[str, Any]:
        """The last stored result; empty if there is none or it is damaged."""
        return self.store.last_result(exercise)

    def result_is_damaged(self, exercise: Exercise) -> bool:
        return self.store.result_is_damaged(exercise)

    # ---- actions

    def open(self) -> Path:
        """Create the lab's namespace, and return the learner's kubeconfig for it."""
        self.cluster.create_namespace(self.namespace)
        return self.cluster.learner_kubeconfig(self.namespace)

    def start(self, exercise: Exercise, *, again: bool = False) -> Started:
        """Create the exercise's starting state in the namespace, and take the baseline.

        An exercise that is under way is not changed, unless ``again``. Used hints and results remain, because they are
        about the learner, not about the cluster. Raises Overtaken if another exercise begins in the namespace
        meanwhile.
        """
        kubeconfig = self.open()
        if not again and self.started(exercise):
            self.recordings.begin(exercise)
            passed = self.store.passed(exercise)
            return Started(exercise, self.namespace, kubeconfig, fresh=False, passed=passed)
        if exercise.loses_node:
            self.cluster.raise_if_nodes_cannot_be_lost()
        with turns.take_turn(self.folder.parent, exercise.id) as turn:
            self._journal(exercise).unlink(missing_ok=True)
            self.store.end_all()
            self.lost_node.restart(exercise.id)
            self.cluster.clear(self.namespace)
            baseline = create_starting_state(self.cluster, exercise, kubeconfig, turn, lambda: self._snapshot(exercise))
            node = exercise.lost_node(baseline)
            with self.lost_node.lose(node, self._session_name(exercise)) if exercise.loses_node else nullcontext():
                self.store.begin(exercise, baseline)
                self.recordings.begin(exercise)
        return Started(exercise, self.namespace, kubeconfig, fresh=True)

    def _session_name(self, exercise: Exercise) -> str:
        return f"{self.namespace}: {exercise.id}"

    def check(
        self, exercise: Exercise, *, wait_s: float = 0, waiting: Callable[[Result], None] = lambda result: None
    ) -> Result:
        """Judge the exercise. While goals are WAITING, they are judged again for up to ``wait_s`` seconds.

        If the cluster does not answer, all goals in the Result are ERROR. Raises NotStarted.
        """
        used = self.hints_used(exercise)
        deadline = time.monotonic() + wait_s
        while True:
            result = self._result(exercise, used, prove=True)
            if result.outcome is not Outcome.WAITING or time.monotonic() >= deadline:
                break
            waiting(result)
            time.sleep(0.25)
        if missing := list(self.store.repair_files(exercise)):
            result = replace(result, method=replace(result.method, gaps=(*result.method.gaps, *missing)))
        if result.outcome is not Outcome.ERROR:  # an error of the cluster must not replace an earned result
            self.store.save_result(exercise, result)
        return result

    def hint(self, exercise: Exercise) -> Hint:
        """The next hint for what is wrong now. Raises NotStarted, and ClusterUnreachable if that cannot be judged."""
        result = self._result(exercise, 0)
        if result.goals and all(goal.outcome is Outcome.ERROR for goal in result.goals):
            raise ClusterUnreachable(  # before a hint is counted
                f"What is wrong now cannot be seen: {result.goals[0].reason}.",
                next_step=result.next_step or "driftlab status",
            )
        mistake, hints = exercise.hints_for(result.mistakes)
        step = self.store.next_hint(exercise, mistake, len(hints))
        return Hint(step, hints[step - 1], step < len(hints))

    def evidence(self, exercise: Exercise) -> Evidence:
        """The evidence for a check now.

        Raises NotStarted, StateUnusable, ClusterUnreachable and other DriftlabErrors.
        """
        baseline = self._baseline(exercise)
        if baseline is None:
            raise StateUnusable(BASELINE_LOST.capitalize() + ".", next_step=f"driftlab reset {exercise.id}")
        now = self._snapshot(exercise)
        return Evidence(baseline, now, self.recordings.until(exercise, baseline, now))

    def answer(self, answers: Mapping[str, str]) -> None:
        """Write a quiz's answers into the cluster, as the learner. Raises ApiRefused, ClusterUnreachable."""
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{CONFIGMAP}"
        document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": CONFIGMAP}, "data": dict(answers)}
        Client(self.cluster.learner_kubeconfig(self.namespace)).apply(path, document)

    def object_versions(self) -> object:
        """The UIDs and resourceVersions of all objects, to detect changes. None if they cannot be read."""
        try:
            raw = self._snapshot().raw
        except DriftlabError:
            return None
        return {(item["metadata"]["uid"], item["metadata"]["resourceVersion"]) for kind in raw for item in raw[kind]}

    def run(self, script: Path) -> str:
        """Run a script as the learner would: see ``scripts.run_script``."""
        return run_script(script, self.cluster.learner_kubeconfig(self.namespace))

    def _baseline(self, exercise: Exercise) -> Snapshot | None:
        """The baseline, or None if it is lost. Raises NotStarted."""
        if self.store.ticket_is_damaged:
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
        return self.store.baseline(exercise)

    def _result(self, exercise: Exercise, hints_used: int, *, prove: bool = False) -> Result:
        baseline = self._baseline(exercise)
        if baseline is None:
            return ungraded(exercise, BASELINE_LOST, f"driftlab reset {exercise.id}", hints_used)
        try:
            with self._check_lock(exercise):
                now = self._snapshot(exercise)
                if now.cluster != baseline.cluster:
                    return self.grade(exercise, Evidence(baseline, now), hints_used)
                recording = self.recordings.until(exercise, baseline, now)
                if self._finish_proofs(exercise, now):
                    now = self._snapshot(exercise)
                    recording = self.recordings.until(exercise, baseline, now)
                evidence = Evidence(baseline, now, recording)
                result = self.grade(
                    exercise, evidence, hints_used, (lambda: self._disturbing(exercise, now)) if prove else None
                )
                return self._error_if_node_is_back(exercise, result)
        except Timeout:
            reason = "another check of this exercise is under way"
            return ungraded(exercise, reason, f"driftlab check {exercise.id}", hints_used)
        except StateUnusable:
            raise
        except DriftlabError as error:
            return ungraded(exercise, f"the cluster could not be asked: {error.message}", error.next_step, hints_used)

    def _error_if_node_is_back(self, exercise: Exercise, result: Result) -> Result:
        """Return an error if the lost Node is back before the exercise was passed: it can no longer be solved."""
        not_passed = exercise.loses_node and result.outcome is not Outcome.PASS
        if not_passed and (why := self.lost_node.recovery_reason(self._session_name(exercise))):
            reason, again = f"the Node that was lost is back: {why}", f"driftlab reset {exercise.id}"
            return ungraded(exercise, reason, again, result.hints_used)
        return result

    @contextmanager
    def _check_lock(self, exercise: Exercise) -> Iterator[None]:
        """Allow one check at a time, because a check with proofs disturbs the evidence of others. Raises Timeout."""
        if not exercise.proofs:
            yield
            return
        with locked(self.store.path(exercise, "check").with_suffix(".lock"), timeout_s=MAX_PROOF_S):
            yield

    # ---- proofs

    @contextmanager
    def _disturbing(self, exercise: Exercise, now: Snapshot) -> Iterator[Disturbance]:
        """A Disturbance for proofs. The recording marks its changes, so that they do not count as the learner's.

        If the check is aborted, the next one completes the marks.
        """
        begin = int(now.resource_version)
        self.recordings.mark(exercise, begin, None)
        with disturbing(self.cluster.client, self.namespace, self._snapshot, self._journal(exercise)) as disturbance:
            yield disturbance
        self.recordings.mark(exercise, begin, int(self._snapshot().resource_version))

    def _finish_proofs(self, exercise: Exercise, now: Snapshot) -> bool:
        """Complete the proofs that an aborted check left; returns whether there were any."""
        open_proofs = self.recordings.reader(exercise).open_proofs
        if not open_proofs and not self._journal(exercise).exists():
            return False
        for begin, until in open_proofs.items():
            self.recordings.mark(exercise, begin, until)
        with self._disturbing(exercise, now):
            pass
        return True

    def _journal(self, exercise: Exercise) -> Path:
        return self.store.path(exercise, "disturbance")

    def _snapshot(self, exercise: Exercise | None = None) -> Snapshot:
        identity = self.cluster.identity_path(self.namespace)
        return take_snapshot(self.cluster.client, self.namespace, identity, exercise.watches if exercise else ())

    def _same_cluster(self, exercise: Exercise) -> bool:
        recorded = read(self.store.path(exercise, "baseline")).get("cluster")
        return bool(recorded == self.cluster.client.get(self.cluster.identity_path(self.namespace))["metadata"]["uid"])
