"""Tickets: found by number, day, hour, amount or article; each in the words of its paper."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import apsw
import msgspec
from msgspec.structs import replace

from pos_service_console import frame
from pos_service_console.frame import euros
from pos_service_console.pages.page import Page, today
from pos_service_console.paper import drawn
from pos_service_console.sales import Sales
from pos_service_console.till import done
from pos_terminal.agent.console_pages import Asked, Html, NoSuchPage
from pos_terminal.agent.world import Agent
from pos_terminal.domain import notation
from pos_terminal.domain.events import numbers
from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.printing import ticket as printing
from pos_terminal.domain.receipt import Block, Row, Rule, Text

REPRINT = "ticket.reprint"

SHOWN = 100
"""Tickets that are listed."""

_HOUR = re.compile(r"([01]?\d|2[0-3])( ?[:h].*)?")  # «9», «09:30», «9 h»
_AMOUNT = re.compile(r"-?\d{1,6}([.,]\d{1,2})?")


def tickets(agent: Agent, sales: Sales) -> Page:
    """The page over what was read."""

    async def answer(asked: Asked) -> Html:
        if asked.path and asked.form is not None:
            return await _reprinted(agent, sales, asked)
        if asked.path:
            return await _one(agent, sales, asked)
        query = asked.query
        day = query.get("day", "") or ("" if _sought(query) else today(agent).date().isoformat())
        rows = await sales.ask(lambda db: _search(db, day, query))
        listed = frame.table(
            (say("Ticket"), say("Quand"), say("Articles"), say("Total")),
            (
                (tag("a", printed(agent, number), href=f"/tickets/{number}", class_="whole"),
                 notation.hour(at) if day else frame.when(at),
                 str(pieces), tag("span", euros(total), class_="money"))
                for number, at, pieces, total, _ in rows
            ),
        )  # fmt: skip
        none = frame.nothing(say("Aucun ticket trouvé."))
        more = say("Les {count} derniers : une heure, un numéro en trouve d'autres.", count=SHOWN)
        return Html(say("Tickets"), joined(
            _form(query, day), frame.card(listed if rows else none),
            tag("p", more, class_="small") if len(rows) == SHOWN else "",
        ))  # fmt: skip

    return answer


def _sought(query: Mapping[str, str]) -> bool:
    return any(query.get(name) for name in ("number", "amount", "article"))  # of whatever day


def _form(query: Mapping[str, str], day: str) -> Markup:
    def field(label: str, name: str, kind: str = "text", mode: str | None = None) -> Markup:
        value = day if name == "day" else query.get(name, "")
        return tag(
            "label", label,
            tag("input", type=kind, name=name, value=value[:40], inputmode=mode, size=10),
        )  # fmt: skip

    return tag(
        "form",
        field(say("Jour"), "day", "date"),
        field(say("Heure"), "hour", mode="numeric"),
        field(say("Numéro"), "number", mode="numeric"),
        field(say("Montant"), "amount", mode="decimal"),
        field(say("Article"), "article"),
        tag("button", say("Chercher")),
        class_="fields", method="get", action="/tickets", role="search",
    )  # fmt: skip


def _search(db: apsw.Connection, day: str, query: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """The tickets that fit all that is asked for; none where that makes no sense."""
    where, values = ["1"], []
    if day:
        try:
            values.append(date.fromisoformat(day).isoformat())
        except ValueError:
            return []
        where.append("day = ?")
    names = ("hour", "number", "amount", "article")
    hour, number, amount, article = (query.get(name, "").strip() for name in names)
    if hour:
        if not _HOUR.fullmatch(hour):
            return []
        where.append("hour = ?")
        values.append(hour[:2].rstrip(":h "))
    if number:
        digits = number.rpartition("-")[2]  # «2-000123», as it is printed, or «123»
        if not (digits.isascii() and digits.isdigit() and len(digits) < 12):
            return []
        where.append("number = ?")
        values.append(digits)
    if amount:
        if not _AMOUNT.fullmatch(amount):
            return []
        where.append("total = ?")
        values.append(str(Fraction(amount.replace(",", ".")) * 100))
    if article:
        where.append(
            "number IN (SELECT number FROM sold WHERE plu = ? OR instr(lower(name), lower(?)))"
        )
        values += [article, article]
    return db.execute(
        "SELECT number, at, pieces, total, clerk FROM ticket "
        f"WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT {SHOWN}", values,
    ).fetchall()  # fmt: skip


async def _reprinted(agent: Agent, sales: Sales, asked: Asked) -> Html:
    """Have the till print it once more; ChannelError where it would not."""
    shown = await _one(agent, sales, asked)
    arguments = {"number": int(asked.path[0])}
    made = await done(agent, asked.visitor.grant, REPRINT, arguments, dict[str, int])
    copy = made["copy"]
    told = say("Duplicata {copy} à l'imprimante.", copy=copy) if copy else say("À l'imprimante.")
    return replace(shown, body=joined(frame.notice(told), shown.body))


async def _one(agent: Agent, sales: Sales, asked: Asked) -> Html:
    number = asked.path[0]
    if len(asked.path) != 1 or not (number.isascii() and number.isdigit() and len(number) < 12):
        raise NoSuchPage
    row = await sales.ask(
        lambda db: db.execute(
            "SELECT at, clerk, body FROM ticket WHERE number = ?", (int(number),)
        ).get
    )
    if row is None:
        raise NoSuchPage
    at, clerk, body = row
    event = msgspec.json.decode(body, type=SaleClosed)
    back = tag("p", tag("a", say("Tous les tickets"), href="/tickets"))
    who = tag("p", say("Vendeur {number}", number=clerk), class_="small")
    name = printed(agent, event.number)
    paper = drawn(blocks(agent.given.shop, name, event, at))
    button = tag("button", say("Imprimer un duplicata"), class_="quiet")
    again = frame.form(f"/tickets/{number}", asked.token, button)
    return Html(say("Ticket {number}", number=name), joined(back, paper, who, again))


def printed(agent: Agent, number: int) -> str:
    """A ticket's number as it is printed: «2-000123»."""
    return numbers.written(agent.given.terminal, SERIES, number)


def blocks(shop: str, name: str, event: SaleClosed, at: str) -> Iterator[Block]:
    """The ticket as its paper has it, but for what the shop's settings put around it."""
    yield Text(shop)
    yield Text(f"{name}  {notation.day_and_hour(at)}")
    yield Rule()
    for line in event.lines:
        if not line.voided:
            yield from printing.sold(line, event)
    yield from map(printing.reduction, event.reductions)
    yield Rule()
    yield Row(say("TOTAL"), f"{notation.euros(event.total)} €")
    yield from printing.tenders(event, at)
    yield Rule()
    yield from printing.vat(event)
    yield from printing.counts(event)
