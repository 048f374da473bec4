"""Label selectors by what they choose: ``matchLabels`` and ``matchExpressions`` are two spellings of one thing.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

Json = Mapping[str, Any]


class Choice(NamedTuple):
    """Which values of a label are chosen: ``values``, or all but these (``negated``); ``absent``: or no such label."""

    absent: bool
    negated: bool
    values: frozenset[str]

    def includes(self, value: str | None) -> bool:
        return self.absent if value is None else (value in self.values) != self.negated

    def __and__(self, other: "Choice") -> "Choice":
        one, two = self.values, other.values
        if self.negated and other.negated:
            return Choice(self.absent and other.absent, True, one | two)
        both = two - one if self.negated else one - two if other.negated else one & two
        return Choice(self.absent and other.absent, False, both)


ANYTHING = Choice(absent=True, negated=True, values=frozenset())
NOTHING = Choice(absent=False, negated=False, values=frozenset())


def requirements(selector: Json | None) -> dict[str, Choice]:
    """What a label selector requires of each label: ``matchLabels`` and ``matchExpressions`` together.

    Two selectors choose the same objects exactly where this is equal; one that no object can fulfil is
    ``{"": NOTHING}``. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
    """
    selector = selector or {}
    labels = selector.get("matchLabels") or {}
    asked = [(key, Choice(False, False, frozenset([value]))) for key, value in labels.items()]
    for expression in selector.get("matchExpressions") or ():
        values = frozenset(expression.get("values") or ())
        choice = {
            "In": Choice(False, False, values),
            "NotIn": Choice(True, True, values),
            "Exists": Choice(False, True, frozenset()),
            "DoesNotExist": Choice(True, False, frozenset()),
        }[expression["operator"]]
        asked.append((expression["key"], choice))
    required: dict[str, Choice] = {}
    for key, choice in asked:
        required[key] = required.get(key, ANYTHING) & choice
    return {"": NOTHING} if NOTHING in required.values() else required


def selects(selector: Json | None, labels: Mapping[str, str]) -> bool:
    """Does the selector choose an object with these labels? An empty one chooses everything, as in the API.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
    """
    return all(choice.includes(labels.get(key)) for key, choice in requirements(selector).items())


def same_selector(one: Json | None, other: Json | None) -> bool:
    """Do both choose the same objects, as ``matchLabels`` or as ``matchExpressions``?

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
    """
    return requirements(one) == requirements(other)


def required_labels(selector: Json | None) -> dict[str, str]:
    """The labels for which the selector leaves one value only: what ``matchLabels`` would say.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#equality-based-requirement
    """
    asked = requirements(selector)
    return {
        key: next(iter(choice.values))
        for key, choice in asked.items()
        if len(choice.values) == 1 and not choice.negated and not choice.absent
    }
