"""Pod templates and Deployments by what they mean: equal in another spelling, different after a change."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.objects.templates import changes, fingerprint, image_name, same_spec, same_template

FULL = {
    "metadata": {"labels": {"app": "blog"}, "annotations": {"note": "1"}},
    "spec": {
        "serviceAccountName": "robot",
        "volumes": [
            {"name": "notes", "emptyDir": {"sizeLimit": "64Mi"}},
            {"name": "settings", "configMap": {"name": "settings"}},
        ],
        "tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}],
        "initContainers": [{"name": "first", "image": "busybox:1.37", "command": ["true"]}],
        "containers": [
            {
                "name": "blog",
                "image": "blog-api:1.0",
                "args": ["serve"],
                "env": [{"name": "PAGE_SIZE", "value": "20"}, {"name": "BANNER", "value": "welcome"}],
                "envFrom": [{"configMapRef": {"name": "settings"}}],
                "ports": [{"containerPort": 8080}, {"containerPort": 9090, "name": "metrics"}],
                "resources": {"requests": {"cpu": "50m"}, "limits": {"memory": "64Mi"}},
                "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
                "volumeMounts": [{"name": "notes", "mountPath": "/a"}, {"name": "settings", "mountPath": "/b"}],
            }
        ],
    },
}


def blog(template):
    return template["spec"]["containers"][0]


def volume(template, name):
    return next(one for one in template["spec"]["volumes"] if one["name"] == name)


def defaulted(template):
    """As the API server gives it back."""
    template["spec"] |= {
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccount": "robot",
        "terminationGracePeriodSeconds": 30,
    }
    volume(template, "settings")["configMap"] |= {"defaultMode": 420}
    for one in template["spec"]["containers"] + template["spec"]["initContainers"]:
        one |= {
            "imagePullPolicy": "IfNotPresent",
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        }
        one.setdefault("resources", {})
    for port in blog(template)["ports"]:
        port["protocol"] = "TCP"
    blog(template)["readinessProbe"] |= {"timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3}
    blog(template)["readinessProbe"]["httpGet"] |= {"scheme": "HTTP"}


RESPELLINGS = {
    "defaults": defaulted,
    "hash": lambda one: one["metadata"]["labels"].update({"pod-template-hash": "6f7"}),
    "bytes": lambda one: blog(one)["resources"]["limits"].update(memory="67108864"),
    "decimal": lambda one: blog(one)["resources"]["requests"].update(cpu="0.05"),
    "size": lambda one: volume(one, "notes")["emptyDir"].update(sizeLimit="65536Ki"),
    "order of variables": lambda one: blog(one)["env"].reverse(),
    "order of ports": lambda one: blog(one)["ports"].reverse(),
    "order of mounts": lambda one: blog(one)["volumeMounts"].reverse(),
    "order of volumes": lambda one: one["spec"]["volumes"].reverse(),
    "order of tolerations": lambda one: one["spec"]["tolerations"].reverse(),
    "nothing written down": lambda one: (blog(one).update(securityContext=None), one["spec"].update(nodeSelector={})),
    "not optional": lambda one: blog(one)["envFrom"][0]["configMapRef"].update(optional=False),
    "a probe's first delay": lambda one: blog(one)["readinessProbe"].update(initialDelaySeconds=0),
}
CHANGES = {
    "labels": lambda one: one["metadata"]["labels"].update(tier="web"),
    "annotations": lambda one: one["metadata"].update(annotations={}),
    "image": lambda one: blog(one).update(image="blog-api:1.1"),
    "command": lambda one: blog(one).update(args=["migrate"]),
    "env": lambda one: blog(one)["env"][0].update(value="50"),
    "resources": lambda one: blog(one)["resources"]["limits"].update(memory="65Mi"),
    "readinessProbe": lambda one: blog(one)["readinessProbe"]["httpGet"].update(scheme="HTTPS"),
    "livenessProbe": lambda one: blog(one).update(livenessProbe={"tcpSocket": {"port": 8080}}),
    "volumeMounts": lambda one: blog(one)["volumeMounts"][0].update(readOnly=True),
    "volumes": lambda one: one["spec"]["volumes"].pop(),
    "containers": lambda one: one["spec"]["containers"].append({"name": "more", "image": "busybox:1.37"}),
    "initContainers": lambda one: one["spec"].update(initContainers=[]),
    "hostNetwork": lambda one: one["spec"].update(hostNetwork=True),
    "restartPolicy": lambda one: blog(one).update(restartPolicy="Never"),
    "imagePullPolicy": lambda one: blog(one).update(imagePullPolicy="Always"),
}


def after(*steps):
    made = deepcopy(FULL)
    for step in steps:
        step(made)
    return made


@given(st.lists(st.sampled_from(sorted(RESPELLINGS)), unique=True))
def test_another_spelling_is_the_same(names):
    respelled = after(*(RESPELLINGS[name] for name in names))
    assert same_template(FULL, respelled)
    assert fingerprint(FULL) == fingerprint(respelled)
    assert changes({"template": FULL}, {"template": respelled}) == frozenset()


@given(st.lists(st.sampled_from(sorted(RESPELLINGS)), unique=True), st.sampled_from(sorted(CHANGES)))
def test_a_change_is_one_in_any_spelling_and_is_called_by_its_field(names, change):
    changed = after(*(RESPELLINGS[name] for name in names), CHANGES[change])
    assert not same_template(FULL, changed)
    assert fingerprint(FULL) != fingerprint(changed)
    assert changes({"template": FULL}, {"template": changed}) == {change}


def test_the_order_of_variables_counts_where_one_refers_to_another():
    one, other = ({"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}), None
    other = tuple(reversed(one))
    assert not same_template(*({"spec": {"containers": [{"name": "c", "env": list(env)}]}} for env in (one, other)))


def test_of_two_variables_with_one_name_the_last_one_holds():
    env = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    assert not same_template(
        *({"spec": {"containers": [{"name": "c", "env": list(one)}]}} for one in (env, reversed(env)))
    )


def test_an_empty_folder_is_not_nothing():
    def with_volume(volume):
        return {"spec": {"containers": [], "volumes": [volume]}}

    assert same_template(with_volume({"name": "v"}), with_volume({"name": "v", "emptyDir": {}}))
    assert not same_template(with_volume({"name": "v", "hostPath": {"path": "/"}}), with_volume({"name": "v"}))


def test_nothing_is_a_template_too():
    assert same_template(None, {})
    assert same_template({"spec": None}, {"metadata": {"labels": None}})


# ---- of a Deployment


SPEC = {"replicas": 3, "selector": {"matchLabels": {"app": "blog"}}, "template": FULL}


def with_spec(**fields):
    return {**SPEC, **fields}


@pytest.mark.parametrize(
    "fields",
    [
        {"progressDeadlineSeconds": 600, "revisionHistoryLimit": 10, "minReadySeconds": 0, "paused": False},
        {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}},
        {"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["blog"]}]}},
        {"template": after(defaulted)},
    ],
)
def test_a_deployment_in_another_spelling_is_the_same(fields):
    assert same_spec(SPEC, with_spec(**fields))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"replicas": 4}, "replicas"),
        ({"paused": True}, "paused"),
        ({"revisionHistoryLimit": 0}, "revisionHistoryLimit"),
        ({"strategy": {"type": "Recreate"}}, "strategy"),
        ({"strategy": {"rollingUpdate": {"maxUnavailable": 2}}}, "strategy"),
        ({"template": after(CHANGES["env"])}, "env"),
    ],
)
def test_what_is_changed_of_a_deployment_is_called_by_its_field(fields, name):
    assert changes(SPEC, with_spec(**fields)) == {name}
    assert not same_spec(SPEC, with_spec(**fields))


def test_scaling_changes_no_strategy_that_is_written_in_per_cent():
    """25% of three Pods is none that may be missing, 25% of four is one: it is the number that has changed."""
    quarter = {"strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}}
    assert changes(with_spec(**quarter), with_spec(**quarter, replicas=4)) == {"replicas"}


# ---- images


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("blog-api:1.1", "blog-api:1.1"),
        ("docker.io/library/blog-api:1.1", "blog-api:1.1"),
        ("index.docker.io/library/blog-api:1.1", "blog-api:1.1"),
        ("docker.io/somebody/blog-api:1.1", "somebody/blog-api:1.1"),
        ("blog-api", "blog-api:latest"),
        ("localhost:5000/blog-api", "localhost:5000/blog-api:latest"),
        ("blog-api@sha256:ab", "blog-api@sha256:ab"),
        ("registry.example/library/blog-api:1.1", "registry.example/library/blog-api:1.1"),
    ],
)
def test_an_image_has_a_short_name(reference, name):
    assert image_name(reference) == name
