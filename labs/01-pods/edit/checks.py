"""What can be edited, and what cannot."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, mistake, passed
from driftlab.checker import predicates as p

from ..common import VARIABLE, bare, has_other_image, no_deployments, pod_now, runs, same


def begins(snapshot: Snapshot) -> bool:
    return p.require_pod(snapshot, "blog").ready and p.restarts(p.require_pod(snapshot, "orders")) > 0


@goal(points=2)
def edited_in_place(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if p.images(pod) != ("blog-api:1.1",):
        return failed("other-image", name="blog", images=p.images(pod))
    verdict = runs(pod)
    if verdict.outcome != "PASS":
        return verdict
    if not same(evidence.baseline.pod("blog"), pod):
        return failed("other-uid", share=0.5)
    return passed("same-uid", restarts=p.restarts(pod))


@goal(points=2)
def replaced(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "orders")
    if p.images(pod) != ("blog-api:1.2",):
        return failed("other-image", name="orders", images=p.images(pod))
    found = p.environment(pod, evidence.now)
    if found.missing:
        return failed("not-there", missing=found.missing[0])
    return runs(pod) if found.has(VARIABLE) else failed("no-variable", variable=VARIABLE)


def is_new(evidence: Evidence, name: str) -> bool:
    return not same(evidence.baseline.pod(name), pod_now(evidence, name))


shared_mistakes = no_deployments
blog_replaced = mistake(lambda evidence: is_new(evidence, "blog"))
other_version = mistake(lambda evidence: has_other_image(evidence, "blog", "blog-api:1.0", "blog-api:1.1"))
older = mistake(lambda evidence: has_other_image(evidence, "orders", "blog-api:1.2"))


@mistake
def made_again_as_it_was(evidence: Evidence) -> bool:
    orders = pod_now(evidence, "orders")
    return is_new(evidence, "orders") and not p.environment(orders, evidence.now).has(VARIABLE)
