"""Catalogues of images: which references can be pulled, and mistakes that are named with their place."""

import json
import re

import pytest
import yaml

from driftlab.clusters.embedded.images import APPLICATION, DEFAULTS, PUBLIC, CatalogueInvalid, find, load


@pytest.fixture(scope="module")
def public():
    return load([PUBLIC])


@pytest.fixture
def catalogue(tmp_path):
    """``catalogue(document)``: the path of a file that holds it."""

    def write(document):
        path = tmp_path / "behaviour.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    return write


@pytest.fixture
def mistake(catalogue):
    """What is said of a catalogue that must be refused."""

    def attempt(document):
        path = catalogue(document)
        with pytest.raises(CatalogueInvalid) as caught:
            load([PUBLIC, path])
        assert caught.value.next_step == f"mend {path}"
        assert caught.value.exit_code == 2
        return caught.value.message.replace(str(path), "FILE")

    return attempt


APP = {"image": "app", "kind": "server"}


class TestMistakes:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"port": "80"}, "FILE: app.port must be integer"),
            ({"prot": 80}, "FILE: app must not contain {'prot'} properties"),
            ({"kind": "deamon"}, "FILE: app.kind must be one of ['server', 'shell']"),
            ({"requires": "A"}, "FILE: app.requires must be array"),
            ({"routes": ["/", 1]}, "FILE: app.routes[1] must be string"),
            ({"stop_exit_code": 256}, "FILE: app.stop_exit_code must be smaller than or equal to 255"),
            ({"log": {"starting": 1}}, "FILE: app.log.starting must be string"),
            ({"tags": "1("}, "FILE: app.tags is not a regular expression: "),
            ({"versions": {"1.0": []}}, "FILE: app.versions.1.0 must be object"),
            ({"versions": {"1.0": {"prot": 1}}}, "FILE: app.versions.1.0 must not contain {'prot'} properties"),
            ({"versions": {"1.0": {"requires": "A"}}}, "FILE: app.versions.1.0.requires must be array"),
            ({"subcommands": {"migrate": {"prot": 1}}}, "FILE: app.subcommands.migrate must not contain {'prot'}"),
            ({"subcommands": {"migrate": {"steps": [{}]}}}, "FILE: app.subcommands.migrate.steps[0] must contain"),
            ({"steps": [{"at_s": -1, "line": ""}]}, "FILE: app.steps[0].at_s must be bigger than or equal to 0"),
            ({"visits": "/", "every_s": 0}, "FILE: app.every_s must be bigger than 0"),
            ({"memory_mib": 0.5}, "FILE: app.memory_mib must be integer"),
            ({"port": 65536}, "FILE: app.port must be smaller than or equal to 65535"),
            ({"serves": "ngnix"}, "FILE: app.serves must be one of ['agnhost', "),
            ({"stop_signal": "TERM"}, "FILE: app.stop_signal must be one of ['SIGTERM', "),
            ({"entrypoint": "sh"}, "FILE: app.entrypoint must be array"),
            ({"env": {"A": 1}}, "FILE: app.env.A must be string"),
            ({"working_dir": "srv"}, "FILE: app.working_dir must match pattern ^/"),
            ({"files": {"etc/motd": ""}}, "FILE: app.files must be named by propertyName definition"),
            ({"files": {"/etc/motd": 1}}, "FILE: app.files./etc/motd must be string"),
            ({"user": "nobody"}, "FILE: app.user must be integer"),
            ({"pull_s": -1}, "FILE: app.pull_s must be bigger than or equal to 0"),
            (
                {"serves": "nginx", "routes": ["/"]},
                "FILE: app.routes has no meaning: what the program does is told by serves: nginx",
            ),
            (
                {"serves": "nginx", "versions": {"1.0": {"exit_code": 1}}},
                "FILE: app.versions.1.0.exit_code has no meaning: ",
            ),
        ],
    )
    def test_a_wrong_property_is_named_with_its_place(self, mistake, change, said):
        assert mistake({**APP, **change}).startswith(said)

    @pytest.mark.parametrize("missing", ["image", "kind"])
    def test_what_is_missing_is_named(self, mistake, missing):
        assert missing in mistake({name: value for name, value in APP.items() if name != missing})

    def test_one_of_many_is_named_and_so_is_one_without_a_name(self, mistake):
        assert mistake({"images": [APP, {"image": "other"}]}).startswith("FILE: other must contain")
        assert mistake({"images": [APP, {"kind": "shell"}]}).startswith("FILE: images[1] must contain")
        assert mistake({"images": [APP, {"image": 7, "kind": "shell"}]}).startswith("FILE: 7.image must be string")
        assert mistake({"images": ["app"]}).startswith("FILE: images[0] must be object")

    @pytest.mark.parametrize("document", ["", "[]", "hello", "7", "null", "images:", "images: {}", "images: app"])
    def test_a_document_of_another_shape(self, mistake, document):
        assert mistake(document) == "FILE is neither an image nor a list of images."

    @pytest.mark.parametrize("document", ["{", "a: [", "!!python/object:os.system {}", "\x00"])
    def test_a_document_that_is_no_yaml(self, mistake, document):
        assert mistake(document).startswith("FILE cannot be read: ")

    def test_a_version_that_yaml_takes_for_a_number(self, mistake):
        said = mistake("{image: app, kind: server, versions: {1.10: {}}}")
        assert said == "FILE: app.versions.1.1 is a number; write it in quotes"

    @pytest.mark.parametrize("content", [None, b"\xff\xfe\xfa"])
    def test_a_file_that_is_not_there_or_no_text(self, tmp_path, content):
        path = tmp_path / "behaviour.json"
        if content:
            path.write_bytes(content)
        with pytest.raises(CatalogueInvalid, match="cannot be read"):
            load([path])


