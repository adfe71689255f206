"""What the two lines of the customer display say at each step of a sale."""

from pos_terminal.domain.catalog import Item
from pos_terminal.domain.events import LineSold, SaleClosed
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.money import euros
from pos_terminal.domain.quantity import ONE, Unit, thousandths
from pos_terminal.domain.sale import Sale
from pos_terminal.domain.screen import WIDTH, Screen, both_ends
from pos_terminal.domain.words import say

HALF = WIDTH // 2


def ready() -> Screen:
    """Nothing sold yet."""
    return Screen(say("BONJOUR"), "")


def training() -> Screen:
    """Nothing sold yet, and nothing will be: exercises."""
    return Screen(say("FORMATION"), say("VENTES FACTICES"))


def line(sold: LineSold) -> Screen:
    """The line just sold: label and count, then unit price and amount; or weight, price, amount."""
    if sold.unit is Unit.KG:
        weight = f"{thousandths(sold.quantity, places=3)}kg x "
        price = unit_price(sold.price, sold.per, WIDTH - len(weight))
        return Screen(weight + price, both_ends(sold.name, euros(sold.gross)))
    count = f"x{thousandths(sold.quantity)}"
    price = unit_price(sold.price, sold.per, HALF)
    return Screen(both_ends(sold.name, count), f"{price:>{HALF}}{euros(sold.gross):>{HALF}}")


def unit_price(cents: int, per: int, room: int) -> str:
    """«1,30»; a split price is «20,00/5», as far as there is room for what it is for."""
    split = f"{euros(cents)}/{thousandths(per)}"
    return euros(cents) if per == ONE or len(split) > room else split


def voided(name: str, cents: int) -> Screen:
    """A line taken back; `cents` is negative for a sold one."""
    return Screen(f"{say('ANNULE')} {name}", euros(cents).rjust(WIDTH))


def abandoned(cents: int) -> Screen:
    """The whole sale given up."""
    return Screen(say("VENTE ANNULEE"), euros(-cents).rjust(WIDTH))


def subtotal(sale: Sale) -> Screen:
    """How much so far."""
    return Screen(
        f"{say('SOUS-TOTAL')} {len(sale.live):>2} {say('ART')}", euros(sale.total).rjust(WIDTH)
    )


def remaining(due: int) -> Screen:
    """A part is paid."""
    return Screen(both_ends(say("RESTE"), euros(due)), "")


def paid(closed: SaleClosed) -> Screen:
    """The sale is closed: the change, or what the shop pays out, or the total."""
    given = sum(tender.given for tender in closed.tenders)
    if closed.change:
        return Screen(
            both_ends(say("RENDU"), euros(closed.change)), f"{say('RECU')} {euros(given)}"
        )
    if closed.total < 0:
        return Screen(both_ends(say("RENDU"), euros(-closed.total)), say("REMBOURSEMENT"))
    return Screen(both_ends(say("TOTAL"), euros(closed.total)), say("MERCI"))


def fault(cause: Fault) -> Screen:
    """An error, until C: its text and its code."""
    return Screen(say(cause.text), both_ends(cause.code, say("TAPER C")))


def waiting_for_weight(item: Item) -> Screen:
    """An article sold by weight waits for the scale."""
    return Screen(item.name, say("POSER SUR LA BALANCE"))
