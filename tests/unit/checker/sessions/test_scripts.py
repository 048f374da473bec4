"""Scripts run as a learner would run them: the kit's kubectl, the lab's namespace, no settings of the user's shell."""

import os
from pathlib import Path

import pytest

from driftlab.checker.sessions.scripts import learner_environment, run_script
from driftlab.clusters.errors import CommandFailed


def test_a_learners_kubectl_is_ours_and_goes_to_the_lab(monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join(["/somewhere", "/usr/bin"]))
    kubeconfig = Path("/state/learner/self-healing.kubeconfig")
    environment = learner_environment(kubeconfig)
    first, *others = environment["PATH"].split(os.pathsep)
    assert (Path(first) / "kubectl").exists()
    assert others == ["/somewhere", "/usr/bin"]
    assert environment["KUBECONFIG"] == str(kubeconfig)
    monkeypatch.setenv("PATH", environment["PATH"])
    assert learner_environment(kubeconfig)["PATH"] == environment["PATH"], "asked twice, nothing is added twice"
    assert "KUBERC" not in environment, "what a person has set for their own kubectl stays"


SCRIPT = """# Says who runs it.
echo "$KUBERC"
kubectl version --client
"""


def test_a_script_runs_as_it_is_written_whatever_shell_its_user_has(monkeypatch, tmp_path):
    """Neither a kuberc, nor a function that is called like a command, nor what each shell reads first."""
    (tmp_path / "first.sh").write_text("echo read first\n")
    (tmp_path / "script.sh").write_text(SCRIPT)
    monkeypatch.setenv("BASH_ENV", str(tmp_path / "first.sh"))
    monkeypatch.setenv("BASH_FUNC_kubectl%%", "() { echo mine; }")
    monkeypatch.setenv("KUBERC", str(tmp_path / "kuberc"))
    off, *told = run_script(tmp_path / "script.sh", tmp_path / "by-hand.kubeconfig").splitlines()
    assert off == "off"
    assert told[0].startswith("Client Version")


def test_python_code_has_the_client_and_the_learners_kubeconfig(monkeypatch, tmp_path):
    """And nothing of what the user's own Python is told."""
    (tmp_path / "kubernetes.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    script = tmp_path / "answer.py"
    script.write_text("import os\nfrom kubernetes import client\nprint(client.AppsV1Api, os.environ['KUBECONFIG'])\n")
    said = run_script(script, tmp_path / "by-hand.kubeconfig")
    assert "AppsV1Api" in said
    assert said.endswith(f"{tmp_path / 'by-hand.kubeconfig'}\n")


@pytest.fixture
def run(tmp_path):
    """``run(text)``: what a script with that text prints."""

    def run(text, **options):
        script = tmp_path / "solution.sh"
        script.write_text(text)
        return run_script(script, tmp_path / "by-hand.kubeconfig", **options)

    return run


def test_a_script_gets_the_learners_kubeconfig(run, tmp_path):
    assert run('echo "$KUBECONFIG"') == f"{tmp_path / 'by-hand.kubeconfig'}\n"


@pytest.mark.parametrize("text", ["false\necho went on", 'echo "$no_such_variable"\necho went on'])
def test_a_script_stops_at_its_first_error_and_is_named(run, tmp_path, text):
    with pytest.raises(CommandFailed) as failed:
        run(text)
    assert "went on" not in failed.value.output
    assert failed.value.next_step == f"look into {tmp_path / 'solution.sh'}"


def test_temporary_files_of_a_script_are_deleted(run):
    made = Path(run("mktemp").strip())
    assert made.is_absolute()
    assert not made.exists()


def test_a_hopeless_script_is_stopped(run):
    with pytest.raises(CommandFailed, match="another exercise began"):
        run("sleep 600", abort_reason=lambda: "was given up: another exercise began")
