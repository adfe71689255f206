"""Orders and vouchers: what is to be made for whom, what is paid of it, what is about as money.

Who an order is for the till tells, by the grant; a voucher is known by its last four digits, and
its number, which is money, is not even in the records that are read here.
"""

from pos_service_console import frame, holdings
from pos_service_console.pages.customers import Names
from pos_service_console.pages.page import Page
from pos_service_console.sales import Sales
from pos_terminal.agent.console_pages import Asked, Html
from pos_terminal.domain import notation
from pos_terminal.domain.codes.vouchers import CREDIT_NOTE, last_four
from pos_terminal.domain.events.balances import (
    DepositBalance,
    OrderBalance,
    VoucherBalance,
)
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.markup import Markup, joined, tag
from pos_terminal.domain.printing.day_lists import amount


def orders(sales: Sales, names: Names) -> Page:
    """The open orders, those wanted first come first."""

    async def answer(asked: Asked) -> Html:
        found, deposits = await sales.ask(
            lambda db: (holdings.orders(db), holdings.deposits(db))
        )
        people = {each.person for each in found if each.person}
        known = await names(asked, people) if people else {}
        ordered = sorted(found, key=lambda each: (not each.wanted, each.wanted, int(each.order)))
        none = frame.nothing(say("Aucune commande en cours."))
        body = joined(*(_order(each, known.get(each.person, ""), deposits) for each in ordered))
        loose = [each for each in deposits if each.order not in {one.order for one in found}]
        return Html(
            say("Commandes"), joined(body if found else frame.card(none), _loose(loose))
        )

    return answer


def _order(each: OrderBalance, who: str, deposits: tuple[DepositBalance, ...]) -> Markup:
    when = notation.day_and_hour(each.wanted) if each.wanted else say("sans date")
    paid = sum(one.amount for one in deposits if one.order == each.order)
    articles = (
        tag("li", f"{amount(one.quantity, one.unit)} {one.name}") for one in each.articles
    )
    return frame.section(
        say("Commande {order} : {when}", order=each.order, when=when),
        tag("p", who) if who else "",
        tag("ul", *articles),
        tag("p", say("Déjà versé : {sum}", sum=frame.euros(paid)), class_="small") if paid else "",
    )


def _loose(deposits: list[DepositBalance]) -> Markup:
    """Money that is held for orders of which nothing else is noted."""
    if not deposits:
        return frame.EMPTY
    rows = (
        (f"{say('Commande')} {each.order}", each.nature,
         tag("span", frame.euros(each.amount), class_="money"))
        for each in deposits
    )  # fmt: skip
    head = (say("Pour"), say("Quoi"), say("Montant"))
    return frame.section(say("Acomptes et arrhes"), frame.table(head, rows))


def vouchers(sales: Sales) -> Page:
    """The vouchers and credit notes that are worth something."""

    async def answer(_: Asked) -> Html:
        found = sorted(await sales.ask(holdings.vouchers), key=_first_to_end)
        if not found:
            none = frame.nothing(say("Aucun bon ni avoir en circulation."))
            return Html(say("Bons et avoirs"), frame.card(none))
        total = sum(each.amount for each in found)
        told = how_many(len(found), "{count} bon ou avoir", "{count} bons et avoirs")
        rows = (
            (last_four(each.voucher), _kind(each),
             notation.day(each.expires) if each.expires else "–",
             tag("span", frame.euros(each.amount), class_="money"))
            for each in found
        )  # fmt: skip
        head = (say("Fin du numéro"), say("Quoi"), say("Jusqu'au"), say("Vaut"))
        return Html(say("Bons et avoirs"), joined(
            tag("p", f"{told} : {frame.euros(total)}"), frame.card(frame.table(head, rows))
        ))  # fmt: skip

    return answer


def _first_to_end(each: VoucherBalance) -> tuple[bool, str, str]:
    return (not each.expires, each.expires, each.voucher)


def _kind(each: VoucherBalance) -> str:
    return say("avoir") if each.voucher.startswith(CREDIT_NOTE) else say("bon cadeau")
