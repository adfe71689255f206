"""Cash beside sales, each with its trace: no sale, float, in and out with a reason, to the safe."""

from collections.abc import Sequence

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import OpenDrawer, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.cash import CashMoved, DrawerOpened
from pos_terminal.domain.events.values import CashMovement, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.money import LARGEST_TOTAL
from pos_terminal.domain.notation import euros


def between_sales(desk: Desk) -> None:
    """Raises Refused while a sale is open at the counter, and in exercises."""
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if desk.sale:
        raise Refused(faults.NOT_NOW)


def drawer(desk: Desk, _: str, __: Moment) -> Step:
    """`2 TIROIR`: what follows is about that drawer, and not the clerk's own."""
    between_sales(desk)
    return desk.set(desk.entry.of_drawer(desk.rules.drawers.number))


def named_drawer(desk: Desk) -> int:
    """The drawer that was named, which needs a right, or else the clerk's own. Wait."""
    named = desk.entry.drawer or desk.drawer
    if named != desk.drawer:
        authority.need(desk, Right.CASH)
    return named


def no_sale(desk: Desk, _: str, __: Moment) -> Step:
    """`#/NS`: open the drawer; `2 MOTIF` before it says why, else it is the first reason."""
    between_sales(desk)
    if replace(desk.entry, reason=None, drawer=None) != Entry():
        raise Refused(faults.NOT_NOW)
    reason = _reason(desk.rules.tenders.no_sale, desk.entry.reason or 1)
    authority.need(desk, Right.NO_SALE)
    number = named_drawer(desk)
    desk.entry = Entry()
    opened = DrawerOpened(reason=reason, authority=desk.authority, drawer=number)
    screen = display.cash_moved(_which(desk, say("TIROIR"), number), "", reason)
    return Step((opened,), (OpenDrawer(number), Show(screen, private=True), Sound(Tone.ACCEPTED)))


def fund(desk: Desk, _: str, __: Moment) -> Step:
    """`10000 FOND`: the float is put into the drawer."""
    return _asked(desk, CashMovement.FLOAT, say("FOND"), 1)


def come(desk: Desk, _: str, __: Moment) -> Step:
    """`1 MOTIF 5000 ENTREE`: cash comes in that is no sale."""
    return _asked(desk, CashMovement.IN, say("ENTREE"), 1, desk.rules.tenders.cash_in)


def go(desk: Desk, _: str, __: Moment) -> Step:
    """`2 MOTIF 2000 SORTIE`: cash goes out that is no sale."""
    return _asked(desk, CashMovement.OUT, say("SORTIE"), -1, desk.rules.tenders.cash_out)


def drop(desk: Desk, _: str, __: Moment) -> Step:
    """`20000 PRELEV`: cash is taken to the safe."""
    return _asked(desk, CashMovement.DROP, say("PRELEVEMENT"), -1)


def _asked(
    desk: Desk, movement: CashMovement, label: str, sign: int, reasons: Sequence[str] = ()
) -> Step:
    between_sales(desk)
    if replace(desk.entry, number="", reason=None, drawer=None) != Entry():
        raise Refused(faults.NOT_NOW)
    cents = desk.entry.cents()
    if cents == 0:
        raise Refused(faults.BAD_NUMBER)
    if cents > LARGEST_TOTAL:
        raise Refused(faults.AMOUNT_TOO_LARGE)
    reason = ""
    if reasons:
        if desk.entry.reason is None:
            raise Refused(faults.REASON_WANTED)
        reason = _reason(reasons, desk.entry.reason)
    elif desk.entry.reason is not None:
        raise Refused(faults.NOT_NOW)
    number = desk.entry.drawer or desk.drawer
    authority.need(desk, Right.CASH)
    desk.entry = Entry()
    moved = CashMoved(
        movement=movement,
        amount=sign * cents,
        reason=reason,
        authority=desk.authority,
        drawer=number,
    )
    screen = display.cash_moved(_which(desk, label, number), euros(moved.amount), reason)
    return Step((moved,), (OpenDrawer(number), Show(screen, private=True), Sound(Tone.ACCEPTED)))


def _which(desk: Desk, what: str, number: int) -> str:
    """«FOND» at a till with one drawer, «FOND T2» where there are several."""
    return f"{what} {say('TIROIR')[0]}{number}" if desk.rules.drawers.number > 1 else what


def _reason(reasons: Sequence[str], number: int) -> str:
    if number > len(reasons):
        raise Refused(faults.UNKNOWN_REASON)
    return reasons[number - 1]
