"""Write it down, and apply it."""

from driftlab.checker import Evidence, Verdict, failed, goal, mistake, passed
from driftlab.checker import predicates as p

from ..common import blog_api, words

LABELS = {"app": "blog-api", "tier": "web"}


@goal("A Deployment called blog-api asks for three Pods of blog-api:1.0", points=2)
def asked_for(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    number, image = deployment.replicas == 3, deployment.images == ("blog-api:1.0",)
    told = f"it asks for {deployment.replicas} × {', '.join(deployment.images)}"
    return passed(told) if number and image else failed(told, share=0.5 if number or image else 0)


@goal("Its template gives every Pod both labels")
def labelled(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    labels = p.pod_labels(deployment)
    told = f"the template's labels: {words(labels)}"
    return passed(told) if labels.items() >= LABELS.items() else failed(told)


@goal("Three such Pods are ready, and they are the Deployment's own")
def running(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("no Deployment called blog-api has any Pods")
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    such = [
        pod
        for pod in p.pods_of(deployment, evidence.now)
        if pod.ready and p.images(pod) == ("blog-api:1.0",) and pod.labels.items() >= LABELS.items()
    ]
    told = f"ready Pods with image and labels as wished: {len(such)}"
    return passed(told) if len(such) == 3 else failed(told)


@goal("It was made with apply, so that apply can change it")
def made_with_apply(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if not p.was_applied(deployment):
        return failed("the Deployment has no note of any manifest that was applied")
    return passed("the Deployment remembers the manifest that was applied")


@mistake
def bare_pods(evidence: Evidence) -> bool:
    return not evidence.now.deployments and any(p.unowned(pod) for pod in evidence.now.pods)


@mistake
def replicaset(evidence: Evidence) -> bool:
    return not evidence.now.deployments and any(rs.controller is None for rs in evidence.now.replicasets)


@mistake
def other_name(evidence: Evidence) -> bool:
    return bool(evidence.now.deployments) and blog_api(evidence.now) is None


@mistake
def label_outside(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and "tier" in deployment.labels and "tier" not in p.pod_labels(deployment)


@mistake
def one_replica(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.replicas != 3


@mistake
def created(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and not p.was_applied(deployment)
