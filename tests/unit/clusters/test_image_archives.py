"""The labs' application as an image archive: made from nothing, the same whenever it is made."""

import hashlib
import io
import json
import tarfile

from driftlab.clusters.image_archives import write_archive

BEHAVIOUR = {"image": "shop", "port": 8080, "versions": {"1.0": {}, "1.1": {}}}


def read(path):
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}


def test_every_version_is_an_image_over_the_same_layer(tmp_path):
    program = tmp_path / "shop"
    program.write_bytes(b"\x7fELF program")
    write_archive(BEHAVIOUR, program, tmp_path / "images.tar")
    files = read(tmp_path / "images.tar")
    manifest = json.loads(files["manifest.json"])
    assert [image["RepoTags"] for image in manifest] == [
        ["docker.io/library/shop:1.0"],
        ["docker.io/library/shop:1.1"],
    ]
    assert len({image["Layers"][0] for image in manifest}) == 1
    layer = files[manifest[0]["Layers"][0]]
    with tarfile.open(fileobj=io.BytesIO(layer)) as inner:
        (member,) = inner.getmembers()
        assert (member.name, member.mode & 0o111) == ("shop", 0o111)
        assert inner.extractfile(member).read() == b"\x7fELF program"
    for image, version in zip(manifest, BEHAVIOUR["versions"], strict=True):
        config = json.loads(files[image["Config"]])
        assert config["config"]["Env"] == [f"APP_VERSION={version}"]
        assert config["config"]["Entrypoint"] == ["/shop"]
        assert config["config"]["User"] != "", "not root"
        assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]


def test_it_is_the_same_whenever_it_is_made(tmp_path):
    program = tmp_path / "shop"
    program.write_bytes(b"program")
    for name in ("first", "second"):
        write_archive(BEHAVIOUR, program, tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
