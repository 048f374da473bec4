"""Compare label selectors by what they select: ``matchLabels`` and ``matchExpressions`` are two notations of one rule.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

Json = Mapping[str, Any]


class Choice(NamedTuple):
    """The values of a label that a selector accepts: ``values``, or all others if ``negated``.

    ``absent``: whether it also accepts objects without the label.
    """

    absent: bool
    negated: bool
    values: frozenset[str]

    def includes(self, value: str | None) -> bool:
        return self.absent if value is None else (value in self.values) != self.negated

    def __and__(self, other: "Choice") -> "Choice":
        left, right = self.values, other.values
        if self.negated and other.negated:
            return Choice(self.absent and other.absent, True, left | right)
        both = right - left if self.negated else left - right if other.negated else left & right
        return Choice(self.absent and other.absent, False, both)


ANYTHING = Choice(absent=True, negated=True, values=frozenset())
NOTHING = Choice(absent=False, negated=False, values=frozenset())


def requirements(selector: Json | None) -> dict[str, Choice]:
    """The requirements of a label selector for each label: ``matchLabels`` and ``matchExpressions`` together.

    Two selectors select the same objects exactly if these are equal. A selector that no object can match is
    ``{"": NOTHING}``. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
    """
    selector = selector or {}
    labels = selector.get("matchLabels") or {}
    choices = [(key, Choice(False, False, frozenset([value]))) for key, value in labels.items()]
    for expression in selector.get("matchExpressions") or ():
        values = frozenset(expression.get("values") or ())
        choice = {
            "In": Choice(False, False, values),
            "NotIn": Choice(True, True, values),
            "Exists": Choice(False, True, frozenset()),
            "DoesNotExist": Choice(True, False, frozenset()),
        }[expression["operator"]]
        choices.append((expression["key"], choice))
    required: dict[str, Choice] = {}
    for key, choice in choices:
        required[key] = required.get(key, ANYTHING) & choice
    return {"": NOTHING} if NOTHING in required.values() else required


def selects(selector: Json | None, labels: Mapping[str, str]) -> bool:
    """Whether the selector matches an object with these labels. An empty selector matches everything, as in the API.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
    """
    return all(choice.includes(labels.get(key)) for key, choice in requirements(selector).items())


def same_selector(first: Json | None, second: Json | None) -> bool:
    """Whether both select the same objects, as ``matchLabels`` or as ``matchExpressions``.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
    """
    return requirements(first) == requirements(second)


def required_labels(selector: Json | None) -> dict[str, str]:
    """The labels for which the selector accepts only one value, as ``matchLabels`` would give them.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#equality-based-requirement
    """
    required = requirements(selector)
    return {
        key: next(iter(choice.values))
        for key, choice in required.items()
        if len(choice.values) == 1 and not choice.negated and not choice.absent
    }
