"""It dies, and says why."""

from collections.abc import Callable

from driftlab.checker import Deployment, Evidence, Pod, Snapshot, mistake
from driftlab.checker import predicates as p

from ..common import Release, called, goals_of, gone_astray, made_on_the_way, now, starting_state


def environment(deployment: Deployment, snapshot: Snapshot) -> p.Environment:
    return p.environment(deployment, snapshot, called(deployment))


def exit_codes(pod: Pod) -> list[int]:
    """How containers of the Pod have ended, this time and the time before."""
    statuses = pod.status.get("containerStatuses") or ()
    states = [
        state for one in statuses for which in ("state", "lastState") for state in (one.get(which) or {}).values()
    ]
    return [int(state["exitCode"]) for state in states if "exitCode" in state]


def ended_with_an_error(pod: Pod, _: Snapshot) -> bool:
    return p.restarts(pod) >= 1 and 1 in exit_codes(pod)


def variables(deployment: Deployment, snapshot: Snapshot) -> object:
    """What the container gets to know, or what is missing for that; nothing where it gets nothing."""
    found = environment(deployment, snapshot)
    return found if found.values or found.missing or found.unknown else None


def no_database(deployment: Deployment, snapshot: Snapshot) -> str:
    found = environment(deployment, snapshot)
    if found.missing:
        return f"its environment refers to something that is not there: {found.missing[0]}"
    if found.has("DATABASE_URL"):
        return ""
    if "DATABASE_URL" in found.values:
        return "DATABASE_URL is there, and it is empty"
    return "the variable that blog-api asks for is not among those that it gets"


def takes_from_elsewhere(deployment: Deployment) -> bool:
    """Does the container take variables from a ConfigMap or a Secret, whether or not there is one?"""
    of = p.container(deployment, called(deployment))
    return bool(of.get("envFrom")) or any(one.get("valueFrom") for one in of.get("env") or ())


def now_among(shows: Callable[[Deployment, Snapshot], object]) -> Callable[[Evidence], bool]:
    """As ``now``, where it depends on what else there is."""
    return lambda evidence: now(lambda deployment: shows(deployment, evidence.now))(evidence)


release = Release(
    version="1.2",
    place=variables,
    fault=no_database,
    symptom=ended_with_an_error,
)
begins = starting_state(release)
goals = goals_of(release)
shared_mistakes = gone_astray
other_version = mistake("other-version")(now(lambda deployment: deployment.images != ("blog-api:1.2",)))
empty = mistake("empty")(now_among(lambda deployment, snapshot: "empty" in no_database(deployment, snapshot)))
not_there = mistake("not-there")(
    now_among(lambda deployment, snapshot: takes_from_elsewhere(deployment) and no_database(deployment, snapshot))
)


other_name = mistake("other-name")(
    now_among(lambda deployment, snapshot: variables(deployment, snapshot) and no_database(deployment, snapshot))
)


last_mistakes = made_on_the_way
