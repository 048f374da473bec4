"""A small API server on loopback: it keeps objects by their paths."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import yaml

from tests.surroundings import Request, Web

Json = dict[str, Any]


class Api:
    """Answers for ``web``. ``objects`` are keyed by path; ``lists`` are the paths that can be listed.

    ``refuse(request)``: the HTTP code of a refusal, or 0. ``after(request)`` is called after each request: it
    stands for the controllers, and for other people. ``writes`` are the requests that change something, as
    ``METHOD path``.
    """

    def __init__(self, web: Web) -> None:
        self.web = web
        self.objects: dict[str, Json] = {}
        self.lists: set[str] = set()
        self.writes: list[str] = []
        self.refuse: Callable[[Request], int] = lambda request: 0
        self.after: Callable[[Request], object] = lambda request: None
        self.uid = 0
        web.otherwise = self.answer

    def put(self, path: str, *, uid: str = "", **parts: Any) -> Json:
        """Store an object. Its name is the end of its path."""
        self.uid += 1
        folder, _, name = path.rpartition("/")
        metadata = {"name": name, "uid": uid or f"u-{self.uid}", **parts.pop("metadata", {})}
        self.lists.add(folder)
        self.objects[path] = {"metadata": metadata, **parts}
        return self.objects[path]

    def names(self, folder: str) -> list[str]:
        return [path.removeprefix(f"{folder}/") for path in self._in(folder)]

    def kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that leads here."""
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "by-hand",
            "clusters": [{"name": "by-hand", "cluster": {"server": self.web.url}}],
            "users": [{"name": "me", "user": {"token": "secret"}}],
            "contexts": [{"name": "by-hand", "context": {"cluster": "by-hand", "user": "me"}}],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return path

    # ---- as a server

    def answer(self, request: Request) -> tuple[int, bytes]:
        if status := self.refuse(request):
            return _refusal(status)
        if request.method != "GET":
            self.writes.append(f"{request.method} {request.path}")
        done = {"GET": self._get, "DELETE": self._delete, "PATCH": self._patch, "POST": self._post}[request.method]
        answer = done(request)
        self.after(request)
        return answer

    def _in(self, folder: str) -> list[str]:
        return [path for path in self.objects if path.rpartition("/")[0] == folder]

    def _get(self, request: Request) -> tuple[int, bytes]:
        if request.path in self.objects:
            return _answer(self.objects[request.path])
        if request.path not in self.lists:
            return _refusal(404)
        return _answer({"items": [self.objects[path] for path in self._chosen(request)]})

    def _chosen(self, request: Request) -> Iterator[str]:
        """The paths of the objects that a list's selectors choose."""
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        labels = dict(one.split("=") for one in filter(None, query.get("labelSelector", "").split(",")))
        not_called = {one.split("!=")[1] for one in filter(None, query.get("fieldSelector", "").split(","))}
        for path in self._in(request.path):
            metadata = self.objects[path]["metadata"]
            if labels.items() <= (metadata.get("labels") or {}).items() and metadata["name"] not in not_called:
                yield path

    def _delete(self, request: Request) -> tuple[int, bytes]:
        gone = [request.path] if request.path in self.objects else list(self._chosen(request))
        if not gone and request.path not in self.lists:
            return _refusal(404)
        for path in gone:
            metadata = self.objects[path]["metadata"]
            metadata["deletionTimestamp"] = "2026-03-01T09:05:00Z"
            self._take_away_if_nothing_holds_it(path)
        return _answer({"kind": "Status", "status": "Success"})

    def _take_away_if_nothing_holds_it(self, path: str) -> None:
        metadata = self.objects[path]["metadata"]
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            del self.objects[path]

    def _patch(self, request: Request) -> tuple[int, bytes]:
        body = json.loads(request.body)
        if "apply-patch" in request.headers["Content-Type"]:
            kept = self.put(request.path, **body)
        elif request.path not in self.objects:
            return _refusal(404)
        else:
            kept = self.objects[request.path]
            if body.get("metadata", {}).get("uid", kept["metadata"]["uid"]) != kept["metadata"]["uid"]:
                return _refusal(409)
            kept["metadata"] |= body.get("metadata", {})
            self._take_away_if_nothing_holds_it(request.path)
        return _answer(kept)

    def _post(self, request: Request) -> tuple[int, bytes]:
        body = json.loads(request.body)
        return _answer(self.put(f"{request.path}/{body['metadata']['name']}", **body))


def _answer(document: Json) -> tuple[int, bytes]:
    return 200, json.dumps(document).encode()


def _refusal(status: int) -> tuple[int, bytes]:
    reason = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}.get(status, "InternalError")
    return status, json.dumps({"kind": "Status", "reason": reason, "message": reason, "code": status}).encode()
