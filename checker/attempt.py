"""Doing an exercise on a cluster: start, check, hint, reset.

What must outlive a process (the baseline, hints used, the last result) is kept as JSON
in the state folder, one folder for each cluster and lab, and written whole or not at all.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.evidence import Evidence, Snapshot, take_snapshot
from checker.exercise import Exercise, Lab
from checker.outcome import Outcome, Result
from clusters import processes
from clusters.client import ApiRefused
from clusters.cluster import Cluster, wait_for
from clusters.errors import ClusterUnreachable, UsageError
from clusters.folders import state_folder, write_atomically
from clusters.kubectl import kubectl_path

#: What a namespace of a lab is cleared of, in this order: owners first, so that they put nothing back.
CLEARED = (
    "/apis/batch/v1/namespaces/{namespace}/cronjobs",
    "/apis/batch/v1/namespaces/{namespace}/jobs",
    "/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers",
    "/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets",
    "/apis/apps/v1/namespaces/{namespace}/deployments",
    "/apis/apps/v1/namespaces/{namespace}/statefulsets",
    "/apis/apps/v1/namespaces/{namespace}/daemonsets",
    "/apis/apps/v1/namespaces/{namespace}/replicasets",
    "/api/v1/namespaces/{namespace}/replicationcontrollers",
    "/api/v1/namespaces/{namespace}/services",
    "/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses",
    "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
    "/api/v1/namespaces/{namespace}/persistentvolumeclaims",
    "/api/v1/namespaces/{namespace}/secrets",
    "/api/v1/namespaces/{namespace}/pods",
)
#: What the cluster itself puts into every namespace.
KEPT = {"kube-root-ca.crt"}


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


class Attempts:
    """One lab on one cluster."""

    def __init__(self, cluster: Cluster, lab: Lab) -> None:
        self.cluster, self.lab = cluster, lab
        self.folder = state_folder() / "attempts" / f"{cluster.engine}-{cluster.name}" / lab.name

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

    @property
    def current(self) -> str:
        """The name of the exercise that the namespace is in, or nothing."""
        return str(self._read(self.folder / "current.json").get("exercise", ""))

    def started(self, exercise: Exercise) -> bool:
        return self.current == exercise.name and self._path(exercise, "baseline").exists()

    def hints_used(self, exercise: Exercise) -> int:
        return int(self._read(self._path(exercise, "hints")).get("used", 0))

    def last_result(self, exercise: Exercise) -> dict[str, Any]:
        return self._read(self._path(exercise, "result"))

    # ---- what is done

    def open(self) -> Path:
        """Make the lab's namespace; the learner's kubeconfig for it."""
        self.cluster.create_namespace(self.lab.namespace)
        return self.cluster.learner_kubeconfig(self.lab.namespace)

    def start(self, exercise: Exercise, *, again: bool = False) -> Progressing:
        """Put the namespace into the exercise's starting state and take the baseline.

        One that is under way already is left alone, unless ``again``. Hints used and
        results are kept: they tell of the learner, not of the cluster.
        """
        kubeconfig = self.open()
        if self.started(exercise) and not again and self._same_cluster(exercise):
            return Progressing(exercise, self.lab.namespace, kubeconfig, fresh=False)
        # From here on, nothing that was started before can be judged any more.
        write_atomically(self.folder / "current.json", json.dumps({"exercise": ""}))
        self._clear()
        if exercise.manifest.exists():
            processes.run(
                [kubectl_path(), "--kubeconfig", kubeconfig, "apply", "--filename", exercise.manifest],
                env={"KUBECACHEDIR": str(self.cluster.folder / "kubectl-cache")},
                next_step=f"driftlab reset {exercise.id}",
            )
        seen: list[Snapshot] = []

        def begun() -> bool:
            seen.append(take_snapshot(self.cluster.client, self.lab.namespace))
            return exercise.begins(seen[-1])

        wait_for(begun, f"the starting state of {exercise.id}", timeout_s=60)
        write_atomically(self._path(exercise, "baseline"), json.dumps(seen[-1].to_dict()))
        write_atomically(self.folder / "current.json", json.dumps({"exercise": exercise.name, "since": time.time()}))
        return Progressing(exercise, self.lab.namespace, kubeconfig, fresh=True)

    def check(
        self, exercise: Exercise, *, wait_s: float = 0, waiting: Callable[[Result], None] = lambda result: None
    ) -> Result:
        """Judge the exercise. Goals that are WAITING are looked at again for up to ``wait_s`` seconds.

        A cluster that does not answer gives a Result full of ERROR. Raises NotStarted.
        """
        used = self.hints_used(exercise)
        deadline = time.monotonic() + wait_s
        while True:
            result = self._judge(exercise, used)
            if result.outcome is not Outcome.WAITING or time.monotonic() >= deadline:
                break
            waiting(result)
            time.sleep(0.25)
        write_atomically(self._path(exercise, "result"), json.dumps(result.to_dict()))
        return result

    def hint(self, exercise: Exercise) -> Hint:
        """The next hint for what is wrong now. Raises NotStarted."""
        result = self._judge(exercise, 0)
        mistake, hints = exercise.hints_for(result.mistakes)
        path = self._path(exercise, "hints")
        kept = self._read(path)
        steps = {str(name): int(step) for name, step in kept.get("steps", {}).items()}
        step = min(steps.get(mistake, 0) + 1, len(hints))
        steps[mistake] = step
        write_atomically(path, json.dumps({"used": int(kept.get("used", 0)) + 1, "steps": steps}))
        return Hint(step, hints[step - 1], step < len(hints))

    def run(self, script: Path) -> str:
        """Run a solution or a wrong answer as the learner would: plain kubectl, in the lab's namespace."""
        kubeconfig = self.cluster.learner_kubeconfig(self.lab.namespace)
        with tempfile.TemporaryDirectory() as folder:
            return processes.run(
                ["bash", "-euo", "pipefail", script],
                env={**learner_environment(kubeconfig), "TMPDIR": folder},
                timeout_s=180,
                next_step=f"look into {script}",
            )

    def _judge(self, exercise: Exercise, hints_used: int) -> Result:
        if self.current != exercise.name:
            raise NotStarted(
                f"The exercise {exercise.id} has not been started"
                + (f": you are in {self.lab.name}/{self.current}." if self.current else "."),
                next_step=f"driftlab start {exercise.id}",
            )
        document = self._read(self._path(exercise, "baseline"))
        try:
            baseline = Snapshot.from_dict(document)
        except (KeyError, TypeError, ValueError):
            return exercise.trouble(
                "what was noted at the start of the exercise is lost", f"driftlab reset {exercise.id}", hints_used
            )
        try:
            now = take_snapshot(self.cluster.client, self.lab.namespace)
        except (ClusterUnreachable, ApiRefused) as error:
            return exercise.trouble(f"the cluster could not be asked: {error.message}", error.next_step, hints_used)
        return exercise.judge(Evidence(baseline, now), hints_used)

    def _same_cluster(self, exercise: Exercise) -> bool:
        kept = self._read(self._path(exercise, "baseline")).get("cluster")
        return bool(kept == self.cluster.client.get("/api/v1/namespaces/kube-system")["metadata"]["uid"])

    def _clear(self) -> None:
        """Empty the namespace. Objects that come back meanwhile are deleted again."""
        client, namespace = self.cluster.client, self.lab.namespace

        def empty() -> bool:
            left = 0
            for path in (template.format(namespace=namespace) for template in CLEARED):
                items = client.get(path)["items"]
                if items:
                    left += len(items)
                    client.delete(path, gracePeriodSeconds="0", propagationPolicy="Background")
            return left == 0

        wait_for(empty, f"the namespace {namespace} to be empty", timeout_s=30)
        for name in ("configmaps", "serviceaccounts"):
            for item in client.get(f"/api/v1/namespaces/{namespace}/{name}")["items"]:
                own = item["metadata"]["name"]
                if own not in KEPT and own != "default":
                    client.delete(f"/api/v1/namespaces/{namespace}/{name}/{own}")
        client.delete(f"/api/v1/namespaces/{namespace}/events")


def learner_environment(kubeconfig: Path) -> dict[str, str]:
    """What a learner's shell needs for plain ``kubectl`` to do the right thing."""
    folder = str(kubectl_path().parent)
    path = os.environ.get("PATH", os.defpath)
    return {
        "KUBECONFIG": str(kubeconfig),
        "KUBECACHEDIR": str(kubeconfig.parent / "kubectl-cache"),
        "PATH": path if path.split(os.pathsep)[0] == folder else folder + os.pathsep + path,
    }
