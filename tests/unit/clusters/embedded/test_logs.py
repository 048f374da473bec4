"""What a container has written: computed from its Pod, its image's catalogue and the time."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from clusters.embedded import images
from clusters.embedded.logs import MOST_LINES, NoLog, Plan, read

STARTED = datetime(2026, 1, 1, 12, tzinfo=UTC)
NEVER, OUT_OF_MEMORY, CANNOT_START = 0xFFFFFF, 1, 2


@pytest.fixture(scope="module")
def catalogue(repository):
    return images.load([repository / "labs" / "blog-api" / "behaviour.json", images.PUBLIC])


def moment(seconds: float) -> str:
    return (STARTED + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def container_id(after: int = NEVER, code: int = 0, why: int = 0, *, ready=0, listens=0, stops=0) -> str:
    """As ``stages/decide.gotmpl`` writes it; times in tenths of a second."""
    return "containerd://" + "0" * 32 + f"{after:06x}{code:02x}f{why:x}{ready:03x}{listens:03x}{stops:02x}" + "0" * 14


def running(since: float = 0, **plan) -> dict:
    return {"containerID": container_id(**plan), "state": {"running": {"startedAt": moment(since)}}}


def terminated(since: float, until: float, code: int = 0, **plan) -> dict:
    times = {"startedAt": moment(since), "finishedAt": moment(until)}
    return {"terminated": {"containerID": container_id(code=code, **plan), "exitCode": code, **times}}


def waiting(reason: str | None) -> dict:
    return {"state": {"waiting": {"reason": reason} if reason else {}}}


def pod(image: str, status: dict, **spec) -> dict:
    return {
        "metadata": {"name": "pod-1"},
        "spec": {"containers": [{"name": "main", "image": image, **spec}]},
        "status": {"containerStatuses": [{"name": "main", "image": image, **status}]},
    }


@pytest.fixture
def lines(catalogue):
    """The lines of a Pod's container ``at`` seconds after its start."""

    def log(document, at=60.0, container="main", previous=False):
        now = STARTED + timedelta(seconds=at)
        return [
            ((time - STARTED).total_seconds(), line)
            for time, line in read(document, container, catalogue, previous=previous, now=now)
        ]

    return log


def shell(*words: str, status=None, **spec) -> dict:
    return pod("busybox", status or running(), command=list(words), **spec)


class TestPlan:
    def test_is_what_the_stages_wrote(self):
        plan = Plan.of(container_id(after=25, code=3, why=1, ready=210, listens=200, stops=10))
        assert plan == Plan(after=2.5, code=3, why=1, ready=21, listens=20, stops=1)

    def test_of_a_container_that_does_not_end(self):
        assert Plan.of(container_id()).after is None

    def test_the_template_writes_as_many_digits_as_are_read(self, repository):
        """decide.gotmpl: %s%06x%02x%x%x%03x%03x%02x%02x%x%x%x%09x, where %s is the image's fingerprint."""
        text = (repository / "clusters/embedded/stages/decide.gotmpl").read_text()
        (written,) = [line for line in text.splitlines() if "printf" in line and "%06x" in line]
        widths = [int(width or 1) for width in re.findall(r"%0?(\d*)x", written)]
        assert sum(widths) == 32
        assert widths[:7] == [6, 2, 1, 1, 3, 3, 2]
        assert len(container_id().removeprefix("containerd://")) == 64


