"""It starts, and starts, and starts."""

from driftlab.checker import Evidence, Pod, Reason, Snapshot, mistake, reason
from driftlab.checker import predicates as p

from ..common import Release, changed, gone_astray, liveness, made_on_the_way, probe, ships


def killed_for_not_answering(pod: Pod, snapshot: Snapshot) -> bool:
    told = (event for event in snapshot.events if event.about[2] == pod.uid and event.reason == "Killing")
    return p.restarts(pod) >= 1 and any("liveness" in str(event.raw.get("message")) for event in told)


STARTS_IN_S = 20  #: how long 1.4 needs before it listens


def life_and_start(snapshot: Snapshot) -> object:
    """The liveness probe, and the startup probe that can hold it back; nothing where the first is missing."""
    found = probe(snapshot, "livenessProbe")
    return (found, probe(snapshot, "startupProbe")) if found else None


def impatient(snapshot: Snapshot) -> Reason | None:
    """Is 1.4 given up on before it listens, however the probes fall? (Whether it is in the end, the Pods tell.)"""
    if wrong := liveness(snapshot):
        return wrong
    first = probe(snapshot, "startupProbe") or probe(snapshot, "livenessProbe")
    seconds = first.after_s + first.patience_s if first else 0
    return reason("given-up-on", seconds=seconds) if seconds < STARTS_IN_S else None


def gives_up(snapshot: Snapshot) -> int:
    """Seconds until the last failure that is tolerated, at the earliest."""
    first = probe(snapshot, "startupProbe") or probe(snapshot, "livenessProbe")
    return first.after_s + first.patience_s - first.period_s if first else STARTS_IN_S


release = Release(
    version="1.4",
    place=life_and_start,
    fault=impatient,
    symptom=killed_for_not_answering,
)
begins = release.begins
goals = release.goals()
shared_mistakes = gone_astray
probe_removed = mistake(lambda evidence: not probe(changed(evidence), "livenessProbe"))


@mistake
def made_blind(evidence: Evidence) -> bool:
    wrong = liveness(changed(evidence))
    return wrong is not None and wrong.key in ("hangs-too-long", "begins-too-late", "starts-too-long")


still_eager = mistake(lambda evidence: ships(evidence, release.image) and gives_up(evidence.now) < STARTS_IN_S)
last_mistakes = made_on_the_way
