"""Write it down, and apply it."""

from driftlab.checker import Evidence, Verdict, failed, goal, mistake, passed, passed_if, require
from driftlab.checker import predicates as p

from ..common import blog_api, words

IMAGE, LABELS = ("blog-api:1.0",), {"app": "blog-api", "tier": "web"}


@goal(points=2)
def asked_for(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    number, image = deployment.replicas == 3, deployment.images == IMAGE
    return passed_if(
        number and image,
        "asks-for",
        share=0.5 if number or image else 0,
        replicas=deployment.replicas,
        images=deployment.images,
    )


@goal
def labelled(evidence: Evidence) -> Verdict:
    labels = p.pod_labels(blog_api(evidence.now))
    return passed_if(labels.items() >= LABELS.items(), "labels-in-template", labels=words(labels))


@goal
def running(evidence: Evidence) -> Verdict:
    deployment = require(evidence.now.deployment("blog-api"), failed("no-pods"))
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    ready = [pod for pod in p.pods_of(deployment, evidence.now) if pod.ready]
    such = sum(p.images(pod) == IMAGE and pod.labels.items() >= LABELS.items() for pod in ready)
    return passed_if(such == 3, "ready-as-wished", number=such)


@goal
def made_with_apply(evidence: Evidence) -> Verdict:
    return passed("was-applied") if p.was_applied(blog_api(evidence.now)) else failed("not-applied")


bare_pods = mistake(lambda evidence: not evidence.now.deployments and any(p.unowned(pod) for pod in evidence.now.pods))
replicaset = mistake(
    lambda evidence: not evidence.now.deployments and any(rs.controller is None for rs in evidence.now.replicasets)
)
other_name = mistake(lambda evidence: evidence.now.deployments and evidence.now.deployment("blog-api") is None)


@mistake
def label_outside(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return "tier" in deployment.labels and "tier" not in p.pod_labels(deployment)


one_replica = mistake(lambda evidence: blog_api(evidence.now).replicas != 3)
created = mistake(lambda evidence: not p.was_applied(blog_api(evidence.now)))
