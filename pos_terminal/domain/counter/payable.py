"""How much a means of payment may pay of some lines: the law's limits, and what is food."""

from collections.abc import Sequence
from datetime import date

from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.events.held import prepaying
from pos_terminal.domain.events.sale import LineSold, TicketLine
from pos_terminal.domain.tender import zones
from pos_terminal.domain.tender.tender import Allowed, TenderKind, allowed


def limit(
    desk: Desk, kind: TenderKind, day: date, paid: int, lines: Sequence[LineSold | TicketLine]
) -> Allowed:
    """What the kind may still pay that day of these lines, of which it has paid `paid` cents."""
    zone = desk.rules.tenders.vat_zone

    def food() -> int:
        eaten = (line for line in lines if _is_food(line, desk.catalog.plu(line.plu), zone, day))
        return sum(line.gross for line in eaten)

    return allowed(kind, desk.rules.tenders, day, paid, food)


def _is_food(line: LineSold | TicketLine, item: Item | None, zone: str, day: date) -> bool:
    """Whether a meal voucher may pay for the line: the catalogue says it, or else its VAT rate."""
    if line.returnable or prepaying(line):
        return False
    if item is not None and item.meal_voucher is not None:
        return item.meal_voucher
    return zones.is_food(line.vat, zone, day)
