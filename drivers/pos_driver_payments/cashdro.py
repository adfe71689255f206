"""The plug-in `cashdro`: cash machines CashDro, by their web service over HTTPS.

The machine numbers an operation before it carries it out: that number is on record before it is
acknowledged, and by it the machine is asked later what became of it. All of it runs in a child of
the till's, which has TLS and the password.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from pos_driver_payments.child.near import in_a_child
from pos_driver_payments.frames import cashdro
from pos_driver_payments.frames.http import FrameError as HttpError
from pos_driver_payments.frames.http import request, response
from pos_driver_payments.pinned import fingerprint_of
from pos_driver_payments.secret import secret
from pos_driver_payments.talk import (
    WITHDRAWN,
    AnswerError,
    HangUp,
    Hear,
    NotTaken,
    OnlyPays,
    Pause,
    Send,
    Settle,
    Talk,
    Tell,
)
from pos_driver_payments.terminal import Dial, TalkingTerminal
from pos_terminal.devices.payments import Ability, PaymentTerminal
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.settings import within
from pos_terminal.domain.authorisation import (
    Ending,
    Order,
    Outcome,
    Reason,
    Scheme,
    Service,
    Stage,
)
from pos_terminal.domain.language import say
from pos_terminal.domain.money import Cents
from pos_terminal.hookspecs import hookimpl
from pos_terminal.links.link import Link

GIVE_UP = 2
"""finishOperation's type that gives the customer's money back."""


class CashdroSettings(Struct, frozen=True, kw_only=True):
    """Where the machine listens. `fingerprint` is the SHA-256 of its certificate: another one is
    refused before a byte is sent.

    `user` is the machine's user for the till, `password` names the credential, or the file, of its
    password. `page` is the service's, `kind` its number for a sale, `pays_out` that for money that
    goes back to a customer; 0: it gives none back. `till` is what the machine's lists call this
    till. It is asked each `poll` seconds, may take `answer_time` for an answer; a customer may take
    `payment_time` in all.
    """

    host: str
    fingerprint: str = ""
    user: str
    password: str = "cashdro-password"
    port: int = 443
    page: str = "/Cashdro3WS/index.php"
    kind: int = 4
    pays_out: int = 3
    till: str = "caisse-1"
    poll: float = 1.0
    answer_time: float = 10.0
    payment_time: float = 300.0

    def __post_init__(self) -> None:
        within(self, port=(1, 65535), kind=(1, 99), pays_out=(0, 99), poll=(0.2, 10))
        within(self, answer_time=(0.1, 60), payment_time=(1, 900))
        fingerprint_of(self.fingerprint)
        if self.kind == self.pays_out:
            raise ValueError(say("kind et pays_out ont le même numéro : 0 si elle ne rend pas"))
        if not re.fullmatch(r"/[A-Za-z0-9/._-]*", self.page):
            raise ValueError(say("{name} : commence par /", name="page"))
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,20}", self.till):
            raise ValueError(
                say("{name} : lettres, chiffres, - et _, {most} au plus", name="till", most=20)
            )


@asynccontextmanager
async def open_terminal(settings: CashdroSettings) -> AsyncIterator[PaymentTerminal]:
    """Start its child. DeviceLost where the machine does not listen, or is another."""
    bound = settings.payment_time
    async with in_a_child("cashdro", settings, abilities(settings), bound) as terminal:
        yield terminal


def abilities(settings: CashdroSettings) -> frozenset[Ability]:
    """To the machine money that goes back is all one: of a payment just made, or of any day's."""
    back = {Ability.REFUND, Ability.REVERSAL} if settings.pays_out else set()
    return frozenset({Ability.CANCEL, Ability.OUTCOME, *back})


def over(dial: Dial, settings: CashdroSettings, line: Link | None = None) -> TalkingTerminal:
    """The machine behind whatever line; reads the password. SecretError."""
    speech = Cashdro(settings, secret(settings.password))
    return TalkingTerminal(dial, speech, settings.payment_time, line)


