"""A lab with one exercise that works at once: what those who write their own begin with."""

import json
import re
from pathlib import Path

from driftlab.clusters.errors import UsageError
from driftlab.clusters.host.files import unusable, write_atomically

ANOTHER = "choose another folder: driftlab new exercise NAME --in /a/folder"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?")

EXERCISES = '''"""What this lab is about, in one line."""

from driftlab.checker import Evidence, Lab, Verdict, failed, passed
from driftlab.checker import predicates as p

lab = Lab("{lab}", title="{title}", minutes=10, summary="Scale a Deployment.")

exercise = lab.exercise(
    "{name}",
    "Ask for five replicas",
    hints=(
        "Which object holds the number of Pods that you want?",
        "The Deployment does. One verb of kubectl changes that number.",
        "`kubectl scale deployment/blog-api --replicas=5`",
    ),
)


@exercise.goal("The Deployment asks for five Pods, and five are ready", points=2)
def five(evidence: Evidence) -> Verdict:
    deployment = evidence.now.deployment("blog-api")
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if deployment.replicas != 5:
        return failed(f"it asks for {{deployment.replicas}}")
    return p.settling(deployment, evidence.now) or passed("five Pods are ready")


@exercise.goal("It is the Deployment from the start", guard=True)
def the_same(evidence: Evidence) -> Verdict:
    if p.same_object(evidence.baseline.deployment("blog-api"), evidence.now.deployment("blog-api")):
        return passed("its UID is the one from the start")
    return failed("this is another Deployment with the same name")


@exercise.mistake(
    "recreated",
    "Look at the AGE of the Deployment.",
    "You deleted it and made a new one: its history is gone.",
    "Begin again, then: kubectl scale deployment/blog-api --replicas=5",
)
def recreated(evidence: Evidence) -> bool:
    return p.was_recreated(evidence, "blog-api")


@exercise.mistake(
    "replicaset",
    "Who has the last word on the ReplicaSet's number?",
    "You scaled the ReplicaSet, and the Deployment put the number back.",
    "kubectl scale deployment/blog-api --replicas=5",
)
def replicaset(evidence: Evidence) -> bool:
    return p.you(evidence, "scaled", "ReplicaSet")


@exercise.mistake(
    "too-few",
    "Count the Pods, and count those that you want.",
    "The Deployment was scaled, but not to five.",
    "kubectl scale deployment/blog-api --replicas=5",
)
def too_few(evidence: Evidence) -> bool:
    deployment = evidence.now.deployment("blog-api")
    return deployment is not None and deployment.replicas not in (3, 5)
'''

START = """apiVersion: apps/v1
kind: Deployment
metadata: {name: blog-api, labels: {app: blog-api}}
spec:
  replicas: 3
  selector: {matchLabels: {app: blog-api}}
  template:
    metadata: {labels: {app: blog-api}}
    spec:
      containers:
        - name: blog-api
          image: blog-api:1.0
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /readyz, port: 8080}, periodSeconds: 1}
"""

SOLUTION = """# The Deployment is what you ask for.
kubectl scale deployment/blog-api --replicas=5
"""

RIGHT = {
    "patch": """# The number is written by a patch.
kubectl patch deployment blog-api --patch='{"spec": {"replicas": 5}}'
""",
    "server-side": """# What was applied is applied again by the server, with another number.
kubectl apply view-last-applied deployment/blog-api > "$TMPDIR/three.yaml"
kubectl patch --local --filename="$TMPDIR/three.yaml" --patch='spec: {replicas: 5}' --output=yaml > "$TMPDIR/five.yaml"
kubectl apply --server-side --filename="$TMPDIR/five.yaml"
""",
    "autoscaler": """# An autoscaler is told the number, and writes it.
kubectl autoscale deployment blog-api --min=5 --max=5
kubectl wait --for=jsonpath='{.spec.replicas}'=5 deployment/blog-api --timeout=90s
""",
}

WRONG = {
    "recreated": """# Another Deployment of the same name.
kubectl get deployment blog-api --output=json > "$TMPDIR/blog-api.json"
kubectl delete deployment blog-api --wait
kubectl create --filename="$TMPDIR/blog-api.json"
kubectl scale deployment/blog-api --replicas=5
""",
    "replicaset": """# The wrong object.
kubectl scale replicaset --selector=app=blog-api --replicas=5
""",
    "too-few": """# Not enough.
kubectl scale deployment/blog-api --replicas=4
""",
}

HEAD = """# {title}

**What you will do.** Scale a Deployment.

**What you will learn.** Where the number of Pods is written down.

**What you need.** Nothing but this page. About 10 minutes."""

CELLS = (
    HEAD,
    'from driftlab import check, hint, lab, reset\n\nlab("{lab}")',
    "## Your turn\n\nAsk for five replicas of `blog-api`.",
    'lab("{lab}/{name}")',
    "# Your turn. A line that starts with ! goes to the shell.",
    'check("{name}")',
)


def create(folder: Path, lab: str, name: str) -> Path:
    """Make the lab's folder below ``folder``; the folder made. Raises UsageError, and overwrites nothing."""
    for what in (lab, name):
        if not NAME.fullmatch(what):
            raise UsageError(
                f"{what!r} is not a name for this.", next_step="use small letters, digits and hyphens: scale-up"
            )
    made = folder / lab
    if made.exists():
        raise UsageError(f"{made} is there already.", next_step="choose another name: --lab 51-my-lab")
    title = lab.split("-", 1)[-1].replace("-", " ").capitalize()
    values = {"lab": lab, "name": name, "title": title}
    files = {
        "exercises.py": EXERCISES.format_map(values),
        "start.yaml": START,
        f"solutions/{name}.sh": SOLUTION,
        **{f"right/{name}/{way}.sh": script for way, script in RIGHT.items()},
        **{f"wrong/{name}/{mistake}.sh": script for mistake, script in WRONG.items()},
        f"{lab}.ipynb": _notebook([cell.format_map(values) for cell in CELLS], name),
    }
    try:
        for place, text in files.items():
            (made / place).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(made / place, text, mode=0o644, next_step=ANOTHER)
    except OSError as error:
        raise unusable(made, error, ANOTHER) from error
    return made


def _notebook(cells: list[str], name: str) -> str:
    """The page: cells that call the kit are locked, and the learner's turn is marked, as in all labs."""

    def cell(number: int, source: str) -> dict[str, object]:
        common = {"id": f"cell-{number:02}", "metadata": {}, "source": source.splitlines(keepends=True)}
        if "**" in source or source.startswith("## "):
            return {"cell_type": "markdown", **common}
        turn = {"driftlab": {"turn": name}} if source.startswith("#") else {"deletable": False, "editable": False}
        return {"cell_type": "code", "execution_count": None, **common, "metadata": turn, "outputs": []}

    document = {
        "cells": [cell(number, source) for number, source in enumerate(cells, start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
