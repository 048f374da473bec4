"""The processes of one cluster: started so that they outlive us, found again by their command lines, ended."""

import os
import re
import subprocess
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import psutil

from driftlab.clusters.embedded.configuration import COMPONENTS
from driftlab.clusters.errors import ClusterNotReady, CommandFailed
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import make_folder

#: Percent of new memory before Go collects garbage; Go itself would take 100. A third less memory for a little work.
GOGC = "40"

#: What a component writes into its log when somebody else listens where it was told to; and etcd, when it gives up.
TAKEN, GIVES_UP = "address already in use", re.compile('"level":"(fatal|panic)"')

#: Those without which there is nothing to go on with.
STORE = frozenset({"etcd", "kube-apiserver"})

#: Programs of clusters that earlier versions of the kit made.
RETIRED = ("kwok", "kwok-controller", "kwokctl")

#: What components see of our environment: nobody's credentials, nobody's proxies.
ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "TZ", "GODEBUG")

#: A shell that starts a program in the background and ends at once: the program is nobody's child any more, so it is
#: no zombie of ours when it ends, and no signal to us reaches it.
LAUNCH = '"$@" &'


class ComponentsEnded(ClusterNotReady):
    """Components have ended that should run. ``names``: which."""

    def __init__(self, names: Collection[str], folder: Path) -> None:
        super().__init__(
            f"{', '.join(sorted(names))} ended at once.", next_step=f"look into {folder / 'logs'}; then: driftlab up"
        )
        self.names = frozenset(names)


class Supervisor:
    """Of the cluster in ``folder``."""

    LOOK_EVERY_S = 0.5  #: for the dead: whoever waits asks many times a second

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._looked = 0.0  #: for the dead: when, by the monotonic clock

    def start(self, component: str, program: Path, arguments: Sequence[str]) -> None:
        """Start ``program`` as ``component``. What its log says is of this start only. Raises CommandFailed."""
        link = make_folder(self.folder / "bin") / component  # it runs under the component's name, whatever its own is
        link.unlink(missing_ok=True)
        link.symlink_to(program)
        log = self.log(component)
        make_folder(log.parent)
        log.unlink(missing_ok=True)
        log.touch(mode=0o600)
        command = [str(link), *arguments]
        try:
            with log.open("ab") as file:
                subprocess.run(
                    ["/bin/sh", "-c", LAUNCH, "sh", *command],
                    cwd=self.folder,
                    env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | {"GOGC": GOGC},
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    check=True,
                )
        except (OSError, subprocess.CalledProcessError) as error:
            raise CommandFailed(f"{component} could not be started: {error}", command=command) from error
        self._looked = time.monotonic()

    def log(self, component: str) -> Path:
        return self.folder / "logs" / f"{component}.log"

    def processes(self) -> list[psutil.Process]:
        return processes.started(self.folder, {*COMPONENTS, *RETIRED})

    def alive(self) -> dict[str, psutil.Process]:
        """The components that run, and are not merely stopped or dead."""
        alive = {}
        for process in self.processes():
            name = Path(process.info["cmdline"][0]).name
            if name in COMPONENTS and process.info["status"] not in (psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED):
                alive[name] = process
        return alive

    def refuse_to_wait_for_the_dead(self, needed: Collection[str] = COMPONENTS) -> None:
        """Raise ComponentsEnded where one that is needed has; ClusterNotReady where one would end again."""
        if time.monotonic() - self._looked < self.LOOK_EVERY_S:
            return
        self._looked = time.monotonic()
        alive = self.alive()
        for component in COMPONENTS:
            if component not in alive and (why := self._hopeless(component)):
                raise ClusterNotReady(f"It was given up: {why}.", next_step="driftlab down && driftlab up")
        if ended := set(needed) - set(alive):
            raise ComponentsEnded(ended, self.folder)

    def _hopeless(self, component: str) -> str:
        """Why it is no use to start ``component``, which has ended, once more."""
        try:
            told = self.log(component).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""  # it was not started yet
        if TAKEN in told:
            return f"somebody else took the port of {component}"
        return "etcd cannot go on with its data" if component == "etcd" and GIVES_UP.search(told) else ""

    def stop(self) -> None:
        """End everything, etcd last and in order: its data is to be read again."""
        everything = self.processes()
        etcd = [process for process in everything if Path(process.info["cmdline"][0]).name == "etcd"]
        processes.end([process for process in everything if process not in etcd])
        processes.end(etcd, patience_s=3)

    def kill(self) -> None:
        """End everything, whatever becomes of its data."""
        quiet = 0
        for _ in range(20):
            found = self.processes()
            processes.end(found)
            quiet = 0 if found else quiet + 1
            if quiet == 2:  # one that was about to start when we were interrupted had no name yet
                return
            time.sleep(0.02)
