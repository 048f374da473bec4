"""The official releases, verified against the checksums that their makers publish.

``DRIFTLAB_MIRROR=https://mirror.example/files`` takes them from a mirror instead, which
keeps each file under its host's name and path, such as
``https://mirror.example/files/dl.k8s.io/v1.36.3/bin/linux/amd64/kube-apiserver``. A mirror does not vouch for its own
files: their checksums come from the makers' hosts all the same. Where these cannot be reached, ``DRIFTLAB_DIGESTS``
names a file of whoever runs the mirror, as ``sha256sum`` prints it: ``SHA256  dl.k8s.io/v1.36.3/…``, line by line.
"""

import os
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
from driftlab.clusters.programs import WayFailed
from driftlab.clusters.programs.cache import Cache, sha256
from driftlab.clusters.programs.pins import Program, Release

CONNECT_S, READ_S = 4.0, 30.0


def download(programs: Sequence[Program], cache: Cache, progress: Progress) -> None:
    """Put ``programs`` into ``cache``. Raises WayFailed with the reason of the first that could not be had.

    One that is not published stands in no other's way; a host that does not answer does.
    """
    import httpx

    timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
    try:
        client = httpx.Client(follow_redirects=True, timeout=timeout)
    except (ImportError, ValueError) as error:  # a proxy of a kind that httpx does not know
        raise WayFailed(f"download: {_reason(error)}") from error
    with client as http, cache.workspace() as folder:
        absent: list[str] = []
        for program in programs:
            release = program.release()
            if release is None:
                absent.append(f"download: there is no official {program.name} for this system")
                continue
            url = _mirrored(release.url)
            try:
                _reach(url)
                expected = _vouched_for(http, release)
                file = folder / Path(urlsplit(release.url).path).name
                _fetch(http, url, file, progress, program)
                actual = sha256(file)
                if actual != expected:
                    raise WayFailed(f"download: {url}: its SHA-256 is {actual}, but it should be {expected}")
                cache.put(program, _extracted(file, release))
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
                reason = f"download: {url}: {_reason(error)}"
                if not isinstance(error, httpx.HTTPStatusError) or error.response.status_code != 404:
                    raise WayFailed(reason) from error
                absent.append(reason)
        if absent:
            raise WayFailed(absent[0])


def _mirrored(url: str) -> str:
    mirror = os.environ.get("DRIFTLAB_MIRROR")
    return f"{mirror.rstrip('/')}/{_below_its_host(url)}" if mirror else url


def _below_its_host(url: str) -> str:
    """Where a mirror keeps it."""
    return url.split("://", 1)[1]


def _reach(url: str) -> None:
    """Raise OSError where a host cannot be reached: a resolver that never answers is not bound by HTTP timeouts."""
    place, proxies = urlsplit(url), getproxies()
    if (place.scheme in proxies or "all" in proxies) and not proxy_bypass(place.hostname or ""):
        return  # its proxy is asked, not the host
    address = (place.hostname or "", place.port or (443 if place.scheme == "https" else 80))
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


def _vouched_for(http: Any, release: Release) -> str:
    """The SHA-256 that the file should have: as the operator's file says, or else its makers."""
    if digests := os.environ.get("DRIFTLAB_DIGESTS"):
        path = _below_its_host(release.url)
        return _digest_of(path, Path(digests).read_text(encoding="utf-8"), digests)
    try:
        _reach(release.checksum)
        answer = http.get(release.checksum).raise_for_status()
    except Exception as error:
        if not os.environ.get("DRIFTLAB_MIRROR"):
            raise
        raise WayFailed(
            f"download: nobody vouches for what the mirror has: {release.checksum}: {_reason(error)}; "
            "export DRIFTLAB_DIGESTS=FILE with the SHA-256 of its files"
        ) from error
    name = Path(urlsplit(release.url).path).name
    alone = len(answer.text.split()) == 1  # Kubernetes publishes a file for each, with nothing else in it
    return _digest_of(name, f"{answer.text.strip()} {name}" if alone else answer.text, release.checksum)


def _digest_of(name: str, listed: str, where: str) -> str:
    """The SHA-256 of ``name`` in a text as ``sha256sum`` prints it."""
    digest = ""
    for line in listed.splitlines():
        words = line.split()
        if len(words) > 1 and words[1].lstrip("*").removeprefix("./") == name:
            digest = words[0]
    if not re.fullmatch("[0-9a-fA-F]{64}", digest):
        raise OSError(f"{where} has no SHA-256 for {name}")
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


def _extracted(file: Path, release: Release) -> Path:
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
        raise WayFailed(f"download: {release.url} does not hold {release.member}") from error
    return target


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text.split(" for url ")[0]
