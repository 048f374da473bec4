"""A case of ``documented/``: manifests, and what becomes of them, step by step, in a namespace of its own.

A file has the fields ``page`` (whose behaviour is expected), ``shows`` (that behaviour in a sentence), ``objects``
(created first, in this order) and ``then`` (steps, one after another). ``$NAMESPACE`` stands for the namespace. A step
is a mapping of one key, which is the name of a method of ``Steps``, to its arguments.

What is expected is a part of what is found: of a mapping its keys, of a list its elements, in any order. ``null``
expects that there is nothing. A text that begins with ``~`` is a regular expression for the whole. Newlines at the end
of texts do not count.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import CommandFailed
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.kubernetes.kubectl import kubectl_path

Document = dict[str, Any]

#: Far longer than any step takes, also on a loaded machine.
PATIENCE_S = 150
#: Many cases wait at once, on a small machine.
POLL_S = 0.4

GROUPS = {
    "apps": ("deployment", "replicaset", "statefulset"),
    "batch": ("cronjob", "job"),
}
#: Kinds that are in no namespace.
CLUSTER_WIDE = ("namespace", "persistentvolume")


def fits(expected: Any, found: Any) -> bool:
    """Is ``expected`` a part of ``found``?"""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(fits(value, found.get(key)) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(found, list) and all(any(fits(one, other) for other in found) for one in expected)
    if isinstance(expected, str) and expected.startswith("~"):
        return found is not None and bool(re.fullmatch(expected[1:].rstrip("\n"), str(found).rstrip("\n"), re.DOTALL))
    if isinstance(expected, str) and isinstance(found, str):
        return expected.rstrip("\n") == found.rstrip("\n")
    return bool(expected == found)


@dataclass(frozen=True)
class Case:
    page: str
    shows: str
    then: Sequence[Document]
    objects: Sequence[Document] = field(default_factory=list)

    @classmethod
    def read(cls, file: Path, namespace: str) -> "Case":
        return cls(**yaml.safe_load(file.read_text(encoding="utf-8").replace("$NAMESPACE", namespace)))


@dataclass(frozen=True)
class Steps:
    """The methods without an underscore are the steps of a case. Objects are named as by kubectl: ``pod/web``."""

    cluster: Cluster
    namespace: str

    def play(self, case: Case) -> None:
        """Create the objects and take the steps. Fails at the first whose expectation does not come true."""
        try:
            self.create(*case.objects)
            for number, step in enumerate(case.then, 1):
                [(verb, arguments)] = step.items()
                try:
                    getattr(self, verb)(**arguments)
                except pytest.fail.Exception as failure:
                    pytest.fail(f"{case.shows} ({case.page})\nstep {number}, {step}: {failure.msg}", pytrace=False)
        finally:
            self._delete_cluster_wide(case)

    def create(self, *objects: Document) -> None:
        for document in objects:
            self.cluster.client.post(self._path(document["kind"].lower()), document)

    def add(self, objects: Sequence[Document]) -> None:
        self.create(*objects)

    def until(self, of: str, has: Document) -> None:
        """Wait until the object has what is expected of it."""
        self._wait(has, lambda: self._get(of))

    def change(self, of: str, to: Document) -> None:
        """Lay ``to`` over the object."""
        kind, _, name = of.partition("/")
        self.cluster.client.patch(self._path(kind, name), to)

    def delete(self, of: str) -> None:
        kind, _, name = of.partition("/")
        self.cluster.client.delete(self._path(kind, name))

    def gone(self, of: str) -> None:
        """Wait until there is no such object."""
        self._wait(None, lambda: self._get(of))

    def logs(self, of: str, are: str, container: str = "", previous: bool = False) -> None:
        """Wait until a container has written this."""
        query = f"?previous={str(previous).lower()}" + (f"&container={container}" if container else "")

        def written() -> str:
            try:
                return self.cluster.client.text(self._path("pod", of) + "/log" + query)
            except ApiRefused as refusal:  # it has not been started yet
                return f"refused: {refusal.message}"

        self._wait(are, written)

    def event(self, about: str, reason: str, message: str = "~.*") -> None:
        """Wait until the object has such an Event."""
        name = about.partition("/")[2]
        self._wait([{"reason": reason, "message": message}], lambda: self._events(name))

    def count(self, kind: str, number: int, having: Document, labels: str = "") -> None:
        """Wait until exactly so many objects of a kind, among those with the labels, have what is expected of them."""
        expected = {"count": number}

        def counted() -> Document:
            items = self.cluster.client.get(self._path(kind), **({"labelSelector": labels} if labels else {}))["items"]
            fitting = [one for one in items if fits(having, one)]
            return {
                "count": len(fitting),
                "of": [{"name": one["metadata"]["name"], "status": one.get("status")} for one in items],
            }

        self._wait(expected, counted)

    def kubectl(self, does: str, says: str = "~.*", fails: bool = False) -> None:
        """Run kubectl by its words, one a line or all in one line; expect what it says, and whether it fails."""
        words = does.splitlines() if "\n" in does else does.split()
        command = [kubectl_path(), f"--kubeconfig={self.cluster.kubeconfig}", f"--namespace={self.namespace}", *words]
        cache = {"KUBECACHEDIR": str(self.cluster.folder / "kubectl-cache")}
        try:
            result = {"fails": False, "says": processes.run(command, env=cache, timeout_s=PATIENCE_S)}
        except CommandFailed as error:
            result = {"fails": True, "says": error.output}
        if not fits({"fails": fails, "says": says}, result):
            pytest.fail(f"kubectl ended with:\n{_yaml(result)}")

    # ---- what the steps are made of

    def _wait(self, expected: Any, look: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not fits(expected, found := look()):
            if time.monotonic() > deadline:
                pytest.fail(f"waited {PATIENCE_S} s in vain; found:\n{_yaml(found)}")
            time.sleep(POLL_S)

    def _get(self, of: str) -> Document | None:
        kind, _, name = of.partition("/")
        try:
            return self.cluster.client.get(self._path(kind, name))
        except ApiRefused as refusal:
            if refusal.status == 404:
                return None
            raise

    def _events(self, about: str) -> list[Document]:
        events = self.cluster.client.get(self._path("event"), fieldSelector=f"involvedObject.name={about}")["items"]
        return [{"reason": event["reason"], "message": event["message"]} for event in events]

    def _path(self, kind: str, name: str = "") -> str:
        group = next((f"/apis/{group}/v1" for group, kinds in GROUPS.items() if kind in kinds), "/api/v1")
        within = "" if kind in CLUSTER_WIDE else f"/namespaces/{self.namespace}"
        return f"{group}{within}/{kind}s" + (f"/{name}" if name else "")

    def _delete_cluster_wide(self, case: Case) -> None:
        for document in case.objects:
            of = f"{document['kind'].lower()}/{document['metadata']['name']}"
            if document["kind"].lower() in CLUSTER_WIDE and self._get(of):
                self.delete(of)


def _yaml(found: Any) -> str:
    if isinstance(found, dict):
        found.get("metadata", {}).pop("managedFields", None)
    return yaml.safe_dump(found, sort_keys=False)