class TestBlogApi:
    def test_says_that_it_starts_listens_and_is_ready(self, lines):
        assert lines(pod("blog-api:1.0", running())) == [
            (0, "2026-01-01T12:00:00Z blog-api 1.0 starting"),
            (0, "2026-01-01T12:00:00Z listening on :8080"),
            (1, "2026-01-01T12:00:01Z ready to serve"),
        ]

    def test_says_only_what_has_happened_yet(self, lines):
        assert [line for _, line in lines(pod("blog-api:1.4", running()), at=5)] == [
            "2026-01-01T12:00:00Z blog-api 1.4 starting"
        ]
        assert lines(pod("blog-api:1.4", running()), at=60)[-1] == (21, "2026-01-01T12:00:21Z ready to serve")

    @pytest.mark.parametrize("version", ["1.0", "1.1", "1.3", "1.4"])
    @pytest.mark.parametrize("reference", ["blog-api:{}", "docker.io/library/blog-api:{}"])
    def test_every_version_says_which_one_it_is(self, lines, version, reference):
        assert lines(pod(reference.format(version), running()))[0][1].endswith(f" blog-api {version} starting")

    @pytest.mark.parametrize("env", [[], [{"name": "DATABASE_URL"}], [{"name": "DATABASE_URL", "value": ""}]])
    def test_without_its_variable_it_says_so_and_ends(self, lines, env):
        status = {"state": terminated(0, 0.4, code=1, after=1)}
        assert [line for _, line in lines(pod("blog-api:1.2", status, env=env))] == [
            "2026-01-01T12:00:00Z blog-api 1.2 starting",
            "2026-01-01T12:00:00Z fatal: environment variable DATABASE_URL is not set",
        ]

    @pytest.mark.parametrize("source", [{"value": "postgres://"}, {"valueFrom": {"secretKeyRef": {"name": "db"}}}])
    def test_with_its_variable_it_serves(self, lines, source):
        document = pod("blog-api:1.2", running(), env=[{"name": "DATABASE_URL", **source}])
        assert lines(document)[-1][1].endswith("ready to serve")

    def test_out_of_memory_it_has_no_time_to_say_why(self, lines):
        status = {"state": terminated(0, 0.5, code=137, after=2, why=OUT_OF_MEMORY)}
        assert [line for _, line in lines(pod("blog-api:1.3", status))] == [
            "2026-01-01T12:00:00Z blog-api 1.3 starting"
        ]

    def test_told_to_stop_it_says_goodbye(self, lines):
        document = pod("blog-api:1.0", {"state": terminated(0, 31)})
        assert lines(document)[-2:] == [
            (30, "2026-01-01T12:00:30Z SIGTERM received, finishing open requests"),
            (31, "2026-01-01T12:00:31Z stopped"),
        ]

    def test_told_to_stop_at_once_it_was_never_ready(self, lines):
        for ended in (5, 20.5):  # it would listen after 20 s, and takes 1 s to stop
            said = [line for _, line in lines(pod("blog-api:1.4", {"state": terminated(0, ended)}))]
            assert not any("listening" in line or "ready" in line for line in said)
            assert said[-1].endswith("stopped")

    @pytest.mark.parametrize(("value", "port"), [("9090", 9090), ("", 8080), ("http", 8080), ("-1", 8080), ("²", 8080)])
    def test_its_port_may_be_chosen_and_nonsense_is_ignored(self, lines, value, port):
        """As the real program does."""
        document = pod("blog-api:1.0", running(), env=[{"name": "PORT", "value": value}])
        assert lines(document)[1][1].endswith(f"listening on :{port}")

    def test_the_kubelets_probes_are_seen(self, lines):
        probe = {"httpGet": {"path": "/readyz", "port": 8080}, "initialDelaySeconds": 0, "periodSeconds": 5}
        asked = [
            line for line in lines(pod("blog-api:1.0", running(), readinessProbe=probe), at=12) if "GET" in line[1]
        ]
        assert asked == [
            (1, "2026-01-01T12:00:01Z GET /readyz 200"),
            (6, "2026-01-01T12:00:06Z GET /readyz 200"),
            (11, "2026-01-01T12:00:11Z GET /readyz 200"),
        ]

    def test_a_probe_of_a_named_port_is_seen_and_one_of_another_port_is_not(self, lines):
        ports = [{"name": "web", "containerPort": 8080}, {"name": "other", "containerPort": 9090}]
        for port, seen in (("web", True), ("other", False), (9090, False)):
            probe = {"httpGet": {"path": "/healthz", "port": port}}
            document = pod("blog-api:1.0", running(), livenessProbe=probe, ports=ports)
            assert any("GET /healthz 200" in line for _, line in lines(document)) is seen

    def test_a_probe_of_a_wrong_path_is_refused_and_one_too_early_is_put_off(self, lines):
        for path, status in (("/nowhere", 404), ("/readyz", 503)):
            probe = {"httpGet": {"path": path, "port": 8080}, "periodSeconds": 1}
            document = pod("blog-api:1.4", running(), readinessProbe=probe)
            first = next(line for _, line in lines(document) if "GET" in line)
            assert first.endswith(f"GET {path} {status}")

    def test_a_startup_probe_is_silent_once_it_has_succeeded(self, lines):
        probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1}
        assert sum("GET" in line for _, line in lines(pod("blog-api:1.0", running(), startupProbe=probe))) == 1

    def test_of_a_year_of_probes_the_last_are_there(self, lines):
        probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1}
        year = 365 * 86400
        found = lines(pod("blog-api:1.0", running(), livenessProbe=probe), at=year)
        assert len(found) == MOST_LINES
        assert found[-1][0] > year - 2


