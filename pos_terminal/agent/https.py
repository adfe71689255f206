"""HTTPS to a host that the shop has named, and to nobody inside its own network.

Whoever may say where the agent is to call could otherwise have it call the router, a neighbour's
printer or the box itself. So each of the host's addresses is checked, the connection goes to one
that was, no redirect is followed, and of an answer to a POST nothing but its status is told.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Timer
from typing import BinaryIO
from urllib.parse import urlsplit

from msgspec import Struct

from pos_terminal.agent import certificates
from pos_terminal.domain.language import say

MOST = 64 << 10
"""Bytes of an answer that are read."""

WHOLE = 50.0
"""Seconds that a call may take in all. Each step has its own time; who sends a byte now and then
would have its thread for days, and the agent has a handful.
"""

SLOWEST = 4 << 10
"""Bytes a second of a file that is fetched, at least: so much longer one may take."""

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: behind it stands an IPv4 address, whichever that is."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadTarget(ValueError):
    """Nothing is sent there: no https, or an address that is nobody's outside."""


class Answer(Struct, frozen=True):
    """A status, 0 for an answer that is none; the answer's body, which is shown to nobody; until
    when (µs UTC) the certificate is good.
    """

    status: int
    body: bytes = b""
    until: int | None = None


class Target(Struct, frozen=True):
    """Where to. `path` begins with a slash, and has the query."""

    host: str
    port: int
    path: str


def target(url: str) -> Target:
    """The parts of an https URL; BadTarget for any other, and for one with a user or a fragment."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadTarget(say("{url!r} n'est pas une adresse", url=url[:60])) from error
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or not plain:
        raise BadTarget(say("il faut une adresse https, sans utilisateur ni mot de passe"))
    if parts.fragment:
        raise BadTarget(say("il faut une adresse sans # : la suite est pour un navigateur"))
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.hostname, port or 443, f"{parts.path or '/'}{query}")


def is_outside(address: Address) -> bool:
    """Whether it is somebody's on the internet, also where it is written as another."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_outside(address.ipv4_mapped)
        if address.sixtofour:
            return is_outside(address.sixtofour)
        if address in NAT64:
            return is_outside(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


def is_own(address: Address) -> bool:
    """Whether it is one of this machine's: nobody else can bind it."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
        return True


def checked(found: Collection[str], host: str, allowed: Collection[str]) -> str:
    """The first of a host's addresses. BadTarget where any of them is not outside, unless the host
    is `allowed` by name: one that answers with both means no good.
    """
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        if host not in allowed and (not is_outside(address) or is_own(address)):
            where = say("{host} est à {address}, hors d'internet", host=host, address=text)
            raise BadTarget(where)
    if not found:
        raise BadTarget(say("{host} n'a pas d'adresse", host=host))
    return next(iter(found))


def post(
    to: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    context: ssl.SSLContext,
    allowed: Collection[str] = (),
    patience: float = 20.0,
    whole: float = WHOLE,
) -> Answer:
    """Send it, and give the answer. Blocks, for each step for `patience` seconds at most, and from
    its connection on for `whole`.

    BadTarget where it may not be sent, OSError where it did not arrive.
    """
    with _link(to, context, allowed, patience, whole) as (link, until):
        try:
            link.request("POST", to.path, body, {"Content-Type": "application/json", **headers})
            with link.getresponse() as answer:
                return Answer(answer.status, answer.read(MOST), until)
        except http.client.HTTPException:
            return Answer(0, until=until)


def fetch(
    to: Target,
    into: BinaryIO,
    most: int,
    *,
    context: ssl.SSLContext,
    allowed: Collection[str] = (),
    patience: float = 20.0,
    whole: float = WHOLE,
) -> Answer:
    """GET a file, and write what comes, `most` bytes of it and one more. As `post` otherwise, but
    for the time that its bytes may take (SLOWEST); the answer's body stays empty.
    """
    with _link(to, context, allowed, patience, whole + most / SLOWEST) as (link, until):
        try:
            link.request("GET", to.path)
            with link.getresponse() as answer:
                left = most + 1 if answer.status == http.client.OK else 0
                while left and (chunk := answer.read(min(MOST, left))):
                    into.write(chunk)
                    left -= len(chunk)
                return Answer(answer.status, until=until)
        except http.client.HTTPException:
            return Answer(0, until=until)


@contextmanager
def _link(
    to: Target, context: ssl.SSLContext, allowed: Collection[str], patience: float, whole: float
) -> Iterator[tuple[http.client.HTTPConnection, int | None]]:
    """A connection to an address that was checked, and until when its certificate is good."""
    found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    address = checked(list(dict.fromkeys(str(each[4][0]) for each in found)), to.host, allowed)
    plain = socket.create_connection((address, to.port), patience)
    try:
        tls = context.wrap_socket(plain, server_hostname=to.host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise
    link = http.client.HTTPConnection(to.host, to.port, timeout=patience)
    link.sock = tls
    try:
        with _cut_after(tls, whole):
            tls.do_handshake()
            yield link, certificates.ends(tls.getpeercert())
    finally:
        link.close()


@contextmanager
def _cut_after(link: ssl.SSLSocket, seconds: float) -> Iterator[None]:
    """TimeoutError where the block takes longer: another thread ends the connection then, for each
    byte that comes is a step of its own.
    """
    over = Event()

    def cut() -> None:
        over.set()
        with suppress(OSError):  # it has gone meanwhile
            socket.socket.shutdown(link, socket.SHUT_RDWR)  # beneath TLS, which another reads

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if over.is_set():
            raise TimeoutError(f"more than {seconds:.0f} s") from error
        raise
    finally:
        timer.cancel()
    if over.is_set():  # what was read by then is cut short
        raise TimeoutError(f"more than {seconds:.0f} s")
