"""What differs between two Pod templates, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


def template_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two Pod templates, in words."""
    told: list[str] = []
    old, new = before.get("spec") or {}, after.get("spec") or {}
    olds = {container["name"]: container for container in old.get("containers", ())}
    news = {container["name"]: container for container in new.get("containers", ())}
    for name, container in news.items():
        told += _container_changes(olds[name], container) if name in olds else [f"container {name} added"]
    told += [f"container {name} removed" for name in olds if name not in news]
    notes = [(one.get("metadata") or {}).get("annotations") or {} for one in (before, after)]
    if notes[0].get(RESTARTED_AT) != notes[1].get(RESTARTED_AT):
        told.append("restarted")
    labels = [(one.get("metadata") or {}).get("labels") or {} for one in (before, after)]
    if labels[0] != labels[1]:
        told.append("labels of the Pods changed")
    return told


def _container_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["image"] != new["image"]:
        yield f"image {old['image']} → {new['image']}"
    before = {entry["name"]: entry for entry in old.get("env", ())}
    after = {entry["name"]: entry for entry in new.get("env", ())}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"env {name} " + ("removed" if name not in after else "changed" if name in before else "added")
    for field, word in (
        ("readinessProbe", "readiness probe"),
        ("livenessProbe", "liveness probe"),
        ("startupProbe", "startup probe"),
        ("resources", "resources"),
        ("command", "command"),
        ("args", "arguments"),
        ("ports", "ports"),
    ):
        if old.get(field) != new.get(field):
            yield f"{word} " + ("removed" if not new.get(field) else "changed" if old.get(field) else "added")
