"""Talk to a Kubernetes API server in plain JSON: shapes and names are those of the API itself.

Authentication, TLS and proxies are the ``kubernetes`` package's; its models are not
used, because they cost time and drop fields that they do not know.
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

Document = dict[str, Any]  #: a Kubernetes object, or a list of them, as JSON has it

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"

#: By these the API server says that the user may not do it; by all others, that it cannot be done.
RIGHTS = (401, 403)

LOOPBACK = re.compile(r"https?://(127\.|localhost[:/]|localhost$|\[::1\])")


class ApiRefused(DriftlabError):
    """The API server answered, and the answer was no. ``status`` is the HTTP code, ``reason`` the API's word for it."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        next_step = "kubectl auth can-i --list" if status in RIGHTS else "driftlab status, and then once more"
        super().__init__(f"The API server refused: {message}", next_step=next_step)
        self.status, self.reason = status, reason


class Reader(Protocol):
    """What reads of a cluster need."""

    def get(self, path: str, **query: str) -> Document: ...


class Client:
    """One API server, as one user.

    ``timeout_s`` bounds each request. Raises ClusterUnreachable where the server
    does not answer in time or answers with a fault of its own (5xx, 429), ApiRefused
    where it says no.
    """

    def __init__(self, kubeconfig: Path, *, context: str | None = None, timeout_s: float = 10) -> None:
        # heavy, and not needed by `driftlab --help`
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

            settings.proxy = None  # no proxy of the environment's can reach this machine's own loopback
            self._api = ApiClient(settings)
        self.timeout_s = timeout_s
        self._kubeconfig, self._context = kubeconfig, context

    def again(self) -> "Client":
        """Another client by the same kubeconfig, as it is now: its credentials may have been renewed."""
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
        """The documents of an answer that goes on, such as a watch, as they come.

        Raises what requests raise, also while it is read: ClusterUnreachable where the connection breaks or nothing
        is heard for ``silence_s``.
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
        """Asked for anew each time: a kubeconfig's plugin may have been told to get another token."""
        settings = self._api.configuration
        token = settings.get_api_key_with_prefix("authorization") or settings.get_api_key_with_prefix("BearerToken")
        return {"Accept": "application/json"} | ({"Authorization": token} if token else {})

    def _open(
        self, method: str, path: str, query: Mapping[str, str], body: Any, headers: dict[str, str], **options: Any
    ) -> Any:
        """urllib3's answer, where it is a good one."""
        from urllib3.exceptions import HTTPError

        url = f"{self.server}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        try:
            answer = self._api.rest_client.pool_manager.request(
                method, url, body=data, headers={**self._own_headers(), **headers}, retries=False, **options
            )
            if answer.status < 400:
                return answer
            said = answer.data
        except (HTTPError, OSError) as error:
            raise ClusterUnreachable(
                f"The cluster at {self.server} does not answer: {_short(error)}.", next_step="driftlab up"
            ) from error
        try:
            status = json.loads(said)
        except ValueError:
            status = None
        if not isinstance(status, dict):
            status = {"message": said[:200].decode(errors="replace")}
        message = status.get("message", "no reason given")
        if answer.status >= 500 or answer.status == 429:
            raise ClusterUnreachable(
                f"The cluster at {self.server} answers with trouble of its own ({answer.status}): {message}",
                next_step="wait a moment and try again; if it lasts: driftlab up",
            )
        raise ApiRefused(answer.status, status.get("reason", ""), message)


def _short(error: BaseException) -> str:
    """What happened, without the connection that it happened to."""
    text = str(getattr(error, "reason", None) or error)
    return re.sub(r"^<?[\w.]*Connection\w*(\(.*?\)| object at \w+>): ", "", text)
