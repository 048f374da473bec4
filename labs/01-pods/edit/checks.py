"""What can be edited, and what cannot."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, mistake, passed
from driftlab.checker import predicates as p

from ..common import VARIABLE, bare, crashed, image_of, no_deployments, ready, runs, same


def begins(snapshot: Snapshot) -> bool:
    return ready(snapshot, "blog") and crashed(snapshot, "orders")


@goal("blog runs blog-api:1.1, and is the same Pod", points=2)
def edited_in_place(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.1",):
        return failed(f"blog runs {', '.join(p.images(pod))}")
    verdict = runs(pod)
    if verdict.share == 1 and not same(evidence.baseline.pod("blog"), pod):
        return failed("blog-api:1.1 runs, but in another Pod: its UID is not the one from the start", share=0.5)
    return passed(f"the same UID; restarts: {p.restarts(pod)}") if verdict.share == 1 else verdict


@goal(f"orders runs blog-api:1.2, with a {VARIABLE}", points=2)
def replaced(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "orders")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.2",):
        return failed(f"orders runs {', '.join(p.images(pod))}")
    found = p.environment(pod, evidence.now)
    if found.missing:
        return failed(f"its environment refers to something that is not there: {found.missing[0]}")
    if not found.has(VARIABLE):
        return failed(f"its environment has no {VARIABLE}")
    return runs(pod)


shared_mistakes = no_deployments


@mistake
def blog_replaced(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return pod is not None and not same(evidence.baseline.pod("blog"), pod)


@mistake
def other_version(evidence: Evidence) -> bool:
    return image_of(evidence, "blog") not in ((), ("blog-api:1.0",), ("blog-api:1.1",))


@mistake
def older(evidence: Evidence) -> bool:
    return image_of(evidence, "orders") not in ((), ("blog-api:1.2",))


@mistake
def made_again_as_it_was(evidence: Evidence) -> bool:
    pod = evidence.now.pod("orders")
    new = pod is not None and not same(evidence.baseline.pod("orders"), pod)
    return new and pod is not None and not p.environment(pod, evidence.now).has(VARIABLE)
