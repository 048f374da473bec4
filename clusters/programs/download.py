"""Download official releases, and verify them against the checksums that their projects publish.

With ``DRIFTLAB_MIRROR=https://mirror.example/files`` they are downloaded from a mirror, which has each file under the
name of its original host and its path, such as
``https://mirror.example/files/dl.k8s.io/v1.36.3/bin/linux/amd64/kube-apiserver``. The checksums still come from the
original hosts, because a mirror cannot be trusted to verify its own files. If these hosts cannot be reached,
``DRIFTLAB_DIGESTS`` names a file with the checksums in the format of ``sha256sum``:
one line ``SHA256  dl.k8s.io/v1.36.3/…`` for each file.
"""

import re
import socket
import tarfile
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from driftlab.clusters.host.progress import Progress
from driftlab.clusters.programs import ObtainFailed
from driftlab.clusters.programs.cache import Cache, sha256
from driftlab.clusters.programs.pins import Program, Release
from driftlab.clusters.settings import DIGESTS, MIRROR

CONNECT_S, READ_S = 4.0, 30.0


def download(programs: Sequence[Program], cache: Cache, progress: Progress) -> None:
    """Download ``programs`` into ``cache``. Raises ObtainFailed with the reason of the first that failed.

    If a program is not published, the others are downloaded all the same. Any other error ends the download.
    """
    import httpx

    timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
    try:
        client = httpx.Client(follow_redirects=True, timeout=timeout)
    except (ImportError, ValueError) as error:  # a kind of proxy that httpx does not support
        raise ObtainFailed(f"download: {_reason(error)}") from error
    with client as http, cache.workspace() as folder:
        unpublished: list[str] = []
        for program in programs:
            release = program.release()
            if release is None:
                unpublished.append(f"download: there is no official {program.name} for this system")
                continue
            url = _download_url(release.url)
            try:
                _raise_if_unreachable(url)
                expected = _expected_digest(http, release)
                file = folder / Path(urlsplit(release.url).path).name
                _fetch(http, url, file, progress, program)
                actual = sha256(file)
                if actual != expected:
                    raise ObtainFailed(f"download: {url}: its SHA-256 is {actual}, but it should be {expected}")
                cache.put(program, _extract(file, release))
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
                reason = f"download: {url}: {_reason(error)}"
                if not isinstance(error, httpx.HTTPStatusError) or error.response.status_code != 404:
                    raise ObtainFailed(reason) from error
                unpublished.append(reason)
        if unpublished:
            raise ObtainFailed(unpublished[0])


def _download_url(url: str) -> str:
    """The URL of the file on the mirror, if there is one."""
    return f"{MIRROR.value.rstrip('/')}/{_host_and_path(url)}" if MIRROR.value else url


def _host_and_path(url: str) -> str:
    return url.split("://", 1)[1]


def _raise_if_unreachable(url: str) -> None:
    """Raise OSError if the host does not answer: HTTP timeouts do not cover a name server that never answers."""
    parts, proxies = urlsplit(url), getproxies()
    if (parts.scheme in proxies or "all" in proxies) and not proxy_bypass(parts.hostname or ""):
        return  # the connection goes to the proxy, not to the host
    address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    outcome: list[OSError | None] = []

    def connect() -> None:
        try:
            socket.create_connection(address, timeout=CONNECT_S).close()
            outcome.append(None)
        except OSError as error:
            outcome.append(error)

    attempt = threading.Thread(target=connect, daemon=True)
    attempt.start()
    attempt.join(1.25 * CONNECT_S)
    error = outcome[0] if outcome else TimeoutError(f"no answer within {CONNECT_S:g} s")
    if error:
        raise error


def _expected_digest(http: Any, release: Release) -> str:
    """The SHA-256 of the release: from the file ``DRIFTLAB_DIGESTS``, else as its project publishes it."""
    if digests := DIGESTS.value:
        path = _host_and_path(release.url)
        return _find_digest(path, Path(digests).read_text(encoding="utf-8"), digests)
    try:
        _raise_if_unreachable(release.checksum)
        answer = http.get(release.checksum).raise_for_status()
    except Exception as error:
        if not MIRROR.value:
            raise
        raise ObtainFailed(
            f"download: nobody vouches for what the mirror has: {release.checksum}: {_reason(error)}; "
            "export DRIFTLAB_DIGESTS=FILE with the SHA-256 of its files"
        ) from error
    name = Path(urlsplit(release.url).path).name
    digest_only = len(answer.text.split()) == 1  # Kubernetes publishes the digest of each file without its name
    return _find_digest(name, f"{answer.text.strip()} {name}" if digest_only else answer.text, release.checksum)


def _find_digest(name: str, sums: str, origin: str) -> str:
    """The SHA-256 of ``name`` in ``sums``, a text as ``sha256sum`` prints it. Raises OSError if it is not in there."""
    digest = ""
    for line in sums.splitlines():
        fields = line.split()
        if len(fields) > 1 and fields[1].lstrip("*").removeprefix("./") == name:
            digest = fields[0]
    if not re.fullmatch("[0-9a-fA-F]{64}", digest):
        raise OSError(f"{origin} has no SHA-256 for {name}")
    return digest.lower()


def _fetch(http: Any, url: str, file: Path, progress: Progress, program: Program) -> None:
    with http.stream("GET", url) as answer:
        answer.raise_for_status()
        total = int(answer.headers.get("content-length", 0))
        with (
            progress.step(f"Downloading {program.name} {program.version}", total=total, unit="MB") as step,
            file.open("wb") as out,
        ):
            done = 0
            for chunk in answer.iter_bytes(1 << 18):
                out.write(chunk)
                done += len(chunk)
                step.advance_to(done)


def _extract(file: Path, release: Release) -> Path:
    if release.member is None:
        return file
    target = file.with_suffix(".member")
    try:
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as zipped, zipped.open(release.member) as member:
                target.write_bytes(member.read())
        else:
            with tarfile.open(file) as archive:
                opened = archive.extractfile(release.member)
                assert opened is not None
                target.write_bytes(opened.read())
    except (KeyError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise ObtainFailed(f"download: {release.url} does not hold {release.member}") from error
    return target


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text.split(" for url ")[0]
