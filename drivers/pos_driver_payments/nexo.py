"""The plug-in `nexo`: terminals that speak nexo Retailer 3.0 in JSON over HTTPS, Adyen's for one.

What became of an order is asked by the till's own reference (TransactionStatus), so that a lost
answer leaves nothing unknown. All of it runs in a child of the till's, which has TLS and the keys.
"""

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from pos_driver_payments.child.near import in_a_child
from pos_driver_payments.frames import nexo
from pos_driver_payments.frames.http import FrameError as HttpError
from pos_driver_payments.frames.http import request, response
from pos_driver_payments.frames.nexo_envelope import BLOCK, EnvelopeError, Key
from pos_driver_payments.pinned import fingerprint_of
from pos_driver_payments.secret import secret
from pos_driver_payments.talk import WITHDRAWN, AnswerError, Aside, Hear, NotTaken, Send, Talk, Tell
from pos_driver_payments.terminal import Dial, TalkingTerminal
from pos_terminal.devices.payments import Ability, PaymentTerminal
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.settings import within
from pos_terminal.domain.authorisation import Order, Outcome, Service, Stage, Totals
from pos_terminal.domain.language import say
from pos_terminal.hookspecs import hookimpl
from pos_terminal.links.link import Link

GIVING_UP = 2.0
"""Seconds for the answer to Abort: that it was heard. What became of it the order's line says."""

CATEGORIES = {Service.PURCHASE: "Payment", Service.REFUND: "Payment", Service.REVERSAL: "Reversal"}


class NexoSettings(Struct, frozen=True, kw_only=True):
    """Where the terminal listens, and who it is: `poi` is its own number (POIID).

    `fingerprint` is the SHA-256 of its certificate: another one is refused before a byte is sent.
    `sale` is what the terminal calls this till (SaleID). `passphrase` names the credential, or the
    file, of the shared key, with `key` and `key_version`, where the terminal wants messages in an
    envelope. `login`: it wants a login before an order. `totals`: it knows Reconciliation.
    `answer_time` is for what waits for no customer, who may take `payment_time` in all, in seconds.
    """

    host: str
    poi: str
    fingerprint: str = ""
    port: int = 8443
    path: str = "/nexo"
    sale: str = "caisse-1"
    passphrase: str = ""
    key: str = ""
    key_version: int = 1
    login: bool = False
    totals: bool = False
    answer_time: float = 10.0
    payment_time: float = 180.0

    def __post_init__(self) -> None:
        within(self, port=(1, 65535), answer_time=(0.1, 60), payment_time=(1, 600))
        within(self, key_version=(0, 2**31))
        fingerprint_of(self.fingerprint)
        for name in ("poi", "sale"):
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", getattr(self, name)):
                raise ValueError(
                    say("{name} : lettres, chiffres, - et _, {most} au plus", name=name, most=64)
                )
        if not re.fullmatch(r"/[A-Za-z0-9/._-]*", self.path):
            raise ValueError(say("{name} : commence par /", name="path"))
        if bool(self.passphrase) != bool(self.key):
            raise ValueError(say("passphrase et key vont ensemble"))


@asynccontextmanager
async def open_terminal(settings: NexoSettings) -> AsyncIterator[PaymentTerminal]:
    """Start its child. DeviceLost where the terminal does not listen, or is another."""
    async with in_a_child("nexo", settings, Nexo.can(settings), settings.payment_time) as terminal:
        yield terminal


def over(dial: Dial, settings: NexoSettings, line: Link | None = None) -> TalkingTerminal:
    """The terminal behind whatever line; reads the key. SecretError."""
    return TalkingTerminal(dial, Nexo(settings), settings.payment_time, line)


