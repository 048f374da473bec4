"""The Kubernetes API in plain JSON, and which of its troubles are whose."""

import json
import sys

import pytest

from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused, Client

#: Silent servers are given up after that long; one that answers has all the time that a busy machine may need.
SHORT_S, LONG_S = 0.2, 60


@pytest.fixture
def kubeconfig(tmp_path):
    """``kubeconfig(server, user, **cluster)``: the path of one."""

    def write(server, user=None, **cluster):
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "lab",
            "clusters": [{"name": "lab", "cluster": {"server": server, **cluster}}],
            "users": [{"name": "me", "user": user or {}}],
            "contexts": [
                {"name": "lab", "context": {"cluster": "lab", "user": "me"}},
                {"name": "broken", "context": {"cluster": "nowhere", "user": "me"}},
            ],
        }
        path = tmp_path / "kubeconfig"
        path.write_text(json.dumps(document))
        return path

    return write


@pytest.fixture
def client(web, kubeconfig):
    web.answers["/pods"] = (200, b'{"items": []}')
    return Client(kubeconfig(web.url, {"token": "secret"}), timeout_s=LONG_S)


class TestRequests:
    def test_an_object_comes_as_the_api_has_it(self, client, web):
        assert client.get("/pods", labelSelector="app in (a,b)", limit="1") == {"items": []}
        (request,) = web.requests
        assert (request.method, request.query) == ("GET", "labelSelector=app+in+%28a%2Cb%29&limit=1")
        assert request.headers["Accept"] == "application/json"
        assert request.headers["Authorization"] == "Bearer secret"

    def test_without_a_token_none_is_sent(self, web, kubeconfig):
        web.answers["/pods"] = (200, b"{}")
        Client(kubeconfig(web.url), timeout_s=LONG_S).get("/pods")
        assert "Authorization" not in web.requests[0].headers

    @pytest.mark.parametrize(
        ("call", "method", "kind", "query"),
        [
            (lambda client: client.post("/pods", {"a": 1}), "POST", "application/json", ""),
            (lambda client: client.patch("/pods", {"a": 1}), "PATCH", "application/merge-patch+json", ""),
            (
                lambda client: client.apply("/pods", {"a": 1}),
                "PATCH",
                "application/apply-patch+yaml",
                "fieldManager=driftlab&force=true",
            ),
        ],
    )
    def test_writes(self, client, web, call, method, kind, query):
        assert call(client) == {"items": []}
        (request,) = web.requests
        assert (request.method, request.headers["Content-Type"], request.query) == (method, kind, query)
        assert json.loads(request.body) == {"a": 1}

    def test_delete(self, client, web):
        client.delete("/pods", gracePeriodSeconds="0")
        (request,) = web.requests
        assert (request.method, request.query, request.body) == ("DELETE", "gracePeriodSeconds=0", b"")

    def test_text(self, client, web):
        web.answers["/readyz"] = (200, b"ok\xff")
        assert client.text("/readyz") == "ok\ufffd"

    def test_a_token_that_has_run_out_is_asked_for_again(self, web, kubeconfig, tmp_path):
        """Those of managed clusters last for minutes; a notebook is open for hours."""
        plugin = tmp_path / "plugin.py"
        plugin.write_text(
            "import json, pathlib\n"
            "log = pathlib.Path(__file__).with_suffix('.log')\n"
            "log.open('a').write('x')\n"
            "status = {'token': 'token-' + str(len(log.read_text())), 'expirationTimestamp': '2020-01-01T00:00:00Z'}\n"
            "api = 'client.authentication.k8s.io/v1'\n"
            "print(json.dumps({'apiVersion': api, 'kind': 'ExecCredential', 'status': status}))\n"
        )
        command = {"command": sys.executable, "args": ["-I", "-S", str(plugin)], "interactiveMode": "Never"}
        user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", **command}}
        web.answers["/pods"] = (200, b"{}")
        client = Client(kubeconfig(web.url, user), timeout_s=LONG_S)
        client.get("/pods")
        client.get("/pods")
        first, second = (request.headers["Authorization"] for request in web.requests)
        assert first.startswith("Bearer token-")
        assert second.startswith("Bearer token-")
        assert first != second


