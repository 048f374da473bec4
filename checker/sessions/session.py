"""Doing an exercise on a cluster: start, check, hint, reset. ``sessions.store`` keeps what must outlive a process."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import Timeout

from driftlab.checker.evidence.recording import MOST_PROOF_S
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

LOST = "what was noted at the start of the exercise is lost or was changed"


class NotStarted(UsageError):
    """An exercise is asked about that was not started."""


@dataclass(frozen=True)
class Started:
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


class Session:
    """One lab on one cluster. ``namespace``: another one than the cluster would give the lab."""

    def __init__(self, cluster: Cluster, lab: Lab, namespace: str | None = None) -> None:
        self.cluster, self.lab = cluster, lab
        self.namespace = namespace or cluster.namespace_for(lab.namespace)
        self.store = Store(store_folder(cluster) / self.namespace / lab.name)
        self.lost = LostNode(cluster, store_folder(cluster))
        self.recordings = Recordings(cluster, self.namespace, self.store)
        self.grade = grade

    # ---- what is kept

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self.store.folder

    @property
    def current(self) -> str:
        """The name of the exercise that the namespace is in, or nothing."""
        return self.store.current

    def started(self, exercise: Exercise) -> bool:
        """Is it under way, and on this very cluster? What is kept may be of one that was replaced.

        Raises ClusterUnreachable and the like.
        """
        there = self.current == exercise.name and self.store.path(exercise, "baseline").exists()
        return there and self._same_cluster(exercise)

    def hints_used(self, exercise: Exercise) -> int:
        return self.store.hints_used(exercise)

    def last_result(self, exercise: Exercise) -> dict[str, Any]:
        """The last result as it was kept; empty where there is none or it is damaged."""
        return self.store.last_result(exercise)

    def result_is_damaged(self, exercise: Exercise) -> bool:
        return self.store.result_is_damaged(exercise)

    # ---- what is done

    def open(self) -> Path:
        """Make the lab's namespace; the learner's kubeconfig for it."""
        self.cluster.create_namespace(self.namespace)
        return self.cluster.learner_kubeconfig(self.namespace)

    def start(self, exercise: Exercise, *, again: bool = False) -> Started:
        """Put the namespace into the exercise's starting state and take the baseline.

        One that is under way already is left alone, unless ``again``. Hints used and
        results are kept: they tell of the learner, not of the cluster. Raises Overtaken where another exercise begins
        in the namespace meanwhile.
        """
        kubeconfig = self.open()
        if not again and self.started(exercise):
            self.recordings.begin(exercise)
            passed = self.store.passed(exercise)
            return Started(exercise, self.namespace, kubeconfig, fresh=False, passed=passed)
        if exercise.loses_node:
            self.cluster.raise_if_nodes_cannot_be_lost()
        with turns.taken(self.folder.parent, exercise.id) as turn:
            self._journal(exercise).unlink(missing_ok=True)
            self.store.end_all()
            self.lost.bring_back(exercise.id)
            self.cluster.clear(self.namespace)
            baseline = create_starting_state(self.cluster, exercise, kubeconfig, turn, lambda: self._snapshot(exercise))
            node = exercise.lost_node(baseline)
            with self.lost.losing(node, self._session_name(exercise)) if exercise.loses_node else nullcontext():
                self.store.begin(exercise, baseline)
                self.recordings.begin(exercise)
        return Started(exercise, self.namespace, kubeconfig, fresh=True)

    def _session_name(self, exercise: Exercise) -> str:
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
            result = self._result(exercise, used, prove=True)
            if result.outcome is not Outcome.WAITING or time.monotonic() >= deadline:
                break
            waiting(result)
            time.sleep(0.25)
        if lost := list(self.store.repaired_files(exercise)):
            result = replace(result, method=replace(result.method, gaps=(*result.method.gaps, *lost)))
        if result.outcome is not Outcome.ERROR:  # what was earned is not lost to a cluster that does not answer
            self.store.keep_result(exercise, result)
        return result

    def hint(self, exercise: Exercise) -> Hint:
        """The next hint for what is wrong now. Raises NotStarted; ClusterUnreachable where that cannot be seen."""
        result = self._result(exercise, 0)
        if result.goals and all(goal.outcome is Outcome.ERROR for goal in result.goals):
            raise ClusterUnreachable(  # and no hint is used up
                f"What is wrong now cannot be seen: {result.goals[0].reason}.",
                next_step=result.next_step or "driftlab status",
            )
        mistake, hints = exercise.hints_for(result.mistakes)
        step = self.store.next_hint(exercise, mistake, len(hints))
        return Hint(step, hints[step - 1], step < len(hints))

    def evidence(self, exercise: Exercise) -> Evidence:
        """What a check would be judged by now. Raises NotStarted, StateUnusable; ClusterUnreachable and the like."""
        baseline = self._started_from(exercise)
        if baseline is None:
            raise StateUnusable(LOST.capitalize() + ".", next_step=f"driftlab reset {exercise.id}")
        now = self._snapshot(exercise)
        return Evidence(baseline, now, self.recordings.until(exercise, baseline, now))

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
        """Run a script as the learner would: see ``scripts.run_script``."""
        return run_script(script, self.cluster.learner_kubeconfig(self.namespace))

    def _started_from(self, exercise: Exercise) -> Snapshot | None:
        """The baseline, or None where it is lost. Raises NotStarted."""
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
        baseline = self._started_from(exercise)
        if baseline is None:
            return ungraded(exercise, LOST, f"driftlab reset {exercise.id}", hints_used)
        try:
            with self._checking_alone(exercise):
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
        """What is not done yet cannot be done any more once the Node that was lost is there again."""
        undone = exercise.loses_node and result.outcome is not Outcome.PASS
        if undone and (back := self.lost.is_back(self._session_name(exercise))):
            reason, again = f"the Node that was lost is back: {back}", f"driftlab reset {exercise.id}"
            return ungraded(exercise, reason, again, result.hints_used)
        return result

    @contextmanager
    def _checking_alone(self, exercise: Exercise) -> Iterator[None]:
        """Nobody judges by what somebody else is disturbing, nor puts it back meanwhile. Raises Timeout."""
        if not exercise.proofs:
            yield
            return
        with locked(self.store.path(exercise, "check").with_suffix(".lock"), timeout_s=MOST_PROOF_S):
            yield

    # ---- proofs

    @contextmanager
    def _disturbing(self, exercise: Exercise, now: Snapshot) -> Iterator[Disturbance]:
        """What a proof needs. The recording is told, so that nobody takes it for the learner's doing.

        Where the check is cut off, the recording is left to the next one to put right.
        """
        begin = int(now.resource_version)
        self.recordings.mark(exercise, begin, None)
        with disturbing(self.cluster.client, self.namespace, self._snapshot, self._journal(exercise)) as made:
            yield made
        self.recordings.mark(exercise, begin, int(self._snapshot().resource_version))

    def _finish_proofs(self, exercise: Exercise, now: Snapshot) -> bool:
        """Make good what a check that was cut off has left half done; was there anything?"""
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
        kept = read(self.store.path(exercise, "baseline")).get("cluster")
        return bool(kept == self.cluster.client.get(self.cluster.identity_path(self.namespace))["metadata"]["uid"])