class TestCatalogues:
    def test_what_is_left_out_has_its_default(self, catalogue):
        (image,) = load([catalogue({**APP, "kind": "shell"})])
        defaults = {**DEFAULTS, **APPLICATION}
        assert {name: image[name] for name in defaults} == defaults
        assert (image["version"], image["tags"]) == ("", "latest")

    def test_a_server_runs_its_program_unless_it_says_otherwise(self, catalogue):
        def runs(**fields):
            (image,) = load([catalogue({**APP, "image": "registry.example/me/app", **fields})])
            return image["program"], image["entrypoint"], image["command"]

        assert runs() == ("app", ["app"], [])
        assert runs(program="/bin/app") == ("/bin/app", ["/bin/app"], [])
        assert runs(command=["sh", "-c", "app"]) == ("app", [], ["sh", "-c", "app"])
        assert runs(entrypoint=["/start"], command=["app"]) == ("app", ["/start"], ["app"])

    def test_an_image_that_serves_has_nothing_of_an_application(self, catalogue):
        (image,) = load([catalogue({**APP, "serves": "nginx"})])
        assert not image.keys() & APPLICATION.keys()

    def test_a_version_is_the_common_part_with_its_own_laid_over(self, catalogue):
        document = {**APP, "port": 80, "memory_mib": 1, "versions": {"1.0": {}, "1.1": {"memory_mib": 9}}}
        first, second = load([catalogue(document)])
        assert (first["version"], first["port"], first["memory_mib"]) == ("1.0", 80, 1)
        assert (second["version"], second["port"], second["memory_mib"]) == ("1.1", 80, 9)

    def test_the_first_catalogue_that_has_it_counts(self, catalogue):
        path = catalogue({"image": "nginx", "kind": "server", "port": 1})
        assert find(load([path, PUBLIC]), "nginx")["port"] == 1
        assert find(load([PUBLIC, path]), "nginx")["port"] == 80

    def test_blog_api_is_valid_and_has_what_the_labs_need(self, repository):
        path = repository / "labs" / "blog-api" / "behaviour.json"
        versions = {image["version"]: image for image in load([path])}
        assert list(versions) == ["1.0", "1.1", "1.2", "1.3", "1.4"]
        assert versions["1.2"]["requires"] == ["DATABASE_URL"]
        assert versions["1.3"]["memory_mib"] > versions["1.0"]["memory_mib"]
        assert versions["1.4"]["ready_after_s"] > versions["1.0"]["ready_after_s"]

    def test_the_schema_knows_every_field_that_has_a_default(self, repository):
        schema = json.loads((repository / "clusters/embedded/images.schema.json").read_text())
        assert set(schema["properties"]) == {*DEFAULTS, *APPLICATION, "image", "kind", "tags", "versions"}

    def test_public_images_say_what_they_run(self, public):
        for image in public:
            assert image["entrypoint"] or image["command"]
            assert image["kind"] == "shell" or image["serves"]

    def test_no_public_image_is_there_twice(self, public):
        names = [(image["image"], image["version"]) for image in public]
        assert len(names) == len(set(names))

    def test_the_file_itself_is_plain_yaml(self):
        assert list(yaml.safe_load(PUBLIC.read_text())) == ["programs", "debian", "debian-curl", "files", "images"]


