"""Goals of our labs, on evidence by hand: what is right in unusual words is right, and what only looks right is not.

Each stands for a kind of answer that was once judged by its spelling. The others are scripts: ``labs/*/right``.
"""

import base64
import json
from dataclasses import replace

import pytest

from driftlab.checker.evidence.recording import Change, Recording
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import find_exercise
from tests.unit.evidence_by_hand import (
    deployment,
    newer,
    owner,
    pod,
    replicaset,
    snapshot,
    terminating,
    thing,
    watching,
)


def with_container(made, **fields):
    """The Deployment with these fields of its container, or without them."""
    template = made["spec"]["template"]
    one = {**template["spec"]["containers"][0], **fields}
    containers = [{key: value for key, value in one.items() if value is not None}]
    return {**made, "spec": {**made["spec"], "template": {**template, "spec": {"containers": containers}}}}


def configmap(name, **data):
    return {**thing("ConfigMap", name, f"c-{name}"), "data": data}


def secret(name, **data):
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {**thing("Secret", name, f"s-{name}"), "data": encoded}


def from_secret(of, key, **more):
    return [{"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": of, "key": key, **more}}}]


def judged(exercise, goal, before, now, changes=(), **more):
    """The verdict of the goal whose title has this text. ``more``: further kinds, such as ``configmaps``."""
    recording = Recording(
        tuple(
            Change(float(number), kind, type_, newer(made, 100 + number))
            for number, (kind, type_, made) in enumerate(changes)
        )
    )
    seen = Evidence(watching(snapshot(*before)), watching(snapshot(*now), **more), recording)
    made = find_exercise(exercise)
    (found,) = [one for one in made.goals if goal in one.title]
    verdict = found(seen)
    return replace(verdict, reason=made.sentences.render(verdict.reason))


# ---- an environment, wherever it comes from

BROKEN = deployment(image="blog-api:1.2")
DATABASE = "postgres://blog-db:5432/blog"


def shipped(container, **more):
    now = with_container(deployment(image="blog-api:1.2", generation=2), **container)
    return judged("07-broken-releases/environment", "is mended", [BROKEN], [now], **more)


@pytest.mark.parametrize(
    ("container", "more"),
    [
        ({"env": [{"name": "DATABASE_URL", "value": DATABASE}]}, {}),
        ({"env": from_secret("database", "url")}, {"secrets": [secret("database", url=DATABASE)]}),
        ({"env": from_secret("database", "url", optional=True)}, {"secrets": [secret("database", url=DATABASE)]}),
        (
            {"envFrom": [{"configMapRef": {"name": "database"}}]},
            {"configmaps": [configmap("database", DATABASE_URL=DATABASE)]},
        ),
    ],
)
def test_a_variable_that_the_container_gets_is_there(container, more):
    assert shipped(container, **more).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("container", "more", "why"),
    [
        ({"envFrom": [{"configMapRef": {"name": "s"}}]}, {"configmaps": [configmap("s", A="1")]}, "is not among those"),
        ({"env": from_secret("gone", "url")}, {}, "not there: the Secret gone"),
        ({"env": from_secret("s", "url")}, {"secrets": [secret("s", uri="x")]}, "the key url of the Secret s"),
        ({"env": [*from_secret("gone", "url", optional=True), {"name": "A", "value": "1"}]}, {}, "is not among those"),
        ({"env": [{"name": "DATABASE_URL", "value": ""}]}, {}, "it is empty"),
        ({"env": from_secret("s", "url")}, {"secrets": [secret("s", url="")]}, "it is empty"),
    ],
)
def test_a_variable_that_the_container_does_not_get_is_not_there(container, more, why):
    verdict = shipped(container, **more)
    assert verdict.outcome is Outcome.FAIL
    assert why in verdict.reason


def test_a_reference_that_gives_nothing_changes_nothing_where_the_release_is_stuck():
    verdict = shipped({"env": from_secret("gone", "url", optional=True)})
    assert verdict.outcome is Outcome.FAIL
    assert "not where it stops the release" in verdict.reason


def test_the_database_of_the_notes_may_come_from_a_secret():
    url = "postgres://db.internal/gallery"
    before = [deployment("gallery", image="blog-api:1.2", replicas=0)]

    def gallery(env, *secrets):
        now = with_container(deployment("gallery", image="blog-api:1.2", replicas=0, generation=2), env=env)
        return judged("09-capstone/shift", "gallery:", before, [now], secrets=list(secrets))

    assert gallery(from_secret("db", "url"), secret("db", url=url)).outcome is Outcome.PASS
    assert "another one than in the notes" in gallery(from_secret("db", "url"), secret("db", url="x")).reason
    assert "has no DATABASE_URL" in gallery(from_secret("db", "url")).reason