def together(*containers: tuple[dict, dict]) -> dict:
    """A Pod of several containers, (spec, status) each, with a volume called shared."""
    made = {"metadata": {"name": "pod-1"}, "spec": {"containers": []}, "status": {"containerStatuses": []}}
    made["spec"]["volumes"] = [{"name": "shared", "emptyDir": {}}, {"name": "fixed", "configMap": {"name": "x"}}]
    for number, (spec, status) in enumerate(containers):
        named = {"name": f"c{number}", "image": "blog-api:1.0"}
        made["spec"]["containers"].append(named | spec)
        made["status"]["containerStatuses"].append(named | {"image": (named | spec)["image"]} | status)
    return made


def mounting(path: str = "/log", volume: str = "shared", file: str = "/log/requests", **more) -> dict:
    return {
        "env": [{"name": "REQUEST_LOG", "value": file}],
        "volumeMounts": [{"name": volume, "mountPath": path, **more}],
    }


VISIT = {"args": ["visit"]}


class TestNeighbours:
    """Containers of one Pod share its network, and may share a volume."""

    @pytest.fixture
    def heard(self, lines):
        """What a visitor hears over localhost, and reads in the volume: without stamps."""

        def listen(document, at=60.0, container="c1"):
            said = [line.split(" ", 1)[1] for _, line in lines(document, at, container)][1:]
            return [line.removeprefix("over localhost: ") for line in said if line.startswith("over")], [
                line.removeprefix("in the shared volume: ") for line in said if line.startswith("in the")
            ]

        return listen

    def test_a_visitor_hears_the_version_and_reads_its_own_request(self, heard):
        document = together((mounting(), running()), (VISIT | mounting("/here", file="/here/requests"), running(1)))
        assert heard(document, at=4) == (
            ["version 1.0"] * 2,
            [f"2026-01-01T12:00:0{s}Z GET /version 200" for s in "13"],
        )

    def test_the_server_tells_of_the_visits_among_its_probes(self, lines):
        probe = {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 5}
        document = together(({"readinessProbe": probe}, running()), (VISIT, running(2)))
        said = [(time, line.split()[2]) for time, line in lines(document, 7, "c0") if "GET" in line]
        assert said == [(1, "/readyz"), (2, "/version"), (4, "/version"), (6, "/readyz"), (6, "/version")]

    def test_alone_it_is_refused(self, heard):
        assert heard(together((VISIT, running())), at=3, container="c0") == (
            ["connection refused"] * 2,
            ["no file is named"] * 2,
        )

    @pytest.mark.parametrize(
        "server",
        [
            ({"image": "blog-api:1.4"}, running()),
            ({"image": "blog-api:1.2"}, waiting("CrashLoopBackOff") | {"lastState": terminated(0, 1, 1, after=1)}),
            ({"image": "blog-api:1.3"}, {"state": terminated(0, 1, 137, after=2, why=OUT_OF_MEMORY)}),
            ({"env": [{"name": "PORT", "value": "9090"}]}, running()),
            ({"args": ["migrate"]}, running(after=20)),
            ({}, waiting("ContainerCreating")),
        ],
        ids=["slow", "crashing", "killed", "another port", "a task", "not started"],
    )
    def test_nobody_listens_there(self, heard, server):
        assert set(heard(together(server, (VISIT, running())), at=8)[0]) == {"connection refused"}

    def test_on_the_port_that_both_were_told(self, heard):
        port = {"env": [{"name": "PORT", "value": "9090"}]}
        assert heard(together((port, running()), (VISIT | port, running())), at=1)[0] == ["version 1.0"]

    def test_another_program_may_listen_that_has_no_such_path(self, heard):
        other = ({"image": "nginxinc/nginx-unprivileged"}, running())
        assert heard(together(other, (VISIT, running())), at=1)[0] == ["status 404"]

    @pytest.mark.parametrize(
        ("server", "visitor", "said"),
        [
            ({}, mounting(), "no such file or directory"),
            (mounting(), {"env": mounting()["env"]}, "no such file or directory"),
            ({"env": mounting()["env"]}, mounting(), "no such file or directory"),
            (mounting(), mounting("/elsewhere"), "no such file or directory"),
            (mounting(), mounting(file="/log/other"), "no such file or directory"),
            (mounting(readOnly=True), mounting(), "no such file or directory"),
            (mounting(volume="fixed"), mounting(volume="fixed"), "no such file or directory"),
            (mounting(file="/log/a/b"), mounting(file="/log/a/b"), "no such file or directory"),
            (mounting(), mounting(file="/log"), "is a directory"),
            (mounting(), mounting(readOnly=True), "2026-01-01T12:00:00Z GET /version 200"),
            (
                mounting(subPath="a"),
                mounting("/here", file="/here/a/requests"),
                "2026-01-01T12:00:00Z GET /version 200",
            ),
        ],
    )
    def test_the_file_is_there_where_both_mount_the_volume_that_holds_it(self, heard, server, visitor, said):
        document = together((server, running()), (VISIT | visitor, running()))
        assert heard(document, at=1)[1] == [said]

    @pytest.mark.parametrize(
        ("spec", "reason"),
        [
            (mounting(readOnly=True), "read-only file system"),
            (mounting(volume="fixed"), "read-only file system"),
            (mounting(file="/log"), "is a directory"),
            (mounting(file="/"), "is a directory"),
            (mounting(file="/requests"), "permission denied"),
            (mounting("/var/log/blog", file="/var/log/requests"), "permission denied"),
            (mounting(file="/logs/requests"), "no such file or directory"),
            (mounting(file="/log/folder/requests"), "no such file or directory"),
        ],
    )
    def test_a_server_says_why_it_cannot_write_its_requests(self, lines, spec, reason):
        line = lines(together((spec, running())), container="c0")[1][1]
        assert line.endswith(f" cannot write requests to {spec['env'][0]['value']}: {reason}")

    def test_a_server_that_restarts_is_missed_for_a_moment(self, catalogue, heard):
        """Its image was edited: the visits before are told as they were."""
        first, second = (images.fingerprint(images.find(catalogue, f"blog-api:{tag}")) for tag in ("1.0", "1.1"))
        before, now = terminated(0, 5), running(9)
        before["terminated"]["containerID"] = "0" * 26 + first + container_id()[-32:]
        now["containerID"] = "0" * 26 + second + container_id()[-32:]
        status = now | {"lastState": before, "restartCount": 1}
        said, read = heard(
            together(({"image": "blog-api:1.1"} | mounting(), status), (VISIT | mounting(), running())), at=11
        )
        assert said == ["version 1.0"] * 3 + ["connection refused"] * 2 + ["version 1.1"]
        assert read[2:] == [f"2026-01-01T12:00:{s}Z GET /version 200" for s in ("04", "04", "04", "10")]

    def test_of_a_server_that_has_often_been_restarted_only_what_is_known_is_told(self, heard):
        status = running(30) | {"lastState": terminated(20, 24), "restartCount": 7}
        said, _ = heard(together(({}, status), (VISIT, running())), at=32)
        assert said == ["version 1.0"] * 2 + ["connection refused"] * 3 + ["version 1.0"] * 2

    def test_a_second_server_finds_the_port_taken(self, lines):
        status = {"state": terminated(0, 1, 1, after=1)}
        assert [
            line.split(" ", 1)[1] for _, line in lines(together(({}, running()), ({}, status)), container="c1")
        ] == [
            "blog-api 1.0 starting",
            "fatal: listen tcp :8080: bind: address already in use",
        ]

    def test_of_days_of_visits_the_last_are_there(self, lines):
        day = 86400
        document = together((mounting(), running()), (VISIT | mounting(), running()))
        for container in ("c0", "c1"):
            found = lines(document, at=7 * day, container=container)
            assert len(found) == MOST_LINES
            assert found[-1][0] > 7 * day - 3


