"""A cluster of somebody else's: what its owner may fear, and what can be wrong with the way to it.

The cluster is an embedded one of this module's own, whose API server notes who did what.
"""

import base64
import json
import os
import pty
import re
import secrets
import select
import shlex
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from driftlab.checker.cli.doctor import Severity, examine
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import find_exercise
from driftlab.checker.sessions.selection import remember
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import OURS, OURS_SELECTOR
from driftlab.clusters.embedded.engine import EmbeddedCluster
from driftlab.clusters.errors import ClusterNotOurs, ClusterUnreachable, CommandFailed, ConfirmationNeeded, UsageError
from driftlab.clusters.existing.credentials import CredentialsRefused, OwnersClient
from driftlab.clusters.existing.engine import USER_LABEL, ExistingCluster, RightsMissing
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes import rbac as rights
from driftlab.clusters.kubernetes.client import ApiRefused, Client
from driftlab.clusters.kubernetes.kubeconfig import KubeconfigInvalid, UnknownContext
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.registry import installed_images, open_cluster
from driftlab.clusters.waiting import wait_for

Document = dict[str, Any]

AUDIT_POLICY = """
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
"""

#: What everybody may ask of every cluster, and what tells nothing of anybody else.
HARMLESS = re.compile(
    r"/(version|api|apis|openapi/v[23])(/|$)"
    r"|/apis/authorization\.k8s\.io/v1/selfsubjectaccessreviews$"
)

MINIMAL = [{"apiGroups": [r.group], "resources": [r.resource], "verbs": list(r.verbs)} for r in rights.NEEDED]


class School:
    """The cluster, as its administrator has it, and a kubeconfig to which contexts can be added."""

    def __init__(self, folder: Path, admin: Client, kubeconfig: Path) -> None:
        self.folder, self.admin, self.path = folder, admin, kubeconfig
        owner = yaml.safe_load((folder / "kubeconfig.yaml").read_text())
        self.server: Document = owner["clusters"][0]["cluster"]
        self.teacher: Document = owner["users"][0]["user"]
        self.document: Document = {"apiVersion": "v1", "kind": "Config", "clusters": [], "users": [], "contexts": []}
        self.context("teacher", self.teacher)
        self.document["current-context"] = "teacher"
        self.write()

    def context(self, name: str, user: Document, **server: Any) -> str:
        self.document["clusters"].append({"name": f"of-{name}", "cluster": {**self.server, **server}})
        self.document["users"].append({"name": f"user-{name}", "user": user})
        self.document["contexts"].append({"name": name, "context": {"cluster": f"of-{name}", "user": f"user-{name}"}})
        self.write()
        return name

    def write(self) -> None:
        self.path.write_text(json.dumps(self.document))

    def namespace(self, name: str, **labels: str) -> str:
        """One that the administrator has made. Gone with the cluster."""
        metadata = {"name": name, "labels": labels}
        self.admin.post("/api/v1/namespaces", {"metadata": metadata})
        wait_for(lambda: self.has(f"/api/v1/namespaces/{name}/serviceaccounts/default"), "its ServiceAccount")
        return name

    def get(self, name: str) -> Document:
        return self.admin.get(f"/api/v1/namespaces/{name}")

    def has(self, path: str) -> bool:
        try:
            self.admin.get(path)
        except ApiRefused as refusal:
            if refusal.status != 404:
                raise
            return False
        return True

    def account(self, namespace: str, name: str = "pupil") -> str:
        """A ServiceAccount without any rights; its token."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        self.admin.post(path, {"metadata": {"name": name}})
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
        return str(self.admin.post(f"{path}/{name}/token", review)["status"]["token"])

    def bind(self, namespace: str, rules: list[Document] | None) -> None:
        """Give the namespace's ``pupil`` a Role with these rules, or the ClusterRole ``edit``."""
        group, rbac = "rbac.authorization.k8s.io", f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
        role = {"apiGroup": group, "kind": "ClusterRole", "name": "edit"}
        if rules is not None:
            self.admin.post(f"{rbac}/roles", {"metadata": {"name": "pupils"}, "rules": rules})
            role = {"apiGroup": group, "kind": "Role", "name": "pupils"}
        subject = {"kind": "ServiceAccount", "name": "pupil", "namespace": namespace}
        self.admin.post(
            f"{rbac}/rolebindings", {"metadata": {"name": "pupils"}, "roleRef": role, "subjects": [subject]}
        )

    def pupil(self, rules: list[Document] | None = MINIMAL) -> tuple[str, str]:
        """A marked namespace with a ServiceAccount that may work there; the namespace, and the context's name."""
        namespace = self.namespace(f"class-{secrets.token_hex(3)}", **OURS)
        token = self.account(namespace)
        self.bind(namespace, rules)
        return namespace, self.context(f"pupil-of-{namespace}", {"token": token})

    def asked(self, since: int = 0) -> list[Document]:
        """What the API server was asked, since the line ``since`` of its audit log."""
        marker = f"/version?marker={secrets.token_hex(8)}"
        self.admin.text(marker)
        log = self.folder / "logs" / "audit.log"
        wait_for(lambda: marker in log.read_text(), "the audit log", timeout_s=60)
        return [json.loads(line) for line in log.read_text().splitlines()[since:]]


