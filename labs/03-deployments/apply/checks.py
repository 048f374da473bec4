"""Change your mind, in one step."""

from driftlab.checker import Deployment, Evidence, Verdict, failed, goal, guard, mistake, passed, passed_if, reason
from driftlab.checker import predicates as p

from ..common import blog_api, recreated_instead, the_same

FOUR, DEBUG = "four-replicas", "level-debug"  #: the keys of their sentences


def says(deployment: Deployment | None, evidence: Evidence) -> set[str]:
    """Which of the two wishes a Deployment holds, or the manifest of one."""
    if deployment is None:
        return set()
    levels = {p.environment(deployment, evidence.now, one["name"]).get("LOG_LEVEL") for one in p.containers(deployment)}
    return ({FOUR} if deployment.replicas == 4 else set()) | ({DEBUG} if "debug" in levels else set())


@goal(points=2)
def new_wish(evidence: Evidence) -> Verdict:
    found = says(blog_api(evidence.now), evidence)
    if len(found) == 2:
        return passed("asks-for-both")
    return failed("asks-for-one", one=reason(found.pop()), share=0.5) if found else failed("asks-for-neither")


@goal
def followed(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if not says(deployment, evidence):
        return failed("nothing-to-follow")
    return p.settling(deployment, evidence.now) or passed("all-up-to-date", replicas=deployment.replicas)


@goal
def file_agrees(evidence: Evidence) -> Verdict:
    found = says(p.last_applied(blog_api(evidence.now)), evidence)
    if len(found) == 2:
        return passed("file-says-both")
    return failed("file-says", found=reason(found.pop() if found else "neither-of-them"))


@guard
def one_generation(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline).generation, the_same(evidence).generation
    if before == after:
        return passed("generation-kept", generation=after)
    return passed_if(after == before + 1, "generation-raised", before=before, after=after, share=0.5)


@guard
def never_fewer_than_three(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return passed("never-fewer-than", least=least) if least >= 3 else failed("once-only", least=least)


shared_mistakes = recreated_instead


two_steps = mistake(lambda evidence: the_same(evidence).generation > blog_api(evidence.baseline).generation + 1)


@mistake
def by_hand(evidence: Evidence) -> bool:
    deployment = the_same(evidence)
    return bool(says(deployment, evidence) - says(p.last_applied(deployment), evidence))


half = mistake(lambda evidence: len(says(the_same(evidence), evidence)) == 1)
another_one = mistake(lambda evidence: len(evidence.now.deployments) > 1)