def test_a_pause_for_two_changes_may_bring_its_variable_from_anywhere():
    before = [deployment(replicas=0)]

    def batch(**fields):
        now = with_container(deployment(image="blog-api:1.2", replicas=0, generation=3), **fields)
        return judged("05-rolling-updates/batch", "knows DATABASE_URL", before, [now], secrets=[secret("db", url="x")])

    assert "DATABASE_URL is not set" not in batch(env=from_secret("db", "url")).reason
    assert "DATABASE_URL is not set" in batch(env=from_secret("db", "uri", optional=True)).reason


# ---- amounts, selectors, probes, policies


@pytest.mark.parametrize("limit", ["134217728", "129e6", "129E6", "0.125Gi", "131072Ki", "256Mi"])
def test_a_limit_is_enough_in_any_unit(limit):
    before = with_container(deployment(image="blog-api:1.3"), resources={"limits": {"memory": "64Mi"}})
    now = with_container(before, resources={"limits": {"memory": limit}})
    assert judged("07-broken-releases/memory", "is mended", [before], [now]).outcome is Outcome.PASS


@pytest.mark.parametrize("limit", ["95Mi", "100e6", "512M", "1Gi", "96m"])
def test_a_limit_is_too_little_or_too_much_in_any_unit(limit):
    before = with_container(deployment(image="blog-api:1.3"), resources={"limits": {"memory": "64Mi"}})
    now = with_container(before, resources={"limits": {"memory": limit}})
    verdict = judged("07-broken-releases/memory", "is mended", [before], [now])
    assert verdict.outcome is Outcome.FAIL
    assert f"the memory limit is {limit}" in verdict.reason


def test_the_same_limit_in_another_unit_is_no_change():
    before = with_container(deployment(image="blog-api:1.3"), resources={"limits": {"memory": "64Mi"}})
    now = with_container(before, resources={"limits": {"memory": "67108864"}})
    assert "is the one from the start" in judged("07-broken-releases/memory", "is mended", [before], [now]).reason


@pytest.mark.parametrize(
    ("selector", "outcome"),
    [
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["blog"]}]}, Outcome.PASS),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["blog", "x"]}]}, Outcome.FAIL),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, Outcome.FAIL),
    ],
)
def test_a_selector_is_right_by_what_it_chooses(selector, outcome):
    now = deployment("blog")
    now["spec"] = {**now["spec"], "selector": selector}
    now["spec"]["template"]["spec"]["containers"][0]["name"] = "blog-api"
    assert judged("03-deployments/selector", "finds its Pods", [deployment()], [now]).outcome is outcome


HTTP = {"path": "/readyz", "port": 8080}


@pytest.mark.parametrize(
    ("http", "why"),
    [
        (HTTP, ""),
        ({**HTTP, "port": "web"}, ""),
        ({**HTTP, "path": "readyz"}, ""),
        ({**HTTP, "scheme": "HTTPS"}, "asks over HTTPS"),
        ({**HTTP, "host": "127.0.0.1"}, "asks 127.0.0.1, and not the Pod"),
        ({**HTTP, "path": "/healthz"}, "asks /healthz on port 8080"),
    ],
)
def test_a_probe_is_right_by_what_it_finds(http, why):
    ports = [{"containerPort": 8080, "name": "web"}]
    before = with_container(
        deployment(image="blog-api:1.1"), ports=ports, readinessProbe={"httpGet": {**HTTP, "path": "/"}}
    )
    now = with_container(before, readinessProbe={"httpGet": http})
    verdict = judged("07-broken-releases/readiness", "is mended", [before], [now])
    assert (verdict.outcome is Outcome.PASS) == (not why)
    assert why in verdict.reason


def ended(name, image, phase, spec=(), **container):
    made = {**pod(f"p-{name}", None, name=name, ready=False), "status": {"phase": phase}}
    return {**made, "spec": {"containers": [{"name": name, "image": image, **container}], **dict(spec)}}


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        (ended("migrate", "blog-api:1.0", "Succeeded", args=["migrate"], restartPolicy="OnFailure"), Outcome.PASS),
        (
            ended(
                "migrate", "blog-api:1.0", "Succeeded", {"restartPolicy": "OnFailure"}, command=["/blog-api", "migrate"]
            ),
            Outcome.PASS,
        ),
        (
            ended(
                "migrate",
                "blog-api:1.0",
                "Succeeded",
                {"restartPolicy": "OnFailure"},
                args=["migrate"],
                restartPolicy="Never",
            ),
            Outcome.FAIL,
        ),
        (ended("migrate", "blog-api:1.0", "Running", args=["migrate"]), Outcome.FAIL),
    ],
)
def test_a_restart_policy_is_that_of_the_container(made, outcome):
    assert judged("01-pods/restart", "migrate has done", [], [made]).outcome is outcome