@pytest.fixture(scope="module")
def school_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Client]]:
    """Where the cluster keeps its things, and its administrator."""
    policy = tmp_path_factory.mktemp("audit") / "policy.yaml"
    policy.write_text(AUDIT_POLICY)
    cluster = EmbeddedCluster(f"school-{secrets.token_hex(3)}", owned=True, images=installed_images())
    cluster.audit_policy = policy
    with cluster:
        yield cluster.folder, cluster.client


@pytest.fixture
def school(school_cluster: tuple[Path, Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    path = tmp_path / "their kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(path))
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DRIFTLAB_USER", "pia")
    for name in ("DRIFTLAB_NAMESPACE", "DRIFTLAB_CONFIRM", "DRIFTLAB_ENGINE", "DRIFTLAB_CLUSTER"):
        monkeypatch.delenv(name, raising=False)
    return School(*school_cluster, path)


def existing(name: str) -> ExistingCluster:
    cluster = open_cluster("existing", name)
    assert isinstance(cluster, ExistingCluster)
    return cluster


def driftlab(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "driftlab.checker.cli.main", *words],
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def do(session: Session, name: str = "one-pod") -> None:
    """A whole exercise: untouched, solved, begun again, solved again."""
    exercise = find_exercise(f"02-self-healing/{name}")
    assert session.start(exercise).fresh
    assert session.check(exercise).outcome is Outcome.FAIL
    session.run(exercise.solution)
    result = session.check(exercise, wait_s=120)
    assert (result.outcome, result.points) == (Outcome.PASS, result.of), result
    assert session.start(exercise, again=True).fresh
    assert session.check(exercise).outcome is Outcome.FAIL


def ours(cluster: ExistingCluster) -> Session:
    return Session(cluster, find_exercise("02-self-healing/one-pod").lab)


# ---- a namespace, and nothing else


@pytest.mark.parametrize("rules", [MINIMAL, None], ids=["the least rights", "edit"])
@pytest.mark.thorough("clusters of others: several users, and kubeconfigs in trouble", but=["least"])
def test_a_whole_exercise_touches_one_namespace_and_leaves_it_as_it_was(
    school: School, monkeypatch: pytest.MonkeyPatch, rules: list[Document] | None
):
    """The API server's own audit log is the witness."""
    namespace, context = school.pupil(rules)
    base = f"/api/v1/namespaces/{namespace}"
    furniture = {
        f"{base}/configmaps/house-rules": {"data": {"quiet": "please"}},
        f"{base}/secrets/registry": {"stringData": {"password": "registry"}},
        f"{base}/services/notice-board": {"spec": {"ports": [{"port": 80}]}},
        f"{base}/resourcequotas/room": {"spec": {"hard": {"pods": "20"}}},
        f"{base}/limitranges/desk": {"spec": {"limits": [{"type": "Container", "default": {"memory": "64Mi"}}]}},
        f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies/door": {"spec": {"podSelector": {}}},
        f"{base}/persistentvolumeclaims/locker": {
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
        },
    }
    for path, document in furniture.items():
        folder, _, name = path.rpartition("/")
        school.admin.post(folder, {**document, "metadata": {"name": name}})
    furniture |= {f"{base}/serviceaccounts/pupil": {}, f"{base}/serviceaccounts/default": {}}
    before = {path: _lasting(school.admin.get(path)) for path in furniture}
    kubeconfig, marked = school.path.read_bytes(), school.get(namespace)
    since = len(school.asked())
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)

    cluster = existing(context)
    cluster.up()
    assert cluster.status().phase == "ready"
    do(ours(cluster))
    folder = cluster.folder
    assert folder.exists()
    cluster.down()

    asked = [
        one for one in school.asked(since) if one["user"]["username"] == f"system:serviceaccount:{namespace}:pupil"
    ]
    assert {"get", "list", "watch", "create", "delete"} <= {one["verb"] for one in asked}, (
        "the log tells of the exercise"
    )
    elsewhere = [
        (one["verb"], one["requestURI"])
        for one in asked
        if one.get("objectRef", {}).get("namespace") != namespace
        and not HARMLESS.match(urlsplit(one["requestURI"]).path)
    ]
    assert elsewhere == []
    assert not [one for one in asked if one.get("objectRef", {}).get("resource") in ("roles", "rolebindings")]

    assert {path: _lasting(school.admin.get(path)) for path in furniture} == before
    assert school.get(namespace)["metadata"]["uid"] == marked["metadata"]["uid"]
    assert school.get(namespace)["metadata"]["labels"] == marked["metadata"]["labels"]
    for path in (f"/apis/apps/v1/namespaces/{namespace}/deployments", f"{base}/pods"):
        assert school.admin.get(path)["items"] == [], "what the learner made is gone"
    assert school.path.read_bytes() == kubeconfig
    assert not folder.exists()
    assert cluster.status().phase == "absent"


def _lasting(document: Document) -> Document:
    """The object without what controllers write into it."""
    return {key: value for key, value in document.items() if key not in ("status", "metadata")} | {
        "uid": document["metadata"]["uid"]
    }


def test_what_carries_the_label_keep_stays(school: School, monkeypatch: pytest.MonkeyPatch):
    """For what an instructor adds while the course is under way."""
    namespace, context = school.pupil(None)
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)
    cluster = existing(context)
    cluster.up()
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    for name, labels in (("news", {"driftlab.dev/keep": ""}), ("scrap", {})):
        school.admin.post(path, {"metadata": {"name": name, "labels": labels}})
    cluster.create_namespace(namespace)
    cluster.clear(namespace)
    assert {item["metadata"]["name"] for item in school.admin.get(path)["items"]} == {"news", "kube-root-ca.crt"}
    cluster.down()


