"""Labels: for the shelf, and for what is made to order; and the kitchen's slip of an order.

A shelf label says the price with tax and, of what is weighed or poured, the price of a kilogram or
a litre (arrêté du 3 décembre 1987, article 4; arrêté du 16 novembre 1999 for the latter); and the
allergens, which a food that is not prepacked must show by the food itself (Code de la
consommation, art. R. 412-12 to 14).
"""

from collections.abc import Iterator
from datetime import date

from pos_terminal.domain.catalog import allergens
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.codes.barcode import is_gtin
from pos_terminal.domain.events.balances import OrderBalance
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import Contact
from pos_terminal.domain.notation import euros, short_day_and_hour, thousandths
from pos_terminal.domain.printing.day_lists import amount
from pos_terminal.domain.printing.ticket import code_of
from pos_terminal.domain.quantity import ONE, Price, Unit
from pos_terminal.domain.receipt import Align, Barcode, Block, Ean, Receipt, Row, Rule, Text

LITRE = 100
"""Centilitres."""


def shelf(item: Item, day: date) -> Receipt:
    """The shelf label of an article, at that day's ordinary price."""
    return Receipt(f"{say('ETIQUETTE')} {item.plu}", tuple(_shelf(item, item.listed(day))))


def _shelf(item: Item, price: Price | None) -> Iterator[Block]:
    yield Text(item.name, bold=True, tall=True)
    if price:
        yield from _price(price, item.unit)
    if item.goods.allergens is not None:
        named = ", ".join(allergens.labels(item.goods.allergens)) or say("aucun")
        yield Text(f"{say('Allergènes')} : {named}")
    if item.barcodes:
        yield _code(item.barcodes[0])


def _price(price: Price, unit: Unit) -> Iterator[Block]:
    name = {Unit.PIECE: say("la pièce"), Unit.KG: say("le kg"), Unit.CL: say("le cl")}[unit]
    if price.per != ONE:
        name = f"{thousandths(price.per)} {'x' if unit is Unit.PIECE else unit}"
    yield Row(name, f"{euros(price.cents)} €", bold=True, tall=True)
    whole = {Unit.KG: (say("le kg"), ONE), Unit.CL: (say("le litre"), LITRE * ONE)}.get(unit)
    if whole and whole[1] != price.per:
        yield Row(whole[0], f"{euros(price.gross(whole[1]))} €")


def _code(code: str) -> Block:
    """As the goods carry it, so that it is sold by a scan of the shelf."""
    return Ean(code) if is_gtin(code) and len(code) in (8, 13) else Barcode(code)


def slip(order: OrderBalance, contact: Contact | None) -> Receipt:
    """What the kitchen makes: the number, the hour and the articles, large."""
    return Receipt(
        f"{say('COMMANDE')} {order.order}",
        (
            *_head(order, contact),
            Rule(),
            *(
                Text(f"{amount(each.quantity, each.unit)} {each.name}", bold=True, tall=True)
                for each in order.articles
            ),
        ),
    )


def parcel(order: OrderBalance, contact: Contact | None) -> Receipt:
    """What is stuck on the box: whose it is, when it is fetched, and the code that finds it."""
    return Receipt(
        f"{say('ETIQUETTE')} {order.order}", (*_head(order, contact), Barcode(code_of(order.order)))
    )


def _head(order: OrderBalance, contact: Contact | None) -> Iterator[Block]:
    yield Text(f"{say('COMMANDE')} {order.order}", Align.CENTRE, bold=True, tall=True)
    yield Text(short_day_and_hour(order.wanted) if order.wanted else say("SANS DATE"), Align.CENTRE)
    if contact:
        yield Text(contact.name, Align.CENTRE, bold=True)