class Cashdro(OnlyPays):
    """The dialogues. See `Speech`. Each request has a line of its own, as a browser's have."""

    def __init__(self, settings: CashdroSettings, password: str) -> None:
        self.abilities = abilities(settings)
        self._settings = settings
        self._password = password
        self._withdrawn = False

    def begin(self, order: Order) -> Talk[str]:
        """The number that the machine gives it. It takes nothing up before that is acknowledged."""
        settings = self._settings
        kind = settings.kind if order.service is Service.PURCHASE else settings.pays_out
        code, content = yield from self._ask(
            "startOperation", type=kind, posid=settings.till, posuser=order.reference,
            parameters=cashdro.amount(order.cents),
        )  # fmt: skip
        if code != cashdro.DONE:
            raise NotTaken(f"not begun: {code}", busy=True)
        try:
            return cashdro.begun(content)
        except cashdro.FrameError as error:
            raise AnswerError(str(error)) from error

    def authorise(self, order: Order) -> Talk[Outcome]:
        """Acknowledges its number, whereupon the machine begins, and asks until it has ended."""
        number = order.after or (yield from self.begin(order))
        code, _ = yield from self._ask("acknowledgeOperationId", orders=True, operationId=number)
        if code != cashdro.DONE:
            raise NotTaken(f"not taken up: {code}")
        yield Tell(Stage.COINS if order.service is Service.PURCHASE else Stage.CHANGE)
        self._withdrawn = False
        while (stands := (yield from self._stands(order, number))).state in cashdro.UNDER_WAY:
            self._withdrawn |= (yield Pause(self._settings.poll)) is WITHDRAWN
            if self._withdrawn:
                # Each time: it is not heard before the customer is asked to pay.
                yield from self._ask("finishOperation", type=GIVE_UP, operationId=number)
        found = self.read(stands, order.service)
        if self._withdrawn and found.ending is Ending.ABANDONED:
            found = Outcome(ending=Ending.ABANDONED, reason=Reason.WITHDRAWN)
        yield Settle(found)
        yield from self._ask("setOperationImported", operationId=number)
        return found

    def outcome(self, order: Order) -> Talk[Outcome | None]:
        """Asks by its number."""
        if not order.after:
            raise AnswerError("no number tells this payment from others")
        stands = yield from self._stands(order, order.after)
        if stands.state == cashdro.BEGUN:
            # Not acknowledged, as far as it says; what was sent last may yet be on its way to it.
            raise AnswerError("begun, and not taken up so far")
        if stands.state in cashdro.UNDER_WAY:
            raise NotTaken("it is still at it", busy=True)
        return self.read(stands, order.service)

    def _stands(self, order: Order, number: str) -> Talk[cashdro.Operation]:
        """How the operation stands. AnswerError where it is another, or unknown to the machine."""
        code, content = yield from self._ask("askOperation", operationId=number)
        if code != cashdro.DONE:
            raise AnswerError(f"it does not know the operation: {code}")
        try:
            found = cashdro.operation(content)
        except cashdro.FrameError as error:
            raise AnswerError(str(error)) from error
        if found.number not in ("", number) or abs(found.total) not in (0, order.cents):
            raise AnswerError("an answer to another operation")
        return found

    def read(self, found: cashdro.Operation, service: Service = Service.PURCHASE) -> Outcome:
        """What an operation that has ended came to. AnswerError where that is not plain.

        A version to which that number says something else takes money in where it should give it
        back: that is not plain either.
        """
        moved = found.come - found.gone
        moved = moved if service is Service.PURCHASE else -moved
        if found.state != cashdro.FINISHED or not found.whole or moved < 0:
            # Change may be stuck, or still be owed: what has moved is for a person to see.
            raise AnswerError("it has not ended well")
        if not moved:
            return Outcome(ending=Ending.ABANDONED, reason=Reason.CANCELLED)
        return Outcome(ending=Ending.APPROVED, cents=Cents(moved), scheme=Scheme.CASH)

    def _ask(
        self, operation: str, *, orders: bool = False, **words: object
    ) -> Talk[tuple[int, Any]]:
        """One request on a line of its own: the answer's code and content."""
        settings = self._settings
        target = cashdro.target(settings.page, settings.user, self._password, operation, **words)
        yield Send(request("GET", settings.host, target), orders)
        data = b""
        while True:
            heard = yield Hear(settings.answer_time)
            if heard is WITHDRAWN:
                self._withdrawn = True  # to be said once this has its answer
                continue
            if heard is None:
                raise TimeoutError("no answer")
            assert isinstance(heard, bytes)
            data += heard
            try:
                found = response(data)
                if found and found.status != 200:
                    raise AnswerError(f"HTTP {found.status}")
                if found:
                    yield HangUp()
                    return cashdro.answer(found.body)
            except (HttpError, cashdro.FrameError) as error:
                raise AnswerError(str(error)) from error


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «cashdro»."""
    drivers.payment_terminals.add("cashdro", open_terminal, CashdroSettings)