@pytest.mark.thorough("clusters of others: several users, and kubeconfigs in trouble")
def test_two_users_do_the_same_exercise_at_once(school: School, monkeypatch: pytest.MonkeyPatch):
    """Each has a namespace of their own; what one of them deletes is no other's."""
    clusters = {}
    for user in ("anna", "ben"):
        monkeypatch.setenv("DRIFTLAB_USER", user)
        clusters[user] = existing("teacher")
    clusters["anna"].up()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda cluster: do(ours(cluster)), clusters.values()))
    labels = school.get("self-healing-ben")["metadata"]["labels"]
    assert labels.items() >= {**OURS, USER_LABEL: "ben"}.items()

    clusters["anna"].down()
    assert not school.has("/api/v1/namespaces/self-healing-anna")
    assert school.has("/api/v1/namespaces/self-healing-ben")
    assert ours(clusters["ben"]).check(find_exercise("02-self-healing/one-pod")).outcome is Outcome.FAIL
    clusters["ben"].down()
    assert not school.has("/api/v1/namespaces/self-healing-ben")
    assert not clusters["ben"].folder.exists()


def test_nobody_is_given_rights(school: School):
    """An administrator's cluster gets no Roles and no bindings of ours, and only its own namespace."""
    office = school.namespace(f"office-{secrets.token_hex(3)}")
    token = school.account(office, "head")
    school.admin.post(
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        {
            "metadata": {"name": office},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": "head", "namespace": office}],
        },
    )
    since = len(school.asked())
    cluster = existing(school.context("head", {"token": token}))
    cluster.up()
    ours(cluster).open()
    cluster.down()
    changes = [
        (one["verb"], one["objectRef"]["resource"], one["objectRef"].get("name", ""), one["objectRef"].get("namespace"))
        for one in school.asked(since)
        if one["user"]["username"].endswith(f":{office}:head") and one["verb"] not in ("get", "list", "watch")
    ]
    assert {change[:3] for change in changes if change[1] == "namespaces"} == {
        ("create", "namespaces", "self-healing-pia"),
        ("delete", "namespaces", "self-healing-pia"),
    }
    others = {change[1] for change in changes if change[3] != "self-healing-pia"} - {"namespaces"}
    assert others == {"selfsubjectaccessreviews"}
    assert {change[1] for change in changes} - others <= {"namespaces", "pods", "events"}