class Nexo:
    """The dialogues. See `Speech`. `now` and `chance` are the world's: they name requests."""

    def __init__(
        self,
        settings: NexoSettings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._settings = settings
        self._now = now
        self._chance = chance
        self._key = (
            Key.of(secret(settings.passphrase), settings.key, settings.key_version)
            if settings.passphrase
            else None
        )

    @staticmethod
    def can(settings: NexoSettings) -> frozenset[Ability]:
        """What it can do, by its settings."""
        return frozenset(Ability) - (frozenset() if settings.totals else {Ability.END_OF_DAY})

    @property
    def abilities(self) -> frozenset[Ability]:
        """See `Speech.abilities`."""
        return self.can(self._settings)

    def identity(self) -> Talk[str]:
        """That of the settings, which each of its answers has to bear."""
        yield from ()
        return self._settings.poi

    def begin(self, order: Order) -> Talk[str]:
        """Nothing: it knows orders by their references."""
        yield from ()
        return ""

    def authorise(self, order: Order) -> Talk[Outcome]:
        """Logs in where it has to, and asks; a reversal finds what it undoes first."""
        if self._settings.login:
            yield from self._login()
        category = CATEGORIES[order.service]
        if order.service is Service.REVERSAL:
            body = yield from self._undoing(order)
        else:
            body = nexo.payment(order, self._moment())
        asked = self._pair(category, order.reference)
        yield Send(self._request(asked, body), orders=True)
        yield Tell(Stage.CARD)
        found = yield from self._answer(self._settings.payment_time, order)
        return self._outcome(order, self._body(found, asked))

    def outcome(self, order: Order) -> Talk[Outcome | None]:
        """Has the answer repeated, by the order's reference."""
        category = CATEGORIES[order.service]
        status = yield from self._status(category, order.reference)
        if status is None:
            return None
        return self._outcome(order, status)

    def end_of_day(self) -> Talk[Totals]:
        """Closes its day, for what this till has done."""
        body = {"ReconciliationType": "SaleReconciliation"}
        said = yield from self._exchange("Reconciliation", body, orders=True)
        try:
            return nexo.totals(said, self._settings.poi)
        except nexo.FrameError as error:
            raise AnswerError(str(error)) from error

    def _outcome(self, order: Order, said: nexo.Tree) -> Outcome:
        try:
            if nexo.result(said) == ("Failure", "Busy"):
                raise NotTaken("busy", busy=True)
            if nexo.result(said) == ("Failure", "MessageFormat"):
                raise NotTaken("it does not understand the order")
            return nexo.outcome(order, said, self._settings.poi)
        except nexo.FrameError as error:
            raise AnswerError(str(error)) from error

    def _login(self) -> Talk[None]:
        body = {
            "DateTime": self._moment(), "OperatorLanguage": "fr",
            "SaleSoftware": {"ManufacturerID": "pos-terminal", "ApplicationName": "pos-terminal",
                             "SoftwareVersion": "1", "CertificationCode": "none"},
        }  # fmt: skip
        said, why = nexo.result((yield from self._exchange("Login", body)))
        if said != "Success":
            raise NotTaken(f"no login: {why}", busy=why == "Busy")

    def _undoing(self, order: Order) -> Talk[dict[str, Any]]:
        """ReversalRequest. The payment's number is asked for: it is too long to be on record."""
        assert order.original is not None
        paid = yield from self._status("Payment", order.original.reference)
        if paid is None:
            raise NotTaken("it does not know the payment that is to be undone", unable=True)
        try:
            number = nexo.transaction(paid)
        except nexo.FrameError as error:
            raise NotTaken("the payment that is to be undone has no number", unable=True) from error
        return {
            "OriginalPOITransaction": {"POITransactionID": number},
            "ReversalReason": "MerchantCancel",
        }

    def _status(self, category: str, reference: str) -> Talk[nexo.Tree | None]:
        """The answer to an earlier request; None where the terminal does not know it."""
        body = {
            "ReceiptReprintFlag": True,
            "DocumentQualifier": ["CashierReceipt", "CustomerReceipt"],
            "MessageReference": {
                "MessageCategory": category, "SaleID": self._settings.sale, "ServiceID": reference,
            },
        }  # fmt: skip
        said = yield from self._exchange("TransactionStatus", body)
        try:
            match nexo.result(said):
                case "Success", _:
                    return self._pair(category, reference).repeated(said)
                case "Failure", "NotFound":
                    return None
                case "Failure", "InProgress" | "Busy":
                    raise NotTaken("it is still at it", busy=True)
        except nexo.FrameError as error:
            raise AnswerError(str(error)) from error
        raise AnswerError("it does not say what became of it")

    def _exchange(
        self, category: str, body: dict[str, Any], *, orders: bool = False
    ) -> Talk[nexo.Tree]:
        """A question that waits for no customer, under a number that no order ever has."""
        asked = self._pair(category, self._chance(5).hex())
        yield Send(self._request(asked, body), orders)
        found = yield from self._answer(self._settings.answer_time)
        return self._body(found, asked)

    def _pair(self, category: str, number: str) -> nexo.Pair:
        return nexo.Pair(category, number, self._settings.sale, self._settings.poi)

    def _request(self, asked: nexo.Pair, body: dict[str, Any]) -> bytes:
        settings = self._settings
        plain = asked.request(body)
        sealed = self._key.seal(plain, self._chance(BLOCK)) if self._key else plain
        return request("POST", f"{settings.host}:{settings.port}", settings.path, sealed)

    def _body(self, found: bytes, asked: nexo.Pair) -> nexo.Tree:
        try:
            return asked.answer(self._key.open(found) if self._key else found)
        except (nexo.FrameError, EnvelopeError) as error:
            raise AnswerError(str(error)) from error

    def _answer(self, seconds: float, order: Order | None = None) -> Talk[bytes]:
        """The answer's body; while an order is under way the till may want to give it up."""
        data = b""
        while True:
            heard = yield Hear(seconds)
            if heard is WITHDRAWN:
                if order:
                    yield Aside(self._abort(order), GIVING_UP)
                continue
            if heard is None:
                raise TimeoutError("no answer")
            assert isinstance(heard, bytes)
            data += heard
            try:
                found = response(data)
            except HttpError as error:
                raise AnswerError(str(error)) from error
            if found and found.status != 200:
                raise AnswerError(f"HTTP {found.status}")
            if found:
                return found.body

    def _abort(self, order: Order) -> bytes:
        body = {
            "AbortReason": "MerchantAbort",
            "MessageReference": {
                "MessageCategory": CATEGORIES[order.service],
                "SaleID": self._settings.sale, "ServiceID": order.reference,
            },
        }  # fmt: skip
        return self._request(self._pair("Abort", self._chance(5).hex()), body)

    def _moment(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «nexo»."""
    drivers.payment_terminals.add("nexo", open_terminal, NexoSettings)
