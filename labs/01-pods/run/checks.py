"""Run a Pod, and read its log."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import bare, has_other_image, no_deployments, pod_now, program, runs, untouched


def begins(snapshot: Snapshot) -> bool:
    return p.require_pod(snapshot, "example").ready


@goal(points=2)
def blog_runs(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if p.images(pod) != ("blog-api:1.0",):
        return failed("other-image", name="blog", images=p.images(pod))
    return runs(pod)


@goal
def port_is_told(evidence: Evidence) -> Verdict:
    port = bare(evidence, "blog").labels.get("port")
    if port is None:
        return failed("without-label")
    if port != program(evidence, "blog").port:
        return failed("unlike-the-log", port=port)
    return passed("like-the-log", port=port)


@guard
def example_left_alone(evidence: Evidence) -> Verdict:
    return passed("as-it-was", name=untouched(evidence, "example").name)


shared_mistakes = no_deployments
other_image = mistake(lambda evidence: has_other_image(evidence, "blog", "blog-api:1.0"))


@mistake
def labelled_example(evidence: Evidence) -> bool:
    before = evidence.baseline.pod("example")
    return before is not None and before.labels != pod_now(evidence, "example").labels


other_port = mistake(
    lambda evidence: pod_now(evidence, "blog").labels.get("port") not in (None, program(evidence, "blog").port)
)
not_labelled = mistake(lambda evidence: "port" not in pod_now(evidence, "blog").labels)