# ---- namespaces that are not ours


@pytest.mark.parametrize(
    "labels", [{}, {"app.kubernetes.io/managed-by": "Helm"}, OURS, {**OURS, USER_LABEL: "somebody-else"}]
)
def test_a_namespace_of_that_name_is_not_taken_from_its_owner(
    school: School, monkeypatch: pytest.MonkeyPatch, labels: dict[str, str]
):
    user = f"user-{secrets.token_hex(2)}x"
    monkeypatch.setenv("DRIFTLAB_USER", user)
    school.namespace(f"self-healing-{user}", **labels)
    before = school.get(f"self-healing-{user}")
    cluster = existing("teacher")
    cluster.up()
    with pytest.raises(ClusterNotOurs, match=f"self-healing-{user}"):
        ours(cluster).open()
    cluster.delete_namespace(f"self-healing-{user}")
    cluster.reset()
    cluster.down()
    assert school.get(f"self-healing-{user}") == before


@pytest.mark.parametrize("theft", ["unlabelled", "made again", "given to another"])
def test_a_namespace_that_its_owner_has_taken_back_is_left_alone(
    school: School, monkeypatch: pytest.MonkeyPatch, theft: str
):
    user = f"user-{secrets.token_hex(2)}x"
    monkeypatch.setenv("DRIFTLAB_USER", user)
    name = f"self-healing-{user}"
    cluster = existing("teacher")
    cluster.up()
    ours(cluster).open()
    if theft == "made again":
        school.admin.delete(f"/api/v1/namespaces/{name}")
        wait_for(lambda: not school.has(f"/api/v1/namespaces/{name}"), "its end", timeout_s=60)
        school.namespace(name, **OURS, **{USER_LABEL: user})
    else:
        labels = {"app.kubernetes.io/managed-by": None} if theft == "unlabelled" else {USER_LABEL: "another"}
        school.admin.patch(f"/api/v1/namespaces/{name}", {"metadata": {"labels": labels}})
    cluster.down()
    assert "deletionTimestamp" not in school.get(name)["metadata"]
    assert not cluster.folder.exists()


def test_a_namespace_that_is_not_marked_is_refused_with_the_command_that_marks_it(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    name = school.namespace(f"room-{secrets.token_hex(3)}")
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", name)
    with pytest.raises(ClusterNotOurs) as refused:
        existing("teacher").up()
    assert "labels" not in school.get(name)["metadata"] or OURS_SELECTOR not in str(
        school.get(name)["metadata"]["labels"]
    )
    run(refused.value.next_step.partition(": ")[2])
    cluster = existing("teacher")
    cluster.up()
    cluster.down()


def test_a_namespace_that_another_tool_manages_is_refused(school: School, monkeypatch: pytest.MonkeyPatch):
    name = school.namespace(f"room-{secrets.token_hex(3)}", **{"app.kubernetes.io/managed-by": "Helm"})
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", name)
    with pytest.raises(ClusterNotOurs, match="Helm"):
        existing("teacher").up()


def test_a_namespace_in_which_something_runs_is_refused(school: School, monkeypatch: pytest.MonkeyPatch):
    """A mark alone may have been a mistake: what runs is never cleared away."""
    namespace, context = school.pupil()
    pods = f"/api/v1/namespaces/{namespace}/pods"
    school.admin.post(pods, {"metadata": {"name": "till"}, "spec": {"containers": [{"name": "t", "image": "busybox"}]}})
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)
    with pytest.raises(ClusterNotOurs, match="pods/till"):
        existing(context).up()
    assert school.has(f"{pods}/till")


