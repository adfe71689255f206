"""Whom the agent calls, and whom it does not."""

import socket
import ssl
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

import pytest

from pos_terminal.agent.https import BadTarget, Target, checked, is_outside, is_own, post, target
from pos_terminal.testing.running import PATIENCE
from tests.support.https_server import HttpsServer
from tests.support.mail_server import certificate

BAD_URLS = (
    "http://example.org/", "ftp://example.org/", "example.org/x", "https://", "https:///x",
    "https://eve:pw@example.org/", "https://example.org@10.0.0.1/", "https://example.org/#x",
    "https://example.org/a b", "https://example.org/\r\nHost: x", "https://exämple.org/",
    "https://example.org:99999/", "https://[::1", "file:///etc/passwd", "",
)  # fmt: skip


@pytest.mark.parametrize("url", BAD_URLS)
def test_what_is_no_https_url_is_refused(url: str) -> None:
    with pytest.raises(BadTarget):
        target(url)


def test_a_url_is_taken_apart() -> None:
    assert target("https://example.org") == Target("example.org", 443, "/")
    assert target("https://[2001:db8::1]:8443/a?b=c") == Target("2001:db8::1", 8443, "/a?b=c")


INSIDE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "198.18.0.1", "192.0.2.1", "2001:db8::1",
)  # fmt: skip
OUTSIDE = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e")


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_however_it_is_written(address: str) -> None:
    assert not is_outside(ip_address(address))
    with pytest.raises(BadTarget):
        checked([OUTSIDE[0], address], "example.org", ())
    assert checked([address], "monitor.lan", ("monitor.lan",)) == address


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_taken(address: str) -> None:
    assert checked([address], "example.org", ()) == address


def test_a_host_without_an_address_is_none() -> None:
    with pytest.raises(BadTarget):
        checked([], "example.org", ())


def test_an_address_of_ones_own_is_known() -> None:
    assert is_own(ip_address("127.0.0.1")) and not is_own(ip_address(OUTSIDE[0]))


def test_a_call_goes_out_once_and_follows_nothing(tmp_path: Path) -> None:
    server = HttpsServer(tmp_path)
    trusting = ssl.create_default_context(cafile=server.pem)
    server.answers = [302]
    with server.up():
        to = target(server.url)
        sent = post(to, b"{}", {"x-a": "1"}, context=trusting, allowed=["127.0.0.1"]).status
        assert sent == 302
        (got,) = server.got
        assert (got.path, got.body, got.headers["x-a"]) == ("/hook?shop=1", b"{}", "1")
        with pytest.raises(BadTarget):
            post(to, b"", {}, context=trusting)
        with pytest.raises(ssl.SSLCertVerificationError):
            post(to, b"", {}, context=ssl.create_default_context(), allowed=["127.0.0.1"])
        other = Target("localhost", to.port, "/")  # a name that the certificate does not have
        with pytest.raises(ssl.SSLCertVerificationError):
            post(other, b"", {}, context=trusting, allowed=["localhost"])
    assert len(server.got) == 1


def test_who_answers_nothing_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        to = Target("127.0.0.1", silent.getsockname()[1], "/")
        with pytest.raises(TimeoutError):
            post(to, b"", {}, context=ssl.create_default_context(), allowed=["127.0.0.1"],
                 patience=0.2)  # fmt: skip


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n"
RECORD = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"
"""A server's first words, of a length that it takes its time over."""


@pytest.mark.parametrize(
    ("tls", "begins", "piece"),
    [(False, RECORD, b"\0"), (True, HEAD, b"x"), (True, HEAD + b"\r\n", b"x")],
    ids=["handshake", "head", "body"],
)
def test_who_answers_a_byte_now_and_then_is_left_in_time(
    tmp_path: Path, *, tls: bool, begins: bytes, piece: bytes
) -> None:
    """No step takes its time, and the call would take for ever."""
    pem, over = certificate(tmp_path), Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def drip(listening: socket.socket) -> None:
        link, _ = listening.accept()
        with suppress(OSError), context.wrap_socket(link, server_side=True) if tls else link as to:
            to.sendall(begins)
            while not over.wait(0.02):
                to.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=drip, args=(listening,))
        thread.start()
        to = Target("127.0.0.1", listening.getsockname()[1], "/")
        try:
            with pytest.raises(TimeoutError, match="more than"):
                post(to, b"", {}, context=ssl.create_default_context(cafile=pem),
                     allowed=["127.0.0.1"], patience=PATIENCE, whole=0.5)  # fmt: skip
        finally:
            over.set()
            thread.join()
