"""It runs, and is not let in."""

from driftlab.checker import Pod, Snapshot, mistake

from ..common import Release, changed, gone_astray, made_on_the_way, probe, readiness


def goes_past(snapshot: Snapshot) -> bool:
    """Does the readiness probe ask over another protocol than blog-api speaks, or another address than its Pod's?"""
    found = probe(snapshot, "readinessProbe")
    return found is not None and (found.kind in ("https", "grpc") or bool(found.host))


def answered_with_404(pod: Pod, snapshot: Snapshot) -> bool:
    told = (event for event in snapshot.events if event.about[2] == pod.uid and event.reason == "Unhealthy")
    return not pod.ready and any("404" in str(event.raw.get("message")) for event in told)


release = Release(
    version="1.1",
    place=lambda snapshot: probe(snapshot, "readinessProbe"),
    fault=readiness,
    symptom=answered_with_404,
)
begins = release.begins
goals = release.goals()
shared_mistakes = gone_astray
probe_removed = mistake(lambda evidence: not probe(changed(evidence), "readinessProbe"))
unanswered = mistake(lambda evidence: goes_past(changed(evidence)))
other_path = mistake(lambda evidence: readiness(changed(evidence)) and probe(evidence.now, "readinessProbe"))
last_mistakes = made_on_the_way
