"""The images that Pods of the embedded engine can run.

A catalogue is a YAML or JSON document: one image (``labs/blog-api/behaviour.json``, which is also compiled into the
real program) or ``images: [...]`` (``images.yaml``). ``images.schema.json`` describes the fields. The node program
reads the result of ``load`` (``node/images``), and finds an image by the same two regular expressions as ``find``.
"""

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
import yaml

from driftlab.clusters.errors import DriftlabError

HERE = Path(__file__).parent
PUBLIC = HERE / "images.yaml"

#: Default values of the fields of every image.
DEFAULTS: dict[str, Any] = {
    "size_bytes": 1_000_000,
    "pull_s": 0,
    "program": "",
    "serves": "",
    "entrypoint": [],
    "command": [],
    "programs": [],
    "env": {},
    "working_dir": "",
    "user": 0,
    "files": {},
    "stop_signal": "SIGTERM",
    "port": 0,
    "memory_mib": 0,
}

#: Default values of the fields that only images without ``serves`` have: they describe what the program does.
APPLICATION: dict[str, Any] = {
    "subcommands": {},
    "unknown_exit_code": 2,
    "port_variable": "",
    "request_log_variable": "",
    "routes": [],
    "readiness_route": "",
    "listens_after_s": 0,
    "ready_after_s": 0,
    "requires": [],
    "missing_exit_code": 1,
    "stops_after_s": 0,
    "stop_exit_code": 0,
    "steps": [],
    "exit_code": 0,
    "visits": "",
    "every_s": 10,
    "log": {},
}

#: Registries whose name may stand in front of an image of Docker Hub: they have copies of many of them.
REGISTRIES = ("docker.io", "index.docker.io", "registry.k8s.io", "gcr.io", "quay.io", "ghcr.io", "public.ecr.aws")

#: The safe loader; with libyaml, it is several times faster.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: One version of an image, with all fields. The regular expressions ``names`` and ``tags`` match its references.
Image = dict[str, Any]


class CatalogueInvalid(DriftlabError):
    """An image catalogue has invalid content."""

    exit_code = 2


@cache
def _validate() -> Any:
    return fastjsonschema.compile(json.loads((HERE / "images.schema.json").read_text(encoding="utf-8")))


def load(paths: Iterable[Path]) -> list[Image]:
    """The images of all catalogues in ``paths``; ``find`` uses the first that matches.

    Raises CatalogueInvalid with the file, the field and the mistake.
    """
    images: list[Image] = []
    for path in paths:
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 safe, in C
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise CatalogueInvalid(f"{path} cannot be read: {error}", next_step=f"mend {path}") from error
        entries = document.get("images", [document]) if isinstance(document, dict) else None
        if not isinstance(entries, list):
            raise CatalogueInvalid(f"{path} is neither an image nor a list of images.", next_step=f"mend {path}")
        for number, entry in enumerate(entries):
            name = str(entry.get("image", "")) if isinstance(entry, dict) else ""
            try:
                images.extend(_versions(entry, name or f"images[{number}]"))
            except ValueError as mistake:
                raise CatalogueInvalid(f"{path}: {mistake}", next_step=f"mend {path}") from mistake
    return images


def find(images: Sequence[Image], reference: str) -> Image | None:
    """The first of ``images`` that matches ``reference``; its default tag is ``latest``."""
    name, colon, tag = reference.rpartition(":")
    if not colon or "/" in tag:
        name, tag = reference, "latest"
    for image in images:
        if re.fullmatch(image["names"], name) and re.fullmatch(image["tags"], tag):
            return image
    return None


def _versions(entry: Image, name: str) -> Iterable[Image]:
    """Each version of an image. Raises ValueError with the path of the invalid field, which begins with ``name``."""
    _check(entry, name)
    for subcommand, fields in entry.get("subcommands", {}).items():
        _check({"image": entry["image"], "kind": entry["kind"], **fields}, f"{name}.subcommands.{subcommand}")
    common = {key: value for key, value in entry.items() if key != "versions"}
    if "versions" not in entry:
        yield _complete(common, "", name)
    for version, fields in entry.get("versions", {}).items():
        if not isinstance(version, str):
            mistake = f"{name}.versions.{version} is a number; write it in quotes"
            raise ValueError(mistake)  # noqa: TRY004 the caller catches all mistakes of a catalogue as ValueError
        _check({"image": entry["image"], "kind": entry["kind"], **fields}, f"{name}.versions.{version}")
        yield _complete({**common, **fields, "tags": re.escape(version)}, version, f"{name}.versions.{version}")


def _check(entry: Any, name: str) -> None:
    try:
        _validate()(entry)
    except fastjsonschema.JsonSchemaException as mistake:
        raise ValueError(str(mistake).replace("data", name, 1)) from mistake


def _complete(entry: Image, version: str, name: str) -> Image:
    """The image with the default values of missing fields. Raises ValueError for fields that exclude each other."""
    if "serves" in entry and (unused := sorted(APPLICATION.keys() & entry.keys())):
        mistake = f"{name}.{unused[0]} has no meaning: what the program does is told by serves: {entry['serves']}"
        raise ValueError(mistake)
    image = {**DEFAULTS, **({} if "serves" in entry else APPLICATION), **entry, "version": version}
    if image["kind"] == "server":
        image["program"] = image["program"] or image["image"].rsplit("/", 1)[-1]
        image["entrypoint"] = image["entrypoint"] or ([] if image["command"] else [image["program"]])
    return {**image, "names": _names(image["image"]), "tags": _tags(entry.get("tags", "latest"), name)}


def _names(image: str) -> str:
    """A regular expression that matches all names of a repository, without its tag."""
    first, _, rest = image.partition("/")
    if rest and ("." in first or ":" in first):
        return re.escape(image)
    registries = "|".join(map(re.escape, REGISTRIES))
    return f"(({registries})/)?" + ("((docker/)?library/)?" if not rest else "") + re.escape(image)


def _tags(tags: str, name: str) -> str:
    try:
        re.compile(tags)
    except re.error as error:
        raise ValueError(f"{name}.tags is not a regular expression: {error}") from error
    return tags
