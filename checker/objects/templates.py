"""Pod templates and Deployments by what they mean: the same wish in another spelling is the same.

The API takes one wish in many spellings: an amount in other units, a field that is left out and its default, variables
in another order. A goal asks here, and never compares by ``==`` what stands in a spec.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from driftlab.checker.objects.quantities import amount, strategy_of
from driftlab.checker.objects.selectors import requirements

Json = Mapping[str, Any]

#: The label by which the Deployment controller tells its ReplicaSets apart: it is not the author's.
POD_TEMPLATE_HASH = "pod-template-hash"

POD_DEFAULTS = {
    "dnsPolicy": "ClusterFirst",
    "enableServiceLinks": True,
    "hostIPC": False,
    "hostNetwork": False,
    "hostPID": False,
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "setHostnameAsFQDN": False,
    "shareProcessNamespace": False,
    "terminationGracePeriodSeconds": 30,
}
CONTAINER_DEFAULTS = {
    "stdin": False,
    "stdinOnce": False,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "tty": False,
}
PROBE_DEFAULTS = {
    "failureThreshold": 3,
    "initialDelaySeconds": 0,
    "periodSeconds": 10,
    "successThreshold": 1,
    "timeoutSeconds": 1,
}
HTTP_DEFAULTS = {"host": "", "path": "/", "scheme": "HTTP"}
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
MODE = 0o644
#: Fields that say nothing where they say this.
NOTHING: Mapping[str, Any] = {"optional": False, "readOnly": False, "prefix": ""}


def image_name(reference: str) -> str:
    """An image by its short name: ``docker.io/library/blog-api:1.1`` is ``blog-api:1.1``. Without a tag it is latest.

    https://kubernetes.io/docs/concepts/containers/images/#image-names
    """
    short = reference
    for prefix in ("index.docker.io/", "docker.io/", "library/"):
        short = short.removeprefix(prefix)
    tagged = "@" in short or ":" in short.rpartition("/")[2]
    return short if tagged else f"{short}:latest"


def canonical(template: Json | None) -> dict[str, Any]:
    """A Pod template as what it means: labels, annotations and spec, each in one spelling.

    Without ``pod-template-hash``, which the Deployment controller adds; with what the API server fills in; amounts as
    amounts; lists in one order where their order makes no difference. For comparing only: no API server takes it.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label
    """
    template = template or {}
    metadata = template.get("metadata") or {}
    labels = dict(metadata.get("labels") or {})
    labels.pop(POD_TEMPLATE_HASH, None)
    notes = dict(metadata.get("annotations") or {})
    return {"labels": labels, "annotations": notes, "spec": _pod_spec(template.get("spec") or {})}


def same_template(one: Json | None, other: Json | None) -> bool:
    """Are Pods of the one like Pods of the other? See ``canonical``.

    https://kubernetes.io/docs/concepts/workloads/pods/#pod-templates
    """
    return canonical(one) == canonical(other)


def fingerprint(template: Json | None) -> str:
    """A text that two templates share exactly where they are the same: to count how many there are.

    https://kubernetes.io/docs/concepts/workloads/pods/#pod-templates
    """
    return json.dumps(canonical(template), sort_keys=True, default=lambda number: str(number.normalize()))


def _pod_spec(spec: Json) -> dict[str, Any]:
    made = {**POD_DEFAULTS, **_said(spec)}
    if account := made.pop("serviceAccount", None):  # the old name, which the API server keeps beside the new one
        made.setdefault("serviceAccountName", account)
    made["containers"] = [canonical_container(one) for one in spec.get("containers") or ()]
    made["initContainers"] = [canonical_container(one) for one in spec.get("initContainers") or ()]
    made["volumes"] = sorted((_volume(one) for one in spec.get("volumes") or ()), key=lambda one: str(one["name"]))
    made["tolerations"] = sorted(map(_text, spec.get("tolerations") or ()))
    for field in ("overhead", "resources"):
        if field in made:
            made[field] = _amounts(made[field])
    return made


def canonical_container(container: Json) -> dict[str, Any]:
    """A container as what it means; ``env`` holds ``envFrom``, too, and ``command`` its ``args``. For comparing only.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
    """
    made = {**CONTAINER_DEFAULTS, **_said(container)}
    latest = image_name(str(container.get("image", ""))).endswith(":latest")
    made.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
    made["env"] = (_variables(container.get("env") or ()), [_plain(one) for one in made.pop("envFrom", ())])
    made["command"] = (list(container.get("command") or ()), list(made.pop("args", ())))
    made["ports"] = sorted(_text({"protocol": "TCP", **_plain(one)}) for one in container.get("ports") or ())
    made["resources"] = _amounts(container.get("resources") or {})
    mounts = (_plain(one) for one in container.get("volumeMounts") or ())
    made["volumeMounts"] = sorted(mounts, key=lambda one: str(one.get("mountPath")))
    for kind in PROBES:
        if kind in made:
            made[kind] = canonical_probe(made[kind])
    return made


def canonical_probe(probe: Json) -> dict[str, Any]:
    """A probe with what the API server fills in.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
    """
    made = {**PROBE_DEFAULTS, **_plain(probe)}
    if "httpGet" in made:
        made["httpGet"] = {**HTTP_DEFAULTS, **made["httpGet"]}
    if "grpc" in made:
        made["grpc"] = {"service": "", **made["grpc"]}
    return made


def _variables(entries: Iterable[Json]) -> list[dict[str, Any]]:
    made = []
    for entry in entries:
        one = _plain(entry)
        source = one.get("valueFrom") or {}
        if not source:
            one = {"name": one["name"], "value": one.get("value", "")}
        if "fieldRef" in source:
            source["fieldRef"] = {"apiVersion": "v1", **source["fieldRef"]}
        if "resourceFieldRef" in source:
            divisor = amount(source["resourceFieldRef"].get("divisor", 0)) or Decimal(1)
            source["resourceFieldRef"] = {**source["resourceFieldRef"], "divisor": divisor}
        made.append(one)
    names = [one["name"] for one in made]
    # one may be made from those before it, and of two with one name the last one holds: then the order counts
    ordered = len(set(names)) < len(names) or any("$(" in str(one.get("value")) for one in made)
    return made if ordered else sorted(made, key=lambda one: str(one["name"]))


def _volume(volume: Json) -> dict[str, Any]:
    made: dict[str, Any] = _plain(volume)
    if len(made) == 1:
        made["emptyDir"] = {}
    for kind in ("configMap", "secret", "downwardAPI", "projected"):
        if kind in made:
            made[kind] = {"defaultMode": MODE, **made[kind]}
    if size := made.get("emptyDir", {}).get("sizeLimit"):
        made["emptyDir"]["sizeLimit"] = amount(size)
    if "hostPath" in made:
        made["hostPath"] = {"type": "", **made["hostPath"]}
    return made


def _amounts(resources: Any) -> Any:
    """With every quantity as a number; what holds none is left out."""
    if isinstance(resources, Mapping):
        made = {key: _amounts(value) for key, value in resources.items()}
        return {key: value for key, value in made.items() if value not in ({}, [], None)}
    if isinstance(resources, list):  # claims: names, no quantities
        return [_plain(one) for one in resources]
    return None if resources is None else amount(resources)


def _said(fields: Json) -> dict[str, Any]:
    """Of a spec, what says something: an empty field is one that is left out."""
    return {key: value for key, value in _plain(fields).items() if value not in ({}, [], "")}


def _plain(value: Any) -> Any:
    """A copy without fields that say nothing."""
    if isinstance(value, Mapping):
        said = {key: held for key, held in value.items() if held is not None and held != NOTHING.get(key)}
        return {key: _plain(held) for key, held in said.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _text(value: Json) -> str:
    return json.dumps(_plain(value), sort_keys=True, default=str)


# ---- what differs between two Deployments

SPEC_DEFAULTS = {
    "minReadySeconds": 0,
    "paused": False,
    "progressDeadlineSeconds": 600,
    "replicas": 1,
    "revisionHistoryLimit": 10,
}


def changes(before: Json, after: Json) -> frozenset[str]:
    """The fields in which the specs of two Deployments differ, by what they mean.

    The Deployment's own by name (``replicas``, ``strategy``, ``selector``, ``paused``, …); of the Pod template
    ``labels``, ``annotations``, the Pod's fields by name (``volumes``), ``containers`` where one came or went, and the
    fields of containers that stayed: ``image``, ``readinessProbe``, ``env`` (envFrom, too), ``command`` (args, too).
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/#DeploymentSpec
    """
    replicas = int(after.get("replicas", 1))
    one, other = _spec(before, replicas), _spec(after, replicas)
    old, new = canonical(before.get("template")), canonical(after.get("template"))
    found = _differing(one, other) | _differing(old, new) - {"spec"}
    for kind in ("containers", "initContainers"):
        olds = {container["name"]: container for container in old["spec"].pop(kind)}
        news = {container["name"]: container for container in new["spec"].pop(kind)}
        if list(olds) != list(news):
            found |= {kind}
        for name in olds.keys() & news.keys():
            found |= _differing(olds[name], news[name])
    return frozenset(found | _differing(old["spec"], new["spec"]))


def same_spec(one: Json, other: Json) -> bool:
    """Do two Deployments' specs ask for the same?

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/#DeploymentSpec
    """
    return not changes(one, other)


def _spec(spec: Json, replicas: int) -> dict[str, Any]:
    """All but the template; percentages are of the same number of Pods before and after."""
    made = {**SPEC_DEFAULTS, **{key: value for key, value in spec.items() if value is not None}}
    made.pop("template", None)
    return made | {"selector": requirements(spec.get("selector")), "strategy": strategy_of(spec, replicas)}


def _differing(one: Json, other: Json) -> set[str]:
    return {key for key in {**one, **other} if one.get(key) != other.get(key)}
