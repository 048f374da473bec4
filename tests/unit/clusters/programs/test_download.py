"""The official releases: verified, in bounded time, and nothing but whole files in the cache."""

import os
import socket
import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from driftlab.clusters.host import processes
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.programs import ObtainFailed, download
from driftlab.clusters.programs.pins import PROGRAMS, Program

PUBLISHED = [program for program in PROGRAMS.values() if program.release()]
NODE, KIND, ETCD = PROGRAMS["driftlab-node"], PROGRAMS["kind"], PROGRAMS["etcd"]


def place(url: str) -> str:
    return "/" + url.split("://", 1)[1]


@pytest.fixture
def fails(cache, progress, left):
    """Downloads ``program``, which must fail and leave nothing behind; gives the one line that says why."""

    def attempt(program):
        with pytest.raises(ObtainFailed) as caught:
            download.download([program], cache, progress)
        assert left() == []
        assert not list(cache.root.glob(".partial-*"))
        reason = str(caught.value)
        assert reason.startswith("download: ")
        assert "\n" not in reason
        return reason

    return attempt


def test_all_that_is_published_comes_whole_and_can_be_run(cache, mirror, progress, recorder, web):
    download.download(PUBLISHED, cache, progress)
    for program in PUBLISHED:
        assert cache.verify(program)
        assert processes.run([cache.path(program)]) == f"I am {program.name}\n"
    assert not list(cache.root.glob(".partial-*"))
    steps = [step for step in recorder.steps if step.finished]
    assert [step.name for step in steps] == [f"Downloading {one.name} {one.version}" for one in PUBLISHED]
    assert all(step.done == step.total > 0 for step in steps)


def test_who_is_redirected_follows(cache, mirror, progress, web):
    """GitHub keeps its releases elsewhere."""
    here, there = place(NODE.release().url), "/storage/node"
    web.answers[there] = web.answers[here]
    web.redirects[here] = there
    download.download([NODE], cache, progress)
    assert cache.verify(NODE)
    assert there in web.asked()


@pytest.mark.parametrize("program", PUBLISHED, ids=lambda program: program.name)
def test_a_wrong_checksum(fails, mirror, program):
    path = place(program.release().url)
    mirror.answers[path] = (200, mirror.answers[path][1] + b" ")
    reason = fails(program)
    assert "its SHA-256 is " in reason
    assert "but it should be " in reason


@pytest.mark.parametrize("program", PUBLISHED, ids=lambda program: program.name)
def test_makers_vouch_for_what_they_publish(cache, makers, progress, fails, program):
    download.download([program], cache, progress)
    assert cache.verify(program)


@pytest.mark.parametrize("program", PUBLISHED, ids=lambda program: program.name)
def test_what_is_not_what_its_makers_vouch_for_is_refused(fails, makers, program):
    path = urlsplit(program.release().url).path
    makers.answers[path] = (200, makers.answers[path][1] + b" ")
    assert "but it should be " in fails(program)


@pytest.mark.parametrize("program", PUBLISHED, ids=lambda program: program.name)
def test_a_checksum_that_is_not_there(fails, makers, program):
    del makers.answers[urlsplit(program.release().checksum).path]
    assert "404" in fails(program)


@pytest.mark.parametrize("program", PUBLISHED, ids=lambda program: program.name)
def test_a_mirror_does_not_vouch_for_its_own_files(fails, mirror, monkeypatch, web, closed, program):
    """It has a checksum beside each file, and nobody looks at it."""
    monkeypatch.delenv("DRIFTLAB_DIGESTS")
    official = Program.release
    monkeypatch.setattr(Program, "release", lambda one: replace(official(one), checksum=f"http://{closed}/sums"))
    reason = fails(program)
    assert reason.startswith("download: nobody vouches for what the mirror has: ")
    assert "DRIFTLAB_DIGESTS" in reason
    assert web.asked() == []


def test_a_mirrors_file_is_what_its_makers_say_also_where_the_mirror_says_otherwise(cache, makers, fails, monkeypatch):
    """The makers answer, and their word is the one that counts."""
    monkeypatch.setenv("DRIFTLAB_MIRROR", f"{makers.web.url}/elsewhere")
    below = f"/elsewhere/{NODE.release().url.split('://', 1)[1]}"
    makers.answers[below] = (200, b"#!/bin/sh\necho forged\n")
    assert "but it should be " in fails(NODE)


def test_a_file_that_the_digests_do_not_name(fails, mirror):
    mirror.digests.write_text("")
    assert "digests.txt has no SHA-256 for " in fails(NODE)


def test_digests_that_cannot_be_read(fails, mirror):
    mirror.digests.unlink()
    assert "No such file" in fails(NODE)


@pytest.mark.parametrize("body", [b"", b"\n", b"<html>Sign in</html>", b"0123", b"{}", b"[]", b"x" * 64])
@pytest.mark.parametrize("program", [NODE, KIND, ETCD], ids=lambda program: program.name)
def test_a_checksum_that_is_none(fails, makers, program, body):
    """Such as the page of a network that wants its users to sign in."""
    makers.answers[urlsplit(program.release().checksum).path] = (200, body)
    assert "has no SHA-256 for" in fails(program)


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_program_that_is_not_there(fails, mirror, status):
    mirror.answers[place(NODE.release().url)] = (status, b"")
    assert str(status) in fails(NODE)


def test_an_archive_without_the_program(fails, mirror):
    mirror.publish(ETCD, member="elsewhere/etcd")
    assert f"does not hold {ETCD.release().member}" in fails(ETCD)


