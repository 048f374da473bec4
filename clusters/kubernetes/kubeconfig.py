"""What kubectl would read: the files that ``KUBECONFIG`` names, or ``~/.kube/config``, as one.

Only ever read. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from driftlab.clusters.errors import UsageError, did_you_mean
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.kubernetes.client import Document

#: The lists of a kubeconfig: what each is called, and the field of an entry that says it all.
LISTS = {"clusters": "cluster", "users": "user", "contexts": "context"}

#: Fields with a path, which is meant to be relative to the file that it stands in.
PATHS = {"clusters": ("certificate-authority",), "users": ("client-certificate", "client-key", "tokenFile")}

#: Of more contexts than that, only the first are listed in a message.
LISTED = 20


class KubeconfigInvalid(UsageError):
    """A kubeconfig cannot be read, or says something that cannot be."""


class UnknownContext(UsageError):
    """There is no context of that name."""


class _Loader(yaml.SafeLoader):
    """As JSON would have it: a date is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Kubeconfig:
    """Several files as one: of entries with the same name, the first counts."""

    files: tuple[Path, ...]
    clusters: dict[str, Document] = field(default_factory=dict)
    users: dict[str, Document] = field(default_factory=dict)
    contexts: dict[str, Document] = field(default_factory=dict)

    def context(self, name: str) -> Document:
        """A kubeconfig with this context alone, and what it needs. Raises UnknownContext or KubeconfigInvalid."""
        if name not in self.contexts:
            raise UnknownContext(
                f"There is no context {name!r} in {self.place}.{did_you_mean(name, self.contexts)}",
                next_step=f"choose one of: {self.listed}" if self.contexts else "kubectl config get-contexts",
            )
        context = self.contexts[name]
        cluster = self._entry(name, "clusters", context.get("cluster"))
        if not isinstance(cluster.get("server"), str) or not cluster["server"]:
            raise KubeconfigInvalid(
                f"The context {name!r} leads to a cluster without a server.", next_step="kubectl config view"
            )
        user = self._entry(name, "users", context["user"]) if context.get("user") else {}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": str(context["cluster"]), "cluster": cluster}],
            "users": [{"name": str(context.get("user") or "nobody"), "user": user}],
            "contexts": [
                {"name": name, "context": {**context, "user": str(context.get("user") or "nobody")}},
            ],
        }

    @property
    def place(self) -> str:
        return ", ".join(map(str, self.files))

    @property
    def listed(self) -> str:
        """The names of the contexts, for a message."""
        names = sorted(self.contexts)
        return ", ".join(names[:LISTED]) + (f", and {len(names) - LISTED} more" if len(names) > LISTED else "")

    def _entry(self, context: str, plural: str, name: object) -> Document:
        entries: dict[str, Document] = getattr(self, plural)
        if name not in entries:
            raise KubeconfigInvalid(
                f"The context {context!r} names the {LISTS[plural]} {name!r}, which {self.place} does not have.",
                next_step="kubectl config view",
            )
        return entries[str(name)]


def usual_files() -> tuple[Path, ...]:
    """The files that kubectl would read, but for our own: in our notebooks, ``KUBECONFIG`` names the learner's."""
    ours = state_folder()
    named = [Path(part).absolute() for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if theirs := tuple(dict.fromkeys(path for path in named if not path.resolve().is_relative_to(ours))):
        return theirs
    with suppress(RuntimeError):  # there is no home
        return (Path.home() / ".kube" / "config",)
    return ()


def read(files: Iterable[Path]) -> Kubeconfig:
    """Those of ``files`` that exist, as one. Raises KubeconfigInvalid with the file and what is wrong in it."""
    found = Kubeconfig(tuple(files))
    for path in found.files:
        for plural, name, entry in _entries(path):
            entries: dict[str, Document] = getattr(found, plural)
            entries.setdefault(name, _with_absolute_paths(plural, entry, path.parent))
    return found


def _entries(path: Path) -> Iterator[tuple[str, str, Document]]:
    def invalid(what: str) -> KubeconfigInvalid:
        return KubeconfigInvalid(f"The kubeconfig {path} {what}.", next_step=f"mend {path}, or name others: KUBECONFIG")

    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 a safe one
    except FileNotFoundError:
        return
    except OSError as error:
        raise invalid(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise invalid("is not text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise invalid("is not YAML" + (f": see line {mark.line + 1}" if mark else "")) from error
    if document is None:
        return
    if not isinstance(document, dict):
        raise invalid("is not a kubeconfig")
    for plural, singular in LISTS.items():
        entries = document.get(plural) or []
        if not isinstance(entries, list):
            raise invalid(f"has no list of {plural}")
        for number, entry in enumerate(entries, start=1):
            content = (entry.get(singular) or {}) if isinstance(entry, dict) else None
            if not isinstance(content, dict) or not isinstance(entry.get("name"), str):
                raise invalid(f"has something else among its {plural}, as number {number}")
            yield plural, entry["name"], content


def _with_absolute_paths(plural: str, entry: Document, folder: Path) -> Document:
    absolute: dict[str, Any] = dict(entry)
    for name in PATHS.get(plural, ()):
        if isinstance(absolute.get(name), str) and absolute[name]:
            absolute[name] = str(folder / absolute[name])
    plugin = absolute.get("exec")
    # a program without a slash is looked for on PATH
    if plural == "users" and isinstance(plugin, dict) and os.sep in str(plugin.get("command", "")):
        absolute["exec"] = {**plugin, "command": str(folder / plugin["command"])}
    return absolute