class TestWhichRun:
    def test_the_present_one(self, lines):
        status = running(since=40) | {"lastState": terminated(0, 10)}
        assert lines(pod("blog-api:1.0", status))[0][0] == 40

    def test_the_previous_one(self, lines):
        status = running(since=40) | {"lastState": terminated(0, 10)}
        assert [time for time, _ in lines(pod("blog-api:1.0", status), previous=True)] == [0, 0, 1, 9, 10]

    def test_between_two_runs_the_last(self, lines):
        status = waiting("CrashLoopBackOff") | {"lastState": terminated(0, 10, code=1, after=100)}
        assert lines(pod("blog-api:1.0", status))[0][0] == 0

    @pytest.mark.parametrize("last", [{}, {"lastState": {}}, {"lastState": None}])
    def test_there_may_be_no_previous_one(self, lines, last):
        with pytest.raises(NoLog) as caught:
            lines(pod("blog-api:1.0", running() | last), previous=True)
        assert str(caught.value) == 'previous terminated container "main" in pod "pod-1" not found'

    @pytest.mark.parametrize(
        ("reason", "said"),
        [
            ("ErrImagePull", "image can't be pulled"),
            ("ImagePullBackOff", "trying and failing to pull image"),
            ("ContainerCreating", "ContainerCreating"),
            ("PodInitializing", "PodInitializing"),
            ("InvalidImageName", "InvalidImageName"),
            ("CrashLoopBackOff", "CrashLoopBackOff"),
            (None, "ContainerCreating"),
        ],
    )
    def test_one_that_waits_has_none_and_why_is_said_as_the_kubelet_does(self, lines, reason, said):
        with pytest.raises(NoLog) as caught:
            lines(pod("blog-api:9", waiting(reason)))
        assert str(caught.value) == f'container "main" in pod "pod-1" is waiting to start: {said}'

    def test_a_pod_that_nobody_has_looked_at_yet(self, lines):
        document = pod("blog-api:1.0", {})
        for status in ({}, {"containerStatuses": []}):
            with pytest.raises(NoLog, match="waiting to start: ContainerCreating"):
                lines({**document, "status": status})

    def test_a_container_that_is_not_there(self, lines):
        with pytest.raises(NoLog) as caught:
            lines(pod("blog-api:1.0", running()), container="sidecar")
        assert str(caught.value) == "container sidecar is not valid for pod pod-1"

    def test_an_init_container_has_one_as_well(self, lines):
        document = pod("blog-api:1.0", waiting("PodInitializing"))
        document["spec"]["initContainers"] = [{"name": "first", "image": "busybox", "command": ["echo", "first"]}]
        status = {"name": "first", "image": "busybox", "state": terminated(0, 1, after=0)}
        document["status"]["initContainerStatuses"] = [status]
        assert lines(document, container="first") == [(0, "first")]

    @pytest.mark.parametrize("image", ["busybox", "nginx"])
    def test_one_that_could_not_be_started_has_written_nothing(self, lines, image):
        status = {"state": terminated(0, 0, code=128, after=0, why=CANNOT_START)}
        assert lines(pod(image, status, command=["nosuch"])) == []

    def test_an_image_that_has_left_the_catalogue_has_written_nothing(self, lines):
        assert lines(pod("gone:1.0", running())) == []


