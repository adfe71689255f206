"""Token, Bearer, Print, Show, Weigh: what the local API needs of the till, each by its own act.

The secret of a token is its bearer's, who sends it with every call: the agent keeps none, and has
nothing that the till would take from it. No act of a token's sells or opens a drawer; what is shown
and printed is told from the till's own.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator

from pos_terminal.channel.api import (
    Bearer,
    BearerAsked,
    PrintAsked,
    PrintedPaper,
    PrintLine,
    ShowAsked,
    TokenAsked,
    WeighAsked,
    WeightSeen,
)
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Granted, Nothing
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.domain.codes.barcode import is_gtin
from pos_terminal.domain.events.values import GrantLevel, PrintOutcome
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import (
    Align,
    Barcode,
    Block,
    Ean,
    PrinterRole,
    Qr,
    Receipt,
    Row,
    Rule,
    Text,
)
from pos_terminal.domain.screen import WIDTH, Screen
from pos_terminal.domain.staff import tokens
from pos_terminal.domain.staff.grants import LONGEST
from pos_terminal.runtime.methods.grants import GrantMethods, until
from pos_terminal.runtime.methods.terminal import Terminal

LINES, CHARACTERS = 100, 200
"""Of a paper at most, and of each text on it."""

ROLES = (PrinterRole.RECEIPT, PrinterRole.KITCHEN, PrinterRole.LABEL)
"""Printers that print for others: reports and invoices are the till's own papers."""

PRINTED = 9.0
"""Seconds until nobody waits any more for how it ended: who asks waits for ten (agent/till)."""

SHOWN = 120
"""Seconds that a message may stand."""

PACE = 0.1
"""Seconds between two readings of the scale for somebody who follows it."""

WEIGHERS = 4
"""Who may follow it at once."""


