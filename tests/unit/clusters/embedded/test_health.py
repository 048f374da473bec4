"""Ready means that Pods can be created, scheduled and asked for their logs: nothing less."""

import pytest

from driftlab.clusters.embedded import health
from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused

ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"


def node(name, *, ready="True", taints=()):
    conditions = [{"type": "DiskPressure", "status": "False"}, {"type": "Ready", "status": ready}]
    return {
        "metadata": {"name": name},
        "spec": {"taints": [{"key": key} for key in taints]} if taints else {},
        "status": {"conditions": conditions},
    }


class Api:
    """What the API server has: ``nodes``, and by ``texts`` what each kubelet says of itself."""

    def __init__(self, nodes, texts=None, account=True):
        self.nodes, self.account = nodes, account
        self.texts = texts or {}

    def get(self, path):
        if path == "/api/v1/nodes":
            return {"items": self.nodes}
        assert path == ACCOUNT
        if not self.account:
            raise ApiRefused(404, "NotFound", "not found")
        return {}

    def text(self, path):
        name = path.removeprefix("/api/v1/nodes/").removesuffix("/proxy/healthz")
        answer = self.texts.get(name, "ok")
        if answer is None:
            raise ClusterUnreachable("dial unix egress.sock: connect: no such file or directory")
        return answer


THREE = [node("one"), node("two"), node("three")]


@pytest.mark.parametrize(
    ("api", "can"),
    [
        (Api(THREE), True),
        (Api([]), False),
        (Api(THREE[:2]), False),
        (Api([*THREE[:2], node("three", ready="False")]), False),
        (Api([*THREE[:2], node("three", ready="Unknown")]), False),
        (Api([*THREE[:2], node("three", taints=["node.kubernetes.io/not-ready"])]), False),
        (Api([*THREE[:2], {**THREE[2], "status": {}}]), False),
        (Api([*THREE, node("somebody's", ready="False")]), True),
        (Api(THREE, account=False), False),
        (Api(THREE, {"two": "[-]syncloop failed"}), False),
        (Api(THREE, {"three": None}), False),
    ],
)
def test_nodes_that_can_run_pods(api, can):
    assert health.can_run_pods(api, 3) is can


@pytest.mark.parametrize("ask", [health.controllers_run, health.scheduler_ready])
def test_who_does_not_answer_is_not_well(ask, closed, monkeypatch, tmp_path):
    authority = tmp_path / "ca.crt"
    authority.write_text("")
    monkeypatch.setattr(health.ssl, "create_default_context", lambda cafile: health.ssl._create_unverified_context())
    assert ask(int(closed.rsplit(":", 1)[1]), authority) is False