class TestOtherImages:
    def test_a_server_with_a_command_of_its_own_is_a_shell(self, lines):
        assert lines(pod("nginx", running(), command=["sh", "-c", "echo hi; sleep 1d"])) == [(0, "hi")]

    def test_a_server_with_arguments_of_its_own_is_a_server(self, lines):
        assert lines(pod("nginx", running(), args=["-g", "daemon off;"])) == lines(pod("nginx", running()))
        assert lines(pod("redis", running(), command=["/bin/redis-server", "-x"])) == lines(pod("redis", running()))

    def test_without_a_command_the_images_own_is_run(self, lines):
        assert "Hello from Docker!" in [line for _, line in lines(pod("hello-world", running()))]
        assert lines(pod("busybox", running())) == []

    def test_an_image_without_any_command_writes_nothing(self, catalogue):
        bare = [image | {"command": []} for image in catalogue]
        now = STARTED + timedelta(seconds=60)
        assert read(pod("busybox", running()), "main", bare, previous=False, now=now) == []

    def test_postgres_says_which_variable_it_misses(self, lines):
        status = {"state": terminated(0, 0.4, code=1, after=1)}
        assert any("POSTGRES_PASSWORD" in line for _, line in lines(pod("postgres:17", status)))

    def test_environment_and_name_of_the_pod_are_known(self, lines):
        env = [{"name": "NAME", "value": "Ann"}, {"name": "SECRET", "valueFrom": {}}]
        document = shell("sh", "-c", 'echo "$NAME at $HOSTNAME, $(hostname)$SECRET"', env=env)
        assert lines(document) == [(0, "Ann at pod-1, pod-1")]

    def test_args_come_after_the_command(self, lines):
        assert lines(shell("echo", args=["a", "b"])) == [(0, "a b")]

    def test_of_a_run_that_is_over_nothing_later_is_told(self, lines):
        document = shell("sh", "-c", "while true; do echo x; sleep 1; done", status={"state": terminated(0, 3)})
        assert [time for time, _ in lines(document)] == [0, 1, 2, 3]
