"""Summarize what the learner did, in order, and how the controllers reacted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from driftlab.checker.evidence.activity_builder import Act, ActivityBuilder
from driftlab.checker.evidence.snapshot import Evidence

#: A longer list is shortened in the middle.
MAX_DEEDS = 20


@dataclass(frozen=True)
class Deed:
    """One action since the start of an exercise, ``by_you`` (the learner) or by the cluster's controllers.

    ``verb`` and ``kind`` classify the learner's actions: ``made``, ``deleted``, ``scaled``, ``changed``, ``labelled``
    or ``annotated`` a ``Deployment``, ``ReplicaSet``, ``Pod`` or another kind that the exercise watches. ``at``:
    seconds since the epoch. ``uid``: that of the object.
    """

    by_you: bool
    text: str
    verb: str = ""
    kind: str = ""
    at: float = 0.0
    uid: str = ""


@dataclass(frozen=True)
class Method:
    """How the learner solved the exercise: the actions in order, one remark if there is a better way, recording gaps.

    Reports show ``Result.remark``, which may hold the remark back.
    """

    deeds: tuple[Deed, ...] = ()
    remark: str = ""
    gaps: tuple[str, ...] = ()


def summarize_activity(evidence: Evidence) -> Method:
    """Summarize what happened since the baseline. A long list is shortened to its beginning and its end."""
    builder = ActivityBuilder(evidence)
    deeds = list(_merged(builder.acts()))
    if len(deeds) > MAX_DEEDS:
        left_out = len(deeds) - MAX_DEEDS
        between = Deed(False, f"… {left_out} more, theirs and yours …")
        deeds = [*deeds[: MAX_DEEDS // 2], between, *deeds[-MAX_DEEDS // 2 :]]
    gaps = tuple(dict.fromkeys(gap.reason for gap in evidence.recording.gaps))
    return Method(tuple(deeds), next(iter(builder.remarks), ""), gaps)


def learner_deeds(evidence: Evidence) -> Iterator[Deed]:
    """All actions of the learner since the baseline."""
    return (_deed(act) for act in ActivityBuilder(evidence).acts() if act.by_you)


def _deed(act: Act) -> Deed:
    return Deed(act.by_you, act.text, act.verb, act.kind, act.at, act.uid)


def _merged(acts: Iterable[Act]) -> Iterator[Deed]:
    """One deed for each action of the learner, and one for all that the controllers did before the next of these."""
    reactions: list[Act] = []
    for act in acts:
        if act.by_you:
            yield from _controller_deeds(reactions)
            reactions = []
            yield _deed(act)
        else:
            reactions.append(act)
    yield from _controller_deeds(reactions)


def _controller_deeds(acts: list[Act]) -> Iterator[Deed]:
    if not acts:
        return
    created, removed = sum(act.pods_created for act in acts), sum(act.pods_removed for act in acts)
    parts = [act.text for act in acts if act.text]
    sizes: dict[str, tuple[int, int]] = {}
    for act in acts:
        if act.scaled:
            name, before, after = act.scaled
            sizes[name] = (sizes.get(name, (before, before))[0], after)
    parts += [f"scaled the {name} from {a} to {b}" for name, (a, b) in sizes.items() if a != b]
    if created:
        parts.append(f"made {_pods(created)}")
    if removed:
        parts.append(f"removed {_pods(removed)}")
    if parts:
        yield Deed(False, ", ".join(parts), at=acts[0].at)


def _pods(number: int) -> str:
    return "one Pod" if number == 1 else f"{number} Pods"
