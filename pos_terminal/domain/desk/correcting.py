"""Taking back: the last line, an earlier one, the whole sale. Each leaves its trace."""

from msgspec.structs import replace

from pos_terminal.domain import display, faults
from pos_terminal.domain.catalog import Item
from pos_terminal.domain.clerks import Right
from pos_terminal.domain.desk import authority
from pos_terminal.domain.desk.discounting import withdraw
from pos_terminal.domain.desk.paying import give_back
from pos_terminal.domain.desk.state import Desk
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.events import LineVoided, SaleAbandoned
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import Sale
from pos_terminal.domain.steps import Show, Sound, Step


def correct(desk: Desk, _: str, __: Moment) -> Step:
    """Take back what came last: the means of payment, else the discount, else the live line."""
    desk.nothing_typed()
    sale = desk.at_hand(faults.NOTHING_TO_CORRECT)
    if sale.tenders:
        return give_back(sale)
    if sale.undoable:
        return withdraw(desk, sale)
    voided = sale.correct()
    return _take_back(desk, sale, voided)


def void(desk: Desk, item: Item) -> Step:
    """Take back the latest live line of an article."""
    sale = desk.at_hand(faults.LINE_NOT_FOUND)
    voided = sale.void(item.plu)
    return authority.need(desk, Right.VOID, lambda: _take_back(desk, sale, voided))


def _take_back(desk: Desk, sale: Sale, voided: LineVoided) -> Step:
    """An article takes its options along."""
    every = sale.with_options(replace(voided, authority=desk.authority))
    name = sale.lines[voided.line - 1].name
    desk.entry = Entry()
    show = Show(display.voided(name, sum(each.gross for each in every)))
    return Step(every, (show, Sound(Tone.ACCEPTED)))


def cancel(desk: Desk, _: str, __: Moment) -> Step:
    """Give the sale up; only before anything is paid."""
    desk.nothing_typed()
    abandoned = desk.at_hand(faults.NOTHING_SOLD).abandon()
    return authority.need(desk, Right.CANCEL, lambda: _cancel(desk, abandoned))


def _cancel(desk: Desk, abandoned: SaleAbandoned) -> Step:
    abandoned = replace(abandoned, authority=desk.authority)
    return Step((abandoned,), (Show(display.abandoned(abandoned.total)), Sound(Tone.ACCEPTED)))
