"""Credentials of a context: fetched by a program, and renewed when they expire."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from driftlab.clusters.errors import ClusterUnreachable, CommandFailed
from driftlab.clusters.existing.credentials import CredentialsRefused, OwnersClient, with_credentials
from driftlab.clusters.existing.engine import ExistingCluster
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.kubernetes.kubeconfig import KubeconfigInvalid
from tests.unit.kubeconfigs_by_hand import Document, config


def fetched(user: Document) -> Document:
    document = {"clusters": [{"name": "c", "cluster": {"server": "https://x"}}], "users": [{"name": "u", "user": user}]}
    return with_credentials(document, "school")["users"][0]["user"]


def test_what_the_program_says_takes_its_place(script: Callable[[str, str], Path]):
    said = {"status": {"token": "abc", "clientCertificateData": "C", "clientKeyData": "K", "expirationTimestamp": "x"}}
    path = script("login", f"echo '{json.dumps(said)}'")
    assert fetched({"exec": {"command": str(path)}}) == {
        "token": "abc",
        "client-certificate-data": "Qw==",
        "client-key-data": "Sw==",
    }


def test_who_needs_no_program_runs_none():
    assert fetched({"token": "abc"}) == {"token": "abc"}


def test_a_program_is_told_of_the_cluster_only_where_it_asks(script: Callable[[str, str], Path]):
    path = script("login", 'echo "{\\"status\\": {\\"token\\": \\"$(echo $KUBERNETES_EXEC_INFO | base64 -w0)\\"}}"')
    info = {"command": str(path), "apiVersion": "client.authentication.k8s.io/v1"}
    told = json.loads(base64.b64decode(fetched({"exec": info})["token"]))
    assert told == {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "spec": {"interactive": False},
    }
    told = json.loads(base64.b64decode(fetched({"exec": {**info, "provideClusterInfo": True}})["token"]))
    assert told["spec"]["cluster"] == {"server": "https://x"}


@pytest.mark.parametrize("text", ["echo no", "exit 3", "echo '[]'", """echo '{"status": {"clientKeyData": 7}}'"""])
def test_a_program_that_fails_is_named_with_what_its_makers_advise(script: Callable[[str, str], Path], text: str):
    path = script("login", text)
    with pytest.raises(CommandFailed) as error:
        fetched({"exec": {"command": str(path), "installHint": "see https://example.org"}})
    assert error.value.command == (str(path),)
    assert error.value.next_step == "see https://example.org"


def test_a_program_that_is_not_there():
    with pytest.raises(CommandFailed, match="could not be started") as error:
        fetched({"exec": {"command": "login-that-nobody-has"}})
    assert error.value.next_step == "kubectl --context school auth whoami"


def test_a_program_that_does_not_end_is_ended(script: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("driftlab.clusters.existing.credentials.PLUGIN_TIMEOUT_S", 0.2)
    with pytest.raises(CommandFailed, match="did not end"):
        fetched({"exec": {"command": str(script("login", "exec sleep 600"))}})


# ---- credentials that expire


@pytest.fixture
def server(web):
    """The tokens that the API server accepts."""
    accepts = {"old"}

    def answer(request):
        known = request.headers.get("Authorization", "").removeprefix("Bearer ") in accepts
        return (200, b'{"items": []}') if known else (401, b'{"reason": "Unauthorized"}')

    web.otherwise = answer
    return accepts


@pytest.fixture
def client(server, write, web):
    """A client as the user of the context ``school``, whose token is ``old``."""
    document = kubeconfig(web.url, "old")
    write(document)
    return OwnersClient(ExistingCluster("school"), document, timeout_s=60)


def kubeconfig(server, token):
    return {**config("school", server=server, token=token), "current-context": "school"}


def test_after_a_new_login_requests_work_again(client, server, write, web):
    assert client.get("/pods") == {"items": []}
    server.clear()
    server.add("new")
    write(kubeconfig(web.url, "new"), "config")
    assert client.get("/pods") == {"items": []}
    assert [one.headers["Authorization"] for one in web.requests] == ["Bearer old", "Bearer old", "Bearer new"]


def test_expired_credentials_are_reported_with_how_to_log_in(client, server, web):
    server.clear()
    with pytest.raises(CredentialsRefused, match="does not accept the credentials of the context 'school'") as refused:
        client.get("/pods")
    assert refused.value.next_step.endswith("kubectl --context school auth whoami")
    assert refused.value.status == 401
    assert len(web.requests) == 2, "once more, after the kubeconfig was read again"


def test_a_forbidden_request_is_not_repeated(client, web):
    web.answers["/pods"] = (403, b'{"reason": "Forbidden"}')
    with pytest.raises(ApiRefused) as refused:
        client.get("/pods")
    assert refused.value.status == 403
    assert len(web.requests) == 1


def test_credentials_of_another_server_are_not_used(client, server, write, closed):
    """The owner's kubeconfig may lead to another server now. The lab is on the first one."""
    server.clear()
    write(kubeconfig(f"http://{closed}", "new"), "config")
    with pytest.raises(CredentialsRefused):
        client.get("/pods")


def test_an_unreachable_server_is_reported_with_a_command_to_test_it(client, web):
    web.answers["/pods"] = (503, b"{}")
    with pytest.raises(ClusterUnreachable) as unreachable:
        client.get("/pods")
    assert unreachable.value.next_step.endswith("kubectl --context school version")


def test_an_unusable_context_is_named():
    document = kubeconfig("https://127.0.0.1:1", "old")
    document["users"][0]["user"] = {"client-certificate": "/nowhere"}
    with pytest.raises(KubeconfigInvalid, match="The context 'school' cannot be used"):
        OwnersClient(ExistingCluster("school"), document)
