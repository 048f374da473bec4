"""The user's kubeconfig, merged as kubectl does it: the files in ``KUBECONFIG``, or ``~/.kube/config``.

The files are only read. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
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

#: The lists of a kubeconfig, and the field that holds the content of an entry.
LISTS = {"clusters": "cluster", "users": "user", "contexts": "context"}

#: Fields with a path, which is relative to the folder of the file.
PATHS = {"clusters": ("certificate-authority",), "users": ("client-certificate", "client-key", "tokenFile")}

#: A message lists at most so many contexts.
MAX_LISTED = 20


class KubeconfigInvalid(UsageError):
    """A kubeconfig cannot be read, or has invalid content."""


class UnknownContext(UsageError):
    """There is no context of that name."""


class _Loader(yaml.SafeLoader):
    """Reads dates as text, as JSON does."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Kubeconfig:
    """The merged content of several files: of entries with the same name, the first is used."""

    files: tuple[Path, ...]
    clusters: dict[str, Document] = field(default_factory=dict)
    users: dict[str, Document] = field(default_factory=dict)
    contexts: dict[str, Document] = field(default_factory=dict)

    def context(self, name: str) -> Document:
        """A kubeconfig with this context, its cluster and its user. Raises UnknownContext or KubeconfigInvalid."""
        if name not in self.contexts:
            raise UnknownContext(
                f"There is no context {name!r} in {self.file_names}.{did_you_mean(name, self.contexts)}",
                next_step=f"choose one of: {self.context_names}" if self.contexts else "kubectl config get-contexts",
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
    def file_names(self) -> str:
        return ", ".join(map(str, self.files))

    @property
    def context_names(self) -> str:
        """The names of the contexts, for a message."""
        names = sorted(self.contexts)
        more = f", and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
        return ", ".join(names[:MAX_LISTED]) + more

    def _entry(self, context: str, plural: str, name: object) -> Document:
        entries: dict[str, Document] = getattr(self, plural)
        if name not in entries:
            raise KubeconfigInvalid(
                f"The context {context!r} names the {LISTS[plural]} {name!r}, which {self.file_names} does not have.",
                next_step="kubectl config view",
            )
        return entries[str(name)]


def default_files() -> tuple[Path, ...]:
    """The files that kubectl reads by default, without those of the kit.

    In a notebook of the kit, ``KUBECONFIG`` names the learner's kubeconfig, which is in the state folder.
    """
    state = state_folder()
    named = [Path(part).absolute() for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if files := tuple(dict.fromkeys(path for path in named if not path.resolve().is_relative_to(state))):
        return files
    with suppress(RuntimeError):  # there is no home folder
        return (Path.home() / ".kube" / "config",)
    return ()


def read(files: Iterable[Path]) -> Kubeconfig:
    """Merge those of ``files`` that exist. Raises KubeconfigInvalid with the file and the reason."""
    merged = Kubeconfig(tuple(files))
    for path in merged.files:
        for plural, name, entry in _entries(path):
            entries: dict[str, Document] = getattr(merged, plural)
            entries.setdefault(name, _with_absolute_paths(plural, entry, path.parent))
    return merged


def _entries(path: Path) -> Iterator[tuple[str, str, Document]]:
    """The plural of the list, the name and the content of each entry in ``path``; nothing if there is no such file."""

    def invalid(reason: str) -> KubeconfigInvalid:
        return KubeconfigInvalid(
            f"The kubeconfig {path} {reason}.", next_step=f"mend {path}, or name others: KUBECONFIG"
        )

    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 a SafeLoader
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
    # a program without a slash is looked up on PATH
    if plural == "users" and isinstance(plugin, dict) and os.sep in str(plugin.get("command", "")):
        absolute["exec"] = {**plugin, "command": str(folder / plugin["command"])}
    return absolute
