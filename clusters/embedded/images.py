"""What container images do when they run, for Pods that nobody really runs.

A catalogue is a YAML or JSON document: one image (``labs/blog-api/behaviour.json``,
which is also compiled into the real program) or ``images: [...]`` (``images.yaml``).
``images.schema.json`` says what each field means.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import fastjsonschema
import yaml

from clusters.errors import DriftlabError

HERE = Path(__file__).parent
PUBLIC = HERE / "images.yaml"

#: What a field is where the catalogue leaves it out.
DEFAULTS: dict[str, Any] = {
    "size_bytes": 1_000_000,
    "program": "",
    "subcommands": {},
    "unknown_exit_code": 2,
    "command": [],
    "programs": [],
    "port": 0,
    "port_variable": "",
    "request_log_variable": "",
    "routes": [],
    "readiness_route": "",
    "listens_after_s": 0,
    "ready_after_s": 0,
    "memory_mib": 0,
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

#: The safe loader, several times faster where libyaml is there.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Image = dict[str, Any]  #: one image in one version, complete, with ``pattern``: which references mean it


class CatalogueInvalid(DriftlabError):
    """An image catalogue says something that cannot be."""

    exit_code = 2


@cache
def _validate() -> Any:
    return fastjsonschema.compile(json.loads((HERE / "images.schema.json").read_text(encoding="utf-8")))


def load(paths: Iterable[Path]) -> list[Image]:
    """The images of all catalogues in ``paths``, first come first served.

    Raises CatalogueInvalid with the file, the place in it and what is wrong.
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


def _versions(entry: Image, name: str) -> Iterable[Image]:
    """The image in each of its versions. Raises ValueError, which says at what place of ``name`` the mistake is."""
    _check(entry, name)
    for subcommand, own in entry.get("subcommands", {}).items():
        _check({"image": entry["image"], "kind": entry["kind"], **own}, f"{name}.subcommands.{subcommand}")
    common = {**DEFAULTS, **{key: value for key, value in entry.items() if key not in ("versions", "tags")}}
    if "versions" not in entry:
        yield {**common, "version": "", "pattern": _pattern(entry["image"], entry.get("tags", "latest"), name)}
    for version, own in entry.get("versions", {}).items():
        if not isinstance(version, str):
            mistake = f"{name}.versions.{version} is a number; write it in quotes"
            raise ValueError(mistake)  # noqa: TRY004 all mistakes of a catalogue are one kind
        _check({"image": entry["image"], "kind": entry["kind"], **own}, f"{name}.versions.{version}")
        yield {**common, **own, "version": version, "pattern": _pattern(entry["image"], re.escape(version), name)}


def _check(entry: Any, name: str) -> None:
    try:
        _validate()(entry)
    except fastjsonschema.JsonSchemaException as mistake:
        raise ValueError(str(mistake).replace("data", name, 1)) from mistake


def _repository(image: str) -> str:
    """Regular expression for the ways to write a repository, without its tag."""
    first, _, rest = image.partition("/")
    if rest and ("." in first or ":" in first):
        return re.escape(image)
    return r"(docker\.io/)?" + (r"(library/)?" if not rest else "") + re.escape(image)


def _pattern(image: str, tags: str, name: str) -> str:
    try:
        re.compile(tags)
    except re.error as error:
        raise ValueError(f"{name}.tags is not a regular expression: {error}") from error
    optional = "?" if re.fullmatch(tags, "latest") else ""
    return f"^{_repository(image)}(:({tags})){optional}$"


def repositories(images: Sequence[Image]) -> str:
    """One regular expression for every reference to a repository that exists, whatever its tag."""
    return "|".join(sorted({f"^{_repository(image['image'])}([:@]|$)" for image in images}))


def find(images: Sequence[Image], reference: str) -> Image | None:
    return next((image for image in images if re.search(image["pattern"], reference)), None)


def fingerprint(image: Image) -> str:
    """Six hexadecimal digits for an image in its version: what a containerID keeps of it (``stages/decide.gotmpl``)."""
    return hashlib.sha256(image["pattern"].encode()).hexdigest()[:6]


def of_container(images: Sequence[Image], container_id: str, *references: str) -> Image | None:
    """The image that a run of a container was started from: the Pod itself may name another one by now.

    ``references`` are tried in their order where the containerID tells nothing.
    """
    mark = container_id[-38:-32]
    started_from = next((image for image in images if fingerprint(image) == mark), None)
    return started_from or next((image for image in map(partial(find, images), references) if image), None)


def own_program(image: Image, spec: Mapping[str, Any]) -> Image | None:
    """What a container runs if it is the image's own program, with its subcommand laid over; else nothing.

    The same decision as in ``stages/decide.gotmpl``.
    """
    command, arguments = spec.get("command") or [], spec.get("args") or []
    if image["kind"] != "server" or (command and not _is_its(image, command[0])):
        return None
    if not command and not image["subcommands"] and arguments and not arguments[0].startswith("-"):
        return image if _is_its(image, arguments[0]) else None
    words = [*command[1:], *arguments]
    if not words or not image["subcommands"]:
        return image
    unknown = {
        "requires": [],
        "steps": [{"at_s": 0, "line": image["log"].get("unknown", "").replace("{name}", words[0])}],
        "exit_code": image["unknown_exit_code"],
    }
    return {**image, **image["subcommands"].get(words[0], unknown)}


def _is_its(image: Image, word: str) -> bool:
    program: str = image["program"]
    return program == (word if program.startswith("/") else word.rsplit("/", 1)[-1])
