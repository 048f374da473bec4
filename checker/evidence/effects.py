"""Compute the environment and the command line of a container.

Goals judge these, and not how they are specified: a variable may come from a literal, a ConfigMap or a Secret, and a
command may be split between ``command`` and ``args``. The rules are those of the kubelet that the kit runs.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.objects.containers import Container, container, pod_template
from driftlab.checker.objects.templates import POD_TEMPLATE_HASH
from driftlab.checker.objects.views import Object


@dataclass(frozen=True)
class Environment:
    """The environment of a container: ``values`` by name; ``unknown``: variables whose value is known only in a Pod.

    ``missing``: references to objects or keys that do not exist, in words. The kubelet does not create such a
    container.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """The value; empty if it is not set, empty or unknown, or if the container cannot be created."""
        return "" if self.missing else self.values.get(name, "")

    def has(self, name: str) -> bool:
        """Whether it is set and not empty, known or not. Programs treat an empty variable as a missing one."""
        return bool(self.get(name)) or (not self.missing and name in self.unknown)


def environment(of: Object, snapshot: Snapshot, name: str = "") -> Environment:
    """The environment of the container called ``name`` (default: the first), from literals, ConfigMaps and Secrets.

    ``env`` overrides ``envFrom``; ``$(NAME)`` is replaced by the value of an earlier variable, and ``$$`` by ``$``.
    Variables of the image and of Services are not included. Raises LookupError if the exercise does not watch
    ``configmaps`` and ``secrets``.
    https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    """
    for kind in ("configmaps", "secrets"):
        if kind not in snapshot.raw:
            raise LookupError(f"an environment may come from {kind}, and the exercise does not watch them")
    known = {
        "ConfigMap": {found.name: dict(found.raw.get("data") or {}) for found in snapshot.objects("configmaps")},
        "Secret": {found.name: _decoded(found.raw.get("data") or {}) for found in snapshot.objects("secrets")},
    }
    return _Resolver(of, snapshot.namespace, known).resolve(container(of, name))


class _Resolver:
    """Follows the kubelet's ``makeEnvironmentVariables``, pkg/kubelet/kubelet_pods.go."""

    def __init__(self, of: Object, namespace: str, known: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self.of, self.namespace, self.known = of, namespace, known
        self.values: dict[str, str] = {}
        self.missing: list[str] = []
        self.unknown: set[str] = set()

    def resolve(self, container: Container) -> Environment:
        for source in container.get("envFrom") or ():
            prefix = source.get("prefix") or ""
            for kind, reference in _references(source, "Ref"):
                for key, value in (self._data(kind, reference) or {}).items():
                    self._set(prefix + key, value)
        for entry in container.get("env") or ():
            self._add_variable(entry)
        missing = tuple(dict.fromkeys(self.missing))
        return Environment(self.values, missing, frozenset(self.unknown))

    def _add_variable(self, entry: Mapping[str, Any]) -> None:
        value, source = entry.get("value") or "", entry.get("valueFrom") or {}
        if value or not source:
            self._set_expanded(entry["name"], value)
            return
        for kind, reference in _references(source, "KeyRef"):
            data = self._data(kind, reference)
            if data is None:
                return
            if reference["key"] in data:
                self._set(entry["name"], data[reference["key"]])
            elif not reference.get("optional"):
                self.missing.append(f"the key {reference['key']} of the {kind} {reference.get('name', '')}")
            return
        self._set(entry["name"], self._field(source["fieldRef"]["fieldPath"]) if "fieldRef" in source else None)

    def _set_expanded(self, name: str, value: str) -> None:
        expanded = expand(value, lambda other: None if other in self.unknown else self.values.get(other))
        references = {match[1] for match in REFERENCE.finditer(value) if match[1]}
        self._set(name, None if references & self.unknown else expanded)

    def _set(self, name: str, value: str | None) -> None:
        self.values.pop(name, None)
        self.unknown.discard(name)
        if value is None:
            self.unknown.add(name)
        else:
            self.values[name] = value

    def _data(self, kind: str, reference: Mapping[str, Any]) -> Mapping[str, str] | None:
        """The data of the ConfigMap or Secret; None if it does not exist."""
        data = self.known[kind].get(reference.get("name", ""))
        if data is None and not reference.get("optional"):
            self.missing.append(f"the {kind} {reference.get('name', '')}")
        return data

    def _field(self, path: str) -> str | None:
        """A field of the Pod, as in the downward API; None if it is known only in a Pod.

        https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#downwardapi-fieldRef
        """
        template = pod_template(self.of)
        is_pod = template is self.of.raw
        metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
        if keyed := re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path):
            is_known = is_pod or keyed[2] != POD_TEMPLATE_HASH
            return str((metadata.get(keyed[1]) or {}).get(keyed[2], "")) if is_known else None
        account = spec.get("serviceAccountName", "default")
        fields = {"metadata.namespace": self.namespace, "spec.serviceAccountName": account}
        if is_pod:
            lines = {kind: (metadata.get(kind) or {}).items() for kind in ("labels", "annotations")}
            fields |= {
                f"metadata.{kind}": "\n".join(f"{key}={json.dumps(value)}" for key, value in sorted(pairs))
                for kind, pairs in lines.items()
            }
            fields |= {
                "metadata.name": self.of.name,
                "metadata.uid": self.of.uid,
                "spec.nodeName": spec.get("nodeName"),
            }
        return fields.get(path)


def _references(source: Mapping[str, Any], suffix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind, field_ in (("ConfigMap", "configMap"), ("Secret", "secret")):
        if reference := source.get(field_ + suffix):
            yield kind, reference


def _decoded(data: Mapping[str, str]) -> dict[str, str]:
    """A Secret's values. Invalid base64 stays as it is: an API server would refuse it."""
    decoded = {}
    for key, value in data.items():
        try:
            decoded[key] = base64.b64decode(value or "", validate=True).decode(errors="replace")
        except (binascii.Error, ValueError):
            decoded[key] = value
    return decoded


REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")


def expand(text: str, value_of: Callable[[str], str | None]) -> str:
    """Replace ``$(NAME)`` by its value, if it has one, and ``$$`` by ``$``.

    As third_party/forked/golang/expansion/expand.go in Kubernetes.
    https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/#use-environment-variables-to-define-arguments
    """

    def replacement(found: re.Match[str]) -> str:
        value = "$" if found[1] is None else value_of(found[1])
        return found[0] if value is None else value

    return REFERENCE.sub(replacement, text)


# ---- the command line


def command_line(of: Object, snapshot: Snapshot, name: str = "", entrypoint: Sequence[str] = ()) -> tuple[str, ...]:
    """All words of the command line of the container called ``name``: ``command`` and ``args`` together, expanded.

    ``entrypoint`` is that of the image, which is used if the container has no ``command``. Raises LookupError as
    ``environment``. https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
    """
    spec, variables = container(of, name), environment(of, snapshot, name)
    words = [*(spec.get("command") or entrypoint), *(spec.get("args") or ())]
    return tuple(expand(str(word), variables.values.get) for word in words)
