"""Caisse-AP over IP 3.x: a message is a row of fields, each a tag, a length and a value, in ASCII.

    CZ 004 0300   CJ 012 247300123456   CA 002 01   CB 005 12345   CD 001 0   CE 003 978

A tag is two capital letters, a length three digits. CZ, the version, comes first; the others come
in any order. Nothing ends a message: it is over at the end of a field when no more comes. Sources:
the protocol's dictionary as HiPay publishes it («Local API for Nepting»), and the messages recorded
from a Desk/5000 by the caisse-ap-ip project.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping

_HEAD = re.compile(rb"([A-Z]{2})(\d{3})")
HEAD = 5
"""Bytes of a tag and its length."""

LONGEST = 16 * 1024
"""Bytes of a message: a terminal that talks for ever fills no memory."""


class FrameError(ValueError):
    """The bytes are no message. It names the place, never the bytes: they may be a card's."""


def message(fields: Iterable[tuple[str, str]]) -> bytes:
    """The bytes of a message. ValueError for a field that cannot be one."""
    return b"".join(map(_field, fields))


def _field(field: tuple[str, str]) -> bytes:
    tag, value = field
    data = value.encode("latin-1")
    if not re.fullmatch("[A-Z]{2}", tag) or not 1 <= len(data) <= 999:
        raise ValueError(f"{tag}: {len(data)} bytes are no field")
    return b"%b%03d%b" % (tag.encode("ascii"), len(data), data)


def fields(data: bytes) -> tuple[dict[str, str], bool]:
    """The whole fields that `data` begins with, by tag, and whether it ends with the last of them.

    FrameError where no continuation could make it a message: no tag, no length, a tag that comes
    twice with another value, a first field that is not the version.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(data):
        head = data[at : at + HEAD]
        if not _begins(head):
            raise FrameError(f"no field at byte {at}")
        size = int(head[2:]) if len(head) == HEAD else 0
        value = data[at + HEAD : at + HEAD + size]
        if len(head) < HEAD or len(value) < size:
            if len(data) > LONGEST:
                raise FrameError(f"no end after {len(data)} bytes")
            return found, False
        tag = head[:2].decode("ascii")
        if not size or (not found and tag != "CZ"):
            raise FrameError(f"field {tag} at byte {at} cannot stand there")
        text = value.decode("latin-1")
        # The same again is a terminal that answers twice; anything else could be either.
        if found.setdefault(tag, text) != text:
            raise FrameError(f"field {tag} stands there twice, with two values")
        at += HEAD + size
    return found, bool(found)


def _begins(head: bytes) -> bool:
    return _HEAD.fullmatch(head + b"AA000"[len(head) :]) is not None


def ticket(found: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of the customer's and the merchant's slips in field ZT; none where it has none.

    ZT is itself a row of fields: CK says whose slip follows (second position: 0 the customer's,
    1 the merchant's, 2 both) and how it is written (third position: 0 Latin-1, in base64), AK is
    the slip. What is written otherwise (HTML) is left out: it cannot be printed.
    """
    data = found.get("ZT", "").encode("latin-1")
    slips: dict[str, tuple[str, ...]] = {"0": (), "1": ()}
    whose = "0"
    at = 0
    while head := _HEAD.match(data, at):
        size = int(head[2])
        value = data[head.end() : head.end() + size]
        if len(value) < size:
            break
        if head[1] == b"CK" and len(value) == 3:
            # Of two slips under one heading the customer's comes first.
            whose = "0" if value[1:2] == b"2" else value[1:2].decode("latin-1")
            if value[2:] != b"0":
                break
        elif head[1] == b"AK" and whose in slips:
            slips[whose] = _lines(value)
            whose = "1"
        at = head.end() + size
    return slips["0"], slips["1"]


def _lines(value: bytes) -> tuple[str, ...]:
    try:
        # Some write base64 in lines, as mail does.
        text = base64.b64decode(b"".join(value.split()), validate=True).decode("latin-1")
    except binascii.Error:
        return ()
    return tuple(line.rstrip() for line in text.splitlines())
