"""It dies, and says why."""

from driftlab.checker import Pod, Reason, Snapshot, mistake, reason
from driftlab.checker import predicates as p

from ..common import Release, blog_api, changed, container, gone_astray, made_on_the_way, name_of_container, ships

EMPTY = reason("variable-empty")


def environment(snapshot: Snapshot) -> p.Environment:
    return p.environment(blog_api(snapshot), snapshot, name_of_container(snapshot))


def exit_codes(pod: Pod) -> list[int]:
    """How containers of the Pod have ended, this time and the time before."""
    statuses = pod.status.get("containerStatuses") or ()
    states = [one.get(which) or {} for one in statuses for which in ("state", "lastState")]
    return [int(ended["exitCode"]) for state in states for ended in state.values() if "exitCode" in ended]


def ended_with_an_error(pod: Pod, _: Snapshot) -> bool:
    return p.restarts(pod) >= 1 and 1 in exit_codes(pod)


def variables(snapshot: Snapshot) -> object:
    """What the container gets to know, or what is missing for that; nothing where it gets nothing."""
    found = environment(snapshot)
    return found if found.values or found.missing or found.unknown else None


def no_database(snapshot: Snapshot) -> Reason | None:
    found = environment(snapshot)
    if found.missing:
        return reason("refers-to-nothing", missing=found.missing[0])
    if found.has("DATABASE_URL"):
        return None
    return EMPTY if "DATABASE_URL" in found.values else reason("no-such-variable")


def takes_from_elsewhere(snapshot: Snapshot) -> bool:
    """Does the container take variables from a ConfigMap or a Secret, whether or not there is one?"""
    of = container(snapshot)
    return bool(of.get("envFrom")) or any(one.get("valueFrom") for one in of.get("env") or ())


release = Release(
    version="1.2",
    place=variables,
    fault=no_database,
    symptom=ended_with_an_error,
)
begins = release.begins
goals = release.goals()
shared_mistakes = gone_astray
other_version = mistake(lambda evidence: not ships(evidence, release.image))
empty = mistake(lambda evidence: no_database(changed(evidence)) == EMPTY)
not_there = mistake(lambda evidence: takes_from_elsewhere(changed(evidence)) and no_database(evidence.now))
other_name = mistake(lambda evidence: variables(changed(evidence)) and no_database(evidence.now))
last_mistakes = made_on_the_way
