"""Lines taken back before the sale is paid: each leaves its trace, and takes its options along."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.sale import LineVoided
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.sale.sale import Sale


def void(desk: Desk, item: Item) -> Step:
    """Take back the latest live line of an article."""
    sale = desk.at_hand(faults.LINE_NOT_FOUND)
    voided = sale.void(item.plu)
    authority.need(desk, Right.VOID)
    return take_back(desk, sale, voided)


def take_back(desk: Desk, sale: Sale, voided: LineVoided) -> Step:
    """An article takes its options along."""
    every = sale.with_options(replace(voided, authority=desk.authority))
    name = sale.lines[voided.line - 1].name
    desk.entry = Entry()
    show = Show(display.voided(name, sum(each.gross for each in every)))
    return Step(every, (show, Sound(Tone.ACCEPTED)))
