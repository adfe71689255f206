"""Lists on the display and on paper: the day's tickets, open orders, what is held for customers.

Names and telephone numbers stand on paper alone: the display faces the customers.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from pos_terminal.domain.codes.vouchers import last_four
from pos_terminal.domain.events.balances import DepositBalance, OrderBalance
from pos_terminal.domain.events.numbers import number
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import Contact
from pos_terminal.domain.lookup.questions import Held, TicketFound
from pos_terminal.domain.notation import day, euros, short_day_and_hour, thousandths
from pos_terminal.domain.quantity import Unit
from pos_terminal.domain.receipt import Block, Listing, Row, Rule, Text
from pos_terminal.domain.sale import corrected_payments
from pos_terminal.domain.screen import Screen, both_ends
from pos_terminal.domain.tender.tender import TENDERS


class DayList(Struct, frozen=True):
    """A list as the pages of the display, of which there is at least one, and as paper."""

    pages: tuple[Screen, ...]
    paper: Listing


def tickets(terminal: str, found: Sequence[TicketFound]) -> DayList:
    """The newest ticket is the first page; on paper the oldest comes first."""
    title = say("TICKETS DU JOUR")
    pages = [
        Screen(
            both_ends(number(terminal, each.closed), each.moment.at[11:16]),
            both_ends(_means(each), euros(each.closed.total)),
        )
        for each in reversed(found)
    ]
    total = sum(each.closed.total for each in found)
    blocks = (
        Rule(),
        *(block for each in found for block in _ticket(terminal, each)),
        Rule(),
        Row(f"{say('TOTAL')} ({len(found)})", f"{euros(total)} €", bold=True),
    )
    return made(title, pages, blocks)


def _ticket(terminal: str, each: TicketFound) -> Iterator[Block]:
    name = f"{number(terminal, each.closed)}  {each.moment.at[11:16]}"
    yield Row(name, euros(each.closed.total))
    yield Text(f"  {_means(each)}")


def _means(each: TicketFound) -> str:
    paid = corrected_payments.paid(each.closed, each.changed)
    names = dict.fromkeys(say(TENDERS[one.tender].label) for one in paid)
    return ", ".join(names)


def orders(
    found: Sequence[OrderBalance],
    contacts: Sequence[Contact],
    deposits: Sequence[DepositBalance],
) -> DayList:
    """Each open order: when, for whom, of what, and what is paid of it."""
    pages = [
        Screen(
            both_ends(f"{say('COMMANDE')} {each.order}", euros(_paid(each, deposits))),
            _when(each),
        )
        for each in found
    ]
    known = {each.person: each for each in contacts}
    blocks = tuple(
        block for each in found for block in _order(each, known.get(each.person), deposits)
    )
    return made(say("COMMANDES A FAIRE"), pages, blocks)


def _order(
    order: OrderBalance, contact: Contact | None, deposits: Sequence[DepositBalance]
) -> Iterator[Block]:
    yield Rule()
    yield Row(f"{say('COMMANDE')} {order.order}", _when(order), bold=True)
    if contact:
        yield Text(" ".join(filter(None, (contact.name, contact.telephone))))
    for each in order.articles:
        yield Text(f"  {amount(each.quantity, each.unit)} {each.name}")
    paid = _paid(order, deposits)
    if paid:
        yield Row(f"  {say('Déjà versé')}", euros(paid))


def amount(quantity: int, unit: Unit) -> str:
    """«3 x», «0,48 kg»."""
    return f"{thousandths(quantity)} {'x' if unit is Unit.PIECE else unit}"


def _when(order: OrderBalance) -> str:
    return short_day_and_hour(order.wanted) if order.wanted else say("SANS DATE")


def _paid(order: OrderBalance, deposits: Sequence[DepositBalance]) -> int:
    return sum(each.amount for each in deposits if each.order == order.order)


def wanted_on(found: Sequence[OrderBalance], wanted: date) -> Iterator[Block]:
    """What orders want on that day, article by article: a part of what is to be made."""
    sums: dict[tuple[str, Unit], int] = {}
    numbers: dict[tuple[str, Unit], list[str]] = {}
    for order in found:
        if order.wanted[:10] != wanted.isoformat():
            continue
        for each in order.articles:
            key = each.name, each.unit
            sums[key] = sums.get(key, 0) + each.quantity
            numbers.setdefault(key, []).append(order.order)
    if sums:
        yield Rule()
        yield Text(say("COMMANDES DU JOUR"), bold=True)
    for (name, unit), quantity in sorted(sums.items()):
        yield Row(name, amount(quantity, unit), bold=True)
        yield Text(f"  {say('no')} {', '.join(numbers[name, unit])}")


def held(found: Held) -> DayList:
    """Vouchers by their last four digits, deposits by order, accounts by pseudonym; and sums."""
    groups = (
        (
            say("BONS ET AVOIRS"),
            [(_voucher(each.voucher, each.expires), each.amount) for each in found.vouchers],
        ),
        (
            say("ACOMPTES, ARRHES"),
            [(f"{say('COMMANDE')} {x.order} {x.nature}", x.amount) for x in found.deposits],
        ),
        (
            say("COMPTES A REGLER"),
            [(x.person[:12], x.amount) for x in found.accounts],
        ),
    )
    pages, blocks = list[Screen](), list[Block]()
    for title, rows in groups:
        if not rows:
            continue
        total = euros(sum(cents for _, cents in rows))
        pages.append(Screen(title, both_ends(f"({len(rows)})", total)))
        blocks += [Rule(), Text(title, bold=True)]
        blocks += [Row(name, euros(cents)) for name, cents in rows]
        blocks.append(Row(f"{say('TOTAL')} ({len(rows)})", f"{total} €", bold=True))
    return made(say("DETENU POUR LES CLIENTS"), pages, tuple(blocks))


def _voucher(reference: str, expires: str) -> str:
    shown = last_four(reference)
    until = say("jusqu'au")
    return f"{shown} {until} {day(expires)}" if expires else shown


def made(title: str, pages: Sequence[Screen], blocks: Sequence[Block]) -> DayList:
    """The list; where there is nothing it says so."""
    nothing = Screen(title[:20], say("RIEN"))
    return DayList(tuple(pages) or (nothing,), Listing(title, tuple(blocks)))
