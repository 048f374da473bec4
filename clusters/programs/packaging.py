"""Build the wheels that hold the embedded engine's programs.

    python -m driftlab.clusters.programs.packaging dist                      for this machine
    python -m driftlab.clusters.programs.packaging dist --for darwin-arm64   for another one, from source

There are three wheels, because most package indexes limit files to 100 MB; ``driftlab-engine`` depends on the other
two. With ``--for``, the node program and its SHA-256 are written beside the wheels, to be published with a release.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from driftlab.clusters import __version__, programs
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.host.progress import terminal_progress
from driftlab.clusters.programs import ObtainFailed, build, sources, toolchain
from driftlab.clusters.programs.cache import remove_tree, sha256
from driftlab.clusters.programs.patches import PatchRefused
from driftlab.clusters.programs.pins import PROGRAMS, system_and_machine
from driftlab.clusters.programs.wheel import GROUP, RECORD

#: The programs in each distribution; the last one depends on the others.
DISTRIBUTIONS = {
    "driftlab-engine-apiserver": ("kube-apiserver", "etcd"),
    "driftlab-engine-controllers": ("kube-controller-manager", "kube-scheduler"),
    "driftlab-engine": ("driftlab-node",),
}
LARGEST_BYTES = 100_000_000

#: Static programs need no C library; for the versions of macOS see https://go.dev/wiki/MinimumRequirements.
TAGS = {
    ("linux", "amd64"): "manylinux2014_x86_64.musllinux_1_1_x86_64",
    ("linux", "arm64"): "manylinux2014_aarch64.musllinux_1_1_aarch64",
    ("darwin", "amd64"): "macosx_12_0_x86_64",
    ("darwin", "arm64"): "macosx_12_0_arm64",
}

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "{version}"
description = "Programs of driftlab's embedded engine: {programs}"
license = "Apache-2.0"
license-files = ["LICENSE", "NOTICES*"]
requires-python = ">=3.11"
dependencies = {dependencies}

[project.entry-points."{group}"]
{entry_points}

[tool.hatch.build.targets.wheel]
packages = ["{package}"]

[tool.hatch.build.targets.wheel.hooks.custom]
path = "tag.py"
tag = "py3-none-{platforms}"
"""

#: Without this, Hatchling would tag a wheel that has no Python extension modules as independent of the platform.
BUILD_HOOK = """\
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Tag(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["pure_python"] = False
        build_data["tag"] = self.config["tag"]
"""


def build_wheels(paths: Mapping[str, Path], machine: tuple[str, str], target: Path, notices: str = "") -> list[Path]:
    """Write the wheels of the programs at ``paths``, built for ``machine``, to the folder ``target``.

    ``notices``: the licences of the modules that are compiled in. Raises DriftlabError.
    """
    return [
        _build_wheel(name, program_names, paths, machine, target, notices)
        for name, program_names in DISTRIBUTIONS.items()
    ]


def _build_wheel(
    name: str,
    program_names: Sequence[str],
    paths: Mapping[str, Path],
    machine: tuple[str, str],
    target: Path,
    notices: str,
) -> Path:
    package = name.replace("-", "_")
    others = (
        [f"{other}=={__version__}" for other in DISTRIBUTIONS if other != name] if name == "driftlab-engine" else []
    )
    system, architecture = machine
    record = {
        "system": system,
        "machine": architecture,
        "programs": {program: PROGRAMS[program].edition for program in program_names},
    }
    with tempfile.TemporaryDirectory() as temporary:
        project = Path(temporary)
        (project / package).mkdir()
        (project / package / "__init__.py").write_text(
            f'"""{", ".join(program_names)}: run by driftlab."""\n', encoding="utf-8"
        )
        (project / package / RECORD).write_text(json.dumps(record), encoding="utf-8")
        for program in program_names:
            shutil.copyfile(paths[program], project / package / program)
            (project / package / program).chmod(0o755)
        (project / "tag.py").write_text(BUILD_HOOK, encoding="utf-8")
        shutil.copyfile(_license(), project / "LICENSE")
        if notices:
            (project / "NOTICES.txt").write_text(notices, encoding="utf-8")
        text = PROJECT.format(
            name=name,
            version=__version__,
            programs=", ".join(program_names),
            dependencies=json.dumps(others),
            group=GROUP,
            entry_points="\n".join(f'"{program}" = "{package}"' for program in program_names),
            package=package,
            platforms=TAGS[machine],
        )
        (project / "pyproject.toml").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
        processes.run(command, cwd=project, timeout_s=300, next_step="make .venv/run, then try again")
    wheel = target / f"{package}-{__version__}-py3-none-{TAGS[machine]}.whl"
    if (size := wheel.stat().st_size) >= LARGEST_BYTES:
        raise DriftlabError(f"{wheel} has {size / 1e6:.0f} MB, and may have 100.", next_step="divide it")
    return wheel


def _license() -> Path:
    tree = sources.MODULE.parent / "LICENSE"
    if tree.is_file():
        return tree
    raise DriftlabError("Wheels are made in a checkout of the kit.", next_step="git clone, and make wheels there")


def build_from_source(machine: tuple[str, str], target: Path) -> None:
    """Build all programs for ``machine``, and write the wheels and the node program with its SHA-256 to ``target``."""
    folder = Path(tempfile.mkdtemp(prefix=".partial-", dir=target))
    progress = terminal_progress(sys.stderr)
    wanted = [PROGRAMS[name] for program_names in DISTRIBUTIONS.values() for name in program_names]
    try:
        go = toolchain.find(folder, progress)
        environment = {**toolchain.private_environment(folder), "GOOS": machine[0], "GOARCH": machine[1]}
        built = build.compile_all(go, wanted, folder, environment, progress)
        if missing := [program.name for program in wanted if program.name not in built]:
            raise ObtainFailed(f"{', '.join(missing)} could not be compiled: {built.error}")
        build_wheels(built, machine, target, build.license_notices(go, wanted, folder, environment))
        node = PROGRAMS["driftlab-node"]
        release = node.release(machine)
        assert release
        asset = target / release.url.rsplit("/", 1)[1]
        shutil.copyfile(built[node.name], asset)
        asset.chmod(0o755)
        asset.with_name(f"{asset.name}.sha256").write_text(f"{sha256(asset)}  {asset.name}\n", encoding="utf-8")
    finally:
        remove_tree(folder)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", type=Path, help="the folder to write to")
    machines: Iterable[str] = ["-".join(machine) for machine in TAGS]
    parser.add_argument("--for", dest="machine", choices=machines, help="build from source, for that machine")
    options = parser.parse_args(arguments)
    target = options.target.resolve()
    target.mkdir(parents=True, exist_ok=True)
    try:
        if options.machine:
            system, architecture = options.machine.split("-")
            build_from_source((system, architecture), target)
        else:
            names = [name for program_names in DISTRIBUTIONS.values() for name in program_names]
            build_wheels(programs.obtain(names, terminal_progress(sys.stderr)), system_and_machine(), target)
    except (DriftlabError, ObtainFailed, PatchRefused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
