"""Selectors: the same requirements in two spellings, and which objects they choose."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.objects.selectors import NOTHING, required_labels, requirements, same_selector, selects

KEYS, VALUES = ("app", "tier"), ("web", "db")
#: Every object there can be, as far as these selectors can tell objects apart.
ALL = [
    {key: value for key, value in zip(KEYS, values, strict=True) if value}
    for values in product([None, *VALUES, "other"], repeat=len(KEYS))
]

expressions = st.one_of(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from(KEYS),
            "operator": st.sampled_from(["In", "NotIn"]),
            "values": st.lists(st.sampled_from(VALUES), min_size=1, max_size=3),
        }
    ),
    st.fixed_dictionaries({"key": st.sampled_from(KEYS), "operator": st.sampled_from(["Exists", "DoesNotExist"])}),
)
labels = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))
selectors = st.fixed_dictionaries({"matchLabels": labels, "matchExpressions": st.lists(expressions, max_size=4)})


def chosen(selector, having):
    """By the words of the documentation, one requirement after another."""
    operators = {
        "In": lambda value, values: value in values,
        "NotIn": lambda value, values: value not in values,
        "Exists": lambda value, values: value is not None,
        "DoesNotExist": lambda value, values: value is None,
    }
    return all(having.get(key) == value for key, value in (selector.get("matchLabels") or {}).items()) and all(
        operators[one["operator"]](having.get(one["key"]), one.get("values", ()))
        for one in selector.get("matchExpressions") or ()
    )


@given(selectors)
def test_it_chooses_what_each_of_its_requirements_allows(selector):
    assert [selects(selector, having) for having in ALL] == [chosen(selector, having) for having in ALL]


@given(selectors, selectors)
def test_two_are_the_same_exactly_where_they_choose_the_same(one, other):
    alike = [chosen(one, having) for having in ALL] == [chosen(other, having) for having in ALL]
    assert same_selector(one, other) == alike


@given(labels, st.randoms())
def test_labels_as_expressions_are_the_same(having, random):
    asked = [{"key": key, "operator": "In", "values": [value]} for key, value in having.items()]
    random.shuffle(asked)
    assert same_selector({"matchLabels": having}, {"matchExpressions": asked})
    assert required_labels({"matchExpressions": asked}) == having


@pytest.mark.parametrize("empty", [None, {}, {"matchLabels": None}, {"matchLabels": {}, "matchExpressions": []}])
def test_one_that_requires_nothing_chooses_everything(empty):
    assert requirements(empty) == {}
    assert all(selects(empty, having) for having in ALL)


def test_what_cannot_be_chooses_nothing():
    never = {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}
    assert requirements(never) == {"": NOTHING}
    assert not any(selects(never, having) for having in ALL)


@pytest.mark.parametrize(
    "expression",
    [
        {"key": "app", "operator": "In", "values": ["web", "db"]},
        {"key": "app", "operator": "NotIn", "values": ["web"]},
        {"key": "app", "operator": "Exists"},
        {"key": "app", "operator": "DoesNotExist"},
    ],
)
def test_a_label_that_may_have_several_values_is_not_required_to_have_one(expression):
    assert required_labels({"matchExpressions": [expression]}) == {}
