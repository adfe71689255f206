"""A payment terminal that a test, or a person, plays the customer and the bank of.

Unlike the other far ends it speaks no maker's protocol but one of its own, with words for all that
the seam knows: a line of JSON each way, over TCP on loopback. `payment` is its driver.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import Any, Self

import msgspec

from pos_driver_sim.bank import Bank, Card
from pos_terminal.domain.authorisation import (
    Ending,
    Order,
    Outcome,
    Reason,
    Service,
    Stage,
    Total,
    Totals,
)
from pos_terminal.domain.money import Cents


class Act(StrEnum):
    """What becomes of the next order: by the customer or the bank, and by the line."""

    APPROVE = "approve"
    REFUSE = "refuse"
    ABANDON = "abandon"
    """The customer presses the red button."""

    WAIT = "wait"
    """Nobody does anything, until `decide` says what, or the till asks to give up."""

    LOSE_BEFORE = "lose-before"
    """It is cut as the order arrives; the terminal takes no notice of the order."""

    LOSE_AFTER = "lose-after"
    """It is cut once the money has moved, before the answer."""

    SILENT = "silent"
    """The money moves, and the answer never comes."""

    LATE = "late"
    """As WAIT, and the terminal is deaf to the request to give up."""

    BUSY = "busy"
    """It does something else, and takes no order."""

    GARBAGE = "garbage"
    """The money moves, and the answer is none."""


class TerminalEnd:
    """Set what the next orders come to: `acts`, then `always`; and the card that is held out.

    `forgetful`: it no longer knows what became of orders. `identity`: its own number. `waiting` is
    the order that stands on its screen, `told` is called whenever that changes: `decide` ends it.
    """

    def __init__(self, *, on_change: Callable[[], None] | None = None) -> None:
        self.bank = Bank()
        self._ended: dict[str, Outcome] = {}
        self.acts: deque[Act] = deque()
        self.always = Act.APPROVE
        self.card = Card()
        self.approves: int | None = None
        self.tip = 0
        self.identity = "SIM00001"
        self.forgetful = False
        self.asked: list[Order] = []
        self.waiting: Order | None = None
        self._on_change = on_change
        self._decision: asyncio.Future[Act] | None = None
        self._deaf = False
        self._withdrawn = False
        self._number = 0
        self._server: asyncio.Server | None = None
        self._port = 0
        self._callers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def settings(self) -> dict[str, object]:
        """The configuration table with which the driver reaches it."""
        return {"driver": "sim", "port": self._port}

    async def __aenter__(self) -> Self:
        await self.replug()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.unplug()

    async def unplug(self) -> None:
        """Cut the line, and refuse callers. What waits for a card goes on waiting."""
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            self._hang_up()
            await server.wait_closed()
            if self._serving:
                await asyncio.wait(self._serving)

    async def replug(self) -> None:
        """Listen again, at the same place."""
        if self._server is None:
            self._server = await asyncio.start_server(self._called, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    def script(self, *acts: Act) -> None:
        """What becomes of the next orders, one after the other."""
        self.acts.extend(acts)

    def plays(self, act: str, cents: int | None = None) -> None:
        """By the names of acts: the order that waits ends so, else the next one does.

        «forget» and «remember» say whether it knows later what became of orders; `cents` is what is
        approved instead of what was asked.
        """
        if act in ("forget", "remember"):
            self.forgetful = act == "forget"
            return
        self.approves = cents
        if self.waiting is None:
            self.script(Act(act))
        else:
            self.decide(Act(act))

    def decide(self, act: Act) -> None:
        """End the order that waits. ValueError where none does."""
        if self._decision is None or self._decision.done():
            raise ValueError("no order waits")
        self._decision.set_result(act)

    def _hang_up(self) -> None:
        for writer in self._callers:
            writer.transport.abort()

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._server is None:  # unplugged between the call and its being taken
            writer.transport.abort()
            return
        self._serving.add(task)
        self._callers.add(writer)
        orders: list[asyncio.Task[None]] = []
        try:
            async with asyncio.TaskGroup() as group:
                with suppress(ConnectionError):
                    while line := await reader.readline():
                        asked = msgspec.json.decode(line)
                        if asked["do"] == "authorise":
                            order = msgspec.convert(asked["order"], Order)
                            orders.append(group.create_task(self._carry_out(order, writer)))
                        else:
                            self._obey(asked, writer)
                # A terminal whose line is cut stands there with the order on its screen; this one
                # gives it up, as one that the shop's people then switch off. What was booked stays.
                for each in orders:
                    each.cancel()
        finally:
            self._callers.discard(writer)
            self._serving.discard(task)
            writer.close()

    def _obey(self, asked: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        match asked["do"]:
            case "outcome":
                self._say(writer, **self._known(asked["reference"]))
            case "cancel":
                if self._decision is not None and not self._decision.done() and not self._deaf:
                    self._withdrawn = True
                    self._decision.set_result(Act.ABANDON)
            case "identity":
                self._say(writer, identity=self.identity)
            case "end-of-day":
                self._say(writer, totals=self._totals())

    def _known(self, reference: str) -> dict[str, object]:
        if self.waiting is not None and self.waiting.reference == reference:
            return {"busy": True}
        if self.forgetful:
            return {"forgotten": True}
        return {"outcome": self._ended.get(reference)}

    async def _carry_out(self, order: Order, writer: asyncio.StreamWriter) -> None:
        act = self.acts.popleft() if self.acts else self.always
        if act is Act.BUSY or self.waiting is not None:
            self._say(writer, busy=True)
            return
        if act is Act.LOSE_BEFORE:
            self._hang_up()
            return
        self.asked.append(order)
        self._withdrawn = False
        self._say(writer, stage=Stage.CARD)
        if act in (Act.WAIT, Act.LATE):
            self._deaf = act is Act.LATE
            act = await self._decided(order)
        self._say(writer, stage=Stage.AUTHORISING)
        outcome = self._outcome(order, act)
        if outcome.ending is Ending.APPROVED:
            self.bank.book(order.service, outcome.cents, order.reference, outcome.scheme)
        self._ended[order.reference] = outcome
        if act is Act.LOSE_AFTER:
            self._hang_up()
        elif act is Act.GARBAGE:
            writer.write(b'{"outcome":{"ending":"approved","cents":\n')
        elif act is not Act.SILENT:
            self._say(writer, outcome=outcome)

    async def _decided(self, order: Order) -> Act:
        self._decision = asyncio.get_running_loop().create_future()
        self._show(order)
        try:
            return await self._decision
        finally:
            self._decision = None
            self._show(None)

    def _show(self, order: Order | None) -> None:
        self.waiting = order
        if self._on_change is not None:
            self._on_change()

    def _outcome(self, order: Order, act: Act) -> Outcome:
        self._number += 1
        number = f"{self._number:06d}"
        if act is Act.REFUSE:
            return Outcome(ending=Ending.REFUSED, reason=Reason.REFUSED, terminal=self.identity)
        if act is Act.ABANDON:
            reason = Reason.WITHDRAWN if self._withdrawn else Reason.CANCELLED
            return Outcome(ending=Ending.ABANDONED, reason=reason, terminal=self.identity)
        cents = order.cents if self.approves is None else self.approves
        if self.card.left is not None and order.service is Service.PURCHASE:
            cents = min(cents, self.card.left)
            self.card = replace(self.card, left=self.card.left - cents)
        if cents <= 0:
            return Outcome(ending=Ending.REFUSED, reason=Reason.REFUSED, terminal=self.identity)
        outcome = Outcome(
            ending=Ending.APPROVED,
            cents=Cents(cents + self.tip),
            tip=Cents(self.tip),
            scheme=self.card.scheme,
            last_four=self.card.number[-4:],
            authorisation=f"A{number}",
            number=number,
            terminal=self.identity,
            contactless=self.card.contactless,
        )
        slip = self._slip(order, outcome)
        return msgspec.structs.replace(
            outcome, customer_slip=(*slip, "TICKET CLIENT"), merchant_slip=(*slip, "COMMERCANT")
        )

    def _slip(self, order: Order, outcome: Outcome) -> tuple[str, ...]:
        title = {
            Service.PURCHASE: "DEBIT", Service.REFUND: "CREDIT", Service.REVERSAL: "ANNULATION",
        }[order.service]  # fmt: skip
        return (
            "CARTE BANCAIRE" if outcome.contactless is False else "SANS CONTACT",
            f"{outcome.scheme} ************{outcome.last_four}",
            f"TERMINAL {outcome.terminal} NO {outcome.number}",
            f"{title} {outcome.cents // 100},{outcome.cents % 100:02d} EUR",
            f"AUTO {outcome.authorisation}",
        )

    def _totals(self) -> Totals:
        sums = self.bank.sums()
        return Totals(
            known=True,
            sums=tuple(
                Total(service=service, scheme=scheme, count=count, cents=Cents(cents))
                for (service, scheme), (count, cents) in sorted(sums.items())
            ),
            terminal=self.identity,
            slip=("TELECOLLECTE", f"TERMINAL {self.identity}"),
        )

    def _say(self, writer: asyncio.StreamWriter, **answer: object) -> None:
        if not writer.is_closing():
            writer.write(msgspec.json.encode(answer) + b"\n")