def test_a_namespace_that_does_not_exist(school: School, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", "nowhere")
    with pytest.raises(UsageError, match="no namespace nowhere"):
        existing("teacher").up()
    assert not school.has("/api/v1/namespaces/nowhere")


@pytest.mark.thorough("clusters of others: several users, and kubeconfigs in trouble")
def test_labs_that_share_a_namespace_take_turns(school: School, monkeypatch: pytest.MonkeyPatch):
    """A lab that is started there ends the one before it: nobody is judged by another lab's Pods."""
    namespace, context = school.pupil()
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)
    cluster = existing(context)
    cluster.up()
    first, exercise = ours(cluster), find_exercise("02-self-healing/one-pod")
    first.start(exercise)
    second = ours(cluster)
    second.store.folder = first.folder.with_name("99-another-lab")
    second.start(exercise)
    assert (first.current, second.current) == ("", "one-pod")
    cluster.down()


# ---- rights


def test_all_missing_rights_are_named_at_once_and_the_administrators_commands_give_them(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    home = school.namespace(f"staff-{secrets.token_hex(3)}")
    context = school.context("newcomer", {"token": school.account(home, "newcomer")})
    user = f"new-{secrets.token_hex(2)}x"
    monkeypatch.setenv("DRIFTLAB_USER", user)
    since = len(school.asked())
    with pytest.raises(RightsMissing) as error:
        existing(context).up()
    for right in ("create, delete, get namespaces", "deployments.apps/scale", "watch", "pods/log", "events"):
        assert right in error.value.message
    writes = [one for one in school.asked(since) if one["user"]["username"].endswith(":newcomer")]
    assert {one["objectRef"]["resource"] for one in writes if one["verb"] == "create"} == {
        "selfsubjectaccessreviews",
        "selfsubjectreviews",
    }, "nothing was made before it was known what is missing"

    *commands, last = error.value.next_step.splitlines()[1:]
    for command in commands:
        run(command.strip())  # the current context is the administrator's
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", last.partition("DRIFTLAB_NAMESPACE=")[2])
    cluster = existing(context)
    cluster.up()
    assert ours(cluster).open().exists()
    cluster.down()


@pytest.mark.parametrize("lost", ["deployments", "pods", "events"])
def test_a_right_that_is_missing_in_a_marked_namespace(school: School, monkeypatch: pytest.MonkeyPatch, lost: str):
    rules = [rule for rule in MINIMAL if rule["resources"] != [lost]]
    namespace, context = school.pupil(rules)
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)
    with pytest.raises(RightsMissing, match=rf"watch.* {lost}\b") as error:
        existing(context).up()
    assert "create namespace" not in error.value.next_step
    assert not existing(context).folder.exists(), "nothing is left of an attempt that failed"


# ---- is it meant?


def test_a_name_that_sounds_like_production_must_be_confirmed(school: School, monkeypatch: pytest.MonkeyPatch):
    context = school.context("school-prod", school.teacher)
    with pytest.raises(ConfirmationNeeded) as needed:
        existing(context).up()
    assert needed.value.phrase == "school-prod"
    with pytest.raises(ConfirmationNeeded, match="You typed 'yes'"):
        existing(context).up(confirmed="yes")
    existing(context).up(confirmed="school-prod")
    existing(context).up()
    existing(context).down()
    monkeypatch.setenv("DRIFTLAB_CONFIRM", "yes")
    with pytest.raises(ConfirmationNeeded, match="DRIFTLAB_CONFIRM says 'yes'"):
        existing(context).up()
    monkeypatch.setenv("DRIFTLAB_CONFIRM", "school-prod")
    existing(context).up()
    existing(context).down()
    monkeypatch.delenv("DRIFTLAB_CONFIRM")
    with pytest.raises(ConfirmationNeeded):
        existing(context).up()


def test_another_cluster_under_a_confirmed_name_must_be_confirmed_again(
    school: School, monkeypatch: pytest.MonkeyPatch
):
    context = school.context("live", school.teacher)
    monkeypatch.setenv("DRIFTLAB_CONFIRM", "live")
    existing(context).up()
    monkeypatch.delenv("DRIFTLAB_CONFIRM")
    school.document["clusters"][-1]["cluster"]["server"] = school.server["server"].replace("127.0.0.1", "localhost")
    school.write()
    with pytest.raises(ConfirmationNeeded):
        existing(context).up()


