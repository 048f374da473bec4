"""Talk to a Kubernetes API server in plain JSON: shapes and names are those of the API itself.

Authentication, TLS and proxies are the ``kubernetes`` package's; its models are not
used, because they cost time and drop fields that they do not know.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from clusters.errors import ClusterUnreachable, DriftlabError

Document = dict[str, Any]  #: a Kubernetes object, or a list of them, as JSON has it

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


class ApiRefused(DriftlabError):
    """The API server answered, and the answer was no. ``status`` is the HTTP code, ``reason`` the API's word for it."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"The API server refused: {message}", next_step="kubectl auth can-i --list")
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

        settings = Configuration()
        settings.retries = False
        try:
            self._api = new_client_from_config(
                str(kubeconfig), context=context, client_configuration=settings, persist_config=False
            )
        except (ConfigException, OSError) as error:
            raise ClusterUnreachable(
                f"The kubeconfig {kubeconfig} cannot be used: {error}", next_step="driftlab up"
            ) from error
        self.server: str = self._api.configuration.host
        if self.server.startswith(("https://127.", "https://localhost", "https://[::1]")) and settings.proxy:
            from kubernetes.client import ApiClient

            settings.proxy = None  # no proxy can reach this machine's own loopback
            self._api = ApiClient(settings)
        self.timeout_s = timeout_s
        self._headers = {"Accept": "application/json"}
        token = self._api.configuration.get_api_key_with_prefix("authorization") or (
            self._api.configuration.get_api_key_with_prefix("BearerToken")
        )
        if token:
            self._headers["Authorization"] = token

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
        from urllib3.exceptions import HTTPError

        url = f"{self.server}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        try:
            answer = self._api.rest_client.pool_manager.request(
                method, url, body=data, headers={**self._headers, **headers}, timeout=self.timeout_s, retries=False
            )
        except (HTTPError, OSError) as error:
            raise ClusterUnreachable(
                f"The cluster at {self.server} does not answer: {_short(error)}.", next_step="driftlab up"
            ) from error
        if answer.status < 400:
            return bytes(answer.data)
        try:
            status = json.loads(answer.data)
        except ValueError:
            status = {"message": answer.data[:200].decode(errors="replace")}
        message = status.get("message", "no reason given")
        if answer.status >= 500 or answer.status == 429:
            raise ClusterUnreachable(
                f"The cluster at {self.server} answers with trouble of its own ({answer.status}): {message}",
                next_step="wait a moment and try again; if it lasts: driftlab up",
            )
        raise ApiRefused(answer.status, status.get("reason", ""), message)


def _short(error: BaseException) -> str:
    text = str(getattr(error, "reason", None) or error)
    return text.rsplit(": ", 1)[-1] if "object at 0x" in text else text
