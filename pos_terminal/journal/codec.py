"""Event to canonical bytes and back. The bytes are what is hashed, signed and kept: never remade.

A record is JSON as RFC 8785 (JCS) wants it: sorted ASCII keys, no white space, integers within
+-(2^53 - 1), no floats. Within these limits msgspec writes the same bytes. The fields:

========  =========================================================================
alg       how the record is signed: "ES256"
at        local time with its offset, ISO 8601, milliseconds
base      first record needed to rebuild the open sale and the last closed ticket
body      the event's own fields, by value (docs/events.md)
boot      the boot that `mono` belongs to
counts    after this record: `sale`, the last sale; `tickets`, the last number per series
kind      what the body is
mono      microseconds since that boot
op        the operator's number; 0 before the first signs on
prev      hash of the record before, 64 hex digits; zeros in the first
seq       1, 2, 3 ... without a gap
session   the business day's number, from 1
sim       true: nothing of this was sold to anybody
store     the shop
sw        the program's version
terminal  the till
total     perpetual, over all closed tickets, in cents: `net`, and `abs` without signs
trust     how far the clock can be relied upon (domain/moment.py)
utc       microseconds since 1970
v         version of this format: 1
========  =========================================================================

No field is ever added between `prev` and `seq`: the chain is checked on these adjacent bytes.
A reader passes over fields that it does not know, in the envelope and in the body.
"""

from typing import Any, ClassVar

import msgspec

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.domain.moment import Trust
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.journal.upcast import upcast

VERSION = 1
SIGNED = "ES256"
"""ECDSA on P-256 with SHA-256 over the record's bytes, DER (the name is of RFC 7518)."""

LARGEST = 2**53 - 1
"""Beyond it a JSON number is no longer the same integer to every reader."""

LONGEST = 1 << 22
"""Bytes of a record at most. The longest that a till makes has a shop's balances, at a purge: those
of 40,000 vouchers fit. Made for it, JSON takes twenty times as much memory of whoever reads it.
"""


class Counts(msgspec.Struct, frozen=True):
    """The last numbers given, this record's included."""

    sale: int = 0
    tickets: dict[str, int] = {}


class Totals(msgspec.Struct, frozen=True):
    """Cents over all closed tickets, never reset; `absolute` counts each without its sign."""

    net: int = 0
    absolute: int = msgspec.field(default=0, name="abs")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A record's fields, as in the table above."""

    alg: str
    at: str
    base: int
    body: msgspec.Raw
    boot: str
    counts: Counts
    kind: str
    mono: int
    op: int
    prev: str
    seq: int
    session: int
    sim: bool
    store: str
    sw: str
    terminal: str
    total: Totals
    trust: Trust
    utc: int
    v: int


class UnknownEvent(Event, frozen=True, kw_only=True):
    """An event that a newer version wrote: kept, verified, and not understood."""

    kind: ClassVar[str] = "unknown"
    body: bytes


_ENCODER = msgspec.json.Encoder(order="sorted")
_ENVELOPE = msgspec.json.Decoder(Envelope)
_BODIES = {kind: msgspec.json.Decoder(event) for kind, event in KINDS.items()}
_DIGITS = bytes(ord("0") if chr(byte).isdigit() else byte for byte in range(128)) + bytes(128)
_LONG = b"0" * len(str(LARGEST))
_TOO_LARGE = "is beyond 2^53 - 1, the largest integer of a record"


def body(event: Event) -> msgspec.Raw:
    """An event's own fields, as they stand in its record; ValueError for too large an integer."""
    encoded = _ENCODER.encode(event)
    # A look for 16 digits in a row is cheap; to decode every record again would not be.
    if _LONG in encoded.translate(_DIGITS):  # a hash or a barcode may look so too
        _refuse_large(msgspec.json.decode(encoded))
    return msgspec.Raw(encoded)


def encode(envelope: Envelope) -> bytes:
    """The bytes of a record, to be kept as they are; ValueError for too large an integer, and for
    more than LONGEST bytes.
    """
    for number in (envelope.utc, envelope.mono, envelope.total.absolute):
        if not -LARGEST <= number <= LARGEST:
            raise ValueError(f"{number} {_TOO_LARGE}")
    encoded = _ENCODER.encode(envelope)
    if len(encoded) > LONGEST:
        raise ValueError(f"a record of {len(encoded)} bytes, and {LONGEST} are the most")
    return encoded


def decode(rec: bytes) -> tuple[Envelope, Event]:
    """What a record says; ValueError where it is no record."""
    try:
        envelope = _ENVELOPE.decode(rec)
        # The bytes stay as they were written; only what is read from them is brought up to date.
        kind, stored = upcast(envelope.kind, bytes(envelope.body))
        decoder = _BODIES.get(kind)
        if decoder is None:
            return envelope, UnknownEvent(body=stored)
        event: Event = decoder.decode(stored)
    except UNREADABLE as error:
        raise ValueError(f"no record: {error}") from error
    return envelope, event


def _refuse_large(value: Any) -> None:
    if isinstance(value, dict):
        for part in value.values():
            _refuse_large(part)
    elif isinstance(value, list):
        for part in value:
            _refuse_large(part)
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(f"{value} {_TOO_LARGE}")
