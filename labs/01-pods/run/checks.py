"""Run a Pod, and read its log."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import bare, image_of, no_deployments, programs, ready, runs, untouched


def begins(snapshot: Snapshot) -> bool:
    return ready(snapshot, "example")


@goal("A Pod called blog runs blog-api:1.0", points=2)
def blog_runs(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.0",):
        return failed(f"blog runs {', '.join(p.images(pod))}")
    return runs(pod)


@goal("Its label port tells where it listens")
def port_is_told(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if isinstance(pod, Verdict):
        return pod
    told = pod.labels.get("port")
    if told is None:
        return failed("blog has no label called port")
    if told != programs(pod, evidence.now)[0].port:
        return failed(f"the label says {told}; the log says something else")
    return passed(f"the label says {told}, as the log does")


the_pod_example_was_left_alone = guard("The Pod example was left alone")(
    lambda evidence: untouched(evidence, "example")
)


shared_mistakes = no_deployments


@mistake
def other_image(evidence: Evidence) -> bool:
    return image_of(evidence, "blog") not in ((), ("blog-api:1.0",))


@mistake
def labelled_example(evidence: Evidence) -> bool:
    before, after = evidence.baseline.pod("example"), evidence.now.pod("example")
    return before is not None and after is not None and before.labels != after.labels


@mistake
def other_port(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return pod is not None and pod.labels.get("port") not in (None, programs(pod, evidence.now)[0].port)


@mistake
def not_labelled(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return pod is not None and "port" not in pod.labels