class TestRefusals:
    def test_a_no_is_told_with_its_status_and_reason(self, client, web):
        said = {
            "kind": "Status",
            "status": "Failure",
            "reason": "NotFound",
            "message": 'pods "a" not found',
            "code": 404,
        }
        web.answers["/pods/a"] = (404, json.dumps(said).encode())
        with pytest.raises(ApiRefused) as caught:
            client.get("/pods/a")
        assert (caught.value.status, caught.value.reason) == (404, "NotFound")
        assert str(caught.value).startswith('The API server refused: pods "a" not found\nNext: driftlab status')

    @pytest.mark.parametrize(
        ("status", "next_step"),
        [(401, "can-i"), (403, "can-i"), *((status, "driftlab status") for status in (400, 404, 409, 410, 422))],
    )
    def test_rights_are_looked_at_only_where_they_are_missing(self, status, next_step):
        assert next_step in ApiRefused(status, "", "no").next_step

    @pytest.mark.parametrize("body", [b"no such page", b"", b"[]", b"null", b"7", b'"no"', b"\xff"])
    def test_a_no_without_reasons_is_a_no(self, client, web, body):
        web.answers["/pods"] = (403, body)
        with pytest.raises(ApiRefused) as caught:
            client.get("/pods")
        assert (caught.value.status, caught.value.reason) == (403, "")

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_trouble_of_the_servers_own_is_not_a_no(self, client, web, status):
        web.answers["/pods"] = (status, b'{"message": "etcdserver: request timed out", "reason": "Timeout"}')
        with pytest.raises(ClusterUnreachable, match=rf"\({status}\): etcdserver: request timed out") as caught:
            client.get("/pods")
        assert caught.value.next_step.startswith("wait a moment")

    @pytest.mark.parametrize("body", [b"<html>", b"", b"\xff"])
    def test_what_is_not_json_is_no_api_server(self, client, web, body):
        web.answers["/pods"] = (200, body)
        with pytest.raises(ClusterUnreachable, match="not JSON"):
            client.get("/pods")

    def test_one_that_sends_elsewhere_is_not_followed(self, client, web):
        web.answers["/pods"] = (302, b"elsewhere")
        with pytest.raises(ClusterUnreachable):
            client.get("/pods")
        assert web.asked() == ["/pods"]


class TestSilence:
    def test_nobody_listens(self, kubeconfig, closed):
        client = Client(kubeconfig(f"http://{closed}"), timeout_s=LONG_S)
        with pytest.raises(ClusterUnreachable) as caught:
            client.get("/pods")
        assert caught.value.message.startswith(f"The cluster at http://{closed} does not answer: ")
        assert caught.value.message.endswith("Connection refused.")
        assert "Connection(" not in caught.value.message
        assert caught.value.next_step == "driftlab up"

    def test_a_server_that_is_slow_is_not_waited_for(self, client, web):
        web.held.add("/pods")
        client.timeout_s = SHORT_S
        with pytest.raises(ClusterUnreachable, match="timed out"):
            client.get("/pods")

    def test_a_host_that_never_says_a_word_is_not_waited_for(self, kubeconfig, mute):
        with pytest.raises(ClusterUnreachable, match="timed out"):
            Client(kubeconfig(f"http://{mute}"), timeout_s=SHORT_S).get("/pods")


class TestProxies:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    @pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
    def test_those_of_the_environment_do_not_come_between_us_and_loopback(
        self, web, kubeconfig, closed, variable, host, monkeypatch
    ):
        monkeypatch.setenv(variable, f"http://{closed}")
        web.answers["/pods"] = (200, b"{}")
        assert Client(kubeconfig(f"http://{host}:{web.server_port}"), timeout_s=LONG_S).get("/pods") == {}

    def test_other_clusters_are_reached_through_them(self, web, kubeconfig, monkeypatch):
        monkeypatch.setenv("http_proxy", web.url)
        web.answers["/pods"] = (200, b"{}")
        Client(kubeconfig("http://cluster.invalid"), timeout_s=LONG_S).get("/pods")
        assert web.requests[0].target == "http://cluster.invalid/pods"

    def test_one_that_the_kubeconfig_names_is_taken_at_its_word(self, web, kubeconfig, closed):
        """Behind it may be another machine's loopback: a tunnel."""
        web.answers["/pods"] = (200, b"{}")
        path = kubeconfig(f"http://{closed}", **{"proxy-url": web.url})
        assert Client(path, timeout_s=LONG_S).get("/pods") == {}
        assert web.requests[0].target == f"http://{closed}/pods"


class TestKubeconfigs:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"a: [",
            b"[1, 2]",
            b"hello",
            b"\xff\xfe\x00",
            b"kind: Config",
            b"clusters: 5\nusers: 3",
        ],
    )
    def test_one_that_makes_no_sense_is_named(self, tmp_path, content):
        path = tmp_path / "kubeconfig"
        path.write_bytes(content)
        with pytest.raises(ClusterUnreachable) as caught:
            Client(path)
        assert caught.value.message.startswith(f"The kubeconfig {path} cannot be used: ")
        assert str(caught.value).endswith("Next: driftlab up")

    @pytest.mark.parametrize("user", [{"client-certificate": "/nowhere"}, {"client-certificate-data": "abc"}])
    def test_a_certificate_that_is_not_there_or_is_none(self, kubeconfig, user):
        with pytest.raises(ClusterUnreachable, match="cannot be used"):
            Client(kubeconfig("https://127.0.0.1:1", user))

    @pytest.mark.parametrize("context", ["broken", "unknown"])
    def test_a_context_that_leads_nowhere(self, kubeconfig, context):
        with pytest.raises(ClusterUnreachable, match="cannot be used"):
            Client(kubeconfig("http://127.0.0.1:1"), context=context)

    @pytest.mark.parametrize("name", ["nowhere", ""])
    def test_none_at_all(self, tmp_path, name):
        with pytest.raises(ClusterUnreachable, match="cannot be used"):
            Client(tmp_path / name)

    def test_the_context_that_is_named_is_taken_and_the_file_stays_as_it_is(self, kubeconfig):
        path = kubeconfig("http://127.0.0.1:1")
        before = path.read_bytes()
        assert Client(path, context="lab").server == "http://127.0.0.1:1"
        assert path.read_bytes() == before
