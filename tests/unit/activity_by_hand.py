"""Evidence with a recording, its story, and changed objects, all made by hand."""

import copy

from driftlab.checker.evidence.activity import summarize_activity
from driftlab.checker.evidence.recording import Change, Recording
from driftlab.checker.evidence.snapshot import Evidence
from tests.unit.evidence_by_hand import evidence, family, line, newer


def recorded(*lines, before=None, ours=(), gaps=()):
    """Evidence with a recording: each line a type and an object, one after another."""
    changes = tuple(
        Change(float(number), line(kind, made)["kind"], kind, newer(made, 100 + number), number in ours)
        for number, (kind, made) in enumerate(lines)
    )
    start = evidence(family(), before)
    return Evidence(start.baseline, start.now, Recording(changes, tuple(gaps)))


def story(*lines, **options):
    """One line for each deed; what the learner did begins with `you`."""
    deeds = summarize_activity(recorded(*lines, **options)).deeds
    return [f"you: {deed.text}" if deed.by_you else deed.text for deed in deeds]


def remark(*lines, **options):
    return summarize_activity(recorded(*lines, **options)).remark


def changed(made, **spec):
    """The same object with another spec, as the API would have it: one generation later."""
    made = copy.deepcopy(made)
    made["metadata"]["generation"] += 1
    made["spec"] |= spec
    return made


def container(made, **fields):
    """The same Deployment, its container with other ``fields``; None takes one away."""
    made = changed(made)
    (found,) = made["spec"]["template"]["spec"]["containers"]
    found.update(fields)
    for name in [name for name, value in fields.items() if value is None]:
        del found[name]
    return made


def written_by(made, manager, time="2026-03-01T09:10:00Z", subresource=""):
    entry = {"manager": manager, "operation": "Update", "time": time, "subresource": subresource}
    metadata = {**made["metadata"], "managedFields": [*made["metadata"].get("managedFields", ()), entry]}
    return {**made, "metadata": metadata}


def sets_replicas(made, manager, replicas, subresource=""):
    """The object with that number, and that manager of it; without one where it has no name."""
    entry = {"manager": manager or "x", "operation": "Update", "time": "2026-03-01T09:10:00Z"}
    if subresource:
        entry["subresource"] = subresource
    if manager:
        entry["fieldsV1"] = {"f:spec": {"f:replicas": {}}}
    metadata = {**made["metadata"], "managedFields": [entry] if manager else []}
    return {**made, "metadata": metadata, "spec": {**made["spec"], "replicas": replicas}}