class TestReferences:
    @pytest.mark.parametrize(
        "reference",
        [
            "nginx",
            "nginx:latest",
            "nginx:1.27",
            "nginx:1.27.3-alpine",
            "library/nginx",
            "docker.io/nginx:1.27",
            "docker.io/library/nginx:1.27",
            "busybox:1.36.1",
            "busybox:stable-musl",
            "traefik/whoami",
            "docker.io/traefik/whoami:v1.10",
            "registry.k8s.io/pause:3.10",
            "gcr.io/google-samples/hello-app:2.0",
            "quay.io/nginx:1.27",
            "registry.k8s.io/busybox:1.27.2",
            "public.ecr.aws/docker/library/nginx:1.27",
            "quay.io/traefik/whoami",
            # of the Kubernetes documentation
            "registry.k8s.io/e2e-test-images/agnhost:2.40",
            "registry.k8s.io/e2e-test-images/busybox:1.29-4",
            "registry.k8s.io/nginx-slim:0.24",
            "registry.k8s.io/hpa-example",
            "registry.k8s.io/goproxy:0.1",
            "registry.k8s.io/etcd:3.5.1-0",
            "gcr.io/google-samples/node-hello:1.0",
            "gcr.io/google-samples/kubernetes-bootcamp:v1",
            "us-docker.pkg.dev/google-samples/containers/gke/hello-app:1.0",
            "nginx:1.14.2",
            "busybox:1.28",
            "perl:5.34.0",
            "polinux/stress",
            "redis:8.0.2",
            "docker.io/library/bash:5",
        ],
    )
    def test_that_can_be_pulled(self, public, reference):
        image = find(public, reference)
        assert image["image"].rsplit("/", 1)[-1] in reference

    @pytest.mark.parametrize(
        "reference",
        [
            "nginx:9.99",
            "nginx:latst",
            "nginx:",
            "nginx:1.27:1.27",
            "docker.io/library/nginx:1.2.3.4",
            "registry.k8s.io/goproxy",  # there is no tag latest
            "nginx@sha256:" + "0" * 64,  # there may be one, but we do not know which
            "nginx:1.27@sha256:" + "0" * 64,
        ],
    )
    def test_to_a_tag_that_is_not_there_of_a_repository_that_is(self, public, reference):
        assert find(public, reference) is None

    @pytest.mark.parametrize(
        "reference",
        [
            "",
            "ngnix",
            "nginx2:latest",
            "my/nginx",
            "library/traefik/whoami",
            "registry.local:5000/nginx:1.27",
            "quay.io/library/traefik/whoami",
            "pause:3.10",
            "docker.io/registry.k8s.io/pause:3.10",
            "NGINX",
            "nginx/",
            "registry-k8s-io/pause:3.10",
        ],
    )
    def test_to_a_repository_that_is_not_there(self, public, reference):
        assert find(public, reference) is None

    def test_without_a_tag_it_is_latest(self, public, repository):
        assert find(public, "nginx") is find(public, "nginx:latest")
        versioned = load([repository / "labs" / "blog-api" / "behaviour.json"])
        assert find(versioned, "blog-api") is None
        assert find(versioned, "blog-api:latest") is None

    def test_a_version_is_meant_literally(self, repository):
        versioned = load([repository / "labs" / "blog-api" / "behaviour.json"])
        assert find(versioned, "blog-api:1.1")["version"] == "1.1"
        assert find(versioned, "docker.io/library/blog-api:1.1")["version"] == "1.1"
        assert find(versioned, "blog-api:1x1") is None
        assert find(versioned, "blogxapi:1.1") is None

    def test_patterns_are_ones_that_go_understands_as_well(self, public):
        """RE2 has no look-around and no references back."""
        for pattern in [image[which] for image in public for which in ("names", "tags")]:
            assert not re.search(r"\(\?[=!<]|\\[1-9]", pattern)
