"""Stand-ins for container engines: shell scripts that answer as each engine does."""

from pathlib import Path


def program(machine: Path, name: str, script: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


#: What each engine says when asked for its version; Debian's podman-docker is a ``docker`` that is Podman.
VERSIONS = {
    "docker": "Docker version 28.2.2, build e6534b4",
    "nerdctl": "nerdctl version 2.1.2",
    "finch": "finch version v1.8.1",
    "podman": "podman version 4.3.1",
}


def container_engine(machine: Path, name: str, script: str = "exit 0") -> None:
    program(machine, name, f'case "$1" in -v) echo "{VERSIONS[name]}"; exit 0;; esac\n{script}')
