"""What ZVT's fields say of a payment, a day or a slip. Sources: see `frames.zvt`."""

import re
from collections.abc import Mapping

from pos_driver_payments.frames.zvt import FrameError, last_four, number, tlvs
from pos_terminal.domain.authorisation import (
    Ending,
    Outcome,
    Reason,
    Scheme,
    Service,
    Stage,
    Total,
    Totals,
)
from pos_terminal.domain.money import Cents

ENCODING = "cp437"
"""Of all texts, as long as registration asks for no other."""

EURO = b"\x09\x78"

STAGES = {
    0x01: Stage.PIN, 0x02: Stage.PIN, 0x41: Stage.PIN, 0x42: Stage.PIN, 0x04: Stage.AUTHORISING,
    0x44: Stage.AUTHORISING, 0x0A: Stage.CARD, 0x0B: Stage.REMOVE_CARD, 0x4B: Stage.REMOVE_CARD,
}  # fmt: skip
"""By the intermediate state; the others tell the clerk nothing that he can act on."""

_REFUSED, _ABANDONED = Ending.REFUSED, Ending.ABANDONED
REASONS: dict[int, tuple[Ending, Reason]] = {
    **dict.fromkeys((0x64, 0x65, 0x66, 0x72, 0x73), (_REFUSED, Reason.UNREADABLE)),
    **dict.fromkeys(
        (0x67, 0x68, 0x6F, 0xA5, 0xC3, 0xC5, 0xC6, 0xC8, 0xC9, 0xCB, 0xD2),
        (_REFUSED, Reason.FORBIDDEN),
    ),
    **dict.fromkeys((0x6E, 0x71, 0x78, 0x79, 0x7A), (_REFUSED, Reason.REFUSED)),
    **dict.fromkeys((0x7D, 0x9B, 0xA1, 0xA3), (_REFUSED, Reason.NETWORK)),
    **dict.fromkeys(
        (0x6A, 0x6B, 0x77, 0x85, 0xB1, 0xB2, 0xC2, 0xCC, 0xE4, 0xF0),
        (_REFUSED, Reason.NOT_PREPARED),
    ),
    **dict.fromkeys((0xB4, 0xB5), (_REFUSED, Reason.UNKNOWN_PAYMENT)),
    0x6C: (_ABANDONED, Reason.CANCELLED),  # «abort via timeout or abort-key»: one word for both
}
"""By the result; below 64 it is the bank's own, above and not here it is a fault."""

SCHEMES = {0x05: Scheme.GIROCARD, 0x06: Scheme.MASTERCARD, 0x08: Scheme.AMEX, 0x0A: Scheme.VISA,
           0x2E: Scheme.MASTERCARD}  # fmt: skip
"""By the type of card, field 8A; 2E is Maestro."""

NAMES = {
    "VISA": Scheme.VISA, "MASTERCARD": Scheme.MASTERCARD, "MAESTRO": Scheme.MASTERCARD,
    "AMERICAN EXPRESS": Scheme.AMEX, "AMEX": Scheme.AMEX, "GIROCARD": Scheme.GIROCARD,
    "CONECS": Scheme.CONECS,
}  # fmt: skip
"""By what the card's name, field 8B, has in it: types are each network's own in part."""

_DAY = (Scheme.GIROCARD, Scheme.OTHER, Scheme.MASTERCARD, Scheme.AMEX, Scheme.VISA, Scheme.OTHER,
        Scheme.OTHER)  # fmt: skip
"""Whose sums follow one another in field 60; JCB, Diners and the rest have no name here."""

CODE = 0x64
"""The first of the results that the protocol defines itself."""

_TYPE, _LINES, _TECHNOLOGY = 0x1F07, 0x07, 0x1F12
MERCHANT = 0x01
"""The type of the slip that the merchant keeps."""

MOST_LINES = 200


def reason_of(code: int) -> tuple[Ending, Reason]:
    """How an order ended that was not approved."""
    fallback = Reason.REFUSED if code < CODE else Reason.NOT_DONE
    return REASONS.get(code, (Ending.REFUSED, fallback))


def numbered(found: Mapping[int, bytes]) -> str:
    """What tells a payment from those before it: receipt and trace; empty where it has neither."""
    parts = [found[field].hex() for field in (0x87, 0x0B) if field in found]
    return "-".join(parts)


def approved(
    found: Mapping[int, bytes], customer: tuple[str, ...], merchant: tuple[str, ...]
) -> Outcome:
    """The approval that a status is. FrameError without an amount, or in another currency."""
    if 0x04 not in found:
        raise FrameError("approved, without an amount")
    cents = number(found[0x04])
    if not cents or found.get(0x49, EURO) != EURO:
        raise FrameError("approved nothing, or in another currency")
    extra = dict(tlvs(found.get(0x06, b"")))
    technology = extra.get(_TECHNOLOGY, b"")[:1]
    return Outcome(
        ending=Ending.APPROVED,
        cents=Cents(cents),
        scheme=_scheme(found),
        last_four=last_four(found),
        authorisation=_text(found.get(0x3B, b"")).strip(),
        number=found.get(0x87, b"").hex(),
        terminal=found.get(0x29, b"").hex(),
        # 00 a stripe, 01 a chip, 02 without contact
        contactless=technology == b"\x02" if technology else None,
        customer_slip=customer,
        merchant_slip=merchant,
    )


def _scheme(found: Mapping[int, bytes]) -> Scheme:
    name = _text(found.get(0x8B, b"")).upper()
    named = (scheme for part, scheme in NAMES.items() if part in name)
    kind = found.get(0x8A, b"\x00")[0]
    return next(named, SCHEMES.get(kind, Scheme.OTHER))


def totals(found: Mapping[int, bytes], terminal: str, slip: tuple[str, ...]) -> Totals:
    """What a terminal moved since its last end of day. FrameError where digits are none.

    Refunds are in its sums with those of purchases, and not apart.
    """
    field = found.get(0x60, b"")
    if len(field) != 4 + 7 * len(_DAY):
        return Totals(known=False, terminal=terminal, slip=slip)
    sums = tuple(
        Total(service=Service.PURCHASE, scheme=scheme, count=field[at], cents=Cents(cents))
        for at, scheme in zip(range(4, len(field), 7), _DAY, strict=True)
        if (cents := number(field[at + 1 : at + 7])) or field[at]
    )
    return Totals(known=True, sums=sums, terminal=terminal, slip=slip)


def line_of(data: bytes) -> str:
    """The line of a slip in a command «print line»: an attribute, and the text."""
    return _text(data[1:])


def block(data: bytes) -> tuple[int, tuple[str, ...]]:
    """Whose slip a «print text block» is (1 the merchant's, 2 the customer's), and its lines."""
    if data[:1] != b"\x06":
        raise FrameError("a text block without a container")
    found = list(tlvs(data))
    kind = next((value[:1] for tag, value in found if tag == _TYPE), b"")
    lines = tuple(_text(value) for tag, value in found if tag == _LINES)
    return (kind[0] if kind else 0), lines[:MOST_LINES]


def _text(data: bytes) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "", data.decode(ENCODING))
