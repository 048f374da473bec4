"""The containers that an object asks for, by their names: of a Pod, of a Deployment, of a Job or of a CronJob."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from driftlab.checker.objects.quantities import amount
from driftlab.checker.objects.templates import image_name
from driftlab.checker.objects.views import Object, Pod

Container = Mapping[str, Any]


def pod_template(of: Object) -> Mapping[str, Any]:
    """What Pods are made from: ``spec.template``; of a CronJob that of its Jobs, of a Pod the Pod itself.

    https://kubernetes.io/docs/concepts/workloads/pods/#pod-templates
    """
    template = of.spec.get("template") or ((of.spec.get("jobTemplate") or {}).get("spec") or {}).get("template")
    return template or of.raw


def containers(of: Object) -> tuple[Container, ...]:
    """Those that run side by side: sidecars (init containers that are always restarted), and then ``spec.containers``.

    https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#pod-sidecar-containers
    """
    spec = pod_template(of).get("spec") or {}
    sidecars = [one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"]
    return (*sidecars, *(spec.get("containers") or ()))


def container(of: Object, name: str = "") -> Container:
    """The container of this name; without a name, the first of ``spec.containers``. Empty where there is none.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
    """
    spec = pod_template(of).get("spec") or {}
    candidates = containers(of) if name else spec.get("containers") or ()
    return next((one for one in candidates if not name or one["name"] == name), {})


def images(of: Object) -> tuple[str, ...]:
    """The images of ``containers``, by their short names.

    https://kubernetes.io/docs/concepts/containers/images/#image-names
    """
    return tuple(image_name(str(one["image"])) for one in containers(of))


def pod_labels(of: Object) -> Mapping[str, str]:
    """The labels that its Pods get: ``spec.template.metadata.labels``; of a Pod, its own.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
    """
    return (pod_template(of).get("metadata") or {}).get("labels") or {}


def pod_annotations(of: Object) -> Mapping[str, str]:
    """The annotations that its Pods get: ``spec.template.metadata.annotations``; of a Pod, its own.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/
    """
    return (pod_template(of).get("metadata") or {}).get("annotations") or {}


def resource(of: Object, kind: str, what: str, name: str = "") -> Decimal | None:
    """An amount of the container called ``name``: ``resource(deployment, "limits", "memory")``; None where it has none.

    https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    """
    found = ((container(of, name).get("resources") or {}).get(kind) or {}).get(what)
    return None if found is None else amount(found)


def restarts(pod: Pod) -> int:
    """How often containers of the Pod were started again: ``status.containerStatuses[].restartCount``, all together."""
    kinds = ("initContainerStatuses", "containerStatuses")
    return sum(int(one.get("restartCount", 0)) for kind in kinds for one in pod.status.get(kind) or ())


def restart_policy(of: Object, name: str = "") -> str:
    """``Always``, ``OnFailure`` or ``Never``: the container's own, else its Pod's.

    Rules for exit codes come on top: see ``started_again``.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
    """
    of_pod = (pod_template(of).get("spec") or {}).get("restartPolicy") or "Always"
    return str(container(of, name).get("restartPolicy") or of_pod)


def started_again(of: Object, exit_code: int, name: str = "") -> bool:
    """Does the kubelet start the container again when it has ended with this exit code?

    Its own rules are asked first, then its own ``restartPolicy``, then its Pod's.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
    """
    one = container(of, name)
    for rule in (one.get("restartPolicyRules") or ()) if one.get("restartPolicy") else ():
        codes = rule.get("exitCodes")
        if codes and (exit_code in (codes.get("values") or ())) == (codes.get("operator") == "In"):
            return True  # whether the action is Restart or RestartAllContainers
    policy = restart_policy(of, name)
    return policy == "Always" or (policy == "OnFailure" and exit_code != 0)
