"""Catalogues of images: which references can be pulled, and mistakes that are named with their place."""

import json
import re

import pytest
import yaml

from clusters.embedded.images import (
    DEFAULTS,
    PUBLIC,
    CatalogueInvalid,
    find,
    fingerprint,
    load,
    of_container,
    own_program,
    repositories,
)


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
        (image,) = load([catalogue(APP)])
        assert {name: image[name] for name in DEFAULTS} == DEFAULTS
        assert image["version"] == ""

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
        assert set(schema["properties"]) == set(DEFAULTS) | {"image", "kind", "tags", "versions"}

    def test_public_images_say_what_they_run(self, public):
        for image in public:
            assert image["command"] if image["kind"] == "shell" else image["program"]

    def test_no_public_image_is_there_twice(self, public):
        names = [image["image"] for image in public]
        assert len(names) == len(set(names))

    def test_the_file_itself_is_plain_yaml(self):
        assert list(yaml.safe_load(PUBLIC.read_text())) == ["programs", "debian", "images"]


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
        ],
    )
    def test_that_can_be_pulled(self, public, reference):
        image = find(public, reference)
        assert image["image"].rsplit("/", 1)[-1] in reference
        assert re.search(repositories(public), reference)

    @pytest.mark.parametrize(
        "reference",
        [
            "nginx:9.99",
            "nginx:latst",
            "nginx:",
            "nginx:1.27:1.27",
            "docker.io/library/nginx:1.2.3.4",
            "registry.k8s.io/pause",  # there is no tag latest
            "nginx@sha256:" + "0" * 64,  # there may be one, but we do not know which
            "nginx:1.27@sha256:" + "0" * 64,
        ],
    )
    def test_to_a_tag_that_is_not_there_of_a_repository_that_is(self, public, reference):
        assert find(public, reference) is None
        assert re.search(repositories(public), reference)

    @pytest.mark.parametrize(
        "reference",
        [
            "",
            "ngnix",
            "nginx2:latest",
            "my/nginx",
            "library/traefik/whoami",
            "quay.io/nginx:1.27",
            "registry.local:5000/nginx:1.27",
            "pause:3.10",
            "docker.io/registry.k8s.io/pause:3.10",
            "NGINX",
            "nginx/",
            "registry-k8s-io/pause:3.10",
        ],
    )
    def test_to_a_repository_that_is_not_there(self, public, reference):
        assert find(public, reference) is None
        assert not re.search(repositories(public), reference)

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
        for pattern in [*(image["pattern"] for image in public), repositories(public)]:
            assert not re.search(r"\(\?[=!<]|\\[1-9]", pattern)


class TestOwnProgram:
    """Which of what a container is told to run is the image's own program, and which subcommand of it."""

    @pytest.fixture
    def app(self, catalogue):
        common = {"program": "/app", "port": 80, "log": {"unknown": "no {name}"}}
        subcommands = {"tidy": {"port": 0, "steps": [{"at_s": 1, "line": "tidy"}]}}
        return load([catalogue({**APP, **common, "subcommands": subcommands, "versions": {"1": {"port": 81}}})])[0]

    @pytest.fixture
    def server(self, catalogue):
        return load([catalogue({**APP, "program": "appd", "port": 80})])[0]

    @pytest.mark.parametrize("spec", [{}, {"command": [], "args": None}, {"command": ["/app"]}])
    def test_with_nothing_said_it_is_as_it_is(self, app, spec):
        assert own_program(app, spec) == app
        assert app["port"] == 81

    @pytest.mark.parametrize("spec", [{"args": ["tidy", "now"]}, {"command": ["/app"], "args": ["tidy"]}])
    def test_a_subcommand_is_laid_over_the_version(self, app, spec):
        found = own_program(app, spec)
        assert (found["port"], found["steps"][0]["line"], found["version"]) == (0, "tidy", "1")
        assert found["program"] == app["program"]

    @pytest.mark.parametrize("word", ["tdy", "--tidy", "", "sh"])
    def test_another_word_is_told_to_be_unknown_and_ends(self, app, word):
        found = own_program(app, {"args": [word]})
        assert found["steps"] == [{"at_s": 0, "line": f"no {word}"}]
        assert found["exit_code"] == 2

    @pytest.mark.parametrize("word", ["app", "/bin/app", "sh", "tidy", "--tidy"])
    def test_another_command_is_another_program(self, app, word):
        """Nothing is in the image but /app, and that is in no folder of the PATH."""
        assert own_program(app, {"command": [word]}) is None

    @pytest.mark.parametrize("spec", [{}, {"args": ["-v"]}, {"command": ["/bin/appd", "x"]}, {"args": ["appd", "x"]}])
    def test_without_subcommands_the_programs_name_and_options_are_passed_on(self, server, spec):
        assert own_program(server, spec) == server

    @pytest.mark.parametrize("spec", [{"command": ["-v"]}, {"args": ["sh"]}, {"command": ["sh"], "args": ["appd"]}])
    def test_without_subcommands_another_word_is_another_program(self, server, spec):
        assert own_program(server, spec) is None

    def test_a_shell_has_none(self, public):
        assert own_program(find(public, "busybox"), {}) is None


class TestFingerprints:
    """A containerID keeps the image that its run was started from: a Pod's may be edited later."""

    def test_each_image_has_its_own(self, public, repository):
        every = [*public, *load([repository / "labs" / "blog-api" / "behaviour.json"])]
        assert len({fingerprint(image) for image in every}) == len(every)

    def test_it_counts_more_than_what_the_pod_says_now(self, repository):
        versioned = load([repository / "labs" / "blog-api" / "behaviour.json"])
        container_id = "containerd://" + "0" * 26 + fingerprint(versioned[0]) + "0" * 32
        assert of_container(versioned, container_id, "blog-api:1.1")["version"] == "1.0"

    def test_without_one_the_first_reference_that_is_known_counts(self, repository):
        versioned = load([repository / "labs" / "blog-api" / "behaviour.json"])
        assert of_container(versioned, "", "blog-api:9.9", "blog-api:1.1")["version"] == "1.1"
        assert of_container(versioned, "0" * 64, "blog-api:9.9") is None
