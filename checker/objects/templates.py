"""Compare Pod templates and Deployments by their meaning: the same specification in another notation is equal.

The API accepts many notations for one specification: amounts in other units, a default that is left out, variables in
another order. Goals use these functions, and never compare specs with ``==``.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from driftlab.checker.objects.quantities import amount, strategy_of
from driftlab.checker.objects.selectors import requirements

Json = Mapping[str, Any]

#: The label that the Deployment controller adds to tell its ReplicaSets apart. No author writes it.
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
#: Fields with these values mean the same as without the field.
NO_EFFECT: Mapping[str, Any] = {"optional": False, "readOnly": False, "prefix": ""}


def image_name(reference: str) -> str:
    """The short name of an image: ``docker.io/library/blog-api:1.1`` is ``blog-api:1.1``.

    The default tag is ``latest``.
    https://kubernetes.io/docs/concepts/containers/images/#image-names
    """
    short = reference
    for prefix in ("index.docker.io/", "docker.io/", "library/"):
        short = short.removeprefix(prefix)
    tagged = "@" in short or ":" in short.rpartition("/")[2]
    return short if tagged else f"{short}:latest"


def canonical(template: Json | None) -> dict[str, Any]:
    """A Pod template in canonical form: labels, annotations and spec.

    Without ``pod-template-hash``, which the Deployment controller adds; with the defaults of the API server; amounts as
    numbers; lists are sorted if their order has no effect. For comparisons only: an API server does not accept it.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label
    """
    template = template or {}
    metadata = template.get("metadata") or {}
    labels = dict(metadata.get("labels") or {})
    labels.pop(POD_TEMPLATE_HASH, None)
    annotations = dict(metadata.get("annotations") or {})
    return {"labels": labels, "annotations": annotations, "spec": _pod_spec(template.get("spec") or {})}


def same_template(first: Json | None, second: Json | None) -> bool:
    """Whether both templates create equal Pods. See ``canonical``.

    https://kubernetes.io/docs/concepts/workloads/pods/#pod-templates
    """
    return canonical(first) == canonical(second)


def fingerprint(template: Json | None) -> str:
    """A text that is equal for two templates exactly if they are the same, to count distinct templates.

    https://kubernetes.io/docs/concepts/workloads/pods/#pod-templates
    """
    return json.dumps(canonical(template), sort_keys=True, default=lambda number: str(number.normalize()))


def _pod_spec(spec: Json) -> dict[str, Any]:
    result = {**POD_DEFAULTS, **_without_empty(spec)}
    if account := result.pop("serviceAccount", None):  # the deprecated name; the API server sets both
        result.setdefault("serviceAccountName", account)
    result["containers"] = [canonical_container(item) for item in spec.get("containers") or ()]
    result["initContainers"] = [canonical_container(item) for item in spec.get("initContainers") or ()]
    result["volumes"] = sorted(
        (_volume(item) for item in spec.get("volumes") or ()), key=lambda item: str(item["name"])
    )
    result["tolerations"] = sorted(map(_text, spec.get("tolerations") or ()))
    for field in ("overhead", "resources"):
        if field in result:
            result[field] = _amounts(result[field])
    return result


def canonical_container(container: Json) -> dict[str, Any]:
    """A container in canonical form, for comparisons only.

    ``env`` includes ``envFrom``, and ``command`` includes ``args``.
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
    """
    result = {**CONTAINER_DEFAULTS, **_without_empty(container)}
    latest = image_name(str(container.get("image", ""))).endswith(":latest")
    result.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
    result["env"] = (_variables(container.get("env") or ()), [_plain(item) for item in result.pop("envFrom", ())])
    result["command"] = (list(container.get("command") or ()), list(result.pop("args", ())))
    result["ports"] = sorted(_text({"protocol": "TCP", **_plain(item)}) for item in container.get("ports") or ())
    result["resources"] = _amounts(container.get("resources") or {})
    mounts = (_plain(item) for item in container.get("volumeMounts") or ())
    result["volumeMounts"] = sorted(mounts, key=lambda item: str(item.get("mountPath")))
    for kind in PROBES:
        if kind in result:
            result[kind] = canonical_probe(result[kind])
    return result


def canonical_probe(probe: Json) -> dict[str, Any]:
    """A probe with the defaults of the API server.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
    """
    result = {**PROBE_DEFAULTS, **_plain(probe)}
    if "httpGet" in result:
        result["httpGet"] = {**HTTP_DEFAULTS, **result["httpGet"]}
    if "grpc" in result:
        result["grpc"] = {"service": "", **result["grpc"]}
    return result


def _variables(entries: Iterable[Json]) -> list[dict[str, Any]]:
    variables = []
    for entry in entries:
        variable = _plain(entry)
        source = variable.get("valueFrom") or {}
        if not source:
            variable = {"name": variable["name"], "value": variable.get("value", "")}
        if "fieldRef" in source:
            source["fieldRef"] = {"apiVersion": "v1", **source["fieldRef"]}
        if "resourceFieldRef" in source:
            divisor = amount(source["resourceFieldRef"].get("divisor", 0)) or Decimal(1)
            source["resourceFieldRef"] = {**source["resourceFieldRef"], "divisor": divisor}
        variables.append(variable)
    names = [variable["name"] for variable in variables]
    # the order matters if a variable refers to an earlier one, or if a name occurs twice: then the last one holds
    ordered = len(set(names)) < len(names) or any("$(" in str(variable.get("value")) for variable in variables)
    return variables if ordered else sorted(variables, key=lambda variable: str(variable["name"]))


def _volume(volume: Json) -> dict[str, Any]:
    result: dict[str, Any] = _plain(volume)
    if len(result) == 1:
        result["emptyDir"] = {}
    for kind in ("configMap", "secret", "downwardAPI", "projected"):
        if kind in result:
            result[kind] = {"defaultMode": MODE, **result[kind]}
    if size := result.get("emptyDir", {}).get("sizeLimit"):
        result["emptyDir"]["sizeLimit"] = amount(size)
    if "hostPath" in result:
        result["hostPath"] = {"type": "", **result["hostPath"]}
    return result


def _amounts(resources: Any) -> Any:
    """Convert each quantity to a number; drop empty entries."""
    if isinstance(resources, Mapping):
        result = {key: _amounts(value) for key, value in resources.items()}
        return {key: value for key, value in result.items() if value not in ({}, [], None)}
    if isinstance(resources, list):  # claims: names, no quantities
        return [_plain(item) for item in resources]
    return None if resources is None else amount(resources)


def _without_empty(fields: Json) -> dict[str, Any]:
    """A spec without its empty fields: an empty field means the same as a missing one."""
    return {key: value for key, value in _plain(fields).items() if value not in ({}, [], "")}


def _plain(value: Any) -> Any:
    """A copy without the fields that have no effect."""
    if isinstance(value, Mapping):
        kept = {key: item for key, item in value.items() if item is not None and item != NO_EFFECT.get(key)}
        return {key: _plain(item) for key, item in kept.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _text(value: Json) -> str:
    return json.dumps(_plain(value), sort_keys=True, default=str)


# ---- differences between two Deployments

SPEC_DEFAULTS = {
    "minReadySeconds": 0,
    "paused": False,
    "progressDeadlineSeconds": 600,
    "replicas": 1,
    "revisionHistoryLimit": 10,
}


def changes(before: Json, after: Json) -> frozenset[str]:
    """The fields in which the specs of two Deployments differ in meaning.

    The Deployment's own fields by name (``replicas``, ``strategy``, ``selector``, ``paused``, …); for the Pod template
    ``labels``, ``annotations``, the Pod's fields by name (``volumes``), ``containers`` if one was added or removed, and
    the fields of the other containers: ``image``, ``readinessProbe``, ``env`` (with envFrom), ``command`` (with args).
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/#DeploymentSpec
    """
    replicas = int(after.get("replicas", 1))
    old, new = canonical(before.get("template")), canonical(after.get("template"))
    found = _differing(_spec(before, replicas), _spec(after, replicas)) | _differing(old, new) - {"spec"}
    for kind in ("containers", "initContainers"):
        old_containers = {container["name"]: container for container in old["spec"].pop(kind)}
        new_containers = {container["name"]: container for container in new["spec"].pop(kind)}
        if list(old_containers) != list(new_containers):
            found |= {kind}
        for name in old_containers.keys() & new_containers.keys():
            found |= _differing(old_containers[name], new_containers[name])
    return frozenset(found | _differing(old["spec"], new["spec"]))


def same_spec(first: Json, second: Json) -> bool:
    """Whether the specs of two Deployments mean the same.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/#DeploymentSpec
    """
    return not changes(first, second)


def _spec(spec: Json, replicas: int) -> dict[str, Any]:
    """All fields but the template. Percentages refer to ``replicas``, the same number before and after."""
    result = {**SPEC_DEFAULTS, **{key: value for key, value in spec.items() if value is not None}}
    result.pop("template", None)
    return result | {"selector": requirements(spec.get("selector")), "strategy": strategy_of(spec, replicas)}


def _differing(first: Json, second: Json) -> set[str]:
    return {key for key in {**first, **second} if first.get(key) != second.get(key)}
