"""Read the containers of a Pod, or of the Pod template of a Deployment, Job or CronJob."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from driftlab.checker.objects.quantities import amount
from driftlab.checker.objects.templates import image_name
from driftlab.checker.objects.views import Object, Pod

Container = Mapping[str, Any]


def pod_template(of: Object) -> Mapping[str, Any]:
    """The Pod template: ``spec.template``; for a CronJob that of its Jobs; for a Pod the Pod itself.

    https://kubernetes.io/docs/concepts/workloads/pods/#pod-templates
    """
    template = of.spec.get("template") or ((of.spec.get("jobTemplate") or {}).get("spec") or {}).get("template")
    return template or of.raw


def containers(of: Object) -> tuple[Container, ...]:
    """The containers that run side by side: sidecars, then ``spec.containers``.

    Sidecars are the init containers with ``restartPolicy: Always``:
    https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#pod-sidecar-containers
    """
    spec = pod_template(of).get("spec") or {}
    sidecars = [
        container for container in spec.get("initContainers") or () if container.get("restartPolicy") == "Always"
    ]
    return (*sidecars, *(spec.get("containers") or ()))


def container(of: Object, name: str = "") -> Container:
    """The container called ``name``; without a name, the first of ``spec.containers``. Empty if there is none.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
    """
    spec = pod_template(of).get("spec") or {}
    candidates = containers(of) if name else spec.get("containers") or ()
    return next((candidate for candidate in candidates if not name or candidate["name"] == name), {})


def images(of: Object) -> tuple[str, ...]:
    """The images of ``containers``, as short names.

    https://kubernetes.io/docs/concepts/containers/images/#image-names
    """
    return tuple(image_name(str(container["image"])) for container in containers(of))


def pod_labels(of: Object) -> Mapping[str, str]:
    """The labels of its Pods: ``spec.template.metadata.labels``; for a Pod, its own.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
    """
    return (pod_template(of).get("metadata") or {}).get("labels") or {}


def pod_annotations(of: Object) -> Mapping[str, str]:
    """The annotations of its Pods: ``spec.template.metadata.annotations``; for a Pod, its own.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/
    """
    return (pod_template(of).get("metadata") or {}).get("annotations") or {}


def resource(of: Object, kind: str, what: str, name: str = "") -> Decimal | None:
    """A quantity in a container's ``resources``: ``resource(deployment, "limits", "memory")``; None if it is not set.

    https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    """
    quantity = ((container(of, name).get("resources") or {}).get(kind) or {}).get(what)
    return None if quantity is None else amount(quantity)


def restarts(pod: Pod) -> int:
    """The number of restarts of all containers of the Pod: the sum of ``status.containerStatuses[].restartCount``."""
    kinds = ("initContainerStatuses", "containerStatuses")
    return sum(int(status.get("restartCount", 0)) for kind in kinds for status in pod.status.get(kind) or ())


def restart_policy(of: Object, name: str = "") -> str:
    """``Always``, ``OnFailure`` or ``Never``: the container's own policy, or else its Pod's.

    Rules for exit codes are not included: see ``started_again``.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
    """
    pod_policy = (pod_template(of).get("spec") or {}).get("restartPolicy") or "Always"
    return str(container(of, name).get("restartPolicy") or pod_policy)


def started_again(of: Object, exit_code: int, name: str = "") -> bool:
    """Whether the kubelet restarts the container after it ended with this exit code.

    The container's own rules apply first, then its own ``restartPolicy``, then its Pod's.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
    """
    found = container(of, name)
    for rule in (found.get("restartPolicyRules") or ()) if found.get("restartPolicy") else ():
        codes = rule.get("exitCodes")
        if codes and (exit_code in (codes.get("values") or ())) == (codes.get("operator") == "In"):
            return True  # both actions, Restart and RestartAllContainers, restart it
    policy = restart_policy(of, name)
    return policy == "Always" or (policy == "OnFailure" and exit_code != 0)
