"""A client of the Kubernetes API in plain JSON: objects and field names are those of the API.

The ``kubernetes`` package does authentication, TLS and proxies. Its models are not used, because they are slow and
drop fields that they do not know.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode
from urllib.request import getproxies

from driftlab.clusters.errors import ClusterUnreachable, DriftlabError

Document = dict[str, Any]  #: the JSON of a Kubernetes object, or of a list of them

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"

#: With these HTTP codes the API server says that the user may not do it; with others, that it cannot be done.
DENIED = (401, 403)

#: The timeout of a request to the API server, in seconds.
REQUEST_TIMEOUT_S = 10.0

LOOPBACK = re.compile(r"https?://(127\.|localhost[:/]|localhost$|\[::1\])")


class ApiRefused(DriftlabError):
    """The API server refused a request. ``status`` is the HTTP code, ``reason`` the field of the API's ``Status``."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        next_step = "kubectl auth can-i --list" if status in DENIED else "driftlab status, then try again"
        super().__init__(f"The API server refused: {message}", next_step=next_step)
        self.status, self.reason = status, reason


class Reader(Protocol):
    """What code that only reads a cluster needs of a client."""

    def get(self, path: str, **query: str) -> Document: ...


class Client:
    """One API server, as one user.

    Every request has the timeout ``timeout_s``, in seconds. Raises ClusterUnreachable if the server does not answer in
    time or reports a failure of its own (5xx, 429), and ApiRefused if it refuses the request.
    """

    def __init__(self, kubeconfig: Path, *, context: str | None = None, timeout_s: float = REQUEST_TIMEOUT_S) -> None:
        # imported here, because it is slow, and `driftlab --help` does not need it
        from kubernetes.client import Configuration
        from kubernetes.config import ConfigException, new_client_from_config
        from yaml import YAMLError

        settings = Configuration()
        settings.retries = False
        try:
            self._api = new_client_from_config(
                str(kubeconfig), context=context, client_configuration=settings, persist_config=False
            )
        except (ConfigException, OSError, ValueError, TypeError, YAMLError) as error:
            raise ClusterUnreachable(
                f"The kubeconfig {kubeconfig} cannot be used: {error}", next_step="driftlab up"
            ) from error
        self.server: str = self._api.configuration.host
        if LOOPBACK.match(self.server) and settings.proxy in getproxies().values():
            from kubernetes.client import ApiClient

            settings.proxy = None  # a proxy named by the environment cannot reach this machine's loopback
            self._api = ApiClient(settings)
        self.timeout_s = timeout_s
        self._kubeconfig, self._context = kubeconfig, context

    def reload(self) -> "Client":
        """A new client that reads the same kubeconfig again: its credentials may have been renewed."""
        return Client(self._kubeconfig, context=self._context, timeout_s=self.timeout_s)

    def get(self, path: str, **query: str) -> Document:
        return self.request("GET", path, query=query)

    def post(self, path: str, body: Mapping[str, Any]) -> Document:
        return self.request("POST", path, body=body)

    def delete(self, path: str, **query: str) -> Document:
        return self.request("DELETE", path, query=query)

    def patch(self, path: str, body: Any, kind: str = MERGE, **query: str) -> Document:
        return self.request("PATCH", path, body=body, content_type=kind, query=query)

    def apply(self, path: str, body: Mapping[str, Any]) -> Document:
        """Server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/"""
        return self.patch(path, body, kind=APPLY, fieldManager="driftlab", force="true")

    @contextmanager
    def stream(self, path: str, *, silence_s: float, **query: str) -> Iterator[Iterator[Document]]:
        """The documents of a streamed answer, such as a watch, as they arrive.

        Raises what requests raise. While the stream is read, raises ClusterUnreachable if the connection breaks or
        nothing arrives for ``silence_s`` seconds.
        """
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        timeout = Timeout(connect=self.timeout_s, read=silence_s)
        answer = self._open("GET", path, query, None, {}, timeout=timeout, preload_content=False)

        def documents() -> Iterator[Document]:
            rest = b""
            try:
                for chunk in answer.stream(1 << 16, decode_content=True):
                    *lines, rest = (rest + chunk).split(b"\n")
                    yield from (json.loads(line) for line in lines if line)
            except (HTTPError, OSError, ValueError) as error:
                raise ClusterUnreachable(f"The connection to {self.server} broke: {_short(error)}.") from error

        try:
            yield documents()
        finally:
            answer.close()

    def text(self, path: str) -> str:
        return self._send("GET", path, {}, None, {}).decode(errors="replace")

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content_type: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> Document:
        raw = self._send(method, path, query or {}, body, {"Content-Type": content_type} if body is not None else {})
        try:
            document: Document = json.loads(raw)
        except ValueError as error:
            raise ClusterUnreachable(f"{self.server} answered with something that is not JSON.") from error
        return document

    def _send(self, method: str, path: str, query: Mapping[str, str], body: Any, headers: dict[str, str]) -> bytes:
        return bytes(self._open(method, path, query, body, headers, timeout=self.timeout_s).data)

    def _own_headers(self) -> dict[str, str]:
        """Computed for each request, because the credential plugin of a kubeconfig may have fetched a new token."""
        settings = self._api.configuration
        token = settings.get_api_key_with_prefix("authorization") or settings.get_api_key_with_prefix("BearerToken")
        return {"Accept": "application/json"} | ({"Authorization": token} if token else {})

    def _open(
        self, method: str, path: str, query: Mapping[str, str], body: Any, headers: dict[str, str], **options: Any
    ) -> Any:
        """urllib3's response, if its status is below 400."""
        from urllib3.exceptions import HTTPError

        url = f"{self.server}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        try:
            answer = self._api.rest_client.pool_manager.request(
                method, url, body=data, headers={**self._own_headers(), **headers}, retries=False, **options
            )
            if answer.status < 400:
                return answer
            content = answer.data
        except (HTTPError, OSError) as error:
            raise ClusterUnreachable(
                f"The cluster at {self.server} does not answer: {_short(error)}.", next_step="driftlab up"
            ) from error
        try:
            status = json.loads(content)
        except ValueError:
            status = None
        if not isinstance(status, dict):
            status = {"message": content[:200].decode(errors="replace")}
        message = status.get("message", "no reason given")
        if answer.status >= 500 or answer.status == 429:
            raise ClusterUnreachable(
                f"The cluster at {self.server} answers with trouble of its own ({answer.status}): {message}",
                next_step="wait a moment and try again; if it lasts: driftlab up",
            )
        raise ApiRefused(answer.status, status.get("reason", ""), message)


def _short(error: BaseException) -> str:
    """The reason of a connection error, without urllib3's description of the connection."""
    text = str(getattr(error, "reason", None) or error)
    return re.sub(r"^<?[\w.]*Connection\w*(\(.*?\)| object at \w+>): ", "", text)