def test_many_nodes_must_be_confirmed_where_they_can_be_counted(school: School, monkeypatch: pytest.MonkeyPatch):
    namespace, context = school.pupil()
    names = [f"rack-{number}" for number in range(8)]  # and the three that it has
    for name in names:
        school.admin.post("/api/v1/nodes", {"metadata": {"name": name}})
    try:
        with pytest.raises(ConfirmationNeeded, match="more than 10 Nodes"):
            existing("teacher").up()
        monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)
        since = len(school.asked())
        existing(context).up()  # may not list Nodes: does not try
        tried = [one["requestURI"] for one in school.asked(since) if one["user"]["username"].endswith(":pupil")]
        assert tried
        assert not [uri for uri in tried if "/nodes" in uri]
    finally:
        for name in names:
            school.admin.delete(f"/api/v1/nodes/{name}")


def test_the_command_line_asks_for_the_name_where_somebody_can_type_it(school: School):
    context = school.context("prod", school.teacher)
    words = ["up", "--engine", "existing", "--cluster", context]
    refused = driftlab(*words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "export DRIFTLAB_CONFIRM=prod" in refused.stderr

    code, shown = in_terminal(words, "type prod", "nonsense\n")
    assert code == 2, shown
    code, shown = in_terminal(words, "type prod", "prod\n")
    assert code == 0, shown
    assert driftlab("status").returncode == 0, "it is remembered, like every cluster that was used"
    assert driftlab("down").returncode == 0


def in_terminal(words: list[str], until: str, answer: str) -> tuple[int, str]:
    """Run the command in a terminal, type ``answer`` when it has shown ``until``; its exit code and what was shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "driftlab.checker.cli.main", *words]
    shown, typed, deadline = "", False, time.monotonic() + 120
    try:
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
            while process.poll() is None or select.select([ours], [], [], 0)[0]:
                if time.monotonic() > deadline:
                    process.kill()
                if select.select([ours], [], [], 0.2)[0]:
                    shown += os.read(ours, 4096).decode(errors="replace")
                if until in shown and not typed:
                    os.write(ours, answer.encode())
                    typed = True
            return process.returncode, shown
    finally:
        os.close(ours)
        os.close(theirs)


# ---- ways to it that do not work


def test_the_default_context_is_never_taken(school: School):
    before = len(school.asked())
    refused = driftlab("up", "--engine", "existing")
    assert refused.returncode == 2
    assert "one of: teacher" in refused.stderr
    assert "--cluster CONTEXT" in refused.stderr
    assert not [
        one for one in school.asked(before) if "python" in one["userAgent"] and "marker" not in one["requestURI"]
    ]


def test_a_context_that_does_not_exist(school: School):
    with pytest.raises(UnknownContext, match="Did you mean 'teacher'"):
        existing("taecher").up()
    assert existing("taecher").status().phase == "absent"


def test_credentials_that_have_expired(school: School):
    """The API server says 401: nobody knows this token."""
    context = school.context("late", {"token": "0123456789abcdef"})
    with pytest.raises(CredentialsRefused, match="expired, or were withdrawn") as error:
        existing(context).up()
    assert "auth whoami" in error.value.next_step
    said = driftlab("up", "--engine", "existing", "--cluster", context)
    assert (said.returncode, "expired" in said.stderr) == (3, True)


def test_a_client_certificate_that_has_expired(school: School, tmp_path: Path):
    key, request, certificate = (str(tmp_path / name) for name in ("key", "request", "certificate"))
    pki = school.folder / "pki"
    openssl(
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-subj", "/CN=late/O=system:masters", "-out", request
    )
    openssl(
        "x509", "-req", "-in", request, "-CA", str(pki / "ca.crt"), "-CAkey", str(pki / "ca.key"), "-CAserial",
        str(tmp_path / "serial"), "-CAcreateserial", "-out", certificate, "-days", "-1",
    )  # fmt: skip
    context = school.context("expired", {"client-certificate": certificate, "client-key": key})
    with pytest.raises(CredentialsRefused):
        existing(context).up()


def openssl(*words: str) -> None:
    try:
        done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no openssl, which would make the certificate")
    if done.returncode and ("ca.key" in done.stderr or "days" in done.stderr):
        pytest.skip(f"this openssl makes no certificate that has expired: {done.stderr}")
    assert done.returncode == 0, done.stderr


@pytest.mark.thorough("clusters of others: several users, and kubeconfigs in trouble")
def test_credentials_that_expire_on_the_way_are_read_again(school: School, monkeypatch: pytest.MonkeyPatch):
    """Who logs in again while a notebook is open can go on there: so can kubectl."""
    namespace, context = school.pupil()
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)
    good = school.document["users"][-1]["user"]["token"]
    cluster = existing(context)
    cluster.up()
    learner = ours(cluster).open()
    for path in (cluster.kubeconfig, learner):
        path.write_text(path.read_text().replace(good, "expired"))
    school.document["users"][-1]["user"]["token"] = "expired"
    school.write()
    late = existing(context)
    with pytest.raises(CredentialsRefused):
        late.client.get("/version")
    assert late.status().phase == "broken"
    assert "expired" in late.status().detail
    school.document["users"][-1]["user"]["token"] = good
    school.write()
    assert late.client.get("/version")["major"]
    assert good in learner.read_text()
    late.down()


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_an_api_server_that_does_not_answer(school: School, how: str):
    """Told after a bounded time, with something to try."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if how == "silent":
            listener.listen(5)
        context = school.context("gone", school.teacher, server=f"https://127.0.0.1:{listener.getsockname()[1]}")
        cluster = existing(context)
        with pytest.raises(ClusterUnreachable) as error:
            OwnersClient(cluster, cluster.read_kubeconfig().context(context), timeout_s=1).get("/version")
        assert "kubectl --context gone version" in error.value.next_step
        if how == "refused":
            with pytest.raises(ClusterUnreachable):
                cluster.up()
            assert not cluster.folder.exists()


@pytest.mark.thorough("clusters of others: several users, and kubeconfigs in trouble")
def test_a_cluster_that_went_away_gives_an_error_and_not_a_zero(school: School, monkeypatch: pytest.MonkeyPatch):
    namespace, context = school.pupil()
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)
    cluster, exercise = existing(context), find_exercise("02-self-healing/one-pod")
    cluster.up()
    ours(cluster).start(exercise)
    away = json.loads(cluster.kubeconfig.read_text())
    away["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    cluster.kubeconfig.write_text(json.dumps(away))
    gone = existing(context)
    result = ours(gone).check(exercise)
    assert result.outcome is Outcome.ERROR
    assert "version" in result.next_step
    with pytest.raises(ClusterUnreachable, match="does not answer") as error:
        gone.down()
    assert str(gone.folder) in error.value.next_step
    assert gone.folder.exists(), "what is still to be deleted there is not forgotten"
    cluster.up()  # as it was
    existing(context).down()


# ---- programs that fetch credentials


def plugin(folder: Path, script: str, **more: Any) -> Document:
    path = folder / "fetch"
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./fetch", **more}}


def test_a_program_that_fetches_credentials(school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its path is relative to the kubeconfig, wherever we are; it is told what it asks for."""
    namespace, context = school.pupil()
    token = school.document["users"][-1]["user"]["token"]
    said = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token}}
    school.document["users"][-1]["user"] = plugin(
        tmp_path,
        "import os, json, sys\n"
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        f"assert info['spec']['cluster']['server'] == {school.server['server']!r}\n"
        "assert (os.environ['ROOM'], sys.argv[1:]) == ('7', ['token'])\n"
        f"print({json.dumps(said)!r})",
        args=["token"],
        env=[{"name": "ROOM", "value": "7"}],
        provideClusterInfo=True,
        interactiveMode="Never",
    )
    school.write()
    monkeypatch.setenv("DRIFTLAB_NAMESPACE", namespace)
    monkeypatch.chdir("/")
    cluster = existing(context)
    cluster.up()
    kubeconfig = ours(cluster).open()
    assert token not in kubeconfig.read_text(), "kubectl, too, asks the program, and gets a fresh token each time"
    listed = processes.run([kubectl_path(), "get", "pods"], env={"KUBECONFIG": str(kubeconfig)})
    assert listed == ""
    cluster.down()


def test_a_program_that_fetches_a_certificate(school: School, tmp_path: Path):
    status = {
        "clientCertificateData": base64.b64decode(teachers(school, "client-certificate")).decode(),
        "clientKeyData": base64.b64decode(teachers(school, "client-key")).decode(),
    }
    said = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}
    context = school.context("certified", plugin(tmp_path, f"print({json.dumps(said)!r})", interactiveMode="Never"))
    cluster = existing(context)
    cluster.up()
    assert cluster.client.get("/api/v1/namespaces/kube-system")
    cluster.down()


def teachers(school: School, name: str) -> str:
    inline = school.teacher.get(f"{name}-data")
    return str(inline) if inline else base64.b64encode(Path(school.teacher[name]).read_bytes()).decode()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("import sys; sys.exit('your session is over')", "your session is over"),
        ("print('hello')", "gave none"),
        ("print('{\"status\": {}}')", "not accept|anonymous"),
    ],
    ids=["fails", "talks", "empty"],
)
def test_a_program_that_fetches_no_credentials(school: School, tmp_path: Path, script: str, told: str):
    context = school.context("logged-out", plugin(tmp_path, script, installHint="log in: school login"))
    with pytest.raises((CommandFailed, ApiRefused)) as error:
        existing(context).up()
    assert re.search(told, str(error.value))
    if isinstance(error.value, CommandFailed):
        assert error.value.next_step == "log in: school login"


def test_a_certificate_that_is_not_there(school: School):
    context = school.context("moved", {"client-certificate": "gone.crt", "client-key": "gone.key"})
    with pytest.raises(KubeconfigInvalid, match=r"gone\.crt"):
        existing(context).up()


# ---- what else there is


def test_doctor_asks_only_the_context_that_was_used_last(school: School):
    def about_contexts() -> list[tuple[Severity, str]]:
        return [(one.severity, one.text) for one in examine() if "context" in one.text]

    assert about_contexts() == []
    cluster = existing("teacher")
    cluster.up()
    remember(cluster)
    ((gravity, what),) = about_contexts()
    assert (gravity, "answers" in what) == (Severity.OK, True)
    cluster.down()
    ((gravity, what),) = about_contexts()
    assert gravity is Severity.PROBLEM
    assert "teacher" in what


def test_the_client_can_be_shared_by_threads(school: School):
    """Rights are asked for at once; a token that has expired is fetched once, not by each of them."""
    cluster = existing("teacher")
    cluster.up()
    good = json.loads(cluster.kubeconfig.read_text())
    bad = {**good, "users": [{"name": good["users"][0]["name"], "user": {"token": "expired"}}]}
    client, start = OwnersClient(cluster, bad), threading.Barrier(4)

    def ask(_: int) -> Document:
        start.wait(timeout=30)
        return client.get("/version")

    with ThreadPoolExecutor(4) as pool:
        assert all(answer["major"] for answer in pool.map(ask, range(4)))
    assert client.generation == 1
    cluster.down()


@pytest.mark.thorough("whole runs of pytest in a project of its own")
def test_the_fixtures_work_on_it_where_its_context_is_named(school: School, tmp_path: Path):
    """``--lab-engine existing`` alone is refused; a test's namespace is gone afterwards."""
    test = tmp_path / "project" / "test_theirs.py"
    test.parent.mkdir()
    test.write_text(
        "def test_it(namespace):\n    assert namespace.name.startswith('test-')\n    namespace.list('pods')\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--lab-engine=existing", str(test)]
    refused = subprocess.run(command, cwd=test.parent, capture_output=True, text=True, check=False)
    assert (refused.returncode, "CONTEXT is one of: teacher" in refused.stdout) == (1, True), refused.stdout
    since = len(school.asked())
    named = {**os.environ, "DRIFTLAB_CLUSTER": "teacher"}
    done = subprocess.run(command, cwd=test.parent, env=named, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    command.append("--lab-cluster=teacher")
    done = subprocess.run(command, cwd=test.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    made = [one for one in school.asked(since) if (one.get("objectRef") or {}).get("resource") == "namespaces"]
    names = {one["objectRef"]["name"] for one in made if one["verb"] == "create"}
    assert len(names) == 2
    for name in names:
        assert name.endswith("-pia")
        assert not school.has(f"/api/v1/namespaces/{name}")
    existing("teacher").down()


def run(command: str) -> None:
    words = shlex.split(command)
    assert words[0] == "kubectl"
    processes.run([kubectl_path(), *words[1:]])


def test_the_owners_client_is_a_client(school: School):
    """Whatever the base class learns to do, this one does with the same credentials."""
    cluster = existing("teacher")
    cluster.up()
    assert isinstance(cluster.client, Client)
    assert cluster.client.text("/readyz") == "ok"
    cluster.down()
