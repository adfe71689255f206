"""Messages of nexo Retailer 3.0 in JSON, as a till sends and reads them.

Source: nexo, «Sale to POI Protocol Specifications» 3.0; Adyen, «Terminal API», which is that in
JSON. Amounts are numbers of euros with two decimals: read as decimals, never as floats.
"""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.authorisation import (
    EURO,
    Ending,
    Order,
    Outcome,
    Reason,
    Scheme,
    Service,
    Total,
    Totals,
)
from pos_terminal.domain.money import Cents

SCHEMES = {
    "visa": Scheme.VISA, "mc": Scheme.MASTERCARD, "mastercard": Scheme.MASTERCARD,
    "amex": Scheme.AMEX, "cartebancaire": Scheme.CB, "cb": Scheme.CB,
    "girocard": Scheme.GIROCARD, "conecs": Scheme.CONECS,
}  # fmt: skip
"""By the card's brand, small letters alone."""

ENDINGS = {
    "Refusal": (Ending.REFUSED, Reason.REFUSED),
    "WrongPIN": (Ending.REFUSED, Reason.REFUSED),
    "PaymentRestriction": (Ending.REFUSED, Reason.FORBIDDEN),
    "NotAllowed": (Ending.REFUSED, Reason.FORBIDDEN),
    "InvalidCard": (Ending.REFUSED, Reason.UNREADABLE),
    "InsertedCard": (Ending.REFUSED, Reason.NOT_PREPARED),
    "DeviceOut": (Ending.REFUSED, Reason.NOT_PREPARED),
    "UnavailableDevice": (Ending.REFUSED, Reason.NOT_PREPARED),
    "UnavailableService": (Ending.REFUSED, Reason.NOT_PREPARED),
    "LoggedOut": (Ending.REFUSED, Reason.NOT_PREPARED),
    "UnreachableHost": (Ending.REFUSED, Reason.NETWORK),
    "NotFound": (Ending.REFUSED, Reason.UNKNOWN_PAYMENT),
    "Cancel": (Ending.ABANDONED, Reason.CANCELLED),
    "Aborted": (Ending.ABANDONED, Reason.WITHDRAWN),
}
"""By ErrorCondition, where no money moved. Busy is none of these, and InProgress is no ending."""

MOST_LINES = 200
"""Lines of a receipt; more are no receipt."""

NUMBER = re.compile(r"[!-~]{1,64}")
"""What a terminal may call a payment."""


Tree = dict[str, Any]
"""An object of JSON, of a form that nobody vouches for."""


NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec says of bytes that are none, of texts that are none, and of a thousand brackets."""


class FrameError(ValueError):
    """What came cannot be believed. It says where, and shows none of it."""


class Pair(Struct, frozen=True):
    """Which request, and its answer: what both headers say."""

    category: str
    service_id: str
    sale: str
    poi: str

    def header(self, kind: str) -> dict[str, str]:
        """The header of a Request, or of its Response."""
        return {
            "ProtocolVersion": "3.0", "MessageClass": "Service", "MessageCategory": self.category,
            "MessageType": kind, "ServiceID": self.service_id, "SaleID": self.sale,
            "POIID": self.poi,
        }  # fmt: skip

    def request(self, body: dict[str, Any]) -> bytes:
        """The request's JSON."""
        message = {"MessageHeader": self.header("Request"), f"{self.category}Request": body}
        return msgspec.json.encode({"SaleToPOIRequest": message})

    def answer(self, data: bytes) -> Tree:
        """The body of the answer. FrameError where it is to another request, or none."""
        try:
            found = msgspec.json.Decoder(float_hook=Decimal).decode(data)
        except NO_JSON as error:
            raise FrameError("no JSON") from error
        return self._body(tree(found, "SaleToPOIResponse"))

    def repeated(self, status: Tree) -> Tree:
        """The answer to this request, out of what TransactionStatus says."""
        said = tree(status, "RepeatedMessageResponse")
        header, inner = tree(said, "MessageHeader"), tree(said, "RepeatedResponseMessageBody")
        return self._body({"MessageHeader": header, **inner})

    def _body(self, message: Tree) -> Tree:
        header = tree(message, "MessageHeader")
        for name, value in self.header("Response").items():
            if name != "ProtocolVersion" and header.get(name) != value:
                raise FrameError(f"an answer to another {name}")
        return tree(message, f"{self.category}Response")


def euros(cents: int) -> Decimal:
    """As an amount is said; with it goes `encoded`."""
    return Decimal(cents) / 100


def payment(order: Order, moment: str) -> dict[str, Any]:
    """PaymentRequest. The float that the amount is written as has its two decimals and no more:
    that holds to a hundred million euros."""
    body: dict[str, Any] = {
        "SaleData": {"SaleTransactionID": {"TransactionID": order.reference, "TimeStamp": moment}},
        "PaymentTransaction": {
            "AmountsReq": {"Currency": EURO, "RequestedAmount": float(euros(order.cents))}
        },
    }
    if order.service is Service.REFUND:
        body["PaymentData"] = {"PaymentType": "Refund"}
    return body


def tree(found: Any, *names: str) -> Tree:
    """What stands there. FrameError where nothing with parts does."""
    if not isinstance(found, dict):
        raise FrameError("no message")
    for name in names:
        found = found.get(name)
        if not isinstance(found, dict):
            raise FrameError(f"no {name}")
    there: Tree = found
    return there


def _part(found: Tree, *names: str) -> Tree:
    """What stands there; empty where nothing with parts does."""
    for name in names:
        inner = found.get(name)
        found = inner if isinstance(inner, dict) else {}
    return found


