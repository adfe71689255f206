"""The open sales that keep a day from being closed: read one by one, and carried over on record."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.clerks import Right
from pos_terminal.domain.desk import authority
from pos_terminal.domain.desk.state import Desk, Reviewing
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import Refused
from pos_terminal.domain.steps import CloseDay, ListSales, Sound, Step


def refused(desk: Desk) -> Step:
    """A Z over open sales: it is said which, on paper."""
    step = desk.refuse(faults.SALES_OPEN)
    return replace(step, effects=(*step.effects, ListSales(desk.open_sales)))


def carry(desk: Desk, _: str, __: Moment) -> Step:
    """`REPORT`: ask whether the open sales shall go on into the next day."""
    desk.nothing_typed()
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if not desk.open_sales:
        raise Refused(faults.NOTHING_OPEN)
    if desk.sale and desk.sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    return authority.need(desk, Right.CLOSE, lambda: _ask(desk))


def _ask(desk: Desk) -> Step:
    desk.reviewing = Reviewing(authority=desk.authority or desk.clerk)
    return Step(effects=(Sound(Tone.ALARM),))


def press(desk: Desk, key: Key) -> Step:
    """A key while the open sales are shown: REPORT for the next one, Z to carry them over, C."""
    reviewing = desk.reviewing
    if reviewing is None:
        raise ValueError("nothing is reviewed")
    sales = desk.open_sales
    match key.function:
        case Function.CARRY:
            page = (reviewing.page + 1) % (len(sales) + 1)
            desk.reviewing = replace(reviewing, page=page)
            return Step()
        case Function.CLOSE:
            desk.reviewing = None
            carried = tuple(sorted(sale.number for sale in sales))
            return Step(effects=(CloseDay(reviewing.authority, carried),))
        case Function.CLEAR:
            desk.reviewing = None
            return Step()
        case _:
            raise Refused(faults.REVIEWING)
