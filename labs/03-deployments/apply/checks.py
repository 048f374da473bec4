"""Change your mind, in one step."""

from driftlab.checker import Deployment, Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import blog_api, recreated_instead, the_same

FOUR, DEBUG = "four replicas", "LOG_LEVEL=debug"


def says(deployment: Deployment | None, evidence: Evidence) -> set[str]:
    """Which of the two wishes a Deployment holds, or the manifest of one."""
    if deployment is None:
        return set()
    levels = {p.environment(deployment, evidence.now, one["name"]).get("LOG_LEVEL") for one in p.containers(deployment)}
    return ({FOUR} if deployment.replicas == 4 else set()) | ({DEBUG} if "debug" in levels else set())


@goal("The Deployment asks for four Pods with LOG_LEVEL=debug", points=2)
def new_wish(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    found = says(deployment, evidence)
    if len(found) == 2:
        return passed("it asks for both")
    if not found:
        return failed("it asks for neither of the two")
    return failed(f"of the two, it asks for {found.pop()} only", share=0.5)


@goal("The cluster has followed: the Pods are as the newest template says")
def followed(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if not says(deployment, evidence):
        return failed("there is nothing to follow yet: neither of the two is asked for")
    return p.settling(deployment, evidence.now) or passed(f"{deployment.replicas} Pods, all up to date")


@goal("What was applied last says so, too")
def file_agrees(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    found = says(p.last_applied(deployment), evidence)
    told = " and ".join(sorted(found)) or "neither of the two"
    return passed(told) if len(found) == 2 else failed(f"the manifest that was applied last says {told}")


@guard("It is the same Deployment, and was changed no more than once")
def one_generation(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    if before is None or after is None:
        return failed("the Deployment from the start is gone")
    if after.generation == before.generation:
        return passed(f"its generation is still {after.generation}")
    told = f"generation {before.generation} became {after.generation}"
    return passed(told) if after.generation == before.generation + 1 else failed(told, share=0.5)


@guard("Three Pods were ready at every moment")
def never_fewer_than_three(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return passed(f"never fewer than {least}") if least >= 3 else failed(f"once there were only {least}")


shared_mistakes = recreated_instead


@mistake
def two_steps(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    return before is not None and after is not None and after.generation > before.generation + 1


@mistake
def by_hand(evidence: Evidence) -> bool:
    deployment = the_same(evidence)
    return deployment is not None and bool(says(deployment, evidence) - says(p.last_applied(deployment), evidence))


@mistake
def half(evidence: Evidence) -> bool:
    deployment = the_same(evidence)
    return deployment is not None and len(says(deployment, evidence)) == 1


@mistake
def another_one(evidence: Evidence) -> bool:
    return len(evidence.now.deployments) > 1
