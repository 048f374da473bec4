"""Rights on a cluster of somebody else: how they are reviewed, and how missing ones are listed."""

import json

import pytest

from driftlab.clusters.kubernetes.client import ApiRefused, Client
from driftlab.clusters.kubernetes.rbac import NAMESPACE_RIGHTS, NEEDED, REVIEWS, Right, allowed, missing, subject
from tests.unit.api_by_hand import Api

WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
SCALE = Right("apps", "deployments/scale", ("get", "update"))
PODS = Right("", "pods", ("get", "delete"))


@pytest.fixture
def client(web, tmp_path):
    return Client(Api(web).kubeconfig(tmp_path / "kubeconfig"), timeout_s=60)


@pytest.fixture
def reviews(web):
    """An API server that allows everything except the (verb, resource) pairs in this set. ``asked``: all reviews."""

    class Reviews(set):
        asked = ()

    refused = Reviews()

    def answer(request):
        assert (request.method, request.path) == ("POST", REVIEWS)
        attributes = json.loads(request.body)["spec"]["resourceAttributes"]
        refused.asked = (*refused.asked, attributes)
        what = attributes["resource"] + ("/" + attributes["subresource"] if attributes["subresource"] else "")
        yes = (attributes["verb"], what) not in refused
        return 201, json.dumps({"status": {"allowed": yes}}).encode()

    web.otherwise = answer
    return refused


def test_rights_are_named_once():
    named = [(right.kubectl_resource, verb) for right in (*NEEDED, *NAMESPACE_RIGHTS) for verb in right.verbs]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("right", "shown"),
    [
        (Right("", "pods", ()), "pods"),
        (Right("", "pods/log", ()), "pods/log"),
        (Right("apps", "deployments", ()), "deployments.apps"),
        (SCALE, "deployments.apps/scale"),
    ],
)
def test_a_right_is_written_as_kubectl_writes_it(right, shown):
    assert right.kubectl_resource == shown


def test_nothing_is_missing_if_every_verb_is_allowed(client, reviews):
    assert missing(client, "lab", NEEDED) == []
    assert len(reviews.asked) == sum(len(right.verbs) for right in NEEDED)


def test_missing_rights_are_listed_by_verb_and_resource(client, reviews):
    reviews |= {("update", "deployments/scale"), ("get", "pods"), ("delete", "pods")}
    assert missing(client, "lab", [SCALE, PODS]) == ["update deployments.apps/scale", "get, delete pods"]


def test_a_review_names_the_namespace_and_the_subresource(client, reviews):
    assert allowed(client, "lab", SCALE, "update")
    assert reviews.asked == (
        {"group": "apps", "resource": "deployments", "subresource": "scale", "verb": "update", "namespace": "lab"},
    )


@pytest.mark.parametrize(("verb", "inside"), [("get", True), ("delete", True), ("create", False)])
def test_a_review_of_an_existing_namespace_is_made_inside_it(client, reviews, verb, inside):
    assert allowed(client, "lab", Right("", "namespaces", (verb,)), verb)
    (asked,) = reviews.asked
    assert {key: asked.get(key) for key in ("namespace", "name")} == dict.fromkeys(
        ("namespace", "name"), "lab" if inside else None
    )


def test_a_refused_review_is_raised(client, web):
    web.answers[REVIEWS] = (403, b"{}")
    with pytest.raises(ApiRefused):
        missing(client, "lab", NEEDED)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("anna", "--user=anna"),
        ("system:serviceaccount:school:anna", "--serviceaccount=school:anna"),
        ("system:admin", "--user=system:admin"),
    ],
)
def test_the_subject_is_written_for_kubectl_create_rolebinding(client, web, name, words):
    web.answers[WHO] = (201, json.dumps({"status": {"userInfo": {"username": name}}}).encode())
    assert subject(client) == words


@pytest.mark.parametrize("answer", [(404, b"{}"), (403, b"{}"), (500, b"{}"), (201, b'{"status": {}}')])
def test_without_an_answer_the_subject_is_a_placeholder(client, web, answer):
    """Servers before Kubernetes 1.28 do not have this review in v1."""
    web.answers[WHO] = answer
    assert subject(client) == "--user=YOU"
