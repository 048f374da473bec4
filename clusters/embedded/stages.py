"""KWOK Stages: how a Node and its Pods behave, made from the files in ``stages/`` and a catalogue of images.

KWOK plays, for each object, one Stage at a time: the one whose selector matches,
after its delay. Which one is due is computed in one place, ``stages/next.jq``,
which every Pod Stage carries; what it then writes is composed from the ``.gotmpl``
files. See https://kwok.sigs.k8s.io/docs/user/stages-configuration/.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from clusters.embedded import images
from clusters.embedded.images import Image

FOLDER = Path(__file__).parent / "stages"

#: Containers of one Pod that can live: the Stages are made for so many slots.
SLOTS = {"containers": 3, "initContainers": 2}

#: Pieces of template, in their order, with the variables that they define: each is added where one is used.
SNIPPETS = {
    "decide": {"decided"},
    "plan": {"plan", "digits", "fingerprint"},
    "image": {"present", "reference", "repository", "not_found", "attempts"},
    "end": {"ended", "stopped", "completes", "never", "failed"},
    "back-off": {"backing_off", "back_off_told"},
    "run": {"next_run", "probing", "cannot_start"},
}

Stage = dict[str, Any]


def stages(catalogue: Sequence[Image]) -> list[Stage]:
    """Every Stage of the embedded engine, ready to be dumped as YAML."""
    made = [_stage(**document) for document in _documents("node.yaml")]
    readiness, again = _documents("event.yaml", PROBE="readiness")
    liveness, _ = _documents("event.yaml", PROBE="liveness")
    made += [_stage(**document) for document in (readiness, liveness, again)]
    composer = _Composer(catalogue)
    for action in _documents("pod.yaml"):
        made += composer.stages(action)
    return made


def _documents(name: str, **values: str) -> list[Any]:
    loaded: list[Any] = yaml.load(_fill(_read(name), **values), Loader=images.LOADER)  # noqa: S506 safe, in C
    return loaded


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _fill(text: str, **values: str) -> str:
    for name, value in values.items():
        text = text.replace(f"${name}$", value)
    return text


def _stage(metadata: dict[str, Any], spec: dict[str, Any]) -> Stage:
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": metadata, "spec": spec}


def _matches(jq: str, operator: str, *values: str) -> dict[str, Any]:
    return {"jq": {"key": jq, "operator": operator} | ({"values": list(values)} if values else {})}


class _Composer:
    """Makes the Stages of ``pod.yaml``'s entries."""

    def __init__(self, catalogue: Sequence[Image]) -> None:
        wanted = [{key: value for key, value in image.items() if key != "log"} for image in catalogue]
        values = {"IMAGES": json.dumps(wanted), "REPOSITORIES": images.repositories(catalogue)}
        if "`" in "".join(values.values()):
            raise images.CatalogueInvalid("An image catalogue contains a backtick.", next_step="take it out")
        self.snippets = {name: _fill(_read(f"{name}.gotmpl"), **values) for name in SNIPPETS}
        lines = (line for line in _read("next.jq").splitlines() if not line.lstrip().startswith("#"))
        self.next = " ".join(" ".join(lines).split())

    def stages(self, action: dict[str, Any]) -> Iterator[Stage]:
        """One Stage for each slot that the entry is for, or one for the Pod."""
        if "state" not in action:
            yield self._stage(action, "", 0)
            return
        for kind, slots in SLOTS.items():
            for index in range(slots):
                yield self._stage(action, kind, index)

    def _stage(self, action: dict[str, Any], kind: str, index: int) -> Stage:
        do, slot = action["do"], f"{kind[0]}{index}" if kind else ""
        selector = []
        if kind:  # cheap, and false most of the time
            state = f".status.{_statuses(kind)}[{index}].state // {{}} | keys[]"
            selector.append(_matches(state, "In", *action["state"]))
        selector.append(_matches(f'{self.next} | .do + (.slot // "")', "In", do + slot))
        delay = f'{self.next} | ([.at - now, 0] | max * 1000 | floor | tostring) + "ms"'
        return _stage(
            {"name": f"pod-{do}-{slot}" if slot else f"pod-{do}"},
            {
                "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
                "selector": {"matchExpressions": selector},
                "delay": {"durationFrom": {"jq": {"expression": delay}}},
                "steps": list(self._steps(action, kind, index)),
            },
        )

    def _steps(self, action: dict[str, Any], kind: str, index: int) -> Iterator[dict[str, Any]]:
        if action.get("delete"):
            yield {"delete": True}
            return
        do = action["do"]
        for event in action.get("events", ()):
            yield {"apply": {"template": _dense(self._compose(do, kind, str(index), event, "event"))}}
        if event := action.get("events-for-running"):
            for one, slots in SLOTS.items():
                for slot in range(min(slots, action.get("slots", slots))):
                    yield {"apply": {"template": _dense(self._if_running(do, one, slot, event))}}
        template = self._compose(do, kind, str(index), action.get("changes", ""), "status")
        yield {"patch": {"subresource": "status", "root": "status", "template": _dense(template)}}

    def _compose(self, do: str, kind: str, index: str, own: str, tail: str) -> str:
        """A whole Go template: the head, the snippets that ``own`` needs, ``own``, and what turns it into JSON."""
        text = _read(f"{tail}-defaults.gotmpl") + own + _read(f"{tail}.gotmpl")
        needed = ""
        for name, defined in reversed(SNIPPETS.items()):
            if defined & set(re.findall(r"\$(\w+)", needed + text)):
                needed = self.snippets[name] + needed
        return _fill(_read("head.gotmpl"), DO=do, KIND=kind, INDEX=index) + needed + text

    def _if_running(self, do: str, kind: str, slot: int, event: str) -> str:
        """A step cannot be left out: for a slot where nothing runs, one that runs is told of once more."""
        event = self._compose(do, "$kind_here$", "$slot_here", event, "event").replace('"$kind_here$"', "$kind_here")
        chosen = _choose_running("initContainers") + _choose_running("containers") + _choose_running(kind, slot)
        return f'{{{{- $kind_here := "containers" -}}}}{{{{- $slot_here := 0 -}}}}{chosen}{event}'


def _choose_running(kind: str, slot: int | None = None) -> str:
    """Go template: $kind_here and $slot_here are the last of ``kind`` that runs, or ``slot`` where that one runs."""
    condition = "$s.state.running" if slot is None else f"and (eq $i {slot}) $s.state.running"
    return (
        f"{{{{- range $i, $s := .status.{_statuses(kind)} -}}}}{{{{- if {condition} -}}}}"
        f'{{{{- $kind_here = "{kind}" -}}}}{{{{- $slot_here = $i -}}}}{{{{- end -}}}}{{{{- end -}}}}'
    )


def _statuses(kind: str) -> str:
    return {"containers": "containerStatuses", "initContainers": "initContainerStatuses"}[kind]


def _dense(template: str) -> str:
    """The template without its comments and the space between its actions."""
    template = re.sub(r"\{\{- /\*.*?\*/ -\}\}", "", template, flags=re.DOTALL)
    return re.sub(r"-\}\}\s+\{\{", "-}}{{", template).strip()