def test_a_file_that_is_no_archive(fails, mirror):
    import hashlib

    body = b"not an archive"
    mirror.answers[place(ETCD.release().url)] = (200, body)
    mirror.digests.write_text(f"{hashlib.sha256(body).hexdigest()} *{place(ETCD.release().url)[1:]}\n")
    assert "does not hold" in fails(ETCD)


def test_a_connection_that_breaks_off(fails, mirror, web):
    web.cut.add(place(NODE.release().url))
    assert NODE.release().url.rsplit("/", 1)[1] in fails(NODE)


def test_nobody_listens(fails, nowhere):
    assert "Connection refused" in fails(NODE)


def test_a_host_that_accepts_and_never_says_a_word(fails, mirror, mute, monkeypatch):
    monkeypatch.setattr(download, "READ_S", 0.3)
    monkeypatch.setenv("DRIFTLAB_MIRROR", f"http://{mute}")
    assert "timed out" in fails(NODE)


def test_a_file_that_begins_and_does_not_go_on(fails, mirror, web, monkeypatch):
    monkeypatch.setattr(download, "READ_S", 0.3)
    web.held.add(place(NODE.release().url))
    assert "timed out" in fails(NODE)


def test_a_name_that_does_not_resolve(fails, monkeypatch):
    monkeypatch.setattr(download, "CONNECT_S", 0.3)
    monkeypatch.setenv("DRIFTLAB_MIRROR", "http://mirror.invalid")
    assert "mirror.invalid" in fails(NODE)


@pytest.mark.parametrize("proxies", [{}, {"http_proxy": "http://127.0.0.1:1", "no_proxy": "mirror.invalid"}])
def test_a_resolver_that_never_answers(fails, monkeypatch, proxies):
    """No HTTP client's timeout bounds that."""
    over = threading.Event()

    def resolve(*question, **options):
        over.wait(60)
        raise OSError("too late")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(download, "CONNECT_S", 0.1)
    monkeypatch.setenv("DRIFTLAB_MIRROR", "http://mirror.invalid")
    for name, value in proxies.items():
        monkeypatch.setenv(name, value)
    try:
        assert "no answer within 0.1 s" in fails(NODE)
    finally:
        over.set()


@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:1"])
@pytest.mark.parametrize("mirror_url", ["http://[::1", "http://host:port", "gopher://host", "http://\x01"])
def test_a_mirror_that_is_no_address(fails, monkeypatch, mirror_url, proxy):
    monkeypatch.setenv("all_proxy", proxy)
    monkeypatch.setenv("DRIFTLAB_MIRROR", mirror_url)
    assert fails(NODE)


def test_there_may_be_no_release_for_this_system(fails, mirror, web, monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    assert fails(PROGRAMS["kube-apiserver"]) == "download: there is no official kube-apiserver for this system"
    assert web.asked() == []


def test_what_is_not_published_stands_in_no_others_way(cache, mirror, progress):
    """Such as our own program, until there is a release with it."""
    del mirror.answers[place(KIND.release().url)]
    with pytest.raises(ObtainFailed, match="404"):
        download.download([NODE, KIND, ETCD], cache, progress)
    assert cache.verify(NODE)
    assert not cache.holds(KIND)
    assert cache.verify(ETCD)


def test_what_came_before_a_failure_is_kept_and_no_more_is_tried(cache, mirror, progress, web):
    mirror.answers[place(KIND.release().url)] = (503, b"")
    with pytest.raises(ObtainFailed, match="503"):
        download.download([NODE, KIND, ETCD], cache, progress)
    assert cache.verify(NODE)
    assert not cache.holds(ETCD)
    assert place(ETCD.release().url) not in web.asked()


def test_a_full_disk(fails, mirror, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert "No space left on device" in fails(NODE)


def test_an_interruption_leaves_nothing(cache, mirror, left):
    class Interrupts:
        def show(self, step):
            if step.done:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.download([NODE], cache, Progress(Interrupts()))
    assert left() == []
    assert not list(cache.root.glob(".partial-*"))


@pytest.mark.usefixtures("mirror")
class TestProxies:
    @pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
    def test_behind_a_proxy_the_proxy_is_asked(self, cache, web, progress, monkeypatch, variable):
        """Where there is one, a host often cannot be reached without it, and its name not even be resolved."""
        monkeypatch.setenv("DRIFTLAB_MIRROR", "http://mirror.invalid")
        monkeypatch.setenv(variable, web.url)
        download.download([NODE], cache, progress)
        assert cache.verify(NODE)
        assert all(request.target.startswith("http://mirror.invalid/") for request in web.requests)

    def test_hosts_that_are_excepted_are_reached_directly(self, cache, progress, closed, monkeypatch):
        monkeypatch.setenv("http_proxy", f"http://{closed}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        download.download([NODE], cache, progress)
        assert cache.verify(NODE)

    @pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "strange://127.0.0.1:1"])
    def test_one_of_a_kind_that_we_cannot_use_is_said(self, fails, monkeypatch, proxy):
        monkeypatch.setenv("all_proxy", proxy)
        assert "proxy" in fails(NODE)


def test_a_cache_that_cannot_be_written_is_said_with_the_way_out(mirror, progress, tmp_path):
    from driftlab.clusters.errors import StateUnusable
    from driftlab.clusters.programs.cache import Cache

    (tmp_path / "file").touch()
    with pytest.raises(StateUnusable, match="DRIFTLAB_CACHE"):
        download.download([NODE], Cache(Path(tmp_path / "file" / "programs")), progress)
