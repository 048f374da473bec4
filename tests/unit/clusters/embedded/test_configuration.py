"""What components are told: everything on loopback, nothing that anybody else could use."""

import base64
import ipaddress
import json
import re

import pytest
import yaml

from driftlab.clusters.embedded.configuration import COMPONENTS, NODES, PORTS, WORKERS, Configuration
from driftlab.clusters.embedded.engine import STORAGE_CLASS

NUMBERS = {name: 20000 + number for number, name in enumerate(PORTS)}


@pytest.fixture
def configuration(tmp_path):
    return Configuration(tmp_path / "lab", "lab", NUMBERS)


@pytest.fixture
def arguments(configuration):
    return configuration.arguments()


def options(words):
    return dict(word.removeprefix("--").split("=", 1) for word in words if word.startswith("--"))


def test_every_component_has_a_command_line_that_names_the_clusters_folder(configuration, arguments):
    assert tuple(arguments) == COMPONENTS
    for words in arguments.values():
        assert any(f"{configuration.folder}/" in word for word in words)


def test_every_port_is_used_by_one_component_and_no_other_is_named(configuration, arguments):
    said = " ".join(word for words in arguments.values() for word in words) + configuration.files()["node.json"]
    for name, port in NUMBERS.items():
        assert str(port) in said, name
    assert set(map(int, re.findall(r"127\.0\.0\.1:(\d+)", said))) <= set(NUMBERS.values())


def test_nobody_listens_but_on_loopback(configuration, arguments):
    for component in ("kube-apiserver", "kube-controller-manager", "kube-scheduler"):
        assert options(arguments[component])["bind-address"] == "127.0.0.1"
    for name, value in options(arguments["etcd"]).items():
        if name.endswith("urls"):
            assert value.startswith("https://127.0.0.1:"), name


def test_the_store_asks_everybody_for_a_certificate(arguments):
    etcd, server = options(arguments["etcd"]), options(arguments["kube-apiserver"])
    assert (etcd["client-cert-auth"], etcd["peer-client-cert-auth"]) == ("true", "true")
    assert etcd["trusted-ca-file"] != server["client-ca-file"]  # a learner's certificate opens it no more than none


def test_every_file_that_is_named_is_one_of_the_clusters(configuration, arguments, tmp_path):
    for words in arguments.values():
        for value in options(words).values():
            if value.startswith("/"):
                assert value.startswith((f"{configuration.folder}/", "/healthz,"))


def test_the_nodes_are_called_as_always_and_have_addresses_of_their_own(configuration):
    nodes = configuration.nodes()
    assert [node["name"] for node in nodes] == ["lab-worker", "lab-worker2", "lab-worker3"]
    assert len(nodes) == NODES == len(WORKERS)
    for what in ("address", "pods", "port"):
        assert len({node[what] for node in nodes}) == NODES
    services = ipaddress.ip_network(json.loads(configuration.files()["node.json"])["service_cidr"])
    for node in nodes:
        assert ipaddress.ip_address(node["address"]).is_private  # as documentation ranges are
        assert not ipaddress.ip_network(node["pods"]).overlaps(services)


def test_the_node_program_is_told_all_that_it_must_know(configuration):
    told = json.loads(configuration.files()["node.json"])
    assert told["server"] == f"https://127.0.0.1:{NUMBERS['kube-apiserver']}"
    assert told["images"] == str(configuration.images)
    assert set(told) == {
        "folder", "server", "server_address", "pki", "images", "egress_socket", "version",
        "service_cidr", "dns", "cpus", "memory", "nodes",
    }  # fmt: skip


def test_the_egress_socket_has_a_path_that_is_short_enough_whatever_the_folder_is(configuration):
    """A Unix socket's path may have 107 bytes on Linux, 103 on macOS; programs run in the cluster's folder."""
    selections = json.loads(configuration.files()["egress.json"])["egressSelections"]
    (cluster,) = [one["connection"] for one in selections if one["name"] == "cluster"]
    assert cluster["transport"]["uds"]["udsName"] == "egress.sock"
    assert [one["connection"] for one in selections if one["name"] != "cluster"] == [{"proxyProtocol": "Direct"}] * 2


def test_who_did_what_is_noted_only_where_somebody_wants_it(configuration, tmp_path):
    policy = tmp_path / "policy.yaml"
    audited = Configuration(configuration.folder, "lab", NUMBERS, policy).arguments()["kube-apiserver"]
    assert options(audited)["audit-policy-file"] == str(policy)
    assert options(audited)["audit-log-path"] == str(configuration.folder / "logs" / "audit.log")
    assert not [word for word in configuration.arguments()["kube-apiserver"] if "audit" in word]


def test_certificates_are_asked_for_for_every_node(configuration):
    words = configuration.pki_arguments()
    assert words[0] == "pki"
    assert [word for word in words if word.startswith("--node=")] == [
        f"--node={node['name']}={node['address']}" for node in configuration.nodes()
    ]


def test_the_owners_kubeconfig_needs_no_other_file(configuration):
    configuration.pki.mkdir(parents=True)
    for name in ("ca.crt", "admin.crt", "admin.key"):
        (configuration.pki / name).write_text(f"this is {name}")
    document = json.loads(configuration.owner_kubeconfig())
    (cluster,), (user,), (context,) = document["clusters"], document["users"], document["contexts"]
    assert document["current-context"] == context["name"] == "lab"
    assert context["context"] == {"cluster": cluster["name"], "user": user["name"]}
    assert cluster["cluster"]["server"] == f"https://127.0.0.1:{NUMBERS['kube-apiserver']}"
    said = [cluster["cluster"]["certificate-authority-data"], *user["user"].values()]
    assert [base64.b64decode(text).decode() for text in said] == [
        "this is ca.crt",
        "this is admin.crt",
        "this is admin.key",
    ]


def test_a_claim_without_a_class_gets_ours():
    document = yaml.safe_load(STORAGE_CLASS.read_text())
    assert document["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}
    assert (document["metadata"]["name"], document["provisioner"]) == ("standard", "driftlab.dev/node-folder")
