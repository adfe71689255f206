"""What a customer bought on account, month by month, and the invoice of each.

The till makes it, as by `RECAP` at the counter: of all tickets of a month that have none yet.
"""

from typing import Any

import apsw
from msgspec import Struct

from pos_service_console import frame
from pos_service_console.sales import Sales
from pos_service_console.till import done
from pos_terminal.agent.console_pages import Asked, Html, NoSuchPage
from pos_terminal.agent.world import Agent
from pos_terminal.domain import notation
from pos_terminal.domain.events import numbers
from pos_terminal.domain.events.event import INVOICES
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.markup import Markup, joined, tag

INVOICE = "customer.invoice"
"""The till's act."""

SHOWN = 24
"""Months that are listed, the newest first."""


class Month(Struct, frozen=True):
    """One of a customer's: its tickets on account, the cents that went there, and how many of the
    tickets have no invoice.
    """

    name: str
    tickets: int
    amount: int
    waiting: int


class Made(Struct, frozen=True):
    """The invoice's number and cents, and which copy is printed; 0: a new one."""

    number: int
    total: int
    copy: int


def months(db: apsw.Connection, person: str, month: str = "") -> list[Month]:
    """A customer's months, the newest first; the one of that name where it is given."""
    rows: list[tuple[Any, ...]] = db.execute(
        "SELECT month, count(*), sum(amount), sum(invoice = 0) FROM on_account "
        f"WHERE person = ? AND ? IN ('', month) GROUP BY 1 ORDER BY 1 DESC LIMIT {SHOWN}",
        (person, month),
    ).fetchall()
    return [Month(*row) for row in rows]


async def one(sales: Sales, person: str, name: str) -> Month:
    """The month of that name; NoSuchPage where he bought nothing on account in it."""
    found = await sales.ask(lambda db: months(db, person, name))
    if not (name and found):
        raise NoSuchPage
    return found[0]


async def listed(sales: Sales, person: str) -> Markup:
    """They, each with what is left to be invoiced of it; nothing where he bought none."""
    found = await sales.ask(lambda db: months(db, person))
    if not found:
        return frame.EMPTY
    head = (say("Mois"), say("Tickets"), say("En compte"), say("Facture"))
    rows = (
        (notation.day(each.name), str(each.tickets),
         tag("span", frame.euros(each.amount), class_="money"), _way(person, each))
        for each in found
    )  # fmt: skip
    return frame.section(say("Achats en compte"), frame.table(head, rows))


def sure(person: str, name: str, month: Month, token: str) -> Html:
    """What invoicing is, before it is done: nothing undoes it."""
    when = notation.day(month.name)
    count = how_many(month.waiting or month.tickets, "{count} ticket", "{count} tickets")
    if month.waiting:
        title, button = say("Facturer {month} ?", month=when), say("Faire la facture")
        told = say("La caisse la numérote et l'imprime. Rien ne la défait.")
    else:
        title, button = say("Duplicata de {month} ?", month=when), say("Imprimer un duplicata")
        told = say("La caisse imprime encore une fois la dernière facture de ce mois.")
    agree = frame.form(
        f"/customers/{person}/invoice/{month.name}", token,
        tag("p", f"{name} : {count}"), tag("p", told), tag("p", tag("button", button)),
    )  # fmt: skip
    return Html(title, joined(_back(person), frame.card(agree)))


async def made(agent: Agent, asked: Asked, person: str, number: int, month: str) -> Html:
    """Have the till make it, or print its duplicate; ChannelError where it would not."""
    arguments = {"number": number, "month": month}
    told = await done(agent, asked.visitor.grant, INVOICE, arguments, Made)
    name = numbers.written(agent.given.terminal, INVOICES, told.number)
    if told.copy:
        said = say("Duplicata {copy} de la facture {name} : à l'imprimante.",
                   copy=told.copy, name=name)  # fmt: skip
    else:
        said = say("Facture {name}, {sum} : à l'imprimante.",
                   name=name, sum=frame.euros(told.total))  # fmt: skip
    return Html(say("Facture {name}", name=name), joined(frame.notice(said), _back(person)))


def _way(person: str, month: Month) -> Markup:
    what = say("Facturer") if month.waiting else say("Duplicata")
    when = notation.day(month.name)
    href = f"/customers/{person}/invoice/{month.name}"
    return tag("a", what, href=href, aria_label=f"{what} {when}")


def _back(person: str) -> Markup:
    return tag("p", tag("a", say("Retour au client"), href=f"/customers/{person}"))