# ---- a template that came back, a ReplicaSet that was touched


def revision(number, uid, image, replicas=0, managers=("kube-controller-manager",)):
    made = replicaset(uid, replicas=replicas, annotations={"deployment.kubernetes.io/revision": str(number)})
    template = deployment(image=image)["spec"]["template"]
    template["metadata"]["labels"] |= {"pod-template-hash": uid}
    sets = {"f:spec": {"f:replicas": {}}}
    made["metadata"] |= {
        "name": f"blog-api-{uid}",
        "managedFields": [{"manager": one, "fieldsV1": sets} for one in managers],
    }
    return {**made, "spec": {**made["spec"], "template": template}}


def test_a_template_that_came_back_with_its_hash_is_the_same():
    before = [
        deployment(image="blog-api:1.1"),
        revision(1, "rs-1", "blog-api:1.0"),
        revision(2, "rs-2", "blog-api:1.1", 3),
    ]
    back = deployment(image="blog-api:1.0", generation=2)
    back["spec"]["template"]["metadata"] = {"labels": {"app": "blog-api", "pod-template-hash": "rs-1"}}
    now = [back, revision(3, "rs-1", "blog-api:1.0", 3), before[2], *(pod(f"p-{n}", "rs-1") for n in range(3))]
    assert judged("06-rollbacks/undo", "exactly what revision 1 was", before, now).outcome is Outcome.PASS


def untouched(*changes):
    before = [deployment(), revision(1, "rs-1", "blog-api:1.0", 3), revision(2, "rs-2", "blog-api:v1.1", 1)]
    return judged("07-broken-releases/image", "nobody touched its Pods", before, before, changes)


def test_a_pod_of_ones_own_may_come_and_go():
    own = pod("p-9", None, name="blog-api-try", app="try")
    came_and_went = [("pods", "ADDED", own), ("pods", "MODIFIED", terminating(own)), ("pods", "DELETED", own)]
    assert untouched(*came_and_went).outcome is Outcome.PASS
    its_own = pod("p-1", "rs-1")
    assert untouched(("pods", "ADDED", its_own), ("pods", "MODIFIED", terminating(its_own))).outcome is Outcome.FAIL


def test_a_replicaset_that_was_scaled_to_nothing_by_hand_is_touched_also_while_its_rollout_is_stuck():
    verdict = untouched(("replicasets", "MODIFIED", revision(2, "rs-2", "blog-api:v1.1", 0, managers=())))
    assert verdict.outcome is Outcome.FAIL
    assert "scaled the ReplicaSet blog-api-rs-2 from 1 to 0" in verdict.reason


def test_a_replicaset_without_pods_is_not_cleaned_up_while_the_history_has_room():
    old = revision(2, "rs-2", "blog-api:v1.1", 0)
    verdict = untouched(("replicasets", "MODIFIED", old), ("replicasets", "DELETED", old))
    assert verdict.outcome is Outcome.FAIL
    assert "deleted the ReplicaSet blog-api-rs-2" in verdict.reason


# ---- a task that is done once


def job(**status):
    spec = {"template": {"spec": {"containers": [{"name": "m", "image": "blog-api:1.1", "args": ["migrate"]}]}}}
    made = thing("Job", "migrate", "j-1", ownerReferences=owner("CronJob", "migrate", "cj-1"))
    return {**made, "spec": spec, "status": {"succeeded": 1, **status}}


@pytest.mark.parametrize(("suspended", "outcome"), [(False, Outcome.FAIL), (True, Outcome.PASS)])
def test_what_a_schedule_makes_again_and_again_is_not_done_once(suspended, outcome):
    cron = {
        **thing("CronJob", "migrate", "cj-1"),
        "spec": {"suspend": suspended, "jobTemplate": {"spec": job()["spec"]}},
    }
    verdict = judged("08-pod-or-deployment/task", "Only this Job", [], [], jobs=[job()], cronjobs=[cron])
    assert verdict.outcome is outcome
    assert ("the CronJob migrate" in verdict.reason) == (not suspended)


# ---- what apply was given


def test_what_was_applied_last_may_refer_to_a_configmap():
    file = with_container(deployment(replicas=4), envFrom=[{"configMapRef": {"name": "logging"}}])
    note = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(file)}
    now = {**file, "metadata": {**file["metadata"], "annotations": note}}

    def applied(level):
        logging = [configmap("logging", LOG_LEVEL=level)]
        return judged("03-deployments/apply", "applied last", [deployment()], [now], configmaps=logging)

    assert applied("debug").outcome is Outcome.PASS
    assert applied("info").outcome is Outcome.FAIL