class ApiMethods:
    """Answers them."""

    def __init__(self, terminal: Terminal, grants: GrantMethods) -> None:
        self._terminal = terminal
        self._grants = grants
        self._weighers = 0
        self._ending: asyncio.TimerHandle | None = None

    async def token(self, peer: Peer, asks: TokenAsked) -> Granted:
        """Make a token, for somebody who is signed in; its secret is told this once."""
        name, scope = asks.name.strip(), dict.fromkeys(asks.scope)
        if not (0 < len(name) <= tokens.LONGEST_NAME and name.isprintable()):
            detail = say("le nom d'un jeton a de 1 à {most} caractères", most=tokens.LONGEST_NAME)
            raise ChannelError(faults.BAD_REQUEST, detail)
        if not scope or not set(scope) <= set(tokens.SCOPES) or not 0 < asks.seconds <= LONGEST:
            detail = say("{what} pour {seconds} s", what=" ".join(scope), seconds=asks.seconds)
            raise ChannelError(faults.BAD_REQUEST, detail[:200])
        actor = await self._grants.allowed(
            peer, asks.grant, GrantLevel.CONTROL, f"Token {name}", tokens.MAKE
        )
        return await self._grants.make(
            tokens.PURPOSE, GrantLevel.OBSERVE, (*scope,), asks.seconds,
            by=self._grants.giver(actor.grant), token=name,
        )  # fmt: skip

    def bearer(self, peer: Peer, asks: BearerAsked) -> Bearer:
        """What a token allows; ChannelError where it is none, or none any more."""
        grant = self._grants.shown(asks.grant)
        if grant is None or not grant.token:
            raise ChannelError(faults.NOT_GRANTED, say("ce jeton n'est pas, ou plus, valable"))
        end = until(grant, self._terminal.clock.now())
        return Bearer(grant.grant, grant.token, list(grant.scope), end)

    async def print(self, peer: Peer, asks: PrintAsked) -> PrintedPaper:
        """Print it, and say how that ended. ChannelError where it is no paper."""
        role = asks.role or PrinterRole.RECEIPT
        if role not in ROLES:
            known = " ".join(ROLES)
            raise ChannelError(faults.BAD_REQUEST, say("imprimantes : {known}", known=known))
        receipt = _paper(asks, role)
        what = f"Print {role} {asks.title}"
        await self._grants.allowed(peer, asks.grant, GrantLevel.CONTROL, what, tokens.PRINT)
        asked = self._terminal.equipment.outputs.prints(role).ask(receipt)
        try:
            async with asyncio.timeout(PRINTED):
                done = await asked
        except TimeoutError:  # one that was not begun is given up, and nobody can tell which
            return PrintedPaper(PrintOutcome.UNKNOWN, faults.PRINT_UNKNOWN.code)
        return PrintedPaper(done.outcome, done.fault.code if done.fault else "")

    async def show(self, peer: Peer, asks: ShowAsked) -> Nothing:
        """Show two lines to the customers; ChannelError where somebody is being served."""
        for line in (asks.line1, asks.line2):
            if len(line) > WIDTH or not line.isprintable():
                detail = say("une ligne a {width} caractères", width=WIDTH)
                raise ChannelError(faults.BAD_REQUEST, detail)
        if not 1 <= asks.seconds <= SHOWN:
            detail = say("de 1 à {most} s", most=SHOWN)
            raise ChannelError(faults.BAD_REQUEST, detail)
        what = f"Show {asks.line1} {asks.line2}".rstrip()
        await self._grants.allowed(peer, asks.grant, GrantLevel.CONTROL, what, tokens.SHOW)
        till, message = self._terminal.till(), Screen(asks.line1, asks.line2)
        if till is None:
            raise ChannelError(self._terminal.trouble() or faults.TILL_SILENT)
        if not till.show(message):
            raise ChannelError(faults.SALES_OPEN, say("un client est servi"))
        if self._ending:
            self._ending.cancel()
        loop = asyncio.get_running_loop()
        self._ending = loop.call_later(asks.seconds, till.end_show, message)
        return Nothing()

    async def weigh(self, peer: Peer, asks: WeighAsked) -> AsyncGenerator[WeightSeen, None]:
        """What lies on the scale, and what comes to lie there, until the token is over.

        Nothing is changed by it, and nothing recorded.
        """
        actor = self._grants.permitted(peer, asks.grant, GrantLevel.CONTROL, "Weigh", tokens.WEIGH)
        if self._weighers >= WEIGHERS:
            raise ChannelError(faults.BAD_REQUEST, say("trop de programmes suivent la balance"))
        self._weighers += 1
        try:
            told: WeightSeen | None = None
            while self._grants.holds(actor.grant):
                seen = await self._looked()
                if seen != told:
                    yield seen
                told = seen
                await asyncio.sleep(PACE)
        finally:
            self._weighers -= 1
        raise ChannelError(faults.NOT_GRANTED, say("ce jeton n'est pas, ou plus, valable"))

    async def _looked(self) -> WeightSeen:
        found = await self._terminal.equipment.outputs.scale.look()
        if found.weight is None:
            return WeightSeen(fault=found.fault.code if found.fault else "")
        return WeightSeen(found.weight.grams, found.weight.net)


def _paper(asks: PrintAsked, role: PrinterRole) -> Receipt:
    """The paper; nobody takes it for a ticket. ChannelError for a line that is none."""
    texts = [asks.title, *(text for line in asks.lines for text in (line.text, line.right))]
    if not asks.title or not 0 < len(asks.lines) <= LINES:
        detail = say("un titre, et de 1 à {lines} lignes", lines=LINES)
        raise ChannelError(faults.BAD_REQUEST, detail)
    if any(len(text) > CHARACTERS or not (text.isprintable() or not text) for text in texts):
        detail = say("au plus {most} caractères imprimables", most=CHARACTERS)
        raise ChannelError(faults.BAD_REQUEST, detail)
    blocks = tuple(map(_block, asks.lines))
    if role is not PrinterRole.LABEL:
        blocks = (*_head(), *blocks)
    return Receipt(f"{say('papier')} {asks.title}", blocks)


def _head() -> Iterator[Block]:
    yield Text(say("CE N'EST PAS UN TICKET"), Align.CENTRE)
    yield Rule()


def _block(line: PrintLine) -> Block:
    match line.code:
        case "" if not line.text and not line.right:
            return Rule()
        case "" if line.right:
            return Row(line.text, line.right, line.bold, line.tall)
        case "":
            return Text(line.text, line.align, line.bold, line.tall)
        case "qr" if line.text:
            return Qr(line.text)
        case "code128" if line.text and line.text.isascii():
            return Barcode(line.text)
        case "ean" if len(line.text) in (8, 13) and is_gtin(line.text):
            return Ean(line.text)
    raise ChannelError(faults.BAD_REQUEST, say("pas un code : {text!r}", text=line.text[:30]))
