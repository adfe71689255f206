"""Tickets: listed, each as what was sold, each as its paper reads. No customer is named by any."""

from datetime import date
from typing import Annotated, Any

import apsw
import msgspec
from msgspec import Struct

from pos_service_console.api import problem
from pos_service_console.api.endpoint import TEXT, Asked, Endpoint, Given
from pos_service_console.api.problem import Refusal
from pos_service_console.api.reading import LARGEST, Limit, Seq
from pos_service_console.pages.tickets import blocks, printed
from pos_service_console.paper import text
from pos_service_console.sales import Sales
from pos_terminal.agent.world import Agent
from pos_terminal.domain.events.sale import SaleClosed

FIFTY = 50


class Ticket(Struct, frozen=True):
    """A closed ticket: `name` is printed on it. Amounts are cents with tax."""

    number: int
    name: str
    at: str
    clerk: int
    total: int
    turnover: int
    pieces: int


class Tickets(Struct, frozen=True):
    """Tickets by number. `next` is the `after` of the next page; null: these were the last."""

    tickets: list[Ticket]
    next: int | None


class SoldLine(Struct, frozen=True):
    """A line that counts: `quantity` in thousandths of its unit, `vat` in basis points."""

    line: int
    plu: str
    name: str
    unit: str
    quantity: int
    price: int
    gross: int
    vat: int
    discount: int


class Payment(Struct, frozen=True):
    """A means of payment, and what of the total it paid, in cents."""

    tender: str
    amount: int


class VatRate(Struct, frozen=True):
    """What the ticket holds at one rate: basis points, and cents."""

    rate: int
    gross: int
    net: int
    vat: int


class WholeTicket(Struct, frozen=True):
    """A closed ticket, by value."""

    ticket: Ticket
    lines: list[SoldLine]
    payments: list[Payment]
    vat: list[VatRate]


class Number(Struct, frozen=True):
    """A ticket's number, without the terminal's: 123 of «2-000123»."""

    number: Annotated[int, msgspec.Meta(ge=1, lt=LARGEST)]


class Of(Struct, frozen=True, forbid_unknown_fields=True):
    """Of a `day`, or of all; behind number `after`, at most `limit`."""

    day: date | None = None
    after: Seq = 0
    limit: Limit = FIFTY


class TicketReading:
    """Answers them, from what was read of the journal."""

    def __init__(self, agent: Agent, sales: Sales) -> None:
        self._agent = agent
        self._sales = sales

    def endpoints(self) -> list[Endpoint]:
        """What it answers."""
        return [
            Endpoint(method="GET", path="/tickets", scope="tickets.read", gives=Tickets, query=Of,
                     does="Closed tickets, by number", answer=self._list),
            Endpoint(method="GET", path="/tickets/{number}", scope="tickets.read",
                     gives=WholeTicket, at=Number, does="One ticket", answer=self._one),
            Endpoint(method="GET", path="/tickets/{number}/paper", scope="tickets.read", at=Number,
                     media=(TEXT,), does="One ticket as its paper reads", answer=self._paper),
        ]  # fmt: skip

    async def _list(self, asked: Asked) -> Given:
        of: Of = asked.query
        sql = (
            "SELECT number, at, clerk, total, turnover, pieces FROM ticket WHERE number > ? "
            f"{'AND day = ? ' if of.day else ''}ORDER BY number LIMIT ?"
        )
        values = [of.after, *([of.day.isoformat()] if of.day else []), of.limit + 1]
        rows: list[tuple[Any, ...]] = await self._sales.ask(
            lambda db: db.execute(sql, values).fetchall()
        )
        listed = [self._ticket(*row) for row in rows[: of.limit]]
        more = listed[-1].number if len(rows) > of.limit else None
        return Given(Tickets(listed, more))

    async def _one(self, asked: Asked) -> Given:
        row = await self._found(asked.path)
        event = msgspec.json.decode(row[-1], type=SaleClosed)
        lines = [
            SoldLine(each.line, each.plu, each.name, each.unit.value, each.quantity, each.price,
                     each.gross, each.vat, each.discount)
            for each in event.lines if not each.voided
        ]  # fmt: skip
        paid = [Payment(each.tender, each.amount) for each in event.tenders]
        vat = [VatRate(each.rate, each.gross, each.net, each.vat) for each in event.vat]
        return Given(WholeTicket(self._ticket(*row[:-1]), lines, paid, vat))

    async def _paper(self, asked: Asked) -> Given:
        row = await self._found(asked.path)
        event = msgspec.json.decode(row[-1], type=SaleClosed)
        name = printed(self._agent, event.number)
        paper = text(blocks(self._agent.given.shop, name, event, row[1]))
        return Given(paper.encode(), media=TEXT)

    async def _found(self, at: Number) -> tuple[Any, ...]:
        sql = (
            "SELECT number, at, clerk, total, turnover, pieces, body FROM ticket WHERE number = ?"
        )

        def find(db: apsw.Connection) -> tuple[Any, ...] | None:
            found: tuple[Any, ...] | None = db.execute(sql, (at.number,)).get
            return found

        row = await self._sales.ask(find)
        if row is None:
            raise Refusal(problem.NOT_FOUND, f"ticket {at.number}")
        return row

    def _ticket(self, number: int, *rest: Any) -> Ticket:
        return Ticket(number, printed(self._agent, number), *rest)