def _parts(found: Tree, name: str) -> list[Tree]:
    """The things with parts in a list that may be missing."""
    listed = found.get(name)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _text(found: Tree, *names: str) -> str:
    """A text that may be missing."""
    *way, last = names
    said = _part(found, *way).get(last)
    return said if isinstance(said, str) and said.isprintable() and len(said) <= 200 else ""


def result(body: Tree) -> tuple[str, str]:
    """Result and ErrorCondition of any answer."""
    said = tree(body, "Response")
    return _text(said, "Result"), _text(said, "ErrorCondition")


def cents(value: Any) -> Cents:
    """An amount. FrameError for one that is none, or has fractions of a cent."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise FrameError("an amount that is none")
    if not 0 <= value <= 10**8 or value * 100 != int(value * 100):
        raise FrameError("an amount that is none")
    return Cents(int(value * 100))


def outcome(order: Order, body: Tree, poi: str) -> Outcome:
    """What the answer to a payment or a reversal says. FrameError where it cannot be believed."""
    said, why = result(body)
    customer, merchant = _slip(body, "CustomerReceipt"), _slip(body, "CashierReceipt")
    if said == "Failure" and why in ENDINGS:
        ending, reason = ENDINGS[why]
        return Outcome(ending=ending, reason=reason, terminal=poi, customer_slip=customer,
                       merchant_slip=merchant)  # fmt: skip
    if said not in ("Success", "Partial"):
        raise FrameError("neither done nor not done")
    if order.service is Service.REVERSAL:
        moved, tip = order.cents, Cents(0)
        if "ReversedAmount" in body and cents(body["ReversedAmount"]) != moved:
            raise FrameError("another sum was undone")
    else:
        amounts = tree(body, "PaymentResult", "AmountsResp")
        if amounts.get("Currency", EURO) != EURO:
            raise FrameError("another currency")
        moved, tip = cents(amounts.get("AuthorizedAmount")), cents(amounts.get("TipAmount", 0))
    if not moved:
        raise FrameError("done, without an amount")
    paid = _approved(body, poi)
    return replace(paid, cents=moved, tip=tip, customer_slip=customer, merchant_slip=merchant)


def _approved(body: Tree, poi: str) -> Outcome:
    """But for what moved."""
    paid = _part(body, "PaymentResult")
    card = _part(paid, "PaymentInstrumentData", "CardData")
    digits = re.search(r"([0-9]{1,4})$", _text(card, "MaskedPan"))
    modes = card.get("EntryMode")
    number = _text(body, "POIData", "POITransactionID", "TransactionID")
    return Outcome(
        ending=Ending.APPROVED,
        scheme=SCHEMES.get(_brand(card, "PaymentBrand"), Scheme.OTHER),
        last_four=digits[1] if digits else "",
        authorisation=_text(paid, "PaymentAcquirerData", "ApprovalCode"),
        number=number if NUMBER.fullmatch(number) else "",
        terminal=poi,
        contactless=any(each in ("Contactless", "Tapped") for each in modes)
        if isinstance(modes, list)
        else None,
        signature=any(
            each.get("RequiredSignatureFlag") is True for each in _parts(body, "PaymentReceipt")
        ),
    )


def _brand(found: Tree, name: str) -> str:
    return re.sub(r"[^a-z]", "", _text(found, name).lower())


def transaction(body: Tree) -> Tree:
    """What a payment is undone by: POITransactionID, as its answer had it."""
    found = tree(body, "POIData", "POITransactionID")
    return {name: _text(found, name) for name in ("TransactionID", "TimeStamp")}


def _slip(body: Tree, whose: str) -> tuple[str, ...]:
    """The lines of a receipt; those that are pairs (name=..&value=..) as they are to be printed."""
    lines = [
        _line(_text(line, "Text"))
        for each in _parts(body, "PaymentReceipt")
        if each.get("DocumentQualifier") == whose
        for line in _parts(_part(each, "OutputContent"), "OutputText")
    ]
    return tuple(lines[:MOST_LINES])


def _line(text: str) -> str:
    pairs = dict(parse_qsl(text, keep_blank_values=True))
    if "name" not in pairs:
        return text if "key" not in pairs else ""
    shown = f"{pairs['name']} {pairs.get('value', '')}".replace("\u00a0", " ").rstrip()
    return shown if shown.isprintable() else ""


SERVICES = {"Debit": Service.PURCHASE, "Credit": Service.REFUND, "ReverseDebit": Service.REVERSAL}


def totals(body: Tree, poi: str) -> Totals:
    """What Reconciliation says; sums in other currencies are none of ours. FrameError."""
    said, _ = result(body)
    if said != "Success":
        raise FrameError("its day was not closed")
    found: list[Total] = []
    for each in _parts(body, "TransactionTotals"):
        if each.get("PaymentCurrency", EURO) != EURO:
            continue
        brand = _brand(each, "CardBrand")
        for row in _parts(each, "PaymentTotals"):
            service = SERVICES.get(_text(row, "TransactionType"))
            count = row.get("TransactionCount")
            if service is None or type(count) is not int or not 0 <= count <= 10**6:
                raise FrameError("a sum of nothing that is known")
            found.append(
                Total(
                    service=service,
                    count=count,
                    cents=cents(row.get("TransactionAmount")),
                    scheme=SCHEMES.get(brand, Scheme.OTHER) if brand else None,
                )
            )
    return Totals(known=bool(found), sums=tuple(found), terminal=poi)
