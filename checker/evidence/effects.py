"""What a container gets: its environment and its command line.

Goals judge that, and not how somebody wrote it: a variable may come from a literal, a ConfigMap or a Secret, a command
may be split between ``command`` and ``args``. The rules are the kubelet's, of the version that the kit runs.
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
    """What a container finds: ``values`` by name; ``unknown``: variables that are set to what only a Pod can tell.

    ``missing``, in words: what is referred to and not there. Then the kubelet does not create the container.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """Its value; empty where it is not set, is empty, is unknown, or where no container comes to be."""
        return "" if self.missing else self.values.get(name, "")

    def has(self, name: str) -> bool:
        """Is it set to something, known or not? A program takes an empty variable for one that is missing."""
        return bool(self.get(name)) or (not self.missing and name in self.unknown)


def environment(of: Object, snapshot: Snapshot, name: str = "") -> Environment:
    """The environment of the container called ``name`` (the first one), from literals, ConfigMaps and Secrets.

    ``envFrom`` first, then ``env``, which prevails; ``$(NAME)`` stands for what was set before it, and ``$$`` for
    ``$``. Without what the image sets, and without the variables of Services. Raises LookupError where the exercise
    does not watch ``configmaps`` and ``secrets``.
    https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    """
    for kind in ("configmaps", "secrets"):
        if kind not in snapshot.raw:
            raise LookupError(f"an environment may come from {kind}, and the exercise does not watch them")
    known = {
        "ConfigMap": {one.name: dict(one.raw.get("data") or {}) for one in snapshot.objects("configmaps")},
        "Secret": {one.name: _decoded(one.raw.get("data") or {}) for one in snapshot.objects("secrets")},
    }
    return _Resolver(of, snapshot.namespace, known).resolve(container(of, name))


class _Resolver:
    """As the kubelet's ``makeEnvironmentVariables``, pkg/kubelet/kubelet_pods.go."""

    def __init__(self, of: Object, namespace: str, known: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        self.of, self.namespace, self.known = of, namespace, known
        self.values: dict[str, str] = {}
        self.missing: list[str] = []
        self.unknown: set[str] = set()

    def resolve(self, one: Container) -> Environment:
        for source in one.get("envFrom") or ():
            prefix = source.get("prefix") or ""
            for kind, reference in _references(source, "Ref"):
                for key, value in (self._found(kind, reference) or {}).items():
                    self._set(prefix + key, value)
        for entry in one.get("env") or ():
            self._variable(entry)
        missing = tuple(dict.fromkeys(self.missing))
        return Environment(self.values, missing, frozenset(self.unknown))

    def _variable(self, entry: Mapping[str, Any]) -> None:
        value, source = entry.get("value") or "", entry.get("valueFrom") or {}
        if value or not source:
            self._expanded(entry["name"], value)
            return
        for kind, reference in _references(source, "KeyRef"):
            held = self._found(kind, reference)
            if held is None:
                return
            if reference["key"] in held:
                self._set(entry["name"], held[reference["key"]])
            elif not reference.get("optional"):
                self.missing.append(f"the key {reference['key']} of the {kind} {reference.get('name', '')}")
            return
        self._set(entry["name"], self._field(source["fieldRef"]["fieldPath"]) if "fieldRef" in source else None)

    def _expanded(self, name: str, value: str) -> None:
        told = expand(value, lambda of: None if of in self.unknown else self.values.get(of))
        refers = {one[1] for one in REFERENCE.finditer(value) if one[1]}
        self._set(name, None if refers & self.unknown else told)

    def _set(self, name: str, value: str | None) -> None:
        self.values.pop(name, None)
        self.unknown.discard(name)
        if value is None:
            self.unknown.add(name)
        else:
            self.values[name] = value

    def _found(self, kind: str, reference: Mapping[str, Any]) -> Mapping[str, str] | None:
        """What the ConfigMap or Secret holds; None where it is not there."""
        held = self.known[kind].get(reference.get("name", ""))
        if held is None and not reference.get("optional"):
            self.missing.append(f"the {kind} {reference.get('name', '')}")
        return held

    def _field(self, path: str) -> str | None:
        """A field of the Pod, as the downward API has it; None where only the Pod can tell.

        https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#downwardapi-fieldRef
        """
        template = pod_template(self.of)
        is_pod = template is self.of.raw
        metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
        if keyed := re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path):
            known = is_pod or keyed[2] != POD_TEMPLATE_HASH
            return str((metadata.get(keyed[1]) or {}).get(keyed[2], "")) if known else None
        account = spec.get("serviceAccountName", "default")
        told = {"metadata.namespace": self.namespace, "spec.serviceAccountName": account}
        if is_pod:
            lines = {kind: (metadata.get(kind) or {}).items() for kind in ("labels", "annotations")}
            told |= {
                f"metadata.{kind}": "\n".join(f"{key}={json.dumps(value)}" for key, value in sorted(pairs))
                for kind, pairs in lines.items()
            }
            told |= {"metadata.name": self.of.name, "metadata.uid": self.of.uid, "spec.nodeName": spec.get("nodeName")}
        return told.get(path)


def _references(source: Mapping[str, Any], what: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind, field_ in (("ConfigMap", "configMap"), ("Secret", "secret")):
        if reference := source.get(field_ + what):
            yield kind, reference


def _decoded(data: Mapping[str, str]) -> dict[str, str]:
    """A Secret's values. What is no base64 stays as it is: no API server has it."""
    made = {}
    for key, value in data.items():
        try:
            made[key] = base64.b64decode(value or "", validate=True).decode(errors="replace")
        except (binascii.Error, ValueError):
            made[key] = value
    return made


REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")


def expand(text: str, value_of: Callable[[str], str | None]) -> str:
    """``$(NAME)`` as its value, where it has one, and ``$$`` as ``$``: third_party/forked/golang/expansion/expand.go.

    https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/#use-environment-variables-to-define-arguments
    """

    def stands_for(found: re.Match[str]) -> str:
        value = "$" if found[1] is None else value_of(found[1])
        return found[0] if value is None else value

    return REFERENCE.sub(stands_for, text)


# ---- what it runs


def command_line(of: Object, snapshot: Snapshot, name: str = "", entrypoint: Sequence[str] = ()) -> tuple[str, ...]:
    """All words that the container called ``name`` is started with, however they are split, and expanded.

    ``entrypoint`` is the image's, which holds where the container has no ``command``. Raises LookupError as
    ``environment`` does.
    https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
    """
    one, found = container(of, name), environment(of, snapshot, name)
    words = [*(one.get("command") or entrypoint), *(one.get("args") or ())]
    return tuple(expand(str(word), found.values.get) for word in words)
