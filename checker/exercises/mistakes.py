"""Mistakes for many exercises, as functions of an object's name: ``recreated = mistakes.recreated("blog-api")``.

Their hints are in ``kit.md``. A section ``## Mistake: NAME`` in exercise.md or lab.md replaces them.
"""

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.exercises.goals import Mistake, mistake


def recreated(name: str) -> Mistake:
    """The Deployment was deleted, and perhaps created again."""

    @mistake
    def recreated(evidence: Evidence) -> bool:
        return p.was_recreated(evidence, name) or evidence.now.deployment(name) is None

    return recreated


def replicaset_scaled(name: str) -> Mistake:
    """A ReplicaSet of the Deployment was scaled by hand."""

    @mistake
    def replicaset_scaled(evidence: Evidence) -> bool:
        return p.you(evidence, "scaled", "ReplicaSet", of=name)

    return replicaset_scaled


def second_deployment(name: str) -> Mistake:
    """There is a Deployment that did not exist at the start."""

    @mistake
    def second_deployment(evidence: Evidence) -> bool:
        known = {deployment.uid for deployment in evidence.baseline.deployments}
        return any(deployment.name != name and deployment.uid not in known for deployment in evidence.now.deployments)

    return second_deployment


def bare_pods() -> Mistake:
    """There are orphaned Pods that did not exist at the start."""

    @mistake
    def bare_pods(evidence: Evidence) -> bool:
        return bool(p.new_bare_pods(evidence))

    return bare_pods
