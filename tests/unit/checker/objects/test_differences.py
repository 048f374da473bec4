"""What differs between two Pod templates, in words. (In a story: test_method.py.)"""

import copy

import pytest

from driftlab.checker.objects.differences import RESTARTED_AT, template_changes

TEMPLATE = {
    "metadata": {"labels": {"app": "blog-api"}},
    "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.0", "env": [{"name": "A", "value": "1"}]}]},
}


def made(**container):
    other = copy.deepcopy(TEMPLATE)
    other["spec"]["containers"][0] |= container
    return other


def test_a_template_does_not_differ_from_itself():
    assert template_changes(TEMPLATE, copy.deepcopy(TEMPLATE)) == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (made(image="blog-api:1.1"), "image blog-api:1.0 → blog-api:1.1"),
        (made(env=[{"name": "A", "value": "2"}]), "env A changed"),
        (made(env=[]), "env A removed"),
        (made(args=["x"]), "arguments added"),
        (made(name="other"), "container other added"),
        ({**TEMPLATE, "metadata": {"labels": {"app": "other"}}}, "labels of the Pods changed"),
        ({**TEMPLATE, "metadata": {**TEMPLATE["metadata"], "annotations": {RESTARTED_AT: "now"}}}, "restarted"),
    ],
)
def test_each_difference_is_told(other, told):
    assert told in template_changes(TEMPLATE, other)


def test_what_was_added_one_way_is_removed_the_other_way():
    probed = made(livenessProbe={"periodSeconds": 1})
    assert template_changes(TEMPLATE, probed) == ["liveness probe added"]
    assert template_changes(probed, TEMPLATE) == ["liveness probe removed"]
