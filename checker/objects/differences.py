"""Describe the differences between two Pod templates in words."""

from collections.abc import Iterator, Mapping
from typing import Any

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


def template_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The differences between two Pod templates, a few words for each."""
    changes: list[str] = []
    old, new = before.get("spec") or {}, after.get("spec") or {}
    old_containers = {container["name"]: container for container in old.get("containers", ())}
    new_containers = {container["name"]: container for container in new.get("containers", ())}
    for name, container in new_containers.items():
        changes += (
            _container_changes(old_containers[name], container)
            if name in old_containers
            else [f"container {name} added"]
        )
    changes += [f"container {name} removed" for name in old_containers if name not in new_containers]
    annotations = [(template.get("metadata") or {}).get("annotations") or {} for template in (before, after)]
    if annotations[0].get(RESTARTED_AT) != annotations[1].get(RESTARTED_AT):
        changes.append("restarted")
    labels = [(template.get("metadata") or {}).get("labels") or {} for template in (before, after)]
    if labels[0] != labels[1]:
        changes.append("labels of the Pods changed")
    return changes


def _container_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["image"] != new["image"]:
        yield f"image {old['image']} → {new['image']}"
    before = {entry["name"]: entry for entry in old.get("env", ())}
    after = {entry["name"]: entry for entry in new.get("env", ())}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"env {name} " + ("removed" if name not in after else "changed" if name in before else "added")
    for field, label in (
        ("readinessProbe", "readiness probe"),
        ("livenessProbe", "liveness probe"),
        ("startupProbe", "startup probe"),
        ("resources", "resources"),
        ("command", "command"),
        ("args", "arguments"),
        ("ports", "ports"),
    ):
        if old.get(field) != new.get(field):
            yield f"{label} " + ("removed" if not new.get(field) else "changed" if old.get(field) else "added")
