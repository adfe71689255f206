"""The plug-in `caisse-ap`: French terminals that speak Caisse-AP over IP («Concert V3»), TCP 8888.

One connection for each order. There is no question for what became of an order: an answer that is
lost goes to a person, who is helped by the terminal's own slip.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from msgspec import Struct

from pos_driver_payments.frames.caisse_ap import FrameError, fields, message, ticket
from pos_driver_payments.talk import AnswerError, Hear, OnlyPays, Send, Settle, Talk, Tell
from pos_driver_payments.terminal import Dial, TalkingTerminal, listening
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

EURO = "978"
"""ISO 4217."""

ACTIONS = {Service.PURCHASE: "0", Service.REFUND: "1", Service.REVERSAL: "2"}
DONE, NOT_DONE = "10", "01"

QUIET = 0.3
"""Seconds of silence after which a message that could be whole is: nothing marks its end."""

REST = 3.0
"""Seconds for the rest of a message that has begun."""

ECHOED = {"CA": "till", "CD": "service", "CE": "currency", "CF": "reference"}
"""What an answer repeats of its question, by tag."""

REASONS = {
    "04": (Ending.REFUSED, Reason.REFUSED),
    "05": (Ending.REFUSED, Reason.FORBIDDEN),
    "06": (Ending.ABANDONED, Reason.CANCELLED),
    "07": (Ending.REFUSED, Reason.NOT_DONE),
    "08": (Ending.ABANDONED, Reason.NOBODY),
    "09": (Ending.REFUSED, Reason.NOT_DONE),
    "10": (Ending.REFUSED, Reason.FORBIDDEN),
    "11": (Ending.ABANDONED, Reason.CANCELLED),
    "12": (Ending.REFUSED, Reason.FORBIDDEN),
    "13": (Ending.REFUSED, Reason.FORBIDDEN),
}
"""By the first two characters of AF; all others are not done for a reason that it does not give."""

SCHEMES = {
    "001": Scheme.CB, "00B": Scheme.CB, "002": Scheme.AMEX, "00D": Scheme.AMEX,
    "00E": Scheme.CONECS, "10E": Scheme.CONECS, "00C": Scheme.CHEQUE,
}  # fmt: skip
"""By the application that took it, CC."""

CONTACTLESS = {"001": False, "002": False, "00E": False, "00B": True, "00D": True, "10E": True}
"""What the application tells where CI does not."""

SLIPS = {"none": "", "customer": "100", "merchant": "110", "both": "120"}
"""Field CK: printed by the till, whose, in Latin-1 and base64."""


class CaisseApSettings(Struct, frozen=True, kw_only=True):
    """Where the terminal listens, and what it is told of the till.

    `till` is this till's number (CA), `protocol_id` the maker's number for its software (CJ),
    `version` the protocol's (CZ). `slips`: whose slips the terminal sends to be printed, where its
    version knows of that. `echoes`: it repeats the reference; one that does not is believed without
    it. A customer may take `payment_time` seconds in all.
    """

    host: str
    port: int = 8888
    till: int = 1
    protocol_id: str = "012345678901"
    version: str = "0300"
    slips: str = "none"
    echoes: bool = True
    payment_time: float = 180.0

    def __post_init__(self) -> None:
        within(self, port=(1, 65535), till=(1, 99), payment_time=(1, 600))
        if not re.fullmatch(r"\d{12}", self.protocol_id):
            raise ValueError(say("protocol_id : 12 chiffres"))
        if not re.fullmatch(r"03\d\d", self.version):
            raise ValueError(say("version : de 0300 à 0399"))
        if self.slips not in SLIPS:
            raise ValueError(say("slips : l'un de {known}", known=", ".join(SLIPS)))


@asynccontextmanager
async def open_terminal(settings: CaisseApSettings) -> AsyncIterator[PaymentTerminal]:
    """Look whether it listens. Raises DeviceLost when it does not."""
    async with listening(settings.host, settings.port) as dial:
        yield over(dial, settings)


def over(dial: Dial, settings: CaisseApSettings, line: Link | None = None) -> TalkingTerminal:
    """The terminal behind whatever line."""
    return TalkingTerminal(dial, CaisseAp(settings), settings.payment_time, line)


class CaisseAp(OnlyPays):
    """The dialogues. See `Speech`. Field CG is no number of the terminal's: it is a contract, and
    differs from card to card.
    """

    abilities = frozenset({Ability.REFUND, Ability.REVERSAL})

    def __init__(self, settings: CaisseApSettings) -> None:
        self._settings = settings

    def authorise(self, order: Order) -> Talk[Outcome]:
        """One message there, one back."""
        asked = self.request(order)
        yield Send(message(asked.items()), orders=True)
        yield Tell(Stage.CARD)
        data = b""
        wait = self._settings.payment_time
        while True:
            heard = yield Hear(wait)
            data += heard or b""
            try:
                found, at_end = fields(data)
            except FrameError as error:
                raise AnswerError(str(error)) from error
            enough = self._enough(found)
            if heard is None:
                if not (at_end or enough):
                    raise AnswerError(f"the answer breaks off after {len(data)} bytes")
                return self.read(asked, found)
            if enough:
                # Whatever follows changes nothing of it, and a terminal that hangs up behind its
                # answer has answered. But more may follow, a slip for one, and nothing marks the
                # end.
                yield Settle(self.read(asked, found))
            wait = QUIET if enough and at_end else REST

    def request(self, order: Order) -> dict[str, str]:
        """The fields of an order. BF, partial approval, is left out: newer ones choke on it."""
        asked = {
            "CZ": self._settings.version,
            "CJ": self._settings.protocol_id,
            "CA": f"{self._settings.till:02}",
            "CB": f"{order.cents:02}",
            "CD": ACTIONS[order.service],
            "CE": EURO,
            "BA": "0",
            "CF": order.reference,
        }
        tickets = SLIPS[self._settings.slips]
        return asked | ({"CK": tickets} if tickets else {})

    def _enough(self, found: Mapping[str, str]) -> bool:
        """Whether all that an answer stands on is there."""
        needed = {"CB", *self._must_echo()} if found.get("AE") == DONE else set[str]()
        return {"AE", *needed} <= set(found)

    def _must_echo(self) -> set[str]:
        return set(ECHOED) - (set() if self._settings.echoes else {"CF"})

    def read(self, asked: Mapping[str, str], found: Mapping[str, str]) -> Outcome:
        """What an answer says. AnswerError where it cannot be believed."""
        for tag, what in ECHOED.items():
            if tag == "CF" and not self._settings.echoes:
                continue
            if found.get(tag, asked[tag]) != asked[tag]:
                raise AnswerError(f"the answer is to another {what} ({tag})")
        if found.get("AE") == NOT_DONE:
            # On the red button an answer has little more than this.
            ending, reason = REASONS.get(found.get("AF", "")[:2], (Ending.REFUSED, Reason.NOT_DONE))
            customer, merchant = ticket(found)
            return Outcome(
                ending=ending, reason=reason, customer_slip=customer, merchant_slip=merchant
            )
        if found.get("AE") != DONE:
            raise AnswerError("the answer says neither that it was done nor that it was not")
        missing = sorted({"CB", *self._must_echo()} - set(found))
        if missing or not re.fullmatch(r"\d{1,12}", found["CB"]) or not int(found["CB"]):
            raise AnswerError(f"done, without {', '.join(missing) or 'an amount'}")
        return _approved(found)


def _approved(found: Mapping[str, str]) -> Outcome:
    customer, merchant = ticket(found)
    card = re.search(r"\d{1,4}$", found.get("AA", ""))
    application = found.get("CC", "")
    read = found.get("CI", "")
    return Outcome(
        ending=Ending.APPROVED,
        cents=Cents(int(found["CB"])),
        scheme=SCHEMES.get(application, Scheme.OTHER),
        last_four=card[0] if card else "",
        authorisation=found.get("AC", ""),
        contactless=read == "2" if read in ("1", "2") else CONTACTLESS.get(application),
        customer_slip=customer,
        merchant_slip=merchant,
    )


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «caisse-ap»."""
    drivers.payment_terminals.add("caisse-ap", open_terminal, CaisseApSettings)
