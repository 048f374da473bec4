"""Start, find and end the processes of one cluster. They outlive us, and are found by their command lines."""

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

#: Go collects garbage after the heap has grown by so many percent, by default 100. 40 saves a third of the memory for
#: little CPU time. A GOGC in the environment has precedence: tests have memory, and no time.
#: https://pkg.go.dev/runtime#hdr-Environment_Variables
GOGC = "40"

#: What a component logs if another program uses its port, and what etcd logs before it ends with a fatal error.
PORT_IN_USE, ETCD_FATAL = "address already in use", re.compile('"level":"(fatal|panic)"')

#: If one of these has ended, the cluster does not work at all.
STORE = frozenset({"etcd", "kube-apiserver"})

#: Programs of clusters that earlier versions of the kit created.
OLD_PROGRAMS = ("kwok", "kwok-controller", "kwokctl")

#: The variables that components inherit: no credentials and no proxies.
ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "TZ", "GODEBUG", "GOGC")

#: A shell that starts a program in the background and ends at once. The program is not our child then: it does not
#: become our zombie when it ends, and does not get the signals that we get.
LAUNCH = '"$@" &'


class ComponentsEnded(ClusterNotReady):
    """Components that should run have ended. ``names``: their names."""

    def __init__(self, names: Collection[str], folder: Path) -> None:
        super().__init__(
            f"{', '.join(sorted(names))} ended at once.", next_step=f"look into {folder / 'logs'}; then: driftlab up"
        )
        self.names = frozenset(names)


class Supervisor:
    """Starts and ends the components of the cluster in ``folder``."""

    CHECK_EVERY_S = 0.5  #: how often at most to look for ended components: callers ask many times a second

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._last_check = 0.0  #: of ended components, in seconds of the monotonic clock

    def start(self, component: str, program: Path, arguments: Sequence[str]) -> None:
        """Start ``program`` as ``component`` with an empty log. Raises CommandFailed."""
        link = make_folder(self.folder / "bin") / component  # the process has the component's name, not the program's
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
                    env={"GOGC": GOGC} | {name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    check=True,
                )
        except (OSError, subprocess.CalledProcessError) as error:
            raise CommandFailed(f"{component} could not be started: {error}", command=command) from error
        self._last_check = time.monotonic()

    def log(self, component: str) -> Path:
        return self.folder / "logs" / f"{component}.log"

    def processes(self) -> list[psutil.Process]:
        return processes.started_by_kit(self.folder, {*COMPONENTS, *OLD_PROGRAMS})

    def alive(self) -> dict[str, psutil.Process]:
        """The processes of running components by name, without stopped ones and zombies."""
        alive = {}
        for process in self.processes():
            name = Path(process.info["cmdline"][0]).name
            if name in COMPONENTS and process.info["status"] not in (psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED):
                alive[name] = process
        return alive

    def raise_if_component_exited(self, needed: Collection[str] = COMPONENTS) -> None:
        """Raise ComponentsEnded if a component in ``needed`` has ended, ClusterNotReady if a restart would not help."""
        if time.monotonic() - self._last_check < self.CHECK_EVERY_S:
            return
        self._last_check = time.monotonic()
        alive = self.alive()
        for component in COMPONENTS:
            if component not in alive and (reason := self._permanent_failure(component)):
                raise ClusterNotReady(f"It was given up: {reason}.", next_step="driftlab down && driftlab up")
        if ended := set(needed) - set(alive):
            raise ComponentsEnded(ended, self.folder)

    def _permanent_failure(self, component: str) -> str:
        """Why it would not help to restart ``component``, which has ended; empty if it may help."""
        try:
            log = self.log(component).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""  # not started yet
        if PORT_IN_USE in log:
            return f"somebody else took the port of {component}"
        return "etcd cannot go on with its data" if component == "etcd" and ETCD_FATAL.search(log) else ""

    def stop(self) -> None:
        """End all processes. etcd is last and gets time to close its files, because its data is used again."""
        running = self.processes()
        etcd = [process for process in running if Path(process.info["cmdline"][0]).name == "etcd"]
        processes.end([process for process in running if process not in etcd])
        processes.end(etcd, grace_s=3)

    def kill(self) -> None:
        """Kill all processes, without regard to their data."""
        rounds_without = 0
        for _ in range(20):
            found = self.processes()
            processes.end(found)
            rounds_without = 0 if found else rounds_without + 1
            if rounds_without == 2:  # two, because a process that is just starting does not have its command line yet
                return
            time.sleep(0.02)
