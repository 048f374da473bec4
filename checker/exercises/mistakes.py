"""Mistakes for many exercises, as functions of an object's name: ``recreated = mistakes.recreated("blog-api")``.

Each has hints. A section ``## Mistake: NAME`` in exercise.md or lab.md replaces them.
"""

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.exercises.goals import Mistake


def recreated(name: str) -> Mistake:
    """The Deployment was deleted, and perhaps created again."""

    def shows(evidence: Evidence) -> bool:
        return p.was_recreated(evidence, name) or evidence.now.deployment(name) is None

    return Mistake(
        "recreated",
        (
            "Look at the AGE of the Deployment, not only at the Pods.",
            (
                "You deleted the Deployment. One that is created again is another object, even under the same name: "
                "its UID is new, its history is lost, and while it was gone nobody kept the Pods."
            ),
            "Start again with {reset}, and change the Deployment that is there: {command}",
        ),
        shows,
    )


def replicaset_scaled(name: str) -> Mistake:
    """A ReplicaSet of the Deployment was scaled by hand."""

    def shows(evidence: Evidence) -> bool:
        return p.you(evidence, "scaled", "ReplicaSet", of=name)

    return Mistake(
        "replicaset-scaled",
        (
            "Which object did you give the number to, and who else gives it a number?",
            "You scaled a ReplicaSet. Its Deployment asks for the number of Pods, so it puts the number back.",
            "Leave the ReplicaSet to the Deployment: {command}",
        ),
        shows,
    )


def second_deployment(name: str) -> Mistake:
    """There is a Deployment that did not exist at the start."""

    def shows(evidence: Evidence) -> bool:
        known = {deployment.uid for deployment in evidence.baseline.deployments}
        return any(deployment.name != name and deployment.uid not in known for deployment in evidence.now.deployments)

    return Mistake(
        "second-deployment",
        (
            "How many Deployments does `kubectl get deployments` list?",
            "You created another Deployment. It has Pods of its own, and changes nothing about the first one.",
            f"Delete it, and change {name}: {{command}}",
        ),
        shows,
    )


def bare_pods() -> Mistake:
    """There are orphaned Pods that did not exist at the start."""

    def shows(evidence: Evidence) -> bool:
        known = p.uids(evidence.baseline.pods)
        return any(p.unowned(pod) and pod.uid not in known for pod in evidence.now.pods)

    return Mistake(
        "bare-pods",
        (
            "Who owns your new Pod? `kubectl get pod NAME --output yaml` has ownerReferences.",
            "You created a Pod that nobody owns. No controller looks after it, and none will replace it.",
            "Delete it, and ask the Deployment instead: {command}",
        ),
        shows,
    )
