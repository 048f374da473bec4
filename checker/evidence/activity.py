"""How the learner got there: the effects of their commands in order, and what the controllers did in answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from driftlab.checker.evidence.activity_builder import Act, ActivityBuilder
from driftlab.checker.evidence.snapshot import Evidence

#: More deeds than that are not a story any more.
MOST_DEEDS = 20


@dataclass(frozen=True)
class Deed:
    """One thing that happened since the start of an exercise, ``by_you`` or by the cluster's controllers.

    ``verb`` and ``kind`` say what you did to what: ``made``, ``deleted``, ``scaled``, ``changed``, ``labelled`` or
    ``annotated`` a ``Deployment``, ``ReplicaSet``, ``Pod`` or another kind that the exercise watches.
    ``at``: seconds since the epoch. ``uid``: the object's.
    """

    by_you: bool
    text: str
    verb: str = ""
    kind: str = ""
    at: float = 0.0
    uid: str = ""


@dataclass(frozen=True)
class Method:
    """How the learner got there: what was done, in order; one remark where there is a better way; what is not known.

    Who shows a result shows ``Result.remark``, which may hold it back.
    """

    deeds: tuple[Deed, ...] = ()
    remark: str = ""
    gaps: tuple[str, ...] = ()


def summarize_activity(evidence: Evidence) -> Method:
    """Tell what happened since the baseline; where that is a long story, its beginning and its end."""
    builder = ActivityBuilder(evidence)
    deeds = list(_together(builder.acts()))
    if len(deeds) > MOST_DEEDS:
        left_out = len(deeds) - MOST_DEEDS
        between = Deed(False, f"… {left_out} more, theirs and yours …")
        deeds = [*deeds[: MOST_DEEDS // 2], between, *deeds[-MOST_DEEDS // 2 :]]
    gaps = tuple(dict.fromkeys(gap.reason for gap in evidence.recording.gaps))
    return Method(tuple(deeds), next(iter(builder.remarks), ""), gaps)


def by_you(evidence: Evidence) -> Iterator[Deed]:
    """All that the learner did since the baseline."""
    return (_deed(act) for act in ActivityBuilder(evidence).acts() if act.by_you)


def _deed(act: Act) -> Deed:
    return Deed(act.by_you, act.text, act.verb, act.kind, act.at, act.uid)


def _together(acts: Iterable[Act]) -> Iterator[Deed]:
    """One line for each thing that people did, and one for all that the controllers did until the next of these."""
    answer: list[Act] = []
    for act in acts:
        if act.by_you:
            yield from _answered(answer)
            answer = []
            yield _deed(act)
        else:
            answer.append(act)
    yield from _answered(answer)


def _answered(acts: list[Act]) -> Iterator[Deed]:
    if not acts:
        return
    made, removed = sum(act.made for act in acts), sum(act.removed for act in acts)
    told = [act.text for act in acts if act.text]
    sizes: dict[str, tuple[int, int]] = {}
    for act in acts:
        if act.scaled:
            what, before, after = act.scaled
            sizes[what] = (sizes.get(what, (before, before))[0], after)
    told += [f"scaled the {what} from {a} to {b}" for what, (a, b) in sizes.items() if a != b]
    if made:
        told.append(f"made {_pods(made)}")
    if removed:
        told.append(f"removed {_pods(removed)}")
    if told:
        yield Deed(False, ", ".join(told), at=acts[0].at)


def _pods(number: int) -> str:
    return "one Pod" if number == 1 else f"{number} Pods"
